"""From the sounds of a contact sheet to its panels in pixels."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import log2, sqrt
from typing import Any, Self

import numpy as np

from stftcli.audio.channels import check_channel
from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError
from stftcli.features.chain import Chain
from stftcli.features.parallel import choose_threads
from stftcli.features.settings import FeatureSettings
from stftcli.files.untrusted import list_names
from stftcli.frozen import Frozen
from stftcli.jobs.drawing.cuttings import Cutting, Knife
from stftcli.jobs.drawing.pixel_store import PixelStore
from stftcli.jobs.drawing.rows import row_axis
from stftcli.jobs.drawing.sharing import are_apart, check_alike, shared_views
from stftcli.jobs.drawing.sheet_plan import Places, SheetPlan
from stftcli.jobs.drawing.wanted import Wanted, picture_chain, picture_length
from stftcli.jobs.origin import find_origin
from stftcli.jobs.reporter import Reporter
from stftcli.pictures.axes import RowAxis
from stftcli.pictures.reduce import MAX_ROWS
from stftcli.settings.choices import Channel
from stftcli.settings.frames import FrameSettings
from stftcli.settings.pictures import ViewSettings
from stftcli.settings.reading import Reading
from stftcli.settings.segment import SegmentSettings

_ROOM_ABOVE = 1.15
"""Up to so much more than the highest frequency of any segment is shown."""
_MIN_LENGTH, _SHARP, _CLOSER = 128, 2.5, 4


class _Form(Frozen):
    """What a sound is, as its header says."""

    path: str
    name: str
    rate_hz: int
    channels: int
    origin: datetime | None

    @classmethod
    def of(cls, path: str, source: Source, origin: datetime | None) -> Self:
        """Take it of an open sound."""
        return cls(path, source.name, source.rate_hz, source.channels, origin)

    @property
    def told(self) -> dict[str, Any]:
        """What a picture says of it."""
        told = {"name": self.name, "rate_hz": self.rate_hz, "channels": self.channels}
        return told if self.origin is None else {**told, "time_origin": self.origin.isoformat()}


class Recording(Frozen):
    """A sound of a sheet: what it is, what makes its features, and where their rows lie."""

    form: _Form
    chain: Chain
    rows: RowAxis


class SheetReader(Frozen):
    """How the sounds of a sheet are read."""

    plan: SheetPlan
    settings: FeatureSettings
    view: ViewSettings
    threads: int | None
    reporter: Reporter
    reading: Reading

    def read(self, store: PixelStore) -> tuple[list[Recording], RowAxis]:
        """Put the panels into a store; give the sounds, and the axis that they share.

        Raises
        ------
        StftcliError
            If a sound cannot be read or the settings do not fit, or nothing marked is there.
        """
        paths = [path for path, _ in self.plan.sounds]
        if len(paths) == 1:  # maybe a pipe, which is opened once
            with self._open(paths[0]) as source:
                forms = [_Form.of(paths[0], source, self._origin(source))]
                recordings, rows = self._recordings(forms)
                self._cut(source, recordings[0], self.plan.sounds[0][1], rows, store)
        else:
            forms = []
            for path in paths:
                with self._open(path) as source:
                    forms.append(_Form.of(path, source, self._origin(source)))
            recordings, rows = self._recordings(forms)
            for recording, (_, places) in zip(recordings, self.plan.sounds, strict=True):
                with self._open(recording.form.path) as source:
                    self._cut(source, recording, places, rows, store)
        self._check_there(recordings, store)
        return recordings, rows

    def _open(self, path: str) -> Source:
        return Source(path, reading=self.reading)

    def _origin(self, source: Source) -> datetime | None:
        return find_origin(source, self.settings.segment, self.reporter)

    def _recordings(self, forms: Sequence["_Form"]) -> tuple[list[Recording], RowAxis]:
        """Build what makes the features of each sound, and lay out their common axis."""
        chains: dict[int, Chain] = {}
        for form in forms:
            if form.rate_hz not in chains:
                chains[form.rate_hz] = self._chain(form)
        each = [chains[form.rate_hz] for form in forms]
        check_alike(each)
        if each[0].axis.unit is None:
            raise SettingsError(
                "the features have different units, and a `sheet` has one scale of colours: choose "
                "features of one unit"
            )
        views = shared_views(each, self._view_of(each))
        axes = [
            row_axis(chain, chain.axis, -(-chain.features // MAX_ROWS), view)
            for chain, view in zip(each, views, strict=True)
        ]
        recordings = [
            Recording(form, chain, rows)
            for form, chain, rows in zip(forms, each, axes, strict=True)
        ]
        self._tell_slivers(recordings)
        return recordings, max(axes, key=lambda axis: axis.shown[1])

    def _tell_slivers(self, recordings: Sequence[Recording]) -> None:
        """Warn if sounds have but a sliver of the axis of frequencies that all panels share."""
        shown = [one.rows.shown[1] - one.rows.shown[0] for one in recordings]
        if are_apart(shown):
            low, high = (recordings[shown.index(end)] for end in (min(shown), max(shown)))
            self.reporter.warn(
                f"the panels of {low.form.name} are nearly empty: it has {low.chain.rate_hz} Hz, "
                f"and shares its frequency axis with {high.form.name} of {high.chain.rate_hz} Hz: "
                "give a lower `fmax`, or draw it alone"
            )

    def _chain(self, form: "_Form") -> Chain:
        segment = SegmentSettings(channel=self._channel)
        settings = replace(self.settings, segment=segment)
        layout = self.plan.layout
        pixels = layout.pages[0].rows[0].width
        rate_hz = settings.signal.rate_hz or form.rate_hz
        settings = replace(settings, frames=self._frames(settings, rate_hz))
        samples = round(pixels / layout.second * rate_hz)
        wanted = Wanted(pixels, self.view.reduce, scale=self.view.scale)
        return picture_chain(form, settings, wanted, samples, self.reporter)

    def _frames(self, settings: FeatureSettings, rate_hz: int) -> FrameSettings:
        """Choose frames as long as is sharp on this sheet, where they would be longer.

        A few times the length at which a frame is as many pixels wide as one of its bins is high;
        zeros around it lay the bins closer.
        """
        frames = settings.frames
        given = (frames.filter_length, frames.win_length) != (None, None)
        if given or not settings.features.is_spectrum:
            return frames
        shown_hz = self._highest_hz(rate_hz) - (self.view.fmin_hz or 0.0)
        layout = self.plan.layout
        sharp = _SHARP * sqrt(layout.panel_height / layout.second / shown_hz) * rate_hz
        length = max(_MIN_LENGTH, int(2 ** round(log2(sharp))))
        if length >= picture_length(settings, rate_hz, self.view.scale):
            return frames
        return replace(frames, win_length=length, filter_length=_CLOSER * length)

    @property
    def _channel(self) -> Channel:
        """The channels that are read: all, if each segment says which is its own."""
        if self.settings.segment.channel is not None:
            return self.settings.segment.channel
        table = self.plan.segments.channels
        return "all" if all(table[cut.segment] > 0 for cut in self.plan.cuts) else "mix"

    def _view_of(self, chains: Sequence[Chain]) -> ViewSettings:
        """Show frequencies up to a little above the boxes, if all segments have one."""
        if not all(chain.axis.bins for chain in chains):
            return self.view
        return replace(self.view, fmax_hz=self._highest_hz(max(one.rate_hz for one in chains)))

    def _highest_hz(self, rate_hz: int) -> float:
        """Give the highest frequency that is shown of sounds up to this rate."""
        if self.view.fmax_hz is not None:
            return self.view.fmax_hz
        high_hz = self.plan.segments.high_hz[[cut.segment for cut in self.plan.cuts]]
        if self.view.fmin_hz is not None or np.isnan(high_hz).any():
            return rate_hz / 2
        return min(rate_hz / 2, _ROOM_ABOVE * float(high_hz.max()))

    def _cut(
        self, source: Source, recording: Recording, places: Places, rows: RowAxis, store: PixelStore
    ) -> None:
        """Read a sound, and keep its panels."""
        chain, plan = recording.chain, self.plan
        several = chain.settings.segment.channel == "all"
        cuttings = []
        for number in plan.panels_of(places).tolist():
            cut, box = plan.cuts[number], plan.layout.places[number].box
            channel = int(plan.segments.channels[cut.segment]) if several else 1
            if several:
                check_channel(channel, source.channels, source.name)
            times_s = cut.start_s, cut.end_s
            cuttings.append(Cutting(number, times_s, box.size, channel - 1))
        threads = choose_threads(self.threads)
        knife = Knife(chain, recording.rows, rows.shown, self.view, threads)
        for number, pixels in knife.cut(source, cuttings, self.reporter):
            store.add(number, pixels)

    def _check_there(self, recordings: Sequence[Recording], store: PixelStore) -> None:
        """Warn of segments beyond the end of their sound; InputError if all of them are."""
        plan = self.plan
        there = {plan.cuts[number].segment for number in store.samples}
        missing = plan.rows - len(there)
        names = list_names(recording.form.name for recording in recordings)
        if not there:
            raise InputError(
                f"no segment of {plan.segments.name} lies within {names}: they begin at "
                f"{plan.segments.start_s.min():g} s, beyond its end; is the table of another sound?"
            )
        if missing:
            self.reporter.warn(
                f"{missing} of {plan.rows} segments of {plan.segments.name} lie beyond the end of "
                f"{names}: their panels are empty"
            )

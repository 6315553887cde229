"""From the pixels of a contact sheet to pages that can be drawn."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import floor, log10, nan
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.jobs.drawing.colours import colour_scale, drawn_rows, referred
from stftcli.jobs.drawing.job import chosen_fields, frames_told
from stftcli.jobs.drawing.pixel_store import PixelStore
from stftcli.jobs.drawing.sheet_pixels import Recording
from stftcli.jobs.drawing.sheet_plan import SheetPlan, name_of
from stftcli.jobs.provenance import description
from stftcli.pictures.axes import ColourScale, RowAxis
from stftcli.pictures.sheet_layout import Cut
from stftcli.pictures.ticks import clock
from stftcli.settings.pictures import FigureSettings, ViewSettings

if TYPE_CHECKING:
    from stftcli.pictures.sheet_panels import SheetLegend, SheetPage, SheetPanel

_LONG_S, _HOUR_S = 120.0, 3600.0
_MIN_DIGITS, _MAX_DIGITS = 2, 5


class ContactSheet(Frozen):
    """A sheet whose sounds have been read.

    Attributes
    ----------
    plan : SheetPlan
        What is on it.
    recordings : list of Recording
        The sounds.
    recording_of : ndarray
        For each panel, which of them it is of.
    rows : RowAxis
        The axis that all panels share.
    store : PixelStore
        The panels.
    highest : float
        What levels count from.
    positive : bool
        Whether no value is below zero.
    legend : SheetLegend
        The words of all pages.
    """

    plan: SheetPlan
    recordings: list[Recording]
    recording_of: NDArray[np.int64]
    rows: RowAxis
    store: PixelStore
    highest: float
    positive: bool
    legend: "SheetLegend"

    @classmethod
    def of(
        cls,
        plan: SheetPlan,
        recordings: list[Recording],
        rows: RowAxis,
        store: PixelStore,
        view: ViewSettings,
        figure: FigureSettings,
        settings: FeatureSettings,
    ) -> "ContactSheet":
        """Find what the panels share: the colours, and the words around them."""
        from stftcli.pictures.sheet_panels import SheetLegend

        recording_of = np.zeros(len(plan.cuts), np.int64)
        for number, (_, places) in enumerate(plan.sounds):
            recording_of[plan.panels_of(places)] = number
        positive = all(sample[0] >= 0 for sample in store.samples.values())
        samples = [
            drawn_rows(sample, chain, chain.axis, non_negative=positive)
            for number, sample in store.samples.items()
            if (chain := recordings[recording_of[number]].chain)
        ]
        levels = referred(samples, view)
        colours = colour_scale(levels, view)
        highest = float(samples[0].values[0] - levels[0].values[0])
        legend = SheetLegend(
            _title(plan, recordings, figure),
            frames_told(recording.chain for recording in recordings),
            rows,
            colours,
            _texts(recordings, settings, view, figure, colours),
            figure.axes,
        )
        return cls(plan, recordings, recording_of, rows, store, highest, positive, legend)

    def page(self, number: int) -> "SheetPage":
        """Give a page to be drawn."""
        from stftcli.pictures.sheet_panels import SheetPage

        places = self.plan.layout.places
        return SheetPage(
            number, [self._panel(at) for at in range(len(places)) if places[at].page == number]
        )

    def _panel(self, number: int) -> "SheetPanel":
        from stftcli.pictures.sheet_panels import SheetPanel

        plan, cut = self.plan, self.plan.cuts[number]
        place, stored = plan.layout.places[number], self.store.get(number)
        box = place.box
        chain = self.recordings[self.recording_of[number]].chain
        values: NDArray[Any] = np.full((1, 1), np.nan)
        if stored is not None:
            levels = drawn_rows(stored, chain, chain.axis, non_negative=self.positive)
            values = levels.values - self.highest
            # A sound that ends early ends its panel.
            box = replace(box, width=values.shape[1])
        torn = cut.shown < 1 and cut.part == cut.parts - 1
        words = self._words(number, cut, there=stored is not None)
        mark = None if stored is None else self._mark(cut)
        return SheetPanel(values, box, place.room, words, mark, torn)

    def _mark(self, cut: Cut) -> tuple[float, float, float, float]:
        """Give the edges of the segment in pixels of its panel."""
        segments, second = self.plan.segments, self.plan.layout.second
        left, right = (
            (float(times_s[cut.segment]) - cut.start_s) * second
            for times_s in (segments.start_s, segments.end_s)
        )
        edges_hz = np.array([segments.low_hz[cut.segment], segments.high_hz[cut.segment]])
        if self.rows.place is None or np.isnan(edges_hz).any():
            return left, nan, right, nan
        low, high = self.rows.shown
        scale = self.plan.layout.panel_height / (high - low)
        bottom, top = ((self.rows.place(edges_hz) - low) * scale).tolist()
        return left, bottom, right, top

    def _words(self, number: int, cut: Cut, *, there: bool) -> tuple[str, str]:
        """Give what stands above a panel: number and label, then when it begins."""
        segments = self.plan.segments
        begin_s = cut.start_s if cut.part else float(segments.start_s[cut.segment])
        form = self.recordings[self.recording_of[number]].form
        when = [self._time(begin_s, form.origin) if there else "beyond the end"]
        if len(self.recordings) > 1:
            when.append(PurePath(form.name).name)
        if cut.shown < 1 and cut.part == 0:
            all_s = float(segments.duration_s[cut.segment])
            when.append(f"{100 * cut.shown:.2g}% of {all_s:g} s is shown")
        return name_of(segments, cut), ", ".join(when)

    def _time(self, seconds: float, origin: datetime | None) -> str:
        second = self.plan.layout.second
        digits = min(_MAX_DIGITS, max(_MIN_DIGITS, floor(log10(second)))) if second > 1 else 0
        if origin is not None:
            return f"{origin + timedelta(seconds=seconds):%m-%d %H:%M:%S.%f}"[: digits - 6 or None]
        last_s = max(cut.start_s for cut in self.plan.cuts)
        if last_s < _LONG_S:
            return f"{seconds:.{digits}f} s"
        return clock(seconds, hours=last_s >= _HOUR_S, digits=digits)


def _title(plan: SheetPlan, recordings: Sequence[Recording], figure: FigureSettings) -> str:
    if figure.title is not None:
        return figure.title
    name = recordings[0].form.name if len(recordings) == 1 else plan.segments.name
    return PurePath(name).name


def _texts(
    recordings: Sequence[Recording],
    settings: FeatureSettings,
    view: ViewSettings,
    figure: FigureSettings,
    colours: ColourScale,
) -> dict[str, str]:
    """Tell how the sheet was made, as a PNG keeps it."""
    picture = {
        "view": view.to_dict(),
        "figure": figure.to_dict(),
        "lowest": colours.lowest,
        "highest": colours.highest,
        "label": colours.label,
        "chosen": chosen_fields(settings),
    }
    chain = recordings[0].chain.of_segment(settings.segment)
    told = description(chain, [recording.form.told for recording in recordings])
    return {"Software": "stftcli", "Settings": json.dumps({**told, "picture": picture})}

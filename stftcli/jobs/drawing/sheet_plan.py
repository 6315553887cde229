"""What is on a contact sheet, before any sound is read."""

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError, SettingsError
from stftcli.frozen import Frozen
from stftcli.jobs.reporter import Reporter
from stftcli.jobs.segments.sounds import SoundOf, sounds_of
from stftcli.pictures.sheet_layout import (
    Cut,
    SheetLayout,
    cut_segments,
    default_margin_s,
    default_span_s,
    lay_out_sheet,
)
from stftcli.segments.table import Segments
from stftcli.settings.pictures import FigureSettings
from stftcli.settings.segment import SegmentSettings
from stftcli.settings.sheet import SheetSettings

Places = NDArray[np.int64]

MAX_SEGMENTS = 10_000
_CHARACTERS, _WITH_MORE = 9, 20
"""Room above the narrowest panel: for its number and label, or for a sound's name or a date too."""


class SheetPlan(Frozen):
    """What is on a sheet, and where.

    Attributes
    ----------
    segments : Segments
        The table.
    sounds : list of (str, ndarray)
        Each sound that is read, and the places of its segments in the table.
    cuts : list of Cut
        The panels, in the order of the table.
    layout : SheetLayout
        Where they lie.
    missing : int
        How many sounds of the table are not there.
    """

    segments: Segments
    sounds: list[tuple[str, Places]]
    cuts: list[Cut]
    layout: SheetLayout
    missing: int = 0

    @classmethod
    def of(
        cls,
        paths: Sequence[str],
        segments: Segments,
        part: SegmentSettings,
        sheet: SheetSettings,
        figure: FigureSettings,
        reporter: Reporter,
    ) -> "SheetPlan":
        """Choose the segments that lie in a part of their sound, and lay them out.

        Raises
        ------
        StftcliError
            If there are none, too many, or there is no room for them.
        """
        chosen = [
            (sound, places)
            for sound in sounds_of(segments, paths, reporter)
            if len(places := _within(segments, sound.rows, part))
        ]
        sounds = list(_found(chosen, reporter))
        if not sounds:
            raise InputError(f"{segments.name} has no segment in the part that is chosen")
        rows = np.sort(np.concatenate([places for _, places in sounds]))
        if len(rows) > MAX_SEGMENTS:
            raise SettingsError(
                f"{segments.name} has {len(rows)} segments, and a sheet takes {MAX_SEGMENTS}: "
                "choose some of them by `start` and `duration`"
            )
        start_s, end_s = segments.start_s[rows], segments.end_s[rows]
        margin_s = sheet.margin_s
        if margin_s is None:
            margin_s = default_margin_s(end_s - start_s)
        span_s = sheet.span_s or default_span_s(end_s - start_s, margin_s)
        cuts = list(cut_segments(rows, start_s, end_s, margin_s, span_s))
        if shortened := len({cut.segment for cut in cuts if cut.shown < 1}):
            reporter.warn(
                f"{shortened} of {len(rows)} segments are too long for the sheet's scale, and only "
                "their beginning is drawn: `sheet_span` makes room for more"
            )
        characters = _CHARACTERS
        if len(sounds) > 1 or part.time_origin != "none":
            characters = _WITH_MORE
        titled = figure.title != ""
        layout = lay_out_sheet(
            *(cuts, span_s, figure),
            characters=characters,
            wishes=[len(name_of(segments, cut)) for cut in cuts],
            titled=titled,
        )
        return cls(segments, sounds, cuts, layout, len(chosen) - len(sounds))

    @property
    def rows(self) -> int:
        """How many segments there are on it."""
        return sum(len(places) for _, places in self.sounds)

    def panels_of(self, places: Places) -> NDArray[np.int64]:
        """Give the numbers of the panels of some segments."""
        return np.flatnonzero(np.isin([cut.segment for cut in self.cuts], places))


def _found(
    chosen: list[tuple[SoundOf, Places]], reporter: Reporter
) -> Iterator[tuple[str, Places]]:
    """Give the files that are there, and tell of the others; InputError if none is there."""
    missing = 0
    for sound, places in chosen:
        try:
            yield sound.find(), places
        except InputError as error:
            missing += 1
            if missing == len(chosen):
                raise
            reporter.warn(str(error))


def _within(segments: Segments, places: Places, part: SegmentSettings) -> Places:
    """Give those that lie, at least with a part of them, in a part of the sound."""
    last_s = inf if part.duration_s is None else part.start_s + part.duration_s
    start_s, end_s = segments.start_s[places], segments.end_s[places]
    return places[(end_s >= part.start_s) & (start_s < last_s)]


def name_of(segments: Segments, cut: Cut) -> str:
    """Give what a panel shows: the number and the label of its segment, and which part of it."""
    numbers = segments.columns.get("Selection")
    number = numbers[cut.segment] if numbers is not None else str(cut.segment + 1)
    part = f"({cut.part + 1}/{cut.parts})" if cut.parts > 1 else ""
    return " ".join(filter(None, (number, segments.labels[cut.segment], part)))

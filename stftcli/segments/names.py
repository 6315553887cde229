"""What the columns of a table are, by the names that people and programs give them."""

import re
from collections.abc import Mapping, Sequence

from stftcli.segments.numbers import is_nothing, read_channel, read_hz, read_time
from stftcli.segments.table import SegmentRows

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "hz"), 1.0),
    **{"ms": 1e-3, "msec": 1e-3, "khz": 1e3},
}
_ROLES: dict[str, tuple[str, ...]] = {
    "start": (
        *("begintime", "starttime", "start", "begin", "onset", "onsettime", "timestart"),
        *("tmin", "xmin", "t0", "from"),
    ),
    "end": (
        *("endtime", "end", "stop", "stoptime", "offsettime", "timeend"),
        *("tmax", "xmax", "t1", "to"),
    ),
    "offset": ("offset",),
    "duration": ("duration", "dur", "length", "deltatime"),
    "low": (
        *("lowfreq", "lowfrequency", "low", "freqlow", "freqmin", "minfreq", "minfrequency"),
        *("fmin", "flow", "lowf", "frequencymin", "bottomfreq"),
    ),
    "high": (
        *("highfreq", "highfrequency", "high", "freqhigh", "freqmax", "maxfreq", "maxfrequency"),
        *("fmax", "fhigh", "highf", "frequencymax", "topfreq"),
    ),
    "channel": ("channel", "ch", "chan"),
    "sound": (
        *("beginpath", "beginfile", "audio", "audiofilepath", "audiofile", "audiopath"),
        *("sound", "soundfile", "soundfiles", "file", "filename", "filepath", "path", "recording"),
        *("wav", "wavfile"),
    ),
    "fileoffset": ("fileoffset",),
    "label": (
        *("annotation", "label", "labels", "eventlabel", "commonname", "species", "class"),
        *("calltype", "event", "text", "name", "tag", "tags", "category", "speaker"),
        *("word", "phone"),
    ),
}
"""The spellings of each, without the unit, the most telling first."""
_IN_KHZ = ("bottomfreq", "topfreq")
"""warbleR's names, of which the unit is always kHz."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class ColumnNames:
    """Which column of a table is the start, the end, the label and so on.

    Parameters
    ----------
    names : sequence of str
        All columns.

    Raises
    ------
    ValueError
        If there is none for the start, or none for the end.
    """

    def __init__(self, names: Sequence[str]) -> None:
        known = {_plain(name): name for name in reversed(names)}
        self._columns: dict[str, tuple[str, float]] = {}
        for role, spellings in _ROLES.items():
            found = next((known[one] for one in spellings if one in known), None)
            if found is not None:
                self._columns[role] = found, _unit(found)
        # Where there is an onset, the offset is the end; NeMo's offset is the start.
        if "offset" in self._columns:
            role = "end" if "start" in self._columns else "start"
            self._columns.setdefault(role, self._columns["offset"])
        self._check(names)

    def add(self, rows: SegmentRows, cells: Mapping[str, str]) -> None:
        """Add the segment of a row; ValueError says what is wrong with it."""
        start_s = self._time(cells, "start")
        if start_s is None:
            raise ValueError(f"it has no {self._columns['start'][0]}")
        end_s = self._time(cells, "end")
        if end_s is None:
            duration_s = self._time(cells, "duration")
            if duration_s is None:
                raise ValueError("it has neither an end nor a duration")
            end_s = start_s + duration_s
        # Raven's times run on over all files of a window; this is the time in the file.
        at_s = self._time(cells, "fileoffset") if self._text(cells, "sound") else None
        if at_s is not None:
            start_s, end_s = at_s, at_s + (end_s - start_s)
        rows.add(
            start_s,
            end_s,
            label=self._text(cells, "label"),
            low_hz=self._hz(cells, "low"),
            high_hz=self._hz(cells, "high"),
            channel=read_channel(self._text(cells, "channel")),
            sound=self._text(cells, "sound"),
            cells=cells,
        )

    def _check(self, names: Sequence[str]) -> None:
        has = f"it has {', '.join(map(repr, names[:8]))}"
        if "start" not in self._columns:
            raise ValueError(
                f"it must name the columns, and one of them start, begin, onset or offset: {has}"
            )
        if not {"end", "duration"} & self._columns.keys():
            raise ValueError(f"it must name a column end, stop or duration too: {has}")

    def _text(self, cells: Mapping[str, str], role: str) -> str:
        name, _ = self._columns.get(role, ("", 1.0))
        return cells.get(name, "")

    def _time(self, cells: Mapping[str, str], role: str) -> float | None:
        name, unit_s = self._columns.get(role, ("", 1.0))
        text = cells.get(name, "")
        return None if is_nothing(text) else read_time(name, text, unit_s)

    def _hz(self, cells: Mapping[str, str], role: str) -> float:
        name, unit_hz = self._columns.get(role, ("", 1.0))
        return read_hz(name, cells.get(name, ""), unit_hz)


def is_name(column: str) -> bool:
    """Say whether a column holds labels or the names of sounds, by what it is called."""
    return _plain(column) in (*_ROLES["label"], *_ROLES["sound"])


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name.replace("kHz", "khz"))]


def _plain(name: str) -> str:
    words = _words(name)
    return "".join(words[:-1] if len(words) > 1 and words[-1] in _UNITS else words)


def _unit(name: str) -> float:
    if _plain(name) in _IN_KHZ:
        return 1e3
    return _UNITS.get(_words(name)[-1], 1.0) if len(_words(name)) > 1 else 1.0

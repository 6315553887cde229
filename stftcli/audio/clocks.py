"""When a sound was recorded: what its notes and its name say of that."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePath

from stftcli.audio.notes import Notes
from stftcli.files.urls import plain_name
from stftcli.frozen import Frozen
from stftcli.settings.segment import FIRST_YEAR, LAST_YEAR

TOLERANCE = timedelta(seconds=2)
"""Names have whole seconds, and some are given before the recording begins."""

_MONTH, _DAY = r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])"
_HOUR, _MINUTE = r"(?P<hour>[01]\d|2[0-3])", r"(?P<minute>[0-5]\d)"
_SECOND = r"(?P<second>[0-5]\d)"
_DATE = rf"(?P<year>(?:19|20)\d\d)(?P<of_date>[-_.]?){_MONTH}(?P=of_date){_DAY}"
_TIME = rf"{_HOUR}(?P<of_time>[-_.:]?){_MINUTE}(?P=of_time){_SECOND}"
_FRACTION = r"(?P<fraction>\.\d{1,6})?"
_ZONE = r"(?P<zone>Z|UTC|[+-]\d\d:?\d\d$)?"
_IN_NAME = re.compile(rf"(?<!\d){_DATE}[-_T $]?{_TIME}{_FRACTION}{_ZONE}(?!\d)", re.ASCII)
# SoundTrap and its kin give the year two digits, and no marks.
_SHORT_IN_NAME = re.compile(
    rf"(?<=[._])(?P<year>\d\d){_MONTH}{_DAY}{_HOUR}{_MINUTE}{_SECOND}(?!\d)", re.ASCII
)
_HEXADECIMAL = re.compile(r"[0-9A-F]{8}", re.ASCII)
# AudioMoth is younger; 20240131 and other dates are smaller numbers.
_FIRST_OF_AUDIOMOTH = datetime(2016, 1, 1, tzinfo=UTC)

_AUDIOMOTH = re.compile(
    r"Recorded at (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>\.\d{1,6})? "
    r"(?P<day>\d\d)/(?P<month>\d\d)/(?P<year>\d{4}) \(UTC(?P<zone>[+-]\d{1,2}(?::?\d\d)?)?\)",
    re.ASCII,
)
_GUANO = re.compile(r"^Timestamp:[ \t]*(\S.*?)[ \t\r]*$", re.MULTILINE)
_BEXT = re.compile(
    r"(?P<year>\d{4})[-_: .](?P<month>\d\d)[-_: .](?P<day>\d\d)"
    r"(?P<hour>\d\d)[-_: .](?P<minute>\d\d)[-_: .](?P<second>\d\d)",
    re.ASCII,
)
_BEXT_DATE, _BEXT_REFERENCE = slice(320, 338), slice(338, 346)


class Clock(Frozen):
    """A time at which a sound begins, and who says so; without a zone where none is known."""

    at: datetime
    said_by: str

    def agrees_with(self, other: "Clock") -> bool:
        """Say whether both may be right; a time without a zone may be local or UTC."""
        one, two = self.at, other.at
        if (one.tzinfo is None) == (two.tzinfo is None):
            return abs(one - two) < TOLERANCE
        zoned, plain = (one, two) if two.tzinfo is None else (two, one)
        readings = (zoned.replace(tzinfo=None), zoned.astimezone(UTC).replace(tzinfo=None))
        return any(abs(reading - plain) < TOLERANCE for reading in readings)


def clocks_of(path: str, notes: Notes, rate_hz: int) -> list[Clock]:
    """Give all clocks of a sound, the most trusted first.

    What a recorder wrote into the file comes before the name, which may have been changed.
    """
    found = (
        _clock("its GUANO note", _of_guano, _text(notes, b"guan")),
        _clock("its AudioMoth comment", _of_comment, _text(notes, b"ICMT")),
        *_of_bext(notes.get(b"bext", b""), rate_hz),
        _clock("its name", _of_name, PurePath(plain_name(path)).name),
    )
    return [clock for clock in found if clock is not None]


def _text(notes: Notes, name: bytes) -> str:
    return notes.get(name, b"").decode(errors="replace")


def _clock(said_by: str, read: Callable[[str], datetime | None], text: str) -> Clock | None:
    try:
        at = read(text)
    except (ValueError, OverflowError):  # it looks like a date, and is none
        return None
    if at is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    return Clock(at, said_by)


def _of_guano(text: str) -> datetime | None:
    found = _GUANO.search(text)
    return None if found is None else datetime.fromisoformat(found[1])


def _of_comment(text: str) -> datetime | None:
    found = _AUDIOMOTH.search(text)
    # Without an offset it says that it is UTC.
    return None if found is None else _datetime(found, found["zone"] or "Z")


def _of_name(name: str) -> datetime | None:
    stem = PurePath(name).stem
    if _HEXADECIMAL.fullmatch(stem):
        at = datetime.fromtimestamp(int(stem, 16), UTC)
        if at >= _FIRST_OF_AUDIOMOTH:
            return at
    if (found := _IN_NAME.search(stem)) is not None:
        return _datetime(found, found["zone"])
    found = _SHORT_IN_NAME.search(stem)
    return None if found is None else _datetime(found, None)


def _of_bext(content: bytes, rate_hz: int) -> Iterator[Clock]:
    """Give the clock of a Broadcast Wave chunk, and its count of samples since midnight.

    Both are one clock where they agree: then the count says the fraction of the second.
    """
    clock = _clock("its bext chunk", _of_bext_date, content[_BEXT_DATE].decode(errors="replace"))
    if clock is None:
        return
    reference = int.from_bytes(content[_BEXT_REFERENCE], "little")
    midnight = clock.at.replace(hour=0, minute=0, second=0)
    if 0 < reference < 86_400 * rate_hz:
        counted = Clock(midnight + timedelta(seconds=reference / rate_hz), "its TimeReference")
        if counted.agrees_with(clock):
            clock = Clock(counted.at, clock.said_by)
        else:
            yield from (clock, counted)
            return
    yield clock


def _of_bext_date(text: str) -> datetime | None:
    found = _BEXT.fullmatch(text)
    return None if found is None else _datetime(found, None)


def _datetime(found: re.Match[str], zone: str | None) -> datetime:
    """Make a time of the parts of a match; ValueError where there is no such day or hour."""
    parts = found.groupdict()
    names = ("year", "month", "day", "hour", "minute", "second")
    year, month, day, hour, minute, second = (int(parts[name]) for name in names)
    year += 2000 * (year < 100)
    at = datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone))
    return at + timedelta(seconds=float(parts.get("fraction") or 0))


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in ("Z", "UTC"):
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if text.startswith("-") else offset)

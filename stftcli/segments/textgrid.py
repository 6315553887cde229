"""Praat's TextGrids, long and short: intervals and points in tiers.

Both forms are the same values in the same order, as texts in quotes, free-standing numbers and
flags; what stands around them in the long form is for people alone
(https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html).
"""

import re
from collections.abc import Iterator, Sequence

from stftcli.segments.kind import TableKind
from stftcli.segments.lines import MAX_LINE, TextLines
from stftcli.segments.table import SegmentRows

_PRAATS = "ooTextFile"
_COMMENT, _QUOTE = "!", '"'
_TOKEN = re.compile(r'(?<!\S)(?:!|<exists>|<absent>|[+-]?[\d.]+(?:[eE][+-]?\d+)?%?(?!\S))|"')

Token = str | float | bool
"""A text, a number, or whether something is there."""


def _fits(head: Sequence[str]) -> bool:
    return _PRAATS in head[0]


def _read(lines: TextLines, rows: SegmentRows) -> None:
    values = _Values(lines)
    if not values.text("kind of file").startswith(_PRAATS) or values.text("class") != "TextGrid":
        raise lines.error("it is a file of Praat, but no TextGrid")
    for what in ("beginning", "end"):
        values.number(what)
    if not values.flag():
        return
    for _ in range(values.count("tiers")):
        _read_tier(values, rows)


def _read_tier(values: "_Values", rows: SegmentRows) -> None:
    kind, name = values.text("class of a tier"), values.text("name of a tier")
    if kind not in ("IntervalTier", "TextTier"):
        raise values.error(f"a tier is of class {kind[:40]!r}, not IntervalTier or TextTier")
    rows.tiers.append(name)
    for what in ("beginning of a tier", "end of a tier"):
        values.number(what)
    for _ in range(values.count("items")):
        start_s = values.number("time")
        end_s = values.number("end of an interval") if kind == "IntervalTier" else start_s
        label = values.text("label")
        # Intervals fill a tier without gaps: those between what is labelled are empty.
        if label.strip() or kind == "TextTier":
            _add(values, rows, (start_s, end_s), name, label)


def _add(
    values: "_Values", rows: SegmentRows, times_s: tuple[float, float], tier: str, label: str
) -> None:
    start_s, end_s = times_s
    cells = {"tmin": f"{start_s:.12g}", "tier": tier, "text": label, "tmax": f"{end_s:.12g}"}
    try:
        rows.add(start_s, end_s, label=label, cells=cells)
    except ValueError as error:
        raise values.error(str(error)) from error


class _Values:
    """The values of a TextGrid, in order; InputError for one of another kind than was expected."""

    def __init__(self, lines: TextLines) -> None:
        self._lines, self._tokens = lines, _tokens(lines)

    def error(self, reason: str) -> Exception:
        return self._lines.error(reason)

    def text(self, what: str) -> str:
        value = self._next(what)
        if not isinstance(value, str):
            raise self.error(f"here must be the {what}, in quotes")
        return value

    def number(self, what: str) -> float:
        value = self._next(what)
        if not isinstance(value, float):
            raise self.error(f"here must be the {what}, a number")
        return value

    def count(self, what: str) -> int:
        value = self.number(f"number of {what}")
        if not 0 <= value < 1e9 or value != int(value):
            raise self.error(f"here must be the number of {what}, not {value:g}")
        return int(value)

    def flag(self) -> bool:
        value = self._next("<exists>")
        if not isinstance(value, bool):
            raise self.error("here must be <exists> or <absent>")
        return value

    def _next(self, what: str) -> Token:
        value = next(self._tokens, None)
        if value is None:
            raise self.error(f"it ends early: the {what} is missing")
        return value


def _tokens(lines: TextLines) -> Iterator[Token]:
    for line in lines:
        rest, at = line, 0
        while (found := _TOKEN.search(rest, at)) and found[0] != _COMMENT:
            at = found.end()
            if found[0] == _QUOTE:
                text, rest = _text(lines, rest[at:])
                at = 0
                yield text
            elif found[0].startswith("<"):
                yield found[0] == "<exists>"
            else:
                yield _number(lines, found[0])


def _text(lines: TextLines, rest: str) -> tuple[str, str]:
    """Read on to the end of a text, in other lines if it goes over several; give what follows."""
    number, held, characters = lines.number, "", 0
    while True:
        at = 0
        while (at := rest.find(_QUOTE, at)) >= 0 and rest[at + 1 : at + 2] == _QUOTE:
            at += 2
        if at >= 0:
            return (held + rest[:at]).replace('""', _QUOTE), rest[at + 1 :]
        held += rest + "\n"
        characters += len(rest)
        following = next(lines, None)
        if following is None or characters > MAX_LINE:
            raise lines.error("a text begins here that has no end: a quote is missing", number)
        rest = following


def _number(lines: TextLines, text: str) -> float:
    try:
        value = float(text.rstrip("%"))
    except ValueError:
        raise lines.error(f"{text[:40]!r} is no number") from None
    if abs(value) > 1e12:
        raise lines.error(f"{text[:40]} is too large")
    return value


TEXTGRID = TableKind("textgrid", "Praat TextGrids", _fits, _read)

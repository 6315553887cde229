"""Calibration curves in text files: lines of a frequency and its decibels."""

import re
from math import isfinite
from pathlib import Path

from stftcli.files.untrusted import as_input_error, printable, read_content

_MAX_BYTES = 1 << 20
_COMMENTS = tuple("#*;%!/\"'")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_curve(file: str) -> tuple[tuple[float, float], ...]:
    """Read the points of a curve: two columns, or more of which the first two count.

    Columns stand apart by commas, semicolons, tabs or blanks; between semicolons and tabs a comma
    may be the decimal one. What stands before the first numbers is a header, and what begins with
    one of ``# * ; % ! / " '`` a comment. A line for 0 Hz is left out, for a curve is taken over the
    logarithm of the frequency.

    Returns
    -------
    tuple of (float, float)
        Frequencies in Hz, which rise, and decibels.

    Raises
    ------
    InputError
        If the file cannot be read or holds something else; it names the line.
    """
    with as_input_error(file, "a calibration curve"):
        content = read_content(Path(file), _MAX_BYTES)
        encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
        points: list[tuple[float, float]] = []
        for number, line in enumerate(content.decode(encoding, "replace").splitlines(), start=1):
            point = _point(line.strip(), number, begun=bool(points))
            if point is not None:
                _check_rises(point, points, number)
                points.append(point)
        curve = tuple(point for point in points if point[0] > 0)
        if len(curve) < 2:
            raise ValueError(
                f"it has {len(curve) or 'no'} line of two numbers, Hz and dB: a curve has several"
            )
    return curve


def _point(line: str, number: int, *, begun: bool) -> tuple[float, float] | None:
    """Read a line; None if it is blank, a comment or a header."""
    if not line or line.startswith(_COMMENTS):
        return None
    columns = _columns(line)
    values = [_as_number(column) for column in columns[:2]]
    if not begun and values[0] is None:
        return None
    if len(values) < 2 or None in values:
        raise ValueError(
            f"line {number} is {printable(line[:40])!r}: it must be two numbers, Hz and dB"
        )
    hz, db = values
    assert hz is not None
    assert db is not None
    if hz < 0:
        raise ValueError(f"line {number} has {hz:g} Hz: a frequency cannot be negative")
    return hz, db


def _columns(line: str) -> list[str]:
    for separator in (";", "\t"):
        if separator in line:
            return [part.strip().replace(",", ".") for part in line.split(separator)]
    return re.split(r"\s*,\s*|\s+", line)


def _as_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _check_rises(
    point: tuple[float, float], points: list[tuple[float, float]], number: int
) -> None:
    if points and point[0] <= points[-1][0]:
        raise ValueError(
            f"line {number} has {point[0]:g} Hz after {points[-1][0]:g} Hz: each frequency must "
            "stand once, and they must rise"
        )

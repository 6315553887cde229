"""What files claim and say, taken without trust: errors, texts, JSON, counted bytes."""

import math
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Never

from stftcli.errors import InputError, StftcliError

if TYPE_CHECKING:
    from json import JSONDecoder

_PIECE_BYTES = 1 << 20
_MAX_REASON, _MAX_NAME, _MAX_LISTED = 300, 40, 12
# Settings are four levels deep; whoever walks through them may do so by recursion.
_MAX_DEPTH = 32
_MAX_DIGITS = 300
"""Digits of a whole number that can be made a float, whatever they are."""
_MAX_BITS = 1000
_MAX_AXES = 32


@contextmanager
def as_input_error(path: str | os.PathLike[str], expected: str) -> Iterator[None]:
    """Turn whatever goes wrong while a file is read into one InputError of one line."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except StftcliError:
        raise
    except Exception as error:  # the parsers raise a dozen kinds on bad files
        raise InputError(f"{path} is not {expected}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    # Parsers quote what they trip over, and some write paragraphs.
    text = printable(" ".join(str(error).split())) or type(error).__name__
    return text if len(text) <= _MAX_REASON else f"{text[:_MAX_REASON]}..."


def printable(text: str) -> str:
    """Put a sign in the place of what a font cannot draw, or a terminal would obey."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def list_names(names: Iterable[str]) -> str:
    """List names that a file holds for a message, as many as can be read."""
    listed = [printable(name[:_MAX_NAME]) for name in names]
    more = [f"{len(listed) - _MAX_LISTED} more"] if len(listed) > _MAX_LISTED else []
    return ", ".join(listed[:_MAX_LISTED] + more)


def read_content(path: Path, max_bytes: int) -> bytes:
    """Read a whole file; ValueError if it is longer than that."""
    with path.open("rb") as file:
        return read_limited(file, max_bytes)


def read_limited(file: IO[bytes], max_bytes: int) -> bytes:
    """Read an open file to its end; ValueError if there is more than that."""
    content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ValueError(f"it is longer than {max_bytes} bytes")
    return content


def read_exactly(file: IO[bytes], count: int) -> bytearray:
    """Read so many bytes, whose number has been checked, into one place; ValueError for fewer."""
    # Members of a zip join what they read over and over if they are asked for much at once.
    content = bytearray(count)
    room, done = memoryview(content), 0
    while piece := file.read(min(_PIECE_BYTES, count - done)):
        room[done : done + len(piece)] = piece
        done += len(piece)
    if done < count:
        raise ValueError(f"it ends early: {count} bytes were promised, {done} are there")
    return content


def parse_json(text: str | bytes) -> Any:
    """Read JSON, of which every number and every text can be used.

    Raises
    ------
    ValueError
        If it is none, nested deeper than 32 levels, or holds a number beyond the largest
        float or a text that is no Unicode.
    """
    try:
        if isinstance(text, bytes):
            from json import detect_encoding

            text = text.decode(detect_encoding(text))
        values = _decoder().decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not _is_plain(text):
        _check_values(values)
    return values


def _is_plain(text: str) -> bool:
    """Say whether JSON can hold nothing that `_check_values` refuses, as is so of nearly all lines.

    Its numbers were looked at when they were read.
    """
    depth = text.count("{") + text.count("[")
    return text.isascii() and "\\u" not in text and depth <= _MAX_DEPTH


def parse_object(text: str | bytes) -> dict[str, Any]:
    """Read a JSON object as `parse_json` reads; ValueError for other JSON too."""
    values = parse_json(text)
    if not isinstance(values, dict):
        raise ValueError("what should be a JSON object is none")  # noqa: TRY004
    return values


def parse_toml(text: str) -> dict[str, Any]:
    """Read TOML whose whole numbers and texts can be used; floats may be infinite, or none.

    Raises
    ------
    ValueError
        If it is none, nested deeper than 32 levels, or holds a number beyond the largest float.
    """
    import tomllib

    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError as error:
        if isinstance(error, tomllib.TOMLDecodeError) or not str(error).startswith("Exceeds"):
            raise
        raise ValueError("it holds a number of thousands of digits") from None
    _check_values(values)
    return values


def check_text(text: str) -> str:
    """Give a text back; ValueError if it holds half a character, which nothing can print."""
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError(f"it holds a text with half a character (a surrogate): {text[:40]!a}")
    return text


def check_shape(lengths: Any) -> tuple[int, ...]:
    """Give the shape that a file claims; ValueError if no array has it."""
    if not isinstance(lengths, list) or len(lengths) > _MAX_AXES:
        raise ValueError("its shape is no list of a few lengths")
    if not all(type(length) is int and 0 <= length < 1 << 63 for length in lengths):
        raise ValueError(f"its shape is {lengths}")
    return tuple(lengths)


def _check_values(values: Any) -> None:
    level = [values]
    for _ in range(_MAX_DEPTH + 1):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, str):
                if not value.isascii():
                    check_text(value)
            elif isinstance(value, int) and value.bit_length() > _MAX_BITS:
                raise ValueError(f"it holds a number of {value.bit_length() // 3.33:.0f} digits")
            elif isinstance(value, dict):
                inner += [*value, *value.values()]
            elif isinstance(value, list):
                inner += value
        if not inner:
            return
        level = inner
    raise ValueError(f"it is nested deeper than {_MAX_DEPTH} levels")


def _int(digits: str) -> int:
    digits_only = digits.lstrip("-")
    if len(digits_only) > _MAX_DIGITS:
        raise ValueError(f"it holds a number of {len(digits_only)} digits: {digits[:20]}...")
    return int(digits)


def _float(digits: str) -> float:
    if not math.isfinite(value := float(digits)):
        raise ValueError(f"it holds {digits[:20]}, which is beyond the largest number")
    return value


def _no_number(name: str) -> Never:
    raise ValueError(f"it holds {name}, which is no number")


@cache  # as lists have a line of JSON for each of a million sounds
def _decoder() -> "JSONDecoder":
    from json import JSONDecoder

    return JSONDecoder(parse_int=_int, parse_float=_float, parse_constant=_no_number)

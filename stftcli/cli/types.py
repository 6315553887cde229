"""What options take beyond Click's own types: functions from a text to a value."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import click

from stftcli.errors import SettingsError
from stftcli.settings.choices import Channel
from stftcli.settings.lengths import Length, parse_length, parse_transform_length
from stftcli.settings.pictures import check_size
from stftcli.settings.record import nearest

FILE = click.Path(path_type=str, allow_dash=True, readable=False)
"""A file to be read or written: shells complete its name."""


def length(text: str) -> Length:
    """Read "512" as samples and "25ms" as milliseconds."""
    try:
        return parse_length(text)
    except SettingsError as error:
        raise click.BadParameter(str(error)) from None


def transform_length(text: str) -> Length:
    """Read a length, or "pow2"."""
    try:
        return parse_transform_length(text)
    except SettingsError as error:
        raise click.BadParameter(str(error)) from None


def time_s(text: str) -> float:
    """Read "90", "1:30" or "1:02:03.5" as seconds."""
    if not re.fullmatch(r"(\d{1,9}:){0,2}(\d{1,9}(\.\d*)?|\.\d+)", text, re.ASCII):
        raise click.BadParameter(f"{text!r} is not a time: give seconds (90) or m:ss (1:30)")
    seconds = 0.0
    for part in text.split(":"):
        seconds = 60 * seconds + float(part)
    return seconds


def duration_s(text: str) -> float:
    """Read a time above zero."""
    seconds = time_s(text)
    if seconds <= 0:
        raise click.BadParameter(f"{text!r} is no duration: give a time above zero")
    return seconds


def size(text: str) -> tuple[int, int]:
    """Read "1200x600" as a width and a height."""
    if not re.fullmatch(r"\d{1,7}x\d{1,7}", text, re.ASCII):
        raise click.BadParameter(f"{text!r} is no size: give width and height, as in 1200x600")
    width, height = map(int, text.split("x"))
    try:
        check_size(width, height)
    except SettingsError as error:
        raise click.BadParameter(str(error)) from None
    return width, height


def channel(text: str) -> Channel:
    """Read "mix", "all" or a number from 1."""
    if text in ("mix", "all"):
        return "mix" if text == "mix" else "all"
    if not re.fullmatch(r"[1-9]\d{0,5}", text, re.ASCII):
        raise click.BadParameter(f"{text!r} is no channel: give mix, all, or a number from 1")
    return int(text)


def number(lowest: float, highest: float) -> Callable[[str], float]:
    """Make a reader of numbers within bounds, which NaN is not."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not lowest <= value <= highest:
            raise click.BadParameter(f"{text!r} is not a number from {lowest:g} to {highest:g}")
        return value

    return read


def number_or(word: str, lowest: float, highest: float) -> Callable[[str], float | str]:
    """Make a reader of numbers within bounds, or of one word."""
    read = number(lowest, highest)
    return lambda text: text if text == word else read(text)


def pair_or(word: str) -> Callable[[str], tuple[float, float] | str]:
    """Make a reader of two numbers with a comma between, or of one word."""
    number_of = number(-1e30, 1e30)

    def read(text: str) -> tuple[float, float] | str:
        if text == word:
            return word
        parts = text.split(",")
        if len(parts) != 2:
            raise click.BadParameter(f"{text!r} is no pair: give two numbers, as in -4.27,9.14")
        return number_of(parts[0]), number_of(parts[1])

    return read


def names_of(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Make a reader of names with commas between, or "all"."""

    def read(text: str) -> tuple[str, ...]:
        names = tuple(known) if text == "all" else tuple(text.split(","))
        for name in names:
            if name not in known:
                raise click.BadParameter(f"there is no {name!r}: {nearest(name, list(known))}")
        return names

    return read


class Names(click.Choice[str]):
    """One of many names: a wrong one is answered with the nearest."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the name."""
        if value not in self.choices:
            if str(value).endswith(".toml"):
                self.fail(f"there is no {value!r} here: a file goes to --config")
            self.fail(f"there is no {value!r}: {nearest(str(value), list(self.choices))}")
        return super().convert(value, param, ctx)

    def get_missing_message(
        self,
        param: click.Parameter,  # noqa: ARG002  # click passes it
        ctx: click.Context | None,  # noqa: ARG002
    ) -> str:
        """Add nothing: the names would fill a screen."""
        return ""

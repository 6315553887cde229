"""What options take beyond Click's own types: functions from a text to a value."""

import re
from collections.abc import Callable

import click

from stftcli.errors import SettingsError
from stftcli.settings import Channel, Length, parse_length


def length(text: str) -> Length:
    """Read "512" as samples and "25ms" as milliseconds."""
    try:
        return parse_length(text)
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

"""What is said to people: in the words of the command line, and safe for their terminal."""

import re

import click

from stftcli.errors import shortened
from stftcli.files.untrusted import printable

# Fields of the library that have another name as options.
_OPTIONS = {
    "filter_length": "n_fft",
    "rate_hz": "rate",
    "fmin_hz": "fmin",
    "fmax_hz": "fmax",
    "start_s": "start",
    "duration_s": "duration",
    "offset": "log_offset",
    "full_scale_v": "full_scale",
    "reference": "ref",
}
# Options that are no rows of the table.
_OF_COMMANDS = {
    *("alpha", "checksum", "config", "device", "executor", "fail_fast", "files_from", "follow"),
    *("format", "grid", "griffin_lim", "held_out", "include", "input_format", "input_rate", "jobs"),
    *("json_progress", "latency", "library"),
    *("key", "length", "manifest", "max_failures", "opset", "out", "out_dir", "overwrite"),
    *("preset", "prune", "root", "save_linear", "segment_frames", "segments", "shard"),
    *("shard_size", "sheet", "sidecar", "strict", "subtype", "threads", "tier", "timeline"),
}
# Those of them that can be switched off, and by what.
_SWITCHES = {"segment_band": "no_segment_band"}


def spell(name: str) -> str:
    """Write a keyword as an option."""
    return f"--{name.replace('_', '-')}"


def say(text: str, *, err: bool = True) -> None:
    """Say something to people, in one line: what a terminal would obey is shown as a sign.

    Names of files, and texts that files hold, may be anything; what programs read is not said here.
    """
    click.echo(shortened(printable(in_options(text))), err=err)


def in_options(text: str) -> str:
    """Write the names in backticks of a message as options: `n_fft` as --n-fft.

    A value follows its name, as in `dtype='float64'`; a name that is no option stays as it is.
    """
    if "`" not in text:
        return text
    from stftcli.features.keywords import all_options
    from stftcli.settings.pictures import FigureSettings, ViewSettings
    from stftcli.settings.sheet import SheetSettings

    records = (ViewSettings, FigureSettings, SheetSettings)
    rows = [*all_options().values(), *(row for record in records for row in record.options)]
    off = {row.name: row.off for row in rows} | _SWITCHES

    def option(found: re.Match[str]) -> str:
        name, value = _OPTIONS.get(found[1], found[1]), found[2]
        if name not in off and name not in _OF_COMMANDS:
            return found[0]
        if value == "False":
            return spell(off[name])
        return spell(name) if value in (None, "True") else f"{spell(name)} {value.strip(chr(39))}"

    return re.sub(r"`(\w+)(?:=([^`]*))?`", option, text)

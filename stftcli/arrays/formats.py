"""The table of array formats, and the choice among them."""

from pathlib import PurePath

from stftcli.arrays.ark import ARK
from stftcli.arrays.csv import CSV
from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.jsonl import JSONL
from stftcli.arrays.npy import NPY
from stftcli.arrays.npz import NPZ
from stftcli.arrays.raw import RAW
from stftcli.arrays.safetensors import SAFETENSORS
from stftcli.errors import SettingsError
from stftcli.files.atomic import is_stream
from stftcli.settings.choices import ArrayFormat

FORMATS: dict[ArrayFormat, FormatRow] = {
    "npy": NPY,
    "npz": NPZ,
    "safetensors": SAFETENSORS,
    "csv": CSV,
    "jsonl": JSONL,
    "raw": RAW,
    "ark": ARK,
}

ENDINGS = tuple(ending for row in FORMATS.values() for ending in row.endings)
"""The endings of files that are feature arrays."""


def choose_format(name: ArrayFormat | None, output: str) -> FormatRow:
    """Give the format of a name, or else of the output's ending; npy for a pipe or a device."""
    if name is not None:
        return FORMATS[name]
    if is_stream(output):
        return FORMATS["npy"]
    if row := format_of(output):
        return row
    raise SettingsError(
        f"cannot tell the format from the name {output}: use {', '.join(ENDINGS)}, or give `format`"
    )


def format_of(path: str) -> FormatRow | None:
    """Give the format that the ending of a file means, if it means one."""
    ending = PurePath(path).suffix.lower()
    return next((row for row in FORMATS.values() if ending in row.endings), None)

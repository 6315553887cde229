"""The table of array formats, and the choice among them."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import PurePath

from stftcli.arrays.format_row import FormatRow
from stftcli.errors import SettingsError
from stftcli.files.atomic import is_stream
from stftcli.settings.choices import ArrayFormat

FORMAT_ENDINGS: dict[ArrayFormat, tuple[str, ...]] = {
    "npy": (".npy",),
    "npz": (".npz",),
    "safetensors": (".safetensors",),
    "csv": (".csv",),
    "jsonl": (".jsonl", ".ndjson"),
    "raw": (".raw", ".bin"),
    "ark": (".ark",),
}
"""The endings of files that mean a format, its usual one first."""

ENDINGS = tuple(ending for endings in FORMAT_ENDINGS.values() for ending in endings)
"""The endings of files that are feature arrays."""


class _Formats(Mapping[ArrayFormat, FormatRow]):
    """Rows by names: that of npy is `ROW` in stftcli/arrays/npy.py, imported when asked for."""

    def __getitem__(self, name: ArrayFormat) -> FormatRow:
        if name not in FORMAT_ENDINGS:
            raise KeyError(name)
        row: FormatRow = import_module(f"stftcli.arrays.{name}").ROW
        return row

    def __iter__(self) -> Iterator[ArrayFormat]:
        return iter(FORMAT_ENDINGS)

    def __len__(self) -> int:
        return len(FORMAT_ENDINGS)


FORMATS = _Formats()


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
    return next((FORMATS[name] for name in FORMAT_ENDINGS if ending in FORMAT_ENDINGS[name]), None)

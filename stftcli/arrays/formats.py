"""The table of array formats, and the choice among them."""

from pathlib import PurePath
from typing import NamedTuple

from stftcli.arrays.sinks import NpySink, NpzSink, RawSink
from stftcli.errors import SettingsError
from stftcli.files.publish import is_stream
from stftcli.settings import ArrayFormat, Layout


class FormatRow(NamedTuple):
    """A format: the endings that mean it, its sink, and whether the sink goes back in the file."""

    endings: tuple[str, ...]
    sink: type[RawSink]
    goes_back: bool

    def needs_seeking(self, layout: Layout) -> bool:
        """Say whether the whole result must be at hand before its first byte can leave."""
        return self.goes_back or layout == "bins-first"


FORMATS: dict[ArrayFormat, FormatRow] = {
    "npy": FormatRow((".npy",), NpySink, True),
    "npz": FormatRow((".npz",), NpzSink, True),
    "raw": FormatRow((".raw", ".bin"), RawSink, False),
}


def choose_format(name: ArrayFormat | None, output: str) -> FormatRow:
    """Give the format of a name, or else of the output's ending; npy for a pipe or a device."""
    if name is not None:
        return FORMATS[name]
    if is_stream(output):
        return FORMATS["npy"]
    ending = PurePath(output).suffix.lower()
    for row in FORMATS.values():
        if ending in row.endings:
            return row
    endings = ", ".join(ending for row in FORMATS.values() for ending in row.endings)
    raise SettingsError(
        f"cannot tell the format from the name {output}: use {endings}, or give --format"
    )

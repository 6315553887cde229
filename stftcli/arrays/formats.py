"""The table of array formats, and the choice among them."""

from pathlib import PurePath
from typing import NamedTuple

from stftcli.arrays.csv_sink import CsvSink
from stftcli.arrays.kaldi_sink import KaldiSink
from stftcli.arrays.safetensors_sink import SafetensorsSink
from stftcli.arrays.sinks import NpySink, NpzSink, RawSink
from stftcli.errors import SettingsError
from stftcli.files.atomic import is_stream
from stftcli.settings.choices import ArrayFormat, Layout


class FormatRow(NamedTuple):
    """A format of arrays.

    Parameters
    ----------
    endings : tuple of str
        The endings of files that mean it.
    sink : type
        Makes it; sinks are described by RawSink.
    goes_back : bool
        Whether the sink goes back in the file, or asks where in it it stands.
    describes : bool, default False
        Whether the file holds how the array was made.
    index_ending : str, optional
        The ending of the index that stands beside the file, if there is one.
    """

    endings: tuple[str, ...]
    sink: type[RawSink]
    goes_back: bool
    describes: bool = False
    index_ending: str | None = None

    def needs_seeking(self, layout: Layout) -> bool:
        """Say whether the whole result must be at hand before its first byte can leave."""
        return self.goes_back or layout == "bins-first"


FORMATS: dict[ArrayFormat, FormatRow] = {
    "npy": FormatRow((".npy",), NpySink, True),
    "npz": FormatRow((".npz",), NpzSink, True, describes=True),
    "safetensors": FormatRow((".safetensors",), SafetensorsSink, False, describes=True),
    "csv": FormatRow((".csv",), CsvSink, False),
    "raw": FormatRow((".raw", ".bin"), RawSink, False),
    "ark": FormatRow((".ark",), KaldiSink, True, index_ending=".scp"),
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

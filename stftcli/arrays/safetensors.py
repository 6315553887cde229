"""Feature arrays in .safetensors files, written by their specification to need little memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.description import Description, names_of, settings_of
from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.rows import Batches, check_table, read_batches
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.arrays.values import Values
from stftcli.arrays.writer import ArrayWriter
from stftcli.errors import SettingsError
from stftcli.files.safetensors_header import has_type, make_header, read_header
from stftcli.files.temporary import copy_rest, temp_space_errors, temporary_file
from stftcli.files.untrusted import parse_json
from stftcli.settings.choices import Layout

_FLOAT64 = np.dtype("<f8")
_FEATURES = "features"


class SafetensorsWriter(ArrayWriter):
    """A .safetensors file: tensors "freqs", "times" and "features", and texts as metadata.

    The texts are "layout", "names" (a JSON list) and "settings" (a JSON object).
    """

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        self._whole = file
        # The header stands first, and the number of frames in it is known last.
        super().__init__(temporary_file(), replace(spec, dtype=spec.dtype.newbyteorder("<")))

    @temp_space_errors()
    def write(self, batch: NDArray[Any]) -> None:
        """Append frames of shape (frames, *frame_shape)."""
        super().write(batch)

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:  # noqa: ARG003  # both are tensors
        """Raise SettingsError for types that the format lacks, such as complex128."""
        if not has_type(dtype):
            raise SettingsError(
                f"safetensors has no {dtype} numbers: choose `dtype='float32'`, another "
                "`spectrum`, or write .npz"
            )

    def finish(self, metadata: ArrayMetadata) -> None:
        """Put the header and the tensors together."""
        super().finish(metadata)
        with self._file:
            self._whole.write(self._header(metadata))
            if metadata.freqs_hz is not None:
                self._whole.write(metadata.freqs_hz.astype(_FLOAT64).data)
            for times in self._spec.times(self.frames):
                self._whole.write(times.astype(_FLOAT64).data)
            with temp_space_errors():
                self._file.seek(0)
            copy_rest(self._file, self._whole)

    def _header(self, metadata: ArrayMetadata) -> bytes:
        tensors: dict[str, tuple[np.dtype[Any], tuple[int, ...]]] = {}
        if metadata.freqs_hz is not None:
            tensors["freqs"] = (_FLOAT64, metadata.freqs_hz.shape)
        if self._spec.times_s is not None:
            tensors["times"] = (_FLOAT64, (self.frames,))
        tensors[_FEATURES] = (self._spec.dtype, self.shape)
        texts = {
            "layout": self._spec.layout,
            "names": json.dumps(self._spec.names),
            "settings": metadata.settings,
        }
        return make_header(tensors, texts)


def _read_description(path: Path) -> Description:
    with path.open("rb") as file:
        header = read_header(file)
    tensor = header.tensor(_FEATURES)
    names, settings = (header.texts.get(name) for name in ("names", "settings"))
    return Description(
        tensor.shape,
        str(tensor.dtype),
        None if names is None else names_of(parse_json(names)),
        None if settings is None else settings_of(settings),
    )


def _read_rows(path: Path) -> Batches:
    with path.open("rb") as file:
        header = read_header(file)
        tensor = header.tensor(_FEATURES)
        check_table(tensor.shape, tensor.dtype, header.texts.get("layout") == "bins-first")
        file.seek(tensor.begin)
        yield from read_batches(file, tensor.shape, tensor.dtype)


@contextmanager
def _open_values(path: Path) -> Iterator[Values]:
    with path.open("rb") as file:
        header = read_header(file)
        tensor = header.tensor(_FEATURES)
        file.seek(tensor.begin)
        yield Values(file, tensor.shape, tensor.dtype, layout=header.texts.get("layout"))


ROW = FormatRow(
    SafetensorsWriter,
    goes_back=False,
    read_rows=_read_rows,
    read_description=_read_description,
    describes=True,
    open_values=_open_values,
)

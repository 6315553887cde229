"""Feature arrays in .safetensors files, written by their specification to need little memory."""

import json
from dataclasses import replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.head import ArrayHead, Beside
from stftcli.arrays.sinks import RawSink
from stftcli.arrays.tensor_header import has_type, make_header
from stftcli.errors import SettingsError
from stftcli.files.temporary import copy_rest, spooled, temporary_file
from stftcli.settings.choices import Layout

_FLOAT64 = np.dtype("<f8")


class SafetensorsSink(RawSink):
    """A .safetensors file: tensors "freqs", "times" and "features", and texts as metadata.

    The texts are "layout", "names" (a JSON list) and "settings" (a JSON object).
    """

    def __init__(self, file: IO[bytes], head: ArrayHead) -> None:
        self._whole = file
        # The header stands first, and the number of frames in it is known last.
        super().__init__(temporary_file(), replace(head, dtype=head.dtype.newbyteorder("<")))

    @spooled()
    def write(self, batch: NDArray[Any]) -> None:
        """Append frames of shape (frames, *frame_shape)."""
        super().write(batch)

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:  # noqa: ARG003  # both are tensors
        """Raise SettingsError for types that the format lacks, such as complex128."""
        if not has_type(dtype):
            raise SettingsError(
                f"safetensors has no {dtype} numbers: choose --dtype float32, another --spectrum, "
                "or write .npz"
            )

    def finish(self, beside: Beside) -> None:
        """Put the header and the tensors together."""
        super().finish(beside)
        with self._file:
            self._whole.write(self._header(beside))
            if beside.freqs_hz is not None:
                self._whole.write(beside.freqs_hz.astype(_FLOAT64).data)
            for times in self._head.times(self.frames):
                self._whole.write(times.astype(_FLOAT64).data)
            with spooled():
                self._file.seek(0)
            copy_rest(self._file, self._whole)

    def _header(self, beside: Beside) -> bytes:
        tensors: dict[str, tuple[np.dtype[Any], tuple[int, ...]]] = {}
        if beside.freqs_hz is not None:
            tensors["freqs"] = (_FLOAT64, beside.freqs_hz.shape)
        if self._head.times_s is not None:
            tensors["times"] = (_FLOAT64, (self.frames,))
        tensors["features"] = (self._head.dtype, self.shape)
        texts = {
            "layout": self._head.layout,
            "names": json.dumps(self._head.names),
            "settings": beside.settings,
        }
        return make_header(tensors, texts)

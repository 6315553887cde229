"""Feature arrays in .safetensors files, written by their specification to need little memory."""

import json
from dataclasses import replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.sinks import RawSink
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.arrays.tensor_header import has_type, make_header
from stftcli.errors import SettingsError
from stftcli.files.temporary import copy_rest, temp_space_errors, temporary_file
from stftcli.settings.choices import Layout

_FLOAT64 = np.dtype("<f8")


class SafetensorsSink(RawSink):
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
                f"safetensors has no {dtype} numbers: choose --dtype float32, another --spectrum, "
                "or write .npz"
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
        tensors["features"] = (self._spec.dtype, self.shape)
        texts = {
            "layout": self._spec.layout,
            "names": json.dumps(self._spec.names),
            "settings": metadata.settings,
        }
        return make_header(tensors, texts)

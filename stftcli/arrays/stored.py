"""A feature array that is open: what it says of itself, and its frames one after another."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from stftcli.arrays.formats import FORMATS, format_of
from stftcli.arrays.npy import stream_values
from stftcli.arrays.rows import Batches
from stftcli.arrays.sidecar import find_sidecar
from stftcli.arrays.values import Values, read_frames, shape_of
from stftcli.errors import InputError
from stftcli.files.atomic import STANDARD, is_stream
from stftcli.files.untrusted import as_input_error
from stftcli.frozen import Frozen

_EXPECTED = "a feature array"


class StoredArray(Frozen):
    """An array that can be read once.

    Parameters
    ----------
    name : str
        What messages call it.
    settings : dict or None
        How it was made, if it says so.
    values : Values or None
        Where they lie; None of formats that know no shape before the last row.
    rows : callable, optional
        Gives the rows of those.
    """

    name: str
    settings: dict[str, Any] | None
    values: Values | None
    rows: Callable[[], Batches] | None = None

    @property
    def is_complex(self) -> bool:
        """Whether its values are complex numbers."""
        return self.values is not None and self.values.dtype.kind == "c"

    def bins_first(self, otherwise: str) -> bool:
        """Say whether its frames are the last axis, by what it says or by this layout."""
        layout = None if self.values is None else self.values.layout
        return (layout or otherwise) == "bins-first"

    def shape(self, layout: str) -> tuple[int, ...] | None:
        """Give its shape with frames first, if that is known; InputError if it has another."""
        if self.values is None:
            return None
        with as_input_error(self.name, _EXPECTED):
            return shape_of(self.values, bins_first=self.bins_first(layout))

    def batches(self, layout: str) -> Batches:
        """Give its frames, shape (any, [channels,] features); InputError for NaN and the like."""
        batches = self._batches(layout)
        while True:
            with as_input_error(self.name, _EXPECTED):
                batch = next(batches, None)
            if batch is None:
                return
            with np.errstate(all="ignore"):
                finite = np.isfinite(batch.sum()) or np.isfinite(batch).all()
            if not finite:
                raise InputError(f"{self.name} holds NaN or infinite values")
            yield batch

    def _batches(self, layout: str) -> Batches:
        if self.values is None:
            assert self.rows is not None
            return self.rows()
        return read_frames(self.values, bins_first=self.bins_first(layout))


@contextmanager
def open_array(path: str) -> Iterator[StoredArray]:
    """Open an array: any format that `stftcli features` writes, or a .npy through a pipe.

    Raises
    ------
    InputError
        If it cannot be read, or is none.
    """
    with ExitStack() as stack:
        yield _open(path, stack)


def _open(path: str, stack: ExitStack) -> StoredArray:
    name = "standard input" if path == STANDARD else path
    with as_input_error(name, _EXPECTED):
        if is_stream(path):
            file: IO[bytes] = sys.stdin.buffer
            if path != STANDARD:
                file = stack.enter_context(Path(path).open("rb"))  # noqa: SIM115
            return StoredArray(name, None, stream_values(file))
        row = format_of(path) or FORMATS["npy"]
        if row.open_values is not None:
            values = stack.enter_context(row.open_values(Path(path)))
            return StoredArray(name, row.read_description(Path(path)).settings, values)
        sidecar = find_sidecar(Path(path))
        settings = None if sidecar is None else sidecar.description.settings
        return StoredArray(name, settings, None, lambda: row.read_rows(Path(path)))

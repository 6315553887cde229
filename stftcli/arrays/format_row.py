"""What a format of arrays is: a row of the table in `formats`, with its writer and readers."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from stftcli.arrays.description import Description
from stftcli.arrays.rows import Batches
from stftcli.arrays.sidecar import describe_beside
from stftcli.arrays.values import Values
from stftcli.arrays.writer import ArrayWriter
from stftcli.settings.choices import Layout


class FormatRow(NamedTuple):
    """A format of arrays.

    Parameters
    ----------
    writer : type of ArrayWriter
        Makes such files.
    goes_back : bool
        Whether the writer goes back in the file, or asks where in it it stands.
    read_rows : callable
        Gives the rows of a file (a Path) of shape (frames, features), batch after batch; any
        exception if it is none.
    read_description : callable
        Gives the Description of the array in a file; without one, what its .json sidecar says.
    describes : bool, default False
        Whether the file holds how the array was made.
    index_ending : str, optional
        The ending of the index that stands beside the file, if there is one.
    has_keys : bool, default False
        Whether the array has a name in the file.
    open_values : callable, optional
        Opens the values of an array of any shape and type in a file, as a context manager.
    """

    writer: type[ArrayWriter]
    goes_back: bool
    read_rows: Callable[[Path], Batches]
    read_description: Callable[[Path], Description] = describe_beside
    describes: bool = False
    index_ending: str | None = None
    has_keys: bool = False
    open_values: Callable[[Path], AbstractContextManager[Values]] | None = None

    def needs_seeking(self, layout: Layout) -> bool:
        """Say whether the whole result must be at hand before its first byte can leave."""
        return self.goes_back or layout == "bins-first"

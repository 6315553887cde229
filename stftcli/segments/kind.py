"""What a kind of table is: a row of the table in `read`."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from stftcli.segments.lines import TextLines
from stftcli.segments.table import SegmentRows


class TableKind(NamedTuple):
    """A kind of table.

    Parameters
    ----------
    name : str
        What `Segments.kind` says.
    title : str
        What messages call it.
    fits : callable
        Says of a table's first lines that are not blank, at least one, whether it is of this kind.
    read : callable
        Reads all lines; InputError names the line that is at fault.
    """

    name: str
    title: str
    fits: Callable[[Sequence[str]], bool]
    read: Callable[[TextLines, SegmentRows], None]

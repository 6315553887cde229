"""What a kind of list is: a row of the table in `read`."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from stftcli.manifests.entry import Entry
from stftcli.manifests.lines import Lines


class ManifestKind(NamedTuple):
    """A kind of list.

    Parameters
    ----------
    name : str
        What messages call it.
    fits : callable
        Says of a list's path and its first line whether it is of this kind.
    read : callable
        Gives the entries of its lines; InputError names the line that is at fault.
    """

    name: str
    fits: Callable[[str, bytes], bool]
    read: Callable[[Lines], Iterator[Entry]]

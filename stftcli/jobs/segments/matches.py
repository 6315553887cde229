"""Which file a table means by the name of a sound: one rule, wherever files come from."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Self

from stftcli.errors import InputError
from stftcli.files.untrusted import printable
from stftcli.files.urls import is_url, plain_name
from stftcli.manifests.folders import ENDINGS, OTHER_ENDINGS

_ABSOLUTE = re.compile(r"[\\/]|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://")

Rank = tuple[int, int]
"""How many last parts of two paths agree, and how many of them to the letter."""


class Place(NamedTuple):
    """A file that was given or found: its path, the parts of it, and how many the user named."""

    path: str
    parts: list[str]
    named: int

    @classmethod
    def of(cls, path: str, named: int | None = None) -> Self:
        """Split a path; the user named all that he wrote, if `named` does not say otherwise."""
        plain = plain_name(path)
        if is_url(path):
            parts = _parts(plain)
            return cls(path, parts, named or len(parts))
        # What he did not write, as the folder that he is in, may agree, and never contradicts.
        written = [part for part in _parts(os.path.normpath(plain)) if part != ".."]
        return cls(path, _parts(os.path.abspath(plain)), named or len(written))  # noqa: PTH100


class Matches:
    """Names of a table and the files that they may mean.

    Two are one sound if their names agree, whatever the format by now, and no folder that both
    name contradicts. The longest agreement wins. A name from another machine may have any
    folder, if it is the only one of its kind in the table.

    Parameters
    ----------
    table : str
        What messages call the table.
    names : iterable of str
        The sounds that it names.
    places : iterable of Place
        The files.
    """

    def __init__(self, table: str, names: Iterable[str], places: Iterable[Place]) -> None:
        self._table = table
        self._names = defaultdict[str, list[str]](list)
        for name in names:
            self._names[_key(_base(name))].append(name)
        self._places = defaultdict[str, list[Place]](list)
        for place in places:
            self._places[_key(place.parts[-1] if place.parts else "")].append(place)

    def find(self, name: str) -> str | None:
        """Give the file of a name; None if there is none.

        Raises
        ------
        InputError
            If it may be one of several, or another name may be the same file.
        """
        ranks = [(rank, place) for place in self._places.get(_key(_base(name)), [])
                 if (rank := self._rank(name, place)) is not None]  # fmt: skip
        best = max((rank for rank, _ in ranks), default=None)
        places = [place for rank, place in ranks if rank == best]
        if len(places) > 1:
            raise self._unclear(name, f"{places[0].path} or {places[1].path}")
        if best is None or not self._is_of(name, places[0], best):
            return None
        return places[0].path

    def _is_of(self, name: str, place: Place, rank: Rank) -> bool:
        """Say whether no other name agrees with a file better; InputError if one does as well."""
        for other in self._names[_key(_base(name))]:
            found = None if other == name else self._rank(other, place)
            if found is not None and found > rank:
                return False
            if found == rank:
                raise InputError(
                    f"{self._table} has segments of {printable(name)} and of {printable(other)}, "
                    f"and each may be {plain_name(place.path)}: give the folder of each as well"
                )
        return True

    def _rank(self, name: str, place: Place) -> Rank | None:
        parts = _parts(name)
        agree, exact = _agreement(parts, place.parts)
        contradicts = agree < min(len(parts), place.named)
        alone = len(self._names[_key(_base(name))]) == 1
        if not agree or (contradicts and not (alone and _ABSOLUTE.match(name))):
            return None
        return agree, exact

    def _unclear(self, name: str, which: str) -> InputError:
        return InputError(f"{self._table} has segments of {printable(name)}, which may be {which}")


def _agreement(parts: list[str], others: list[str]) -> Rank:
    """Count the last parts of two paths that agree, the letters' case aside."""
    agree = exact = 0
    for one, other in zip(reversed(parts), reversed(others), strict=False):
        if (one.casefold() != other.casefold()) if agree else (_key(one) != _key(other)):
            break
        agree, exact = agree + 1, exact + (one == other)
    return agree, exact


def _parts(path: str) -> list[str]:
    # Tables travel between systems: both slashes divide the names of folders.
    return [part for part in re.split(r"[\\/]", path) if part not in ("", ".")]


def _base(path: str) -> str:
    return re.split(r"[\\/]", path)[-1]


def _key(base: str) -> str:
    """Take the ending of a sound off; what is behind another dot belongs to the name."""
    lower = base.casefold()
    ending = next((end for end in (*ENDINGS, *OTHER_ENDINGS) if lower.endswith(end)), "")
    return lower[: len(lower) - len(ending)]

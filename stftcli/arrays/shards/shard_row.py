"""What a format of shards is: a row of the table in `shards`, with its writer and readers."""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.description import dtype_of
from stftcli.errors import SettingsError, StftcliError
from stftcli.settings.choices import Layout

Heads = Iterator[tuple[str, tuple[int, ...], str]]
"""The key, the shape and the type of each array."""
Arrays = Iterator[tuple[str, NDArray[Any]]]


class ShardWriter:
    """Writes the arrays of many sounds into one file; the base of all such writers.

    The same arrays and facts give the same bytes. Values are written little-endian.

    Parameters
    ----------
    file : binary file
        Takes the result; it must be empty, and able to go back.
    """

    name: ClassVar[str]

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._keys: dict[str, str] = {}

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:
        """Raise what adding such an array would raise; here, nothing.

        Raises
        ------
        SettingsError
            If the format has no such arrays.
        MissingExtraError
            If it needs a package that is not installed.
        """

    @classmethod
    def stored_key(cls, key: str) -> str:
        """Give what an array of this key is called in the file."""
        raise NotImplementedError

    def add(self, key: str, features: NDArray[Any], told: Mapping[str, Any]) -> None:
        """Append an array.

        Parameters
        ----------
        key : str
            What it is called; it may be any text, see `stored_key`.
        features : ndarray
            Of shape (frames, [channels,] features), or as its layout says.
        told : mapping
            What is known of it, as JSON has it: "layout" ("frames-first" if it is not there),
            "input" and so on. Formats with a place for it keep it beside the array.

        Raises
        ------
        SettingsError
            If the format has no such arrays, or an array of this name is there already; it is a
            ValueError too. Nothing has been written then.
        MissingExtraError
            If the format needs a package that is not installed.
        """
        self.check(features.dtype.newbyteorder("="), told.get("layout", "frames-first"))
        self._claim(key, *self._names(key, features))
        little = features.dtype.newbyteorder("<")
        self._put(self.stored_key(key), np.ascontiguousarray(features, little), told)

    def finish(self, shared: Mapping[str, Any]) -> None:
        """End the file; `shared` is what is known of all arrays, for the formats that keep it."""
        raise NotImplementedError

    def index(self, path: str) -> bytes:  # noqa: ARG002  # for other formats
        """Give the index that stands beside the finished file `path`, where a format has one."""
        return b""

    def _names(self, key: str, features: NDArray[Any]) -> list[str]:  # noqa: ARG002  # for others
        return [self.stored_key(key)]

    def _put(self, key: str, features: NDArray[Any], told: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def _claim(self, key: str, *names: str) -> None:
        for name in names:
            if (other := self._keys.get(name)) is not None:
                raise two_alike(self.name, key, other, name)
        self._keys.update(dict.fromkeys(names, key))


def two_alike(shard: str, key: str, other: str, name: str) -> SettingsError:
    """Give the error that says that two keys would be one in a file."""
    if key == other:
        return SettingsError(f"two arrays have the key {key!r}: give each another")
    return SettingsError(
        f"the keys {other!r} and {key!r} are both {name!r} in {shard}: change one of them"
    )


class ShardRow(NamedTuple):
    """A format of shards.

    Parameters
    ----------
    ending : str
        What the names of such files end in.
    writer : type of ShardWriter
        Makes them.
    read : callable
        Gives key, shape and type of each array in a file (a Path), in order, without its values
        where the format allows that; ValueError if the file is none, or broken.
    read_arrays : callable
        Gives key and values of each array, one at a time; ValueError as well.
    index_ending : str, optional
        The ending of the index that stands beside the file, if there is one.
    """

    ending: str
    writer: type[ShardWriter]
    read: Callable[[Path], Heads]
    read_arrays: Callable[[Path], Arrays]
    index_ending: str | None = None


def type_name(dtype: np.dtype[Any]) -> str:
    """Give the name of a type that a file holds; ValueError if it is none of numbers."""
    return str(dtype_of(dtype.name))


@contextmanager
def as_value_error() -> Iterator[None]:
    """Make a ValueError of whatever a parser raises on a broken file."""
    try:
        yield
    except (ValueError, StftcliError):
        raise
    except OSError as error:
        # Parsers raise it without a number, and the system this one for places that are none.
        if error.errno not in (None, errno.EINVAL):
            raise
        raise ValueError(str(error)) from error
    except Exception as error:
        raise ValueError(str(error) or type(error).__name__) from error


class Seen:
    """The keys of a file that is read, of which none may be there twice."""

    def __init__(self) -> None:
        self._keys: set[str] = set()

    def check(self, key: str) -> str:
        """Give a key back; ValueError if it has been there before."""
        if key in self._keys:
            raise ValueError(f"it has two arrays of the key {key!a}")
        self._keys.add(key)
        return key

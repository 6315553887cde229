"""Whether a result would take the place of an input: all of one call, compared in one place."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from stftcli.errors import SettingsError
from stftcli.files.atomic import STANDARD
from stftcli.files.here import located
from stftcli.files.urls import is_url, plain_name

Named = str | os.PathLike[str] | tuple[Path, str] | None
"""A file; or one of layers, and the prefix of the only layer that is meant. None is none."""

_Identity = tuple[str | int, ...]


class Outputs:
    """The results of a call, which are no input of it, and of which no two are the same file.

    Files are told apart by the device and the number that the system has for them, with links
    followed; those that are not there yet by their paths. Standard input and output count as the
    files that they are; devices and pipes can be many things at once.

    Parameters
    ----------
    *outputs : str, (path, prefix) or None
        Where the results go. What is written under a prefix leaves the other layers of its file.

    Raises
    ------
    SettingsError
        If two of them are the same file.
    """

    def __init__(self, *outputs: Named) -> None:
        self._found: dict[_Identity, tuple[str, str]] = {}
        for name, prefix, identity in _identified(outputs, 1):
            if identity in self._found:
                other, _ = self._found[identity]
                raise SettingsError(f"two outputs would be {other}: give them names of their own")
            self._found[identity] = name, prefix

    def check_inputs(self, *inputs: Named) -> None:
        """Raise SettingsError if an input is one of the results."""
        for name, prefix, identity in _identified(inputs, 0):
            if identity in self._found and not _are_apart(self._found[identity][1], prefix):
                output, _ = self._found[identity]
                known = "" if output == name else f" {output}"
                raise SettingsError(
                    f"the output{known} would overwrite {name}, which is an input: give it another "
                    "name or folder"
                )


def _are_apart(written: str, read: str) -> bool:
    """Say whether writing one layer of a file leaves another as it is."""
    return bool(written) and bool(read) and not f"{read}.".startswith(f"{written}.")


def _identified(names: tuple[Named, ...], standard: int) -> Iterator[tuple[str, str, _Identity]]:
    """Give the name, the prefix and the identity of each that is a file or an object."""
    for named in names:
        if named is None:
            continue
        path, prefix = named if isinstance(named, tuple) else (named, "")
        if (identity := _identity(os.fspath(path), standard)) is not None:
            yield _told(os.fspath(path), standard), prefix, identity


def _identity(path: str, standard: int) -> _Identity | None:
    if is_url(path):
        return (path,)
    try:
        found = os.fstat(standard) if path == STANDARD else os.stat(located(path))  # noqa: PTH116
    except (OSError, ValueError):
        return None if path == STANDARD else _place(path)
    if not stat.S_ISREG(found.st_mode):
        return None
    return (found.st_dev, found.st_ino) if found.st_ino else _place(path)


def _place(path: str) -> _Identity:
    return (os.path.normcase(os.path.realpath(located(path))),)


def _told(path: str, standard: int) -> str:
    if path == STANDARD:
        return ("standard input", "standard output")[standard]
    return plain_name(path)

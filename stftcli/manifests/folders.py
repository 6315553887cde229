"""The sounds in a folder and in those below it."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from fnmatch import translate
from functools import partial

from stftcli.errors import InputError, StftcliError
from stftcli.files.lists import display_name
from stftcli.files.remote import list_remote
from stftcli.files.urls import is_url

ENDINGS = (
    *(".wav", ".wave", ".bwf", ".rf64", ".w64"),
    *(".flac", ".ogg", ".oga", ".opus", ".mp3"),
    *(".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".sph"),
)
"""The endings of files that are sounds, of the formats that `stftcli/audio/` reads."""

OTHER_ENDINGS = (
    *(".m4a", ".m4b", ".mp4", ".aac", ".3gp", ".amr", ".mov", ".mkv", ".mka", ".webm"),
    *(".wma", ".wv", ".ape", ".tta", ".ac3", ".dts", ".voc", ".shn", ".ra", ".spx"),
)
"""Those of formats that hold sound and are not read."""

_RESULTS = b"corpus.json"
"""What stands in a folder of results (`--out-dir`), which are no sounds."""

Chooses = Callable[[str], bool]
"""Says of a file's path below the folder whether it is meant."""
NamesIn = Callable[[bytes, Callable[[bytes], bool]], Iterator[bytes]]
"""Gives the names in a folder that are meant, files and folders, those of folders with a slash."""


def sounds_in(
    folder: str, include: Sequence[str] = (), on_other: Callable[[str], None] | None = None
) -> Iterator[str]:
    """Give the sound files in a folder and in those below it, in the same order everywhere.

    Parameters
    ----------
    folder : str
        Where to look; a URL too.
    include : sequence of str, default ()
        Patterns with `*`, `?` and `[...]`, of names, or, if there is a slash in them, of paths
        below the folder. A file that fits one of them is given, whatever its ending; without
        patterns those are given whose endings are those of sounds.
    on_other : function, optional
        Is told, where there are no patterns, of each file that holds sound of a format that is not
        read, by its path below the folder.

    Yields
    ------
    str
        The path of a file: the folder's, then its own. The names in a folder are sorted by their
        bytes. Hidden files and folders are left out, and folders of results that lie below. Links
        to files are followed, those to folders are not. A folder below that cannot be read is
        given itself: whoever opens it says why, and the others are not lost.

    Raises
    ------
    InputError
        If the folder cannot be read.
    """
    chooses = _by_pattern(include) if include else partial(_by_ending, on_other)
    names_in = _remote_names if is_url(folder) else _local_names
    root = os.path.join(os.fsencode(folder), b"")  # noqa: PTH118  # pathlib has no bytes
    waiting = [_Folder(root, b"", chooses, names_in)]
    while waiting:
        name = waiting[-1].next()
        if name is None:
            waiting.pop()
        elif name.endswith(b"/"):
            if is_url(folder) or not os.path.exists(root + name + _RESULTS):  # noqa: PTH110
                try:
                    waiting.append(_Folder(root, name, chooses, names_in))
                except InputError:
                    yield os.fsdecode(root + name.rstrip(b"/"))
        else:
            yield os.fsdecode(root + name)


class _Folder:
    """What is meant in one folder, sorted; a folder's name ends in a slash."""

    def __init__(self, root: bytes, path: bytes, chooses: Chooses, names_in: NamesIn) -> None:
        self._path = path

        def meant(name: bytes) -> bool:
            return name.endswith(b"/") or chooses(os.fsdecode(path + name))

        try:
            names = list(names_in(root + path, meant))
        except StftcliError:
            raise
        except (OSError, ValueError) as error:
            name = display_name(os.fsdecode(root + path))
            raise InputError(
                f"{name} cannot be read: {getattr(error, 'strerror', None) or error}"
            ) from error
        names.sort(key=lambda name: name.rstrip(b"/"), reverse=True)
        self._names = names

    def next(self) -> bytes | None:
        """Give the next path below the root; None after the last."""
        return self._path + self._names.pop() if self._names else None


def _local_names(folder: bytes, meant: Callable[[bytes], bool]) -> Iterator[bytes]:
    with os.scandir(folder) as found:
        for entry in found:
            name = _name(entry)
            if not name.startswith(b".") and meant(name) and _is_file_or_folder(entry):
                yield name


def _name(entry: os.DirEntry[bytes]) -> bytes:
    return entry.name + b"/" if entry.is_dir(follow_symlinks=False) else entry.name


def _is_file_or_folder(entry: os.DirEntry[bytes]) -> bool:
    # A link that leads nowhere is given too: whoever opens it says so.
    if entry.is_symlink():
        return not entry.is_dir()
    return entry.is_file() or entry.is_dir()


def _remote_names(folder: bytes, meant: Callable[[bytes], bool]) -> Iterator[bytes]:
    for text in list_remote(os.fsdecode(folder)):
        name = os.fsencode(text)
        if not name.startswith(b".") and meant(name):
            yield name


def _by_ending(on_other: Callable[[str], None] | None, path: str) -> bool:
    lower = path.lower()
    if on_other is not None and lower.endswith(OTHER_ENDINGS):
        on_other(path)
    return lower.endswith(ENDINGS)


def _by_pattern(include: Sequence[str]) -> Chooses:
    of_names = [re.compile(translate(pattern)) for pattern in include if "/" not in pattern]
    of_paths = [re.compile(translate(pattern)) for pattern in include if "/" in pattern]

    def chooses(path: str) -> bool:
        name = path.rpartition("/")[2]
        return any(one.match(name) for one in of_names) or any(one.match(path) for one in of_paths)

    return chooses

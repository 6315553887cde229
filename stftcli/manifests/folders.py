"""The sounds in a folder and in those below it."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from fnmatch import translate

from stftcli.errors import InputError
from stftcli.manifests.lines import display_name

ENDINGS = (
    *(".wav", ".wave", ".bwf", ".rf64", ".w64"),
    *(".flac", ".ogg", ".oga", ".opus", ".mp3"),
    *(".aif", ".aiff", ".aifc", ".au", ".snd", ".caf"),
)
"""The endings of files that are sounds, of the formats that `stftcli/audio/` reads."""

Chooses = Callable[[str], bool]
"""Says of a file's path below the folder whether it is meant."""


def sounds_in(folder: str, include: Sequence[str] = ()) -> Iterator[str]:
    """Give the sound files in a folder and in those below it, in the same order everywhere.

    Parameters
    ----------
    folder : str
        Where to look.
    include : sequence of str, default ()
        Patterns with `*`, `?` and `[...]`, of names, or, if there is a slash in them, of paths
        below the folder. A file that fits one of them is given, whatever its ending; without
        patterns those are given whose endings are those of sounds.

    Yields
    ------
    str
        The path of a file: the folder's, then its own. The names in a folder are sorted by their
        bytes. Hidden files and folders are left out. Links to files are followed, those to
        folders are not.

    Raises
    ------
    InputError
        If a folder cannot be read.
    """
    chooses = _chooser(include)
    root = os.path.join(os.fsencode(folder), b"")  # noqa: PTH118  # pathlib has no bytes
    waiting = [_Folder(root, b"", chooses)]
    while waiting:
        name = waiting[-1].next()
        if name is None:
            waiting.pop()
        elif name.endswith(b"/"):
            waiting.append(_Folder(root, name, chooses))
        else:
            yield os.fsdecode(root + name)


class _Folder:
    """What is meant in one folder, sorted; a folder's name ends in a slash."""

    def __init__(self, root: bytes, path: bytes, chooses: Chooses) -> None:
        self._path = path
        try:
            with os.scandir(root + path) as found:
                names = [_name(entry) for entry in found if _is_meant(entry, path, chooses)]
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


def _name(entry: os.DirEntry[bytes]) -> bytes:
    return entry.name + b"/" if entry.is_dir(follow_symlinks=False) else entry.name


def _is_meant(entry: os.DirEntry[bytes], path: bytes, chooses: Chooses) -> bool:
    if entry.name.startswith(b"."):
        return False
    if entry.is_dir(follow_symlinks=False):
        return True
    if not chooses(os.fsdecode(path + entry.name)):
        return False
    # A link that leads nowhere is given too: whoever opens it says so.
    return not entry.is_dir() if entry.is_symlink() else entry.is_file()


def _chooser(include: Sequence[str]) -> Chooses:
    if not include:
        return lambda path: path.lower().endswith(ENDINGS)
    of_names = [re.compile(translate(pattern)) for pattern in include if "/" not in pattern]
    of_paths = [re.compile(translate(pattern)) for pattern in include if "/" in pattern]

    def chooses(path: str) -> bool:
        name = path.rpartition("/")[2]
        return any(one.match(name) for one in of_names) or any(one.match(path) for one in of_paths)

    return chooses

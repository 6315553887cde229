"""Which sound each segment of a table is of, and where that sound is."""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError, SettingsError
from stftcli.files.atomic import STANDARD
from stftcli.files.places import is_folder
from stftcli.files.untrusted import list_names, printable
from stftcli.files.urls import is_url, join_path, plain_name
from stftcli.manifests.folders import ENDINGS, OTHER_ENDINGS, sounds_in
from stftcli.segments.table import Segments

Find = Callable[[str], str]


class SoundOf(NamedTuple):
    """A sound of a table: what the table calls it, the rows of its segments, and how it is found.

    `find` gives its file, or raises InputError.
    """

    listed: str
    rows: NDArray[np.int64]
    find: Callable[[], str]


def sounds_of(segments: Segments, paths: Sequence[str]) -> list[SoundOf]:
    """Give the sounds of a table, in the order in which it names them.

    Parameters
    ----------
    segments : Segments
        The table.
    paths : sequence of str
        What was given with it: sounds, and folders in which the sounds of the table are; if none,
        they are beside the table.

    Raises
    ------
    SettingsError
        If no sound is given, or several, and the table does not say which segments are whose.
    InputError
        If the table is of other sounds than those that are given.
    """
    if segments.sounds is None:
        if len(paths) != 1 or is_folder(paths[0]):
            raise SettingsError(
                f"{segments.name} does not say of which sound its segments are: give one sound, "
                "or - for standard input"
            )
        return [SoundOf(paths[0], np.arange(len(segments)), lambda: paths[0])]
    rows = defaultdict[str, list[int]](list)
    for row, sound in enumerate(segments.sounds):
        rows[sound].append(row)
    if "" in rows:
        raise InputError(
            f"{segments.name} names the sounds of its segments, but not that of segment "
            f"{rows[''][0] + 1}"
        )
    places = {name: np.array(own, np.int64) for name, own in rows.items()}
    if paths and not any(map(is_folder, paths)):
        return list(_of_files(segments, places, paths))
    find = _in_folders(segments, paths) if paths else _beside(segments)
    return [SoundOf(name, own, _bound(find, name)) for name, own in places.items()]


def _bound(find: Find, name: str) -> Callable[[], str]:
    return lambda: find(name)


def _of_files(
    segments: Segments, places: dict[str, NDArray[np.int64]], paths: Sequence[str]
) -> Iterator[SoundOf]:
    """Give those of the table's sounds that were given."""
    if list(paths) == [STANDARD] and len(places) == 1:
        (rows,) = places.values()  # a pipe has no name that could be another
        yield SoundOf(STANDARD, rows, lambda: STANDARD)
        return
    given = {path: [name for name in places if _are_one(name, path)] for path in paths}
    for path, names in given.items():
        if not names:
            raise InputError(
                f"{segments.name} is of {list_names(places)}, not of {plain_name(path)}: give the "
                "sound that it is of"
            )
        if other := next((one for one in given if one != path and given[one] == names), None):
            raise InputError(
                f"{segments.name} has segments of {printable(names[0])}, which may be {path} or "
                f"{other}"
            )
        rows = np.sort(np.concatenate([places[name] for name in names]))
        yield SoundOf(path, rows, _bound(str, path))


def _are_one(listed: str, path: str) -> bool:
    """Say whether a table may mean a file: by its name, whatever format it is of by now."""
    return _stem(_base(listed)) == _stem(_base(plain_name(path)))


def _base(path: str) -> str:
    # Tables travel between systems: both slashes divide the names of folders.
    return re.split(r"[\\/]", path)[-1]


def _stem(name: str) -> str:
    """Take the ending of a sound off; what is behind another dot belongs to the name."""
    lower = name.lower()
    ending = next((end for end in (*ENDINGS, *OTHER_ENDINGS) if lower.endswith(end)), "")
    return name[: len(name) - len(ending)]


def _beside(segments: Segments) -> Find:
    folder = os.path.dirname(segments.path)  # noqa: PTH120  # a URL, perhaps

    def find(name: str) -> str:
        for place in (join_path(folder, name), join_path(folder, _base(name))):
            for ending in ("", *ENDINGS):
                # Of a name that no file can have it says no.
                if is_url(place) or os.path.isfile(place + ending):  # noqa: PTH113
                    return place + ending
        raise InputError(
            f"{printable(name)}, of which {segments.name} has segments, is not beside the table: "
            "give the folder of the sounds as the input"
        )

    return find


def _in_folders(segments: Segments, paths: Sequence[str]) -> Find:
    found = defaultdict[str, list[str]](list)
    for path in paths:
        for sound in sounds_in(path) if is_folder(path) else [path]:
            base = _base(plain_name(sound))
            found[base].append(sound)
            if (stem := _stem(base)) != base:
                found[stem].append(sound)

    def find(name: str) -> str:
        base = _base(name)
        there = found.get(base) or found.get(_stem(base), [])
        if len(there) > 1:
            end = "/" + name.replace("\\", "/").lstrip("/")
            there = [sound for sound in there if f"/{sound}".endswith(end)] or there
        if len(there) == 1:
            return there[0]
        if there:
            raise InputError(
                f"{segments.name} has segments of {printable(name)}, which may be "
                f"{there[0]} or {there[1]}"
            )
        raise InputError(
            f"{printable(name)}, of which {segments.name} has segments, is not in "
            f"{', '.join(paths)}"
        )

    return find

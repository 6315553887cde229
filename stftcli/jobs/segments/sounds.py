"""Which sound each segment of a table is of, and where that sound is."""

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError, SettingsError
from stftcli.files.atomic import STANDARD
from stftcli.files.places import is_folder
from stftcli.files.untrusted import list_names, printable
from stftcli.files.urls import is_url, join_path, plain_name
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.jobs.segments import told
from stftcli.jobs.segments.matches import Matches, Place
from stftcli.manifests.folders import ENDINGS, sounds_in
from stftcli.segments.table import Segments

Find = Callable[[str], str]
Places = dict[str, NDArray[np.int64]]


class SoundOf(NamedTuple):
    """A sound of a table: what the table calls it, the rows of its segments, and how it is found.

    `find` gives its file, or raises InputError.
    """

    listed: str
    rows: NDArray[np.int64]
    find: Callable[[], str]


def sounds_of(
    segments: Segments,
    paths: Sequence[str],
    reporter: Reporter = SILENT,
    *,
    required: bool = True,
) -> list[SoundOf]:
    """Give the sounds of a table, in the order in which it names them.

    Parameters
    ----------
    segments : Segments
        The table.
    paths : sequence of str
        What was given with it: sounds, and folders in which the sounds of the table are; if none,
        they are beside the table.
    reporter : Reporter, optional
        Hears of segments of other sounds than those that are given, and of sounds without any.
    required : bool, default True
        Whether one of the sounds that are given must have segments.

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
        sounds = _of_files(segments, places, paths, reporter)
        if not sounds and required:
            raise InputError(
                f"{segments.name} is of {list_names(places)}, not of {plain_name(paths[0])}: give "
                "the sound that it is of"
            )
        return sounds
    find = _in_folders(segments, places, paths) if paths else _beside(segments, places)
    return [SoundOf(name, own, _bound(find, name)) for name, own in places.items()]


def _bound(find: Find, name: str) -> Callable[[], str]:
    return lambda: find(name)


def _of_files(
    segments: Segments, places: Places, paths: Sequence[str], reporter: Reporter
) -> list[SoundOf]:
    """Give those of the table's sounds that were given."""
    if list(paths) == [STANDARD] and len(places) == 1:
        (rows,) = places.values()  # a pipe has no name that could be another
        return [SoundOf(STANDARD, rows, lambda: STANDARD)]
    matches = Matches(segments.name, places, map(Place.of, dict.fromkeys(paths)))
    found = {path: name for name in places if (path := matches.find(name)) is not None}
    for path in paths if found else ():
        if path not in found:
            reporter.warn(f"{segments.name} has no segments of {plain_name(path)}")
    others = [name for name in places if name not in found.values()]
    if found and others:
        count = sum(len(places[name]) for name in others)
        reporter.warn(told.of_others(count, len(segments), segments.name, others))
    return [
        SoundOf(path, places[found[path]], _bound(str, path))
        for path in dict.fromkeys(paths)
        if path in found
    ]


def _beside(segments: Segments, names: Places) -> Find:
    folder = os.path.dirname(segments.path)  # noqa: PTH120  # a URL, perhaps
    # The folder of the table is none that the user named as that of the sounds.
    matches = Matches(segments.name, names, (Place.of(path, 1) for path in _sounds_at(folder)))

    def find(name: str) -> str:
        place = join_path(folder, name)
        for ending in ("", *ENDINGS):
            # Of a name that no file can have it says no.
            if is_url(place) or os.path.isfile(place + ending):  # noqa: PTH113
                return place + ending
        if (found := matches.find(name)) is None:
            raise InputError(
                f"{printable(name)}, of which {segments.name} has segments, is not beside the "
                "table: give the folder of the sounds as the input"
            )
        return found

    return find


def _sounds_at(folder: str) -> list[str]:
    """Give the sounds in a folder itself, in no order."""
    try:
        names = [] if is_url(folder) else os.listdir(folder or os.curdir)  # noqa: PTH208
    except OSError:
        return []
    return [join_path(folder, name) for name in names if name.lower().endswith(ENDINGS)]


def _in_folders(segments: Segments, names: Places, paths: Sequence[str]) -> Find:
    sounds = (sound for path in paths for sound in (sounds_in(path) if is_folder(path) else [path]))
    matches = Matches(segments.name, names, map(Place.of, dict.fromkeys(sounds)))

    def find(name: str) -> str:
        if (found := matches.find(name)) is None:
            raise InputError(
                f"{printable(name)}, of which {segments.name} has segments, is not in "
                f"{', '.join(paths)}"
            )
        return found

    return find

"""Which segments of a table belong to which sound."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError, SettingsError
from stftcli.files.atomic import STANDARD
from stftcli.files.untrusted import list_names
from stftcli.files.urls import is_url
from stftcli.segments.table import Segments

Places = NDArray[np.int64]


def of_sound(segments: Segments, name: str) -> Segments:
    """Give those of a sound: all, unless the table names sounds."""
    if segments.sounds is None:
        return segments
    places = _places_by_name(segments.sounds, key=_file_of)
    return segments.chosen(places.get(_file_of(name), _NONE))


def sounds_of(segments: Segments, paths: Sequence[str]) -> list[tuple[str, Places]]:
    """Give each sound with the places of its segments in the table.

    Parameters
    ----------
    segments : Segments
        The table.
    paths : sequence of str
        The sounds that are asked for; none for those that the table names, which lie where it
        says, or in its folder.

    Raises
    ------
    SettingsError
        If it names no sounds, and there is not one.
    InputError
        If it has no segment of any of them.
    """
    if segments.sounds is None:
        if len(paths) != 1:
            raise SettingsError(
                f"{segments.name} does not say which sounds its segments are of: give one input"
            )
        return [(paths[0], np.arange(len(segments)))]
    if not paths:
        named = _places_by_name(segments.sounds, key=str)
        return [(_beside(name, segments.path), places) for name, places in named.items()]
    by_file = _places_by_name(segments.sounds, key=_file_of)
    found = [(path, by_file.get(_file_of(path), _NONE)) for path in paths]
    found = [(path, places) for path, places in found if len(places)]
    if not found:
        raise InputError(
            f"{segments.name} has no segments of {list_names(paths)}: they are of "
            f"{list_names(by_file)}"
        )
    return found


_NONE = np.empty(0, np.int64)


def _places_by_name(sounds: Sequence[str], key: Callable[[str], str]) -> dict[str, Places]:
    """Give the places of each sound's segments, by what `key` makes of its name."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(sounds):
        found.setdefault(key(name), []).append(place)
    return {name: np.array(places, np.int64) for name, places in found.items()}


def _file_of(name: str) -> str:
    # Raven writes what Windows and macOS call a file.
    return PurePath(name.replace("\\", "/")).name


def _beside(name: str, table: str) -> str:
    """Say where a sound lies that a table names: where it says, or in the folder of the table."""
    if is_url(name) or is_url(table) or table == STANDARD or Path(name).exists():
        return name
    folder = Path(table).parent
    there = folder / name
    return str(there if there.exists() else folder / _file_of(name))

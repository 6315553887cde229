"""Where the sound of an entry is, and what its list calls it."""

import os
from typing import Any

from stftcli.files.atomic import STANDARD
from stftcli.files.urls import is_url, join_path, without_file_scheme


def locate(path: Any, folder: str = "") -> tuple[str, str]:
    """Give `audio` and `listed` of an entry, of a path relative to a folder or URL, or of a URL.

    Raises
    ------
    ValueError
        If it is no path.
    """
    if not isinstance(path, str) or not path:
        raise ValueError(f"its audio is {shown(path)}: it must be the path of a file, or a URL")
    if "\0" in path:
        raise ValueError(f"its audio is {shown(path)}: a path has no NUL")
    path = without_file_scheme(path)
    if is_url(path):
        return path, path
    # Nobody means standard input by an entry of a list.
    place = join_path(folder, path)
    return f"./{place}" if place == STANDARD else place, os.path.normpath(path)


def shown(value: Any) -> str:
    """Write a value for a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"

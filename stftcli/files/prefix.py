"""Files of arrays, and the part of one that is meant: FILE:PREFIX."""

import os
from pathlib import Path

from stftcli.files.here import located
from stftcli.files.places import exists


def split_prefix(file: str | os.PathLike[str]) -> tuple[Path, str]:
    """Split ``FILE:PREFIX``, unless there is a file of the whole name, colon and all."""
    text = os.fspath(file)
    stem, colon, prefix = text.rpartition(":")
    if not colon or exists(located(text)) or not Path(stem).suffix:
        return Path(text), ""
    return Path(stem), prefix

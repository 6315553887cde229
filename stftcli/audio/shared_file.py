"""A file that several processes read at once."""

import os
from pathlib import Path

from stftcli.frozen import Frozen

Identity = tuple[int, int, int]
"""Device, number and size of a file."""


class SharedFile(Frozen):
    """Where a file is, and which one it was when it was opened."""

    path: str
    identity: Identity

    def is_there(self) -> bool:
        """Say whether no other has taken its place."""
        return identity_of(Path(self.path).stat()) == self.identity


def identity_of(found: os.stat_result) -> Identity:
    """Say which file it is."""
    return found.st_dev, found.st_ino, found.st_size

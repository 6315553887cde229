"""Frames on disk put in another order, without all of them in memory."""

import os
from typing import IO

import numpy as np

from stftcli.files.temporary import temp_space_errors, temporary_file

_PIECE_BYTES = 1 << 22


@temp_space_errors()
def transpose(
    source: IO[bytes], offset: int, frames: int, parts: int, part_bytes: int
) -> IO[bytes]:
    """Give a file with part 0 of every frame, then part 1 of every frame, and so on.

    Parameters
    ----------
    source : binary file
        Holds the frames from `offset` on.
    frames, parts, part_bytes : int
        Number of frames, parts of a frame, and bytes of a part.

    Returns
    -------
    binary file
        A temporary one, at its beginning.
    """
    source.flush()
    target = temporary_file()
    frame_bytes, part = parts * part_bytes, np.dtype((np.void, part_bytes))
    step = max(1, _PIECE_BYTES // frame_bytes)
    for first in range(0, frames, step):
        wanted = min(step, frames - first) * frame_bytes
        piece = os.pread(source.fileno(), wanted, offset + first * frame_bytes)
        columns = np.frombuffer(piece, part).reshape(-1, parts).T.copy()
        for number, column in enumerate(columns):
            os.pwrite(target.fileno(), column.data, (number * frames + first) * part_bytes)
    return target

"""A sound as libsndfile decodes it, in floats."""

from collections.abc import Callable
from io import FileIO
from threading import Lock
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from stftcli.audio.header import SUBTYPES
from stftcli.errors import InputError
from stftcli.files.system import SHARES_DESCRIPTORS

Read = Callable[[int], NDArray[Any]]

OPENING = Lock()
"""Held while libsndfile opens a file: why it could not is kept in one place for all threads."""


class Decoder(soundfile.SoundFile):  # type: ignore[misc]  # it has no types
    """A sound file that reads on without seeking after each block, which not every file can.

    Parameters
    ----------
    descriptor : int
        Of a file or pipe; it is not closed.
    name : str
        For messages.

    Attributes
    ----------
    broken : bool
        Whether decoding has stopped within an MPEG frame; what was decoded before it was given.

    Raises
    ------
    InputError
        If it is no sound, or one of a kind that is not read.
    """

    def __init__(self, descriptor: int, name: str) -> None:
        try:
            with OPENING:
                super().__init__(handed(descriptor), closefd=False)
        except (soundfile.SoundFileError, TypeError, ValueError) as error:
            raise InputError(f"{name} cannot be read as sound: {reason(error)}") from error
        self.broken = False
        if self.subtype not in SUBTYPES:
            kind = self.subtype_info
            self.close()
            raise InputError(
                f"{name} holds {kind}, which is not supported: convert it first, as in: "
                "ffmpeg -i FILE -f wav - | stftcli ..."
            )

    def seekable(self) -> bool:
        """Say no, whatever the file is."""
        return False

    def reader(self, most: int, dtype: np.dtype[Any]) -> Read:
        """Make a function that reads so many samples, at most `most`, as shape (any, channels).

        What it gives is valid until it is called again; full scale is 1.
        """
        # libsndfile takes three times as long to turn 16-bit samples into the same floats.
        as_integers = self.subtype == "PCM_16"
        buffer = np.empty((most, self.channels), np.int16 if as_integers else dtype)
        scaled = np.empty(buffer.shape, dtype)

        decode = self._read_mpeg if self.subtype.startswith("MPEG") else self.read

        def read(samples: int) -> NDArray[Any]:
            block = decode(out=buffer[:samples])
            if as_integers:
                block = np.multiply(block, dtype.type(1 / 32768), out=scaled[: len(block)])
            return np.asarray(block)

        return read

    def _read_mpeg(self, out: NDArray[Any]) -> NDArray[Any]:
        """Read into an array; where decoding fails, give what it has put there before."""
        if self.broken:
            return out[:0]
        out.fill(np.nan)
        try:
            return np.asarray(self.read(out=out))
        except soundfile.SoundFileError:
            there = int(np.isfinite(out).all(axis=1).sum())
            if not there and not self.tell():
                raise
            self.broken = True
            return out[:there]


def handed(descriptor: int) -> int | FileIO:
    """Give a descriptor, which stays open, as libsndfile can take it on this system."""
    return descriptor if SHARES_DESCRIPTORS else FileIO(descriptor, closefd=False)


def reason(error: Exception) -> str:
    """Give libsndfile's own words."""
    return str(getattr(error, "error_string", error)).strip(" .")

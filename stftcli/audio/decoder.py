"""A sound as libsndfile decodes it, in floats."""

from io import FileIO
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from stftcli.audio.header import SUBTYPES
from stftcli.dsp.workspace import Spares
from stftcli.errors import InputError
from stftcli.files.system import SHARES_DESCRIPTORS

_spares = Spares()


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

    def read_into(self, out: NDArray[Any]) -> NDArray[Any]:
        """Read as many samples as an array has room for; give the part of it that was filled."""
        block = self._read_mpeg(out) if self.subtype.startswith("MPEG") else self.read(out=out)
        return np.asarray(block)

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


class BlockReader:
    """Reads the samples of a decoder, block after block, into the same memory.

    Parameters
    ----------
    decoder : Decoder
        What is read.
    most : int
        How many samples are read at a time, at most.
    dtype : dtype
        Of the samples, a real one; full scale is 1.
    """

    def __init__(self, decoder: Decoder, most: int, dtype: np.dtype[Any]) -> None:
        self._decoder, self._dtype = decoder, dtype
        shape = (most, decoder.channels)
        self._scaled = _spares.lend(shape, dtype)
        # libsndfile takes three times as long to turn 16-bit samples into the same floats.
        as_integers = decoder.subtype == "PCM_16"
        self._integers = _spares.lend(shape, np.int16) if as_integers else None

    def __call__(self, samples: int) -> NDArray[Any]:
        """Read so many samples, or as many as there are, as shape (any, channels).

        They are valid until it is called again.
        """
        if self._integers is None:
            return self._decoder.read_into(self._scaled[:samples])
        block = self._decoder.read_into(self._integers[:samples])
        scaled = self._scaled[: len(block)]
        np.multiply(block, self._dtype.type(1 / 32768), out=scaled)
        return scaled

    def close(self) -> None:
        """Give the memory to the next reader; what was read is not valid any more."""
        _spares.give_back(self._scaled, *(() if self._integers is None else (self._integers,)))


def handed(descriptor: int) -> int | FileIO:
    """Give a descriptor, which stays open, as libsndfile can take it on this system."""
    return descriptor if SHARES_DESCRIPTORS else FileIO(descriptor, closefd=False)


def reason(error: Exception) -> str:
    """Give libsndfile's own words."""
    return str(getattr(error, "error_string", error)).strip(" .")

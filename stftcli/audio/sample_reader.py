"""The samples of an input, read on and on, whatever sounds and parts of files they lie in."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from stftcli.audio.decoder import BlockReader, reason
from stftcli.audio.header import SAMPLE_BYTES
from stftcli.audio.sounds import Sounds
from stftcli.errors import InputError

# Of a pipe of Ogg or MP3: so many samples at least, and no more than surely come of its bytes.
_DECODED_SAMPLES, _MOST_BYTES = 576, 4


class SampleReader:
    """Reads the sounds of an input as one.

    Parameters
    ----------
    sounds : Sounds
        Their decoders.
    name : str
        For messages.
    block_samples : int
        How much is read at a time, at most.

    Attributes
    ----------
    position : int
        How many samples have been read or passed over.
    ended : bool
        Whether that was all of them.
    """

    def __init__(self, sounds: Sounds, name: str, block_samples: int) -> None:
        self._sounds, self._name, self._block_samples = sounds, name, block_samples
        self.position, self.ended = 0, False

    def blocks(self, end: float, dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
        """Read up to a sample.

        Yields
        ------
        ndarray, shape (some, channels)
            A block is valid until the next is asked for.

        Raises
        ------
        InputError
            If the data is broken.
        """
        read = self._reader(dtype)
        while (wanted := min(self._at_once(), end - self.position)) > 0:
            try:
                block = read(int(wanted))
            except soundfile.SoundFileError as error:
                self._take_apart(error)
                read = self._reader(dtype)  # the last block, which lies in the other's, is valid
                continue
            self.position += len(block)
            yield block
            if len(block) < wanted:
                read.close()
                if not self._sounds.go_on():
                    self.ended = True
                    return
                read = self._reader(dtype)
        read.close()

    def _reader(self, dtype: np.dtype[Any]) -> BlockReader:
        return BlockReader(self._sounds.decoder, self._block_samples, dtype)

    def seek(self, sample: int) -> None:
        """Go to a sample, or to the end."""
        decoder = self._sounds.decoder
        try:
            self.position = int(decoder.seek(min(sample, decoder.frames)))
        except soundfile.SoundFileError as error:
            raise InputError(f"{self._name} cannot be read from there: {reason(error)}") from error

    def skip_all(self) -> None:
        """Pass over all samples of a file whose header says how many there are."""
        self.position, self.ended = int(self._sounds.decoder.frames), True

    def pauses(self) -> bool:
        """Say, after a block, whether what has come should be answered before the next is read."""
        arrivals = self._sounds.arrivals
        return arrivals is not None and arrivals.pause()

    @property
    def is_live(self) -> bool:
        """Whether the sound comes through a pipe that stays open, slower than it could be read."""
        return self._sounds.arrivals is not None and self._sounds.arrivals.is_live

    def _at_once(self) -> int:
        """Give how much is read at a time: of a pipe no more than is there, if that can be told."""
        arrivals, decoder = self._sounds.arrivals, self._sounds.decoder
        if arrivals is None:
            return self._block_samples
        sample_bytes = SAMPLE_BYTES.get(decoder.subtype)
        if sample_bytes is not None:
            return min(self._block_samples, arrivals.samples(sample_bytes * decoder.channels))
        # A decoder holds some samples back, which are not worth to be asked for one by one.
        there = max(_DECODED_SAMPLES, arrivals.samples(_MOST_BYTES))
        return min(self._block_samples, there)

    def _take_apart(self, error: soundfile.SoundFileError) -> None:
        if not self._sounds.take_apart(self.position):
            at_s = self.position / float(self._sounds.decoder.samplerate)
            raise InputError(
                f"{self._name} is broken after about {at_s:.2f} s: {reason(error)}"
            ) from error

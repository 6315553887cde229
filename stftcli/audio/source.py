"""A sound, read in blocks from beginning to end."""

import re
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from math import inf
from typing import Any, Self

import numpy as np
import soundfile
from numpy.typing import DTypeLike, NDArray

from stftcli.audio.channels import check_channel, pick_channels
from stftcli.audio.decoder import Decoder, reason
from stftcli.audio.header import FLOAT_SUBTYPES, SUBTYPES
from stftcli.audio.opening import display_name, opened
from stftcli.errors import InputError, SettingsError
from stftcli.settings.segment import SegmentSettings

WHOLE = SegmentSettings(channel="all")

_BLOCK_SAMPLES = 1 << 16
# Of these, seeking may be off by some samples.
_INEXACT = ("MP3", "OGG")
# Of these, the length can only be claimed.
_COMPRESSED = ("MP3", "OGG", "FLAC")


class Source:
    """An open sound; use it in a `with` statement.

    Parameters
    ----------
    path : str
        A file, a pipe, or "-" for standard input.
    block_s : float, optional
        How much is read at a time; what is watched while it sounds wants little.
    hashed : bool, default False
        Whether a pipe is hashed while it is read, so that `sha256` can tell; half a second of
        another thread for a gigabyte.

    Attributes
    ----------
    name : str
        The input's name for messages.
    rate_hz, channels : int
        What the header says.
    container, subtype : str
        The kind of file and the format of its samples, in libsndfile's words.
    samples : int or None
        The length that the header claims; None where it says nothing that can be believed.
    read_samples : int
        How many samples have been read so far, those before the chosen segment included.

    Raises
    ------
    InputError
        If it cannot be opened or is no sound that is read.
    """

    def __init__(self, path: str, *, block_s: float | None = None, hashed: bool = False) -> None:
        self.name = display_name(path)
        self.read_samples = 0
        self._came_to_end = False
        self._ahead: deque[NDArray[Any]] = deque()
        self._rest: Iterator[NDArray[Any]] | None = None
        self._stack = ExitStack()
        try:
            self._opened = self._stack.enter_context(opened(path, hashed=hashed))
            self._file = self._stack.enter_context(Decoder(self._opened.descriptor, self.name))
        except BaseException:
            self._stack.close()
            raise
        self.rate_hz, self.channels = int(self._file.samplerate), int(self._file.channels)
        self._block_samples = _BLOCK_SAMPLES
        if block_s is not None:
            self._block_samples = max(1, min(_BLOCK_SAMPLES, round(block_s * self.rate_hz)))
        self.container, self.subtype = self._opened.container.name, str(self._file.subtype)
        self.samples = self._claimed_samples()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def encoding(self) -> str:
        """The format of the samples, in words."""
        return SUBTYPES[self.subtype]

    def count(self) -> int:
        """Give the length in samples, reading all of it where no header can be believed."""
        if self._opened.seekable and self.container not in _COMPRESSED:
            self.read_samples, self._came_to_end = int(self._file.frames), True
            if self.read_samples == 0:
                self._raise_nothing_there(0)
        else:
            for _ in self.blocks():
                pass
        return self.read_samples

    def segment_samples(self, segment: SegmentSettings) -> int | None:
        """Length of a part of the sound, as far as the header's claim can be believed."""
        asked = inf if segment.duration_s is None else round(segment.duration_s * self.rate_hz)
        there = inf
        if self.samples is not None:
            there = max(0, self.samples - round(segment.start_s * self.rate_hz))
        shorter = min(asked, there)
        return None if shorter == inf else int(shorter)

    def look_ahead(self, segment: SegmentSettings, dtype: DTypeLike, samples: int) -> int:
        """Read at least so many samples of a segment before `blocks` gives them, and count them.

        There are fewer only if the segment is shorter: so the length of a short pipe can be known.
        """
        self._rest = self._blocks(segment, np.dtype(dtype))
        there = 0
        while there < samples and (block := next(self._rest, None)) is not None:
            self._ahead.append(block.copy())
            there += block.shape[-1]
        return there

    def interrupt(self) -> None:
        """End the sound for another thread that waits for a pipe to go on."""
        self._opened.interrupt()

    def blocks(
        self, segment: SegmentSettings = WHOLE, dtype: DTypeLike = np.float32
    ) -> Iterator[NDArray[Any]]:
        """Read the chosen part of the sound, once.

        Yields
        ------
        ndarray, shape (channels, any)
            The chosen channels, full scale being 1. A block is valid until the next is asked for.

        Raises
        ------
        InputError
            If the channel is not there, the data is broken, holds NaN or infinite samples, or has
            nothing in that segment.
        """
        while self._ahead:
            yield self._ahead.popleft()
        yield from self._rest or self._blocks(segment, np.dtype(dtype))

    def ended_early(self) -> str | None:
        """Say, when the sound has come to its end, whether its header promised more."""
        claimed = self.samples
        if not self._came_to_end:
            return None
        if claimed is not None and self.read_samples < claimed:
            return (
                f"{self.name} ends early: its header promises {claimed / self.rate_hz:.2f} s, "
                f"{self.read_samples / self.rate_hz:.2f} s are there"
            )
        if self._opened.seekable and self._opened.wav is None and self._longer_by_header():
            return f"{self.name} ends early: its header promises more than the file holds"
        return None

    def sha256(self) -> str | None:
        """Give the SHA-256 of every byte of the input as it was delivered, in hexadecimal.

        A file's is computed now. A pipe's is there once its sound has been read to the end, and
        what follows the sound is waited for; it is None if the pipe was left before that (as with
        --duration) or opened without `hashed`.
        """
        if self._file.closed:
            raise SettingsError(f"{self.name} is closed: ask for its hash before")
        try:
            return self._opened.sha256(sound_ended=self._came_to_end)
        except OSError as error:
            raise InputError(f"{self.name} cannot be read: {error.strerror}") from error

    def _blocks(self, segment: SegmentSettings, dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
        check_channel(segment.channel, self.channels, self.name)
        start = round(segment.start_s * self.rate_hz)
        end = (
            inf if segment.duration_s is None else start + round(segment.duration_s * self.rate_hz)
        )
        if end <= start:
            raise InputError(f"--duration {segment.duration_s:g} s is shorter than one sample")
        if start and self._opened.seekable and self.container not in _INEXACT:
            self.read_samples = self._seek(start)
        for block in self._decoded(end, dtype):
            first = self.read_samples - len(block)
            chosen = pick_channels(block[max(0, start - first) :], segment.channel)
            self._check_finite(chosen, max(start, first))
            if chosen.shape[-1]:
                yield chosen
        if self.read_samples <= start:
            self._raise_nothing_there(start)

    def _claimed_samples(self) -> int | None:
        if self._opened.wav is not None:
            return self._opened.wav.claimed_samples
        # Where there is no length, libsndfile puts a huge number.
        frames = int(self._file.frames)
        return frames if 0 < frames < 1 << 48 else None

    def _seek(self, start: int) -> int:
        try:
            return int(self._file.seek(min(start, self._file.frames)))
        except soundfile.SoundFileError as error:
            raise InputError(f"{self.name} cannot be read from there: {reason(error)}") from error

    def _decoded(self, end: float, dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
        read = self._file.reader(self._block_samples, dtype)
        while (wanted := min(self._block_samples, end - self.read_samples)) > 0:
            try:
                block = read(int(wanted))
            except soundfile.SoundFileError as error:
                at_s = self.read_samples / self.rate_hz
                raise InputError(
                    f"{self.name} is broken after about {at_s:.2f} s: {reason(error)}"
                ) from error
            self.read_samples += len(block)
            yield block
            if len(block) < wanted:
                self._came_to_end = True
                return

    def _check_finite(self, chosen: NDArray[Any], first: int) -> None:
        # A sum is not finite if one of its terms is not; it is cheaper than asking for each.
        if self.subtype not in FLOAT_SUBTYPES:
            return
        with np.errstate(all="ignore"):
            if np.isfinite(chosen.sum()):
                return
        bad = np.argwhere(~np.isfinite(chosen.T))
        if len(bad):
            sample = first + int(bad[0][0])
            raise InputError(
                f"{self.name} holds NaN or infinite samples, the first at sample {sample} "
                f"({sample / self.rate_hz:.3f} s): repair the file, or leave that part out with "
                "--start and --duration"
            )

    def _raise_nothing_there(self, start: int) -> None:
        if self.read_samples and start:
            raise InputError(
                f"{self.name} is {self.read_samples / self.rate_hz:.2f} s long: there is nothing "
                f"at --start {start / self.rate_hz:g} s"
            )
        raise InputError(f"{self.name} holds no samples")

    def _longer_by_header(self) -> bool:
        # libsndfile tells of a length that it did not believe only in its log.
        claims = re.findall(r": (\d+) \(should be (\d+)\)", self._file.extra_info)
        return any(int(claim) > int(real) for claim, real in claims)

"""A sound, read in blocks from beginning to end."""

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from math import inf
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from stftcli.audio.channels import check_channel
from stftcli.audio.complaints import complaints
from stftcli.audio.header import COMPRESSED, FLOAT_SUBTYPES, SUBTYPES
from stftcli.audio.nonfinite import FinitePicker
from stftcli.audio.opening import Opened, display_name
from stftcli.audio.sample_reader import SampleReader
from stftcli.audio.shared_file import SharedFile
from stftcli.audio.sounds import Sounds
from stftcli.errors import InputError, SettingsError
from stftcli.files.atomic import STANDARD
from stftcli.files.here import located
from stftcli.settings.choices import Nonfinite
from stftcli.settings.reading import AS_IT_IS, Reading
from stftcli.settings.segment import SegmentSettings
from stftcli.settings.signal import MAX_RATE_HZ

if TYPE_CHECKING:
    from stftcli.audio.clocks import Clock

WHOLE = SegmentSettings(channel="all")

_BLOCK_SAMPLES, _BLOCK_VALUES = 1 << 16, 1 << 19  # of one channel, of all channels


class Source:
    """An open sound; use it in a `with` statement.

    Sounds that follow each other in one input, such as files joined by `cat`, are read as one.

    Parameters
    ----------
    path : str
        A file, a pipe, a URL, or "-" for standard input.
    block_s : float, optional
        How much is read at a time; what is watched while it sounds wants little.
    hashed : bool, default False
        Whether a pipe is hashed while it is read, so that `sha256` can tell; half a second of
        another thread for a gigabyte.
    reading : Reading, optional
        How the input is read.
    strict : bool, default False
        Whether it is an error if the sound ends early, is longer than its header says, or if
        something after it is left out; see `complaint`.

    Attributes
    ----------
    name : str
        The input's name for messages.
    reading : Reading
        How it is read.
    rate_hz, channels : int
        What the header says, unless the reading says another rate.
    container, subtype : str
        The kind of file and the format of its samples, in libsndfile's words.
    samples : int or None
        The length that the header claims; None where it says nothing that can be believed.

    Raises
    ------
    InputError
        If it cannot be opened or is no sound that is read.
    """

    def __init__(
        self,
        path: str,
        *,
        block_s: float | None = None,
        hashed: bool = False,
        reading: Reading = AS_IT_IS,
        strict: bool = False,
    ) -> None:
        self.reading = reading
        self.name, self._path = display_name(path), "" if path == STANDARD else path
        self._strict, self._closed = strict, False
        self._ahead: deque[NDArray[Any]] = deque()
        self._rest: Iterator[NDArray[Any]] | None = None
        self._early = 0
        self._stack = ExitStack()
        try:
            self._opened = self._stack.enter_context(Opened(path, hashed=hashed, raw=reading.raw))
            self._sounds = Sounds(self._opened, self.name, reading.latency_s)
            self._stack.callback(self._sounds.close)
        except BaseException:
            self._stack.close()
            raise
        decoder = self._sounds.decoder
        self.rate_hz = reading.rate_hz or int(decoder.samplerate)
        self.channels = int(decoder.channels)
        if not 1 <= self.rate_hz <= MAX_RATE_HZ:
            self._stack.close()
            raise InputError(
                f"{self.name} says that it has {self.rate_hz} Hz: 1 to {MAX_RATE_HZ} Hz are read; "
                "`input_rate` says what there were"
            )
        block_samples = max(1, min(_BLOCK_SAMPLES, _BLOCK_VALUES // self.channels))
        if block_s is not None:
            block_samples = max(1, min(block_samples, round(block_s * self.rate_hz)))
        self._reader = SampleReader(self._sounds, self.name, block_samples)
        self.container, self.subtype = self._opened.kind.container.name, str(decoder.subtype)
        floats = self.subtype in FLOAT_SUBTYPES
        self._picker = FinitePicker(self.name, self.rate_hz, floats=floats)
        claimed = self._opened.findings.claimed_samples
        self.samples = None if self._opened.understated else claimed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._stack.close()

    @property
    def read_samples(self) -> int:
        """How many samples have been read so far, those before the chosen segment included."""
        return self._reader.position

    def shared_file(self) -> SharedFile | None:
        """Give the file, if each sample has a known place in it, so that others may read it too."""
        if not self._path or self.container in ("MP3", "OGG"):
            return None
        identity = self._opened.identity()
        if identity is None or self.samples != self._sounds.decoder.frames:
            return None
        return SharedFile(located(self._path), identity)

    @property
    def ended(self) -> bool:
        """Whether it has been read to its end; then it cannot be read again."""
        return self._reader.ended

    @property
    def replaced(self) -> int:
        """How many values that were NaN or infinite have been given as 0."""
        return self._picker.replaced

    @property
    def encoding(self) -> str:
        """The format of the samples, in words."""
        return SUBTYPES[self.subtype]

    def clocks(self) -> "list[Clock]":
        """Give the times at which the sound begins, as its notes and its name say, best first."""
        from stftcli.audio.clocks import clocks_of

        return clocks_of(self._path, self._opened.notes(), self.rate_hz)

    def count(self) -> int:
        """Give the length in samples, reading all of it where no header can be believed."""
        if self._opened.seekable and self.container not in COMPRESSED:
            self._reader.skip_all()
            self._check_end()
            if self.read_samples == 0:
                self._raise_nothing_there(0)
        else:
            for _ in self.blocks():
                pass
        return self.read_samples

    def segment_samples(self, segment: SegmentSettings) -> int | None:
        """Length of a part of the sound, as far as the header's claim can be believed."""
        start, there = segment.first(self.rate_hz), inf
        asked = segment.last(self.rate_hz) - start
        # A sound that is taken apart may go on beyond what its header claims.
        if self.samples is not None and (self._opened.seekable or start < self.samples):
            there = max(0, self.samples - start)
        shorter = min(asked, there)
        return None if shorter == inf else int(shorter)

    def look_ahead(
        self,
        segment: SegmentSettings,
        dtype: DTypeLike,
        samples: int,
        *,
        before: int = 0,
        nonfinite: Nonfinite = "error",
    ) -> int:
        """Read at least so many samples of a segment before `blocks` gives them, and count them.

        There are fewer only if the segment is shorter: so the length of a short pipe can be known.
        So many samples `before` the segment are read too, and not counted; `blocks` may be asked
        for them, or for fewer.
        """
        self._rest = self._blocks(segment, np.dtype(dtype), before, 0, nonfinite)
        self._early = before
        there = -before
        while there < samples and (block := next(self._rest, None)) is not None:
            self._ahead.append(block.copy())
            there += block.shape[-1]
        return max(0, there)

    def pauses(self) -> bool:
        """Say, after a block, whether what has come should be answered before the next is read.

        That is so where the sound comes through a pipe and nothing more is there at the moment;
        with a latency where nothing comes for the rest of that time, or all of it has passed.
        """
        return self._reader.pauses()

    @property
    def is_live(self) -> bool:
        """Whether the sound comes through a pipe that stays open, slower than it could be read."""
        return self._reader.is_live

    def interrupt(self) -> None:
        """End the sound for another thread that waits for a pipe to go on."""
        self._opened.interrupt()

    def blocks(
        self,
        segment: SegmentSettings = WHOLE,
        dtype: DTypeLike = np.float32,
        *,
        before: int = 0,
        after: int | None = 0,
        nonfinite: Nonfinite = "error",
    ) -> Iterator[NDArray[Any]]:
        """Read the chosen part of the sound, once.

        Parameters
        ----------
        segment : SegmentSettings
            What is chosen.
        dtype : data-type
            float32 or float64.
        before, after : int
            How many samples beside it are given too: before it, where there must be as many, and
            after it, where there may be fewer; None for all.
        nonfinite : {"error", "zero", "keep"}
            What becomes of samples that are NaN or infinite.

        Yields
        ------
        ndarray, shape (channels, any)
            The chosen channels, full scale being 1. A block is valid until the next is asked for.

        Raises
        ------
        InputError
            If the channel is not there, the data is broken, has nothing in that segment, or holds
            NaN or infinite samples where these are an error.
        """
        if self._rest is None:
            yield from self._blocks(segment, np.dtype(dtype), before, after, nonfinite)
            return
        early = self._early - before
        while self._ahead:
            block = self._ahead.popleft()
            skipped = min(early, block.shape[-1])
            early -= skipped
            if skipped < block.shape[-1]:
                yield block[:, skipped:]
        yield from self._rest

    def complaint(self) -> str | None:
        """Say, when the sound has come to its end, where it differs from what its header promises.

        So it is where it ends early, goes on beyond its header's claim, or is followed by what is
        neither sound that fits it nor a chunk or tag of its format.
        """
        if not self._reader.ended:
            return None
        told = complaints(self._opened, self._sounds, self.read_samples, self.rate_hz)
        return f"{self.name} {'; '.join(told)}" if told else None

    def sha256(self) -> str | None:
        """Give the SHA-256 of every byte of the input as it was delivered, in hexadecimal.

        A file's is computed now. A pipe's is there once it has been read to its end; it is None if
        the pipe was left before that (as with a `duration_s`) or opened without `hashed`.
        """
        if self._closed:
            raise SettingsError(f"{self.name} is closed: ask for its hash before")
        try:
            return self._opened.sha256(ended=self._reader.ended)
        except OSError as error:
            raise InputError(f"{self.name} cannot be read: {error.strerror}") from error

    def _blocks(
        self,
        segment: SegmentSettings,
        dtype: np.dtype[Any],
        before: int,
        after: int | None,
        nonfinite: Nonfinite,
    ) -> Iterator[NDArray[Any]]:
        check_channel(segment.channel, self.channels, self.name)
        start, end = segment.first(self.rate_hz), segment.last(self.rate_hz)
        if end <= start:
            raise InputError(
                f"`duration` is {segment.duration_s:g} s: that is shorter than one sample"
            )
        begin = start - before
        if begin != self.read_samples and self._opened.seekable:
            self._reader.seek(begin)
        for block in self._reader.blocks(inf if after is None else end + after, dtype):
            first = self.read_samples - len(block)
            wanted = block[max(0, begin - first) :]
            chosen = self._picker.pick(wanted, max(begin, first), segment, nonfinite)
            if chosen.shape[-1]:
                yield chosen
        self._check_end()
        if self.read_samples <= start:
            self._raise_nothing_there(start)

    def _check_end(self) -> None:
        if self._strict and (complaint := self.complaint()):
            raise InputError(complaint)

    def _raise_nothing_there(self, start: int) -> None:
        if self.read_samples and start:
            raise InputError(
                f"{self.name} is {self.read_samples / self.rate_hz:.2f} s long: there is nothing "
                f"at {start / self.rate_hz:g} s (`start`)"
            )
        raise InputError(f"{self.name} holds no samples")

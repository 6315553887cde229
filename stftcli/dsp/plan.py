"""The arithmetic of frames, in integers: how many, where each begins, what is padded."""

from collections.abc import Callable
from typing import Any, Self

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.settings.choices import PADDINGS, Padding
from stftcli.settings.record import check_size

# A batch is as large as pays. Each takes some 40 us of Python, and each call of numpy in it lets go
# of Python's lock and may have to wait for it again, so that of batches that fit the L2 cache two
# threads work through no more than one. Beyond these sizes nothing is gained.
_BATCH_SAMPLES = 1 << 18
_MIN_FRAMES, _MAX_FRAMES = 4, 512
_MAX_BATCH, _MAX_SPAN = 1 << 22, 1 << 21
_MAX_LENGTH = 1 << 24


# Length of a frame and hop -> samples of padding before and after the signal.
_AMOUNTS: dict[Padding, Callable[[int, int], tuple[int, int]]] = {
    # Frame t then has sample t * hop in its middle, for odd lengths too: torch.stft, librosa.stft.
    "center": lambda frame, _: (frame // 2, frame // 2),
    "none": lambda *_: (0, 0),
    "snip": lambda *_: (0, 0),
    # The first frame ends with the first hop of samples, and each later one a hop further on.
    "causal": lambda frame, hop: (max(0, frame - hop), 0),
    # All that frames overlap, half on each side: a signal of whole hops has a frame for each.
    "same": lambda frame, hop: (max(0, frame - hop) // 2, max(0, frame - hop) // 2),
    # Frame t lies around hop * (t + 1/2), and there is one for each hop, to the nearest: Kaldi's
    # FirstSampleOfFrame and NumFrames. So the first begins hop // 2 - frame // 2 samples after the
    # first of the signal. The last of (samples + hop // 2) // hop frames ends with the padding
    # where nothing is left over: there, right = frame - hop + hop // 2 - left.
    "kaldi": lambda frame, hop: (
        frame // 2 - hop // 2,
        frame - frame // 2 - hop + 2 * (hop // 2),
    ),
}

# Kaldi fills nothing up: its NumFrames is 0 of a sound that is too short.
_AS_IN_KALDI: tuple[Padding, ...] = ("snip", "kaldi")


class FramePlan(Frozen):
    """Where the frames of a signal lie; it can be asked before any sound is there.

    The signal is thought of with `left` samples of padding before it and `right` after it. Frame t
    covers the padded samples from ``t * hop_length`` on, `frame_length` of them; zeros after them
    fill its transform up to `filter_length`. A signal that is too short for a frame is filled up
    with zeros to one if it `fills_short`, else it has none.
    """

    filter_length: int
    hop_length: int
    frame_length: int
    left: int
    right: int
    fills_short: bool = True

    @classmethod
    def make(
        cls,
        filter_length: int,
        hop_length: int,
        padding: Padding = "center",
        frame_length: int | None = None,
    ) -> Self:
        """Lay the frames out; a `frame_length` of None is `filter_length`.

        Raises
        ------
        SettingsError
            If a length is below 1, or there is no such padding.
        """
        frame_length = filter_length if frame_length is None else frame_length
        for name, length in (("filter_length", filter_length), ("hop_length", hop_length)):
            check_size(name, length, _MAX_LENGTH)
        if padding not in PADDINGS:
            raise SettingsError(
                f"there is no padding {padding!r}: choose from {', '.join(PADDINGS)}"
            )
        left, right = _AMOUNTS[padding](frame_length, hop_length)
        if left < 0 or right < 0:
            raise SettingsError(
                f"`hop_length` is {hop_length}: with padding {padding} it must not be longer than "
                f"the frame ({frame_length})"
            )
        fills_short = padding not in _AS_IN_KALDI
        return cls(filter_length, hop_length, frame_length, left, right, fills_short)

    @property
    def bins(self) -> int:
        """Number of non-redundant frequencies, from 0 Hz up to half the rate."""
        return self.filter_length // 2 + 1

    @property
    def batch_frames(self) -> int:
        """Frames of one channel that are worked on at a time."""
        return self.batch_frames_of(1)

    def batch_frames_of(self, channels: int) -> int:
        """Give the frames that are worked on at a time: by settings and channels, nothing else.

        More channels than two make it fewer frames, so that a batch takes no more memory.
        """
        pairs = max(1, channels / 2)
        by_cache = _BATCH_SAMPLES // (pairs * self.filter_length)
        by_cache = max(_MIN_FRAMES / pairs, min(_MAX_FRAMES / pairs, by_cache))
        # Long frames are large even if they are few, and a span of few that lie far apart is long.
        by_memory = min(_MAX_BATCH // self.filter_length, _MAX_SPAN // self.hop_length) / pairs
        return max(1, int(min(by_cache, by_memory)))

    def frames(self, samples: int) -> int:
        """Give the number of frames of a signal; one too short has one if it is filled up."""
        if samples == 0:
            return 0
        # Zeros fill up what is too short, as an error would stop a whole batch of files.
        least = 1 if self.fills_short else 0
        return max(least, self.frames_of_span(self.left + samples + self.right))

    def covered(self, samples: int) -> int:
        """Give the number of padded samples that the frames of a signal may hold."""
        least = self.frame_length if self.fills_short else 0
        return max(least, self.left + samples + self.right)

    def span_samples(self, frames: int) -> int:
        """Give the number of padded samples that so many neighbouring frames cover."""
        return (frames - 1) * self.hop_length + self.frame_length

    def frames_of_span(self, samples: int) -> int:
        """Give the number of whole frames in so many padded samples."""
        return max(0, 1 + (samples - self.frame_length) // self.hop_length)

    @property
    def overlap(self) -> int:
        """Number of frames that cover a sample, at most."""
        return -(-self.frame_length // self.hop_length)

    def samples(self, frames: int) -> int:
        """Give the fewest samples of a signal that fill so many frames, padding left out."""
        if frames == 0:
            return 0
        return max(0, self.span_samples(frames) - self.left - self.right)

    def finished(self, frames: int) -> int:
        """Give how many samples of the signal lie before the frames that follow the first ones."""
        return max(0, frames * self.hop_length - self.left)

    def centers(self, frames: range) -> range:
        """Give the samples of the signal that frames are centred on, its first being 0."""
        # Zeros that follow a frame are no part of it: the window's middle is what counts.
        first = self.frame_length // 2 - self.left
        return range(
            first + frames.start * self.hop_length,
            first + frames.stop * self.hop_length,
            self.hop_length,
        )

    def first_centered_from(self, samples: Any) -> Any:
        """Give the first frame that is centred on this sample of the signal, or later.

        It takes a number or an array of whole numbers; of frames before the first it tells too,
        which have negative numbers.
        """
        first = self.frame_length // 2 - self.left
        return -((first - samples) // self.hop_length)

"""The arithmetic of frames, in integers: how many, where each begins, what is padded."""

from dataclasses import dataclass
from typing import Self

from stftcli.errors import SettingsError

# A batch of about this many samples of frames stays inside a core's L2 cache with its spectrum.
_BATCH_SAMPLES = 1 << 17
_FEWEST_FRAMES, _MOST_FRAMES = 8, 256
_LONGEST_SPAN = 1 << 21
_LONGEST = 1 << 24


@dataclass(frozen=True)
class FramePlan:
    """Where the frames of a signal lie; it can be asked before any sound is there.

    The signal is thought of with `left` samples of padding before it and `right` after it. Frame t
    covers the padded samples from ``t * hop_length`` on, `filter_length` of them.
    """

    filter_length: int
    hop_length: int
    left: int
    right: int

    @classmethod
    def make(
        cls, filter_length: int, hop_length: int, *, center: bool, causal: bool = False
    ) -> Self:
        """Lay the frames out centred, causal, or (neither) without padding.

        Raises
        ------
        SettingsError
            If a length is below 1, or the frames shall be both centred and causal.
        """
        for name, length in (("filter_length", filter_length), ("hop_length", hop_length)):
            if not 1 <= length <= _LONGEST:
                raise SettingsError(f"{name} is {length}: it must be 1 to {_LONGEST} samples")
        if center and causal:
            raise SettingsError("frames are either centred or causal, not both")
        if center:
            return cls(filter_length, hop_length, filter_length // 2, filter_length // 2)
        left = max(0, filter_length - hop_length) if causal else 0
        return cls(filter_length, hop_length, left, 0)

    @property
    def bins(self) -> int:
        """Number of non-redundant frequencies, from 0 Hz up to half the rate."""
        return self.filter_length // 2 + 1

    @property
    def batch_frames(self) -> int:
        """Frames that are worked on at a time: by the settings alone, never by the input."""
        by_cache = max(_FEWEST_FRAMES, min(_MOST_FRAMES, _BATCH_SAMPLES // self.filter_length))
        return max(1, min(by_cache, _LONGEST_SPAN // self.hop_length))

    def frames(self, samples: int) -> int:
        """Give the number of frames of a signal; one that is too short for a frame has one."""
        if samples == 0:
            return 0
        return max(1, self.frames_of_span(self.left + samples + self.right))

    def span_samples(self, frames: int) -> int:
        """Give the number of padded samples that so many neighbouring frames cover."""
        return (frames - 1) * self.hop_length + self.filter_length

    def frames_of_span(self, samples: int) -> int:
        """Give the number of whole frames in so many padded samples."""
        return max(0, 1 + (samples - self.filter_length) // self.hop_length)

    def centers(self, frames: int) -> range:
        """Give the samples of the signal that the frames are centred on, its first being 0."""
        first = self.filter_length // 2 - self.left
        return range(first, first + frames * self.hop_length, self.hop_length)

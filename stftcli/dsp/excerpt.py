"""A segment of a signal, padded with the samples that lie beside it."""

import numpy as np

from stftcli.dsp.padding import Padder, Samples
from stftcli.dsp.plan import FramePlan
from stftcli.frozen import Frozen
from stftcli.settings.choices import PadMode


class Excerpt(Frozen):
    """Where a segment lies in the samples that are given, its neighbours among them.

    Attributes
    ----------
    before : int
        How many samples are given before its first.
    samples : int or None
        Its length, if the signal does not end before; None for all that follows.
    """

    before: int
    samples: int | None

    def there(self, given: int) -> int:
        """Give how many of its samples are among the first so many that were given."""
        there = max(0, given - self.before)
        return there if self.samples is None else min(self.samples, there)

    def part_of(self, block: Samples, given: int) -> Samples:
        """Give its samples in a block of shape (channels, any) that follows so many others."""
        first = max(0, self.before - given)
        last = self.there(given + block.shape[-1]) - self.there(given)
        return block[:, first : first + last]


def neighbours_needed(
    plan: FramePlan, mode: PadMode, start: int, samples: int | None
) -> tuple[int, int | None]:
    """Give how many samples before a segment and after it decide what its frames hold.

    Parameters
    ----------
    plan : FramePlan
        Where the frames lie.
    mode : str
        What stands beyond the ends of the signal.
    start : int
        The segment's first sample.
    samples : int or None
        Its length; None if it goes on to the end.

    Returns
    -------
    before : int
        At most `start`.
    after : int or None
        None for all that there are.
    """
    if mode == "wrap":
        # Before the beginning lies the end, after the end the beginning.
        return start, plan.right if start >= plan.left else None
    # What is mirrored at one end of the signal may lie on the other side of the segment.
    reach = 0 if mode == "constant" else max(plan.left, plan.right) + 1
    # One more before, which pre-emphasis looks at.
    before = min(start, max(plan.left, reach) + 1)
    filled = 0 if samples is None else plan.covered(samples) - plan.left - samples
    return before, max(plan.right, filled, reach if start < plan.left else 0)


class ExcerptPadder:
    """Turns blocks of shape (channels, any) into pieces of the padded segment, in order.

    The padding is the neighbours, as far as there are any; beyond the ends of the signal it is
    what `Padder` gives for the whole signal. More neighbours than are needed may be pushed.
    """

    def __init__(self, plan: FramePlan, mode: PadMode, excerpt: Excerpt) -> None:
        # Fewer than that are given before it only where the signal begins there.
        missing = max(0, plan.left - excerpt.before)
        wraps = mode == "wrap" and not missing
        self._padder = _Wrapper(plan.right) if wraps else Padder(missing, plan.right, mode)
        self._skip = max(0, excerpt.before - plan.left)
        self._left = None if excerpt.samples is None else plan.covered(excerpt.samples)

    def push(self, block: Samples) -> list[Samples]:
        """Take a block, give what can be passed on."""
        return [self._cut(piece) for piece in self._padder.push(block)]

    def finish(self) -> list[Samples]:
        """Give the rest, with what stands beyond the end of the signal if that was reached."""
        return [self._cut(piece) for piece in self._padder.finish()]

    def _cut(self, piece: Samples) -> Samples:
        skipped = min(self._skip, piece.shape[-1])
        self._skip -= skipped
        piece = piece[:, skipped:]
        if self._left is not None:
            piece = piece[:, : self._left]
            self._left -= piece.shape[-1]
        return piece


class _Wrapper:
    """Passes a signal on, and gives its beginning again where it ends."""

    def __init__(self, right: int) -> None:
        self._right, self._pushed = right, 0
        self._head: Samples | None = None

    def push(self, block: Samples) -> list[Samples]:
        self._pushed += block.shape[-1]
        if self._head is None:
            self._head = block[:, : self._right].copy()
        elif (missing := self._right - self._head.shape[-1]) > 0:
            self._head = np.concatenate((self._head, block[:, :missing]), axis=-1)
        return [block]

    def finish(self) -> list[Samples]:
        if self._head is None or not self._pushed:
            return []
        return [self._head[:, np.arange(self._right) % self._pushed]]

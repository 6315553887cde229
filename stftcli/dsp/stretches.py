"""Stretches of time: which frames each of them holds, in integers."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.plan import FramePlan
from stftcli.errors import SettingsError
from stftcli.frozen import Frozen


class Stretches(Frozen):
    """Stretches of the same length that follow each other from the first sample on.

    Stretch k holds the frames that are centred in ``[k * samples, (k + 1) * samples)``. Where that
    is no whole number of hops some hold a frame more than others, and none of them drifts. A frame
    that is centred before the first sample belongs to the first stretch. One that is centred on the
    end of a stretch, and is the last of the sound, belongs to that stretch: so a sound of a whole
    number of stretches has no further one for a frame that is half padding.

    Row 0 is the stretch of the first frame; with frames far longer than a stretch and no padding
    that is not stretch 0.

    Parameters
    ----------
    plan : FramePlan
        Where the frames lie.
    samples : Fraction
        Length of a stretch; it need not be a whole number of samples.
    """

    plan: FramePlan
    samples: Fraction

    @classmethod
    def of_time(cls, plan: FramePlan, period_s: float, rate_hz: int) -> "Stretches":
        """Lay out stretches of so many seconds.

        Raises
        ------
        SettingsError
            If one is shorter than a hop, for then some would hold no frame.
        """
        samples = Fraction(repr(period_s)) * rate_hz  # 0.1 is a tenth, not what a float makes of it
        if samples < plan.hop_length:
            raise SettingsError(
                f"`pool` is {period_s:g} s and a hop {plan.hop_length / rate_hz:g} s: give a "
                "longer time, or a shorter `hop_length`"
            )
        return cls(plan, samples)

    @property
    def skipped(self) -> int:
        """How many stretches lie before the one of the first frame."""
        return max(0, floor(self._center(0) / self.samples))

    def first_frame(self, row: int) -> int:
        """Give the frame that a row begins with."""
        if row == 0:
            return 0
        border = (self.skipped + row) * self.samples
        return ceil((border - self._center(0)) / self.plan.hop_length)

    def ends_before(self, frame: int) -> bool:
        """Say whether a frame that is the last of a sound belongs to the row before its own."""
        place = self._center(frame) / self.samples
        return place.denominator == 1 and place > self.skipped

    def rows(self, frames: int) -> int:
        """Give the number of rows of a sound of so many frames."""
        if frames == 0:
            return 0
        last = floor(self._center(frames - 1) / self.samples) - self.ends_before(frames - 1)
        return max(0, last - self.skipped) + 1

    def split(self, batches: Iterable[NDArray[Any]]) -> Iterator[tuple[int, NDArray[Any]]]:
        """Give the frames of a sound in pieces, each with the number of its row.

        Parameters
        ----------
        batches : iterable of ndarray, shape (any, ...)
            All frames, in order; of a time line those that are NaN are gaps, in batches of their
            own, and the frame before a gap is the last of a sound.

        Yields
        ------
        row : int
            Numbers that never fall.
        frames : ndarray, shape (some, ...)
            At least one.
        """
        frame = row = 0
        held: NDArray[Any] | None = None
        for batch in batches:
            if held is not None and len(batch):
                yield row - (_is_gap(batch[0]) and self.ends_before(frame - 1)), held
                held = None
            rest = batch
            while len(rest):
                begins = frame == self.first_frame(row + 1)
                row += begins
                taken = rest[: self.first_frame(row + 1) - frame]
                frame, rest = frame + len(taken), rest[len(taken) :]
                # Whether it begins a row, or ends the one before, shows when a frame follows it.
                if begins and len(taken) == 1 and not len(rest):
                    held = taken
                else:
                    yield row, taken
        if held is not None:
            yield row - self.ends_before(frame - 1), held

    def starts_s(self, rows: range, rate_hz: int) -> NDArray[np.float64]:
        """Give the times that rows begin at, the first sample being at 0 s."""
        numbers = np.arange(self.skipped + rows.start, self.skipped + rows.stop, dtype=np.float64)
        period_s = self.samples / rate_hz  # multiplied before it is rounded
        return np.asarray(numbers * period_s.numerator / period_s.denominator, np.float64)

    def period_s(self, rate_hz: int) -> float:
        """Give the length of a stretch in seconds."""
        return float(self.samples / rate_hz)

    def _center(self, frame: int) -> Fraction:
        return Fraction(self.plan.centers(range(frame, frame + 1))[0])


def _is_gap(frame: NDArray[Any]) -> bool:
    return bool(np.isnan(frame.flat[0]))

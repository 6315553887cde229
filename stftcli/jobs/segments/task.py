"""The segments of one sound, what is done with them, and where their rows go."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from numpy.typing import NDArray

from stftcli.jobs.segments.finish import Finish
from stftcli.jobs.segments.marks import Marks
from stftcli.jobs.segments.store import Store


class Task(NamedTuple):
    """The segments of one sound, counted from 0.

    Attributes
    ----------
    finish : Finish
        What is done.
    marks : Marks
        The segments.
    store : Store
        Takes their rows.
    """

    finish: Finish
    marks: Marks
    store: Store

    def has_bins(self, index: int) -> bool:
        """Say whether anything lies in the frequencies of a segment."""
        return self.finish.has_bins(self.marks.box(index))

    def put(
        self, index: int, frames: Iterator[NDArray[Any]], first_s: float, lead: int = 0
    ) -> None:
        """Store the rows of a segment's frames, at least one, after so many that lead to them.

        The first of its frames is at `first_s`.
        """
        chain, row = self.finish.chain, int(self.marks.rows[index])
        step_s = chain.plan.hop_length / chain.rate_hz
        if chain.stretches is not None:
            # A row is of a stretch, which begins where the segment does.
            step_s = chain.stretches.period_s(chain.rate_hz)
            first_s = float(self.marks.start_s[index] + chain.times_s(0, 1)[0])
        self.store.begin(row, first_s, step_s)
        for rows in self.finish.rows(frames, self.marks.box(index), lead):
            self.store.add(row, rows)

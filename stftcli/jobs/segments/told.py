"""What is said of segments that a sound does not have."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stftcli.files.untrusted import list_names
from stftcli.jobs.segments.marks import Marks

_MAX_NAMED = 3


def beyond(marks: Marks, duration_s: float, table: str, sound: str) -> str | None:
    """Say which segments go beyond the end of their sound; None if none does."""
    # Programs round times: half a millisecond is no mistake.
    late = np.flatnonzero(marks.end_s > duration_s + 5e-4)
    if not len(late):
        return None
    first = late[0]
    return (
        f"{_count(len(late))} of {table} {_go(len(late))} beyond the end of {sound} "
        f"({duration_s:.3f} s): {_named(marks.rows[late])}; the first ends at "
        f"{marks.end_s[first]:g} s"
    )


def before(rows: NDArray[np.int64], table: str, sound: str) -> str | None:
    """Say which segments begin before their sound; None if none does."""
    if not len(rows):
        return None
    return (
        f"{_count(len(rows))} of {table} {'begins' if len(rows) == 1 else 'begin'} before {sound} "
        f"does: {_named(rows)}; what is there is used"
    )


def without_frames(rows: NDArray[np.int64], table: str, *, cut: bool) -> str | None:
    """Say which segments hold no frame; None if none does. `cut` says how they were computed."""
    if not len(rows):
        return None
    way = "a smaller `n_fft`" if cut else "`segment_frames` cut, or a smaller `hop_length`"
    return (
        f"{_count(len(rows))} of {table} {'holds' if len(rows) == 1 else 'hold'} no frame: "
        f"{_named(rows)}; {way} gives frames to what is short, and their features are empty now"
    )


def without_bins(rows: NDArray[np.int64], table: str) -> str | None:
    """Say in the boxes of which segments no frequency lies; None if there are none."""
    if not len(rows):
        return None
    return (
        f"no band lies in the {'box' if len(rows) == 1 else 'boxes'} of {_count(len(rows))} of "
        f"{table}: {_named(rows)}; `segment_band=False` takes all frequencies, and their features "
        "are empty now"
    )


def of_others(number: int, of: int, table: str, names: Sequence[str]) -> str:
    """Say how many segments are of other sounds than those that were given."""
    are = "is" if number == 1 else "are"
    return (
        f"{number} of {_count(of)} of {table} {are} of other sounds ({list_names(names)}), and "
        "left out"
    )


def _count(number: int) -> str:
    return f"{number} segment{'' if number == 1 else 's'}"


def _go(number: int) -> str:
    return "goes" if number == 1 else "go"


def _named(rows: NDArray[np.int64]) -> str:
    names = ", ".join(str(row + 1) for row in rows[:_MAX_NAMED].tolist())
    more = f" and {len(rows) - _MAX_NAMED} more" if len(rows) > _MAX_NAMED else ""
    return f"number {names}{more}"

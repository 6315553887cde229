"""How features change from frame to frame, by regression over the frames around each."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import SettingsError

Reals = NDArray[Any]

ORDERS = (1, 2)
"""Deltas; deltas of deltas too."""

_WIDEST = 1000


def add_deltas(batches: Iterator[Reals], order: int, window: int = 2) -> Iterator[Reals]:
    """Append deltas to the features, and with order 2 the deltas of those.

    The delta of a feature c is its slope over the frames around t,
    ``d_t = sum_n n (c_{t+n} - c_{t-n}) / (2 sum_n n^2)``, n = 1 .. window (S. Young et al., "The
    HTK Book", section 5.9). The filter of order 2 is that of order 1 convolved with itself, and
    beyond both ends the first or last frame of the features themselves is repeated, as Kaldi's
    add-deltas has it.

    Parameters
    ----------
    batches : iterator of ndarray, shape (any, [channels,] features)
        Neighbouring frames of one sound, in order.
    order : {1, 2}
        How often the difference is taken.
    window : int, default 2
        Frames on either side that a delta looks at.

    Returns
    -------
    iterator of ndarray, shape (some, [channels,] (order + 1) * features)
        As many frames in all, of the same type: features, deltas, deltas of deltas. They lag
        ``order * window`` frames behind, and twice as many are remembered.

    Raises
    ------
    SettingsError
        If order or window is outside what is allowed.
    """
    if order not in ORDERS:
        raise SettingsError(f"order is {order}: choose 1 (deltas) or 2 (deltas of deltas as well)")
    if not 1 <= window <= _WIDEST:
        raise SettingsError(f"window is {window}: it must be 1 to {_WIDEST} frames")
    return _stream(batches, _filters(order, window), order * window)


def _filters(order: int, window: int) -> list[list[float]]:
    slope = np.arange(-window, window + 1) / (2 * sum(n * n for n in range(1, window + 1)))
    filters = [np.ones(1)]
    for _ in range(order):
        filters.append(np.convolve(filters[-1], slope))
    # Plain numbers, so that float32 stays float32.
    return [weights.tolist() for weights in filters]


def _stream(batches: Iterator[Reals], filters: list[list[float]], reach: int) -> Iterator[Reals]:
    kept: Reals | None = None
    for batch in batches:
        if not len(batch):
            continue
        before = np.repeat(batch[:1], reach, axis=0) if kept is None else kept
        joined = np.concatenate((before, batch))
        kept = joined[-2 * reach :].copy()
        if len(joined) > 2 * reach:
            yield _filtered(joined, filters, reach)
    if kept is not None:
        after = np.repeat(kept[-1:], reach, axis=0)
        yield _filtered(np.concatenate((kept, after)), filters, reach)


def _filtered(joined: Reals, filters: list[list[float]], reach: int) -> Reals:
    frames, features = len(joined) - 2 * reach, joined.shape[-1]
    shape = (frames, *joined.shape[1:-1], len(filters) * features)
    out = np.zeros(shape, joined.dtype)
    for number, weights in enumerate(filters):
        part = out[..., number * features : (number + 1) * features]
        first = reach - len(weights) // 2
        for shift, weight in enumerate(weights, first):
            if weight:
                part += weight * joined[shift : shift + frames]
    return out

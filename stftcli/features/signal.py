"""What is done to a signal before it is cut into frames, and its undoing, block by block.

Each generator takes blocks of shape (channels, any), each valid until the next is asked for, and
gives such blocks of the same type. What comes out does not depend on the sizes of the blocks.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.features.resample import resampled
from stftcli.settings.signal import SignalSettings

Samples = NDArray[Any]

_ZEROS = 1 << 16
_ROW = 128


def prepared(
    blocks: Iterable[Samples],
    settings: SignalSettings,
    from_hz: int,
    to_hz: int,
    dtype: np.dtype[Any],
    full_scale: float = 1.0,
) -> Iterator[Samples]:
    """Do with a signal what the settings say, in their order; a sample of 1 becomes full scale."""
    blocks = iter(blocks)
    if from_hz != to_hz:
        assert settings.resample is not None
        blocks = resampled(blocks, from_hz, to_hz, dtype, settings.resample)
    if settings.pad_to_s is not None:
        blocks = zero_pad(blocks, round(settings.pad_to_s * to_hz))
    return leveled(blocks, settings, full_scale)


def leveled(
    blocks: Iterator[Samples], settings: SignalSettings, full_scale: float
) -> Iterator[Samples]:
    """Do what changes the values of a signal at its own rate: scale and pre-emphasis."""
    if full_scale != 1:
        blocks = scaled(blocks, full_scale)
    if settings.preemphasis:
        blocks = pre_emphasized(blocks, settings.preemphasis)
    return blocks


def pre_emphasized(blocks: Iterator[Samples], coefficient: float) -> Iterator[Samples]:
    """Raise the high frequencies of a signal: y[n] = x[n] - a x[n-1], y[0] = x[0].

    Parameters
    ----------
    blocks : iterator of ndarray, shape (channels, any)
        The signal x.
    coefficient : float
        a, usually 0.97.

    Yields
    ------
    ndarray, shape (channels, any)
        As many samples of y, in an array of their own.

    Notes
    -----
    This is the filter of the whole signal, as NeMo and torchaudio.functional.preemphasis have it
    (Young et al., The HTK Book, section 5.2, gives the formula). HTK and Kaldi apply it to each
    frame by itself instead, where the first sample stands for the one before it.
    """
    before: Samples | None = None
    for block in blocks:
        if not block.shape[-1]:
            continue
        factor = block.dtype.type(coefficient)
        emphasized = block.copy()
        emphasized[:, 1:] -= factor * block[:, :-1]
        if before is not None:
            emphasized[:, :1] -= factor * before
        before = block[:, -1:].copy()
        yield emphasized


def scaled(blocks: Iterator[Samples], factor: float) -> Iterator[Samples]:
    """Multiply a signal, as by 32768 for Kaldi, or to a pressure.

    Each result is an array of its own: a block may be memory that its giver reads again.
    """
    for block in blocks:
        yield block * block.dtype.type(factor)


def zero_pad(blocks: Iterator[Samples], samples: int) -> Iterator[Samples]:
    """Append zeros until a signal has so many samples; a longer one is left as it is.

    Whisper fills up to 30 s like this. Without any block there are no channels to be filled.
    """
    block, there = None, 0
    for block in blocks:
        there += block.shape[-1]
        yield block
    if block is None:
        return
    yield from zeros(block, samples - there)


def zeros(like: Samples, samples: int) -> Iterator[Samples]:
    """Give so many zeros, in blocks of the channels and the type of another."""
    for start in range(0, samples, _ZEROS):
        yield np.zeros((len(like), min(_ZEROS, samples - start)), like.dtype)


def restored(
    blocks: Iterator[Samples], settings: SignalSettings, frame_preemphasis: float = 0.0
) -> Iterator[Samples]:
    """Undo what settings did with a signal, but for its rate, its scale and the zeros at its end.

    `frame_preemphasis` is that of frames, where it is to be undone too.
    """
    for coefficient in (frame_preemphasis, settings.preemphasis):
        if coefficient:
            blocks = de_emphasized(blocks, coefficient)
    return blocks


def de_emphasized(blocks: Iterator[Samples], coefficient: float) -> Iterator[Samples]:
    """Undo `pre_emphasized`: x[n] = y[n] + a x[n-1], computed in float64.

    Parameters
    ----------
    blocks : iterator of ndarray, shape (channels, any)
        The emphasized signal y.
    coefficient : float
        a.

    Yields
    ------
    ndarray, shape (channels, any)
        As many samples of x.
    """
    before: Samples | None = None
    for block in blocks:
        if not block.shape[-1]:
            continue
        if before is None:
            before = np.zeros(len(block))
        filtered = _recursive(block.astype(np.float64), coefficient, before)
        before = filtered[:, -1]
        yield filtered.astype(block.dtype)


def _recursive(block: Samples, coefficient: float, before: Samples) -> Samples:
    """Filter in rows of samples: within them by a matrix, from row to row by what is carried."""
    channels, samples = block.shape
    rows = np.zeros((channels, -(-samples // _ROW), _ROW))
    rows.reshape(channels, -1)[:, :samples] = block
    powers = coefficient ** np.arange(_ROW + 1)
    lags = np.subtract.outer(np.arange(_ROW), np.arange(_ROW))
    within = rows @ np.where(lags >= 0, powers[np.maximum(lags, 0)], 0).T
    for row in range(within.shape[1]):
        within[:, row] += np.multiply.outer(before, powers[1:])
        before = within[:, row, -1]
    return within.reshape(channels, -1)[:, :samples]

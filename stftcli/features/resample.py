"""Another sample rate, through soxr."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from stftcli.errors import MissingExtraError, SettingsError

Samples = NDArray[Any]

# Beyond half a million soxr does not come back from its last call.
_MAX_RATIO = 100_000
_PIECE_SAMPLES = 1 << 16


class Resampler:
    """Turns a sound of one sample rate into the same sound at another.

    A thin coat around soxr's ResampleStream. Its delay is taken away: the first sample stays at
    time 0, and what is joined from `push` and `finish` is what soxr.resample makes of the whole
    sound, to the last bit, whatever the sizes of the blocks.

    Parameters
    ----------
    from_hz, to_hz : int
        The rate of the sound, and the rate wanted.
    channels : int
        Channels of the sound, each resampled alone.
    dtype : data-type
        float32 or float64, of blocks and results.
    quality : {"QQ", "LQ", "MQ", "HQ", "VHQ"}, default "HQ"
        Soxr's own names, from quick to very high. HQ and VHQ change no level by more than 0.01 dB
        below 0.9 of the lower Nyquist frequency. All but VHQ compute in float32: HQ is exact to
        1e-6 of full scale, VHQ of float64 to 2e-9.

    Raises
    ------
    MissingExtraError
        If soxr is not installed.
    SettingsError
        If the two rates are too far apart, or soxr does not know one of the values.

    See Also
    --------
    resampled_samples : How many samples come out.
    """

    def __init__(
        self, from_hz: int, to_hz: int, channels: int, dtype: DTypeLike, quality: str = "HQ"
    ) -> None:
        self._dtype = np.dtype(dtype)
        self._waiting = np.empty((channels, 0), self._dtype)
        if to_hz > _MAX_RATIO * from_hz:
            raise SettingsError(
                f"the sound cannot be resampled from {from_hz} Hz to {to_hz} Hz: give a rate of at "
                f"most {_MAX_RATIO * from_hz} Hz"
            )
        soxr = _soxr()
        try:
            self._stream = soxr.ResampleStream(from_hz, to_hz, channels, self._dtype, quality)
        except (TypeError, ValueError) as error:
            raise SettingsError(
                f"{channels} channels of {self._dtype} cannot be resampled from {from_hz} Hz to "
                f"{to_hz} Hz in quality {quality}: {error}"
            ) from error

    def push(self, block: Samples) -> Samples:
        """Take a block of shape (channels, any), give the samples that can be told by now."""
        samples = np.hstack((self._waiting, block), dtype=self._dtype)
        # One sample waits for the end, so that soxr is never called without any: its versions
        # before 1.1 lose samples then, or fail.
        self._waiting = samples[:, -1:]
        return self._resample(samples[:, :-1], last=False)

    def finish(self) -> Samples:
        """Say that the sound has ended; give its last samples, of shape (channels, any)."""
        return self._resample(self._waiting, last=True)

    def _resample(self, samples: Samples, *, last: bool) -> Samples:
        if not samples.shape[-1]:
            return samples
        # Soxr has time first.
        return np.asarray(self._stream.resample_chunk(np.ascontiguousarray(samples.T), last)).T


def resampled(
    blocks: Iterator[Samples], from_hz: int, to_hz: int, dtype: DTypeLike, quality: str = "HQ"
) -> Iterator[Samples]:
    """Give the blocks of a sound at another sample rate; the parameters are those of Resampler.

    Blocks are taken in pieces, so that results stay small even where one sample becomes many.
    Where the rates are equal, the blocks pass as they are.

    Yields
    ------
    ndarray, shape (channels, any)
        The next samples, at least one, in an array of their own.
    """
    if from_hz == to_hz:
        yield from blocks
        return
    resampler = None
    piece_samples = max(1, _PIECE_SAMPLES * from_hz // to_hz)
    for block in blocks:
        resampler = resampler or Resampler(from_hz, to_hz, len(block), dtype, quality)
        for start in range(0, block.shape[-1], piece_samples):
            result = resampler.push(block[:, start : start + piece_samples])
            if result.shape[-1]:
                yield result
    if resampler and (result := resampler.finish()).shape[-1]:
        yield result


def resampled_samples(samples: int, from_hz: int, to_hz: int) -> int:
    """Give the number of samples that so many become: n * to / from, halves rounded up.

    Computed as soxr does, in floating point, where a half may come out a little smaller and is
    rounded down then: 240 samples at 48 kHz become 220 at 44.1 kHz.
    """
    return samples if from_hz == to_hz else int(samples / (from_hz / to_hz) + 0.5)


def _soxr() -> Any:
    try:
        import soxr
    except ImportError:
        raise MissingExtraError("resampling", "soxr", "rate") from None
    return soxr

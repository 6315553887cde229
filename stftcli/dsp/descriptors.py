"""Numbers that describe a frame: how loud it is, where its spectrum lies, how it has changed.

The definitions are those of librosa, with the sources that it gives, but for the flux. Everything
is computed in the type of the input, for each frame by itself.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.checks import rows_of
from stftcli.dsp.contrast import OCTAVES, Band, octaves, spectral_contrast
from stftcli.errors import SettingsError
from stftcli.frozen import Frozen

Reals = NDArray[Any]

SAMPLE_COLUMNS = 2
"""Columns after the bins that hold what is measured of the samples: rms and zcr."""

_CROSSING_FLOOR = 1e-10
_POWER_FLOOR = 1e-10
_ROLLOFF = 0.85


def frame_rms(frames: Reals) -> Reals:
    """Give the root of the mean square of frames of samples, ``sqrt(sum_n x_n^2 / frame_length)``.

    `frames` has shape (channels, frames, frame_length) and is only read; the result is of shape
    (channels, frames).
    """
    return np.asarray(np.sqrt(np.vecdot(frames, frames) / frames.shape[-1]))


def zero_crossing_rate(frames: Reals) -> Reals:
    """Give the share of the samples of each frame that differ in sign from the one before.

    Zero counts as positive, and so does what is nearer to it than 1e-10. The first sample of a
    frame has none before it. Shapes are those of `frame_rms`.
    """
    negative = frames < -_CROSSING_FLOOR
    crossings = np.count_nonzero(negative[..., 1:] != negative[..., :-1], axis=-1)
    return np.asarray(crossings / frames.shape[-1], frames.dtype)


class _Spectra(Frozen):
    """Some frames, and what several descriptors need of them."""

    magnitudes: Reals
    of_samples: Reals
    before: Reals  # the magnitudes of the frame before the first, with a leading axis
    frequencies_hz: Reals
    bands: Sequence[Band]

    @cached_property
    def sums(self) -> Reals:
        """Sum over the bins; 1 for silence, which then is divided like the rest."""
        sums = self.magnitudes.sum(axis=-1)
        return np.where(sums < np.finfo(sums.dtype).tiny, 1, sums)

    @cached_property
    def centroids_hz(self) -> Reals:
        """Mean frequency, ``sum_k f_k |X_k| / sum_k |X_k|``."""
        return np.asarray(np.vecdot(self.magnitudes, self.frequencies_hz) / self.sums)


def _rms(spectra: _Spectra) -> Reals:
    return spectra.of_samples[..., 0]


def _zcr(spectra: _Spectra) -> Reals:
    return spectra.of_samples[..., 1]


def _centroid(spectra: _Spectra) -> Reals:
    return spectra.centroids_hz


def _bandwidth(spectra: _Spectra) -> Reals:
    # A. Klapuri and M. Davy (eds.), "Signal Processing Methods for Music Transcription" (2006),
    # chapter 5: the root of sum_k |X_k| (f_k - centroid)^2 / sum_k |X_k|.
    away = spectra.frequencies_hz - spectra.centroids_hz[..., np.newaxis]
    np.square(away, out=away)
    return np.asarray(np.sqrt(np.vecdot(spectra.magnitudes, away) / spectra.sums))


def _rolloff(spectra: _Spectra) -> Reals:
    # The lowest bin that holds 85 % of the magnitudes together with those below it.
    below = np.cumsum(spectra.magnitudes, axis=-1)
    reached = below >= _ROLLOFF * below[..., -1:]
    return np.asarray(spectra.frequencies_hz[reached.argmax(axis=-1)])


def _flatness(spectra: _Spectra) -> Reals:
    # S. Dubnov, "Generalization of spectral flatness measure for non-Gaussian linear processes",
    # IEEE Signal Processing Letters 11 (2004): geometric over arithmetic mean of the powers.
    powers = np.square(spectra.magnitudes)
    np.maximum(powers, _POWER_FLOOR, out=powers)
    arithmetic = powers.mean(axis=-1)
    np.log(powers, out=powers)
    return np.asarray(np.exp(powers.mean(axis=-1)) / arithmetic)


def _flux(spectra: _Spectra) -> Reals:
    # S. Dixon, "Onset detection revisited", DAFx 2006: sum_k max(0, |X_t,k| - |X_{t-1},k|).
    magnitudes = spectra.magnitudes
    rise = np.empty_like(magnitudes)
    np.subtract(magnitudes[:1], spectra.before, out=rise[:1])
    np.subtract(magnitudes[1:], magnitudes[:-1], out=rise[1:])
    np.maximum(rise, 0, out=rise)
    return np.asarray(rise.sum(axis=-1))


def _contrast(spectra: _Spectra) -> Reals:
    return spectral_contrast(spectra.magnitudes, spectra.bands)


class Descriptor(NamedTuple):
    """A function of spectra, the names of the columns that it gives, and their unit."""

    measure: Callable[[_Spectra], Reals]
    columns: tuple[str, ...]
    unit: str = ""


DESCRIPTORS: dict[str, Descriptor] = {
    "rms": Descriptor(_rms, ("rms",)),
    "zcr": Descriptor(_zcr, ("zcr",)),
    "centroid": Descriptor(_centroid, ("centroid_hz",), "Hz"),
    "bandwidth": Descriptor(_bandwidth, ("bandwidth_hz",), "Hz"),
    "rolloff": Descriptor(_rolloff, ("rolloff_hz",), "Hz"),
    "flatness": Descriptor(_flatness, ("flatness",)),
    "flux": Descriptor(_flux, ("flux",), "|X|"),
    "contrast": Descriptor(
        _contrast,
        tuple(f"contrast_{number}_db" for number in range(1, OCTAVES + 2)),
        "dB",
    ),
}


class FrameDescriptors:
    """Turns magnitude spectra into the descriptors that are asked for.

    Parameters
    ----------
    names : sequence of str
        Names of `DESCRIPTORS`, in the order of the columns.
    bins : int
        Number of bins of a spectrum.
    bin_hz : float
        Distance of two bins, in Hz.
    rate_hz : float
        Samples per second.
    first_bin : int, default 0
        Number of the first bin: it lies at first_bin bin_hz. The contrast has octaves of its own,
        and takes them all.

    Attributes
    ----------
    names : tuple of str
        The columns.

    Raises
    ------
    SettingsError
        If a name is unknown, or an octave of the contrast lies above half the rate or holds no
        bin (librosa refuses these as well, or gives NaN), or bins that it takes are left out.

    Notes
    -----
    In librosa the decibels of the contrast end 80 below the loudest of the whole file; here they
    go down to -100 wherever that is, so that no frame depends on a later one.
    """

    def __init__(
        self,
        names: Sequence[str],
        bins: int,
        bin_hz: float,
        rate_hz: float,
        *,
        first_bin: int = 0,
    ) -> None:
        self._rows = rows_of(DESCRIPTORS, names, "descriptor")
        self.names = tuple(column for row in self._rows for column in row.columns)
        self._bins = bins
        self._frequencies_hz = np.arange(first_bin, first_bin + bins) * bin_hz
        self._bands = []
        if "contrast" in names:
            if first_bin or (bins + 0.5) * bin_hz < rate_hz / 2:
                raise SettingsError(
                    "contrast compares octaves up to half the rate: leave it out of the "
                    "descriptors, or leave out `fmin` and `fmax`"
                )
            self._bands = octaves(bins, bin_hz, rate_hz)

    def describe(self, batches: Iterator[Reals]) -> Iterator[Reals]:
        """Describe the frames of one sound.

        Parameters
        ----------
        batches : iterator of ndarray, shape (any, [channels,] bins + 2)
            Neighbouring frames in order: magnitudes, then rms and zcr.

        Yields
        ------
        ndarray, shape (any, [channels,] columns)
            The descriptors of each batch, of its type; finite for silence too.
        """
        before: Reals | None = None
        for batch in batches:
            given = np.ascontiguousarray(batch)
            if given.shape[-1] != self._bins + SAMPLE_COLUMNS:
                raise SettingsError(
                    f"a frame has {given.shape[-1]} values: it must have {self._bins} bins and "
                    f"{SAMPLE_COLUMNS} more, rms and zcr"
                )
            magnitudes = given[..., : self._bins]
            earlier = magnitudes[:1] if before is None else before
            if len(given):
                before = magnitudes[-1:].copy()
            yield self._measure(given, earlier)

    def _measure(self, given: Reals, before: Reals) -> Reals:
        spectra = _Spectra(
            magnitudes=given[..., : self._bins],
            of_samples=given[..., self._bins :],
            before=before,
            frequencies_hz=self._frequencies_hz.astype(given.dtype),
            bands=self._bands,
        )
        out = np.empty((*given.shape[:-1], len(self.names)), given.dtype)
        last = 0
        with np.errstate(all="ignore"):  # what is not finite is found where it is written
            for measure, columns, _ in self._rows:
                first, last = last, last + len(columns)
                part = out[..., first:last]
                part[...] = measure(spectra).reshape(part.shape)
        return out

"""Bands of the standards: octaves, third octaves, millidecades, and their shares of the bins."""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.bands import Row, dense
from stftcli.dsp.checks import check_value, rows_of
from stftcli.errors import SettingsError
from stftcli.settings.choices import BAND_VALUES, BandStandard, BandValues

Floats = NDArray[np.float64]

_THIRD, _OCTAVE = 0.1, 0.3
"""Decades from one band to the next: a tenth, for a third octave is G^(1/3) with G = 10^0.3."""
_LAST_HERTZ, _FIRST_MILLIDECADE = 434, 2638
"""The last band of 1 Hz, and the first millidecade, which begins at 10^2.638 = 434.51 Hz."""
_R10 = np.array((1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8))
"""What tenths of a decade are rounded to in names: the R10 series of ISO 3."""
_SLACK = 1e-9
"""Share by which rounding may put an edge beyond where it belongs."""


class StandardBands(NamedTuple):
    """Bands next to each other.

    Attributes
    ----------
    nominal_hz, centers_hz : ndarray of float64, shape (bands,)
        The rounded frequencies that they are called by, and the exact ones in their middle.
    edges_hz : ndarray of float64, shape (bands + 1,)
        Where each of them begins, and where the last one ends.
    """

    nominal_hz: Floats
    centers_hz: Floats
    edges_hz: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called, such as "31.5 Hz"."""
        return tuple(f"{hz:g} Hz" for hz in self.nominal_hz)

    @property
    def widths_hz(self) -> Floats:
        """How wide they are, shape (bands,)."""
        return np.diff(self.edges_hz)

    def narrow(self, bin_hz: float) -> NDArray[np.bool_]:
        """Say which are narrower than a bin, shape (bands,)."""
        return self.widths_hz < bin_hz * (1 - _SLACK)

    def rows(self, bin_hz: float, bins: slice, values: BandValues = "power") -> list[Row]:
        """Give what each band takes of the bins of a density.

        Parameters
        ----------
        bin_hz : float
            Width of a bin: bin k lies from (k - 1/2) bin_hz to (k + 1/2) bin_hz.
        bins : slice
            Those that there are.
        values : {"power", "density"}
            The integral over a band, or that over its width: the mean density.

        Returns
        -------
        list of Row
            The Hz that a band shares with each bin, divided by its width for a density. So a bin on
            an edge is shared by two bands, and the powers add up to that of the bins.
        """
        spans = zip(self.edges_hz[:-1], self.edges_hz[1:], strict=True)
        rows = [_shared(low, high, bin_hz, bins) for low, high in spans]
        if values == "power":
            return rows
        widths_hz = self.widths_hz
        return [Row(row.first, row.values / widths_hz[at]) for at, row in enumerate(rows)]


def standard_bands(
    standard: BandStandard,
    rate_hz: float,
    filter_length: int,
    *,
    fmin_hz: float | None = None,
    fmax_hz: float | None = None,
) -> StandardBands:
    """Lay the bands of a standard out, up to half the rate.

    Parameters
    ----------
    standard : {"octave", "third", "decidecade", "millidecade"}
        Octaves and third octaves have middles at ``1000 G^(n / b)`` Hz, b = 1 and 3, with
        ``G = 10^0.3``, and edges ``G^(1 / 2b)`` below and above: IEC 61260-1. Third octaves of that
        ratio are the decidecades of ISO 18405. Millidecades are the hybrid ones of S. B. Martin et
        al., "Hybrid millidecade spectra", JASA Express Letters 1, 011203 (2021): 1 Hz wide, around
        whole numbers, up to 434 Hz, and from ``10^(k / 1000)`` to ``10^((k + 1) / 1000)`` Hz above.
    rate_hz, filter_length
        Samples per second, samples in one transform.
    fmin_hz, fmax_hz : float, optional
        The nominal frequencies of the lowest and of the highest band. Without them the lowest is
        the first that is as wide as a bin; the highest is the last that ends below half the rate.

    Raises
    ------
    SettingsError
        If there is no such standard, or no such band.
    """
    (lay_out,) = rows_of(STANDARDS, [standard], "standard of bands")
    half_hz, bin_hz = rate_hz / 2, rate_hz / filter_length
    _check_edges(standard, half_hz, fmin_hz, fmax_hz)
    bands = lay_out(bin_hz if fmin_hz is None else fmin_hz, half_hz)
    kept = bands.edges_hz[1:] <= half_hz * (1 + _SLACK)
    kept &= ~bands.narrow(bin_hz) if fmin_hz is None else bands.nominal_hz >= fmin_hz * (1 - _SLACK)
    if fmax_hz is not None:
        kept &= bands.nominal_hz <= fmax_hz * (1 + _SLACK)
    at = np.flatnonzero(kept)
    if not len(at):
        raise SettingsError(_none_of(standard, half_hz, bin_hz, fmin_hz, fmax_hz))
    edges_hz = bands.edges_hz[at[0] : at[-1] + 2]
    return StandardBands(bands.nominal_hz[kept], bands.centers_hz[kept], edges_hz)


def standard_weights(
    rate_hz: float,
    filter_length: int,
    standard: BandStandard = "third",
    *,
    values: BandValues = "power",
    fmin_hz: float | None = None,
    fmax_hz: float | None = None,
) -> Floats:
    """Give what the bins of a density count for in each band; else as `standard_bands`.

    Returns
    -------
    ndarray of float64, shape (bands, filter_length // 2 + 1)
        In Hz, which makes a power of a density; or 1 / (the width) of that for `values` "density".
    """
    check_value("values", values, values in BAND_VALUES, " or ".join(BAND_VALUES))
    check_value("filter_length", filter_length, filter_length >= 2, "2 or more")
    edges = {"fmin_hz": fmin_hz, "fmax_hz": fmax_hz}
    bands = standard_bands(standard, rate_hz, filter_length, **edges)
    bins = filter_length // 2 + 1
    return dense(bands.rows(rate_hz / filter_length, slice(0, bins), values), bins)


def narrow_warning(bands: StandardBands, rate_hz: float, filter_length: int) -> str | None:
    """Name the bands that are narrower than a bin; None if there are none."""
    bin_hz = rate_hz / filter_length
    narrow = bands.narrow(bin_hz)
    if not (count := int(narrow.sum())):
        return None
    listed = ", ".join(bands.names[:count][:8]) + (", ..." if count > 8 else "")
    wide = f"{bands.names[count]} is the first that is not" if count < len(narrow) else "all are"
    needed = math.ceil(rate_hz / bands.widths_hz[0] * (1 - _SLACK))
    return (
        f"{count} of {len(narrow)} bands {'is' if count == 1 else 'are'} narrower than a bin, "
        f"{bin_hz:.4g} Hz ({listed}), and cannot be told apart: {wide}; `n_fft={needed}` is "
        "enough for all"
    )


def _shared(low_hz: float, high_hz: float, bin_hz: float, bins: slice) -> Row:
    first, last = (
        min(max(number, bins.start), bins.stop)
        for number in (math.floor(low_hz / bin_hz + 0.5), math.ceil(high_hz / bin_hz + 0.5))
    )
    number = np.arange(first, last)
    ends = np.minimum((number + 0.5) * bin_hz, high_hz)
    shared_hz = np.maximum(0, ends - np.maximum((number - 0.5) * bin_hz, low_hz))
    return Row(first - bins.start, shared_hz)


def _in_decades(step: float, low_hz: float, high_hz: float) -> StandardBands:
    """Give bands of a share of a decade, one of them around 1 kHz."""
    first, last = (math.log10(hz / 1000) / step for hz in (low_hz, high_hz))
    number = np.arange(math.floor(first) - 1, math.ceil(last) + 1)
    edges = np.append(number, number[-1] + 1) - 0.5
    tenths = np.rint(10 * step * number).astype(int)
    nominal_hz = _R10[tenths % 10] * 10.0 ** (3 + tenths // 10)
    centers_hz = 1000 * np.power(10.0, step * number)
    return StandardBands(nominal_hz, centers_hz, 1000 * np.power(10.0, step * edges))


def _millidecades(low_hz: float, high_hz: float) -> StandardBands:  # noqa: ARG001
    hertz = np.arange(_LAST_HERTZ + 1, dtype=np.float64)
    last = max(_FIRST_MILLIDECADE, math.ceil(1000 * math.log10(high_hz)))
    number = np.arange(_FIRST_MILLIDECADE, last + 1)
    centers_hz = np.append(hertz, np.power(10.0, (number[:-1] + 0.5) / 1000))
    edges_hz = np.append(hertz - 0.5, np.power(10.0, number / 1000))
    return StandardBands(centers_hz, centers_hz, edges_hz)


# Standard -> its bands, at least those around the frequencies from one to another.
STANDARDS: dict[str, Callable[[float, float], StandardBands]] = {
    "octave": partial(_in_decades, _OCTAVE),
    "third": partial(_in_decades, _THIRD),
    "decidecade": partial(_in_decades, _THIRD),
    "millidecade": _millidecades,
}


def _check_edges(
    standard: str, half_hz: float, fmin_hz: float | None, fmax_hz: float | None
) -> None:
    check_value("rate_hz", 2 * half_hz, 0 < half_hz < math.inf, "above 0")
    top_hz = half_hz if fmax_hz is None else fmax_hz
    check_value("fmax_hz", top_hz, top_hz <= half_hz, f"{half_hz:g}, half the rate, or less")
    if fmin_hz is None:
        return
    good = 0 <= fmin_hz <= top_hz
    check_value("fmin_hz", fmin_hz, good, f"0 or more, and not above `fmax_hz`, {top_hz:g}")
    endless = standard != "millidecade" and fmin_hz == 0
    check_value("fmin_hz", fmin_hz, not endless, "above 0: octaves go on without end below")


def _none_of(
    standard: str, half_hz: float, bin_hz: float, fmin_hz: float | None, fmax_hz: float | None
) -> str:
    if fmin_hz is not None or fmax_hz is not None:
        low_hz, top_hz = fmin_hz or 0, half_hz if fmax_hz is None else fmax_hz
        return (
            f"no band of the standard {standard} lies between {low_hz:g} and {top_hz:g} Hz and "
            f"ends below {half_hz:g} Hz, half the rate: give another `fmin` or `fmax`"
        )
    return (
        f"no band of the standard {standard} is as wide as a bin, {bin_hz:.4g} Hz, and ends below "
        f"{half_hz:g} Hz, half the rate: give a larger `n_fft`"
    )

"""What the rows of a picture of features are, and where they lie on its axis."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.frequency_scales import SCALES
from stftcli.errors import SettingsError
from stftcli.features.axis import Axis
from stftcli.features.chain import Chain
from stftcli.pictures.axes import RowAxis
from stftcli.pictures.ticks import Ticks, round_ticks, scaled_ticks, spread_ticks
from stftcli.settings.choices import FrequencyScale
from stftcli.settings.pictures import ViewSettings

Floats = NDArray[np.float64]

_PLACES: dict[FrequencyScale, Callable[[Floats], Floats]] = {
    "linear": lambda hz: hz,
    "log": lambda hz: np.log10(np.maximum(hz, 1e-6)),
    "mel": SCALES["slaney"][0],
    "bark": SCALES["bark"][0],
}
_KILO_FROM_HZ = 2000


def row_axis(chain: Chain, axis: Axis, bins_per_row: int, view: ViewSettings) -> RowAxis:
    """Place the rows: bins in Hz, bands by their centres, else by number or name.

    Raises
    ------
    SettingsError
        If the view asks for frequencies that are not there.
    """
    if axis.bins:
        return _of_bins(chain, axis, bins_per_row, view)
    asked = {"scale": view.scale != "linear", "fmin": view.fmin_hz, "fmax": view.fmax_hz}
    for option, value in asked.items():
        if value:
            raise SettingsError(
                f"`{option}` is for the bins of a spectrum, and the rows are {axis.names[0]} and "
                "so on here: leave it out"
            )
    edges = _row_edges(len(axis.names), bins_per_row) + axis.first
    shown = (float(edges[0]), float(edges[-1]))
    if axis.frequencies_hz is not None and axis.label != "Chroma":
        ticks = partial(_band_ticks, axis.frequencies_hz, axis.first)
        place = partial(_band_place, axis.frequencies_hz, axis.first)
        return RowAxis("Frequency (Hz)", edges, shown, ticks, place=place)
    if _numbered(axis):
        return RowAxis(axis.label, edges, shown, partial(_whole_ticks, shown))
    return RowAxis("", edges, shown, partial(_named_ticks, axis, shown))


def _numbered(axis: Axis) -> bool:
    """Say whether names hold no more than what a feature is, and its number."""
    return axis.label != "" and axis.names[0][-1].isdigit()


def _row_edges(features: int, bins_per_row: int) -> Floats:
    """Give the edges of the rows, the first bin or feature lying around 0."""
    first = np.arange(0, features + bins_per_row, bins_per_row, dtype=np.float64)
    return np.minimum(first, features) - 0.5


def _of_bins(chain: Chain, axis: Axis, bins_per_row: int, view: ViewSettings) -> RowAxis:
    nyquist_hz, bin_hz = chain.rate_hz / 2, chain.rate_hz / chain.frames.filter_length
    assert axis.frequencies_hz is not None
    first_hz, last_hz = map(float, axis.frequencies_hz[[0, -1]])
    low = max(first_hz, bin_hz) if view.scale == "log" else first_hz
    high = nyquist_hz if last_hz + bin_hz > nyquist_hz else last_hz
    along = frequency_axis(view, low, high, nyquist_hz)
    edges_hz = first_hz + _row_edges(chain.features, bins_per_row) * bin_hz
    centers = along.place((edges_hz[:-1] + edges_hz[1:]) / 2)
    edges = along.place(edges_hz)
    return RowAxis(along.label, edges, along.shown, along.ticks, centers, along.place)


class FrequencyAxis(NamedTuple):
    """Where frequencies lie on an axis: its label, its places, its ends, and its ticks."""

    label: str
    place: Callable[[Floats], Floats]
    shown: tuple[float, float]
    ticks: Callable[[int], Ticks]


def frequency_axis(
    view: ViewSettings, lowest_hz: float, highest_hz: float, nyquist_hz: float
) -> FrequencyAxis:
    """Lay out the axis of a view, from the lowest to the highest frequency unless it says others.

    Raises
    ------
    SettingsError
        If the view asks for frequencies that are not there.
    """
    low = lowest_hz if view.fmin_hz is None else view.fmin_hz
    high = highest_hz if view.fmax_hz is None else view.fmax_hz
    if high > nyquist_hz:
        raise SettingsError(
            f"`fmax` is {high:g} Hz: the sound has nothing above {nyquist_hz:g} Hz, half its rate"
        )
    if view.fmin_hz is not None and low >= high:
        raise SettingsError(f"`fmin` is {low:g} Hz: it must be below {high:g} Hz")
    place = _PLACES[view.scale]
    shown = place(np.array([low, high]))
    ends = (float(shown[0]), float(shown[1]))
    if ends[0] >= ends[1]:
        raise SettingsError(
            f"nothing of the {view.scale} axis lies between {low:g} and {high:g} Hz: "
            "give another `fmin` or `fmax`"
        )
    if view.scale != "linear":
        ticks = partial(spread_ticks, partial(_place_of, place), (low, high))
        return FrequencyAxis("Frequency (Hz)", place, ends, ticks)
    if high < _KILO_FROM_HZ:
        return FrequencyAxis("Frequency (Hz)", place, ends, partial(round_ticks, ends))
    ticks = partial(scaled_ticks, ends, unit=1000.0)
    return FrequencyAxis("Frequency (kHz)", place, ends, ticks)


def _place_of(place: Callable[[Floats], Floats], hz: float) -> float:
    return float(place(np.array(hz)))


def _band_ticks(centers_hz: Floats, first: int, most: int) -> Ticks:
    known_hz = centers_hz[np.isfinite(centers_hz)]
    place = partial(_band_place, centers_hz, first)
    return spread_ticks(partial(_place_of, place), (known_hz[0], known_hz[-1]), most)


def _band_place(centers_hz: Floats, first: int, hz: Floats) -> Floats:
    number = np.flatnonzero(np.isfinite(centers_hz))
    return np.asarray(np.interp(hz, centers_hz[number], number + first), np.float64)


def _named_ticks(axis: Axis, shown: tuple[float, float], most: int) -> Ticks:
    # Most numbers have more room than they need.
    if len(axis.names) <= 2 * most:
        return dict(enumerate(axis.names, start=axis.first))
    return _whole_ticks(shown, most)


def _whole_ticks(shown: tuple[float, float], most: int) -> Ticks:
    return {at: text for at, text in round_ticks(shown, most).items() if at == int(at)}

"""What the rows of a picture of features are, and where they lie on its axis."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.bands import is_filterbank
from stftcli.dsp.frequency_scales import SCALES
from stftcli.dsp.linear import Linear
from stftcli.dsp.stages import Projection
from stftcli.errors import SettingsError
from stftcli.jobs.engine import Engine
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
_LABELS = {"mfcc": "MFCC", "linear": "Output", "mel": "Mel band", "chroma": "Chroma"}


def row_axis(engine: Engine, bins_per_row: int, view: ViewSettings) -> RowAxis:
    """Place the rows: bins in Hz, the bands of a filterbank by their centres, else by number.

    Raises
    ------
    SettingsError
        If the view asks for frequencies that are not there.
    """
    if engine.of_bins:
        return _of_bins(engine, bins_per_row, view)
    asked = {"--scale": view.scale != "linear", "--fmin": view.fmin_hz, "--fmax": view.fmax_hz}
    for option, value in asked.items():
        if value:
            raise SettingsError(
                f"{option} is for the bins of a spectrum, and the rows are {engine.names[0]} and "
                "so on here: leave it out"
            )
    numbered = re.fullmatch(r"(.+)_(\d+)", engine.names[0])
    first = int(numbered[2]) if numbered else 1
    edges = _row_edges(engine, bins_per_row) + first
    shown = (float(edges[0]), float(edges[-1]))
    centers_hz = _bank_centers_hz(engine)
    if centers_hz is not None:
        return RowAxis("Frequency (Hz)", edges, shown, partial(_band_ticks, centers_hz, first))
    if numbered is None:
        return RowAxis("", edges, shown, partial(_named_ticks, engine.names, shown))
    return RowAxis(_LABELS.get(numbered[1], "Feature"), edges, shown, partial(_whole_ticks, shown))


def _row_edges(engine: Engine, bins_per_row: int) -> Floats:
    """Give the edges of the rows, the first bin or feature lying around 0."""
    first = np.arange(0, engine.features + bins_per_row, bins_per_row, dtype=np.float64)
    return np.minimum(first, engine.features) - 0.5


def _of_bins(engine: Engine, bins_per_row: int, view: ViewSettings) -> RowAxis:
    nyquist_hz, bin_hz = engine.rate_hz / 2, engine.rate_hz / engine.frames.filter_length
    low = view.fmin_hz
    if low is None:
        low = bin_hz if view.scale == "log" else 0.0
    high = nyquist_hz if view.fmax_hz is None else view.fmax_hz
    if high > nyquist_hz:
        raise SettingsError(
            f"--fmax is {high:g} Hz: the sound has nothing above {nyquist_hz:g} Hz, half its rate"
        )
    if view.fmin_hz is not None and low >= high:
        raise SettingsError(f"--fmin is {low:g} Hz: it must be below {high:g} Hz")
    place = _PLACES[view.scale]
    edges, shown = place(_row_edges(engine, bins_per_row) * bin_hz), place(np.array([low, high]))
    ends = (float(shown[0]), float(shown[1]))
    if ends[0] >= ends[1]:
        raise SettingsError(
            f"nothing of the {view.scale} axis lies between {low:g} and {high:g} Hz: "
            "give another --fmin or --fmax"
        )
    if view.scale != "linear":
        ticks = partial(spread_ticks, partial(_place_of, place), (low, high))
        return RowAxis("Frequency (Hz)", edges, ends, ticks)
    if high < _KILO_FROM_HZ:
        return RowAxis("Frequency (Hz)", edges, ends, partial(round_ticks, ends))
    return RowAxis("Frequency (kHz)", edges, ends, partial(scaled_ticks, ends, unit=1000.0))


def _place_of(place: Callable[[Floats], Floats], hz: float) -> float:
    return float(place(np.array(hz)))


def _band_ticks(centers_hz: Floats, first: int, most: int) -> Ticks:
    number = np.flatnonzero(np.isfinite(centers_hz)) + first
    known_hz = centers_hz[number - first]
    return spread_ticks(
        lambda hz: float(np.interp(hz, known_hz, number)), (known_hz[0], known_hz[-1]), most
    )


def _named_ticks(names: tuple[str, ...], shown: tuple[float, float], most: int) -> Ticks:
    # Most numbers have more room than they need.
    return dict(enumerate(names, start=1)) if len(names) <= 2 * most else _whole_ticks(shown, most)


def _whole_ticks(shown: tuple[float, float], most: int) -> Ticks:
    return {at: text for at, text in round_ticks(shown, most).items() if at == int(at)}


def _bank_centers_hz(engine: Engine) -> Floats | None:
    projections = [stage for stage in engine.analyzer.stages if isinstance(stage, Projection)]
    if len(projections) != 1 or len(engine.names) != projections[0].linear.out_features:
        return None
    bank = projections[0].linear
    if bank.bias is not None or not is_filterbank(bank.weight):
        return None
    centers = _centroids(bank) * engine.rate_hz / engine.frames.filter_length
    known = centers[np.isfinite(centers)]
    return centers if len(known) > 1 and (np.diff(known) > 0).all() else None


def _centroids(bank: Linear) -> Floats:
    weight: NDArray[Any] = bank.weight.astype(np.float64)
    sums = weight.sum(axis=1)
    # A band that is narrower than a bin has no weights, and no place.
    return np.asarray(weight @ np.arange(bank.in_features) / np.where(sums > 0, sums, np.nan))

"""What the columns, rows and colours of a picture of features mean."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.analyzer import Analyzer
from stftcli.dsp.bands import is_filterbank
from stftcli.dsp.linear import Linear
from stftcli.dsp.plan import FramePlan
from stftcli.dsp.stages import Projection
from stftcli.pictures.figure import ColourScale, RowAxis, TimeAxis
from stftcli.pictures.fold import ColumnFolder
from stftcli.pictures.levels import levels_db, levels_dbfs
from stftcli.settings import ValueSettings

_QUIETEST_TOP_DB = -100.0  # silence stays dark
_ROUND_HZ = [step * 10**power for power in range(1, 6) for step in (1, 2, 5)]


def times(
    folder: ColumnFolder, plan: FramePlan, rate_hz: int, shown_s: tuple[float, float]
) -> TimeAxis:
    """Place the columns: a frame stands for half a hop on either side of its centre."""
    first_s = shown_s[0] + (plan.centers(1)[0] - plan.hop_length / 2) / rate_hz
    column_s = folder.frames_per_column * plan.hop_length / rate_hz
    return TimeAxis((first_s, first_s + folder.columns * column_s), shown_s)


def rows(folder: ColumnFolder, analyzer: Analyzer, rate_hz: int) -> RowAxis:
    """Place the rows: bins in Hz, the bands of a filterbank by their centres, else by number."""
    edge = folder.rows * folder.bins_per_row
    if not analyzer.projects:
        bin_hz = rate_hz / analyzer.stft.plan.filter_length
        edges = (-bin_hz / 2, (edge - 0.5) * bin_hz)
        return RowAxis("Frequency (Hz)", edges, (0, rate_hz / 2))
    shown = (0.5, analyzer.features + 0.5)
    centers_hz = _bank_centers_hz(analyzer, rate_hz)
    if centers_hz is None:
        return RowAxis("Output", (0.5, edge + 0.5), shown)
    return RowAxis("Frequency (Hz)", (0.5, edge + 0.5), shown, _ticks(centers_hz))


def colours(
    picture: NDArray[Any], analyzer: Analyzer, values: ValueSettings, range_db: float
) -> tuple[NDArray[Any], ColourScale]:
    """Turn values into what is drawn: powers and magnitudes as levels, all else as it is."""
    last = values.stages[-1] if values.stages else None
    takes_log = any(kind == "log" for kind, _ in values.stages)
    powers = values.spectrum in ("power", "magnitude") and not takes_log
    if powers and not analyzer.projects and analyzer.stft.freeze_parameters:
        power = picture if values.spectrum == "power" else picture**2
        levels = levels_dbfs(power, float(analyzer.stft.window.sum()))
        return levels, _level_scale(levels, "Level (dBFS)", range_db)
    if powers and picture.min() >= 0:
        levels = levels_db(picture if values.spectrum == "power" else picture**2)
        return levels, _level_scale(levels, "Level (dB)", range_db)
    decibels = values.spectrum == "power" and last == ("log", "db")
    if decibels or (last is None and values.spectrum == "db"):
        return picture, _level_scale(picture, "Level (dB)", range_db)
    label = f"Value ({last[1]})" if last is not None and last[0] == "log" else "Value"
    lowest, highest = float(picture.min()), float(picture.max())
    if lowest < 0 < highest:
        largest = max(-lowest, highest)
        return picture, ColourScale(label, -largest, largest, signed=True)
    return picture, ColourScale(label, lowest, highest)


def _level_scale(levels: NDArray[Any], label: str, range_db: float) -> ColourScale:
    top = max(_QUIETEST_TOP_DB, float(levels.max()))
    return ColourScale(label, top - range_db, top)


def _bank_centers_hz(analyzer: Analyzer, rate_hz: int) -> NDArray[Any] | None:
    projections = [stage for stage in analyzer.stages if isinstance(stage, Projection)]
    bank = projections[0].linear
    if len(projections) > 1 or bank.bias is not None or not is_filterbank(bank.weight):
        return None
    centers = _centroids(bank) * rate_hz / analyzer.stft.plan.filter_length
    known = centers[np.isfinite(centers)]
    return centers if len(known) > 1 and (np.diff(known) > 0).all() else None


def _centroids(bank: Linear) -> NDArray[Any]:
    weight = bank.weight.astype(np.float64)
    sums = weight.sum(axis=1)
    # A band that is narrower than a bin has no weights, and no place.
    return np.asarray(weight @ np.arange(bank.in_features) / np.where(sums > 0, sums, np.nan))


def _ticks(centers_hz: NDArray[Any]) -> dict[float, str]:
    number = np.flatnonzero(np.isfinite(centers_hz)) + 1
    centers_hz = centers_hz[number - 1]
    ticks: dict[float, str] = {}
    for hz in reversed([hz for hz in _ROUND_HZ if centers_hz[0] <= hz <= centers_hz[-1]]):
        place = float(np.interp(hz, centers_hz, number))
        # The texts of nearer ones would run into each other.
        if all(abs(place - other) > 0.05 * number[-1] for other in ticks):
            ticks[place] = f"{hz:,}"
    return ticks

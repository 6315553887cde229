"""What the columns, rows and colours of a picture of features mean."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.bands import is_filterbank
from stftcli.dsp.linear import Linear
from stftcli.dsp.stages import Projection
from stftcli.jobs.engine import Engine
from stftcli.pictures.figure import ColourScale, RowAxis, TimeAxis
from stftcli.pictures.fold import ColumnFolder
from stftcli.pictures.levels import levels_db, levels_dbfs
from stftcli.settings.steps import Chroma, Log, Mel, NewLinear, Projected, TopDb

_QUIETEST_TOP_DB = -100.0  # silence stays dark
_KEEP_POWERS = (Mel, Chroma, Projected, NewLinear)
_ROUND_HZ = [step * 10**power for power in range(1, 6) for step in (1, 2, 5)]


def times(folder: ColumnFolder, engine: Engine, shown_s: tuple[float, float]) -> TimeAxis:
    """Place the columns: a frame stands for half a hop on either side of its centre."""
    plan, rate_hz = engine.analyzer.stft.plan, engine.rate_hz
    first_s = shown_s[0] + (plan.centers(range(1))[0] - plan.hop_length / 2) / rate_hz
    column_s = folder.frames_per_column * plan.hop_length / rate_hz
    return TimeAxis((first_s, first_s + folder.columns * column_s), shown_s)


def rows(folder: ColumnFolder, engine: Engine) -> RowAxis:
    """Place the rows: bins in Hz, the bands of a filterbank by their centres, else by number."""
    edge = folder.rows * folder.bins_per_row
    if engine.of_bins:
        bin_hz = engine.rate_hz / engine.frames.filter_length
        edges = (-bin_hz / 2, (edge - 0.5) * bin_hz)
        return RowAxis("Frequency (Hz)", edges, (0, engine.rate_hz / 2))
    shown = (0.5, engine.features + 0.5)
    centers_hz = _bank_centers_hz(engine)
    if centers_hz is None:
        return RowAxis("Output", (0.5, edge + 0.5), shown)
    return RowAxis("Frequency (Hz)", (0.5, edge + 0.5), shown, _ticks(centers_hz))


def colours(
    picture: NDArray[Any], engine: Engine, range_db: float
) -> tuple[NDArray[Any], ColourScale]:
    """Turn values into what is drawn: powers and magnitudes as levels, all else as it is."""
    values, stft = engine.settings.values, engine.analyzer.stft
    last = values.steps[-1] if values.steps else None
    powers = values.spectrum in ("power", "magnitude") and all(
        isinstance(step, _KEEP_POWERS) for step in values.steps
    )
    if powers and engine.of_bins and stft.freeze_parameters:
        power = picture if values.spectrum == "power" else picture**2
        levels = levels_dbfs(power, float(stft.window.sum()))
        return levels, _level_scale(levels, "Level (dBFS)", range_db)
    if powers and picture.min() >= 0:
        levels = levels_db(picture if values.spectrum == "power" else picture**2)
        return levels, _level_scale(levels, "Level (dB)", range_db)
    logs = [step.kind for step in values.steps if isinstance(step, Log)]
    decibels = values.spectrum == "power" and logs == ["db"] and isinstance(last, Log | TopDb)
    if decibels or (last is None and values.spectrum == "db"):
        return picture, _level_scale(picture, "Level (dB)", range_db)
    label = f"Value ({last.kind})" if isinstance(last, Log) else "Value"
    lowest, highest = float(picture.min()), float(picture.max())
    if lowest < 0 < highest:
        largest = max(-lowest, highest)
        return picture, ColourScale(label, -largest, largest, signed=True)
    return picture, ColourScale(label, lowest, highest)


def _level_scale(levels: NDArray[Any], label: str, range_db: float) -> ColourScale:
    top = max(_QUIETEST_TOP_DB, float(levels.max()))
    return ColourScale(label, top - range_db, top)


def _bank_centers_hz(engine: Engine) -> NDArray[Any] | None:
    projections = [stage for stage in engine.analyzer.stages if isinstance(stage, Projection)]
    if len(projections) != 1 or len(engine.names) != projections[0].linear.out_features:
        return None
    bank = projections[0].linear
    if bank.bias is not None or not is_filterbank(bank.weight):
        return None
    centers = _centroids(bank) * engine.rate_hz / engine.frames.filter_length
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

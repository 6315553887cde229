"""What the colours of a picture of features mean: levels, or the values as they are."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.jobs.engine import Engine
from stftcli.pictures.axes import ColourScale
from stftcli.pictures.colours import LEVELS_MAP, SIGNED_MAP
from stftcli.pictures.levels import levels_db, levels_dbfs
from stftcli.settings.pictures import DEFAULT_RANGE_DB, ViewSettings
from stftcli.settings.steps import Chroma, Log, Mel, NewLinear, Projected, TopDb

_QUIETEST_TOP_DB = -100.0  # silence stays dark
_KEEP_POWERS = (Mel, Chroma, Projected, NewLinear)
_FULL_SCALE, _RELATIVE = "dBFS", "dB re highest"


class Drawn(Frozen):
    """Values as they are drawn, and their unit."""

    values: NDArray[Any]
    unit: str

    @property
    def are_levels(self) -> bool:
        """Whether they are in decibels."""
        return self.unit in ("dB", _FULL_SCALE, _RELATIVE)


def drawn(picture: NDArray[Any], engine: Engine, *, non_negative: bool) -> Drawn:
    """Turn values into what is drawn: powers and magnitudes as levels, all else as it is.

    What a layer makes of powers is taken for powers if no value of the whole figure is below zero.
    """
    values, stft = engine.settings.values, engine.analyzer.stft
    last = values.steps[-1] if values.steps else None
    powers = values.spectrum in ("power", "magnitude") and all(
        isinstance(step, _KEEP_POWERS) for step in values.steps
    )
    if powers and engine.of_bins and stft.freeze_parameters:
        power = picture if values.spectrum == "power" else picture**2
        if engine.settings.signal.int16_scale:
            return Drawn(levels_db(power), "dB")
        return Drawn(levels_dbfs(power, float(stft.window.sum())), _FULL_SCALE)
    if powers and non_negative:
        return Drawn(levels_db(picture if values.spectrum == "power" else picture**2), "dB")
    logs = [step.kind for step in values.steps if isinstance(step, Log)]
    decibels = values.spectrum == "power" and logs == ["db"] and isinstance(last, Log | TopDb)
    if decibels or (last is None and values.spectrum == "db"):
        return Drawn(picture, "dB")
    if last is None and values.spectrum == "log":
        return Drawn(picture, "ln")
    return Drawn(picture, last.kind if isinstance(last, Log) else "")


def colour_scale(
    pictures: Sequence[Drawn], view: ViewSettings, default_top_dbfs: float | None = None
) -> ColourScale:
    """Give one scale for all pictures of a figure.

    `default_top_dbfs` is the level of the brightest colour where the view leaves it open; None for
    the highest that is drawn.

    Raises
    ------
    SettingsError
        If levels are asked for and there are none.
    """
    lowest = min(float(picture.values.min()) for picture in pictures)
    highest = max(float(picture.values.max()) for picture in pictures)
    if pictures[0].are_levels:
        return _level_scale(pictures[0].unit, highest, view, default_top_dbfs)
    if view.ref == "max":
        raise SettingsError("--ref max is for levels, and what is drawn here has none")
    unit = pictures[0].unit
    label = f"Value ({unit})" if unit else "Value"
    if view.top is not None or view.span is not None:
        highest = highest if view.top is None else view.top
        lowest = highest - view.span if view.span is not None else min(lowest, highest)
        colormap = SIGNED_MAP if lowest == -highest else LEVELS_MAP
        return ColourScale(label, lowest, highest, view.colormap or colormap)
    if lowest < 0 < highest and not unit:  # zero means nothing to a logarithm
        largest = max(-lowest, highest)
        return ColourScale(label, -largest, largest, view.colormap or SIGNED_MAP)
    return ColourScale(label, lowest, highest, view.colormap or LEVELS_MAP)


def _level_scale(
    unit: str, highest: float, view: ViewSettings, default_top_dbfs: float | None
) -> ColourScale:
    top_db = view.top
    if top_db is None and unit == _FULL_SCALE:
        top_db = default_top_dbfs
    if top_db is None:
        top_db = max(_QUIETEST_TOP_DB, highest)
    range_db = DEFAULT_RANGE_DB if view.span is None else view.span
    return ColourScale(f"Level ({unit})", top_db - range_db, top_db, view.colormap or LEVELS_MAP)


def referred(pictures: Sequence[Drawn], view: ViewSettings) -> list[Drawn]:
    """Count levels from the highest of all pictures, which becomes 0 dB, if the view says so."""
    if view.ref != "max" or not pictures[0].are_levels:
        return list(pictures)
    highest = max(float(picture.values.max()) for picture in pictures)
    return [Drawn(picture.values - highest, _RELATIVE) for picture in pictures]

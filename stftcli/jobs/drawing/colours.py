"""What the colours of a picture of features mean: levels, or the values as they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.levels import full_scale_power, levels_db, levels_dbfs
from stftcli.errors import SettingsError
from stftcli.features.axis import FULL_SCALE, OF_BACKGROUND, OF_HIGHEST, Axis
from stftcli.features.chain import Chain
from stftcli.frozen import Frozen
from stftcli.pictures.axes import ColourScale
from stftcli.pictures.colours import LEVELS_MAP, SIGNED_MAP
from stftcli.settings.choices import LOWEST_DB
from stftcli.settings.pictures import AUTO, DEFAULT_RANGE_DB, ViewSettings

_LARGEST_TO_SQUARE, _WIDEST = 1e18, 1e300
_QUIETEST_TOP_DB = -100.0  # silence stays dark
_DARKEST, _BRIGHTEST = 10.0, 99.99
"""Percentiles of what is drawn, between which the colours lie with `--range auto`."""
_LEAST_AUTO_DB = 10.0  # of pure noise one sees nothing else
_SILENT_DB = LOWEST_DB + 20.0


class Drawn(Frozen):
    """Values as they are drawn, their unit, and whether they are a logarithm.

    `ends` are those of the colours, where they are known without looking.
    """

    values: NDArray[Any]
    unit: str
    is_log: bool = False
    ends: tuple[float, float] | None = None

    @property
    def are_levels(self) -> bool:
        """Whether they are in decibels."""
        return self.unit.startswith("dB")


def drawn(picture: NDArray[Any], chain: Chain, axis: Axis, *, non_negative: bool) -> Drawn:
    """Turn values into what is drawn: powers and magnitudes as levels, all else as it is.

    What a layer makes of powers is taken for powers if no value of the whole figure is below zero.
    """
    if axis.log is None and axis.quantity in ("density", "mean square"):
        return _relative(picture, axis)
    if axis.log is None and axis.quantity in ("ratio", "ratio of magnitudes"):
        ratio = picture if axis.quantity == "ratio" else _squared(picture)
        return Drawn(levels_db(ratio), OF_BACKGROUND, True)
    if axis.log is None and axis.quantity in ("power", "magnitude"):
        power = picture if axis.quantity == "power" else _squared(picture)
        stft, settings = chain.framewise.stft, chain.settings
        if axis.bins and stft.freeze_parameters and settings.calibration.is_absolute:
            mean_square = power / (2 * full_scale_power(stft.window))
            return _relative(mean_square, axis.with_values("mean square"))
        if axis.bins and stft.freeze_parameters and not settings.signal.int16_scale:
            return Drawn(levels_dbfs(power, stft.window), FULL_SCALE)
        if axis.bins or non_negative:
            return Drawn(levels_db(power), "dB")
    return Drawn(picture, axis.unit or "", axis.log is not None)


def drawn_rows(picture: NDArray[Any], chain: Chain, axis: Axis, *, non_negative: bool) -> Drawn:
    """Turn values of shape (rows, columns) into what is drawn.

    Pitch classes are compared within each frame, as in librosa: the largest is 1. All else is
    as `drawn` has it.
    """
    if axis.label == "Chroma" and axis.are_amounts:
        largest = np.maximum(picture.max(axis=0), np.finfo(picture.dtype).tiny)
        return Drawn(picture / largest, "of the frame's largest", ends=(0.0, 1.0))
    return drawn(picture, chain, axis, non_negative=non_negative)


def _relative(squares: NDArray[Any], axis: Axis) -> Drawn:
    """Give the levels of densities or mean squares, relative to what the samples count from."""
    levels = axis.with_values(axis.quantity, "db")
    return Drawn(levels_db(squares / axis.samples.reference**2), levels.unit or "dB", True)


def _squared(magnitudes: NDArray[Any]) -> NDArray[Any]:
    # Magnitudes of 1e20 are fine, and their squares are beyond float32.
    wide = np.nanmax(magnitudes) > _LARGEST_TO_SQUARE
    return np.asarray(np.square(magnitudes, dtype=np.float64 if wide else magnitudes.dtype))


def colour_scale(
    pictures: Sequence[Drawn], view: ViewSettings, default_top_dbfs: float | None = None
) -> ColourScale:
    """Give one scale for all pictures of a figure.

    `default_top_dbfs` is the level of the brightest colour where the view leaves it open; None for
    the highest that is drawn.

    Raises
    ------
    SettingsError
        If levels are asked for and there are none, or the values are too far apart.
    """
    lowest = min(float(np.nanmin(picture.values)) for picture in pictures)
    highest = max(float(np.nanmax(picture.values)) for picture in pictures)
    if highest - lowest > _WIDEST:
        raise SettingsError(
            f"values from {lowest:.3g} to {highest:.3g} are too far apart to draw: draw levels"
        )
    first = pictures[0]
    if first.are_levels:
        ends = _level_ends(pictures, highest, view, default_top_dbfs)
        return ColourScale(f"Level ({first.unit})", *ends, view.colormap or LEVELS_MAP)
    if view.ref == "max":
        raise SettingsError("`ref='max'` is for levels, and what is drawn here has none")
    lowest, highest, signed = _value_ends(pictures, (lowest, highest), view)
    label = f"Value ({first.unit})" if first.unit else "Value"
    colormap = SIGNED_MAP if signed else LEVELS_MAP
    return ColourScale(label, lowest, highest, view.colormap or colormap)


def _value_ends(
    pictures: Sequence[Drawn], ends: tuple[float, float], view: ViewSettings
) -> tuple[float, float, bool]:
    """Give the values of the darkest and the brightest colour, and whether these part at zero."""
    is_given = view.span != AUTO and (view.top is not None or view.span is not None)
    if view.span is None and view.top is None and pictures[0].ends is not None:
        return (*pictures[0].ends, False)
    signed = ends[0] < 0 < ends[1] and not pictures[0].is_log  # to which zero means nothing
    lowest, highest = _auto_ends(pictures) if view.span == AUTO else ends
    if view.top is not None:
        lowest, highest = min(lowest, view.top), view.top
    if isinstance(view.span, float):
        lowest = highest - view.span
    if is_given:
        return lowest, highest, lowest == -highest
    largest = max(-lowest, highest)
    return (-largest, largest, True) if signed else (lowest, highest, False)


def _level_ends(
    pictures: Sequence[Drawn], highest: float, view: ViewSettings, default_top_dbfs: float | None
) -> tuple[float, float]:
    """Give the levels of the darkest and the brightest colour."""
    if view.span == AUTO:
        floor_db, loudest_db = _auto_ends(pictures)
        loudest_db = loudest_db if view.top is None else view.top
        span_db = min(DEFAULT_RANGE_DB, max(_LEAST_AUTO_DB, loudest_db - floor_db))
        return loudest_db - span_db, loudest_db
    top_db = view.top
    if top_db is None and pictures[0].unit == FULL_SCALE:
        top_db = default_top_dbfs
    if top_db is None:
        top_db = max(_QUIETEST_TOP_DB, highest)
    return top_db - (DEFAULT_RANGE_DB if view.span is None else view.span), top_db


def _auto_ends(pictures: Sequence[Drawn]) -> tuple[float, float]:
    """Give the percentiles of all pixels; those of digital silence, and of gaps, do not count."""
    values = np.concatenate([picture.values.ravel() for picture in pictures])
    known = values[~np.isnan(values)]
    if pictures[0].are_levels and (known > _SILENT_DB).any():
        known = known[known > _SILENT_DB]
    floor, top = np.percentile(known, (_DARKEST, _BRIGHTEST))
    return float(floor), float(top)


def referred(pictures: Sequence[Drawn], view: ViewSettings) -> list[Drawn]:
    """Count levels from the highest of all pictures, which becomes 0 dB, if the view says so."""
    if view.ref != "max" or not pictures[0].are_levels:
        return list(pictures)
    highest = max(float(np.nanmax(picture.values)) for picture in pictures)
    return [Drawn(picture.values - highest, OF_HIGHEST) for picture in pictures]

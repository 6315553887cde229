"""From settings to the engine that carries them out."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from stftcli.dsp.analyzer import Analyzer
from stftcli.dsp.conditioning import Conditioning
from stftcli.dsp.linear import Linear
from stftcli.dsp.stft import STFT
from stftcli.errors import InputError, SettingsError
from stftcli.frozen import Frozen
from stftcli.jobs.passes import Pass, without_last
from stftcli.jobs.recipe import Recipe
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.settings.choices import Spectrum
from stftcli.settings.features import FeatureSettings, ValueSettings
from stftcli.settings.frames import FrameSettings, ResolvedFrames, quarter
from stftcli.settings.lengths import DEFAULT_LENGTH
from stftcli.settings.steps import NewLinear


class Engine(Frozen):
    """What turns the samples of one sound into features.

    Attributes
    ----------
    settings : FeatureSettings
        With every choice made: they give the same numbers again.
    frames : ResolvedFrames
        Those of the settings.
    rate_hz : int
        Of the samples that are cut into frames.
    analyzer : Analyzer
        Spans to batches.
    passes : tuple of Pass
        What is done with the batches after that.
    names : tuple of str
        Of the features.
    per_frame : bool
        Whether a row is a frame, or else the whole file.
    of_bins : bool
        Whether the features are the bins of the spectrum.
    new_linears : tuple of Linear
        Those that were drawn.
    """

    settings: FeatureSettings
    frames: ResolvedFrames
    rate_hz: int
    analyzer: Analyzer
    passes: tuple[Pass, ...]
    names: tuple[str, ...]
    per_frame: bool
    of_bins: bool
    new_linears: tuple[Linear, ...]

    @property
    def features(self) -> int:
        """Length of the last axis."""
        return len(self.names)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        return self.analyzer.dtype


def make_engine(
    settings: FeatureSettings,
    sound_rate_hz: int,
    *,
    default_length: int = DEFAULT_LENGTH,
    default_hop: Callable[[int], int] = quarter,
    default_spectrum: Spectrum = "magnitude",
    reporter: Reporter = SILENT,
) -> Engine:
    """Make the engine for a sound of this rate, reading the weights that it needs.

    `default_length` is the filter_length, `default_hop` gives the hop from that, and
    `default_spectrum` is the spectrum where the settings leave them open.

    Raises
    ------
    InputError
        If the settings are for another rate, and do not say that it is to be changed.
    SettingsError
        If the settings do not fit each other.
    """
    rate_hz = _choose_rate(settings, sound_rate_hz)
    values = _decided(settings.values, default_spectrum)
    dtype = "float64" if settings.dtype == "float64" else "float32"
    if values.kernel is None:
        frames = settings.frames.at(rate_hz, default_length, default_hop)
        stft = make_stft(frames, dtype=dtype)
    else:
        stft, frames = _make_replaced(values.kernel, settings.frames, rate_hz, dtype)
    assert values.spectrum is not None
    if values.spectrum == "complex" and values.steps:
        raise SettingsError("features take real numbers: choose another --spectrum than complex")
    recipe = Recipe(stft.plan, rate_hz, values.spectrum, dtype, values.seed, reporter)
    for step in values.steps:
        recipe.extend(step)
    return Engine(
        replace(
            settings,
            signal=replace(settings.signal, rate_hz=rate_hz),
            frames=frames,
            values=values,
        ),
        frames,
        rate_hz,
        Analyzer(stft, values.spectrum, recipe.stages, epsilon=values.epsilon),
        (without_last, *recipe.passes) if frames.drop_last else tuple(recipe.passes),
        tuple(recipe.names),
        recipe.per_frame,
        recipe.of_bins,
        tuple(recipe.new_linears),
    )


def make_stft(
    frames: ResolvedFrames, *, freeze_parameters: bool = True, dtype: str = "float32"
) -> STFT:
    """Make the STFT of frame settings."""
    return STFT(
        frames.filter_length,
        frames.hop_length,
        frames.win_length,
        frames.window,
        pad_mode=frames.pad_mode,
        freeze_parameters=freeze_parameters,
        padding=frames.padding,
        periodic=frames.periodic,
        win_align=frames.win_align,
        conditioning=Conditioning(frames.remove_dc, frames.preemphasis),
        dtype=dtype,
    )


def _choose_rate(settings: FeatureSettings, sound_rate_hz: int) -> int:
    rate_hz = settings.signal.rate_hz
    if rate_hz in (None, sound_rate_hz):
        return sound_rate_hz
    assert rate_hz is not None
    if settings.signal.resample is None:
        raise InputError(
            f"the sound has {sound_rate_hz} Hz, {settings.origin} are for {rate_hz} Hz: "
            f"--rate {rate_hz} resamples"
        )
    return rate_hz


def _decided(values: ValueSettings, default_spectrum: Spectrum) -> ValueSettings:
    values = values.chosen(default_spectrum)
    if values.seed is None and any(isinstance(step, NewLinear) for step in values.steps):
        # Drawn here, so that the settings that are stored give the same numbers again.
        return replace(values, seed=int.from_bytes(os.urandom(4)))
    return values


def _make_replaced(
    file: str, frames: FrameSettings, rate_hz: int, dtype: str
) -> tuple[STFT, ResolvedFrames]:
    from stftcli.files.kernels import read_kernel

    kernel = read_kernel(file)
    sampled = frames.at(rate_hz, kernel.matrix.shape[-1])
    stft = make_stft(sampled, freeze_parameters=False, dtype=dtype)
    try:
        stft.kernel = kernel.matrix
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from None
    usual = FrameSettings()
    if kernel.holds_window and (frames.window, frames.periodic) != (usual.window, usual.periodic):
        raise SettingsError(f"{file} holds its window: leave out --window and --symmetric")
    if kernel.holds_window:
        stft.window = np.ones(stft.plan.filter_length)
    return stft, sampled

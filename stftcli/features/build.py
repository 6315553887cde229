"""From settings to the chain that carries them out, for one sample rate."""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from stftcli.dsp.conditioning import Conditioning
from stftcli.dsp.stft import STFT
from stftcli.errors import InputError, SettingsError
from stftcli.features.builder import Builder
from stftcli.features.calibration import (
    calibration_warnings,
    check_levels,
    correction,
    with_curve,
)
from stftcli.features.chain import Chain
from stftcli.features.framewise import FrameWise
from stftcli.features.operations import without_last
from stftcli.features.settings import FeatureSettings, Recipe
from stftcli.frozen import Frozen
from stftcli.settings.choices import Spectrum
from stftcli.settings.frames import FrameSettings, ResolvedFrames, quarter
from stftcli.settings.lengths import DEFAULT_LENGTH
from stftcli.settings.memory import check_memory

_HELD_BATCHES = 12
"""That are there at a time: what two threads work on, and what waits for its turn."""


class Defaults(Frozen):
    """What stands for the choices that settings leave open.

    `hop_length` gives the hop for a frame length; pictures use a smaller one than arrays. `drawn`
    says that they are for a picture, which shows powers as levels.
    """

    filter_length: int = DEFAULT_LENGTH
    hop_length: Callable[[int], int] = quarter
    spectrum: Spectrum = "magnitude"
    drawn: bool = False


DEFAULTS = Defaults()


def build_chain(
    settings: FeatureSettings, sound_rate_hz: int, defaults: Defaults = DEFAULTS
) -> Chain:
    """Build the chain for a sound of this rate, reading the weights that it needs.

    Raises
    ------
    InputError
        If the settings are for another rate, and do not say that it is to be changed.
    SettingsError
        If the settings do not fit each other.
    """
    rate_hz = _choose_rate(settings, sound_rate_hz)
    settings = with_curve(settings)
    recipe = with_seed(resolved(settings, defaults))
    dtype = "float64" if settings.dtype == "float64" else "float32"
    if recipe.kernel is None:
        frames = settings.frames.resolve(rate_hz, defaults.filter_length, defaults.hop_length)
        stft = make_stft(frames, dtype=dtype)
    else:
        stft, frames = _with_kernel(recipe.kernel, settings.frames, rate_hz, dtype)
    assert recipe.spectrum is not None
    if recipe.spectrum == "complex" and not all(step.takes_complex for step in recipe.steps):
        raise SettingsError("features take real numbers: choose another `spectrum` than complex")
    builder = Builder(stft.plan, rate_hz, recipe.spectrum, dtype, recipe.seed, settings.unit)
    bins_hz = builder.axis.frequencies_hz
    assert bins_hz is not None
    corrected = correction(settings.calibration, bins_hz)
    builder.warnings += calibration_warnings(settings.calibration, bins_hz)
    for step in recipe.steps:
        builder.add(step)
    _check_batch(stft, builder)
    signal = replace(settings.signal, rate_hz=rate_hz)
    return Chain(
        replace(settings, signal=signal, frames=frames, features=recipe),
        frames,
        sound_rate_hz,
        rate_hz,
        FrameWise(
            *(stft, recipe.spectrum, builder.frame_operations),
            epsilon=recipe.epsilon,
            rate_hz=rate_hz,
            full_scale=settings.full_scale,
            correction=corrected,
        ),
        # What is done to each frame alone may be done to the one that is left out as well.
        (*([without_last] if frames.drop_last else []), *builder.stream_operations),
        builder.axis,
        tuple(builder.new_linears),
        tuple(builder.warnings),
        tuple(builder.stages),
        builder.stretches,
        builder.joint,
    )


def resolved(settings: FeatureSettings, defaults: Defaults = DEFAULTS) -> Recipe:
    """Give the recipe with its spectrum decided.

    Raises
    ------
    SettingsError
        If it contradicts the calibration, whatever the sound is.
    """
    calibrated = settings.calibration.is_absolute
    recipe = settings.features.resolve(defaults.spectrum, calibrated=calibrated)
    assert recipe.spectrum is not None
    check_levels(settings, recipe.spectrum, drawn=defaults.drawn)
    return recipe


def _check_batch(stft: STFT, builder: Builder) -> None:
    features = max([builder.features, *(len(stage.before.names) for stage in builder.stages)])
    check_memory(
        _HELD_BATCHES * stft.plan.batch_frames * features * stft.dtype.itemsize,
        f"{features} features of each frame",
        "give fewer",
    )


def with_seed(recipe: Recipe) -> Recipe:
    """Draw the seed of new Linears, so that settings that are kept give the same numbers again."""
    if recipe.seed is None and any(step.step == "linear_out" for step in recipe.steps):
        return replace(recipe, seed=int.from_bytes(os.urandom(4)))
    return recipe


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
            f"the sound has {sound_rate_hz} Hz, and {settings.origin} are for {rate_hz} Hz: "
            f"`rate={rate_hz}` resamples"
        )
    return rate_hz


def _with_kernel(
    file: str, frames: FrameSettings, rate_hz: int, dtype: str
) -> tuple[STFT, ResolvedFrames]:
    from stftcli.files.kernels import read_kernel

    kernel = read_kernel(file)
    resolved = frames.resolve(rate_hz, kernel.matrix.shape[-1])
    stft = make_stft(resolved, freeze_parameters=False, dtype=dtype)
    try:
        stft.kernel = kernel.matrix
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from None
    default = FrameSettings()
    if kernel.holds_window:
        if (frames.window, frames.periodic) != (default.window, default.periodic):
            raise SettingsError(f"{file} holds its window: leave out `window` and `periodic=False`")
        stft.window = np.ones(stft.plan.filter_length)
    return stft, resolved

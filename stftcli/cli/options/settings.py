"""All options that decide the numbers: together they become one settings object.

An option that sets a field of the settings is named after it, as in ``frames__hop_length``, and is
None unless it was given, so that it changes a preset only where its user says so.
"""

from dataclasses import replace
from functools import wraps
from typing import Any

import click

from stftcli.cli import types
from stftcli.cli.options.features import feature_options
from stftcli.cli.options.frames import chosen_padding, frame_options
from stftcli.cli.options.pictures import VIEW_HELPS, view_options, with_pictures
from stftcli.cli.options.signal import segment_options, signal_options
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import Command, Decorator, stacked, under
from stftcli.cli.steps import changed_steps
from stftcli.errors import SettingsError
from stftcli.presets import load_preset, preset_names
from stftcli.settings.choices import FORCED_PAD_MODES, Spectrum
from stftcli.settings.features import FeatureSettings
from stftcli.settings.steps import NewLinear


def settings_options() -> Decorator:
    """Add all options that decide the numbers to a SectionedCommand, as `settings`."""
    return _options("2048", "a quarter of --n-fft", "mix", "magnitude")


def picture_options(default_channel: str) -> Decorator:
    """Add those of what is drawn, as `settings`, and of what is shown of it, as `view`.

    --fmin, --fmax and --ref are of the view unless a mel bank or a logarithm takes them.
    """
    return _options(
        "the power of two nearest 40ms; 2048 for features such as --mel",
        "a frame for each pixel, at most half of --n-fft; a quarter of it for features, and for "
        "--bare without --size",
        default_channel,
        "power",
        view=True,
    )


def _options(
    default_length: str,
    default_hop: str,
    default_channel: str,
    default_spectrum: Spectrum,
    *,
    view: bool = False,
) -> Decorator:
    spectrum = f"{default_spectrum}, or power with --mel, --mfcc or --chroma"
    options = stacked(
        _recipe_options(),
        segment_options(default_channel),
        signal_options(),
        frame_options(default_length, default_hop),
        feature_options(
            spectrum if default_spectrum != "power" else default_spectrum,
            VIEW_HELPS if view else {},
        ),
        *([view_options()] if view else []),
    )

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(**values: Any) -> None:
            base = _base(values.pop("preset"), values.pop("config"))
            print_config = values.pop("print_config")
            if view:
                values = with_pictures(values, base.values.steps)
            settings = _changed(base, values)
            if print_config:
                _print(settings, default_spectrum)
                return
            command(settings=settings, **values)

        return options(wrapped)

    return decorate


def _base(preset: str | None, config: str | None) -> FeatureSettings:
    if preset is not None and config is not None:
        raise SettingsError("--preset and --config are both the base of the settings: give one")
    base = FeatureSettings()
    if preset is not None:
        base = load_preset(preset).settings
    elif config is not None:
        from stftcli.jobs.config import read_config

        base = read_config(config)
    return base


def _changed(base: FeatureSettings, values: dict[str, Any]) -> FeatureSettings:
    """Put what was given into the base; it is taken out of `values`."""
    values["frames__padding"] = chosen_padding(values)
    own: dict[str, dict[str, Any]] = {}
    for name in [name for name in values if "__" in name]:
        section, _, field = name.partition("__")
        if (value := values.pop(name)) is not None:
            own.setdefault(section, {})[field] = value
    _warn_of_another_rate(base, own.get("signal", {}).get("rate_hz"))
    resamples = "rate_hz" in own.get("signal", {}) or base.signal.resample is not None
    if "resample" in own.get("signal", {}) and not resamples:
        raise SettingsError("--resampling says how well --rate is done: give both")
    if "rate_hz" in own.get("signal", {}):
        own["signal"].setdefault("resample", base.signal.resample or "HQ")
    _check_pad_mode(base, own.get("frames", {}))
    base = replace(base, **own.pop("array", {}))
    changed = changed_steps(base.values.steps, own.pop("steps", {}))
    own.setdefault("values", {})["steps"] = changed
    if "seed" in own["values"] and not any(isinstance(step, NewLinear) for step in changed):
        raise SettingsError("--seed is for --linear-out N: give both")
    return replace(
        base,
        **{section: replace(getattr(base, section), **fields) for section, fields in own.items()},
    )


def _warn_of_another_rate(base: FeatureSettings, rate_hz: int | None) -> None:
    meant_hz = base.signal.rate_hz
    if rate_hz is not None and meant_hz not in (None, rate_hz):
        TerminalReporter().warn(f"{base.origin} are for {meant_hz} Hz, not {rate_hz}")


def _check_pad_mode(base: FeatureSettings, frames: dict[str, Any]) -> None:
    padding = frames.get("padding", base.frames.padding)
    forced = FORCED_PAD_MODES.get(padding)
    if forced is not None and frames.get("pad_mode", forced) != forced:
        raise SettingsError(f"--pad-mode has no say where frames are padded as {padding!r}")


def _print(settings: FeatureSettings, default_spectrum: Spectrum) -> None:
    from stftcli.settings.toml import format_settings

    settings = replace(settings, values=settings.values.chosen(default_spectrum))
    click.echo(format_settings(settings), nl=False)


def _recipe_options() -> Decorator:
    option = under("Recipe")
    return stacked(
        option(
            "--preset",
            type=types.Names(preset_names()),
            metavar="NAME",
            help="Begin with the settings of a named tool; `stftcli presets` lists them.",
        ),
        option(
            "--config",
            type=types.FILE,
            metavar="FILE",
            help="Begin with settings from TOML, or with those stored in .npz, .safetensors or a "
            ".json sidecar.",
        ),
        option("--print-config", is_flag=True, help="Show the settings as TOML, do nothing else."),
    )

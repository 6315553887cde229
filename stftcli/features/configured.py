"""Settings that were made by options, by name or from a file, and what is built of them."""

import operator
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from os import PathLike
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import SettingsError
from stftcli.features.axis import Axis
from stftcli.features.build import DEFAULTS, Defaults, build_chain, with_seed
from stftcli.features.chain import Chain
from stftcli.features.keywords import all_options, change
from stftcli.features.settings import FeatureSettings
from stftcli.features.step import Step
from stftcli.settings.signal import MAX_RATE_HZ

if TYPE_CHECKING:
    from inspect import Signature

_MAX_CHAINS = 16


class _OptionsAsSignature:
    """What `inspect.signature` says of the Extractor: every option by its name."""

    def __get__(self, instance: object, _: type) -> "Signature":
        if instance is not None:
            raise AttributeError("__signature__")  # an Extractor is called as its class says
        from inspect import Parameter, Signature

        names = ["steps", *all_options()]
        first = Parameter("settings", Parameter.POSITIONAL_ONLY, default=None)
        return Signature(
            [first, *(Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in names)]
        )


class Configured:
    """Base of the Extractor: all but the computing.

    Two of the same settings are equal. What is pickled is the settings alone; what was built of
    them is built again.
    """

    if not TYPE_CHECKING:
        __signature__ = _OptionsAsSignature()

    def __init__(
        self,
        settings: FeatureSettings | None = None,
        /,
        *,
        steps: Sequence[Step] | None = None,
        **options: Any,
    ) -> None:
        base = FeatureSettings() if settings is None else settings
        if not isinstance(base, FeatureSettings):
            raise SettingsError(
                f"{base!r} is no FeatureSettings: a preset is had by Extractor.preset('whisper')"
            )
        if steps is not None:
            base = replace(base, features=replace(base.features, steps=_checked_steps(steps)))
        changed = change(base, options.items())
        if steps is not None and changed.features.steps != base.features.steps:
            raise SettingsError("`steps` are exact: give no options that change them")
        self.settings = replace(changed, features=with_seed(changed.features))
        self._chains: dict[Any, Chain] = {}

    @classmethod
    def preset(cls, name: str, **options: Any) -> Self:
        """Make the Extractor of a named tool's numbers, changed by options.

        Parameters
        ----------
        name : str
            "whisper", "kaldi-fbank" and so on; ``stftcli presets`` lists them.
        **options
            As for the class.

        Raises
        ------
        SettingsError
            If there is no such preset, or an option is not allowed.
        """
        from stftcli.features.presets import load_preset

        return cls(load_preset(name).settings, **options)

    @classmethod
    def load(cls, file: str | PathLike[str], **options: Any) -> Self:
        """Make the Extractor of settings in a file, changed by options.

        Parameters
        ----------
        file : str or path
            TOML; or what `stftcli` wrote: .npz, .safetensors, a .json sidecar or the array beside
            it, a .png, an .onnx.
        **options
            As for the class.

        Raises
        ------
        StftcliError
            If the file cannot be read, or holds no settings.
        """
        from stftcli.jobs.config import read_config

        return cls(read_config(str(file)), **options)

    def save(self, file: str | PathLike[str]) -> None:
        """Write the settings as TOML, which `load` and ``--config`` read.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        if not str(file).endswith(".toml"):
            raise SettingsError(f"{file}: settings are written as TOML, so give a name in .toml")
        from stftcli.features.toml import format_settings
        from stftcli.files.atomic import atomic_write

        with atomic_write(file) as target:
            target.write(format_settings(self.settings).encode())

    @property
    def names(self) -> tuple[str, ...]:
        """What the features are called; SettingsError if that depends on the rate (see `axis`)."""
        rate_hz, steps = self.settings.signal.rate_hz, self.settings.features.steps
        if rate_hz is not None:
            return self.axis(rate_hz).names
        last = max((at for at, step in enumerate(steps) if step.renames), default=None)
        if last is None:
            raise SettingsError(
                "the features are called by their frequencies: axis(rate_hz).names tells them"
            )
        names: tuple[str, ...] = ()
        for step in steps[last:]:
            names = step.feature_names(names)
        return names

    def axis(self, rate_hz: int) -> Axis:
        """Say what the features are: their names, unit and frequencies in Hz."""
        return self.chain(rate_hz).axis

    def frames(self, samples: int, rate_hz: int) -> int:
        """Give the number of rows that a signal of so many samples gives."""
        return self.chain(rate_hz).rows(_checked_count("samples", samples))

    def times_s(self, frames: int, rate_hz: int) -> NDArray[np.float64]:
        """Give the times of the first rows in seconds, shape (frames,).

        A frame is where its middle is, a stretch of pooled frames where it begins.
        """
        return self.chain(rate_hz).times_s(0, _checked_count("frames", frames))

    def chain(self, rate_hz: int, defaults: Defaults = DEFAULTS) -> Chain:
        """Give what computes, built for sound of this rate; a second time it is there already.

        Raises
        ------
        InputError
            If the settings are for another rate.
        SettingsError
            If the rate is none, or the settings do not fit each other at it.
        """
        rate_hz = _checked_rate(rate_hz)
        if defaults is not DEFAULTS:
            return build_chain(self.settings, rate_hz, defaults)
        # Threads may build the same chain twice; the last one is kept, and they are all alike.
        chain = self._chains.get(rate_hz)
        if chain is None:
            if len(self._chains) >= _MAX_CHAINS:
                self._chains.clear()
            chain = self._chains[rate_hz] = self._built(rate_hz)
        return chain

    def _built(self, rate_hz: int) -> Chain:
        return built_chain(self.settings, rate_hz)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.settings!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.settings == other.settings

    def __hash__(self) -> int:
        return hash(self.settings)

    def __getstate__(self) -> FeatureSettings:
        return self.settings

    def __setstate__(self, settings: FeatureSettings) -> None:
        self.settings, self._chains = settings, {}


def built_chain(settings: FeatureSettings, rate_hz: int) -> Chain:
    """Build a chain, or give the one that another of these settings has built."""
    recipe = settings.features
    of_files = recipe.kernel or settings.calibration.file
    if of_files or any(step.step == "linear" for step in recipe.steps):
        return build_chain(settings, rate_hz)  # what is in a file may have changed
    return _kept(settings, rate_hz)


_kept = lru_cache(_MAX_CHAINS)(build_chain)


def _checked_rate(rate_hz: int) -> int:
    try:
        # Some libraries give a float.
        rate = int(rate_hz) if float(rate_hz).is_integer() else operator.index(rate_hz)
    except (TypeError, ValueError, OverflowError):
        rate = 0
    if not 1 <= rate <= MAX_RATE_HZ:
        raise SettingsError(
            f"`rate_hz` is {rate_hz!r}: it must be a whole number from 1 to {MAX_RATE_HZ}"
        )
    return rate


def _checked_count(name: str, value: int) -> int:
    try:
        count = operator.index(value)
    except TypeError:
        count = -1
    if count < 0:
        raise SettingsError(f"`{name}` is {value!r}: it must be a whole number, 0 or more")
    return count


def _checked_steps(steps: Sequence[Step]) -> tuple[Step, ...]:
    if not isinstance(steps, Sequence):
        raise SettingsError(f"`steps` is {steps!r}: give a list of steps, as [Mel(80), Log('db')]")
    for step in steps:
        if not isinstance(step, Step):
            raise SettingsError(f"`steps` holds {step!r}: give steps such as Mel(80) or Log('db')")
    return tuple(steps)

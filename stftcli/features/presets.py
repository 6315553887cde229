"""Presets as settings: the numbers of a named tool."""

from dataclasses import replace
from functools import cache

from stftcli.features.settings import FeatureSettings
from stftcli.features.toml import settings_from
from stftcli.frozen import Frozen
from stftcli.presets import preset_text


class Preset(Frozen):
    """A named recipe.

    Attributes
    ----------
    name, title : str
        What it is called, and what it is.
    version : int
        Goes up whenever its numbers change.
    equals : str
        The call of the tool it is named after that gives the same numbers.
    settings : FeatureSettings
        What it stands for.
    """

    name: str
    title: str
    version: int
    equals: str
    settings: FeatureSettings


@cache
def load_preset(name: str) -> Preset:
    """Read a preset; SettingsError offers the nearest names if there is none."""
    import tomllib

    values = tomllib.loads(preset_text(name))
    title, version, equals = (values[key] for key in ("title", "version", "equals"))
    based_on = f"the preset {name} (version {version})"
    settings = replace(settings_from(values, name), based_on=based_on)
    return Preset(name, title, version, equals, settings)

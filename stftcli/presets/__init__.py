"""Named settings, as data: each TOML file here is one preset."""

from dataclasses import replace
from pathlib import Path

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.settings.features import FeatureSettings
from stftcli.settings.record import nearest
from stftcli.settings.toml import settings_from

_FOLDER = Path(__file__).parent


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


def preset_names() -> list[str]:
    """Give the names of all presets."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def preset_text(name: str) -> str:
    """Give the TOML of a preset; SettingsError offers the nearest names if there is none."""
    known = preset_names()
    if name not in known:
        raise SettingsError(f"there is no preset {name!r}: {nearest(name, known)}")
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def load_preset(name: str) -> Preset:
    """Read a preset; SettingsError offers the nearest names if there is none."""
    import tomllib

    values = tomllib.loads(preset_text(name))
    title, version, equals = (values[key] for key in ("title", "version", "equals"))
    settings = settings_from(values, name)
    based_on = f"the preset {name} (version {version})"
    return Preset(name, title, version, equals, replace(settings, based_on=based_on))

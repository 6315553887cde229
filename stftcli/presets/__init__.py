"""Named settings, as data: each TOML file here is one preset."""

from pathlib import Path

from stftcli.errors import SettingsError
from stftcli.settings.record import nearest

_FOLDER = Path(__file__).parent


def preset_names() -> list[str]:
    """Give the names of all presets."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def preset_text(name: str) -> str:
    """Give the TOML of a preset; SettingsError offers the nearest names if there is none."""
    known = preset_names()
    if name not in known:
        raise SettingsError(f"there is no preset {name!r}: {nearest(name, known)}")
    return (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")

"""Settings that come from a file: TOML, or what is stored beside a result."""

from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from stftcli.arrays.description import settings_of
from stftcli.arrays.formats import ENDINGS
from stftcli.arrays.read import read_settings
from stftcli.errors import InputError, SettingsError
from stftcli.features.settings import FeatureSettings
from stftcli.features.toml import VERSION, look_from, parse_look, parse_settings, settings_from
from stftcli.files.untrusted import as_input_error
from stftcli.settings.choices import PICTURE_FORMATS
from stftcli.settings.frames import OPEN_FRAMES
from stftcli.settings.pictures import Look
from stftcli.settings.record import MisplacedError


def read_config(path: str) -> FeatureSettings:
    """Read settings from TOML, or those that made a result of stftcli.

    Parameters
    ----------
    path : str
        A .toml file; or an array, its .json sidecar, a .png picture or a graph of ONNX, as stftcli
        wrote it.

    Raises
    ------
    StftcliError
        If it cannot be read or holds no settings.
    """
    if _is_text(path):
        return parse_settings(_text_of(path), path)
    return stored_settings(read_stored(path), path)


def read_picture_config(path: str) -> tuple[FeatureSettings, Look]:
    """Read what another picture is drawn with, and how it looks: as usual if nothing says it.

    Settings are those of `read_config`; but what a picture chose itself, for its own sound, is
    left open again. A title belongs to the sound that a picture is of: it is taken from TOML alone.
    """
    if _is_text(path):
        text = _text_of(path)
        return parse_settings(text, path), parse_look(text, path)
    stored = read_stored(path)
    settings = stored_settings(stored, path)
    return _without_chosen(settings, stored), _stored_look(stored, path)


def read_stored(path: str) -> dict[str, Any]:
    """Read all that a result of stftcli says of itself.

    Raises
    ------
    StftcliError
        If it cannot be read or holds no settings.
    """
    stored = read_graph_settings(path) if is_graph(path) else read_settings(path)
    if stored is None or not isinstance(stored.get("features"), dict):
        raise _no_settings(path)
    return stored


def _no_settings(path: str) -> InputError:
    return InputError(
        f"{path} holds no settings: give TOML, or a .npz, .safetensors, .json, .png or .onnx "
        "that stftcli wrote"
    )


def _is_text(path: str) -> bool:
    return not (is_array(path) or is_graph(path) or is_png(path))


def _text_of(path: str) -> str:
    if PurePath(path).suffix.lower().removeprefix(".") in PICTURE_FORMATS:
        raise _no_settings(path)
    with as_input_error(path, "a text in UTF-8"):
        return Path(path).read_text(encoding="utf-8")


def _without_chosen(settings: FeatureSettings, stored: dict[str, Any]) -> FeatureSettings:
    """Leave open what the picture chose for its own sound; old ones do not tell."""
    picture = stored.get("picture")
    chosen = picture.get("chosen") if isinstance(picture, dict) else None
    if not isinstance(chosen, list):
        chosen = [] if settings.signal.resample else ["rate_hz"]
    open_frames: dict[str, Any] = {name: None for name in OPEN_FRAMES if name in chosen}
    frames = replace(settings.frames, **open_frames)
    signal = replace(settings.signal, rate_hz=None) if "rate_hz" in chosen else settings.signal
    return replace(settings, frames=frames, signal=signal)


def _stored_look(stored: dict[str, Any], name: str) -> Look:
    picture = stored.get("picture", {})
    figure = picture.get("figure") if isinstance(picture, dict) else None
    if isinstance(figure, dict):
        figure = {field: value for field, value in figure.items() if field != "title"}
        if isinstance(figure.get("axes"), bool):  # of old, whether there was a frame
            figure["framed"] = figure.pop("axes")
        picture = {**picture, "figure": figure}
    try:
        return look_from(picture if isinstance(picture, dict) else {})
    except MisplacedError as error:
        raise SettingsError(f"{name}: {error}") from None


def stored_settings(stored: dict[str, Any], name: str) -> FeatureSettings:
    """Make settings of what stands beside a result that messages call so."""
    version = {"settings_version": stored.get("settings_version", VERSION)}
    try:
        return settings_from({**version, **stored.get("features", {})}, name)
    except MisplacedError as error:
        raise SettingsError(f"{name}: {error}") from None


def is_png(path: str) -> bool:
    """Say whether a path names a picture of the format that holds settings."""
    return path.lower().endswith(".png")


def is_graph(path: str) -> bool:
    """Say whether a path names a graph of ONNX."""
    return path.lower().endswith(".onnx")


def read_graph_settings(path: str) -> dict[str, Any] | None:
    """Read what a graph of ONNX says of itself, in the form of arrays; None if it says nothing.

    Raises
    ------
    StftcliError
        If it cannot be read, is none, or onnx is not installed.
    """
    from stftcli.onnx.metadata import read_metadata

    text = read_metadata(path)
    with as_input_error(path, "a graph of ONNX with settings"):
        return None if text is None else settings_of(text)


def is_array(path: str) -> bool:
    """Say whether a path names a feature array, or the description of one."""
    return path.lower().endswith((*ENDINGS, ".json"))

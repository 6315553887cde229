"""Settings that come from a file: TOML, or what is stored beside a result."""

from pathlib import Path
from typing import Any

from stftcli.arrays.description import settings_of
from stftcli.arrays.formats import FORMATS
from stftcli.arrays.read import read_settings
from stftcli.errors import InputError, SettingsError
from stftcli.features.settings import FeatureSettings
from stftcli.features.toml import VERSION, look_from, parse_look, parse_settings, settings_from
from stftcli.files.untrusted import as_input_error
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
    return read_picture_config(path)[0]


def read_picture_config(path: str) -> tuple[FeatureSettings, Look]:
    """Read settings as `read_config` does, and how a picture looks: as usual if nothing says it.

    A title belongs to the sound that a picture is of: it is taken from TOML alone.
    """
    if not (is_array(path) or is_graph(path) or path.lower().endswith(".png")):
        with as_input_error(path, "a text in UTF-8"):
            text = Path(path).read_text(encoding="utf-8")
        return parse_settings(text, path), parse_look(text, path)
    stored = read_graph_settings(path) if is_graph(path) else read_settings(path)
    if stored is None or not isinstance(stored.get("features"), dict):
        raise InputError(
            f"{path} holds no settings: give TOML, or a .npz, .safetensors, .json, .png or .onnx "
            "that stftcli wrote"
        )
    return stored_settings(stored, path), _stored_look(stored, path)


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
    endings = (ending for row in FORMATS.values() for ending in row.endings)
    return path.lower().endswith((*endings, ".json"))

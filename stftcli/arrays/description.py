"""What feature arrays say of themselves: shape, type, names and settings, read without trust."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from stftcli.files.untrusted import check_text, parse_object
from stftcli.frozen import Frozen

MAX_SETTINGS = 1 << 20
"""Characters of stored settings."""

_MAX_NAMES = 1 << 20
_TYPES = {
    name: np.dtype(name)
    for name in (
        *("float16", "float32", "float64", "complex64", "complex128"),
        *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)),
    )
}


class Description(Frozen):
    """What a file tells of its array.

    Parameters
    ----------
    shape : tuple of int
        Shape of the array.
    dtype : str
        Type of its values.
    names : tuple of str, optional
        What its features are called.
    settings : dict, optional
        How it was made, as `stftcli features` stored it.
    """

    shape: tuple[int, ...]
    dtype: str
    names: tuple[str, ...] | None = None
    settings: dict[str, Any] | None = None


def dtype_of(name: Any) -> np.dtype[Any]:
    """Give the type of a name in a file; ValueError for what no array here has."""
    # numpy reads far more into a name: Python objects, records, texts of a gigabyte.
    if not isinstance(name, str) or name not in _TYPES:
        raise ValueError(f"its dtype is {name!r}: it can be {', '.join(_TYPES)}")
    return _TYPES[name]


def names_of(values: Any) -> tuple[str, ...]:
    """Give the names that a file holds; ValueError for what is no list of texts."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError("its names are no list of texts")
    if len(values) > _MAX_NAMES:
        raise ValueError(f"it has {len(values)} names, of at most {_MAX_NAMES}")
    return tuple(map(check_text, values))


def settings_of(text: str) -> dict[str, Any]:
    """Give the settings of a text in JSON; ValueError for what is none, or longer than 1 MB."""
    if len(text) > MAX_SETTINGS:
        raise ValueError(f"its settings are longer than {MAX_SETTINGS} characters")
    return checked_settings(parse_object(text))


def checked_settings(settings: Any, parts: Iterable[str] = ("input", "features")) -> dict[str, Any]:
    """Give settings back; ValueError unless they are a JSON object, and so these parts of it."""
    if not isinstance(settings, dict):
        raise ValueError("its settings are no JSON object")  # noqa: TRY004
    for name in parts:
        if not isinstance(settings.get(name, {}), dict):
            raise ValueError(f"its {name} is no JSON object")  # noqa: TRY004
    return settings

"""Feature arrays in: rows, what they say of themselves, and the settings that made them."""

from pathlib import Path, PurePath
from typing import Any

import numpy as np

from stftcli.arrays.description import Description, checked_settings
from stftcli.arrays.formats import ENDINGS, FORMATS, format_of
from stftcli.arrays.rows import Batches
from stftcli.arrays.sidecar import describe_beside, read_sidecar
from stftcli.errors import InputError
from stftcli.files.png import read_png_text
from stftcli.files.untrusted import as_input_error, parse_object

_SIDECAR, _PNG = ".json", ".png"
_PNG_KEYWORD = "Settings"

__all__ = ["ENDINGS", "read_description", "read_rows", "read_settings"]


def read_rows(path: str) -> Batches:
    """Give the rows of a feature array, batch after batch.

    Parameters
    ----------
    path : str
        An array of shape (frames, features): a .npy file; a .npz or .safetensors file as
        `stftcli features` writes it; a .csv file with a header, whose column "time_s" is left out;
        a .ark file, all its matrices one after another; values alone, if a .json sidecar
        describes them.

    Yields
    ------
    ndarray, shape (any, features)
        Some rows.

    Raises
    ------
    InputError
        If it is no such array, or holds NaN or infinite values.
    """
    batches = (format_of(path) or FORMATS["npy"]).read_rows(Path(path))
    while True:
        # Only the reading: what goes wrong with a batch elsewhere is not this file's fault.
        with as_input_error(path, "a feature array"):
            batch = next(batches, None)
        if batch is None:
            return
        if not np.isfinite(batch).all():
            raise InputError(f"{path} holds NaN or infinite values")
        yield batch


def read_description(path: str) -> Description:
    """Read what a file tells of its array, and no value of the array.

    Parameters
    ----------
    path : str
        A .npz or .safetensors file; a .npy file, whose names and settings stand in the file
        `<path>.json`, if there is one; such a .json file itself, or an array of any other format
        that has one beside it.

    Raises
    ------
    InputError
        If it is none of these, broken, or claims more than can be true.
    """
    if PurePath(path).suffix.lower() == _SIDECAR:
        return read_sidecar(Path(path)).description
    row = format_of(path)
    with as_input_error(path, "an array with a description"):
        return (describe_beside if row is None else row.read_description)(Path(path))


def read_settings(path: str) -> dict[str, Any] | None:
    """Read the settings that are stored in a result of stftcli.

    Parameters
    ----------
    path : str
        An array or a sidecar, as for `read_description`, or a .png picture.

    Returns
    -------
    dict or None
        What `stftcli features` or `stftcli spectrogram` stored, with the settings of features
        under "features"; None if the file holds nothing of the kind.

    Raises
    ------
    InputError
        If it cannot be read, or is broken.
    """
    if PurePath(path).suffix.lower() != _PNG:
        return read_description(path).settings
    with as_input_error(path, "a PNG picture with settings"):
        text = read_png_text(Path(path), _PNG_KEYWORD)
        # The input of a picture may be several sounds.
        return None if text is None else checked_settings(parse_object(text), ("features",))

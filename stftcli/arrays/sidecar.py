"""The description that stands beside an array in a file of its own, as JSON."""

from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from stftcli.arrays.description import Description, checked_settings, dtype_of, names_of
from stftcli.arrays.spec import ArraySpec
from stftcli.errors import SettingsError, StftcliError
from stftcli.files.atomic import is_stream
from stftcli.files.places import exists, local_copy
from stftcli.files.untrusted import as_input_error, check_shape, parse_object, read_content
from stftcli.frozen import Frozen

_MAX_BYTES = 1 << 23
_LAYOUTS = ("frames-first", "bins-first")


class Sidecar(Frozen):
    """What stands beside an array: its description, the type of its values, and the layout."""

    description: Description
    dtype: np.dtype[Any]
    layout: str

    @property
    def bins_first(self) -> bool:
        """Whether frames are the last axis."""
        return self.layout == "bins-first"


def sidecar_path(output: str) -> str:
    """Give the name of the file that describes the array in `output`.

    Raises
    ------
    SettingsError
        If the array goes to standard output, a device or a pipe.
    """
    if is_stream(output):
        raise SettingsError(f"nothing can stand beside {output}: write the array to a file")
    return f"{output}.json"


def has_sidecar(output: str) -> bool:
    """Say whether the description of an earlier array of this name stands beside it."""
    if is_stream(output):
        return False
    # Who may not ask a URL has written none there.
    with suppress(OSError, StftcliError):
        if exists(sidecar_path(output)):
            with local_copy(sidecar_path(output)) as file:
                read_sidecar(file)
            return True
    return False


def write_sidecar(file: IO[bytes], spec: ArraySpec, frames: int, settings: str) -> None:
    """Write the description of an array.

    Parameters
    ----------
    file : binary file
        Takes it.
    spec : ArraySpec
        What was known of the array before its first frame.
    frames : int
        Number of its frames.
    settings : str
        How the array was made, as a JSON object.
    """
    import json

    described = {
        "shape": spec.shape(frames),
        "dtype": str(spec.dtype),
        "layout": spec.layout,
        "names": spec.names,
        "times_s": _times(spec, frames),
        "settings": json.loads(settings),
    }
    file.write(json.dumps(described, indent=2).encode() + b"\n")


def _times(spec: ArraySpec, frames: int) -> dict[str, Any] | None:
    if spec.times_s is None or frames == 0:
        return None
    first, last = (float(spec.times_s(frame, frame + 1)[0]) for frame in (0, frames - 1))
    # Over all frames, so that the step can be multiplied without an error that grows.
    told = {"first": first, "step": (last - first) / (frames - 1) if frames > 1 else None}
    return told if spec.origin is None else {**told, "origin": spec.origin.isoformat()}


def read_sidecar(path: Path) -> Sidecar:
    """Read the file that describes an array; InputError, which names it, if it is broken."""
    with as_input_error(path, "a description of an array"):
        told = parse_object(read_content(path, _MAX_BYTES))
        if missing := {"shape", "dtype", "names", "settings"} - set(told):
            raise ValueError(f"it says nothing of {', '.join(sorted(missing))}")
        dtype, layout = dtype_of(told["dtype"]), told.get("layout", _LAYOUTS[0])
        if layout not in _LAYOUTS:
            raise ValueError(f"its layout is {layout!r}: it can be {' or '.join(_LAYOUTS)}")
        names, settings = names_of(told["names"]), checked_settings(told["settings"])
        shape = check_shape(told["shape"])
        return Sidecar(Description(shape, str(dtype), names, settings), dtype, layout)


def find_sidecar(path: Path) -> Sidecar | None:
    """Read what stands beside an array; None where nothing does."""
    beside = path.with_name(f"{path.name}.json")
    return read_sidecar(beside) if exists(str(beside)) else None


def read_beside(path: Path) -> Sidecar:
    """Read what stands beside an array that says nothing itself; ValueError if nothing does."""
    path.open("rb").close()  # a missing array is another fault than a missing description
    if (sidecar := find_sidecar(path)) is None:
        raise ValueError(f"there is no {path.name}.json beside it: write it with `sidecar`")
    return sidecar


def describe_beside(path: Path) -> Description:
    """Give the description beside an array, for the formats whose files hold none."""
    return read_beside(path).description

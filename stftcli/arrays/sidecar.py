"""The description that stands beside an array in a file of its own, as JSON."""

import json
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from stftcli.arrays.spec import ArraySpec
from stftcli.errors import SettingsError, StftcliError
from stftcli.files.atomic import is_stream


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
    if is_stream(output) or not Path(sidecar_path(output)).exists():
        return False
    from stftcli.arrays.described import read_description

    with suppress(StftcliError):
        read_description(sidecar_path(output))
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
    return {"first": first, "step": (last - first) / (frames - 1) if frames > 1 else None}

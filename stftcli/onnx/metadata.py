"""What a graph of stftcli says of itself: how it was made, and what its features are."""

import json
from pathlib import Path
from typing import Any

from onnx import load_model_from_string

from stftcli.files.untrusted import as_input_error, read_content

KEY = "stftcli"
"""Under which the metadata of a model holds it, as JSON."""

_MAX_BYTES = 1 << 29


def metadata_of(description: dict[str, Any]) -> dict[str, str]:
    """Give the metadata of a model from what is to be kept of how it was made."""
    return {KEY: json.dumps(description)}


def read_metadata(path: str) -> str | None:
    """Read how a graph was made, as JSON; None if it is none of stftcli's.

    Raises
    ------
    InputError
        If it cannot be read, or is no graph.
    """
    with as_input_error(path, "a graph of ONNX"):
        model = load_model_from_string(read_content(Path(path), _MAX_BYTES))
        kept = {each.key: each.value for each in model.metadata_props}
        return kept.get(KEY)

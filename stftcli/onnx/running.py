"""A graph run by onnxruntime."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import MissingExtraError
from stftcli.onnx.model import INPUT


def run_graph(content: bytes, waveforms: NDArray[np.float32]) -> NDArray[Any]:
    """Give what a graph makes of waveforms, on the CPU.

    Parameters
    ----------
    content : bytes
        The graph as it stands in a file.
    waveforms : ndarray, shape (batch, samples)
        Samples, full scale being 1.

    Raises
    ------
    MissingExtraError
        If onnxruntime is not installed.
    """
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtraError("running a graph", "onnxruntime", "onnx") from None
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    results: Sequence[NDArray[Any]] = session.run(None, {INPUT: waveforms})
    return results[0]

"""What graphs give, run by onnxruntime."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli import Extractor
from stftcli.onnx.model import model_of
from stftcli.onnx.running import run_graph


def graph_of(extractor: Extractor, rate_hz: int, opset: int = 17) -> bytes:
    """Give the graph of an Extractor for sound of this rate."""
    content: bytes = model_of(extractor.chain(rate_hz), {}, opset).SerializeToString()
    return content


def features_of(content: bytes, waveforms: NDArray[np.float32]) -> NDArray[Any]:
    """Give what a graph makes of waveforms; of two parts, complex numbers."""
    values = run_graph(content, waveforms)
    return values.view(np.complex64)[..., 0] if values.ndim == 4 else values


def graph_features(
    extractor: Extractor, waveforms: NDArray[np.float32], rate_hz: int = 16000
) -> NDArray[Any]:
    """Give what the graph of an Extractor makes of waveforms."""
    return features_of(graph_of(extractor, rate_hz), waveforms)

"""What is asked of all frames of a sound, as nodes of ONNX."""

from collections.abc import Sequence

import numpy as np
from onnx import GraphProto, TensorProto, ValueInfoProto
from onnx.helper import make_graph, make_node, make_tensor_value_info

from stftcli.onnx.framing import Framing
from stftcli.onnx.graph import Graph, Value

_FRAMES = 1

_ROUNDING = 2 * float(np.finfo(np.float32).eps)
"""onnxruntime's Log gives equal values two results, which differ in the last place."""


class OnnxSound:
    """`stftcli.features.form.Sound` of a graph: each of a batch is a whole sound.

    Parameters
    ----------
    graph : Graph
        Takes the nodes.
    framing : Framing
        The frames.
    """

    def __init__(self, graph: Graph, framing: Framing) -> None:
        self._graph, self._framing = graph, framing

    @property
    def samples(self) -> Value:
        """The samples of each frame, cut out where a step asks for them."""
        return self._framing.samples()

    def mean(self, x: Value) -> Value:
        """Give each feature's mean over the frames."""
        # What does not vary is its own mean to the last bit, as in `FeatureMoments`.
        first = x.part(_FRAMES, 0, 1)
        return first + self._graph.reduced("ReduceMean", x - first, _FRAMES)

    def deviation(self, x: Value, ddof: int = 0) -> Value:
        """Give each feature's deviation from that, as `FeatureMoments` has it."""
        centred = x - self.mean(x)
        total = self._graph.reduced("ReduceSum", centred * centred, _FRAMES)
        count = (x.length(_FRAMES) - ddof).at_least(1).as_reals()
        deviation = self._graph.node("Sqrt", total / count)
        rounding = self._graph.node("Abs", x.part(_FRAMES, 0, 1)) * _ROUNDING
        return deviation.where(deviation.above(rounding), 0.0)

    def largest(self, x: Value) -> Value:
        """Give the largest value of each feature."""
        return self._graph.reduced("ReduceMax", x, _FRAMES)

    def filtered(self, x: Value, weights: Sequence[float]) -> Value:
        """Convolve along the frames, the first and the last repeated."""
        graph, reach = self._graph, len(weights) // 2
        after = len(weights) - 1 - reach
        padded = graph.node("Pad", x, graph.whole(0, reach, 0, 0, after, 0), mode="edge")
        image = graph.node("Unsqueeze", padded, graph.whole(1))
        kernel = graph.constant(np.reshape(weights, (1, 1, -1, 1)))
        return graph.node("Squeeze", graph.node("Conv", image, kernel), graph.whole(1))

    def followed(self, x: Value, share: Value, initial: float | None) -> Value:
        """Go from frame to frame: M = (1 - share) M + share x."""
        graph = self._graph
        weighted, kept = x * share, 1.0 - share
        first = x.part(_FRAMES, 0, 1)
        first = first if initial is None else first * 0.0 + initial
        first = graph.node("Squeeze", first, graph.whole(_FRAMES))
        return graph.scan(first, weighted, _following(kept.name), axis=_FRAMES)


def _following(kept: str) -> GraphProto:
    """Give the body of a Scan: what is kept of the mean, and the share of the next frame."""
    names = ("before", "frame", "faded", "after", "row")
    before, frame, faded, after, row = (f"stftcli/mean/{name}" for name in names)

    def info(name: str) -> ValueInfoProto:
        return make_tensor_value_info(name, TensorProto.FLOAT, ("batch", "features"))

    return make_graph(
        [
            make_node("Mul", [before, kept], [faded]),
            make_node("Add", [faded, frame], [after]),
            make_node("Identity", [after], [row]),
        ],
        "following",
        [info(before), info(frame)],
        [info(after), info(row)],
    )

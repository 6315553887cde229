"""The operations that scales and steps are written in, as nodes of ONNX."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.onnx.graph import Graph, Value

_LAST = -1


class OnnxTensors:
    """`stftcli.dsp.tensors.Tensors` of a graph.

    Parameters
    ----------
    graph : Graph
        Takes the nodes.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def constant(self, array: NDArray[Any]) -> Value:
        """Keep numbers that do not change."""
        return self._graph.constant(array)

    def linear(self, x: Value, weight: Value, bias: Value | None) -> Value:
        """Multiply with the transposed weight."""
        transposed = self._graph.node("Transpose", weight, perm=[1, 0])
        product = self._graph.node("MatMul", x, transposed)
        return product if bias is None else product + bias

    def abs(self, x: Value) -> Value:
        """Give the absolute value."""
        return self._graph.node("Abs", x)

    def sqrt(self, x: Value) -> Value:
        """Give the square root."""
        return self._graph.node("Sqrt", x)

    def exp(self, x: Value) -> Value:
        """Give e^x."""
        return self._graph.node("Exp", x)

    def expm1(self, x: Value) -> Value:
        """Give e^x - 1; near 0 from the hyperbolic tangent, where nothing cancels."""
        half = self._graph.node("Tanh", x * 0.5)
        is_large = self.abs(x).above(1.0)
        return (self.exp(x) - 1.0).where(is_large, 2.0 * half / (1.0 - half))

    def log(self, x: Value) -> Value:
        """Give the natural logarithm."""
        return self._graph.node("Log", x)

    def log1p(self, x: Value) -> Value:
        """Give ln(1 + x); what 1 + x loses of a small x is put right (W. Kahan's way)."""
        more = x + 1.0
        is_lost = more.is_equal(1.0)
        return x.where(is_lost, self.log(more) * (x / (more - 1.0)))

    def at_least(self, x: Value, low: Value | float) -> Value:
        """Raise what lies below `low` to it."""
        return x.at_least(low)

    def above_or_one(self, x: Value, low: float) -> Value:
        """Give what lies above `low`, and 1 in the place of all else."""
        return x.where(x.above(low), 1.0)

    def sum(self, x: Value) -> Value:
        """Add up the last axis."""
        return self._graph.reduced("ReduceSum", x, _LAST)

    def mean(self, x: Value) -> Value:
        """Give the mean of the last axis."""
        return self._graph.reduced("ReduceMean", x, _LAST)

    def largest(self, x: Value) -> Value:
        """Give the largest of the last axis."""
        return self._graph.reduced("ReduceMax", x, _LAST)

    def part(self, x: Value, kept: slice) -> Value:
        """Give these neighbouring features alone."""
        return x.part(_LAST, kept.start or 0, kept.stop)

    def join(self, parts: Sequence[Value]) -> Value:
        """Put the features of several beside one another."""
        return parts[0].joined(parts[1:], axis=_LAST)

    def magnitude(self, real: Value, imaginary: Value) -> Value:
        """Give the absolute value of complex numbers."""
        return self.sqrt(real * real + imaginary * imaginary)

    def angle(self, real: Value, imaginary: Value) -> Value:
        """Give the angle of complex numbers: ONNX has the arc tangent of one number alone."""
        graph = self._graph
        slope = graph.node("Atan", imaginary / real)
        # A negative real number lies at +pi, as arctan2 has it.
        half_turn = graph.constant(-np.pi).where((0.0 - imaginary).above(0.0), math.pi)
        beside = graph.node("Sign", imaginary) * (math.pi / 2)
        left = slope + half_turn
        return slope.where(real.above(0.0), beside.where(real.is_equal(0.0), left))

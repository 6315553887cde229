"""A graph that is being written: nodes, what they compute with, and values to be computed with."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from onnx import GraphProto, NodeProto, TensorProto
from onnx.helper import make_node
from onnx.numpy_helper import from_array

DEFAULT_OPSET = 17
"""The oldest version of the standard operators that has all that are used here."""

_AXES_AS_INPUT = 18
"""From this version on, reductions are given their axes as they are given numbers."""

Reals, Whole, Truth = np.dtype(np.float32), np.dtype(np.int64), np.dtype(np.bool_)


class Graph:
    """The nodes and the numbers of a graph, each under a name of its own.

    Parameters
    ----------
    opset : int
        The version of the standard operators.

    Attributes
    ----------
    nodes : list of NodeProto
        In the order in which they are computed.
    initializers : list of TensorProto
        The numbers that do not change.
    """

    def __init__(self, opset: int = DEFAULT_OPSET) -> None:
        self.opset = opset
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = []
        self._constants: dict[tuple[Any, ...], Value] = {}
        self._names = 0

    def node(
        self,
        operator: str,
        *inputs: "Value",
        dtype: "np.dtype[Any] | None" = None,
        **attributes: Any,
    ) -> "Value":
        """Add a node of one output, of the type of its first input unless another is given."""
        output = Value(self, self._name(operator), inputs[0].dtype if dtype is None else dtype)
        names = [value.name for value in inputs]
        self.nodes.append(make_node(operator, names, [output.name], **attributes))
        return output

    def reduced(self, operator: str, x: "Value", axis: int) -> "Value":
        """Reduce an axis, which stays, of length 1."""
        if operator == "ReduceSum" or self.opset >= _AXES_AS_INPUT:
            return self.node(operator, x, self.whole(axis), keepdims=1)
        return self.node(operator, x, axes=[axis], keepdims=1)

    def scan(self, first: "Value", frames: "Value", body: GraphProto, axis: int) -> "Value":
        """Go along an axis with a state that begins with `first`; give what each step gives.

        `body` takes the state and a frame, and gives the next state and a row of the result.
        """
        last, rows = self._name("state"), Value(self, self._name("Scan"), frames.dtype)
        self.nodes.append(
            make_node(
                *("Scan", [first.name, frames.name], [last, rows.name]),
                body=body,
                num_scan_inputs=1,
                scan_input_axes=[axis],
                scan_output_axes=[axis],
            )
        )
        return rows

    def constant(self, values: ArrayLike, dtype: "np.dtype[Any]" = Reals) -> "Value":
        """Give numbers that do not change; the same ones are kept once."""
        array = np.asarray(values, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            name = self._name("numbers")
            self.initializers.append(from_array(array, name))
            self._constants[key] = Value(self, name, dtype)
        return self._constants[key]

    def whole(self, *values: int) -> "Value":
        """Give whole numbers as a list, as lengths and axes are given to operators."""
        return self.constant(values, Whole)

    def name_output(self, value: "Value", name: str) -> None:
        """Give what the graph gives under a name of its own."""
        self.nodes.append(make_node("Identity", [value.name], [name]))

    def _name(self, what: str) -> str:
        # No model that it is joined to has such names.
        self._names += 1
        return f"stftcli/{what}_{self._names}"


class Value:
    """What a node gives, or a number that does not change.

    + - * / and % are taken of two of them, and of one and a number.

    Parameters
    ----------
    graph : Graph
        Where it stands.
    name : str
        What the graph calls it.
    dtype : dtype
        Of its numbers.
    """

    # So that numpy's numbers leave the operators to it.
    __array_ufunc__ = None

    def __init__(self, graph: Graph, name: str, dtype: "np.dtype[Any]") -> None:
        self.graph, self.name, self.dtype = graph, name, dtype

    def __add__(self, other: Any) -> "Value":
        return self._with("Add", self, other)

    def __radd__(self, other: Any) -> "Value":
        return self._with("Add", other, self)

    def __sub__(self, other: Any) -> "Value":
        return self._with("Sub", self, other)

    def __rsub__(self, other: Any) -> "Value":
        return self._with("Sub", other, self)

    def __mul__(self, other: Any) -> "Value":
        return self._with("Mul", self, other)

    def __rmul__(self, other: Any) -> "Value":
        return self._with("Mul", other, self)

    def __truediv__(self, other: Any) -> "Value":
        return self._with("Div", self, other)

    def __rtruediv__(self, other: Any) -> "Value":
        return self._with("Div", other, self)

    def __floordiv__(self, other: Any) -> "Value":
        """Divide whole numbers that are not negative; ONNX rounds towards zero."""
        return self._with("Div", self, other)

    def __mod__(self, other: Any) -> "Value":
        return self._with("Mod", self, other)

    def above(self, other: Any) -> "Value":
        """Say where it is larger."""
        return self._compared("Greater", other)

    def is_equal(self, other: Any) -> "Value":
        """Say where it is the same."""
        return self._compared("Equal", other)

    def where(self, there: "Value", other: Any) -> "Value":
        """Give it where something is true, else the other."""
        return self.graph.node("Where", there, self, self._operand(other), dtype=self.dtype)

    def at_least(self, other: Any) -> "Value":
        """Give the larger of both."""
        return self._with("Max", self, other)

    def at_most(self, other: Any) -> "Value":
        """Give the smaller of both."""
        return self._with("Min", self, other)

    def part(
        self, axis: int, start: "int | Value" = 0, stop: "int | Value | None" = None
    ) -> "Value":
        """Give what lies on an axis from `start` to before `stop`."""
        first = self.graph.whole(start) if isinstance(start, int) else start
        if stop is None:
            stop = np.iinfo(np.int64).max
        last = self.graph.whole(stop) if isinstance(stop, int) else stop
        return self.graph.node("Slice", self, first, last, self.graph.whole(axis))

    def length(self, axis: int) -> "Value":
        """Give how long an axis is, as a list of one whole number."""
        shape = self.graph.node("Shape", self, dtype=Whole)
        return shape.part(0, axis, axis + 1)

    def joined(self, others: Sequence["Value"], axis: int) -> "Value":
        """Put others behind it."""
        return self.graph.node("Concat", self, *others, axis=axis)

    def as_reals(self) -> "Value":
        """Give the same numbers as float32."""
        return self.graph.node("Cast", self, dtype=Reals, to=TensorProto.FLOAT)

    def _operand(self, other: Any) -> "Value":
        if isinstance(other, Value):
            return other
        return self.graph.constant(np.asarray(other), self.dtype)

    def _with(self, operator: str, first: Any, second: Any) -> "Value":
        operands = self._operand(first), self._operand(second)
        return self.graph.node(operator, *operands, dtype=self.dtype)

    def _compared(self, operator: str, other: Any) -> "Value":
        return self.graph.node(operator, self, self._operand(other), dtype=Truth)

"""The operations on tensors that scales and steps are written in, whatever library has them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray

Value = Any
"""A tensor of some library. + - * / are taken of two of them, and of one and a number."""


class Tensors(Protocol):
    """What a library can do with each value, and with the features of each frame."""

    def constant(self, array: "NDArray[Any]") -> Value:
        """Give numbers that do not change, in the precision that is computed with."""

    def linear(self, x: Value, weight: Value, bias: Value | None) -> Value:
        """Give ``x weight^T + bias`` over the features."""

    def abs(self, x: Value) -> Value:
        """Give the absolute value."""

    def sqrt(self, x: Value) -> Value:
        """Give the square root, whose gradient at 0 is 0."""

    def exp(self, x: Value) -> Value:
        """Give e^x."""

    def expm1(self, x: Value) -> Value:
        """Give e^x - 1."""

    def log(self, x: Value) -> Value:
        """Give the natural logarithm."""

    def log1p(self, x: Value) -> Value:
        """Give ln(1 + x)."""

    def at_least(self, x: Value, low: Value | float) -> Value:
        """Raise what lies below `low` to it."""

    def above_or_one(self, x: Value, low: float) -> Value:
        """Give what lies above `low`, and 1 in the place of all else: a divisor."""

    def sum(self, x: Value) -> Value:
        """Add up the last axis, which stays, of length 1."""

    def mean(self, x: Value) -> Value:
        """Give the mean of the last axis, which stays, of length 1."""

    def largest(self, x: Value) -> Value:
        """Give the largest of the last axis, which stays, of length 1."""

    def part(self, x: Value, kept: slice) -> Value:
        """Give these neighbouring features alone."""

    def join(self, parts: Sequence[Value]) -> Value:
        """Put the features of several beside one another."""

    def magnitude(self, real: Value, imaginary: Value) -> Value:
        """Give the absolute value of complex numbers, whose gradient at 0 is 0."""

    def angle(self, real: Value, imaginary: Value) -> Value:
        """Give the angle of complex numbers, from -pi to pi."""

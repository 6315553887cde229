"""Frozen classes do what frozen dataclasses do."""

import pickle
from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from functools import cached_property
from inspect import Parameter, signature
from typing import Any

import pytest

from stftcli.frozen import Frozen


class Point(Frozen):
    """A place, and what was found there."""

    x: int
    y: int = 2
    found: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DataPoint:
    """The same, made by the standard library."""

    x: int
    y: int = 2
    found: list[str] = field(default_factory=list)


class Named(Point):
    """Has a field more, a check and something to be worked out."""

    name: str = "here"

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("x is below 0")

    @cached_property
    def product(self) -> int:
        """Work it out once."""
        return self.x * self.y


class Other(Frozen):
    """Has the fields of Point and is none."""

    x: int
    y: int = 2
    found: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("given", "named"),
    [((1,), {}), ((1, 3), {}), ((), {"x": 1}), ((1,), {"found": ["a"]}), ((1, 2, ["b"]), {})],
)
def test_values_and_defaults(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, theirs = Point(*given, **named), DataPoint(*given, **named)
    assert asdict(ours) == asdict(theirs)
    assert [item.name for item in fields(ours)] == ["x", "y", "found"]


@pytest.mark.parametrize(
    ("point", "text"),
    [
        (Point(1), "Point(x=1)"),
        (Point(2, 2), "Point(x=2)"),
        (Point(1, y=3), "Point(x=1, y=3)"),
        (Point(1, found=["a"]), "Point(x=1, found=['a'])"),
        # True equals 1, and 2.0 equals 2, but they are not what stands there by default.
        (Point(1, 2.0), "Point(x=1, y=2.0)"),  # type: ignore[arg-type]
        (Named(1, name="there"), "Named(x=1, name='there')"),
    ],
    ids=str,
)
def test_repr_makes_it_again_and_leaves_out_defaults(point: Point, text: str) -> None:
    assert repr(point) == text
    assert eval(text) == point


def test_the_signature_names_the_fields() -> None:
    ours, theirs = signature(Point), signature(DataPoint)
    assert list(ours.parameters) == list(theirs.parameters) == ["x", "y", "found"]
    assert [parameter.kind for parameter in ours.parameters.values()] == [
        parameter.kind for parameter in theirs.parameters.values()
    ]
    assert ours.parameters["x"].default is Parameter.empty
    assert ours.parameters["y"].default == 2
    assert ours.parameters["found"].default == []
    assert list(signature(Named).parameters) == ["x", "y", "found", "name"]


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), ((1, 2, [], 4), {}), ((1,), {"z": 1}), ((1,), {"x": 1})],
    ids=["too few", "too many", "unknown", "twice"],
)
def test_wrong_calls(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    for kind in (Point, DataPoint):
        with pytest.raises(TypeError):
            kind(*given, **named)


def test_each_has_a_list_of_its_own() -> None:
    first = Point(1)
    first.found.append("a")
    assert Point(1).found == []


def test_nothing_changes() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError, match="'x'"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="'x'"):
        del point.x
    assert replace(point, x=2) == Point(2)
    assert point == Point(1)


def test_equality_is_of_one_class() -> None:
    assert Other(1) == Other(1)
    assert Other(1) != Other(1, 3)
    assert Other(1, 2, ()) != Point(1, 2, [])
    assert len({Other(1), Other(1, 2), Other(2)}) == 2


@pytest.mark.parametrize("again", [copy, deepcopy, lambda point: pickle.loads(pickle.dumps(point))])
def test_copies_are_equal(again: Callable[[Point], Point]) -> None:
    point = Point(1, found=["a"])
    assert again(point) == point
    assert again(point) is not point


def test_what_holds_a_list_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Point(1))


def test_subclasses_inherit_fields_and_checks() -> None:
    named = Named(3, 4, name="there")
    assert repr(named) == "Named(x=3, y=4, name='there')"
    assert named.product == 12
    assert named == Named(3, 4, name="there")
    with pytest.raises(ValueError, match="below 0"):
        replace(named, x=-1)

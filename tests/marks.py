"""Which cases of a test every run has, and which only `pytest -m long`, as CI calls it."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def only_long_but(always: Collection[Any], cases: Iterable[Any]) -> list[Any]:
    """Give the cases as parameters: those that are not in `always` are long."""
    cases = list(cases)
    assert all(case in cases for case in always)
    return [case if case in always else _long(case) for case in cases]


def _long(case: Any) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.long)

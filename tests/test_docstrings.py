"""The examples in the docstrings give what they show."""

import doctest
from importlib import import_module

import pytest

from tests.oracles.conftest import oracle


@pytest.mark.parametrize("name", ["stftcli.dsp.stft", "stftcli.dsp.inverse", "stftcli.dsp.linear"])
def test_examples_give_what_they_show(name: str) -> None:
    results = doctest.testmod(import_module(name))
    assert results.attempted > 0
    assert results.failed == 0


def test_those_with_torch_too() -> None:
    oracle("torch")
    test_examples_give_what_they_show("stftcli.torch.stft")

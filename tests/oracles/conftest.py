"""The libraries that the numbers are held against."""

import os
from importlib import import_module
from typing import Any

import pytest


def oracle(name: str) -> Any:
    """Import an oracle; a missing one is skipped at a desk and a failure in CI."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if is_required():
            pytest.fail(f"{error}: install stftcli[oracles]")
        pytest.skip(str(error))


def is_required() -> bool:
    """Say whether a missing one is a failure."""
    return bool(os.environ.get("CI")) or os.environ.get("STFTCLI_ORACLES") == "1"


@pytest.fixture(scope="session")
def torch() -> Any:
    return oracle("torch")


@pytest.fixture(scope="session")
def librosa() -> Any:
    return oracle("librosa")


@pytest.fixture(scope="session")
def scipy_signal() -> Any:
    return oracle("scipy.signal")

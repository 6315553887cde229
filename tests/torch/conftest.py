"""A shell in a folder of its own; and no tests where there is no torch."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.oracles.conftest import is_required

if find_spec("torch") is None and not is_required():
    collect_ignore_glob = ["test_*.py"]


def _devices() -> list[str]:
    if find_spec("torch") is None:
        return ["cpu"]
    import torch

    return ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


DEVICES = _devices()


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest) -> str:
    """Each device that numbers are compared on."""
    name: str = request.param
    return name


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)

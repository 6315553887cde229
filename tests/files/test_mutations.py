"""Files of weights with bytes changed: always real numbers, or one line that names the file."""

from pathlib import Path

import numpy as np
import pytest

from stftcli import Linear
from stftcli.files.kernels import read_kernel
from stftcli.files.tensors import write_tensors
from tests.mutation import EVERY, assert_all_explained
from tests.oracles.conftest import oracle
from tests.signals import noise

COUNT = 400


def load_layer(path: Path) -> None:
    layer = Linear.load(path)
    assert np.isfinite(layer.weight).all()


def load_kernel(path: Path) -> None:
    assert read_kernel(str(path)).matrix.ndim == 2


@pytest.mark.parametrize("ending", [".npy", ".npz", ".safetensors"])
@pytest.mark.parametrize("load", [load_layer, load_kernel])
def test_changed_weights(tmp_path: Path, ending: str, load: object) -> None:
    path = tmp_path / f"w{ending}"
    write_tensors(path, {"weight": noise(4, 3)})
    assert callable(load)
    assert assert_all_explained(path, path.read_bytes(), COUNT, load)[1] > 100 // EVERY


def test_packed_weights(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    np.savez_compressed(path, weight=noise(4, 3), bias=noise(4))
    assert assert_all_explained(path, path.read_bytes(), COUNT, load_layer)[1] > 100 // EVERY


@pytest.mark.parametrize("old", [False, True])
def test_changed_state_dicts(tmp_path: Path, old: bool) -> None:
    torch, path = oracle("torch"), tmp_path / "w.pt"
    state = {"weight": torch.ones(4, 3), "bias": torch.ones(4)}
    torch.save(state, path, _use_new_zipfile_serialization=not old)
    # Reading a pickle, Python reserves what a text claims, up to 4 GB, and gives it back unused.
    room = (5 << 30) if old else (64 << 20)
    assert assert_all_explained(path, path.read_bytes(), COUNT, load_layer, room)[1] > 100 // EVERY

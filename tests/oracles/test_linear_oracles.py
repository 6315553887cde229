"""The linear layer is that of torch, with its files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli import Linear
from stftcli.errors import InputError
from tests.signals import Bomb, assert_close, assert_same_bits, noise


def numpy_of(parameter: Any) -> Any:
    return None if parameter is None else parameter.detach().numpy()


@pytest.fixture
def theirs(torch: Any) -> Any:
    torch.manual_seed(0)
    return torch.nn.Linear(257, 40)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("leading", [(), (9,), (0,), (3, 5), (2, 3, 4), (2, 0, 4)])
def test_equals_torch(leading: tuple[int, ...], dtype: str, bias: bool, torch: Any) -> None:
    torch.manual_seed(0)
    theirs = torch.nn.Linear(257, 40, bias=bias, dtype=getattr(torch, dtype))
    ours = Linear.from_weights(numpy_of(theirs.weight), numpy_of(theirs.bias), dtype)
    x = noise(*leading, 257).astype(dtype)
    wanted = numpy_of(theirs(torch.from_numpy(x)))
    assert ours(x).dtype == wanted.dtype
    assert_close(ours(x), wanted, 1e-6 if dtype == "float32" else 1e-14)


def test_starts_as_widely_spread_as_torch(torch: Any) -> None:
    torch.manual_seed(0)
    theirs, ours = torch.nn.Linear(64, 2000), Linear(64, 2000, seed=0)
    for name in ("weight", "bias"):
        wanted = numpy_of(getattr(theirs, name))
        got = getattr(ours, name)
        assert np.abs(got).max() == pytest.approx(np.abs(wanted).max(), rel=0.01)
        assert got.std() == pytest.approx(wanted.std(), rel=0.05)


def load_state(path: Path, torch: Any) -> Any:
    from safetensors.torch import load_file

    return load_file(path) if path.suffix == ".safetensors" else torch.load(path)


def save_state(state: Any, path: Path, torch: Any) -> None:
    from safetensors.torch import save_file

    if path.suffix == ".safetensors":
        save_file(state, path)
    else:
        torch.save(state, path)


each_ending = pytest.mark.parametrize("ending", [".safetensors", ".pt", ".pth"])


@each_ending
def test_torch_loads_what_was_saved(tmp_path: Path, ending: str, torch: Any, theirs: Any) -> None:
    ours = Linear(257, 40, seed=0)
    ours.save(tmp_path / f"layer{ending}")
    theirs.load_state_dict(load_state(tmp_path / f"layer{ending}", torch))
    x = noise(5, 257)
    assert_close(ours(x), numpy_of(theirs(torch.from_numpy(x))))


@each_ending
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_what_torch_saved_is_loaded(
    tmp_path: Path, dtype: str, ending: str, torch: Any, theirs: Any
) -> None:
    saved = theirs.to(getattr(torch, dtype))
    save_state(saved.state_dict(), tmp_path / f"layer{ending}", torch)
    ours = Linear.load(tmp_path / f"layer{ending}")
    widened = saved.to(torch.float64 if dtype == "float64" else torch.float32)
    assert ours.bias is not None
    assert_same_bits(ours.weight, numpy_of(widened.weight))
    assert_same_bits(ours.bias, numpy_of(widened.bias))


@each_ending
@pytest.mark.parametrize("content", [b"", b"weights\n", bytes(500)])
@pytest.mark.usefixtures("torch")
def test_a_broken_file_is_an_error(tmp_path: Path, ending: str, content: bytes) -> None:
    file = tmp_path / f"layer{ending}"
    file.write_bytes(content)
    with pytest.raises(InputError, match=file.name):
        Linear.load(file)


def test_a_state_dict_that_would_run_code_is_not_opened(tmp_path: Path, torch: Any) -> None:
    torch.save({"weight": torch.ones(2, 2), "extra": Bomb(tmp_path / "opened")}, tmp_path / "w.pt")
    with pytest.raises(InputError):
        Linear.load(tmp_path / "w.pt")
    assert not (tmp_path / "opened").exists()


def test_a_layer_of_a_model_is_found_by_its_name(tmp_path: Path, torch: Any) -> None:
    model = torch.nn.Sequential(torch.nn.Linear(9, 8), torch.nn.ReLU(), torch.nn.Linear(8, 7))
    save_state(model.state_dict(), tmp_path / "model.safetensors", torch)
    first, last = (Linear.load(f"{tmp_path / 'model.safetensors'}:{name}") for name in "02")
    x = noise(5, 9)
    got = last(np.maximum(first(x), 0))
    assert_close(got, numpy_of(model(torch.from_numpy(x))))

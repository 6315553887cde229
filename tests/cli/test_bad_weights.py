"""Files of weights that are broken, or lie, or are dangerous: one line, and nothing written."""

import io
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tests.cli.inside import run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.files.test_tensors import npy_bytes, npy_header, npz_bytes, safetensors_bytes
from tests.signals import noise

BINS = 33


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("opened"),)


def npy_of(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def npz_of(**arrays: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def safetensors_of(dtype: str, shape: list[int], size: int, content: bytes) -> bytes:
    return safetensors_bytes(content, weight=(dtype, shape, [0, size]))


class Weights(NamedTuple):
    """A file, what is in it, and words of the message."""

    name: str
    content: bytes
    words: str


WEIGHT = noise(2, BINS)
NAN, INFINITE = WEIGHT.copy(), WEIGHT.copy()
NAN[1, 7], INFINITE[0, 0] = np.nan, -np.inf
SIZE = WEIGHT.nbytes

BAD_WEIGHTS = {
    "pickle in npy": Weights("w.npy", npy_of(np.array([[Bomb()]])), "never opened"),
    "pickle in npz": Weights("w.npz", npz_of(weight=np.array([[Bomb()]])), "never opened"),
    "pickle as bias": Weights(
        "w.npz", npz_of(weight=WEIGHT, bias=np.array([Bomb()])), "never opened"
    ),
    "npz member claims more than it has": Weights(
        "w.npz", npz_bytes(npy_bytes(npy_header("(65536, 1024)"), bytes(4096))), "claims 268435456"
    ),
    "npz member claims more than is allowed": Weights(
        "w.npz", npz_bytes(npy_bytes(npy_header("(1048576, 1048576)"))), "claims 4398046511104"
    ),
    "npz member ends early": Weights(
        "w.npz", npz_bytes(npy_bytes(npy_header(f"(2, {BINS})"), bytes(SIZE - 1))), "|"
    ),
    "npz cut": Weights("w.npz", npz_of(weight=WEIGHT)[:-30], "not a valid .npz file"),
    "npy cut": Weights("w.npy", npy_of(WEIGHT)[:-1], "not a valid .npy file"),
    "safetensors cut": Weights(
        "w.safetensors", safetensors_of("F32", [2, BINS], SIZE, bytes(SIZE - 1)), "not a valid"
    ),
    "safetensors header cut": Weights(
        "w.safetensors", safetensors_of("F32", [2, BINS], SIZE, b"")[:20], "not a valid"
    ),
    "safetensors overlap": Weights(
        "w.safetensors",
        safetensors_bytes(
            bytes(SIZE), weight=("F32", [2, BINS], [0, SIZE]), bias=("F32", [2], [SIZE - 8, SIZE])
        ),
        "not a valid",
    ),
    "safetensors shape does not fit": Weights(
        "w.safetensors", safetensors_of("F32", [3, BINS], SIZE, bytes(SIZE)), "not a valid"
    ),
    "empty file": Weights("w.safetensors", b"", "not a valid"),
    "NaN": Weights("w.npz", npz_of(weight=NAN), "the weight holds NaN or infinite"),
    "infinite": Weights("w.npy", npy_of(INFINITE), "the weight holds NaN or infinite"),
    "NaN bias": Weights(
        "w.npz", npz_of(weight=WEIGHT, bias=NAN[1, 7:9]), "the bias holds NaN or infinite"
    ),
    "bfloat16 infinite": Weights(
        "w.safetensors", safetensors_of("BF16", [1, 1], 2, b"\x80\x7f"), "NaN or infinite"
    ),
    "no outputs": Weights("w.npz", npz_of(weight=WEIGHT[:0]), "shape (0, 33)"),
    "no inputs": Weights("w.npy", npy_of(WEIGHT[:, :0]), "shape (2, 0)"),
    "no outputs in safetensors": Weights(
        "w.safetensors", safetensors_of("F32", [0, BINS], 0, b""), "shape (0, 33)"
    ),
    "three axes": Weights("w.npz", npz_of(weight=WEIGHT[None]), "shape (1, 2, 33)"),
    "a single number": Weights("w.npy", npy_of(np.array(3.0)), "shape ()"),
    "bias of another length": Weights(
        "w.npz", npz_of(weight=WEIGHT, bias=np.ones(3)), "bias has shape (3,)|(2,)"
    ),
    "bias of two axes": Weights(
        "w.npz", npz_of(weight=WEIGHT, bias=np.ones((2, 1))), "bias has shape (2, 1)|(2,)"
    ),
    "complex": Weights("w.npz", npz_of(weight=WEIGHT * 1j), "complex64|not real numbers"),
    "flags": Weights("w.npy", npy_of(WEIGHT > 0), "bool|not real numbers"),
    "text": Weights("w.npy", npy_of(np.array([["a"]])), "not real numbers"),
    "no layer": Weights("w.npz", npz_of(embedding=WEIGHT), "holds no layer|embedding"),
    "no arrays": Weights("w.npz", npz_of(), "holds no layer|no arrays"),
    "bias alone": Weights("w.npz", npz_of(bias=np.ones(3)), "holds no layer|bias"),
    "a type that numpy does not have": Weights(
        "w.safetensors", safetensors_of("F8_E4M3", [1, 2], 2, b"88"), "not a valid"
    ),
}

COMMANDS = {
    "show": "linear show",
    "convert": "linear convert {} out.npz",
    "features": "features in.wav --n-fft 64 --out out.npy --linear",
    "spectrogram": "spectrogram in.wav --n-fft 64 --out out.svg --linear",
    "fit": "linear fit pca in.wav --n-fft 64 -o out.npz --linear",
}


def run(shell: Shell, command: str, weights: Weights) -> None:
    soundfile.write(shell.folder / "in.wav", noise(1000) / 8, 8000)
    (shell.folder / weights.name).write_bytes(weights.content)
    words = COMMANDS[command].format(weights.name).split()
    if weights.name not in words:
        words.append(weights.name)
    done = run_inside(shell, *words)
    assert done.code in (1, 2)
    assert_explained(done, done.code, weights.name, *weights.words.split("|"))
    assert len(done.err.splitlines()) == 1
    assert shell.names() == ["in.wav", weights.name]


@pytest.mark.parametrize("weights", BAD_WEIGHTS.values(), ids=BAD_WEIGHTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_bad_weights(shell: Shell, command: str, weights: Weights) -> None:
    run(shell, command, weights)


def test_weights_that_are_too_large_for_the_numbers_computed_with(shell: Shell) -> None:
    run(shell, "features", Weights("w.npz", npz_of(weight=np.full((2, BINS), 1e300)), "float32"))


@pytest.mark.parametrize(
    "shape", ["(4096, 1048576)", "(1000000000000, 3)", "(-5, 3)", "(5, -3)", "(0, 3)"]
)
def test_a_feature_array_that_claims_what_it_does_not_have(shell: Shell, shape: str) -> None:
    with zipfile.ZipFile(shell.folder / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("features.npy", npy_bytes(npy_header(shape), bytes(1 << 16)))
    done = run_inside(shell, "linear", "fit", "pca", "x.npz", "-o", "out.npz")
    assert_explained(done, 1)
    assert shell.names() == ["x.npz"]

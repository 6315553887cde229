"""From a folder of sound to a layer, to features, and to the same numbers in torch."""

from typing import Any

import numpy as np
import pytest
import soundfile

from tests.cli.shell import Shell
from tests.oracles.conftest import oracle
from tests.oracles.test_linear_oracles import load_state, numpy_of
from tests.signals import assert_close, noise

RATE_HZ = 16_000
FRAMES = ("--n-fft", "25ms", "--hop-length", "10ms")
BINS = 201


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A folder of sounds: tones that glide, each in some noise."""
    folder = tmp_path_factory.mktemp("story")
    time_s = np.arange(RATE_HZ) / RATE_HZ
    for number in range(1, 6):
        glide = np.sin(2 * np.pi * (400 * number * time_s + 300 * time_s**2))
        samples = 0.3 * glide + 0.02 * noise(RATE_HZ, seed=number)
        soundfile.write(folder / f"{number}.wav", samples, RATE_HZ)
    return Shell(folder)


def sounds(shell: Shell) -> list[str]:
    return [name for name in shell.names() if name.endswith(".wav")]


@pytest.mark.parametrize(
    ("words", "layer", "outputs"),
    [
        ("pca --components 16", "pca.safetensors", 16),
        ("pca --components 16 --whiten --spectrum db", "white.pt", 16),
        ("ridge --targets targets.npy --spectrum log", "ridge.safetensors", 3),
        ("logistic --targets labels.npy --spectrum log", "classes.safetensors", 5),
    ],
)
def test_a_fitted_layer_gives_the_same_numbers_in_torch(
    shell: Shell, words: str, layer: str, outputs: int, torch: Any
) -> None:
    if words.startswith("logistic"):
        oracle("scipy.optimize")
    frames = 1 + RATE_HZ // 160
    np.save(shell.folder / "targets.npy", noise(5 * frames, 3))
    np.save(shell.folder / "labels.npy", np.arange(5))
    kind, *options = words.split()
    shell.ok("linear", "fit", kind, *sounds(shell), *FRAMES, *options, "-o", layer)
    spectrum = words.split()[-2:] if "--spectrum" in words else []
    ours = shell.features("3.wav", *FRAMES, *spectrum, "--linear", layer)
    raw = shell.features("3.wav", *FRAMES, *spectrum)
    theirs = torch.nn.Linear(BINS, outputs)
    theirs.load_state_dict(load_state(shell.folder / layer, torch))
    wanted = numpy_of(theirs(torch.from_numpy(raw)))
    assert ours.shape == (frames, outputs)
    assert_close(ours, wanted, 1e-5)
    assert np.abs(wanted).max() > 0


def test_components_of_a_corpus_describe_it(shell: Shell) -> None:
    words = ("pca", *sounds(shell), *FRAMES, "--components", "16", "--whiten")
    shell.ok("linear", "fit", *words, "-o", "white.npz")
    linear = ("--linear", "white.npz", "--dtype", "float64")
    got = np.concatenate([shell.features(name, *FRAMES, *linear) for name in sounds(shell)])
    np.testing.assert_allclose(np.cov(got.T), np.eye(16), rtol=0, atol=1e-3)


def test_a_layer_trained_in_torch_is_applied_to_sound(shell: Shell, torch: Any) -> None:
    from safetensors.torch import save_file

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(BINS, 8), torch.nn.Linear(8, 3))
    save_file(model.state_dict(), shell.folder / "model.safetensors")
    linears = ("--linear", "model.safetensors:0", "--linear", "model.safetensors:1")
    ours = shell.features("1.wav", *FRAMES, *linears)
    raw = shell.features("1.wav", *FRAMES)
    assert_close(ours, numpy_of(model(torch.from_numpy(raw))), 1e-5)

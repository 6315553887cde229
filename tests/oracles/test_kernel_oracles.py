"""--kernel gives the spectra of the torch modules that the kernels come from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tests.cli.inside import ok_inside
from tests.cli.shell import Shell
from tests.signals import assert_close, hann, noise

RATE_HZ, HOP_LENGTH = 8000, 50
SAMPLES = noise(6000, seed=1) / 8


def dft(filter_length: int) -> NDArray[np.complex128]:
    """Give the windowed DFT, bins by 1 channel by samples, as a convolution takes it."""
    turns = np.outer(np.arange(filter_length // 2 + 1), np.arange(filter_length))
    return np.asarray(np.exp(-2j * np.pi * turns / filter_length) * hann(filter_length))[:, None]


def learned(torch: Any, kernel: NDArray[Any]) -> Any:
    """Make a parameter that has moved away from where it began, as by training."""
    begin = torch.tensor(kernel, dtype=torch.float32)
    return torch.nn.Parameter(begin + 0.05 * torch.randn(begin.shape))


def torchlibrosa(torch: Any, filter_length: int) -> Any:
    """Make torchlibrosa's STFT: the rows of the transform as two convolutions."""
    module = torch.nn.Module()
    kernel = dft(filter_length)
    for name, part in (("conv_real", kernel.real), ("conv_imag", kernel.imag)):
        layer = torch.nn.Conv1d(1, len(kernel), filter_length, stride=HOP_LENGTH, bias=False)
        layer.weight = learned(torch, part)
        module.add_module(name, layer)
    return module


def torchlibrosa_spectra(module: Any, padded: Any, _: Any) -> Any:
    return module.conv_real(padded), module.conv_imag(padded)


def nn_audio(torch: Any, filter_length: int) -> Any:
    """Make nnAudio's STFT: cosines and sines, the imaginary part minus what the sines give."""
    module = torch.nn.Module()
    kernel = dft(filter_length)
    module.register_parameter("wcos", learned(torch, kernel.real))
    module.register_parameter("wsin", learned(torch, -kernel.imag))
    module.register_buffer("window_mask", torch.tensor(hann(filter_length))[None, :, None])
    return module


def nn_audio_spectra(module: Any, padded: Any, torch: Any) -> Any:
    convolve = torch.nn.functional.conv1d
    real = convolve(padded, module.wcos, stride=HOP_LENGTH)
    return real, -convolve(padded, module.wsin, stride=HOP_LENGTH)


KEEPERS = {
    "torchlibrosa": (torchlibrosa, torchlibrosa_spectra),
    "nnAudio": (nn_audio, nn_audio_spectra),
}


def spectra_of(torch: Any, module: Any, filter_length: int, forward: Callable[..., Any]) -> Any:
    """Give the module's spectra in float64, shape (frames, bins)."""
    half = filter_length // 2
    with torch.no_grad():
        samples = torch.tensor(SAMPLES, dtype=torch.float64)[None, None]
        padded = torch.nn.functional.pad(samples, (half, half), mode="reflect")
        real, imaginary = forward(module.double(), padded, torch)
    return torch.complex(real, imaginary)[0].T.numpy()


def save(torch: Any, module: Any, path: Path) -> None:
    from safetensors.torch import save_file

    if path.suffix == ".safetensors":
        save_file(module.state_dict(), path)
    else:
        torch.save(module.state_dict(), path)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    soundfile.write(tmp_path / "in.wav", SAMPLES, RATE_HZ, subtype="FLOAT")
    return Shell(tmp_path)


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
@pytest.mark.parametrize("filter_length", [256, 255])
@pytest.mark.parametrize("keeper", KEEPERS)
def test_a_learned_kernel_gives_the_spectra_of_its_module(
    shell: Shell, keeper: str, filter_length: int, ending: str, torch: Any
) -> None:
    torch.manual_seed(0)
    make, forward = KEEPERS[keeper]
    module = make(torch, filter_length)
    save(torch, module, shell.folder / f"k{ending}")
    words = ("--kernel", f"k{ending}", "--spectrum", "complex", "--hop-length", str(HOP_LENGTH))
    ok_inside(shell, "features", "in.wav", *words, "--out", "x.npy")
    wanted = spectra_of(torch, module, filter_length, forward)
    assert_close(np.load(shell.folder / "x.npy"), wanted)
    # It is not the DFT that is compared.
    plain = make(torch, filter_length)
    torch.nn.utils.vector_to_parameters(
        torch.nn.utils.parameters_to_vector(module.parameters()) * 0.9, plain.parameters()
    )
    other = spectra_of(torch, plain, filter_length, forward)
    assert np.abs(other - wanted).max() > 0.05 * np.abs(wanted).max()


@pytest.mark.parametrize("keeper", KEEPERS)
def test_a_front_end_within_a_model(shell: Shell, keeper: str, torch: Any) -> None:
    torch.manual_seed(1)
    make, forward = KEEPERS[keeper]
    model = torch.nn.Module()
    model.add_module("extractor", torch.nn.Module())
    model.extractor.add_module("stft", make(torch, 128))
    model.add_module("head", torch.nn.Linear(65, 4))
    save(torch, model, shell.folder / "model.safetensors")
    words = ("--kernel", "model.safetensors:extractor.stft", "--spectrum", "power")
    layer = ("--linear", "model.safetensors:head", "--hop-length", str(HOP_LENGTH))
    ok_inside(shell, "features", "in.wav", *words, *layer, "--out", "x.npy")
    power = np.abs(spectra_of(torch, model.extractor.stft, 128, forward)) ** 2
    with torch.no_grad():
        wanted = model.head.double()(torch.from_numpy(power)).numpy()
    assert_close(np.load(shell.folder / "x.npy"), wanted, 2e-6)

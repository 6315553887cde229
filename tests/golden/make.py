"""Write the golden files: what torch, librosa and scipy give for a short signal.

Run from the root of the repository, with the oracles installed: ``python -m tests.golden.make``.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent

STFT_CASES: dict[str, dict[str, Any]] = {
    "plain": {"filter_length": 128, "hop_length": 32},
    "odd": {"filter_length": 101, "hop_length": 37, "window": "blackman"},
    "short window": {"filter_length": 128, "hop_length": 50, "win_length": 80, "window": "hamming"},
    "zeros around": {"filter_length": 64, "hop_length": 40, "pad_mode": "constant"},
    "edges repeated": {"filter_length": 64, "hop_length": 40, "pad_mode": "edge"},
    "unpadded": {"filter_length": 128, "hop_length": 100, "center": False, "window": "boxcar"},
    "causal": {"filter_length": 96, "hop_length": 40, "padding": "causal"},
    "kaiser": {"filter_length": 64, "hop_length": 64, "window": ("kaiser", 8.0)},
}
LINEAR_CASES = {"1-D": (5,), "2-D": (4, 5), "3-D": (2, 3, 5), "4-D": (2, 2, 2, 5), "empty": (0, 5)}
WINDOW_CASES = [
    *("hann", "hamming", "blackman", "blackmanharris", "nuttall", "flattop", "bartlett", "bohman"),
    *("cosine", "boxcar", "povey", "kaiser:8.6", "tukey:0.3", "gaussian:7"),
]
WINDOW_LENGTHS = [1, 2, 3, 16, 41]


def chirp() -> NDArray[np.float32]:
    """Give 500 samples of a rising tone that swells and ends loudly."""
    n = np.arange(500)
    return (np.sin(n * n / 400) * (0.1 + n / 500)).astype(np.float32)


def librosa_stft(
    signal: NDArray[Any],
    filter_length: int,
    hop_length: int,
    pad_mode: str = "reflect",
    padding: str | None = None,
    **more: Any,
) -> NDArray[Any]:
    """Transform in float64, so that the golden numbers are better than what is held to them."""
    import librosa

    if padding == "causal":
        signal = np.pad(signal, (filter_length - hop_length, 0))
        more["center"] = False
    spectra = librosa.stft(
        signal.astype(np.float64),
        n_fft=filter_length,
        hop_length=hop_length,
        pad_mode=pad_mode,
        **more,
    )
    return np.asarray(spectra.T, np.complex64)


def torch_linear() -> dict[str, NDArray[Any]]:
    """Give weight and bias of a layer, and an input and an output for every shape."""
    import torch

    torch.manual_seed(0)
    layer = torch.nn.Linear(5, 3)
    arrays = {name: values.numpy() for name, values in layer.state_dict().items()}
    for name, shape in LINEAR_CASES.items():
        x = torch.randn(shape)
        arrays[f"{name} input"] = x.numpy()
        arrays[f"{name} output"] = layer(x).detach().numpy()
        arrays[f"{name} output without bias"] = (x @ layer.weight.T).detach().numpy()
    return arrays


def scipy_windows() -> dict[str, NDArray[Any]]:
    """Give every window at every length; scipy has no povey, but the Hann window to its power."""
    from scipy.signal import get_window

    arrays = {}
    for text in WINDOW_CASES:
        name, _, parameter = text.replace("povey", "hann").partition(":")
        window = (name, float(parameter)) if parameter else name
        power = 0.85 if text == "povey" else 1
        for length in WINDOW_LENGTHS:
            arrays[f"{text} {length}"] = get_window(window, length) ** power
    return arrays


def main() -> None:
    """Write the files."""
    signal = chirp()
    spectra = {name: librosa_stft(signal, **case) for name, case in STFT_CASES.items()}
    files = {
        "stft": {"signal": signal, **spectra},
        "linear": torch_linear(),
        "windows": scipy_windows(),
    }
    for name, arrays in files.items():
        np.savez_compressed(FOLDER / f"{name}.npz", **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()

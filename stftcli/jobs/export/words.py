"""What a script says, as a table: a row for each thing, in librosa's words and in torch's."""

from collections.abc import Mapping

from stftcli.settings.choices import SCRIPT_LIBRARIES, ScriptLibrary

# Templates of Python expressions. Frames are the last axis, as both libraries have it.
_WORDS: dict[str, tuple[str, str]] = {
    "waveform": (
        "np.asarray(waveform, np.float32)",
        "torch.as_tensor(waveform, dtype=torch.float32)",
    ),
    # Samples.
    "zero_pad": (
        "np.pad(y, (0, max(0, {samples} - len(y))))",
        "F.pad(y, (0, max(0, {samples} - len(y))))",
    ),
    "emphasized": (
        "librosa.effects.preemphasis(y, coef={coefficient}, zi=[0.0])",
        "torch.cat((y[:1], y[1:] - {coefficient} * y[:-1]))",
    ),
    "pad_constant": ("np.pad(y, ({left}, {right}))", "F.pad(y, ({left}, {right}))"),
    "pad_reflect": (
        'np.pad(y, ({left}, {right}), mode="reflect")',
        'F.pad(y[None], ({left}, {right}), mode="reflect")[0]',
    ),
    "pad_edge": (
        'np.pad(y, ({left}, {right}), mode="edge")',
        'F.pad(y[None], ({left}, {right}), mode="replicate")[0]',
    ),
    "pad_wrap": (
        'np.pad(y, ({left}, {right}), mode="wrap")',
        'F.pad(y[None], ({left}, {right}), mode="circular")[0]',
    ),
    "pad_symmetric": (
        'np.pad(y, ({left}, {right}), mode="symmetric")',
        "torch.cat((y[:{left}].flip(0), y, y[len(y) - {right} :].flip(0)))",
    ),
    # Frames.
    "frames": (
        "librosa.util.frame(y, frame_length={length}, hop_length={hop})",
        "y.unfold(0, {length}, {hop}).T",
    ),
    "without_mean": (
        "frames - frames.mean(axis=0)",
        "frames - frames.mean(dim=0)",
    ),
    "energy": (
        "np.log(np.maximum((frames**2).sum(axis=0), {floor}))",
        "(frames**2).sum(dim=0).clamp(min={floor}).log()",
    ),
    "frames_emphasized": (
        "frames - {coefficient} * np.concatenate((frames[:1], frames[:-1]))",
        "frames - {coefficient} * torch.cat((frames[:1], frames[:-1]))",
    ),
    "window_in_frame": (
        "np.pad(window, ({left}, {right}))",
        "F.pad(window, ({left}, {right}))",
    ),
    "transformed": (
        "np.fft.rfft(frames * window[:, None], n={length}, axis=0)",
        "torch.fft.rfft(frames * window[:, None], n={length}, dim=0)",
    ),
    # Spectra.
    "magnitude": ("np.abs(x)", "x.abs()"),
    "magnitude_epsilon": (
        "np.sqrt(np.abs(x) ** 2 + {epsilon})",
        "(x.abs() ** 2 + {epsilon}).sqrt()",
    ),
    "power": ("np.abs(x) ** 2", "x.abs() ** 2"),
    "power_epsilon": ("np.abs(x) ** 2 + {epsilon}", "x.abs() ** 2 + {epsilon}"),
    "db": (
        "20 * np.log10(np.maximum(np.abs(x), {floor}))",
        "20 * x.abs().clamp(min={floor}).log10()",
    ),
    "log": ("np.log(np.maximum(np.abs(x), {floor}))", "x.abs().clamp(min={floor}).log()"),
    "phase": ("np.angle(x)", "x.angle()"),
    # Values.
    "bank": ("bank @ x", "torch.from_numpy(bank) @ x"),
    "at_least": ("np.maximum(x, {low})", "x.clamp(min={low})"),
    "ln": ("np.log(x)", "x.log()"),
    "log10": ("np.log10(x)", "x.log10()"),
    "decibels": ("10 * np.log10(x)", "10 * x.log10()"),
    "log1p": ("np.log1p(np.maximum(x, 0))", "x.clamp(min=0).log1p()"),
    "within_largest": ("np.maximum(x, x.max() - {below})", "torch.maximum(x, x.max() - {below})"),
    "mean": ("x.mean(axis=1, keepdims=True)", "x.mean(dim=1, keepdim=True)"),
    "deviation": (
        "x.std(axis=1, ddof={ddof}, keepdims=True)",
        "x.std(dim=1, correction={ddof}, keepdim=True)",
    ),
    "over_peak_of_peak": ("x / np.abs(x).max()", "x / x.abs().max()"),
    "over_peak_of_frame": (
        "librosa.util.normalize(x, axis=0)",
        "F.normalize(x, p=torch.inf, dim=0)",
    ),
    "put_first": ("np.concatenate((energy[None], x))", "torch.cat((energy[None], x))"),
    "put_for_first": ("np.concatenate((energy[None], x[1:]))", "torch.cat((energy[None], x[1:]))"),
    "edges": (
        'np.pad(x, ((0, 0), ({reach}, {reach})), mode="edge")',
        'F.pad(x, ({reach}, {reach}), mode="replicate")',
    ),
    "delta": (
        'librosa.feature.delta(delta, width={width}, mode="nearest")',
        "F.conv1d(delta[:, None], slope[None, None], padding={window})[:, 0]",
    ),
    "joined": ("np.concatenate(parts)", "torch.cat(parts)"),
    "constant": ("{of}.astype(np.float32)", "torch.from_numpy({of}).float()"),
    "initial": ("np.full(len(x), {of})", "torch.full((len(x),), {of})"),
}

_TORCH_WINDOWS = {
    "hann": "torch.hann_window",
    "hamming": "torch.hamming_window",
    "blackman": "torch.blackman_window",
    "bartlett": "torch.bartlett_window",
}

_PAD_MODES = {
    "librosa": {name: name for name in ("constant", "reflect", "edge", "symmetric")},
    "torch": {
        "constant": "constant",
        "reflect": "reflect",
        "edge": "replicate",
        "wrap": "circular",
    },
}
"""What each library's STFT pads with by itself, in its words."""


def word(library: ScriptLibrary, name: str, values: Mapping[str, object]) -> str:
    """Give the expression for a thing."""
    return _WORDS[name][SCRIPT_LIBRARIES.index(library)].format(**values)


def pad_mode(library: ScriptLibrary, mode: str) -> str | None:
    """Give what the library's STFT calls a padding, or None if it has none like it."""
    return _PAD_MODES[library].get(mode)


def window(library: ScriptLibrary, name: str, length: int, periodic: bool) -> str:
    """Give the expression for a window."""
    if library == "torch" and name in _TORCH_WINDOWS:
        return f"{_TORCH_WINDOWS[name]}({length}{'' if periodic else ', periodic=False'})"
    kind, _, parameter = name.partition(":")
    power = " ** 0.85" if kind == "povey" else ""
    kind = "hann" if kind == "povey" else kind
    what = f'("{kind}", {float(parameter)})' if parameter else f'"{kind}"'
    made = (
        f"scipy.signal.get_window({what}, {length}{'' if periodic else ', fftbins=False'}){power}"
    )
    return made if library == "librosa" else f"torch.from_numpy({made}).float()"

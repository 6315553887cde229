"""One good input of each kind that is read, and the commands that read it."""

import io
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from stftcli.files.tensors import write_tensors
from tests.cli.inside import ok_inside
from tests.cli.shell import Shell
from tests.oracles.conftest import oracle
from tests.segments.tables import TABLES
from tests.signals import noise

RATE_HZ = 8000
FRAMES = "--n-fft 64 --hop-length 32"
BINS = 33


class Kind(NamedTuple):
    """A kind of input: the name of its file, and the calls that it is given to.

    `x.npy` and `x.png` are the outputs; a call with a pipe in it gets the file through one.
    """

    name: str
    calls: tuple[str, ...]


_SOUND = (
    f"features X {FRAMES} --out x.npy --quiet",
    f"features X {FRAMES} --channel all --mel 8 --log db --deltas 1 --out x.npy --strict",
    f"features X {FRAMES} --start 0.05 --duration 0.1 --stats all --out x.npy",
    "info X",
    "info X --json",
    "show X --width 40 --height 8",
    f"features {FRAMES} --out x.npy | X",
)
_CONTAINERS = (*("WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "NIST", "FLAC", "OGG", "MP3"),)
_WEIGHTS = (
    f"features good.wav {FRAMES} --linear X --out x.npy",
    f"features good.wav {FRAMES} --kernel X --out x.npy",
    "linear show X",
    "linear convert X x.npz",
)
_CURVE = (f"features good.wav {FRAMES} --calibration X --spectrum psd --log db --out x.npy",)
_ARRAY = ("info X", "info X --json", "linear fit pca X --components 2 --out x.npz")
_SETTINGS = (
    "features good.wav --config X --out x.npy",
    "features good.wav --config X --print-config",
    "spectrogram good.wav --config X --bare --out x.png",
)
_LIST = ("features --manifest X --out-dir out --jobs 1 --quiet",)
_SEGMENTS = (
    f"features good.wav {FRAMES} --segments X --stats mean --out x.npz --quiet",
    f"features good.wav {FRAMES} --segments X --descriptors centroid --segment-frames cut "
    "--out x.npz --quiet",
    "spectrogram good.wav --segments X --size 200x150 --out x.png --quiet",
    "spectrogram good.wav --segments X --sheet --size 300x200 --out x.png --quiet",
    "info good.wav --segments X",
    "info --segments X --json",
)

KINDS = {
    **{kind.lower(): Kind(f"x.{kind.lower()}", _SOUND) for kind in _CONTAINERS},
    "float wav": Kind("x.wav", _SOUND),
    "stereo flac": Kind("x.flac", _SOUND),
    "weights npy": Kind("w.npy", _WEIGHTS),
    "weights npz": Kind("w.npz", _WEIGHTS),
    "packed npz": Kind("w.npz", _WEIGHTS),
    "weights safetensors": Kind("w.safetensors", _WEIGHTS),
    "weights pt": Kind("w.pt", _WEIGHTS),
    "curve": Kind("c.txt", _CURVE),
    "targets": Kind("t.npy", ("linear fit ridge a.npy --targets X --out x.npz",)),
    "array npy": Kind("a.npy", _ARRAY),
    "array npz": Kind("a.npz", (*_ARRAY, *_SETTINGS, "inverse X --griffin-lim 1 --out x.wav")),
    "array safetensors": Kind("a.safetensors", (*_ARRAY, *_SETTINGS)),
    "array ark": Kind("a.ark", _ARRAY),
    "array csv": Kind("a.csv", _ARRAY),
    "sidecar": Kind("a.npy.json", ("info a.npy", *_SETTINGS[:2])),
    "toml": Kind("x.toml", _SETTINGS),
    "picture": Kind("p.png", _SETTINGS[:2]),
    "graph": Kind("g.onnx", ("info X", "info X --json", *_SETTINGS[:2])),
    "list jsonl": Kind("l.jsonl", _LIST),
    "list csv": Kind("l.csv", _LIST),
    "list kaldi": Kind("wav.scp", _LIST),
    **{f"segments {name}": Kind("s.txt", _SEGMENTS) for name in TABLES},
}


def write_good(shell: Shell, kind: str) -> bytes:
    """Write a good input of a kind, and what its commands need beside it; give its bytes."""
    folder = shell.folder
    samples = noise(1600, seed=5) / 8
    soundfile.write(folder / "good.wav", samples, RATE_HZ)
    name = KINDS[kind].name
    if kind.startswith("segments "):
        (folder / name).write_text(TABLES[kind.removeprefix("segments ")].replace("rec", "good"))
    elif kind in _MAKERS:
        _MAKERS[kind](shell, name)
    elif kind.startswith("array"):
        ok_inside(shell, "features", "good.wav", *FRAMES.split(), "--out", name)
    else:
        form = kind.rpartition(" ")[2].upper()
        sound = noise(1600, 2, seed=6).clip(-4, 4) / 8 if kind == "stereo flac" else samples
        subtype = "FLOAT" if kind == "float wav" else None
        soundfile.write(folder / name, sound, RATE_HZ, format=form, subtype=subtype)
    return (folder / name).read_bytes()


def _weights(shell: Shell, name: str) -> None:
    weight, bias = noise(2 * BINS, 64, seed=1), noise(2 * BINS, seed=2)
    arrays = {"weight": weight} if name.endswith(".npy") else {"weight": weight, "bias": bias}
    write_tensors(shell.folder / name, arrays)


def _packed(shell: Shell, name: str) -> None:
    np.savez_compressed(shell.folder / name, weight=noise(5, BINS), bias=noise(5))


def _state_dict(shell: Shell, name: str) -> None:
    torch = oracle("torch")
    weight, bias = torch.ones(2 * BINS, 64), torch.ones(2 * BINS)
    torch.save({"weight": weight, "bias": bias}, shell.folder / name)


def _curve(shell: Shell, name: str) -> None:
    text = "Frequency (Hz),Level (dB)\n20,-1.5\n1000,0\n20000,2.25\n"
    (shell.folder / name).write_text(text)


def _targets(shell: Shell, name: str) -> None:
    np.save(shell.folder / "a.npy", noise(40, 5))
    np.save(shell.folder / name, noise(40, 2, seed=3))


def _sidecar(shell: Shell, name: str) -> None:
    output = name.removesuffix(".json")
    ok_inside(shell, "features", "good.wav", *FRAMES.split(), "--out", output, "--sidecar")


def _toml(shell: Shell, name: str) -> None:
    words = (
        *FRAMES.split(),
        *["--mfcc", "5", "--deltas", "1", "--rate", "8000", "--window", "kaiser:9"],
    )
    printed = ok_inside(shell, "features", "good.wav", *words, "--print-config").out
    (shell.folder / name).write_bytes(printed)


def _picture(shell: Shell, name: str) -> None:
    words = (*FRAMES.split(), "--bare", "--mel", "8")
    ok_inside(shell, "spectrogram", "good.wav", *words, "--out", name)


def _graph(shell: Shell, name: str) -> None:
    oracle("onnx")
    words = (*FRAMES.split(), "--rate", str(RATE_HZ), "--mel", "8", "--log", "db")
    ok_inside(shell, "export", "onnx", *words, "--out", name)


def _list(shell: Shell, name: str) -> None:
    rows = [
        {"audio": "good.wav", "id": "one", "start": 0.0, "duration": 0.1},
        {"audio": "good.wav", "id": "two", "start": 0.1, "duration": 0.1},
    ]
    text = io.StringIO()
    if name.endswith(".scp"):
        text.write("one good.wav\ntwo good.wav\n")
    elif name.endswith(".csv"):
        text.write("audio,id,start,duration\n")
        text.writelines(f"{','.join(map(str, row.values()))}\n" for row in rows)
    else:
        text.writelines(f"{json.dumps(row)}\n" for row in rows)
    Path(shell.folder / name).write_text(text.getvalue())


_MAKERS = {
    "weights npy": _weights,
    "weights npz": _weights,
    "weights safetensors": _weights,
    "packed npz": _packed,
    "weights pt": _state_dict,
    "curve": _curve,
    "targets": _targets,
    "sidecar": _sidecar,
    "toml": _toml,
    "picture": _picture,
    "graph": _graph,
    "list jsonl": _list,
    "list csv": _list,
    "list kaldi": _list,
}

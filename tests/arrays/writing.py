"""Arrays written through the writers of all formats, and read back by others' libraries."""

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from stftcli.arrays.formats import FORMATS
from stftcli.arrays.sidecar import sidecar_path, write_sidecar
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.arrays.writer import ArrayWriter
from stftcli.settings.choices import ArrayFormat, Layout
from tests.oracles.conftest import oracle

SETTINGS = {"window": "hann", "input": {"name": 'ä, "b"', "sha256": "0" * 64}}
NAMES = ("mel_1", "mel_2", "mel_3", "mel_4", "mel_5")
FREQS_HZ = np.arange(5, dtype=np.float64) * 62.5
METADATA = ArrayMetadata(json.dumps(SETTINGS), FREQS_HZ)


def times_s(first: int, last: int) -> NDArray[np.float64]:
    """Give times that have no short form."""
    return 1 / 3 + np.arange(first, last) / 44100


def spec_of(
    frame_shape: tuple[int, ...],
    dtype: str = "float32",
    layout: Layout = "frames-first",
    **others: Any,
) -> ArraySpec:
    """Describe an array, with names for its features."""
    names = tuple(f"mel_{number + 1}" for number in range(frame_shape[-1]))
    usual = {"names": names, "key": "talk", "times_s": times_s}
    return ArraySpec(frame_shape, np.dtype(dtype), layout, **{**usual, **others})


def written(
    path: Path,
    name: ArrayFormat,
    spec: ArraySpec,
    values: NDArray[Any],
    batches: Iterable[int] | None = None,
    metadata: ArrayMetadata = METADATA,
) -> ArrayWriter:
    """Write all values, in batches of so many frames."""
    if name == "ark":
        oracle("kaldiio")
    with path.open("w+b") as file:
        writer = FORMATS[name].writer(file, spec)
        first = 0
        for frames in [len(values)] if batches is None else batches:
            writer.write(values[first : first + frames])
            first += frames
        writer.finish(metadata)
    return writer


def read_npy(path: Path, spec: ArraySpec, frames: int) -> NDArray[Any]:
    del spec, frames
    return np.asarray(np.load(path))


def read_npz(path: Path, spec: ArraySpec, frames: int) -> NDArray[Any]:
    with np.load(path, allow_pickle=False) as archive:
        assert list(archive) == ["features", "times", "settings", "freqs", "names"]
        np.testing.assert_array_equal(archive["times"], times_s(0, frames))
        np.testing.assert_array_equal(archive["freqs"], FREQS_HZ)
        assert json.loads(str(archive["settings"])) == SETTINGS
        assert archive["names"].tolist() == list(spec.names)
        return np.asarray(archive["features"])


def read_safetensors(path: Path, spec: ArraySpec, frames: int) -> NDArray[Any]:
    with safe_open(path, "numpy") as file:
        assert set(file.keys()) == {"features", "times", "freqs"}
        np.testing.assert_array_equal(file.get_tensor("times"), times_s(0, frames))
        np.testing.assert_array_equal(file.get_tensor("freqs"), FREQS_HZ)
        texts = file.metadata()
        assert json.loads(texts["settings"]) == SETTINGS
        assert json.loads(texts["names"]) == list(spec.names)
        assert texts["layout"] == spec.layout
        return np.asarray(file.get_tensor("features"))


def read_csv(path: Path, spec: ArraySpec, frames: int) -> NDArray[Any]:
    header, rows = csv_lines(path)
    assert header[0] == "time_s"
    assert len(header) == 1 + np.prod(spec.frame_shape)
    numbers = np.array([[float(text) for text in row] for row in rows]).reshape(-1, len(header))
    np.testing.assert_array_equal(numbers[:, 0], times_s(0, frames))
    return numbers[:, 1:].astype(spec.dtype).reshape(frames, *spec.frame_shape)


def read_jsonl(path: Path, spec: ArraySpec, frames: int) -> NDArray[Any]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    np.testing.assert_array_equal([line["time_s"] for line in lines], times_s(0, frames))
    values = np.array([line["values"] for line in lines], spec.dtype)
    return values.reshape(frames, *spec.frame_shape)


def csv_lines(path: Path) -> tuple[list[str], list[list[str]]]:
    """Give the header and the rows of a .csv file as texts."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, rows


def read_raw(path: Path, spec: ArraySpec, frames: int) -> NDArray[Any]:
    return np.fromfile(path, spec.dtype).reshape(spec.shape(frames))


def read_ark(path: Path, spec: ArraySpec, frames: int) -> NDArray[Any]:
    matrices = dict(oracle("kaldiio").load_ark(str(path)))
    if spec.channels is None:
        assert list(matrices) == ["talk"]
    else:
        assert list(matrices) == [f"talk-ch{number + 1}" for number in range(spec.channels)]
    stacked = np.stack(list(matrices.values()), axis=1)
    # Kaldi has no matrix of columns without rows.
    assert frames > 0 or stacked.shape[2] == 0
    return stacked.reshape(spec.shape(frames))


READERS: dict[ArrayFormat, Callable[[Path, ArraySpec, int], NDArray[Any]]] = {
    "npy": read_npy,
    "npz": read_npz,
    "safetensors": read_safetensors,
    "csv": read_csv,
    "jsonl": read_jsonl,
    "raw": read_raw,
    "ark": read_ark,
}
"""What reads the array of a format, and checks whatever stands beside it."""


def holds(name: ArrayFormat, dtype: str, layout: Layout) -> bool:
    """Say whether a format has such arrays."""
    if name == "safetensors":
        return dtype != "complex128"
    if name in ("csv", "jsonl"):
        return layout == "frames-first" and not dtype.startswith("complex")
    if name == "ark":
        return layout == "frames-first" and dtype in ("float32", "float64")
    return True


def describe(output: Path, spec: ArraySpec, frames: int, settings: str) -> None:
    """Write the sidecar of an array."""
    with Path(sidecar_path(str(output))).open("wb") as file:
        write_sidecar(file, spec, frames, settings)

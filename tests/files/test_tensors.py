"""Layers in files: what is written is read, what is broken is refused, and nothing is trusted."""

import io
import json
import re
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.numpy import save_file

from stftcli import Linear
from stftcli.errors import InputError, SettingsError, StftcliError
from stftcli.files import tensors
from tests.oracles.conftest import oracle
from tests.signals import Bomb, assert_same_bits

ENDINGS = [".npz", ".npy", ".safetensors"]
WEIGHT = np.arange(12.0).reshape(4, 3) - 5
BIAS = np.arange(4.0)

each_ending = pytest.mark.parametrize("ending", ENDINGS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh folder, and the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def npy_bytes(header: str, content: bytes = b"") -> bytes:
    """Make a .npy file by hand."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + content


def npy_header(shape: str, descr: str = "'<f4'") -> str:
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}\n"


def npz_bytes(member: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make a .npz file of one weight by hand."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("weight.npy", member)
    return file.getvalue()


def safetensors_bytes(content: bytes, **entries: tuple[str, list[int], list[int]]) -> bytes:
    """Make a .safetensors file by hand; an entry is a type, a shape and a range of bytes."""
    header = json.dumps(
        {
            name: {"dtype": dtype, "shape": shape, "data_offsets": offsets}
            for name, (dtype, shape, offsets) in entries.items()
        }
    ).encode()
    return struct.pack("<Q", len(header)) + header + content


def write_arrays(path: Path, **arrays: NDArray[Any]) -> None:
    if path.suffix == ".npz":
        np.savez(path, **arrays)  # type: ignore[arg-type]
    elif path.suffix == ".safetensors":
        save_file(arrays, path)
    else:
        np.save(path, arrays["weight"])


def assert_same_layer(got: Linear, wanted: Linear) -> None:
    assert_same_bits(got.weight, wanted.weight)
    assert (got.bias is None) == (wanted.bias is None)
    if got.bias is not None and wanted.bias is not None:
        assert_same_bits(got.bias, wanted.bias)


class TestRoundTrip:
    @pytest.mark.parametrize("name", ["w.npz", "w.npz:fc", "W.NPZ", "w.safetensors:a.0.fc"])
    @pytest.mark.parametrize("bias", [True, False])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.usefixtures("folder")
    def test_what_is_saved_is_loaded(self, name: str, bias: bool, dtype: str) -> None:
        layer = Linear(3, 4, bias, dtype=dtype, seed=0)
        layer.save(name)
        assert_same_layer(Linear.load(name), layer)

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_of_a_single_array(self, folder: Path, dtype: str) -> None:
        layer = Linear(3, 4, bias=False, dtype=dtype, seed=0)
        layer.save(folder / "w.npy")
        assert_same_bits(np.load(folder / "w.npy"), layer.weight)
        assert_same_layer(Linear.load(folder / "w.npy"), layer)

    def test_names_in_the_file_are_those_of_a_state_dict(self, folder: Path) -> None:
        Linear(3, 4, seed=0).save("w.npz:encoder.fc")
        with np.load(folder / "w.npz") as file:
            assert sorted(file) == ["encoder.fc.bias", "encoder.fc.weight"]

    @each_ending
    def test_of_a_weight_that_lies_column_by_column(self, folder: Path, ending: str) -> None:
        layer = Linear.from_weights(np.asfortranarray(WEIGHT))
        layer.save(f"w{ending}")
        assert_same_bits(Linear.load(folder / f"w{ending}").weight, WEIGHT.astype(np.float32))

    @pytest.mark.parametrize("ending", [".npz", ".npy"])
    def test_of_an_array_that_was_written_column_by_column(self, folder: Path, ending: str) -> None:
        write_arrays(folder / f"w{ending}", weight=np.asfortranarray(WEIGHT))
        assert_same_bits(Linear.load(f"w{ending}").weight, WEIGHT)

    @pytest.mark.parametrize("name", ["w.npy", "w.npy:fc"])
    @pytest.mark.usefixtures("folder")
    def test_a_bias_or_prefix_has_no_place_in_npy(self, name: str) -> None:
        with pytest.raises(SettingsError, match=r"use \.npz"):
            Linear(3, 4, bias=name.endswith(".npy")).save(name)
        assert not Path("w.npy").exists()


class TestNumberTypes:
    @pytest.mark.parametrize(
        ("dtype", "result"),
        [
            ("f2", "f4"),
            ("f4", "f4"),
            ("f8", "f8"),
            ("i1", "f4"),
            ("i8", "f4"),
            ("u2", "f4"),
        ],
    )
    @each_ending
    def test_are_read_as_float32_and_only_float64_stays(
        self, folder: Path, ending: str, dtype: str, result: str
    ) -> None:
        weight = np.abs(WEIGHT).astype(dtype)
        write_arrays(folder / f"w{ending}", weight=weight)
        assert_same_bits(Linear.load(f"w{ending}").weight, weight.astype(result))

    @pytest.mark.parametrize("ending", [".npz", ".npy"])
    def test_of_the_other_byte_order(self, folder: Path, ending: str) -> None:
        write_arrays(folder / f"w{ending}", weight=WEIGHT.astype(">f4"))
        assert_same_bits(Linear.load(f"w{ending}").weight, WEIGHT.astype(np.float32))

    def test_the_call_decides_where_it_says_so(self, folder: Path) -> None:
        write_arrays(folder / "w.npz", weight=WEIGHT, bias=BIAS)
        assert_same_bits(Linear.load("w.npz", "float32").weight, WEIGHT.astype(np.float32))

    def test_bfloat16_keeps_its_values(self, folder: Path) -> None:
        # The upper halves of float32: 1, -2.5, 0.15625 and the largest below 2.
        halves = struct.pack("<4H", 0x3F80, 0xC020, 0x3E20, 0x3FFF)
        bias = struct.pack("<2f", 7, 8)
        file = folder / "w.safetensors"
        file.write_bytes(
            safetensors_bytes(
                bias + halves, bias=("F32", [2], [0, 8]), weight=("BF16", [2, 2], [8, 16])
            )
        )
        layer = Linear.load(file)
        assert layer.dtype == np.float32
        np.testing.assert_array_equal(layer.weight, [[1, -2.5], [0.15625, 1.9921875]])
        np.testing.assert_array_equal(layer.bias, [7, 8])

    @pytest.mark.parametrize("dtype", ["?", "c8", "S3", "U3", "M8[s]", "f4,f4"])
    def test_that_are_not_real_numbers_are_refused(self, folder: Path, dtype: str) -> None:
        np.save(folder / "w.npy", np.zeros((2, 2), dtype))
        with pytest.raises(InputError, match="not real numbers"):
            Linear.load("w.npy")

    def test_that_numpy_does_not_have_are_refused(self, folder: Path) -> None:
        (folder / "w.safetensors").write_bytes(
            safetensors_bytes(b"1234", weight=("F8_E4M3", [2, 2], [0, 4]))
        )
        with pytest.raises(InputError):
            Linear.load("w.safetensors")


class TestLayerNames:
    @pytest.fixture(params=[".npz", ".safetensors"])
    def file(self, request: pytest.FixtureRequest, folder: Path) -> str:
        path = folder / f"model{request.param}"
        arrays = {"enc.weight": WEIGHT, "enc.bias": BIAS, "dec.0.weight": WEIGHT[:2], "step": BIAS}
        write_arrays(path, **arrays)
        return path.name

    def test_a_prefix_picks_a_layer(self, file: str) -> None:
        assert_same_layer(Linear.load(f"{file}:enc"), Linear.from_weights(WEIGHT, BIAS, "float64"))
        assert_same_layer(Linear.load(f"{file}:dec.0"), Linear.from_weights(WEIGHT[:2], None, "f8"))

    @pytest.mark.parametrize("prefix", ["", ":"])
    def test_without_a_prefix_the_layers_are_listed(self, file: str, prefix: str) -> None:
        with pytest.raises(SettingsError, match=rf"{file}:PREFIX") as caught:
            Linear.load(file + prefix)
        assert "'enc'" in str(caught.value)
        assert "'dec.0'" in str(caught.value)

    @pytest.mark.parametrize("prefix", ["step", "en", "enc.weight", "dec", "0"])
    def test_an_unknown_prefix_is_answered_with_the_layers(self, file: str, prefix: str) -> None:
        with pytest.raises(SettingsError, match=f"no layer '{prefix}'.*'enc'|no layer.*'dec.0'"):
            Linear.load(f"{file}:{prefix}")

    def test_a_single_layer_needs_no_prefix(self, folder: Path) -> None:
        write_arrays(folder / "w.npz", **{"fc.weight": WEIGHT, "fc.bias": BIAS})
        assert_same_layer(Linear.load("w.npz"), Linear.from_weights(WEIGHT, BIAS, "f8"))

    def test_a_layer_without_a_name_goes_first(self, folder: Path) -> None:
        write_arrays(folder / "w.npz", **{"fc.weight": WEIGHT[:2], "weight": WEIGHT})
        assert_same_bits(Linear.load("w.npz").weight, WEIGHT)

    def test_a_file_without_a_layer_says_what_it_has(self, folder: Path) -> None:
        write_arrays(folder / "w.npz", embedding=WEIGHT, overweight=WEIGHT)
        with pytest.raises(InputError, match=r"no layer.*embedding, overweight"):
            Linear.load("w.npz")

    def test_a_file_whose_name_has_a_colon_is_read_as_it_is(self, folder: Path) -> None:
        write_arrays(folder / "a.npz:b.npz", weight=WEIGHT)
        assert_same_bits(Linear.load("a.npz:b.npz").weight, WEIGHT)


class TestRefused:
    @each_ending
    @pytest.mark.usefixtures("folder")
    def test_a_missing_file(self, ending: str) -> None:
        with pytest.raises(InputError, match=f"none{ending} cannot be read: No such file"):
            Linear.load(f"none{ending}")

    @each_ending
    def test_a_folder(self, folder: Path, ending: str) -> None:
        (folder / f"w{ending}").mkdir()
        with pytest.raises(InputError, match="cannot be read"):
            Linear.load(f"w{ending}")

    @pytest.mark.parametrize("name", ["w.onnx", "w", "w.npz.gz", "w.onnx:fc"])
    @pytest.mark.usefixtures("folder")
    def test_another_ending(self, name: str) -> None:
        endings = re.escape(".npz, .npy, .safetensors")
        with pytest.raises(SettingsError, match=f"read from {endings}"):
            Linear.load(name)
        with pytest.raises(SettingsError, match=f"written to {endings}"):
            Linear(3, 4).save(name)
        assert not list(Path().iterdir())

    @pytest.mark.parametrize("ending", [".npz", ".npy"])
    def test_a_pickle_which_is_never_opened(self, folder: Path, ending: str) -> None:
        array = np.array([[Bomb(folder / "opened")]])
        if ending == ".npy":
            np.save(folder / "w.npy", array, allow_pickle=True)
        else:
            np.savez(folder / "w.npz", weight=array)
        with pytest.raises(InputError, match="pickled Python objects"):
            Linear.load(f"w{ending}")
        assert not (folder / "opened").exists()

    @pytest.mark.parametrize(
        "weight", [np.array(3.0), BIAS, WEIGHT[None], WEIGHT[:0], np.full((4, 3), np.nan)]
    )
    @each_ending
    def test_a_weight_of_no_use(self, folder: Path, ending: str, weight: NDArray[Any]) -> None:
        write_arrays(folder / f"w{ending}", weight=weight)
        with pytest.raises(InputError, match=rf"w{ending}.*(shape|NaN)"):
            Linear.load(f"w{ending}")

    def test_a_bias_of_another_length(self, folder: Path) -> None:
        write_arrays(folder / "w.npz", weight=WEIGHT, bias=BIAS[:3])
        with pytest.raises(InputError, match=r"bias has shape \(3,\).*\(4,\)"):
            Linear.load("w.npz")


BROKEN = {
    "empty": b"",
    "text": b"weight\n",
    "random": np.random.default_rng(0).bytes(500),
}

BROKEN_NPY = {
    "version 9": b"\x93NUMPY\x09\x00" + npy_bytes(npy_header("(1, 1)"), b"1234")[8:],
    "header cut": npy_bytes(npy_header("(1, 1)"))[:30],
    "header is no dictionary": npy_bytes("[1, 2]\n"),
    "header is a call": npy_bytes("__import__('os').getcwd()\n"),
    "key missing": npy_bytes("{'descr': '<f4', 'shape': (1, 1)}\n"),
    "no such type": npy_bytes(npy_header("(1, 1)", "'what'"), b"1234"),
    "shape of text": npy_bytes(npy_header("('a', 1)"), b"1234"),
    "data cut": npy_bytes(npy_header("(2, 2)"), bytes(15)),
    "claims terabytes": npy_bytes(npy_header("(1048576, 1048576)"), bytes(16)),
    "claims more than any integer": npy_bytes(npy_header(f"({10**30}, {10**30})"), bytes(16)),
    "negative axes": npy_bytes(npy_header("(-2, -2)"), bytes(16)),
    "deeply nested": npy_bytes("(" * 5000 + ")" * 5000),
}

BROKEN_SAFETENSORS = {
    "data cut": safetensors_bytes(bytes(15), weight=("F32", [2, 2], [0, 16])),
    "data too long": safetensors_bytes(bytes(17), weight=("F32", [2, 2], [0, 16])),
    "shape does not fit": safetensors_bytes(bytes(16), weight=("F32", [2, 3], [0, 16])),
    "overlap": safetensors_bytes(
        bytes(24), weight=("F32", [2, 2], [0, 16]), bias=("F32", [2], [8, 16])
    ),
    "gap": safetensors_bytes(
        bytes(32), weight=("F32", [2, 2], [0, 16]), bias=("F32", [2], [24, 32])
    ),
    "beyond the end": safetensors_bytes(bytes(16), weight=("F32", [2, 2], [1 << 40, 1 << 41])),
    "backwards": safetensors_bytes(bytes(16), weight=("F32", [2, 2], [16, 0])),
    "no such type": safetensors_bytes(bytes(16), weight=("F99", [2, 2], [0, 16])),
    "header of terabytes": struct.pack("<Q", 1 << 42) + b"{}",
    "header cut": safetensors_bytes(b"", weight=("F32", [2, 2], [0, 16]))[:-5],
    "header is no JSON": struct.pack("<Q", 4) + b"{{{{",
    "half a bfloat16": safetensors_bytes(bytes(3), weight=("BF16", [2, 1], [0, 3])),
}


class TestBroken:
    def refused(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        with pytest.raises(InputError, match=path.name):
            Linear.load(path)

    @pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
    @each_ending
    def test_rubbish(self, tmp_path: Path, ending: str, content: bytes) -> None:
        self.refused(tmp_path / f"w{ending}", content)

    @pytest.mark.parametrize("content", BROKEN_NPY.values(), ids=BROKEN_NPY)
    def test_npy(self, tmp_path: Path, content: bytes) -> None:
        self.refused(tmp_path / "w.npy", content)

    @pytest.mark.parametrize("member", BROKEN_NPY.values(), ids=BROKEN_NPY)
    def test_npy_inside_npz(self, tmp_path: Path, member: bytes) -> None:
        self.refused(tmp_path / "w.npz", npz_bytes(member))

    def test_a_negative_axis_inside_npz(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "w.npz", npz_bytes(npy_bytes(npy_header("(-1, 4)"), bytes(64))))

    @pytest.mark.parametrize("content", BROKEN_SAFETENSORS.values(), ids=BROKEN_SAFETENSORS)
    def test_safetensors(self, tmp_path: Path, content: bytes) -> None:
        self.refused(tmp_path / "w.safetensors", content)

    @pytest.mark.parametrize(
        "header", ["{'descr': '<f4', 'shape': (\n", npy_header("(1, 1)", "()")], ids=["open", "()"]
    )
    @pytest.mark.parametrize("ending", [".npy", ".npz"])
    def test_headers_that_trip_the_parser(self, tmp_path: Path, header: str, ending: str) -> None:
        content = npy_bytes(header, b"1234")
        self.refused(tmp_path / f"w{ending}", content if ending == ".npy" else npz_bytes(content))

    def test_checksum(self, tmp_path: Path) -> None:
        content = bytearray(npz_bytes(npy_bytes(npy_header("(1, 1)"), b"1234"), zipfile.ZIP_STORED))
        content[content.index(b"1234")] += 1
        self.refused(tmp_path / "w.npz", bytes(content))

    @pytest.mark.parametrize(
        "method",
        [
            zipfile.ZIP_DEFLATED,
            zipfile.ZIP_BZIP2,
            zipfile.ZIP_LZMA,
        ],
    )
    def test_compression(self, tmp_path: Path, method: int) -> None:
        content = npy_bytes(npy_header("(8, 8)"), np.random.default_rng(0).bytes(256))
        archive = bytearray(npz_bytes(content, method))
        middle = archive.index(b"weight.npy") + 150
        archive[middle : middle + 20] = bytes(20)
        self.refused(tmp_path / "w.npz", bytes(archive))

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    @pytest.mark.parametrize("ending", [".npz", ".safetensors"])
    def test_bytes_changed_at_random_end_as_an_error_of_ours_or_as_a_layer(
        self, tmp_path: Path, ending: str, data: st.DataObject
    ) -> None:
        file = tmp_path / f"w{ending}"
        Linear(3, 4, seed=0).save(file)
        content = bytearray(file.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        file.write_bytes(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))])
        try:
            Linear.load(file)
        except StftcliError as error:
            assert file.name in str(error)


class TestLimits:
    @each_ending
    def test_a_tensor_above_the_limit_is_refused(
        self, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / f"w{ending}"
        write_arrays(file, weight=WEIGHT)
        monkeypatch.setenv("STFTCLI_MAX_MEMORY", f"{tensors.COPIES * WEIGHT.nbytes}B")
        Linear.load(file)
        monkeypatch.setenv("STFTCLI_MAX_MEMORY", f"{tensors.COPIES * WEIGHT.nbytes - 1}")
        with pytest.raises(InputError, match=f"weight claims {WEIGHT.nbytes} bytes, of at most"):
            Linear.load(file)

    @pytest.mark.parametrize("order", ["C", "F"])
    def test_what_a_zip_packs_is_read_up_to_a_limit_and_takes_its_size_once(
        self, tmp_path: Path, order: Any
    ) -> None:
        file, allowed = tmp_path / "w.npz", tensors.MAX_UNPACKED_BYTES
        for rows in (allowed // 4096 - 1, allowed // 4096 + 1):
            np.savez_compressed(file, weight=np.zeros((rows, 1024), np.float32, order=order))
            tracemalloc.start()
            try:
                with tensors.open_tensors(file) as opened:
                    if rows * 4096 < allowed:
                        assert opened.read("weight").shape == (rows, 1024)
                        continue
                    with pytest.raises(
                        ValueError, match=r"takes 67\.1 MB and is 0\.0\d+ MB in the file: .*savez"
                    ):
                        opened.read("weight")
            finally:
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
                assert peak < (1.2 * allowed if rows * 4096 < allowed else 1 << 20)

    def test_what_a_zip_packs_little_may_be_larger(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tensors, "MAX_UNPACKED_BYTES", 1 << 20)
        file = tmp_path / "w.npz"
        weight = np.random.default_rng(0).integers(0, 4, (300, 1024)).astype(np.float32)
        assert weight.nbytes > tensors.MAX_UNPACKED_BYTES
        np.savez_compressed(file, weight=weight)
        with tensors.open_tensors(file) as opened:
            assert_same_bits(opened.read("weight"), weight)

    def test_a_small_zip_that_claims_more_than_a_member_holds_is_refused(
        self, tmp_path: Path
    ) -> None:
        file = tmp_path / "w.npz"
        file.write_bytes(npz_bytes(npy_bytes(npy_header("(16384, 16384)"), bytes(1 << 20))))
        assert file.stat().st_size < 5000
        with pytest.raises(InputError, match=f"claims {1 << 30} bytes, of 1048"):
            Linear.load(file)


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_a_layer_saved_beside_others_leaves_them_there(folder: Path, ending: str) -> None:
    layers = {name: Linear(3, 2, seed=seed) for seed, name in enumerate(("a", "b", "a"))}
    Linear(3, 2, seed=0).save(f"model{ending}:a")
    for name, layer in layers.items():
        layer.save(f"model{ending}:{name}")
    assert (folder / f"model{ending}").exists()
    for name, layer in layers.items():
        loaded = Linear.load(f"model{ending}:{name}")
        np.testing.assert_array_equal(loaded.weight, layer.weight)


class TestStateDicts:
    @pytest.fixture
    def torch(self) -> Any:
        return oracle("torch")

    def test_a_number_that_stands_for_a_billion_is_refused(
        self, tmp_path: Path, torch: Any
    ) -> None:
        torch.save({"weight": torch.ones(1).expand(30_000, 30_000)}, tmp_path / "w.pt")
        with pytest.raises(InputError, match="claims 3600000000 bytes and the file holds 4 of it"):
            Linear.load(tmp_path / "w.pt")

    @pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
    def test_parts_of_a_tensor_are_read(self, tmp_path: Path, torch: Any, dtype: str) -> None:
        whole = torch.arange(24.0).reshape(4, 6).to(getattr(torch, dtype))
        torch.save({"weight": whole[:, 1:4].T}, tmp_path / "w.pt")
        got = Linear.load(tmp_path / "w.pt").weight
        np.testing.assert_array_equal(got, np.arange(24.0).reshape(4, 6)[:, 1:4].T)

    def test_one_that_is_packed_is_refused(self, tmp_path: Path, torch: Any) -> None:
        torch.save({"weight": torch.zeros(1000, 1000)}, tmp_path / "plain.pt")
        with (
            zipfile.ZipFile(tmp_path / "plain.pt") as plain,
            zipfile.ZipFile(tmp_path / "w.pt", "w", zipfile.ZIP_DEFLATED) as packed,
        ):
            for member in plain.infolist():
                packed.writestr(member.filename, plain.read(member))
        with pytest.raises(InputError, match=r"w\.pt .*it is packed, which torch does not do"):
            Linear.load(tmp_path / "w.pt")

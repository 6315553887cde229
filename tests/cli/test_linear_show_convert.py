"""`stftcli linear show` tells what a layer is like, `convert` carries it from file to file."""

import os
import pickle
import re
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli import Linear
from stftcli.dsp.filterbanks import mel_weights
from stftcli.errors import InputError, StftcliError
from stftcli.jobs.layers import convert_layer, inspect_layer
from tests.cli import layers
from tests.cli.inside import run_inside
from tests.cli.shell import Done, Shell
from tests.cli.test_bad_input import assert_explained
from tests.cli.test_spectrogram import pixels, texts
from tests.oracles.conftest import oracle
from tests.signals import assert_same_bits, noise

WEIGHT, BIAS = noise(5, 7, seed=1), noise(5, seed=2)


@pytest.fixture(scope="module")
def torch() -> Any:
    return oracle("torch")


def shown(done: Done) -> dict[str, str]:
    """Give the lines of `show` by their first word, the file as "file"."""
    file, *lines = done.out.decode().splitlines()
    rows = dict(line.split(maxsplit=1) for line in lines)
    return {"file": file, **{name: text.strip() for name, text in rows.items()}}


class TestShow:
    def test_a_dense_layer(self, shell: Shell) -> None:
        layers.write(shell.folder / "fc.npz", weight=WEIGHT, bias=BIAS)
        done = shell.ok("linear", "show", "fc.npz")
        norms = np.linalg.norm(WEIGHT, axis=1)
        assert done.err == ""
        assert shown(done) == {
            "file": "fc.npz",
            "weight": "5 x 7 float32, 100 % not zero",
            "bias": "5",
            "norm": f"{np.linalg.norm(WEIGHT):.4g}; rows {norms.min():.4g} to {norms.max():.4g}",
            "rank": "5",
            "bands": "an output touches 7 to 7 neighbouring inputs; multiplied as a whole",
        }

    def test_a_mel_bank(self, shell: Shell) -> None:
        weight = mel_weights(16000, 1024, 64)
        widths = [np.ptp(np.flatnonzero(row)) + 1 for row in weight]
        layers.write(shell.folder / "mel.npz", weight=weight)
        got = shown(shell.ok("linear", "show", "mel.npz"))
        share = float(re.findall(r"([\d.]+) % not zero", got["weight"])[0])
        assert share == pytest.approx(100 * np.count_nonzero(weight) / weight.size, rel=0.005)
        assert got["weight"].startswith("64 x 513 float64, ")
        assert got["bias"] == "none"
        assert got["bands"] == (
            f"an output touches {min(widths)} to {max(widths)} neighbouring inputs; "
            "multiplied by blocks"
        )

    def test_the_rank_counts_directions(self, shell: Shell) -> None:
        layers.write(shell.folder / "low.npz", weight=noise(6, 2) @ noise(2, 9, seed=1))
        assert shown(shell.ok("linear", "show", "low.npz"))["rank"] == "2"

    def test_rows_of_zeros_touch_nothing(self, shell: Shell) -> None:
        layers.write(shell.folder / "zero.npz", weight=np.zeros((3, 4), np.float32))
        got = shown(shell.ok("linear", "show", "zero.npz"))
        assert got["weight"] == "3 x 4 float32, 0 % not zero"
        assert got["norm"] == "0; rows 0 to 0"
        assert got["rank"] == "0"
        assert "touches 0 to 0 neighbouring" in got["bands"]

    @pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int16"])
    def test_the_type_of_the_values_is_that_of_the_file(self, shell: Shell, dtype: str) -> None:
        layers.write(shell.folder / "fc.safetensors", weight=np.ones((2, 3), dtype))
        got = shown(shell.ok("linear", "show", "fc.safetensors"))
        assert got["weight"] == f"2 x 3 {dtype}, 100 % not zero"

    def test_one_layer_of_several(self, shell: Shell) -> None:
        arrays = {"enc.weight": WEIGHT, "enc.bias": BIAS, "dec.0.weight": WEIGHT[:2]}
        layers.write(shell.folder / "model.safetensors", **arrays)
        got = shown(shell.ok("linear", "show", "model.safetensors:dec.0"))
        assert got["file"] == "model.safetensors:dec.0"
        assert got["weight"].startswith("2 x 7 ")
        assert got["bias"] == "none"
        done = shell.run("linear", "show", "model.safetensors")
        assert_explained(done, 2, "several layers", "model.safetensors:PREFIX", "'enc'", "'dec.0'")


class TestPlot:
    def test_a_matrix_is_drawn_as_colours(self, shell: Shell) -> None:
        layers.write(shell.folder / "fc $x$ [b].npz", weight=WEIGHT)
        done = shell.ok("linear", "show", "fc $x$ [b].npz", "--plot", "fc.svg")
        assert done.err == "fc.svg\n"
        assert done.out.startswith(b"fc $x$ [b].npz\n")
        svg = (shell.folder / "fc.svg").read_bytes()
        assert {"fc $x$ [b].npz", "5 outputs of 7 inputs", "Input", "Output", "Weight"} <= set(
            texts(svg)
        )
        assert b"<image" in svg

    def test_bands_are_drawn_as_curves_over_frequency(self, shell: Shell) -> None:
        layers.write(shell.folder / "mel.npz", weight=mel_weights(16000, 1024, 64))
        shell.ok("linear", "show", "mel.npz", "--rate", "16000", "--plot", "mel.svg")
        svg = (shell.folder / "mel.svg").read_bytes()
        assert {"Frequency (Hz)", "Weight", "8000"} <= set(texts(svg))
        assert "Output" not in texts(svg)
        assert b"<image" not in svg

    def test_weights_of_both_signs_have_colours_of_their_own(self, shell: Shell) -> None:
        weight = np.ones((2, 4), np.float32)
        weight[1] = -1
        layers.write(shell.folder / "signs.npz", weight=weight)
        shell.ok("linear", "show", "signs.npz", "--plot", "signs.png")
        picture = pixels((shell.folder / "signs.png").read_bytes()).astype(int)
        height, width, _ = picture.shape
        upper, lower = picture[height // 3, width // 3], picture[2 * height // 3, width // 3]
        assert upper[0] > upper[2]  # the first output above the second, and red
        assert lower[2] > lower[0]

    def test_an_ending_that_is_no_picture(self, shell: Shell) -> None:
        layers.write(shell.folder / "fc.npz", weight=WEIGHT)
        done = shell.run("linear", "show", "fc.npz", "--plot", "fc.gif")
        assert done.code == 2
        assert "fc.gif" in done.err
        assert ".png, .svg, .pdf" in done.err
        assert shell.names() == ["fc.npz"]


ROUTES = [
    (".npz", ".safetensors"),
    (".safetensors", ".npz"),
    (".npz", ".npz"),
    (".safetensors", ".npy"),
    (".npy", ".safetensors"),
    (".npz", ".pt", ".safetensors"),
    (".safetensors", ".pth", ".npz"),
]


class TestConvert:
    @pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
    @pytest.mark.parametrize("route", ROUTES, ids=" ".join)
    def test_values_and_their_type_are_kept(
        self, tmp_path: Path, route: tuple[str, ...], dtype: str, request: pytest.FixtureRequest
    ) -> None:
        if {".pt", ".pth"} & set(route):
            request.getfixturevalue("torch")
        arrays = {"weight": WEIGHT.astype(dtype), "bias": BIAS.astype(dtype)}
        if ".npy" in route:
            del arrays["bias"]
        files = [tmp_path / f"{number}{ending}" for number, ending in enumerate(route)]
        layers.write(files[0], **arrays)
        for source, target in pairwise(files):
            convert_layer(str(source), str(target))
        got = layers.read(files[-1])
        assert set(got) == set(arrays)
        for name, array in arrays.items():
            assert_same_bits(got[name], array)

    def test_there_and_back_at_the_command_line(self, shell: Shell, torch: Any) -> None:
        layers.write(shell.folder / "a.npz", weight=WEIGHT, bias=BIAS)
        names = ["a.npz", "b.safetensors", "c.pt", "d.npz"]
        for source, target in pairwise(names):
            done = shell.ok("linear", "convert", source, target)
            assert (done.out, done.err) == (b"", f"{target}: 5 outputs of 7 inputs\n")
        state = torch.load(shell.folder / "c.pt", weights_only=True)
        assert_same_bits(state["weight"].numpy(), WEIGHT)
        assert_same_bits(state["bias"].numpy(), BIAS)
        got = layers.read(shell.folder / "d.npz")
        assert_same_bits(got["weight"], WEIGHT)
        assert_same_bits(got["bias"], BIAS)

    @pytest.mark.parametrize("ending", [".npz", ".safetensors", ".pt"])
    def test_bfloat16_keeps_its_values(
        self, tmp_path: Path, ending: str, request: pytest.FixtureRequest
    ) -> None:
        weight = np.array([[1, -2.5, 2**-100], [2.0**100, 0, 3.140625]], np.float32)
        layers.write_bfloat16(tmp_path / "a.safetensors", weight=weight, bias=weight[:, 0])
        target = tmp_path / f"b{ending}"
        if ending == ".pt":
            torch = request.getfixturevalue("torch")
            torch.save({"weight": torch.from_numpy(weight).bfloat16()}, tmp_path / "a.pt")
            convert_layer(str(tmp_path / "a.pt"), str(target))
            got = torch.load(target, weights_only=True)["weight"].float().numpy()
        else:
            convert_layer(str(tmp_path / "a.safetensors"), str(target))
            got = layers.read(target)["weight"]
        assert_same_bits(got, weight)

    def test_prefixes_choose_and_name(self, shell: Shell) -> None:
        arrays = {"enc.weight": WEIGHT, "enc.bias": BIAS, "dec.weight": WEIGHT[:2]}
        layers.write(shell.folder / "model.npz", **arrays)
        shell.ok("linear", "convert", "model.npz:enc", "one.safetensors:net.0")
        got = layers.read(shell.folder / "one.safetensors")
        assert set(got) == {"net.0.weight", "net.0.bias"}
        assert_same_bits(got["net.0.weight"], WEIGHT)

    def test_a_layer_may_go_beside_another_of_its_file(self, shell: Shell) -> None:
        layers.write(shell.folder / "a.npz", **{"fc.weight": WEIGHT})
        shell.ok("linear", "convert", "a.npz:fc", "a.npz:copy")
        got = layers.read(shell.folder / "a.npz")
        assert set(got) == {"fc.weight", "copy.weight"}
        assert_same_bits(got["copy.weight"], WEIGHT)

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            ("a.npz b.txt", 2, "b.txt|.npz, .npy, .safetensors"),
            ("a.npz b.npy", 2, "b.npy|bias|.npz"),
            ("a.npz no/b.npz", 1, "no/b.npz cannot be written"),
            ("a.npz:fc b.npz", 2, "a.npz holds no layer 'fc'"),
            ("missing.npz b.npz", 1, "missing.npz cannot be read|No such file"),
            ("a.npz", 2, "Missing argument"),
            ("a.npz b.npz c.npz", 2, "extra argument"),
        ],
    )
    def test_bad_calls(self, shell: Shell, words: str, code: int, said: str) -> None:
        layers.write(shell.folder / "a.npz", weight=WEIGHT, bias=BIAS)
        done = run_inside(shell, "linear", "convert", *words.split())
        assert_explained(done, code, *said.split("|"))
        assert shell.names() == ["a.npz"]

    @pytest.mark.parametrize("target", ["b.safetensors", "b.pt"])
    @pytest.mark.parametrize("dtype", [">f4", ">f8", "g"])
    @pytest.mark.usefixtures("torch")
    def test_types_that_the_target_does_not_have(
        self, tmp_path: Path, dtype: str, target: str
    ) -> None:
        """Either they become a type that is there, or they are complained of."""
        layers.write(tmp_path / "a.npz", weight=WEIGHT.astype(dtype))
        with suppress(StftcliError):
            convert_layer(str(tmp_path / "a.npz"), str(tmp_path / target))
            np.testing.assert_array_equal(Linear.load(tmp_path / target).weight, WEIGHT)


@pytest.fixture
def without(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """An environment in which torch and scipy cannot be imported."""
    folder = tmp_path_factory.mktemp("blocked")
    (folder / "sitecustomize.py").write_text(
        "import sys\nsys.modules['torch'] = sys.modules['scipy'] = None\n"
    )
    others = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{others}" if others else str(folder)}


class TestWithoutTheExtra:
    def test_writing_a_state_dict_names_it(self, shell: Shell, without: dict[str, Any]) -> None:
        layers.write(shell.folder / "a.npz", weight=WEIGHT)
        before = shell.names()
        done = shell.run("linear", "convert", "a.npz", "b.pt", **without)
        assert_explained(done, 2, "needs torch", "pip install 'stftcli[torch]'")
        assert shell.names() == before

    @pytest.mark.parametrize("words", ["linear show a.pt", "linear convert a.pt b.npz"])
    def test_reading_one_names_it(self, shell: Shell, without: dict[str, Any], words: str) -> None:
        (shell.folder / "a.pt").write_bytes(b"whatever")
        before = shell.names()
        done = shell.run(*words.split(), **without)
        assert_explained(done, 2, "a.pt", "needs torch", "pip install 'stftcli[torch]'")
        assert shell.names() == before

    def test_classes_name_scipy(self, shell: Shell, without: dict[str, Any]) -> None:
        np.save(shell.folder / "x.npy", noise(20, 3))
        np.save(shell.folder / "y.npy", np.arange(20) % 2)
        words = ("fit", "logistic", "x.npy", "--targets", "y.npy", "-o", "o.npz")
        done = shell.run("linear", *words, **without)
        assert_explained(done, 2, "needs scipy", "pip install 'stftcli[fit]'")
        assert "o.npz" not in shell.names()

    def test_nothing_else_needs_them(self, shell: Shell, without: dict[str, Any]) -> None:
        np.save(shell.folder / "x.npy", noise(20, 3))
        shell.ok("linear", "fit", "pca", "x.npy", "-o", "o.safetensors", **without)
        shell.ok("linear", "convert", "o.safetensors", "o.npz", **without)
        assert shell.ok("linear", "show", "o.npz", **without).err == ""


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


class TestPickledCode:
    @pytest.fixture
    def bomb(self, shell: Shell, torch: Any) -> Path:
        content = {"weight": torch.ones(2, 3), "extra": Bomb(shell.folder / "opened")}
        torch.save(content, shell.folder / "bomb.pt")
        torch.load(shell.folder / "bomb.pt", weights_only=False)
        assert (shell.folder / "opened").exists()  # it does go off where it is trusted
        (shell.folder / "opened").unlink()
        return shell.folder / "bomb.pt"

    @pytest.mark.parametrize("words", ["linear show bomb.pt", "linear convert bomb.pt out.npz"])
    def test_is_refused_and_not_run(self, shell: Shell, bomb: Path, words: str) -> None:
        done = shell.run(*words.split())
        assert_explained(done, 1, "bomb.pt is not a valid .pt file")
        assert shell.names() == [bomb.name]

    def test_nobody_is_told_how_to_run_it(self, bomb: Path) -> None:
        with pytest.raises(InputError) as caught:
            Linear.load(bomb)
        assert "can still be loaded" not in str(caught.value)
        assert "weights_only" not in str(caught.value)

    @pytest.mark.usefixtures("torch")
    def test_a_plain_pickle_is_answered_with_one_line(self, shell: Shell) -> None:
        content = pickle.dumps({"weight": Bomb(shell.folder / "opened")})
        (shell.folder / "a.pt").write_bytes(content)
        assert_explained(shell.run("linear", "show", "a.pt"), 1, "a.pt is not a valid .pt file")
        assert shell.names() == ["a.pt"]


def test_a_state_dict_within_a_checkpoint_is_read(tmp_path: Path, torch: Any) -> None:
    torch.save({"state_dict": {"weight": torch.ones(2, 3)}, "epoch": 3}, tmp_path / "a.pt")
    assert inspect_layer(str(tmp_path / "a.pt")).shape == (2, 3)
    torch.save({"model": {"weight": torch.ones(2, 3)}, "epoch": 3}, tmp_path / "b.pt")
    with pytest.raises(InputError, match=r"b\.pt holds no layer"):
        inspect_layer(str(tmp_path / "b.pt"))


def test_what_else_is_in_a_checkpoint_does_no_harm(tmp_path: Path, torch: Any) -> None:
    state = {"weight": torch.ones(2, 3), "step": 3, "phase": torch.ones(2) * 1j}
    torch.save(state, tmp_path / "a.pt")
    assert inspect_layer(str(tmp_path / "a.pt")).shape == (2, 3)


def test_a_type_of_another_tensor_does_no_harm(tmp_path: Path, torch: Any) -> None:
    state = {"weight": torch.ones(2, 3), "scale": torch.ones(2).to(torch.float8_e4m3fn)}
    torch.save(state, tmp_path / "a.pt")
    assert inspect_layer(str(tmp_path / "a.pt")).shape == (2, 3)

"""`stftcli linear init`, and the banks: what is written is what the library computes."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import Linear
from stftcli.dsp.filterbanks import (
    bark_weights,
    chroma_weights,
    dct_weights,
    empty_bands,
    erb_weights,
    mel_weights,
)
from stftcli.dsp.log_frequency import log_frequency_weights
from stftcli.dsp.standard_bands import standard_weights
from stftcli.dsp.weightings import weighting_weights
from tests.cli import layers
from tests.cli.computing import write_sound
from tests.cli.inside import run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.signals import assert_same_bits, noise

ENDINGS = (".npz", ".safetensors")

each_ending = pytest.mark.parametrize("ending", ENDINGS)


def made(shell: Shell, words: str, name: str = "layer.npz") -> layers.Arrays:
    """Run `stftcli linear` and give what it has written."""
    done = shell.ok("linear", *words.split(), "-o", name)
    assert done.out == b""
    return layers.read(shell.folder / name)


class TestInit:
    words = "init --in 25 --out 400"

    @each_ending
    def test_is_the_layer_of_the_library(self, shell: Shell, ending: str) -> None:
        got = made(shell, f"{self.words} --seed 3", f"layer{ending}")
        wanted = Linear(25, 400, seed=3)
        assert wanted.bias is not None
        assert set(got) == {"weight", "bias"}
        assert_same_bits(got["weight"], wanted.weight)
        assert_same_bits(got["bias"], wanted.bias)

    def test_values_fill_the_range_that_torch_draws_from(self, shell: Shell) -> None:
        for values in made(shell, self.words).values():
            assert 0.19 < np.abs(values).max() <= 0.2
            assert abs(values.mean()) < 0.03
            assert values.min() < 0 < values.max()

    def test_a_seed_gives_the_same_file_again_and_another_seed_another(self, shell: Shell) -> None:
        for name, seed in (("a", 0), ("b", 0), ("c", 1)):
            made(shell, f"{self.words} --seed {seed}", f"{name}.safetensors")
        a, b, c = ((shell.folder / f"{name}.safetensors").read_bytes() for name in "abc")
        assert a == b
        assert a != c

    def test_without_a_seed_no_two_are_alike(self, shell: Shell) -> None:
        first, second = (made(shell, self.words)["weight"] for _ in range(2))
        assert not np.array_equal(first, second)

    @pytest.mark.parametrize("ending", [*ENDINGS, ".npy"])
    def test_no_bias_leaves_the_weight_as_it_was(self, shell: Shell, ending: str) -> None:
        got = made(shell, f"{self.words} --seed 3 --no-bias", f"layer{ending}")
        assert set(got) == {"weight"}
        assert_same_bits(got["weight"], Linear(25, 400, seed=3).weight)

    def test_a_layer_in_a_file_may_have_a_name(self, shell: Shell) -> None:
        shell.ok("linear", *self.words.split(), "-o", "model.npz:encoder.proj")
        names = set(layers.read(shell.folder / "model.npz"))
        assert names == {"encoder.proj.weight", "encoder.proj.bias"}


BANKS = {
    "mel --rate 16000": mel_weights(16000, 2048),
    "mel --rate 22050 --n-fft 512 --bands 40": mel_weights(22050, 512, 40),
    "mel --rate 16000 --n-fft 400 --scale htk --norm none": mel_weights(
        16000, 400, scale="htk", norm=None
    ),
    "mel --rate 16000 --n-fft 401 --bands 23 --fmin 20 --fmax 7600": mel_weights(
        16000, 401, 23, fmin_hz=20, fmax_hz=7600
    ),
    "bark --rate 16000 --filter-length 1024 --bands 24": bark_weights(16000, 1024, 24),
    "bark --rate 16000 --n-fft 1024 --bands 24 --norm none --fmin 50": bark_weights(
        16000, 1024, 24, norm=None, fmin_hz=50
    ),
    "erb --rate 16000 --n-fft 1024 --bands 32 --fmax 6000": erb_weights(
        16000, 1024, 32, fmax_hz=6000
    ),
    "chroma --rate 22050": chroma_weights(22050, 2048),
    "chroma --rate 22050 --n-fft 4096 --bands 24 --tuning -0.25": chroma_weights(
        22050, 4096, 24, tuning=-0.25
    ),
    "bands --rate 48000": standard_weights(48000, 2048),
    "bands --rate 48000 --n-fft 100ms --standard octave --fmin 63 --fmax 8k": standard_weights(
        48000, 4800, "octave", fmin_hz=63, fmax_hz=8000
    ),
    "bands --rate 8000 --n-fft 1000ms --standard millidecade --band-values density": (
        standard_weights(8000, 8000, "millidecade", values="density")
    ),
    "weighting A --rate 16000": weighting_weights(16000, 2048),
    "weighting K --rate 48000 --n-fft 512": weighting_weights(48000, 512, "K"),
    "logfreq --rate 22050 --n-fft 8192 --fmin A4": log_frequency_weights(
        22050, 8192, 36, fmin_hz=440
    ),
    "logfreq --rate 22050 --n-fft 8192 --fmin 300 --fmax C8 --bins-per-octave 12 --norm slaney": (
        log_frequency_weights(
            22050, 8192, 12, fmin_hz=300, fmax_hz=440 * 2 ** (39 / 12), norm="slaney"
        )
    ),
    "dct --in 40 --out 13": dct_weights(13, 40),
    "dct --in 40 --out 40 --lifter 22": dct_weights(40, 40, lifter=22),
}


class TestBanks:
    @pytest.mark.parametrize(("words", "wanted"), BANKS.items(), ids=BANKS)
    def test_are_those_of_the_library(self, shell: Shell, words: str, wanted: NDArray[Any]) -> None:
        got = made(shell, words)
        assert set(got) == {"weight"}
        assert_same_bits(got["weight"], wanted.astype(np.float32))

    @pytest.mark.parametrize("ending", [".safetensors", ".npy"])
    def test_every_kind_of_file_holds_the_same(self, shell: Shell, ending: str) -> None:
        got = made(shell, "mel --rate 16000 --n-fft 512 --bands 20", f"bank{ending}")
        assert_same_bits(got["weight"], mel_weights(16000, 512, 20).astype(np.float32))

    def test_say_what_they_wrote(self, shell: Shell) -> None:
        done = shell.ok("linear", "mel", "--rate", "16000", "--bands", "20", "-o", "bank.npz")
        assert done.err == "bank.npz: 20 outputs of 1025 inputs\n"


class TestEmptyBands:
    def warning(self, shell: Shell, words: str) -> str:
        done = shell.ok("linear", *words.split(), "-o", "bank.npy")
        warning, report = done.err.splitlines()
        assert warning.startswith("stftcli: warning: ")
        assert report.startswith("bank.npy: ")
        return warning

    def test_are_counted_and_named_and_written_all_the_same(self, shell: Shell) -> None:
        words = "mel --rate 8000 --n-fft 64 --bands 40"
        empty = empty_bands(mel_weights(8000, 64, 40))
        assert len(empty) == 2
        listed = f"({empty[0] + 1}, {empty[1] + 1})"  # counted from 1, as the axis of a picture
        warning = self.warning(shell, words)
        assert "2 of 40 bands" in warning
        assert listed in warning
        assert "fewer bands" in warning
        assert "longer frames" in warning
        assert np.flatnonzero(~np.load(shell.folder / "bank.npy").any(axis=1)).tolist() == [*empty]

    @pytest.mark.parametrize("bank", ["mel", "bark", "erb"])
    def test_many_are_cut_short(self, shell: Shell, bank: str) -> None:
        warning = self.warning(shell, f"{bank} --rate 16000 --n-fft 64 --bands 99")
        listed = warning.partition("(")[2].partition(")")[0].split(", ")
        assert len(listed) == 9
        assert listed[-1] == "..."


def warning_of(shell: Shell, words: str) -> str:
    done = shell.ok("linear", *words.split(), "-o", "bank.npy")
    warning, report = done.err.splitlines()
    assert report.startswith("bank.npy: ")
    return warning


class TestNarrowBands:
    def test_of_a_standard_are_named(self, shell: Shell) -> None:
        warning = warning_of(shell, "bands --rate 48000 --fmin 80")
        assert "2 of 25 bands are narrower than a bin, 23.44 Hz (80 Hz, 100 Hz)" in warning
        assert "125 Hz is the first" in warning
        assert "--n-fft 2619" in warning

    def test_of_a_log_scale_have_a_frequency_where_they_end(self, shell: Shell) -> None:
        warning = warning_of(shell, "logfreq --rate 22050")
        assert "below 553.8 Hz the bands are closer together than the bins" in warning
        assert "--n-fft 34683" in warning


class TestSameAsTheOption:
    """A layer of a file gives what the step of that name gives."""

    @pytest.mark.parametrize(
        ("made_by", "words"),
        [
            ("bands --standard octave", "--bands octave"),
            ("bands --band-values density", "--bands third --band-values density"),
            ("weighting A", "--weighting A"),
            ("weighting C", "--weighting C"),
        ],
    )
    def test_to_the_last_digits(self, shell: Shell, made_by: str, words: str) -> None:
        write_sound(shell, "in.wav", noise(20_000) / 8, 16_000)
        frames = ("--n-fft", "2048", "--spectrum", "psd")
        shell.ok("linear", *made_by.split(), "--rate", "16000", "-o", "layer.npz")
        shell.ok("features", "in.wav", *frames, "--linear", "layer.npz", "--out", "a.npy")
        shell.ok("features", "in.wav", *frames, *words.split(), "--out", "b.npy")
        a, b = (np.load(shell.folder / name) for name in ("a.npy", "b.npy"))
        np.testing.assert_allclose(a, b, rtol=1e-5)


class Call(NamedTuple):
    """Arguments after `stftcli linear`, the exit code, and words of the message."""

    arguments: str
    code: int
    words: str


BAD_CALLS = [
    Call("init --in 0 --out 3 -o x.npz", 2, "--in|0 is not in the range"),
    Call("init --in 3 --out -1 -o x.npz", 2, "--out|-1 is not in the range"),
    Call("init --in 3 -o x.npz", 2, "Missing option|--out"),
    Call("init --in 3 --out 4", 2, "Missing option|--output"),
    Call("init --in 3 --out 4 --seed -1 -o x.npz", 2, "--seed"),
    Call("init --in 3 --out 4 -o x.txt", 2, "x.txt|.npz, .npy, .safetensors"),
    Call("init --in 3 --out 4 -o x.npy", 2, "x.npy|bias|.npz"),
    Call("init --in 3 --out 4 -o no/x.npz", 1, "no/x.npz cannot be written|No such file"),
    Call("init --in 3 --out 4 --no-bias -o x.npy:fc", 2, "x.npy|prefix|.npz"),
    Call("mel -o x.npz", 2, "Missing option|--rate"),
    Call("mel --rate 0 -o x.npz", 2, "--rate"),
    Call("mel --rate 16000 --bands 0 -o x.npz", 2, "--bands"),
    Call("mel --rate 16000 --n-fft 1 -o x.npz", 2, "--n-fft is 1|2 or more"),
    Call("mel --rate 16000 --fmax 8001 -o x.npz", 2, "--fmax is 8001|8000|half the rate"),
    Call("mel --rate 16000 --fmin -1 -o x.npz", 2, "--fmin is -1"),
    Call("mel --rate 16000 --fmin 900 --fmax 800 -o x.npz", 2, "--fmin is 900|below --fmax, 800"),
    Call("mel --rate 16000 --fmin nan -o x.npz", 2, "--fmin is nan"),
    Call("mel --rate 16000 --scale bark -o x.npz", 2, "--scale|'bark'|'slaney', 'htk'"),
    Call("bark --rate 16000 --norm l1 -o x.npz", 2, "--norm|'l1'|'slaney', 'none'"),
    Call("erb --rate 16000 --fmin 8000 -o x.npz", 2, "--fmin is 8000|below --fmax, 8000"),
    Call("chroma --rate 16000 --tuning inf -o x.npz", 2, "--tuning is inf"),
    Call("bands --rate 8000 --standard fifth -o x.npz", 2, "--standard|'fifth'|'octave', 'third'"),
    Call("bands --rate 8000 --fmin 300 --fmax 200 -o x.npz", 2, "--fmin is 300|--fmax, 200"),
    Call("bands --rate 8000 --fmin 0 -o x.npz", 2, "--fmin is 0|above 0"),
    Call("bands --rate 8000 --fmax 5k -o x.npz", 2, "--fmax is 5000|4000, half the rate"),
    Call("bands --rate 8 --n-fft 2 -o x.npz", 2, "no band|third|as wide as a bin, 4 Hz|--n-fft"),
    Call("weighting B --rate 8000 -o x.npz", 2, "'B'|A, C, K"),
    Call("weighting --rate 8000 -o x.npz", 2, "Missing argument"),
    Call("weighting A --rate 8000 --n-fft 65536 -o x.npz", 2, "--n-fft is 65536|16384"),
    Call("logfreq --rate 8000 --fmin H1 -o x.npz", 2, "--fmin|'H1'|a note, as A4"),
    Call("logfreq --rate 8000 --fmin C9 -o x.npz", 2, "--fmin is 8372|below --fmax, 4000"),
    Call("logfreq --rate 8000 --bins-per-octave 0 -o x.npz", 2, "--bins-per-octave"),
    Call("dct --in 13 --out 40 -o x.npz", 2, "`outputs` is 40|13"),
    Call("dct --in 40 --out 13 --lifter -1 -o x.npz", 2, "--lifter"),
    Call("gammatone --rate 16000 -o x.npz", 2, "No such command 'gammatone'|stftcli linear --help"),
]


@pytest.mark.parametrize("call", BAD_CALLS, ids=[call.arguments for call in BAD_CALLS])
def test_bad_calls(shell: Shell, call: Call) -> None:
    done = run_inside(shell, "linear", *call.arguments.split())
    assert_explained(done, call.code, *call.words.split("|"))
    assert shell.names() == []

"""`stftcli linear fit`: what is learned from sounds and arrays is what numpy finds."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stftcli.jobs.spool import hold_out
from tests.cli import layers
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import STFTCLI, Shell
from tests.cli.test_bad_input import assert_explained
from tests.cli.test_spectrogram import texts
from tests.oracles.conftest import oracle
from tests.signals import assert_close, assert_same_bits, noise

Floats = NDArray[Any]

RATE_HZ = 8000
SMALL = ("--n-fft", "64", "--hop-length", "16")
COLUMNS = 6


def some_rows(rows: int, seed: int = 0) -> NDArray[np.float64]:
    """Give rows about a mean that is not zero, that vary along each axis by another amount."""
    return noise(rows, COLUMNS, seed=seed).astype(np.float64) * np.arange(1, COLUMNS + 1) + 7


def write_sounds(folder: Path, *lengths: int) -> list[str]:
    """Write sounds of noise that is louder from one to the next."""
    names = []
    for number, length in enumerate(lengths, start=1):
        names.append(f"{number}.wav")
        samples = noise(length, seed=number) * number / 40
        soundfile.write(folder / names[-1], samples, RATE_HZ, subtype="FLOAT")
    return names


def fitted(shell: Shell, *words: str) -> layers.Arrays:
    """Fit a layer and give what is in its file."""
    ok_inside(shell, "linear", "fit", *words, "-o", "fit.npz")
    return layers.read(shell.folder / "fit.npz")


class Components(NamedTuple):
    """What numpy's singular values say of rows."""

    mean: Floats
    directions: Floats
    variance: Floats


def components_of(rows: Floats) -> Components:
    mean = rows.mean(axis=0, dtype=np.float64)
    _, singular, directions = np.linalg.svd(rows - mean, full_matrices=False)
    return Components(mean, directions, singular**2 / (len(rows) - 1))


def assert_components(layer: layers.Arrays, rows: Floats, kept: int, of_peak: float = 1e-6) -> None:
    """Check the layer against numpy, up to the sign of each component."""
    wanted = components_of(rows)
    assert layer["weight"].dtype == layer["bias"].dtype == np.float32
    directions = wanted.directions[:kept]
    signs = np.sign((layer["weight"] * directions).sum(axis=1, keepdims=True))
    assert_close(layer["weight"] * signs, directions, of_peak)
    assert_close(layer["bias"], -(directions * signs) @ wanted.mean, of_peak)


class TestPca:
    @pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int16"])
    def test_of_an_array_is_what_numpy_finds(self, shell: Shell, dtype: str) -> None:
        rows = (20 * some_rows(500)).astype(dtype)
        np.save(shell.folder / "x.npy", rows)
        assert_components(fitted(shell, "pca", "x.npy"), rows.astype(np.float64), COLUMNS)

    @pytest.mark.parametrize("order", ["C", "F"])
    def test_more_rows_than_a_batch_in_any_layout(self, shell: Shell, order: Any) -> None:
        rows = some_rows(9001)
        np.save(shell.folder / "x.npy", np.array(rows, order=order))
        assert_components(fitted(shell, "pca", "x.npy", "--components", "2"), rows, 2)

    def test_of_sounds_is_that_of_their_features(self, shell: Shell) -> None:
        names = write_sounds(shell.folder, 5000, 3000)
        rows = np.concatenate([shell.features(name, *SMALL) for name in names])
        layer = fitted(shell, "pca", *names, *SMALL, "--components", "4")
        assert layer["weight"].shape == (4, 33)
        assert_components(layer, rows, 4, 2e-5)

    def test_of_what_features_wrote(self, shell: Shell) -> None:
        names = write_sounds(shell.folder, 5000, 3000)
        for name, ending in zip(names, ("npz", "npy"), strict=True):
            shell.ok("features", name, *SMALL, "--spectrum", "log", "--out", f"{name}.{ending}")
        by_arrays = fitted(shell, "pca", "1.wav.npz", "2.wav.npy")
        by_sounds = fitted(shell, "pca", *names, *SMALL, "--spectrum", "log")
        for name, values in by_sounds.items():
            assert_same_bits(by_arrays[name], values)

    @pytest.mark.parametrize("ending", ["csv", "ark", "raw"])
    def test_of_arrays_in_any_format(self, shell: Shell, ending: str) -> None:
        if ending == "ark":
            oracle("kaldiio")
        (name,) = write_sounds(shell.folder, 5000)
        for output in ("x.npy", f"x.{ending}"):
            shell.ok("features", name, *SMALL, "--sidecar", "--out", output)
        wanted = fitted(shell, "pca", "x.npy", "--components", "4")
        for part, values in fitted(shell, "pca", f"x.{ending}", "--components", "4").items():
            assert_close(values, wanted[part], 2e-5)

    def test_split_over_inputs_it_is_the_same(self, shell: Shell) -> None:
        rows = some_rows(3000)
        np.save(shell.folder / "whole.npy", rows)
        cuts = [0, 1, 1, 1100, 2990, 3000]
        names = []
        for number, (first, last) in enumerate(pairwise(cuts)):
            names.append(f"{number}.npz" if number % 2 else f"{number}.npy")
            part = rows[first:last]
            layers.write(shell.folder / names[-1], weight=part, features=part)
        whole, split = fitted(shell, "pca", "whole.npy"), fitted(shell, "pca", *names)
        for name, values in whole.items():
            assert_close(split[name], values)

    def test_stages_come_before_it(self, shell: Shell) -> None:
        (name,) = write_sounds(shell.folder, 5000)
        bank = ("--rate", "8000", "--n-fft", "64", "--bands", "5")
        shell.ok("linear", "mel", *bank, "-o", "mel.npz")
        words = (*SMALL, "--spectrum", "power", "--linear", "mel.npz", "--log", "ln")
        layer = fitted(shell, "pca", name, *words)
        assert_components(layer, shell.features(name, *words), 5, 2e-5)

    def test_every_channel_of_a_frame_is_a_row(self, shell: Shell) -> None:
        soundfile.write(shell.folder / "stereo.wav", noise(4000, 2) * [0.1, 0.3], RATE_HZ)
        rows = shell.features("stereo.wav", *SMALL, "--channel", "all").reshape(-1, 33)
        layer = fitted(shell, "pca", "stereo.wav", *SMALL, "--channel", "all", "--components", "1")
        assert_components(layer, rows, 1, 2e-5)

    def test_a_pipe_is_an_input(self, shell: Shell) -> None:
        (name,) = write_sounds(shell.folder, 5000)
        wanted = fitted(shell, "pca", name, *SMALL)
        content = (shell.folder / name).read_bytes()
        shell.ok("linear", "fit", "pca", "-", *SMALL, "-o", "fit.npz", stdin=content)
        for key, values in layers.read(shell.folder / "fit.npz").items():
            assert_same_bits(values, wanted[key])

    def test_whitened_components_have_unit_variance_and_no_covariance(self, shell: Shell) -> None:
        rows = some_rows(800)
        np.save(shell.folder / "x.npy", rows)
        projected = layers.apply(fitted(shell, "pca", "x.npy", "--whiten"), rows)
        np.testing.assert_allclose(np.cov(projected.T), np.eye(COLUMNS), rtol=0, atol=1e-5)
        np.testing.assert_allclose(projected.mean(axis=0), 0, rtol=0, atol=1e-5)

    def test_a_large_mean_takes_nothing_from_the_components(self, shell: Shell) -> None:
        rows = some_rows(800) + 1e6
        np.save(shell.folder / "x.npy", rows)
        weight = fitted(shell, "pca", "x.npy")["weight"]
        wanted = components_of(rows).directions
        signs = np.sign((weight * wanted).sum(axis=1, keepdims=True))
        assert_close(weight * signs, wanted)

    @pytest.mark.parametrize("ending", [".npz", ".safetensors"])
    def test_the_same_data_gives_the_same_bytes(self, shell: Shell, ending: str) -> None:
        names = write_sounds(shell.folder, 5000, 3000)
        for output, threads in ((f"a{ending}", "1"), (f"b{ending}", "2")):
            words = ("pca", *names, *SMALL, "--threads", threads, "-o", output)
            shell.ok("linear", "fit", *words)
        a, b = (layers.read(shell.folder / f"{name}{ending}") for name in "ab")
        for name, values in a.items():
            assert_same_bits(b[name], values)


class TestVariance:
    def table(self, shell: Shell, rows: Floats, *words: str) -> list[list[str]]:
        np.save(shell.folder / "x.npy", rows)
        done = shell.ok("linear", "fit", "pca", "x.npy", *words, "-o", "fit.npz")
        head, *lines = done.out.decode().splitlines()
        assert head.split() == ["component", "variance", "ratio", "cumulative"]
        return [line.split() for line in lines]

    def test_is_a_table_on_standard_output(self, shell: Shell) -> None:
        rows = some_rows(400)
        got = self.table(shell, rows)
        variance = components_of(rows).variance
        ratio = 100 * variance / variance.sum()
        assert [line[0] for line in got] == [str(number + 1) for number in range(COLUMNS)]
        assert [float(line[1]) for line in got] == pytest.approx(variance, rel=0.006)
        shares = [[float(text.removesuffix("%")) for text in line[2:]] for line in got]
        wanted = np.stack((ratio, ratio.cumsum()), axis=1)
        np.testing.assert_allclose(shares, wanted, rtol=0, atol=0.0051)
        assert got[-1][3] == "100.00%"

    def test_of_the_kept_is_their_share_of_the_whole(self, shell: Shell) -> None:
        rows = some_rows(400)
        got = self.table(shell, rows, "--components", "2", "--whiten")
        variance = components_of(rows).variance
        assert len(got) == 2
        together = 100 * variance[:2].sum() / variance.sum()
        assert float(got[-1][3].removesuffix("%")) == pytest.approx(together, abs=0.0051)

    def test_of_many_shows_the_first_and_the_last(self, shell: Shell) -> None:
        got = self.table(shell, noise(300, 30))
        numbers = [line[0] for line in got]
        assert numbers == [*(str(number) for number in range(1, 11)), "...", "30"]

    def test_quiet_leaves_the_table_alone(self, shell: Shell) -> None:
        np.save(shell.folder / "x.npy", some_rows(50))
        words = ("linear", "fit", "pca", "x.npy", "-o", "fit.npz")
        loud, quiet = shell.ok(*words), shell.ok(*words, "--quiet")
        assert loud.err == "fit.npz: 6 outputs of 6 inputs, fitted to 50 frames\n"
        assert quiet.err == ""
        assert quiet.out == loud.out

    def test_is_drawn(self, shell: Shell) -> None:
        np.save(shell.folder / "x.npy", some_rows(50))
        words = ("pca", "x.npy", "--components", "4", "--plot", "p.svg", "-o", "fit.npz")
        done = shell.ok("linear", "fit", *words)
        assert done.err.splitlines()[0] == "p.svg"
        written = texts((shell.folder / "p.svg").read_bytes())
        wanted = {"Explained variance (%)", "Component", "4 components", "each", "together"}
        assert wanted <= set(written)

    @pytest.mark.parametrize(
        ("picture", "words"),
        [
            ("p.gif", ".png, .svg, .pdf"),
            ("no/p.svg", "no/p.svg cannot be written"),
        ],
    )
    def test_of_a_picture_that_cannot_be_written_nothing_is(
        self, shell: Shell, picture: str, words: str
    ) -> None:
        np.save(shell.folder / "x.npy", some_rows(50))
        done = run_inside(shell, "linear", "fit", "pca", "x.npy", "--plot", picture, "-o", "f.npz")
        assert done.code in (1, 2)
        assert words in done.err
        assert shell.names() == ["x.npy"]


def solved_ridge(rows: Floats, targets: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Give weight and bias by the closed form, the intercept free of the penalty."""
    targets = targets.reshape(len(rows), -1)
    x, y = rows - rows.mean(axis=0), targets - targets.mean(axis=0)
    weight = np.linalg.solve(x.T @ x + alpha * np.eye(rows.shape[1]), x.T @ y).T
    return weight, targets.mean(axis=0) - weight @ rows.mean(axis=0)


class TestRidge:
    def fit(self, shell: Shell, targets: Floats, *words: str) -> layers.Arrays:
        np.save(shell.folder / "y.npy", targets)
        return fitted(shell, "ridge", "--targets", "y.npy", *words)

    @pytest.mark.parametrize("alpha", [None, 0.0, 0.01, 300.0])
    @pytest.mark.parametrize("outputs", [(), (1,), (3,)], ids=str)
    def test_is_the_closed_form(
        self, shell: Shell, alpha: float | None, outputs: tuple[int, ...]
    ) -> None:
        rows = some_rows(500)
        targets = rows @ noise(COLUMNS, *outputs, seed=3) + noise(500, *outputs, seed=4) + 5
        np.save(shell.folder / "x.npy", rows)
        words = () if alpha is None else ("--alpha", str(alpha))
        layer = self.fit(shell, targets, "x.npy", *words)
        weight, bias = solved_ridge(rows, targets, 1.0 if alpha is None else alpha)
        assert_close(layer["weight"], weight)
        assert_close(layer["bias"], bias, 1e-5)

    def test_targets_go_on_from_input_to_input(self, shell: Shell) -> None:
        rows, targets = some_rows(2500), noise(2500, 2, seed=5)
        np.save(shell.folder / "x.npy", rows)
        whole = self.fit(shell, targets, "x.npy")
        names = []
        for first, last in pairwise([0, 3, 1500, 2500]):
            names.append(f"{first}.npy")
            np.save(shell.folder / names[-1], rows[first:last])
        split = self.fit(shell, targets, *names)
        for name, values in whole.items():
            assert_close(split[name], values)

    def test_of_sounds_is_that_of_their_features(self, shell: Shell) -> None:
        names = write_sounds(shell.folder, 5000, 3000)
        words = (*SMALL, "--spectrum", "db")
        rows = np.concatenate([shell.features(name, *words) for name in names]).astype(np.float64)
        targets = noise(len(rows), seed=6)
        layer = self.fit(shell, targets, *names, *words)
        weight, bias = solved_ridge(rows, targets, 1.0)
        assert_close(layer["weight"], weight, 1e-5)
        assert_close(layer["bias"], bias, 1e-5)

    def test_whole_numbers_are_targets_too(self, shell: Shell) -> None:
        rows = some_rows(100)
        np.save(shell.folder / "x.npy", rows)
        targets = np.arange(100) % 7
        assert_close(
            self.fit(shell, targets, "x.npy")["weight"], solved_ridge(rows, targets, 1.0)[0]
        )

    def test_says_what_it_did(self, shell: Shell) -> None:
        np.save(shell.folder / "x.npy", some_rows(50))
        np.save(shell.folder / "y.npy", np.ones((50, 3)))
        words = ("ridge", "x.npy", "--targets", "y.npy", "-o", "fit.npz")
        done = shell.ok("linear", "fit", *words)
        wanted = "fit.npz: 3 outputs of 6 inputs, fitted to 50 frames\n"
        assert (done.out, done.err) == (b"", wanted)
        assert shell.ok("linear", "fit", *words, "-q").err == ""


CLASSES, FILES, FRAMES = 3, 20, 50


@pytest.fixture(scope="module")
def scipy() -> Any:
    return oracle("scipy.optimize")


@pytest.mark.usefixtures("scipy")
class TestLogistic:
    """Twenty files of fifty frames, the class of a file seen in all of its frames."""

    labels = np.arange(FILES) % CLASSES
    names = tuple(f"{number:02}.npy" for number in range(FILES))

    @pytest.fixture
    def rows(self, shell: Shell) -> NDArray[np.float32]:
        """The rows of all files, which overlap between the classes."""
        centers = noise(CLASSES, COLUMNS, seed=8)
        spread = noise(FILES, FRAMES, COLUMNS, seed=9)
        files = (centers[self.labels][:, None] + 0.6 * spread).astype(np.float32)
        for name, file in zip(self.names, files, strict=True):
            np.save(shell.folder / name, file)
        np.save(shell.folder / "labels.npy", self.labels)
        return files.reshape(-1, COLUMNS)

    def fit(self, shell: Shell, *words: str, targets: str = "labels.npy") -> tuple[Any, str]:
        """Give the layer and the report."""
        words = ("logistic", *self.names, "--targets", targets, *words, "-o", "fit.npz")
        done = ok_inside(shell, "linear", "fit", *words)
        assert done.out == b""
        return layers.read(shell.folder / "fit.npz"), done.err

    def accuracy(self, layer: layers.Arrays, rows: Floats, files: slice) -> float:
        of_frames = np.repeat(self.labels, FRAMES)
        right = (layers.apply(layer, rows).argmax(axis=1) == of_frames).reshape(FILES, FRAMES)
        return float(right[files].mean())

    def test_learns_the_classes(self, shell: Shell, rows: Floats) -> None:
        layer, report = self.fit(shell)
        assert layer["weight"].shape == (CLASSES, COLUMNS)
        assert layer["bias"].shape == (CLASSES,)
        assert self.accuracy(layer, rows, slice(None)) > 0.8
        assert report.startswith("fit.npz: 3 outputs of 6 inputs, fitted to 1000 frames in ")

    @pytest.mark.parametrize("share", [0.1, 0.2])  # the end of each file, and whole files
    def test_says_how_much_of_what_is_held_out_is_right(
        self, shell: Shell, rows: Floats, share: float
    ) -> None:
        layer, report = self.fit(shell, "--held-out", str(share))
        labels = np.repeat(self.labels, FRAMES)
        right = layers.apply(layer, rows).argmax(axis=1) == labels
        stretches = hold_out([FRAMES] * FILES, share, labels).held_out
        wanted = np.concatenate([right[first:last] for first, last in stretches]).mean()
        assert re.findall(r"held-out accuracy ([\d.]+)%", report) == [f"{100 * wanted:.1f}"]

    @pytest.mark.usefixtures("rows")
    def test_labels_of_files_are_those_of_all_their_frames(self, shell: Shell) -> None:
        np.save(shell.folder / "frames.npy", np.repeat(self.labels, FRAMES))
        by_file, by_frame = self.fit(shell), self.fit(shell, targets="frames.npy")
        assert by_file[1] == by_frame[1]
        for name, values in by_file[0].items():
            assert_same_bits(by_frame[0][name], values)

    @pytest.mark.usefixtures("rows")
    def test_labels_a_frame_may_change_within_a_file(self, shell: Shell) -> None:
        of_frames = np.repeat(self.labels, FRAMES)
        np.save(shell.folder / "frames.npy", np.roll(of_frames, FRAMES // 2))
        moved, _ = self.fit(shell, targets="frames.npy")
        assert not np.array_equal(moved["weight"], self.fit(shell)[0]["weight"])

    @pytest.mark.usefixtures("rows")
    def test_it_comes_out_the_same_again(self, shell: Shell) -> None:
        first, second = self.fit(shell), self.fit(shell)
        assert first[1] == second[1]
        for name, values in first[0].items():
            assert_same_bits(second[0][name], values)

    def test_sounds_are_the_same_with_any_number_of_threads(self, shell: Shell) -> None:
        names = write_sounds(shell.folder, 3000, 4000, 2000)
        np.save(shell.folder / "y.npy", [0, 1, 0])
        words = ("logistic", *names, *SMALL, "--targets", "y.npy")
        one, two = (fitted(shell, *words, "--threads", threads) for threads in "12")
        for name, values in one.items():
            assert_same_bits(two[name], values)

    @pytest.mark.usefixtures("rows")
    def test_it_stops_when_patience_is_at_an_end(self, shell: Shell) -> None:
        # All that is held out is right from some round on, and cannot get better.
        words = ("--held-out", "0.05", "--alpha", "0.001")
        patient, impatient = (self.fit(shell, *words, "--patience", n)[1] for n in ("9", "2"))
        rounds = [int(re.findall(r"in (\d+) rounds", report)[0]) for report in (patient, impatient)]
        assert rounds[0] > rounds[1]

    def test_what_is_kept_is_the_best_of_the_rounds(self, shell: Shell) -> None:
        # Far apart: all is right after one round, so that two more of them are waited for.
        rows = np.concatenate((noise(100, 2, seed=1) - 30, noise(100, 2, seed=2) + 30))
        np.save(
            shell.folder / "x.npy", np.float32(rows[np.arange(200) // 2 + np.arange(200) % 2 * 100])
        )
        np.save(shell.folder / "y.npy", np.arange(200) % 2)
        words = ("linear", "fit", "logistic", "x.npy", "--targets", "y.npy", "--patience", "2")
        stopped = ok_inside(shell, *words, "-o", "stopped.npz").err
        ok_inside(shell, *words, "--rounds", "1", "-o", "one.npz")
        assert "in 3 rounds, held-out accuracy 100.0%" in stopped
        one, best = (layers.read(shell.folder / f"{name}.npz") for name in ("one", "stopped"))
        for name, values in one.items():
            assert_same_bits(best[name], values)

    @pytest.mark.usefixtures("rows")
    def test_rounds_may_be_limited(self, shell: Shell) -> None:
        _, report = self.fit(shell, "--held-out", "0", "--rounds", "3")
        assert report.endswith(" fitted to 1000 frames in 3 rounds\n")

    def test_a_penalty_makes_weights_small(self, shell: Shell, rows: Floats) -> None:
        norms = [
            np.linalg.norm(self.fit(shell, "--held-out", "0", "--alpha", alpha)[0]["weight"])
            for alpha in ("0", "1", "1000")
        ]
        assert norms == sorted(norms, reverse=True)
        assert norms[0] > 2 * norms[2]
        assert len(rows)

    @pytest.mark.usefixtures("rows")
    def test_progress_is_shown_to_a_terminal_only(self, shell: Shell) -> None:
        words = ("logistic", *self.names, "--targets", "labels.npy", "--rounds", "4")
        piped = ok_inside(shell, "linear", "fit", *words, "-o", "fit.npz").err
        assert "loss" not in piped
        told = on_a_terminal(shell, "linear", "fit", *words, "-o", "fit.npz")
        rounds = re.findall(r"round (\d): loss (\d\.\d{4}), held-out accuracy (\d+\.\d)%", told)
        assert [number for number, _, _ in rounds] == ["1", "2", "3", "4"]
        losses = [float(loss) for _, loss, _ in rounds]
        assert losses == sorted(losses, reverse=True)
        assert losses[0] < np.log(CLASSES)
        assert told.splitlines()[-1] == piped.rstrip()
        quiet = on_a_terminal(shell, "linear", "fit", *words, "--quiet", "-o", "fit.npz")
        assert quiet == ""


def on_a_terminal(shell: Shell, *words: str) -> str:
    """Run stftcli with a terminal as its standard error and give what is said there."""
    with terminal() as (reader, writer):
        process = subprocess.Popen(
            [*STFTCLI, *words], cwd=shell.folder, stdin=subprocess.DEVNULL, stderr=writer
        )
        os.close(writer)
        said = b""
        with suppress(OSError):  # that is how a terminal ends
            while piece := os.read(reader, 4096):
                said += piece
        assert process.wait() == 0
    return said.decode()


@contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """Give both ends of a pseudo-terminal; the writer is for the caller to close."""
    reader, writer = os.openpty()
    try:
        yield reader, writer
    finally:
        os.close(reader)


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("opened"),)


def write_inputs(folder: Path) -> None:
    """Write ten rows, good and bad, and targets for them."""
    rows = some_rows(10)[:, :4]
    arrays: dict[str, Any] = {
        "x": rows,
        "wide": some_rows(10)[:, :5],
        "nan": np.where(np.arange(40).reshape(10, 4) == 39, np.nan, rows),
        "complex": rows + 0j,
        "bools": rows > 0,
        "flat": rows[:, 0],
        "cube": rows[None],
        "empty": rows[:0],
        "single": rows[:1],
        "constant": np.ones((10, 4)),
        "twins": rows[:, [0, 0, 1, 1]],
        "no-features": rows[:, :0],
        "huge": rows * 1e300,
        "y": noise(10),
        "y9": noise(9),
        "y11": noise(11, 2),
        "y-nan": np.full(10, np.nan),
        "y-cube": noise(10, 1, 1),
        "y-complex": noise(10) * 1j,
        "labels": np.arange(10) % 2,
        "labels-float": np.arange(10) % 2 / 1,
        "labels-flags": np.arange(10) % 2 == 0,
        "labels-negative": np.arange(10) % 2 - 1,
        "labels-matrix": np.eye(10, 2, dtype=int),
        "labels-huge": np.arange(10) % 2 << 40,
        "labels9": np.arange(9) % 2,
        "zeros": np.zeros(10, int),
        "ones": np.ones(10, int),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    np.save(folder / "pickled.npy", np.array([[Bomb()] * 4]), allow_pickle=True)
    (folder / "text.npy").write_text("no array")
    (folder / "void.npy").touch()
    (folder / "cut.npy").write_bytes((folder / "x.npy").read_bytes()[:-1])
    np.savez(folder / "other.npz", spectra=rows)
    np.savez(folder / "columns.npz", features=np.asfortranarray(rows))
    np.savez(folder / "two.npz", a=rows, features=rows[0])
    np.savez(folder / "nothing.npz")
    (folder / "zip.npy").write_bytes((folder / "other.npz").read_bytes())
    (folder / "x.txt").write_text("1 2 3")
    (folder / "text.wav").write_text("no sound")
    soundfile.write(folder / "a.wav", noise(2000) / 8, RATE_HZ)


class Call(NamedTuple):
    """Arguments after `stftcli linear fit`, the exit code, and words of the message."""

    arguments: str
    code: int
    words: str


BAD_CALLS = [
    Call("pca", 2, "no input|--manifest"),
    Call("pca x.npy --components 0", 2, "--components|0 is not in the range"),
    Call("pca x.npy --components 5", 2, "1 to 4 components|5"),
    Call("pca missing.npy", 1, "missing.npy cannot be read|No such file"),
    Call("pca x.npy missing.npz", 1, "missing.npz cannot be read|No such file"),
    Call("pca x.npy missing.wav", 1, "missing.wav cannot be read|No such file"),
    Call("pca text.wav", 1, "text.wav is not a supported sound file"),
    Call("pca nan.npy", 1, "nan.npy holds NaN or infinite"),
    Call("pca x.npy nan.npy", 1, "nan.npy holds NaN or infinite"),
    Call("pca complex.npy", 1, "complex.npy is not a feature array|complex128"),
    Call("pca bools.npy", 1, "bools.npy is not a feature array|bool"),
    Call("pca flat.npy", 1, "flat.npy is not a feature array|(10,)|(frames, features)"),
    Call("pca cube.npy", 1, "cube.npy is not a feature array|(1, 10, 4)"),
    Call("pca pickled.npy", 1, "pickled.npy is not a feature array"),
    Call("pca text.npy", 1, "text.npy is not a feature array"),
    Call("pca void.npy", 1, "void.npy is not a feature array"),
    Call("pca cut.npy", 1, "cut.npy is not a feature array"),
    Call("pca zip.npy", 1, "zip.npy is not a feature array"),
    Call("pca other.npz", 1, "other.npz is not a feature array|features.npy"),
    Call("pca columns.npz", 1, "columns.npz is not a feature array|frames-first"),
    Call("pca two.npz", 1, "two.npz is not a feature array|(4,)"),
    Call("pca empty.npy", 1, "hold no frames"),
    Call("pca single.npy", 1, "two frames or more|1"),
    Call("pca no-features.npy", 1, "no-features.npy|(10, 0)"),
    Call("pca huge.npy", 1, "so large"),
    Call("pca constant.npy --whiten", 1, "varies along 0 directions"),
    Call("pca twins.npy --whiten", 1, "varies along 2 directions"),
    Call("pca x.npy wide.npy", 1, "wide.npy gives 5 features|x.npy gave 4"),
    Call("pca a.wav x.npy", 1, "x.npy gives 4 features|a.wav gave 1025"),
    Call("pca a.wav --spectrum complex", 2, "complex|--spectrum"),
    Call("pca a.wav --linear x.npy", 2, "x.npy takes 4 features|1025"),
    Call("ridge x.npy", 2, "Missing option|--targets"),
    Call("ridge x.npy --targets missing.npy", 1, "missing.npy cannot be read|No such file"),
    Call("ridge x.npy --targets y9.npy", 1, "y9.npy has 9 rows|10 frames"),
    Call("ridge x.npy --targets y11.npy", 1, "y11.npy has 11 rows|10 frames"),
    Call("ridge x.npy x.npy --targets y.npy", 1, "y.npy has 10 rows|20 frames"),
    Call("ridge empty.npy --targets y.npy", 1, "0 frames"),
    Call("ridge x.npy --targets y-nan.npy", 1, "y-nan.npy holds NaN or infinite"),
    Call("ridge x.npy --targets y-cube.npy", 1, "y-cube.npy has shape (10, 1, 1)"),
    Call("ridge x.npy --targets y-complex.npy", 1, "y-complex.npy|complex64"),
    Call("ridge x.npy --targets empty.npy", 1, "empty.npy has shape (0, 4)"),
    Call("ridge x.npy --targets pickled.npy", 1, "pickled.npy|never opened"),
    Call("ridge x.npy --targets text.npy", 1, "text.npy is not a valid .npy file"),
    Call("ridge x.npy --targets nothing.npz", 1, "nothing.npz"),
    Call("ridge x.npy --targets x.txt", 2, "x.txt|.npy"),
    Call("ridge x.npy wide.npy --targets y.npy", 1, "wide.npy gives 5 features|x.npy gave 4"),
    Call("ridge complex.npy --targets y.npy", 1, "complex.npy is not a feature array"),
    Call("ridge constant.npy --targets y.npy --alpha 0", 1, "no|determine|--alpha"),
    Call("ridge twins.npy --targets y.npy --alpha 0", 1, "determine|--alpha"),
    Call("ridge x.npy --targets y.npy --alpha -1", 2, "--alpha"),
    Call("ridge x.npy --targets y.npy --alpha nan", 2, "alpha"),
    Call("logistic x.npy", 2, "Missing option|--targets"),
    Call(
        "logistic x.npy --targets labels9.npy",
        1,
        "labels9.npy has 9 labels|10 (one per|1 (one per",
    ),
    Call(
        "logistic x.npy x.npy --targets labels.npy",
        1,
        "10 labels|20 (one per|2 (one per",
    ),
    Call("logistic x.npy --targets y.npy", 1, "y.npy holds float32|whole numbers from 0"),
    Call("logistic x.npy --targets labels-float.npy", 1, "labels-float.npy holds float64"),
    Call("logistic x.npy --targets labels-flags.npy", 1, "labels-flags.npy|bool"),
    Call("logistic x.npy --targets labels-negative.npy", 1, "labels-negative.npy|from 0 on"),
    Call("logistic x.npy --targets labels-matrix.npy", 1, "labels-matrix.npy|shape (10, 2)"),
    Call("logistic x.npy --targets y-nan.npy", 1, "y-nan.npy holds NaN or infinite"),
    Call("logistic x.npy --targets zeros.npy", 1, "two classes or more|1"),
    Call("logistic x.npy --targets ones.npy", 1, "ones.npy|class 0"),
    Call("logistic x.npy --targets labels-huge.npy", 1, "labels-huge.npy"),
    Call("logistic empty.npy --targets labels.npy", 1, "hold no frames"),
    Call("logistic nan.npy --targets labels.npy", 1, "nan.npy holds NaN or infinite"),
    Call("logistic x.npy --targets labels.npy --held-out 0.6", 2, "--held-out"),
    Call("logistic x.npy --targets labels.npy --held-out nan", 2, "--held-out"),
    Call("logistic x.npy --targets labels.npy --alpha nan", 2, "alpha"),
    Call("logistic x.npy --targets labels.npy --rounds 0", 2, "--rounds"),
    Call("logistic x.npy --targets labels.npy --patience 0", 2, "--patience"),
    Call("logistic a.wav --spectrum complex --targets labels.npy", 2, "complex|--spectrum"),
    Call("kmeans x.npy", 2, "No such command 'kmeans'"),
]


@pytest.mark.parametrize("call", BAD_CALLS, ids=lambda call: call.arguments)
def test_bad_calls(shell: Shell, call: Call) -> None:
    write_inputs(shell.folder)
    (shell.folder / "out").mkdir()
    before = shell.names()
    done = run_inside(shell, "linear", "fit", *call.arguments.split(), "-o", "out/x.npz")
    assert_explained(done, call.code, *call.words.split("|"))
    assert shell.names() == before
    assert shell.names("out") == []


@pytest.mark.parametrize(
    ("output", "code", "words"),
    [
        ("out/x.txt", 2, "out/x.txt|.npz, .npy, .safetensors"),
        ("out/x.npy", 2, "out/x.npy|bias|.npz"),
        ("no/x.npz", 1, "no/x.npz cannot be written|No such file"),
    ],
)
@pytest.mark.parametrize("kind", ["pca", "ridge --targets y.npy", "logistic --targets labels.npy"])
def test_outputs_that_cannot_be_written(
    shell: Shell, kind: str, output: str, code: int, words: str, request: pytest.FixtureRequest
) -> None:
    if kind.startswith("logistic"):
        request.getfixturevalue("scipy")
    write_inputs(shell.folder)
    (shell.folder / "out").mkdir()
    done = run_inside(shell, "linear", "fit", *kind.split(), "x.npy", "-o", output)
    assert_explained(done, code, *words.split("|"))
    assert shell.names("out") == []


def test_a_failure_leaves_the_old_layer_as_it_was(shell: Shell) -> None:
    write_inputs(shell.folder)
    (shell.folder / "fit.npz").write_bytes(b"precious")
    assert run_inside(shell, "linear", "fit", "pca", "x.npy", "nan.npy", "-o", "fit.npz").code == 1
    assert (shell.folder / "fit.npz").read_bytes() == b"precious"


@pytest.mark.usefixtures("scipy")
class TestNothingToHoldOutOrToLearnFrom:
    def fit(self, shell: Shell, *words: str) -> str:
        write_inputs(shell.folder)
        done = run_inside(shell, "linear", "fit", "logistic", *words, "-o", "fit.npz")
        assert "a fault of stftcli" not in done.err
        return done.err

    def test_a_share_of_too_few_frames(self, shell: Shell) -> None:
        np.save(shell.folder / "few.npy", some_rows(4))
        np.save(shell.folder / "few-labels.npy", [0, 1, 0, 1])
        assert "nan" not in self.fit(shell, "few.npy", "--targets", "few-labels.npy")

    def test_an_empty_file_is_held_out(self, shell: Shell) -> None:
        words = ("x.npy", "empty.npy", "--held-out", "0.5", "--targets", "labels.npy")
        assert "nan" not in self.fit(shell, *words)

    def test_an_empty_file_is_all_there_is_to_learn_from(self, shell: Shell) -> None:
        words = ("empty.npy", "x.npy", "--held-out", "0.5", "--targets", "labels.npy")
        self.fit(shell, *words)

    def test_features_that_tell_nothing(self, shell: Shell) -> None:
        words = ("constant.npy", "--held-out", "0", "--targets", "labels.npy")
        self.fit(shell, *words)

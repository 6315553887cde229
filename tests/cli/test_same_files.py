"""No result takes the place of anything that the same call reads, whatever the command."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.cli.computing import write_sound
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.signals import noise

RATE_HZ = 8000
FRAMES = ("--n-fft", "16", "--hop-length", "800")


@pytest.fixture
def folder(shell: Shell) -> Iterator[Path]:
    """One of each kind of input, under names that results could have as well."""
    root = shell.folder
    write_sound(shell, "x.wav", noise(8000) / 8, RATE_HZ)
    for name in ("sound.npy", "sound.png", "sound.npz"):
        (root / name).write_bytes((root / "x.wav").read_bytes())
    for name in ("linked.npz", "plot.png"):
        (root / name).symlink_to("w.npz")
    (root / "c.wav").write_text(
        "[signal]\nrate_hz = 8000\n[frames]\nfilter_length = 16\nhop_length = 800\n"
    )
    ok_inside(
        shell, "linear", "init", "--in", "9", "--out", "4", "--output", "w.npz", "--seed", "1"
    )
    ok_inside(shell, "linear", "init", "--in", "16", "--out", "18", "--output", "k.npz")
    ok_inside(shell, "features", "x.wav", *FRAMES, "--out", "config.npz")
    ok_inside(shell, "features", "x.wav", *FRAMES, "--sidecar", "--out", "feats.npy")
    np.save(root / "t.npy", np.zeros((11, 2), np.float32))
    np.save(root / "labels.npy", np.arange(11) % 2)
    (root / "list.npz").write_text("x.wav\n")
    (root / "list.npy").write_text("x.wav\n")
    (root / "sounds.jsonl.npz").write_text('{"audio": "x.wav"}\n')
    os.link(root / "x.wav", root / "hard.npy")
    before = contents(root)
    yield root
    assert contents(root) == before


def contents(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("features sound.npy --out sound.npy", "sound.npy"),
        ("features x.wav --out hard.npy", "x.wav"),
        ("features x.wav --linear w.npz --out w.npz", "w.npz"),
        ("features x.wav --linear w.npz --out linked.npz", "linked.npz would overwrite w.npz"),
        ("features x.wav --linear linked.npz --out w.npz", "w.npz would overwrite linked.npz"),
        ("features x.wav --kernel k.npz --out k.npz", "k.npz"),
        ("features x.wav --config config.npz --out config.npz", "config.npz"),
        ("features x.wav --config feats.npy.json --out feats.npy", "feats.npy.json"),
        ("features x.wav --linear w.npz --linear-out 3 --save-linear w.npz --out y.npy", "w.npz"),
        (
            "features x.wav --linear-out 3 --save-linear y.npz --out y.npz",
            "two outputs would be y.npz",
        ),
        ("spectrogram sound.png", "sound.png"),
        ("spectrogram x.wav sound.png", "sound.png"),
        ("spectrogram x.wav --linear w.npz --format png --out w.npz", "w.npz"),
        ("inverse feats.npy --out c.wav --config c.wav", "c.wav"),
        ("linear fit pca config.npz --out config.npz", "config.npz"),
        ("linear fit pca sound.npz --out sound.npz", "sound.npz"),
        ("linear fit pca x.wav --linear w.npz --out w.npz", "w.npz"),
        ("linear fit pca x.wav --config config.npz --out config.npz", "config.npz"),
        ("linear fit pca x.wav --out y.npz --plot sound.png --linear sound.png", "sound.png"),
        ("linear fit pca --files-from list.npz --out list.npz", "list.npz"),
        ("linear fit pca --manifest sounds.jsonl.npz --out sounds.jsonl.npz", "sounds.jsonl.npz"),
        ("linear fit ridge x.wav --targets t.npy --out t.npy", "t.npy"),
        ("linear fit logistic x.wav --targets labels.npy --out labels.npy", "labels.npy"),
        ("linear convert w.npz w.npz", "w.npz"),
        ("linear convert w.npz linked.npz", "w.npz"),
        ("linear show w.npz --plot plot.png", "w.npz"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_it_is_refused(shell: Shell, words: str, told: str) -> None:
    small = FRAMES if words.startswith(("features", "linear fit")) else ()
    done = run_inside(shell, *words.split(), *small)
    assert done.code == 2, done.err
    assert "would" in done.err and told in done.err and "\n" not in done.err.strip()


@pytest.mark.usefixtures("folder")
def test_standard_input_that_is_a_file(shell: Shell) -> None:
    with (shell.folder / "x.wav").open("rb") as sound:
        process = shell.start("features", "-", "--out", "x.wav", "--format", "raw", stdin=sound)
        _, err = process.communicate()
    assert process.returncode == 2
    assert b"overwrite standard input" in err


@pytest.mark.usefixtures("folder")
def test_standard_output_that_is_a_file(shell: Shell) -> None:
    with (shell.folder / "x.wav").open("ab") as sound:
        process = shell.start("features", "x.wav", "--out", "-", stdout=sound)
        _, err = process.communicate()
    assert process.returncode == 2
    assert b"standard output would overwrite x.wav" in err


class TestLayersOfOneFile:
    def test_a_layer_beside_that_which_is_read(self, shell: Shell) -> None:
        write_sound(shell, "x.wav", noise(8000) / 8, RATE_HZ)
        ok_inside(shell, "linear", "init", "--in", "9", "--out", "4", "--output", "m.npz:a")
        words = ("--linear", "m.npz:a", "--linear-out", "2", "--save-linear", "m.npz:b")
        ok_inside(shell, "features", "x.wav", *FRAMES, *words, "--out", "y.npy")
        assert set(np.load(shell.folder / "m.npz")) == {"a.weight", "a.bias", "b.weight", "b.bias"}

    @pytest.mark.parametrize("target", ["m.npz:a", "m.npz:a.b", "m.npz"])
    def test_that_which_is_read(self, shell: Shell, target: str) -> None:
        ok_inside(shell, "linear", "init", "--in", "9", "--out", "4", "--output", "m.npz:a.b")
        source = "m.npz:a.b"
        done = run_inside(shell, "linear", "convert", source, target)
        assert_explained(done, 2, "overwrite m.npz")


class TestCorpora:
    @pytest.fixture
    def clips(self, shell: Shell) -> Path:
        for name in ("a.wav", "b.wav"):
            write_sound(shell, name, noise(8000) / 8, RATE_HZ)
        return shell.folder

    def run(self, shell: Shell, *words: str) -> int:
        corpus = ("--out-dir", ".", "--executor", "threads", "--jobs", "1")
        return run_inside(shell, "features", *words, *FRAMES, *corpus).code

    def test_a_result_that_is_another_sound(self, shell: Shell, clips: Path) -> None:
        (clips / "a.npy").write_bytes(sound := (clips / "b.wav").read_bytes())
        (clips / "list.csv").write_text("id,audio\na,b.wav\nb,a.npy\n")
        assert self.run(shell, "--manifest", "list.csv") == 2
        assert (clips / "a.npy").read_bytes() == sound
        assert not (clips / "b.npy").exists()

    def test_a_result_that_is_a_config_or_a_weight(self, shell: Shell, clips: Path) -> None:
        ok_inside(shell, "features", "b.wav", *FRAMES, "--out", "a.npz")
        ok_inside(shell, "linear", "init", "--in", "9", "--out", "4", "--output", "b.npz")
        before = contents(clips)
        words = ("--config", "a.npz", "--linear", "b.npz", "--format", "npz")
        assert self.run(shell, "a.wav", "b.wav", *words) == 1  # each of the two has failed
        lines = (clips / "manifest.jsonl").read_text().splitlines()
        assert all("overwrite" in json.loads(line)["error"] for line in lines)
        assert {name: (clips / name).read_bytes() for name in before} == before

    def test_the_manifest_of_the_results(self, shell: Shell, clips: Path) -> None:
        assert self.run(shell, "a.wav") == 0
        before = (clips / "manifest.jsonl").read_bytes()
        assert self.run(shell, "--files-from", "manifest.jsonl") == 2
        assert (clips / "manifest.jsonl").read_bytes() == before

    def test_statistics_onto_a_result(self, shell: Shell, clips: Path) -> None:
        assert self.run(shell, "a.wav", "b.wav", "--format", "npz") == 0
        before = (clips / "b.npz").read_bytes()
        done = run_inside(shell, "corpus", "stats", ".", "--out", "b.npz")
        assert_explained(done, 2, "b.npz")
        assert (clips / "b.npz").read_bytes() == before

    def test_a_merged_manifest_onto_a_part(self, shell: Shell, clips: Path) -> None:
        for part in ("1/2", "2/2"):
            assert self.run(shell, "a.wav", "b.wav", "--shard", part) == 0
        (clips / "manifest.jsonl").symlink_to("manifest-1-of-2.jsonl")
        before = (clips / "manifest-1-of-2.jsonl").read_bytes()
        done = run_inside(shell, "corpus", "merge", ".")
        assert_explained(done, 2, "manifest-1-of-2.jsonl")
        assert (clips / "manifest-1-of-2.jsonl").read_bytes() == before

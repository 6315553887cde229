"""`stftcli corpus`: results checked, summed up, joined; and what else takes many sounds."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.corpora import manifest_of, write_sounds
from tests.cli.shell import Shell

NAMES = ("a.wav", "b.wav", "deep/c.wav", "deep/er/d.flac")
MEL = ("--mel", "5", "--log", "db", "--n-fft", "256")
RUN = (*MEL, "--executor", "threads")
"""Without processes, whose start takes longer than all that is computed here."""


@pytest.fixture
def corpus(shell: Shell) -> Shell:
    write_sounds(shell.folder / "clips", *NAMES)
    return shell


class TestVerify:
    def test_finds_nothing_wrong_with_what_was_written(self, corpus: Shell) -> None:
        for array_format in ("npy", "npz", "safetensors", "csv", "raw", "ark"):
            out_dir = f"out-{array_format}"
            corpus.ok("features", "clips", "--out-dir", out_dir, "--format", array_format, *RUN)
            done = corpus.ok("corpus", "verify", out_dir)
            assert done.out == b""
            assert "4 results are whole, 0 are not" in done.err

    @pytest.mark.parametrize(
        ("harm", "words"),
        [
            (lambda path: path.unlink(), "is missing"),
            (lambda path: path.write_bytes(path.read_bytes()[:-1]), "bytes, not"),
            (lambda path: np.save(path, np.load(path).reshape(5, -1)), "its shape is (5, "),
        ],
        ids=["missing", "cut", "shape"],
    )
    def test_names_what_is_not_as_it_was_written(
        self, corpus: Shell, harm: object, words: str
    ) -> None:
        corpus.ok("features", "clips", "--out-dir", "out", *RUN)
        assert callable(harm)
        harm(corpus.folder / "out/deep/c.npy")
        done = corpus.run("corpus", "verify", "out", "--json")
        assert done.code == 3
        told = json.loads(done.out)
        assert told["id"] == "deep/c"
        assert words in told["fault"]

    def test_names_other_settings_and_failures(self, corpus: Shell) -> None:
        corpus.ok("features", "clips", "--out-dir", "out", *RUN)
        manifest = corpus.folder / "out/manifest.jsonl"
        lines = manifest.read_text().splitlines()
        lines[0] = lines[0].replace('"settings": "', '"settings": "0')
        lines[1] = json.dumps({"id": "b", "input": "b.wav", "error": "it is broken"})
        manifest.write_text("\n".join(lines) + "\n")
        done = corpus.run("corpus", "verify", "out")
        assert done.code == 3
        assert done.out.decode().splitlines() == [
            "'a': it is of other settings",
            "'b': it failed: it is broken",
        ]

    def test_takes_no_output_outside_of_the_folder(self, corpus: Shell) -> None:
        corpus.ok("features", "clips", "--out-dir", "out", *RUN)
        manifest = corpus.folder / "out/manifest.jsonl"
        manifest.write_text(manifest.read_text().replace('"output": "a.npy"', '"output": "../a"'))
        assert b"outside of the folder" in corpus.run("corpus", "verify", "out").out

    @pytest.mark.parametrize("command", ["verify", "stats", "merge"])
    def test_a_folder_without_a_corpus_is_an_error(self, shell: Shell, command: str) -> None:
        (shell.folder / "empty").mkdir()
        done = shell.run("corpus", command, "empty")
        assert done.code == 1
        assert done.err.startswith("stftcli: empty holds no ")
        assert len(done.err.splitlines()) == 1


class TestStats:
    def test_are_those_of_all_frames(self, corpus: Shell) -> None:
        corpus.ok("features", "clips", "--out-dir", "out", *RUN)
        files = sorted((corpus.folder / "out").rglob("*.npy"))
        frames = np.concatenate([np.load(file) for file in files]).astype(np.float64)
        done = corpus.ok("corpus", "stats", "out")
        rows = list(csv.DictReader(io.StringIO(done.out.decode())))
        assert np.allclose([float(row["mean"]) for row in rows], frames.mean(axis=0), rtol=1e-6)
        assert np.allclose([float(row["std"]) for row in rows], frames.std(axis=0), rtol=1e-6)
        assert f"4 inputs, 2.0 s of sound, {len(frames)} frames of 5 features" in done.err

    @pytest.mark.parametrize("array_format", ["npz", "tar", "ark"])
    def test_are_the_same_whatever_holds_the_arrays(self, corpus: Shell, array_format: str) -> None:
        corpus.ok("features", "clips", "--out-dir", "out", *RUN)
        other = ("--format", array_format, "--shard-size", "3")
        words = other if array_format != "npz" else other[:2]
        corpus.ok("features", "clips", "--out-dir", "other", *RUN, *words)
        one, two = (
            json.loads(corpus.ok("corpus", "stats", folder, "--json").out)
            for folder in ("out", "other")
        )
        assert one.pop("names") == [str(number) for number in range(5)]
        names = [f"mel_{number}" for number in range(1, 6)]
        assert two.pop("names") in (names, [str(number) for number in range(5)])
        assert one == two

    def test_as_a_layer_they_normalise_the_corpus(self, corpus: Shell) -> None:
        corpus.ok("features", "clips", "--out-dir", "out", *RUN)
        corpus.ok("corpus", "stats", "out", "--out", "cmvn.safetensors")
        corpus.ok("features", "clips", "--out-dir", "normed", *RUN, "--linear", "cmvn.safetensors")
        told = json.loads(corpus.ok("corpus", "stats", "normed", "--json").out)
        assert np.allclose(told["mean"], 0, atol=1e-5)
        assert np.allclose(told["std"], 1, atol=1e-5)

    def test_of_pictures_are_refused(self, corpus: Shell) -> None:
        corpus.ok("spectrogram", "clips/a.wav", "--out-dir", "pictures", "--bare", *RUN[-2:])
        done = corpus.run("corpus", "stats", "pictures")
        assert done.code == 1
        assert "is no feature array" in done.err


class TestMerge:
    def test_joins_all_parts(self, corpus: Shell) -> None:
        for number in (1, 2, 3):
            corpus.ok("features", "clips", "--out-dir", "out", "--shard", f"{number}/3", *RUN)
        assert "4 results of 3 parts" in corpus.ok("corpus", "merge", "out").err
        corpus.ok("features", "clips", "--out-dir", "whole", *RUN)
        joined, whole = (manifest_of(corpus.folder / folder) for folder in ("out", "whole"))
        for results in (joined, whole):
            for result in results.values():
                del result["elapsed_s"]
        assert joined == whole
        corpus.ok("corpus", "verify", "out")

    def test_a_missing_part_is_named(self, corpus: Shell) -> None:
        for number in (1, 3):
            corpus.ok("features", "clips", "--out-dir", "out", "--shard", f"{number}/3", *RUN)
        done = corpus.run("corpus", "merge", "out")
        assert done.code == 1
        assert "manifest-2-of-3.jsonl: run them with --shard 2/3" in done.err

    def test_two_answers_are_refused(self, corpus: Shell) -> None:
        for number in (1, 2):
            corpus.ok("features", "clips", "--out-dir", "out", "--shard", f"{number}/2", *RUN)
        first, second = (corpus.folder / f"out/manifest-{n}-of-2.jsonl" for n in (1, 2))
        second.write_text(second.read_text() + first.read_text())
        assert "two parts of out have a result of" in corpus.run("corpus", "merge", "out").err

    def test_one_list_of_kaldis_matrices(self, corpus: Shell) -> None:
        pytest.importorskip("kaldiio")
        words = ("--format", "ark", "--shard-size", "2", *RUN)
        for number in (1, 2):
            corpus.ok("features", "clips", "--out-dir", "out", "--shard", f"{number}/2", *words)
        corpus.ok("corpus", "merge", "out")
        corpus.ok("features", "clips", "--out-dir", "whole", *words)
        assert _keys(corpus.folder / "out") == _keys(corpus.folder / "whole")


def _keys(folder: Path) -> list[str]:
    return [line.split()[0] for line in (folder / "feats.scp").read_text().splitlines()]


class TestOthers:
    def test_pictures_of_a_folder(self, corpus: Shell) -> None:
        corpus.ok("spectrogram", "clips", "--out-dir", "pictures", "--bare", *RUN[-2:])
        results = manifest_of(corpus.folder / "pictures")
        assert list(results) == ["a", "b", "deep/c", "deep/er/d"]
        for result in results.values():
            content = (corpus.folder / "pictures" / result["output"]).read_bytes()
            assert content.startswith(b"\x89PNG")
            assert len(content) == result["bytes"]
        corpus.ok("spectrogram", "clips/b.wav", "--bare", "--out", "alone.png")
        alone = (corpus.folder / "alone.png").read_bytes()
        assert (corpus.folder / "pictures/b.png").read_bytes() == alone

    def test_an_empty_name_is_no_folder(self, corpus: Shell) -> None:
        before = corpus.names()
        done = corpus.run("features", "clips", "--out-dir", "")
        assert (done.code, "--out-dir is empty: name a folder" in done.err) == (2, True)
        assert corpus.names() == before

    def test_without_input_nothing_is_made(self, shell: Shell) -> None:
        done = shell.run("features", "--out-dir", "out")
        assert done.code == 2
        assert "no input: name files or folders, or give --manifest" in done.err
        assert shell.names() == []

    def test_pictures_of_a_folder_need_a_folder(self, corpus: Shell) -> None:
        done = corpus.run("spectrogram", "clips")
        assert done.code == 2
        assert "give --out-dir" in done.err
        done = corpus.run("spectrogram", "clips", "--out-dir", "x", "--out", "y.png")
        assert (done.code, "--out is of one input" in done.err) == (2, True)

    def test_two_sounds_of_one_stem_give_two_pictures_here(self, corpus: Shell) -> None:
        write_sounds(corpus.folder, "x.wav", "x.flac", "y.wav")
        corpus.ok("spectrogram", "x.wav", "x.flac", "y.wav", "--bare")
        assert {"x.wav.png", "x.flac.png", "y.png"} <= set(corpus.names())

    def test_fits_go_over_folders_and_segments(self, corpus: Shell) -> None:
        fit = ("linear", "fit", "pca", *MEL, "--components", "2")
        corpus.ok(*fit, "clips", "--out", "folder.npz")
        files = [f"clips/{name}" for name in NAMES]
        corpus.ok(*fit, *files, "--out", "files.npz")
        folder, named = (corpus.folder / f"{name}.npz" for name in ("folder", "files"))
        assert folder.read_bytes() == named.read_bytes()
        (corpus.folder / "one.csv").write_text("audio,start,duration\nclips/a.wav,0.1,0.2\n")
        corpus.ok(*fit, "--manifest", "one.csv", "--out", "segment.npz")
        corpus.ok(*fit, "clips/a.wav", "--start", "0.1", "--duration", "0.2", "--out", "cut.npz")
        segment, cut = (corpus.folder / f"{name}.npz" for name in ("segment", "cut"))
        assert segment.read_bytes() == cut.read_bytes()

    def test_a_fit_without_input_says_what_to_give(self, shell: Shell) -> None:
        done = shell.run("linear", "fit", "pca", "--out", "x.npz")
        assert done.code == 2
        assert "no input: name files or folders, or give --manifest" in done.err

    @pytest.mark.parametrize(
        "option",
        [
            ("--jobs", "2"),
            ("--shard", "1/2"),
            ("--checksum",),
            ("--fail-fast",),
            ("--include", "*.wav"),
            ("--shard-size", "3"),
        ],
        ids=lambda option: option[0],
    )
    def test_options_of_many_are_refused_of_one(
        self, corpus: Shell, option: tuple[str, ...]
    ) -> None:
        done = corpus.run("features", "clips/a.wav", "--out", "x.npy", *option)
        assert done.code == 2
        assert f"{option[0]} is of many inputs: give --out-dir as well" in done.err
        assert "x.npy" not in corpus.names()


class TestShards:
    @pytest.mark.parametrize("array_format", ["tar", "ark", "parquet", "zarr"])
    def test_hold_the_arrays_that_files_hold(self, corpus: Shell, array_format: str) -> None:
        pytest.importorskip({"ark": "kaldiio", "parquet": "pyarrow"}.get(array_format, "numpy"))
        if array_format == "zarr":
            pytest.importorskip("zarr")
        from stftcli.arrays.shards.shards import shard_of

        corpus.ok("features", "clips", "--out-dir", "files", *RUN)
        words = ("--format", array_format, "--shard-size", "3", *RUN)
        corpus.ok("features", "clips", "--out-dir", "shards", *words)
        results = manifest_of(corpus.folder / "shards")
        outputs = list(dict.fromkeys(result["output"] for result in results.values()))
        assert len(outputs) == 2
        arrays: dict[str, Any] = {}
        for output in outputs:
            path = corpus.folder / "shards" / output
            arrays.update(shard_of(path).read_arrays(path))
        for name, result in results.items():
            alone = np.load(corpus.folder / f"files/{name}.npy")
            assert np.array_equal(arrays[result["key"]], alone)
        assert "4 results are whole" in corpus.ok("corpus", "verify", "shards").err

    @pytest.mark.parametrize("size", [1, 3, 4, 5])
    def test_hold_all_sounds_whatever_their_size(self, corpus: Shell, size: int) -> None:
        words = ("--format", "tar", "--shard-size", str(size), *MEL)
        corpus.ok("features", "clips", "--out-dir", "out", *words)
        assert "4 results are whole, 0 are not" in corpus.ok("corpus", "verify", "out").err
        shards = [name for name in corpus.names("out") if name.endswith(".tar")]
        assert len(shards) == -(-4 // size)

    def test_a_changed_sound_renews_its_shard_alone(self, corpus: Shell) -> None:
        words = ("features", "clips", "--out-dir", "out", "--format", "tar", "--shard-size", "2")
        corpus.ok(*words, *RUN)
        first, second = (corpus.folder / f"out/shard-00000{n}.tar" for n in (0, 1))
        times = [path.stat().st_ino for path in (first, second)]
        write_sounds(corpus.folder / "clips", "a.wav", samples=5000)
        assert "2 done, 2 were there" in corpus.ok(*words, *RUN).err
        assert first.stat().st_ino != times[0]
        assert second.stat().st_ino == times[1]

    def test_fewer_sounds_leave_no_old_shard(self, corpus: Shell) -> None:
        words = ("features", "clips", "--out-dir", "out", "--format", "tar", "--shard-size", "2")
        corpus.ok(*words, *RUN)
        for name in NAMES[2:]:
            (corpus.folder / "clips" / name).unlink()
        corpus.ok(*words, *RUN)
        assert [name for name in corpus.names("out") if name.endswith(".tar")] == [
            "shard-000000.tar"
        ]
        assert list(manifest_of(corpus.folder / "out")) == ["a", "b"]

    def test_a_broken_sound_is_left_out(self, corpus: Shell) -> None:
        (corpus.folder / "clips/b.wav").write_bytes(b"no sound")
        done = corpus.run("features", "clips", "--out-dir", "out", "--format", "tar", *RUN)
        assert done.code == 3
        results = manifest_of(corpus.folder / "out")
        assert [name for name, result in results.items() if "error" in result] == ["b"]
        assert corpus.run("corpus", "verify", "out").out.startswith(b"'b': it failed")

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("--shard-size", "2"), "--format tar or parquet or zarr or ark"),
            (("--format", "ark", "--shard-size", "2", "--sidecar"), "leave out --shard-size"),
            (("--format", "tar", "--out", "x.tar"), "--out is of one input"),
        ],
    )
    def test_what_shards_cannot_be(
        self, corpus: Shell, words: tuple[str, ...], message: str
    ) -> None:
        done = corpus.run("features", "clips", "--out-dir", "out", *RUN, *words)
        assert done.code == 2
        assert message in done.err
        assert "out" not in corpus.names()

    def test_one_input_has_no_shard(self, corpus: Shell) -> None:
        done = corpus.run("features", "clips/a.wav", "--format", "tar", "--out", "x.tar")
        assert done.code == 2
        assert "shards hold the arrays of many inputs: give --out-dir" in done.err

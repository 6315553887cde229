"""One answer for each sound, whatever the folder of results held before."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.cli.corpus.clips import BROKEN, SHORT, features, ids, make_clip, make_clips, ok
from tests.cli.shell import Shell

TAR = ("--format", "tar", "--shard-size", "2")
ARK = ("--format", "ark", "--shard-size", "2")
FOUR = ["0000", "0001", "0002", "0003"]
NPY = [f"{name}.npy" for name in FOUR]
TARS = ["shard-000000.tar", "shard-000001.tar"]


@pytest.fixture
def clips(shell: Shell) -> Shell:
    make_clips(shell.folder / "clips", 4)
    return shell


def held(shell: Shell) -> list[str]:
    """Name what the folder holds beside its manifests and settings."""
    ours = ("manifest", "corpus.json")
    names = [path.name for path in (shell.folder / "out").rglob("*") if path.is_file()]
    return sorted(name for name in names if not name.startswith(ours))


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        (TAR, (), NPY),
        ((), TAR, TARS),
        ((), ("--format", "csv"), [f"{name}.csv" for name in FOUR]),
        pytest.param(ARK, TAR, TARS, id="ark-tar"),
        pytest.param(ARK, (), NPY, id="ark-npy"),
        pytest.param(ARK[:2], (), NPY, id="arks-npy"),
    ],
)
def test_another_format_takes_the_place_of_the_first(
    clips: Shell, before: tuple[str, ...], after: tuple[str, ...], left: list[str]
) -> None:
    if "ark" in before:
        pytest.importorskip("kaldiio")
    ok(clips, "clips", *before)
    ok(clips, "clips", *after, "--overwrite")
    assert held(clips) == left
    clips.ok("corpus", "verify", "out")


def test_a_sound_that_fails_now_has_no_result_of_before(clips: Shell) -> None:
    ok(clips, "clips")
    (clips.folder / "clips/0001.wav").write_bytes(BROKEN)
    assert features(clips, "clips").code == 3
    assert held(clips) == [NPY[0], *NPY[2:]]
    assert ids(clips) == FOUR


def test_a_sound_that_is_out_of_reach_keeps_its_result(clips: Shell) -> None:
    (clips.folder / "list.txt").write_text("".join(f"clips/{name}.wav\n" for name in FOUR))
    words = ("--files-from", "list.txt", "--root", "clips")
    ok(clips, *words)
    (clips.folder / "clips").rename(clips.folder / "elsewhere")
    assert features(clips, *words).code == 1
    assert held(clips) == NPY
    (clips.folder / "elsewhere").rename(clips.folder / "clips")
    ok(clips, *words)
    assert held(clips) == NPY


def test_pictures_that_cannot_be_do_not_replace_those_that_are(clips: Shell) -> None:
    words = ("spectrogram", "clips", "--out-dir", "out", "--bare", "--executor", "threads")
    clips.ok(*words)
    before = held(clips)
    done = clips.run(*words, "--format", "svg", "--overwrite")
    assert (done.code, "write .png or .webp" in done.err) == (2, True)
    assert held(clips) == before
    clips.ok("corpus", "verify", "out")


def test_shards_of_parts_go_when_all_is_done_at_once(clips: Shell) -> None:
    for part in ("1/2", "2/2"):
        ok(clips, "clips", *TAR, "--shard", part)
    of_parts = held(clips)
    assert of_parts and all("-of-2-" in name for name in of_parts)
    clips.ok("corpus", "merge", "out")
    ok(clips, "clips", *TAR)
    assert held(clips) == TARS


def test_a_part_leaves_the_shards_of_others(clips: Shell) -> None:
    make_clips(clips.folder / "clips", 12)
    ok(clips, "clips", *TAR, "--shard", "1/2")
    first = held(clips)
    ok(clips, "clips", *TAR, "--shard", "2/2")
    assert first and set(first) < set(held(clips))


def test_files_of_others_beside_shards_stay(clips: Shell) -> None:
    ok(clips, "clips", *TAR)
    for name in ("shard-000009.idx", "shard-000009.tar"):
        (clips.folder / "out" / name).touch()
    ok(clips, "clips", *TAR)
    assert held(clips) == [*TARS, "shard-000009.idx"]


class TestKaldisList:
    """`feats.scp`, of all matrices."""

    @pytest.fixture
    def feats(self, clips: Shell) -> Shell:
        """A corpus of which one sound is called as the list is."""
        pytest.importorskip("kaldiio")
        (clips.folder / "clips/0000.wav").rename(clips.folder / "clips/feats.wav")
        ok(clips, "clips", *ARK[:2])
        return clips

    def keys(self, folder: Path) -> list[str]:
        import kaldiio

        return [key for key, matrix in kaldiio.load_scp(str(folder / "out/feats.scp")).items()]

    def read(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        monkeypatch.chdir(shell.folder)
        return self.keys(shell.folder)

    def test_a_sound_may_be_called_so(self, feats: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted = [*FOUR[1:], "feats"]
        assert self.read(feats, monkeypatch) == wanted
        before = (feats.folder / "out/feats.scp").read_bytes()
        ok(feats, "clips", *ARK[:2])
        assert (feats.folder / "out/feats.scp").read_bytes() == before

    def test_is_made_without_the_lists_of_single_files(self, feats: Shell) -> None:
        target = feats.folder / "out/feats.scp"
        before = target.read_bytes()
        for path in (feats.folder / "out").glob("*.scp"):
            path.unlink()
        ok(feats, "clips", *ARK[:2])
        assert target.read_bytes() == before

    def test_has_the_paths_of_the_last_call(self, clips: Shell) -> None:
        pytest.importorskip("kaldiio")
        ok(clips, "clips", *ARK)
        for name in ("0004.wav", "0005.wav"):
            make_clip(clips.folder / "clips" / name)
        out = clips.folder / "out"
        words = ("--executor", "threads", *SHORT, *ARK)
        done = clips.ok("features", "clips", "--out-dir", str(out), *words)
        assert "2 done, 4 were there" in done.err
        assert self.keys(clips.folder) == [*FOUR, "0004", "0005"]
        for line in (out / "feats.scp").read_text().splitlines():
            assert line.split()[1].startswith(f"{out}/shard-00000")

    def test_lists_that_are_none_of_ours_do_not_matter(self, clips: Shell) -> None:
        for part in ("1/2", "2/2"):
            ok(clips, "clips", "--shard", part)
        (clips.folder / "out/wav.scp").write_text("a a.wav\n")
        clips.ok("corpus", "merge", "out")
        assert held(clips) == [*NPY, "wav.scp"]


class TestStats:
    def test_of_several_settings_are_refused(self, clips: Shell) -> None:
        ok(clips, "clips")
        manifest = clips.folder / "out/manifest.jsonl"
        first, second, *rest = manifest.read_text().splitlines(keepends=True)
        second = second.replace('"settings": "', '"settings": "0')
        manifest.write_text("".join((first, second, *rest)))
        done = clips.run("corpus", "stats", "out")
        assert done.code == 1
        assert "out holds results of other settings too, such as '0001'" in done.err

    def test_of_other_bands_are_not_added_to_each_other(self, clips: Shell) -> None:
        for number, rate_hz in enumerate((48_000, 8000)):
            samples = np.full(2 * rate_hz, 0.1) * (-1) ** np.arange(2 * rate_hz)
            soundfile.write(clips.folder / f"{number}.wav", samples, rate_hz)
        words = ("--bands", "octave", "--fmin", "500", "--fmax", "2000", "--format", "npz")
        sounds = ("features", "0.wav", "1.wav", "--out-dir", "alike", *words)
        clips.ok(*sounds, "--n-fft", "100ms")
        clips.ok("corpus", "stats", "alike")
        clips.ok("features", "0.wav", "1.wav", "--out-dir", "bins", "--n-fft", "64", *words[-2:])
        done = clips.run("corpus", "stats", "bins")
        assert done.code == 1
        assert "bins/1.npz has a feature '125 Hz' where others have '750 Hz'" in done.err

    @pytest.mark.parametrize("words", [(), TAR], ids=["npy", "tar"])
    def test_of_arrays_that_lie_on_their_side_are_refused(
        self, clips: Shell, words: tuple[str, ...]
    ) -> None:
        ok(clips, "clips", "--layout", "bins-first", *words)
        done = clips.run("corpus", "stats", "out")
        assert done.code == 1
        assert "bins-first" in done.err


@pytest.mark.parametrize(
    "told", [{"shape": 5}, {"shape": []}, {"duration_s": "x"}, {"output": [1]}], ids=str
)
def test_a_line_that_no_run_has_written_counts_as_none(
    clips: Shell, told: dict[str, object]
) -> None:
    ok(clips, "clips")
    manifest = clips.folder / "out/manifest.jsonl"
    first, *others = manifest.read_text().splitlines()
    changed = json.dumps({**json.loads(first), **told})
    manifest.write_text("\n".join([changed, *others]) + "\n")
    assert "3 results are whole, 0 are not" in clips.ok("corpus", "verify", "out").err
    assert "3 inputs" in clips.ok("corpus", "stats", "out").err
    assert "1 done, 3 were there" in ok(clips, "clips").err
    assert ids(clips) == FOUR

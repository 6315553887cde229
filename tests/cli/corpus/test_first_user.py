"""What a new user tripped over: each of these was silent, or could not be mended."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.corpora import manifest_of, write_sounds
from tests.cli.shell import Shell

RUN = ("--mel", "5", "--n-fft", "256", "--executor", "threads")


@pytest.fixture
def clips(shell: Shell) -> Shell:
    write_sounds(shell.folder / "clips", "a.wav", "b.wav", "deep/c.wav")
    return shell


def ids(shell: Shell, out_dir: str = "out") -> list[str]:
    return list(manifest_of(shell.folder / out_dir))


class TestUnfinished:
    def test_a_run_that_stopped_is_not_whole(self, clips: Shell) -> None:
        (clips.folder / "clips/a.wav").write_bytes(b"no sound")
        done = clips.run("features", "clips", "--out-dir", "out", "--fail-fast", *RUN)
        assert done.code == 3
        assert "of 3 inputs are to go" in done.err
        done = clips.run("corpus", "verify", "out")
        assert done.code == 3
        assert "the last run over out, of 3 inputs, has not ended: give its call again" in done.err
        write_sounds(clips.folder / "clips", "a.wav")
        clips.ok("features", "clips", "--out-dir", "out", *RUN)
        clips.ok("corpus", "verify", "out")
        assert not list((clips.folder / "out").glob("*unfinished*"))

    def test_a_part_that_stopped_is_not_merged(self, clips: Shell) -> None:
        for part in ("1/2", "2/2"):
            clips.ok("features", "clips", "--out-dir", "out", "--shard", part, *RUN)
        (clips.folder / "out/manifest-1-of-2.unfinished.json").write_text('{"inputs": 7}')
        done = clips.run("corpus", "merge", "out")
        assert done.code == 3
        assert "part 1 of 2 in out, of 7 inputs, has not ended" in done.err
        assert not (clips.folder / "out/manifest.jsonl").exists()


class TestSettings:
    def test_a_first_call_that_failed_for_all_pins_nothing(self, clips: Shell) -> None:
        wrong = ("--preset", "whisper", "--executor", "threads")
        assert clips.run("features", "clips", "--out-dir", "out", *wrong).code == 1
        clips.ok("features", "clips", "--out-dir", "out", *wrong, "--rate", "16000")
        clips.ok("corpus", "verify", "out")

    def test_overwrite_makes_all_anew(self, clips: Shell) -> None:
        clips.ok("features", "clips", "--out-dir", "out", *RUN)
        done = clips.ok("features", "clips", "--out-dir", "out", "--overwrite", *RUN)
        assert ": 3 done" in done.err

    def test_overwrite_leaves_nothing_of_other_settings(self, clips: Shell) -> None:
        clips.ok("features", "clips", "--out-dir", "out", *RUN)
        (clips.folder / "clips/b.wav").unlink()
        other = ("--overwrite", *RUN, "--log", "db")
        clips.ok("features", "clips", "--out-dir", "out", *other)
        assert ids(clips) == ["a", "deep/c"]
        assert "b.npy" not in clips.names("out")

    def test_prune_removes_what_is_not_named(self, clips: Shell) -> None:
        clips.ok("features", "clips", "--out-dir", "out", *RUN)
        (clips.folder / "clips/b.wav").unlink()
        clips.ok("features", "clips", "--out-dir", "out", *RUN)
        assert "b" in ids(clips)
        clips.ok("features", "clips", "--out-dir", "out", "--prune", *RUN)
        assert ids(clips) == ["a", "deep/c"]
        assert "b.npy" not in clips.names("out")


class TestInputs:
    def test_a_table_may_say_where_segments_end(self, clips: Shell) -> None:
        rows = "path,start,end,species\nclips/a.wav,0.1,0.3,robin\n"
        (clips.folder / "calls.csv").write_text(rows)
        clips.ok("features", "--manifest", "calls.csv", "--out-dir", "out", *RUN)
        (result,) = manifest_of(clips.folder / "out").values()
        assert result["segment"] == {"start_s": 0.1, "duration_s": pytest.approx(0.2)}
        assert result["duration_s"] == pytest.approx(0.2)
        assert result["extra"] == {"species": "robin"}

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ({"start": 2, "end": 1}, "its end is 1 s, which is not after its start"),
            ({"end": 1, "duration": 1}, "it has both duration and end"),
            ({"end": "late"}, "its end is 'late'"),
        ],
    )
    def test_ends_that_cannot_be(self, clips: Shell, line: dict[str, Any], words: str) -> None:
        (clips.folder / "list.jsonl").write_text(json.dumps({"audio": "clips/a.wav", **line}))
        done = clips.run("features", "--manifest", "list.jsonl", "--out-dir", "out", *RUN)
        assert done.code == 1
        assert f"list.jsonl, line 1: {words}" in done.err

    def test_a_segment_beyond_the_end_is_told(self, clips: Shell) -> None:
        (clips.folder / "one.csv").write_text("audio,start,duration\nclips/a.wav,0.4,1\n")
        done = clips.ok("features", "--manifest", "one.csv", "--out-dir", "out", *RUN)
        assert "clips/a.wav ends 0.9 s before the segment at 0.4 s does" in done.err
        (result,) = manifest_of(clips.folder / "out").values()
        assert result["warnings"]

    def test_a_message_names_its_segment(self, clips: Shell) -> None:
        (clips.folder / "one.csv").write_text("id,audio,start\ncall-7,clips/a.wav,9\n")
        done = clips.run("features", "--manifest", "one.csv", "--out-dir", "out", *RUN)
        assert done.err.startswith("stftcli: call-7: clips/a.wav is 0.50 s long")

    def test_results_are_not_taken_for_sounds(self, clips: Shell) -> None:
        words = ("features", "clips", "--include", "*", "--out-dir", "clips/feats", *RUN)
        clips.ok(*words)
        assert "0 done, 3 were there" in clips.ok(*words).err

    def test_an_empty_folder_stops_nobody(self, clips: Shell) -> None:
        (clips.folder / "empty").mkdir()
        done = clips.ok("features", "empty", "clips", "--out-dir", "out", *RUN)
        assert "warning: empty holds no sound files" in done.err
        assert len(ids(clips)) == 3

    def test_sounds_that_are_not_read_are_not_lost_in_silence(self, clips: Shell) -> None:
        (clips.folder / "clips" / "talk.m4a").touch()
        done = clips.ok("features", "clips", "--out-dir", "out", *RUN)
        assert "clips: talk.m4a is of a format that is not read, and left out" in done.err
        assert len(ids(clips)) == 3

    def test_a_folder_that_cannot_be_read_is_a_failure(
        self, clips: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from stftcli.manifests.folders import sounds_in

        scandir = os.scandir

        def guarded(path: bytes) -> Any:
            if path.rstrip(b"/").endswith(b"deep"):
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        monkeypatch.setattr(os, "scandir", guarded)
        found = list(sounds_in(str(clips.folder / "clips")))
        assert [Path(name).name for name in found] == ["a.wav", "b.wav", "deep"]


class TestProgress:
    def test_json_to_the_last_line(self, clips: Shell) -> None:
        (clips.folder / "clips/a.wav").write_bytes(b"no sound")
        words = ("features", "clips", "--out-dir", "out", "--json-progress", *RUN)
        done = clips.run(*words)
        assert done.code == 3
        failed, end = map(json.loads, done.err.splitlines())
        assert failed["id"] == "a"
        assert "is not a supported sound file" in failed["error"]
        assert (end["done"], end["failed"], end["kept"], end["exit_code"]) == (2, 1, 0, 3)
        write_sounds(clips.folder / "clips", "a.wav")
        end = json.loads(clips.ok(*words).err.splitlines()[-1])
        assert (end["done"], end["failed"], end["kept"], end["exit_code"]) == (1, 0, 2, 0)

    def test_failures_alike_are_told_ten_times(self, shell: Shell) -> None:
        names = [f"{number:02}.wav" for number in range(25)]
        write_sounds(shell.folder / "clips", *names)
        for name in names:
            (shell.folder / "clips" / name).write_bytes(b"no sound")
        done = shell.run("features", "clips", "--out-dir", "out", *RUN)
        assert done.code == 1
        assert done.err.count("is not a supported sound file") == 10
        assert "15 more failed in one of these ways" in done.err

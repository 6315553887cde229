"""The same command again: what is done is kept, what changed is redone, nothing is there twice."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.cli.corpus.clips import (
    BROKEN,
    arrays,
    features,
    ids,
    make_clip,
    make_clips,
    ok,
    results,
    settled,
    times,
    write_lines,
)
from tests.cli.shell import Shell


@pytest.fixture
def done(shell: Shell) -> Shell:
    """A corpus of five sounds, of which all are done."""
    make_clips(shell.folder / "clips", 5)
    ok(shell, "clips")
    return shell


def redone(shell: Shell, *words: str) -> list[str]:
    """Run again, and name the results that were written."""
    before = times(shell.folder / "out")
    ok(shell, "clips", *words)
    after = times(shell.folder / "out")
    return sorted(name for name in after if before.get(name) != after[name])


def replace_clip(path: Path, seed: int) -> None:
    """Write another sound of the same size and time."""
    found = path.stat()
    make_clip(path, seed)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def test_what_is_done_is_not_done_again(done: Shell) -> None:
    manifest = done.folder / "out" / "manifest.jsonl"
    before = manifest.stat().st_mtime_ns, times(done.folder / "out")
    told = ok(done, "clips").err
    assert "5 were there" in told
    assert (manifest.stat().st_mtime_ns, times(done.folder / "out")) == before


def test_no_worker_is_started_for_nothing(done: Shell) -> None:
    # Workers that cannot be made: a factory's module is looked for when the first is wanted.
    words = ("--out-dir", "out", "--n-fft", "256", "--hop-length", "128")
    done.ok("features", "clips", *words, "--executor", "no.such:thing")


@pytest.mark.parametrize("change", ["time", "content"])
def test_a_sound_that_changed_is_redone_alone(done: Shell, change: str) -> None:
    sound = done.folder / "clips" / "0002.wav"
    if change == "time":
        os.utime(sound, ns=(0, 12345))
    else:
        make_clip(sound, 77, samples=1200)
    assert redone(done) == ["0002.npy"]
    assert len(results(done)) == 5
    assert redone(done) == []


@pytest.mark.parametrize("fault", ["removed", "shorter", "longer", "empty"])
def test_a_result_that_is_not_whole_is_redone_alone(done: Shell, fault: str) -> None:
    whole = arrays(done.folder / "out")
    target = done.folder / "out" / "0003.npy"
    if fault == "removed":
        target.unlink()
    else:
        size = {"shorter": len(whole["0003.npy"]) - 1, "longer": 9999, "empty": 0}[fault]
        os.truncate(target, size)
    assert redone(done) == ["0003.npy"]
    assert arrays(done.folder / "out") == whole


def test_what_failed_is_tried_again(done: Shell) -> None:
    sound = done.folder / "clips" / "0001.wav"
    good = sound.read_bytes()
    sound.write_bytes(BROKEN)
    assert features(done, "clips").code == 3
    assert features(done, "clips").code == 3
    sound.write_bytes(good)
    assert redone(done) == ["0001.npy"]
    assert [("error" in result) for result in results(done)] == [False] * 5


def test_hashes_find_what_size_and_time_do_not_show(done: Shell) -> None:
    replace_clip(done.folder / "clips" / "0004.wav", seed=99)
    assert redone(done) == []
    assert len(redone(done, "--checksum")) == 5  # there were no hashes to compare
    assert redone(done, "--checksum") == []
    replace_clip(done.folder / "clips" / "0000.wav", seed=98)
    assert redone(done, "--checksum") == ["0000.npy"]
    os.utime(done.folder / "clips" / "0001.wav")
    assert redone(done, "--checksum") == []


def test_other_settings_are_refused_with_the_difference(done: Shell) -> None:
    before = arrays(done.folder / "out")
    refused = features(done, "clips", "--mel", "8")
    assert refused.code == 2
    assert "mel" in refused.err and "--overwrite" in refused.err and "--out-dir" in refused.err
    assert len(refused.err.splitlines()) == 1
    assert arrays(done.folder / "out") == before
    assert len(redone(done, "--mel", "8", "--overwrite")) == 5
    assert np.load(done.folder / "out" / "0000.npy").shape[1] == 8
    assert redone(done, "--mel", "8") == []


def test_results_of_another_format_leave_no_second_answer(done: Shell) -> None:
    ok(done, "clips", "--format", "npz", "--overwrite")
    assert arrays(done.folder / "out") == {}
    assert len(list((done.folder / "out").glob("*.npz"))) == 5


def test_other_weights_are_other_settings(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 2)
    weights = shell.folder / "w.safetensors"
    save_file({"weight": np.ones((3, 129), np.float32)}, weights)
    ok(shell, "clips", "--linear", "w.safetensors")
    save_file({"weight": np.full((3, 129), 2, np.float32)}, weights)
    refused = features(shell, "clips", "--linear", "w.safetensors")
    assert refused.code == 2
    assert "w.safetensors" in refused.err
    before = np.load(shell.folder / "out" / "0000.npy")
    ok(shell, "clips", "--linear", "w.safetensors", "--overwrite")
    assert np.allclose(np.load(shell.folder / "out" / "0000.npy"), 2 * before)


def test_a_sound_under_another_name_leaves_no_second_answer(shell: Shell) -> None:
    make_clips(shell.folder, 2)
    listed = shell.folder / "list.jsonl"
    audio = ("0000.wav", "0001.wav")
    write_lines(listed, [{"audio": name, "id": f"old/{name}"} for name in audio])
    ok(shell, "--manifest", "list.jsonl")
    write_lines(listed, [{"audio": name, "id": f"new/{name}"} for name in audio])
    ok(shell, "--manifest", "list.jsonl")
    assert sorted(arrays(shell.folder / "out")) == ["new/0000.wav.npy", "new/0001.wav.npy"]
    assert ids(shell) == ["new/0000.wav", "new/0001.wav"]


def test_two_sounds_that_swap_their_names(shell: Shell) -> None:
    make_clip(shell.folder / "x.wav", 1)
    make_clip(shell.folder / "y.wav", 2)
    listed = shell.folder / "list.jsonl"
    write_lines(listed, [{"audio": "x.wav", "id": "a"}, {"audio": "y.wav", "id": "b"}])
    ok(shell, "--manifest", "list.jsonl")
    before = arrays(shell.folder / "out")
    write_lines(listed, [{"audio": "x.wav", "id": "b"}, {"audio": "y.wav", "id": "a"}])
    ok(shell, "--manifest", "list.jsonl")
    after = arrays(shell.folder / "out")
    assert (after["a.npy"], after["b.npy"]) == (before["b.npy"], before["a.npy"])


@pytest.mark.parametrize("changed", [{"text": "hello"}, {}, {"text": "hi", "more": 1}])
def test_what_else_a_list_says_is_kept_and_renewed(shell: Shell, changed: dict[str, str]) -> None:
    make_clip(shell.folder / "x.wav")
    for extra in ({"text": "hi"}, changed):
        write_lines(shell.folder / "list.jsonl", [{"audio": "x.wav", **extra}])
        ok(shell, "--manifest", "list.jsonl")
        assert [result.get("extra", {}) for result in results(shell)] == [extra]


def test_another_segment_of_the_same_name_is_redone(shell: Shell) -> None:
    make_clip(shell.folder / "x.wav", samples=8000)
    for start in (0.25, 0.5):
        entry = {"audio": "x.wav", "id": "x", "start": start, "duration": 0.25}
        write_lines(shell.folder / "list.jsonl", [entry])
        ok(shell, "--manifest", "list.jsonl")
        assert results(shell)[0]["segment"] == {"start_s": start, "duration_s": 0.25}


def test_the_manifest_is_in_the_order_of_the_inputs(shell: Shell) -> None:
    make_clips(shell.folder, 30)
    names = [f"{number:04}.wav" for number in (*range(29, -1, -2), *range(0, 30, 2))]
    write_lines(shell.folder / "list.jsonl", [{"audio": name} for name in names[10:]])
    ok(shell, "--manifest", "list.jsonl")
    write_lines(shell.folder / "list.jsonl", [{"audio": name} for name in names])
    ok(shell, "--manifest", "list.jsonl")
    assert [result["input"] for result in results(shell)] == names


def test_a_folder_takes_a_second_list_beside_the_first(shell: Shell) -> None:
    make_clips(shell.folder, 2)
    ok(shell, "0000.wav")
    ok(shell, "0001.wav")
    assert sorted(ids(shell)) == ["0000", "0001"]
    assert len(arrays(shell.folder / "out")) == 2


GARBAGE = [
    b"{",
    b"\xff\xfe\0",
    b"[]",
    b"7",
    b"\0" * 4096,
    b"[" * 100_000,
    b'{"id": "0000"}',
    b'{"id": "0000", "input": 5}',
    b'{"id": "0000", "input": "clips/0000.wav"}',
    b'{"id": "0000", "input": "clips/0000.wav", "output": 5, "bytes": "x", "segment": 5}',
    b'{"id": "0000", "input": "clips/0000.wav", "segment": {"x": 1}}',
    b'{"id": "0000", "input": "clips/0000.wav", "extra": ' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"id": "0000", "input": "clips/0000.wav", "segment": {"start_s": '
    + b"[" * 900
    + b"]" * 900
    + b"}}",
    b'{"id": "0000", "input": "clips/0000.wav"} {}',
    b'{"id": "0000", "input": "clips/0000.wav", "output": "../../x", "error": null}',
    b'{"id": "\\ud800", "input": "\\ud800", "output": "\\u0000"}',
    b'{"id": "0000", "input": "clips/0000.wav", "input_bytes": ' + b"9" * 4000 + b"}",
    b'{"id": "elsewhere", "input": "clips/0000.wav", "output": "\\u0000.npy"}',
    b'{"id": "elsewhere", "input": "clips/0000.wav", "output": "../clips/0000.wav"}',
    b'{"id": "elsewhere", "input": "clips/0000.wav", "output": ["x"]}',
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda line: line[:60].decode("latin-1"))
@pytest.mark.parametrize("end", [b"\n", b""], ids=["line", "torn"])
def test_garbage_in_the_manifest_is_left_out(done: Shell, garbage: bytes, end: bytes) -> None:
    manifest = done.folder / "out" / "manifest.jsonl"
    whole, sounds = settled(results(done)), times(done.folder / "clips")
    manifest.write_bytes(manifest.read_bytes() + garbage + end)
    ok(done, "clips")
    kept = [line for line in settled(results(done)) if line["id"] != "\ud800"]
    assert kept == whole
    assert times(done.folder / "clips") == sounds
    assert len(list((done.folder / "clips").iterdir())) == 5


def test_a_line_that_a_kill_cut_off_is_redone(done: Shell) -> None:
    manifest = done.folder / "out" / "manifest.jsonl"
    whole = settled(results(done))
    os.truncate(manifest, manifest.stat().st_size - 7)
    assert redone(done) == ["0004.npy"]
    assert settled(results(done)) == whole


def test_what_kills_have_left_half_written_is_removed(done: Shell) -> None:
    left = done.folder / "out" / "deep" / ".stftcli-0123456789ab.tmp"
    left.parent.mkdir()
    left.write_bytes(b"half")
    ok(done, "clips")
    assert not left.exists()


def test_settings_of_a_corpus_that_are_none_are_named(done: Shell) -> None:
    (done.folder / "out" / "corpus.json").write_text("[]")
    refused = features(done, "clips")
    assert refused.code == 1
    assert "corpus.json" in refused.err


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_manifest_of_somebody_else_is_not_touched(shell: Shell, end: str) -> None:
    make_clip(shell.folder / "out" / "x.wav")
    listed = shell.folder / "out" / "manifest.jsonl"
    content = json.dumps({"audio": "x.wav"}) + end
    listed.write_text(content)
    refused = features(shell, "--manifest", "out/manifest.jsonl")
    assert refused.code == 2
    assert "out/manifest.jsonl" in refused.err and "--out-dir" in refused.err
    assert listed.read_text() == content
    assert shell.names("out") == ["manifest.jsonl", "x.wav"]

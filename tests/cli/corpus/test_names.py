"""What the results of many sounds are called, and which names are refused."""

import os
from pathlib import Path

import pytest

from tests.cli.corpus.clips import (
    arrays,
    features,
    ids,
    is_features,
    make_clip,
    ok,
    results,
    write_lines,
)
from tests.cli.shell import Shell


def test_a_folder_is_mirrored(shell: Shell) -> None:
    for number, name in enumerate(["b.wav", "a/x.wav", "a/deep/y.wav"]):
        make_clip(shell.folder / "clips" / name, number, 1000 + 200 * number)
    ok(shell, "clips")
    assert sorted(arrays(shell.folder / "out")) == ["a/deep/y.npy", "a/x.npy", "b.npy"]
    assert ids(shell) == ["a/deep/y", "a/x", "b"]
    for name in ("b", "a/x", "a/deep/y"):
        sound = shell.folder / "clips" / f"{name}.wav"
        assert is_features(shell.folder / "out" / f"{name}.npy", sound)
    assert sorted(shell.names("out")) == ["a", "b.npy", "corpus.json", "manifest.jsonl"]


def test_two_sounds_of_one_stem_keep_their_endings(shell: Shell) -> None:
    for number, name in enumerate(["talk.wav", "talk.flac", "other.wav"]):
        make_clip(shell.folder / "clips" / name, number)
    ok(shell, "clips")
    assert ids(shell) == ["other", "talk.flac", "talk.wav"]


def test_a_name_that_another_got_by_its_ending_is_lengthened_too(shell: Shell) -> None:
    names = ["talk.wav", "talk.flac", "talk.wav.flac", "talk.wav.flac.wav"]
    for number, name in enumerate(names):
        make_clip(shell.folder / "clips" / name, number)
    ok(shell, "clips")
    assert sorted(ids(shell)) == sorted(["talk.flac", "talk.wav", "talk.wav.flac", names[3]])


def test_sounds_of_one_name_are_refused_before_anything_is_written(shell: Shell) -> None:
    for folder in ("one", "two"):
        make_clip(shell.folder / folder / "x.wav")
    done = features(shell, "one", "two")
    assert done.code == 2
    assert "one/x.wav" in done.err and "two/x.wav" in done.err
    assert not (shell.folder / "out").exists()
    ok(shell, "one", "two", "--root", ".")
    assert ids(shell) == ["one/x", "two/x"]


def test_one_sound_twice_is_refused(shell: Shell) -> None:
    make_clip(shell.folder / "x.wav")
    assert features(shell, "x.wav", "./x.wav").code == 2


def test_several_folders_and_files_in_one_call(shell: Shell) -> None:
    for name in ("one/a.wav", "two/b.wav", "c.wav", "three/d.wav"):
        make_clip(shell.folder / name)
    ok(shell, "one", "c.wav", "two", "three/d.wav")
    assert ids(shell) == ["a", "c", "b", "three/d"]


def test_a_path_beside_the_current_folder_goes_below_the_root(shell: Shell) -> None:
    make_clip(shell.folder / "clips" / "a" / "x.wav")
    (shell.folder / "here").mkdir()
    here = Shell(shell.folder / "here")
    done = features(here, "../clips/a/x.wav")
    assert done.code == 2
    assert "--root" in done.err and "../clips/a/x" in done.err
    ok(here, "../clips/a/x.wav", "--root", "../clips")
    assert ids(here) == ["a/x"]


def test_a_root_that_does_not_hold_a_sound_is_refused(shell: Shell) -> None:
    make_clip(shell.folder / "x.wav")
    done = features(shell, "x.wav", "--root", "elsewhere")
    assert done.code == 2
    assert not (shell.folder / "out").exists()


def test_an_absolute_path_stays_inside(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    inside, outside = shell.folder / "a" / "in.wav", tmp_path_factory.mktemp("far") / "out.wav"
    make_clip(inside)
    make_clip(outside)
    ok(shell, inside, outside)
    assert ids(shell) == ["a/in", str(outside.with_suffix(""))[1:]]
    assert (shell.folder / "out" / "a" / "in.npy").exists()


@pytest.mark.parametrize("name", ["a/b/c", "-x", "x y", "ä", "a.b", "a//b", "./a", "x" * 250])
def test_an_id_is_a_path_below_the_folder(shell: Shell, name: str) -> None:
    make_clip(shell.folder / "x.wav")
    write_lines(shell.folder / "list.jsonl", [{"audio": "x.wav", "id": name}])
    ok(shell, "--manifest", "list.jsonl")
    assert ids(shell) == [str(Path(name))]
    assert (shell.folder / "out" / f"{name}.npy").exists()


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/x", "..", ".", "", "a\nb", "a\0b"])
def test_an_id_that_leads_elsewhere_is_refused(shell: Shell, name: str) -> None:
    make_clip(shell.folder / "x.wav")
    write_lines(shell.folder / "list.jsonl", [{"audio": "x.wav", "id": name}])
    done = features(shell, "--manifest", "list.jsonl")
    assert done.code in (1, 2)
    assert len(done.err.splitlines()) == 1
    assert shell.names() == ["list.jsonl", "x.wav"]


def test_an_id_that_is_too_long_for_a_file_fails_alone(shell: Shell) -> None:
    make_clip(shell.folder / "x.wav")
    entries = [{"audio": "x.wav", "id": name} for name in ("x" * 253, "good")]
    write_lines(shell.folder / "list.jsonl", entries)
    done = features(shell, "--manifest", "list.jsonl")
    assert done.code == 3
    assert ["error" in result for result in results(shell)] == [True, False]


def test_two_ids_alike_are_refused(shell: Shell) -> None:
    make_clip(shell.folder / "x.wav")
    make_clip(shell.folder / "y.wav")
    entries = [{"audio": audio, "id": "same"} for audio in ("x.wav", "y.wav")]
    write_lines(shell.folder / "list.jsonl", entries)
    done = features(shell, "--manifest", "list.jsonl")
    assert done.code == 2
    assert "x.wav" in done.err and "y.wav" in done.err and "same" in done.err
    assert not (shell.folder / "out").exists()


def test_segments_of_one_sound_have_names_of_their_own(shell: Shell) -> None:
    make_clip(shell.folder / "x.wav", samples=8000)
    entries = [{"audio": "x.wav", "start": start, "duration": 0.25} for start in (0, 0.5)]
    write_lines(shell.folder / "list.jsonl", [*entries, {"audio": "x.wav"}])
    ok(shell, "--manifest", "list.jsonl")
    assert ids(shell) == ["x-0-0.25", "x-0.5-0.25", "x"]
    assert [result["duration_s"] for result in results(shell)] == [0.25, 0.25, 1.0]


NAMES = [
    b"a\nb.wav",
    b"-x.wav",
    b"\xff\xfe.wav",
    b"caf\xc3\xa9.wav",
    b" .wav",
    b"y" * 247 + b".wav",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name[:12]))
def test_names_of_any_bytes(shell: Shell, name: bytes) -> None:
    folder = os.fsencode(shell.folder / "clips")
    make_clip(shell.folder / "clips" / "plain.wav")
    os.rename(folder + b"/plain.wav", folder + b"/" + name)  # noqa: PTH104  # bytes
    ok(shell, "clips")
    assert (shell.folder / "out" / os.fsdecode(name[:-4] + b".npy")).exists()
    ok(shell, "clips")
    assert len(results(shell)) == 1


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ((), ["a", "sub/c"]),
        (("--include", "*.raw"), ["b"]),
        (("--include", "a*", "--include", "sub/*"), ["a", "sub/c"]),
    ],
)
def test_of_a_folder_what_is_meant_is_taken(
    shell: Shell, words: tuple[str, ...], wanted: list[str]
) -> None:
    for name in ("a.wav", "sub/c.wav", ".hidden.wav"):
        make_clip(shell.folder / "clips" / name)
    (shell.folder / "clips" / "b.raw").write_bytes((shell.folder / "clips/a.wav").read_bytes())
    ok(shell, "clips", *words)
    assert ids(shell) == wanted


def test_a_folder_without_sounds_is_named(shell: Shell) -> None:
    (shell.folder / "clips").mkdir()
    done = features(shell, "clips")
    assert done.code == 1
    assert "clips" in done.err and "--include" in done.err


@pytest.mark.parametrize("end", [b"\n", b"\0"], ids=["lines", "NUL"])
@pytest.mark.parametrize("source", ["list", "-"])
def test_names_from_a_list(shell: Shell, end: bytes, source: str) -> None:
    names = [b"one.wav", b"sub/two.wav", b"-three.wav"]
    for name in names:
        make_clip(shell.folder / os.fsdecode(name))
    listed = b"".join(name + end for name in names)
    (shell.folder / "list").write_bytes(listed)
    done = shell.run("features", "--files-from", source, "--out-dir", "out", stdin=listed)
    assert done.code == 0, done.err
    assert ids(shell) == ["one", "sub/two", "-three"]


def test_inputs_twice_from_standard_input_are_refused(shell: Shell) -> None:
    done = features(shell, "--files-from", "-", "--manifest", "-")
    assert done.code == 2
    assert "--files-from" in done.err and "--manifest" in done.err


def test_many_inputs_without_a_folder_are_told_of_it(shell: Shell) -> None:
    make_clip(shell.folder / "clips" / "x.wav")
    done = shell.run("features", "clips")
    assert done.code == 2
    assert "--out-dir" in done.err
    assert shell.names() == ["clips"]

"""Which sound the segments of a table are of."""

from pathlib import Path

import pytest

from tests.cli.inside import ok_inside, run_inside
from tests.cli.marking import FRAMES, table_of, write_sound, write_table
from tests.cli.shell import Shell
from tests.cli.test_spectrogram import texts

ROWS = ("--mel", "2", "--stats", "mean")
BY_SOUND = "start,end,file"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    for seed, name in enumerate(("a", "b"), start=1):
        (tmp_path / name).mkdir()
        write_sound(tmp_path / name, "rec.wav", seed=seed)
    write_table(tmp_path, [(0.1, 0.5, "a/rec.wav"), (0.1, 0.5, "b/rec.wav")], BY_SOUND)
    write_table(tmp_path, [(0.1, 0.5)], name="one.csv")
    return Shell(tmp_path)


def levels(shell: Shell, *words: str) -> list[str]:
    done = ok_inside(shell, "features", *words, *FRAMES, *ROWS, "--out", "-")
    return [row["mel_1_mean"] for row in table_of(done.out)]


def right(shell: Shell) -> list[str]:
    return [levels(shell, f"{name}/rec.wav", "--segments", "one.csv")[0] for name in "ab"]


@pytest.mark.parametrize("inputs", [("b/rec.wav", "a/rec.wav"), (".",), ("b", "a"), ()])
def test_two_of_one_base_name_are_told_apart_by_their_folders(
    shell: Shell, inputs: tuple[str, ...]
) -> None:
    first, second = right(shell)
    assert first != second
    assert levels(shell, *inputs, "--segments", "t.csv") == [first, second]


def test_one_of_two_gets_its_own_segments_and_the_others_are_told(shell: Shell) -> None:
    first, second = right(shell)
    words = ("--segments", "t.csv", *FRAMES, *ROWS, "--out", "-")
    for name, wanted, other in (("a", first, "b"), ("b", second, "a")):
        done = ok_inside(shell, "features", f"{name}/rec.wav", *words)
        assert [row["mel_1_mean"] for row in table_of(done.out)] == [wanted]
        told = f"1 of 2 segments of t.csv is of other sounds ({other}/rec.wav), and left out"
        assert told in done.err
    done = run_inside(shell, "features", "a", *words)
    assert (done.code, "b/rec.wav, of which t.csv has segments, is not in a" in done.err) == (
        *(3, True),
    )
    assert [row["mel_1_mean"] for row in table_of(done.out)] == [first, ""]


def test_a_folder_that_contradicts_is_another_sound(shell: Shell) -> None:
    write_table(shell.folder, [(0.1, 0.5, "c/rec.wav")], BY_SOUND)
    done = run_inside(shell, "features", "a/rec.wav", "--segments", "t.csv", *ROWS, "--out", "-")
    assert (done.code, "t.csv is of c/rec.wav, not of a/rec.wav" in done.err) == (1, True)
    write_table(shell.folder, [(0.1, 0.5, "D:\\c\\REC.WAV")], BY_SOUND)  # from another machine
    assert levels(shell, "a/rec.wav", "--segments", "t.csv") == right(shell)[:1]
    assert levels(shell, "a", "--segments", "t.csv") == right(shell)[:1]


def test_two_names_of_one_file_are_refused(shell: Shell) -> None:
    (shell.folder / "a" / "rec.wav").rename(shell.folder / "rec.wav")
    (shell.folder / "b" / "rec.wav").unlink()
    for inputs in (("rec.wav",), (".",), ()):
        done = run_inside(
            shell, "features", *inputs, "--segments", "t.csv", *ROWS, "--out", "m.csv"
        )
        assert (done.code, "a/rec.wav and of b/rec.wav, and each may be" in done.err) == (1, True)


def test_the_letters_case_matters_where_it_tells_sounds_apart(shell: Shell) -> None:
    write_sound(shell.folder / "a", "REC.wav", seed=2)
    write_table(shell.folder, [(0.1, 0.5, "REC.wav"), (0.1, 0.5, "rec.wav")], BY_SOUND)
    assert levels(shell, "a", "--segments", "t.csv") == right(shell)[::-1]
    (shell.folder / "a" / "REC.wav").unlink()
    write_table(shell.folder, [(0.1, 0.5, "REC.WAV")], BY_SOUND)
    assert levels(shell, "a", "--segments", "t.csv") == right(shell)[:1]


def test_a_sound_without_segments_is_told_and_drawn_without_boxes(shell: Shell) -> None:
    write_sound(shell.folder, "other.wav")
    words = ("b/rec.wav", "other.wav", "a/rec.wav", "--segments", "t.csv")
    for drawn in (
        ("--grid", "--out", "x.svg", *words),
        ("--format", "svg", *words[1:]),  # one by one
    ):
        done = ok_inside(shell, "spectrogram", *drawn)
        assert done.err.count("no segments of other.wav: none is drawn") == 1
    done = ok_inside(shell, "features", *words, *FRAMES, *ROWS, "--out", "-")
    assert "t.csv has no segments of other.wav" in done.err
    assert [row["mel_1_mean"] for row in table_of(done.out)] == right(shell)


def test_a_segment_behind_the_end_is_not_left_out_of_a_picture_in_silence(shell: Shell) -> None:
    write_table(shell.folder, [(0.1, 0.5), (7, 8)], name="late.csv")
    words = ("spectrogram", "a/rec.wav", "--segments", "late.csv", "--out", "x.svg")
    done = ok_inside(shell, *words)
    assert "1 of 2 segments of late.csv cannot be drawn: a/rec.wav ends at 2 s" in done.err
    assert "cannot be drawn" not in ok_inside(shell, *words, "--duration", "1").err


@pytest.mark.parametrize("command", ["features", "spectrogram", "info"])
def test_one_topic_of_the_help_holds_all_of_segments(shell: Shell, command: str) -> None:
    told = ok_inside(shell, command, "--help", "segments").out.decode()
    wanted = ["--segments", "--tier"]
    wanted += ["--segment-frames", "--segment-band"] if command == "features" else []
    assert all(f"{option} " in told for option in wanted)
    assert "--start TIME" not in told


def test_a_missing_sound_does_not_stop_a_sheet_or_info(shell: Shell) -> None:
    write_table(
        shell.folder,
        [(0.1, 0.5, "c/gone.wav"), (0.1, 0.5, "b/rec.wav"), (0.1, 0.5, "a/rec.wav")],
        BY_SOUND,
    )
    words = ("--segments", "t.csv", "--sheet", "--out", "x.svg")
    done = run_inside(shell, "spectrogram", ".", *words)
    assert (done.code, "1 of 3 inputs failed" in done.err) == (3, True), done.err
    assert "c/gone.wav, of which t.csv has segments, is not in ." in done.err
    svg = (shell.folder / "x.svg").read_bytes()
    drawn = [text for text in texts(svg) if "rec.wav" in text]
    assert len(drawn) == 2
    done = run_inside(shell, "info", "--json", ".", "--segments", "t.csv")
    assert (done.code, "c/gone.wav" in done.err) == (3, True)
    assert len(done.out.splitlines()) == 2
    (shell.folder / "a" / "rec.wav").unlink()
    (shell.folder / "b" / "rec.wav").unlink()
    assert run_inside(shell, "spectrogram", ".", *words).code == 1
    assert run_inside(shell, "info", ".", "--segments", "t.csv").code == 1

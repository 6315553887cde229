"""`spectrogram --segments`: boxes over a picture, and contact sheets of their segments."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.pictures.colours import colour_table
from stftcli.pictures.layout import Box
from stftcli.pictures.sheet_layout import SheetLayout, cut_segments, lay_out_sheet
from stftcli.settings.pictures import FigureSettings
from tests.cli.inside import ok_inside, run_inside
from tests.cli.picturing import (
    HOP,
    LENGTH,
    RATE_HZ,
    SMALL,
    Picture,
    decibels,
    draw,
    numbers_of,
    powers,
    tone,
    write,
)
from tests.cli.shell import Shell, Word
from tests.cli.test_bad_input import assert_explained
from tests.cli.test_spectrogram import texts
from tests.signals import noise

MAGMA = colour_table("magma")
SIZE = (600, 400)
SIZED = ("--size", "600x400", "--top", "0", "--range", "100")
Row = tuple[float, float, str]


def write_labels(shell: Shell, *rows: Row, name: str = "labels.txt") -> None:
    """Write Audacity's labels."""
    lines = (f"{start}\t{end}\t{label}\n" for start, end, label in rows)
    (shell.folder / name).write_text("".join(lines), encoding="utf-8")


def write_selections(shell: Shell, rows: list[dict[str, object]], name: str = "raven.txt") -> None:
    """Write a selection table of Raven."""
    lines = ["\t".join(rows[0]), *("\t".join(map(str, row.values())) for row in rows)]
    (shell.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def box_row(start: float, end: float, low: float, high: float, label: str) -> dict[str, object]:
    return {
        "Begin Time (s)": start,
        "End Time (s)": end,
        "Low Freq (Hz)": low,
        "High Freq (Hz)": high,
        "Annotation": label,
    }


def words_of(shell: Shell, *words: Word) -> list[str]:
    """Give the texts of a picture."""
    quick = ("--dpi", "60", "--format", "svg", "--out", "-")
    svg = ok_inside(shell, "spectrogram", *words, *quick).out
    return texts(svg)


def layout_of(rows: list[Row], span_s: float, margin_s: float = 0.0) -> SheetLayout:
    start_s, end_s = (np.array([row[side] for row in rows]) for side in (0, 1))
    cuts = list(cut_segments(np.arange(len(rows)), start_s, end_s, margin_s, span_s))
    return lay_out_sheet(cuts, span_s, FigureSettings(size=SIZE), characters=9)


def numbers(picture: Picture, box: Box, inset: int = 2) -> NDArray[np.int64]:
    """Give the numbers of the colours of a panel, the lowest row first."""
    return numbers_of(picture.part(box, inset), MAGMA)


class TestMarks:
    def test_lie_where_their_segments_are(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(RATE_HZ) / 100)
        write_selections(shell, [box_row(0.25, 0.5, 1000, 3000, "")])
        words = ("in.wav", *SIZED, "--no-axes")
        plain = draw(shell, *words)
        marked = draw(shell, *words, "--segments", "raven.txt")
        rows, columns = np.nonzero((plain.pixels != marked.pixels).any(axis=-1)[::-1])
        assert (columns.min(), columns.max()) == pytest.approx((150, 300), abs=4)
        assert (rows.min(), rows.max()) == pytest.approx((100, 300), abs=4)
        inside = (columns > 155) & (columns < 295) & (rows > 105) & (rows < 295)
        assert not inside.any()

    @pytest.mark.parametrize("colormap", ["magma", "gray_r", "RdBu"])
    def test_are_seen_on_every_colour(self, shell: Shell, colormap: str) -> None:
        write(shell, "in.wav", noise(RATE_HZ) / 2)
        write_labels(shell, (0.25, 0.5, ""))
        words = ("in.wav", *SIZED, "--no-axes", "--colormap", colormap)
        marked = draw(shell, *words, "--segments", "labels.txt").pixels.astype(int)
        brightness = marked[50:350, 144:157].mean(axis=-1)
        assert (brightness.max(axis=1) - brightness.min(axis=1) > 90).all()

    def test_have_their_labels_as_they_stand(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=1))
        write_labels(shell, (0.1, 0.2, "Turdus $x_2$ <b>"), (0.6, 0.7, "naïve"))
        found = words_of(shell, "in.wav", "--segments", "labels.txt")
        assert {"Turdus $x_2$ <b>", "naïve"} <= set(found)

    def test_of_a_part_are_those_that_lie_there(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=1))
        write_labels(shell, (0.1, 0.2, "early"), (0.45, 0.55, "both"), (0.8, 0.9, "late"))
        words = ("in.wav", "--segments", "labels.txt", "--start", "0.5", "--duration", "0.2")
        found = set(words_of(shell, *words))
        assert found & {"early", "both", "late"} == {"both"}

    def test_lie_over_the_channel_that_they_are_of(self, shell: Shell) -> None:
        write(shell, "in.wav", np.stack((tone(1000), tone(2000))))
        write_selections(
            shell,
            [
                {"Channel": 1, **box_row(0.1, 0.2, 0, 500, "one")},
                {"Channel": 2, **box_row(0.1, 0.2, 0, 500, "two")},
            ],
        )
        both = words_of(shell, "in.wav", "--segments", "raven.txt")
        assert (both.count("one"), both.count("two")) == (1, 1)
        second = words_of(shell, "in.wav", "--segments", "raven.txt", "--channel", "2")
        assert (second.count("one"), second.count("two")) == (0, 1)

    def test_go_with_mel_bands_and_with_what_has_no_frequencies(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000))
        write_selections(shell, [box_row(0.1, 0.2, 500, 900, "here")])
        for words in (("--mel", "20"), ("--mfcc", "13"), ("--scale", "log"), ("--waveform",)):
            assert "here" in words_of(shell, "in.wav", "--segments", "raven.txt", *words)

    def test_without_room_for_their_labels_are_counted(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000))
        times = np.linspace(0, 0.49, 120)
        write_labels(shell, *((time, time + 0.004, f"label {time:.4f}") for time in times))
        words = ("in.wav", *SIZED, "--segments", "labels.txt", "--format", "svg")
        done = ok_inside(shell, "spectrogram", *words, "--out", "-")
        left_out = [text for text in texts(done.out) if text.endswith("labels left out")]
        assert len(left_out) == 1
        assert left_out[0].split()[0] in done.err

    def test_that_are_not_in_the_picture_are_told_of(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000))
        write_labels(shell, (7, 8, "late"))
        done = ok_inside(shell, "spectrogram", "in.wav", "--segments", "labels.txt")
        assert "no segment of labels.txt lies in what is drawn of in.wav" in done.err

    def test_of_several_sounds_go_to_each(self, shell: Shell) -> None:
        for name in ("a.wav", "b.wav"):
            write(shell, name, tone(1000))
        rows = [
            {"Begin File": f"D:\\field\\{name}.wav", **box_row(0.1, 0.2, 0, 500, f"of {name}")}
            for name in "ab"
        ]
        write_selections(shell, rows)
        assert "of b" not in words_of(shell, "a.wav", "--segments", "raven.txt")
        both = words_of(shell, "a.wav", "b.wav", "--grid", "--segments", "raven.txt")
        assert {"of a", "of b"} <= set(both)


class TestSheet:
    def test_has_the_frames_of_the_sound_in_each_panel(self, shell: Shell) -> None:
        samples = noise(RATE_HZ, seed=3) / 4
        write(shell, "in.wav", samples)
        rows = [(0.1, 0.4, "one"), (0.62, 0.9, "two")]
        write_labels(shell, *rows)
        words = ("--segments", "labels.txt", "--sheet", "--sheet-margin", "0", "--sheet-span", "1")
        picture = draw(shell, "in.wav", *words, *SIZED, *SMALL)
        level = decibels(powers(samples, LENGTH, HOP))
        layout = layout_of(rows, 1.0)
        for (start, end, _), place in zip(rows, layout.places, strict=True):
            got = numbers(picture, place.box)
            height, width = place.box.height, place.box.width
            frames = np.arange(len(level)) * HOP / RATE_HZ
            columns = (frames - start) / (end - start) * width
            pixel = np.floor(columns).astype(int)
            wanted = np.full((LENGTH // 2 + 1, width), np.nan)
            for frame in np.flatnonzero((pixel >= 2) & (pixel < width - 2)):
                wanted[:, pixel[frame]] = np.fmax(wanted[:, pixel[frame]], level[frame])
            known = np.flatnonzero(~np.isnan(wanted[0]))
            centers = ((np.arange(height) + 0.5) / height * (LENGTH / 2)).round().astype(int)
            expected = np.clip((wanted[centers][:, known] + 100) / 100 * 255, 0, 255)
            found = got[:, known - 2]
            # Where two bins meet in a pixel either may be seen.
            assert (np.abs(found - expected[2:-2]) <= 1.5).mean() > 0.85

    def test_panels_are_to_one_scale_and_have_their_words(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=3))
        write_labels(shell, (0.5, 0.75, "$short$"), (1.25, 2.25, "long"))
        found = words_of(shell, "in.wav", "--segments", "labels.txt", "--sheet")
        assert {"1 $short$", "2 long", "0.50 s", "1.25 s", "in.wav", "Level (dBFS)"} <= set(found)

    def test_shows_selections_by_their_numbers(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=3))
        rows = [{"Selection": 40 + n, **box_row(n, n + 0.5, 100, 900, "up")} for n in (0, 1)]
        write_selections(shell, rows)
        assert {"40 up", "41 up"} <= set(
            words_of(shell, "in.wav", "--segments", "raven.txt", "--sheet")
        )

    def test_shows_frequencies_a_little_above_the_boxes(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=3))
        write_selections(shell, [box_row(0.5, 1, 800, 1200, "a")])
        found = words_of(shell, "in.wav", "--segments", "raven.txt", "--sheet")
        assert {"Frequency (Hz)", "1,000"} <= set(found)
        given = ("--fmax", "4000")
        found = words_of(shell, "in.wav", "--segments", "raven.txt", "--sheet", *given)
        assert {"Frequency (kHz)", "4"} <= set(found)

    @pytest.mark.parametrize("steps", [(), ("--mel", "20", "--normalize", "mean")])
    def test_of_a_pipe_is_that_of_the_file(self, shell: Shell, steps: tuple[str, ...]) -> None:
        write(shell, "in.wav", noise(4 * RATE_HZ) / 8)
        write_labels(shell, (3, 3.2, "late"), (0.1, 0.3, "early"), (0.2, 0.5, "overlapping"))
        words = ("--segments", "labels.txt", "--sheet", "--title", "x", "--dpi", "60", *steps)
        of_file = draw(shell, "in.wav", *words)
        content = (shell.folder / "in.wav").read_bytes()
        done = shell.ok("spectrogram", "-", *words, "--out", "piped.png", stdin=content)
        assert done.err == "piped.png: 3 segments\n"
        piped = draw_of(shell.folder / "piped.png")
        np.testing.assert_array_equal(piped, of_file.pixels)

    def test_panels_do_not_depend_on_the_other_segments(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(40 * RATE_HZ) / 8)
        one = (20.123, 20.623, "it")
        fixed = ("--sheet", "--sheet-margin", "0", "--sheet-span", "2", *SIZED)
        write_labels(shell, one, name="alone.txt")
        alone = draw(shell, "in.wav", "--segments", "alone.txt", *fixed)
        write_labels(shell, one, (0.1, 0.6, "a"), (20, 20.3, "b"), (33, 33.4, "c"))
        among = draw(shell, "in.wav", "--segments", "labels.txt", *fixed)
        box = layout_of([one], 2.0).places[0].box
        np.testing.assert_array_equal(numbers(alone, box), numbers(among, box))

    def test_of_several_sounds_names_them(self, shell: Shell) -> None:
        write(shell, "a.wav", tone(1000))
        write(shell, "b.wav", tone(1000, rate_hz=16000), rate_hz=16000)
        rows = [
            {"Begin File": name, **box_row(0.1, 0.2, 0, 900, "x")}
            for name in ("b.wav", "a.wav", "b.wav")
        ]
        write_selections(shell, rows)
        done = ok_inside(shell, "spectrogram", "--segments", "raven.txt", "--sheet", "-o", "x.svg")
        found = texts((shell.folder / "x.svg").read_bytes())
        assert [text for text in found if ".wav" in text] == [
            *("0.100 s, b.wav", "0.100 s, a.wav", "0.100 s, b.wav"),
        ]
        assert done.err == "x.svg: 3 segments\n"

    def test_on_paper_has_whole_labels_and_tells_of_its_frames(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=2))
        rows = [box_row(0.1, 0.23, 200, 900, "whistle"), box_row(0.5, 1.0, 200, 900, "trill")]
        write_selections(shell, rows)
        words = ("in.wav", "--segments", "raven.txt", "--sheet", "--size", "8.5x8cm")
        found = words_of(shell, *words)
        assert {"1 whistle", "2 trill"} <= set(found)
        assert any(text.startswith("8 kHz, hann") for text in found)

    def test_has_whole_boxes_where_a_segment_ends_with_its_sound(self, shell: Shell) -> None:
        write(shell, "in.wav", np.zeros(4000))
        write_selections(shell, [box_row(0.4, 0.5, 1000, 2000, "")])
        words = ("--sheet", "--sheet-margin", "0.1", "--sheet-span", "1", "--fmax", "4000")
        picture = draw(shell, "in.wav", "--segments", "raven.txt", *words, *SIZED)
        box = layout_of([(0.4, 0.5, "")], 1.0, 0.1).places[0].box
        half = slice(box.height // 4 + 3, box.height // 2 - 3)  # 1 to 2 kHz
        column = picture.part(replace(box, width=round(box.width * 2 / 3)))[half, -4:]
        assert np.all(column.min(axis=-1).max(axis=1) > 150)

    def test_warns_of_panels_that_share_a_much_higher_axis(self, shell: Shell) -> None:
        write(shell, "high.wav", tone(1000, rate_hz=96_000), 96_000)
        write(shell, "low.wav", tone(1000))
        names = ("high.wav", "low.wav")
        write_selections(
            shell,
            [{"Begin Time (s)": 0.0, "End Time (s)": 0.2, "Begin File": name} for name in names],
        )
        words = ("spectrogram", "--segments", "raven.txt", "--sheet", "--dpi", "60", "-o", "x.png")
        done = ok_inside(shell, *words)
        assert "low.wav are nearly empty" in done.err
        assert "--fmax" in done.err
        assert "warning" not in ok_inside(shell, *words, "--fmax", "4000").err

    def test_of_many_segments_has_pages(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=2))
        write_labels(shell, *((n / 50, n / 50 + 0.02, f"n {n}") for n in range(60)))
        words = ("spectrogram", "in.wav", "--segments", "labels.txt", "--sheet", "--dpi", "60")
        done = ok_inside(shell, *words, "--out", "x.png")
        assert done.err == "x.png: 60 segments on 2 pages\n"
        assert {"x-1.png", "x-2.png"} <= set(shell.names())
        assert "x.png" not in shell.names()
        pdf = ok_inside(shell, *words, "--format", "pdf", "--out", "-").out
        assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 2
        assert_explained(run_inside(shell, *words, "--out", "-"), 2, "2 pages", "--out", "pdf")

    def test_breaks_what_is_long_and_says_what_is_missing(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=30))
        write_labels(shell, (1, 29, "long"), (3, 3.05, "short"))
        words = ("in.wav", "--segments", "labels.txt", "--sheet")
        found = words_of(shell, *words, "--sheet-span", "10")
        assert {"1 long (1/4)", "1 long (4/4)", "2 short"} <= set(found)
        done = ok_inside(shell, "spectrogram", *words, "--sheet-span", "2", "--out", "x.png")
        assert "1 of 2 segments are too long" in done.err
        assert "--sheet-span" in done.err

    def test_leaves_panels_beyond_the_end_empty(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=1))
        write_labels(shell, (0.2, 0.4, "there"), (5, 6, "beyond"), (0.5, 0.5, "point"))
        words = ("in.wav", "--segments", "labels.txt", "--sheet")
        assert "beyond the end" in " ".join(words_of(shell, *words))
        done = ok_inside(shell, "spectrogram", *words, "--out", "x.png")
        assert "1 of 3 segments of labels.txt lie beyond the end of in.wav" in done.err

    @pytest.mark.parametrize("times", [(0.2, 0.9, 40), (0.2, 40, 50)], ids=str)
    def test_of_a_sound_that_ends_before_its_header_says_has_what_is_there(
        self, shell: Shell, times: tuple[float, ...]
    ) -> None:
        write(shell, "in.wav", noise(60 * RATE_HZ) / 8)
        content = (shell.folder / "in.wav").read_bytes()
        (shell.folder / "in.wav").write_bytes(content[: 4 * RATE_HZ])
        write_labels(shell, *((start, start + 0.5, "a") for start in times))
        words = ("spectrogram", "in.wav", "--segments", "labels.txt", "--sheet", "--out", "x.png")
        done = ok_inside(shell, *words)
        beyond = sum(start > 1 for start in times)
        assert f"{beyond} of 3 segments of labels.txt lie beyond the end of in.wav" in done.err
        assert "in.wav ends early" in done.err

    def test_of_a_part_has_the_segments_that_lie_there(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=3))
        write_labels(shell, *((n / 2, n / 2 + 0.2, f"n {n}") for n in range(6)))
        words = ("in.wav", "--segments", "labels.txt", "--sheet", "--start", "1", "--duration", "1")
        found = [text for text in words_of(shell, *words) if " n " in text]
        assert found == ["3 n 2", "4 n 3"]

    def test_takes_each_segment_from_its_channel(self, shell: Shell) -> None:
        write(shell, "in.wav", np.stack((tone(1000), tone(3000))))
        rows = [{"Channel": n, **box_row(0.1, 0.3, 0, 4000, "x")} for n in (1, 2)]
        write_selections(shell, rows)
        words = ("--sheet", "--sheet-margin", "0", "--sheet-span", "1", "--fmax", "4000")
        picture = draw(shell, "in.wav", "--segments", "raven.txt", *words, *SIZED)
        layout = layout_of([(0.1, 0.3, ""), (0.1, 0.3, "")], 1.0)
        for place, share in zip(layout.places, (1 / 4, 3 / 4), strict=True):
            loudest = numbers(picture, place.box).mean(axis=1).argmax() + 2
            assert loudest == pytest.approx(share * place.box.height, abs=3)


def draw_of(file: Path) -> NDArray[np.uint8]:
    from PIL import Image

    with Image.open(file) as image:
        return np.asarray(image)


BAD = {
    "bare": (("--bare",), 2, ("--bare", "--segments")),
    "timeline": (("--timeline",), 2, ("--timeline", "--segments")),
    "curve": (("--pool", "all"), 2, ("--segments", "--pool")),
    "folder": (("--out-dir", "out"), 2, ("--segments", "--out-dir")),
    "sheet, bare": (("--sheet", "--bare"), 2, ("--sheet", "--bare")),
    "sheet, grid": (("--sheet", "--grid"), 2, ("--sheet", "--grid")),
    "sheet, pooled": (("--sheet", "--pool", "1s:mean"), 2, ("--sheet", "--pool")),
    "sheet, channels": (("--sheet", "--channel", "all"), 2, ("--sheet", "--channel all")),
    "sheet, descriptors": (
        ("--sheet", "--descriptors", "centroid,flatness"),
        2,
        ("units", "--sheet"),
    ),
    "sheet, complex": (("--sheet", "--spectrum", "complex"), 2, ("complex", "--spectrum")),
    "sheet, small": (("--sheet", "--size", "60x60"), 2, ("no room", "--size")),
    "sheet, nothing there": (("--sheet", "--start", "0.4"), 1, ("labels.txt", "no segment")),
    "sheet options alone": (("--sheet-margin", "1"), 2, ("--sheet-margin", "--sheet")),
}


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_with_segments_is_refused(shell: Shell, name: str) -> None:
    write(shell, "in.wav", tone(1000))
    write_labels(shell, (0.1, 0.2, "a"))
    words, code, told = BAD[name]
    out = () if "--out-dir" in words else ("--out", "x.png")
    done = run_inside(shell, "spectrogram", "in.wav", "--segments", "labels.txt", *words, *out)
    assert_explained(done, code, *told)
    assert shell.names() == ["in.wav", "labels.txt"]


def test_a_sheet_needs_a_table_and_a_table_its_sound(shell: Shell) -> None:
    write(shell, "in.wav", tone(1000))
    write_labels(shell, (0.1, 0.2, "a"), (7, 8, "b"))
    write_labels(shell, (7, 8, "b"), name="other.txt")
    words = ("spectrogram", "in.wav", "--out", "x.png", "--sheet")
    assert_explained(run_inside(shell, *words), 2, "--segments")
    done = run_inside(shell, *words, "--segments", "other.txt")
    assert_explained(done, 1, "other.txt", "in.wav", "another sound?")
    write_selections(shell, [{"Begin File": "b.wav", **box_row(0.1, 0.2, 0, 900, "x")}])
    done = run_inside(shell, *words, "--segments", "raven.txt")
    assert_explained(done, 1, "raven.txt", "b.wav", "in.wav")


def test_a_picture_does_not_take_the_place_of_its_table(shell: Shell) -> None:
    write(shell, "in.wav", tone(1000))
    write_labels(shell, (0.1, 0.2, "a"), name="labels.png")
    for words in ((), ("--sheet",)):
        done = run_inside(
            shell, "spectrogram", "in.wav", "--segments", "labels.png", "-o", "labels.png", *words
        )
        assert_explained(done, 2, "labels.png")


def test_a_document_that_would_take_too_much_memory_is_refused(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shell, "in.wav", tone(1000))
    write_labels(shell, (0.1, 0.2, "a"))
    monkeypatch.setenv("STFTCLI_MAX_MEMORY", "100KB")
    words = ("spectrogram", "in.wav", "--segments", "labels.txt", "--sheet", "--out", "x.pdf")
    assert_explained(run_inside(shell, *words), 2, "a PDF of 1 pages", ".png")

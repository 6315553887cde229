"""`spectrogram` with axes: each pixel has its colour in its place, and the words tell of it."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from stftcli.pictures.colours import colour_table, shades
from stftcli.pictures.layout import Box, Grid, Layout, lay_out
from stftcli.settings.choices import FREQUENCY_SCALES
from stftcli.settings.pictures import FigureSettings
from tests.audio.wav import wav_bytes
from tests.cli.inside import ok_inside, run_inside
from tests.cli.picturing import (
    HOP,
    LENGTH,
    PAPER,
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
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.cli.test_spectrogram import texts
from tests.signals import noise

MAGMA = colour_table("magma")
SIZE = (500, 300)
SIZED = ("--size", "500x300")
ONE = Grid(1, 1)


def laid_out(grid: Grid = ONE, size: tuple[int, int] = SIZE, *, titled: bool = True) -> Layout:
    # Several sounds have names, but no title.
    return lay_out(grid, FigureSettings(size=size), titled=titled)


def panel_of(picture: Picture, box: Box | None = None) -> NDArray[np.int64]:
    """Give the numbers of the colours of a panel, the lowest row first, without its frame."""
    return numbers_of(picture.part(box or laid_out().panels[0], inset=2), MAGMA)


def written(shell: Shell, *words: str) -> list[str]:
    """Give the texts of a picture."""
    return texts(ok_inside(shell, "spectrogram", *words, "--format", "svg", "--out", "-").out)


def loudest(numbers: NDArray[np.int64]) -> int:
    """Give the row of the brightest pixels."""
    return int(numbers.mean(axis=1).argmax())


def reduced(
    values: NDArray[np.float64], places: NDArray[Any], end: float, pixels: int
) -> NDArray[np.float64]:
    """Give for each of the pixels up to `end` the largest of the rows whose places lie in it.

    Where there is none, the nearest place is taken.
    """
    pixel = np.minimum((places * pixels / end).astype(int), pixels - 1)
    middles = (np.arange(pixels) + 0.5) * end / pixels
    nearest = np.abs(np.subtract.outer(middles, places)).argmin(axis=1)
    return np.array(
        [
            values[pixel == number].max(axis=0) if (pixel == number).any() else values[near]
            for number, near in enumerate(nearest)
        ]
    )


class TestPanel:
    @pytest.mark.parametrize("framed", [True, False], ids=["axes", "no axes"])
    def test_has_the_colours_of_the_levels(self, shell: Shell, framed: bool) -> None:
        samples = noise(6000, seed=1) / 8
        write(shell, "in.wav", samples)
        picture = draw(shell, "in.wav", *SIZED, *(() if framed else ("--no-axes",)))
        box = laid_out().panels[0] if framed else Box(0, 0, *SIZE)
        assert picture.size == SIZE
        frames = picture.told["features"]["frames"]
        length, hop = frames["filter_length"], frames["hop_length"]
        assert hop == 6000 // box.width  # a frame for each pixel
        power = powers(samples, length, hop)
        inside = np.arange(len(power)) * hop <= 6000
        columns = reduced(power[inside], np.arange(inside.sum()) * hop, 6000, box.width)
        rows = reduced(columns.T, np.arange(power.shape[1]), length / 2, box.height)
        lowest, highest = picture.ends
        assert highest - lowest == pytest.approx(80)
        assert highest == pytest.approx(decibels(power[inside]).max(), abs=0.01)
        wanted = shades(decibels(rows), lowest, highest).astype(int)
        inset = 2 * framed
        got = numbers_of(picture.part(box, inset), MAGMA)
        wanted = wanted[inset : box.height - inset, inset : box.width - inset]
        # A place on the border of two pixels may be counted to either.
        assert (np.abs(got - wanted) <= 1).mean() > 0.99

    @pytest.mark.parametrize("words", [(), ("--top", "0", "--range", "100")], ids=str)
    def test_of_the_same_level_is_the_same_if_top_and_range_are(
        self, shell: Shell, words: tuple[str, ...]
    ) -> None:
        quiet = tone(1000, level_dbfs=-31)
        write(shell, "quiet.wav", quiet)
        write(shell, "both.wav", quiet + tone(3000, level_dbfs=-3))
        row = laid_out().panels[0].height // 4 - 2
        found = []
        for name in ("quiet.wav", "both.wav"):
            picture = draw(shell, name, *SIZED, "--n-fft", "256", *words)
            found.append(panel_of(picture)[row - 2 : row + 3, 150].max())
        if words:
            assert found == [round(255 * 0.69)] * 2
        else:
            assert found[0] == 255
            assert found[1] < 200

    def test_counted_from_the_highest_is_the_same_with_other_words(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, level_dbfs=-30))
        usual, referred = draw(shell, "in.wav", *SIZED), draw(shell, "in.wav", *SIZED, "--ref=max")
        np.testing.assert_array_equal(panel_of(usual), panel_of(referred))
        assert usual.ends == pytest.approx((-110, -30), abs=0.2)
        assert referred.ends == (-80, 0)
        assert "Level (dB re highest)" in written(shell, "in.wav", "--ref", "max")

    @pytest.mark.parametrize("scale", FREQUENCY_SCALES)
    def test_has_a_tone_where_its_frequency_is(self, shell: Shell, scale: str) -> None:
        write(shell, "in.wav", tone(1000))
        words = ("--n-fft", "2048", "--scale", scale, "--fmin", "250", "--fmax", "4000")
        height = laid_out().panels[0].height
        got = loudest(panel_of(draw(shell, "in.wav", *SIZED, *words))) + 2
        bark_250, bark_1k, bark_4k = (26.81 * hz / (1960 + hz) - 0.53 for hz in (250, 1000, 4000))
        share = {
            "linear": 750 / 3750,
            "log": 1 / 2,
            "mel": (15 - 3.75) / (15 - 3.75 + 27 * np.log(4) / np.log(6.4)),
            "bark": (bark_1k - bark_250) / (bark_4k - bark_250),
        }[scale]
        # By half a pixel and half a bin.
        assert got == pytest.approx(height * share, abs=3)

    def test_of_a_band_shows_no_more_than_that(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(500) + tone(2000))
        height = laid_out().panels[0].height
        picture = draw(shell, "in.wav", *SIZED, "--fmin", "1000", "--fmax", "3000")
        numbers = panel_of(picture)
        assert loudest(numbers) + 2 == pytest.approx(height / 2, abs=4)
        assert numbers[: height // 4].mean() < 60  # none of the other tone

    def test_of_settings_that_crop_has_the_bins_that_are_left(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(500) + tone(2000))
        shell.ok("features", "in.wav", "--fmin", "1000", "--fmax", "3000", "--out", "crop.npz")
        height = laid_out().panels[0].height
        numbers = panel_of(draw(shell, "in.wav", *SIZED, "--config", "crop.npz"))
        assert loudest(numbers) + 2 == pytest.approx(height / 2, abs=4)
        assert numbers[: height // 4].mean() < 60

    def test_of_a_bank_leaves_the_frequencies_to_it(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(500) + tone(2000))
        words = ("--bands", "third", "--n-fft", "2048", "--fmin", "400", "--fmax", "2500")
        numbers = panel_of(draw(shell, "in.wav", *SIZED, *words))
        height = laid_out().panels[0].height
        # Bands from 400 to 2500 Hz are nine; the tones are in the second and the eighth.
        middles = [numbers[height * (2 * band + 1) // 18 - 2].mean() for band in range(9)]
        assert set(np.argsort(middles)[-2:]) == {1, 7}

    def test_shows_the_part_that_was_asked_for(self, shell: Shell) -> None:
        samples = tone(1000, seconds=3)
        samples[: RATE_HZ * 2] = 0
        write(shell, "in.wav", samples)
        words = ("--start", "1.5", "--duration", "1")
        loud = panel_of(draw(shell, "in.wav", *SIZED, *words)).max(axis=0) > 200
        width = laid_out().panels[0].width
        assert loud.argmax() + 2 == pytest.approx(width / 2, abs=8)
        assert loud[loud.argmax() :].all()
        assert {"1.5", "2.0", "2.5"} <= {f"{float(text):.1f}" for text in times(shell, *words)}

    @pytest.mark.parametrize("at", [100_001, 100_004, 100_008, 198_000])
    def test_leaves_out_no_sample_however_long_the_sound(self, shell: Shell, at: int) -> None:
        samples = np.zeros(25 * RATE_HZ)
        samples[at] = 1
        write(shell, "in.wav", samples)
        # More than 500 samples for each pixel, and frames of 16.
        numbers = panel_of(draw(shell, "in.wav", *SIZED, "--n-fft", "16", "--top", "0"))
        width = laid_out().panels[0].width
        column = int(numbers.max(axis=0).argmax()) + 2
        assert numbers.max() > 190
        assert column == pytest.approx(at / len(samples) * width - 0.5, abs=1)

    def test_folds_to_the_mean_if_asked_to(self, shell: Shell) -> None:
        samples = np.zeros(RATE_HZ)
        samples[::800] = 1
        write(shell, "in.wav", samples)
        words = (*SIZED, "--n-fft", "16", "--hop-length", "4", "--top", "0")
        peak, mean = (
            panel_of(draw(shell, "in.wav", *words, "--reduce", how)) for how in ("max", "mean")
        )
        assert (peak >= mean).all()
        assert peak.mean() > 1.05 * mean.mean()


def times(shell: Shell, *words: str) -> list[str]:
    """Give what is written below the panel of a picture: numbers with a point or a colon."""
    found = written(shell, "in.wav", *words, "--fmax", "1000", "--range", "400")
    return [text for text in found if set(text) <= set("0123456789.:") and set(text) & set(".:")]


class TestWords:
    def test_tell_long_times_in_hours(self, shell: Shell) -> None:
        write(shell, "in.wav", np.zeros(4000 * 50), rate_hz=50)
        found = written(shell, "in.wav", "--start", "59:50", "--duration", "20")
        assert "Time (h:mm:ss)" in found
        assert {"0:59:50", "1:00:00", "1:00:10"} <= set(found)

    def test_tell_short_times_in_milliseconds(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=0.05))
        assert {"Time (ms)", "10", "30", "50"} <= set(written(shell, "in.wav"))

    def test_are_hertz_for_low_sounds(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(1000), rate_hz=1000)
        found = written(shell, "in.wav")
        assert {"Frequency (Hz)", "0", "100", "500"} <= set(found)
        assert "Frequency (kHz)" not in found

    def test_are_a_title_of_ones_own(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(1000))
        title = "Ünder $the$ <sea>"
        assert title in written(shell, "in.wav", "--title", title)
        picture = draw(shell, "in.wav", "--title", title)
        assert picture.texts["Title"] == title
        none = written(shell, "in.wav", "--title", "")
        assert not {"in.wav", "8 kHz, hann 256, hop 2"} & set(none)

    def test_that_do_not_fit_are_cut_or_left_out(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(1000))
        title = "long " * 20
        narrow = written(shell, "in.wav", "--title", title, "--size", "320x200")
        (cut,) = [text for text in narrow if text.startswith("long")]
        assert cut.endswith("…")
        assert title.startswith(cut[:-1])
        assert not any("hann" in text for text in narrow)
        assert draw(shell, "in.wav", "--title", title, *SIZED).texts["Title"] == title

    @pytest.mark.parametrize(
        ("words", "wanted"),
        [
            ("--mel 40", {"Frequency (Hz)", "500", "1k", "2k", "Level (dB)"}),
            ("--preset whisper --rate 16000", {"Frequency (Hz)", "1k", "5k", "Value"}),
            ("--mfcc 13", {"MFCC", "0", "12", "Value"}),
            ("--chroma 12", {"C", "C#", "A", "B", "0.5", "Value (of the frame's largest)"}),
            ("--linear layer.npz", {"Output", "1", "5", "Value"}),
            ("--spectrum phase", {"Frequency (kHz)", "0", "4", "Value (rad)"}),
            ("--spectrum db", {"Frequency (kHz)", "Level (dB)"}),
            ("--spectrum magnitude", {"Frequency (kHz)", "Level (dBFS)"}),
            ("--spectrum log", {"Frequency (kHz)", "Value (ln)"}),
            ("--descriptors rms,flatness", {"rms", "flatness", "Value"}),
        ],
    )
    def test_tell_what_the_rows_are(self, shell: Shell, words: str, wanted: set[str]) -> None:
        write(shell, "in.wav", noise(RATE_HZ) / 8)
        np.savez(shell.folder / "layer.npz", weight=noise(5, 1025, seed=2))
        found = {text.removesuffix(".0") for text in written(shell, "in.wav", *words.split())}
        assert wanted <= found

    def test_name_full_scale_only_where_it_is_1(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(1000) / 8)
        assert "Level (dBFS)" in written(shell, "in.wav")
        assert "Level (dB)" in written(shell, "in.wav", "--int16-scale")

    def test_in_the_file_tell_the_settings(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(2, 4000) / 8)
        words = ("--scale", "mel", "--range", "70", "--dark", "--waveform", *SMALL)
        picture = draw(shell, "in.wav", *words)
        assert picture.texts["Title"] == "in.wav"
        assert picture.texts["Software"] == "stftcli"
        assert picture.texts["Description"] == f"8 kHz, hann {LENGTH}, hop {HOP}"
        told = picture.told
        assert told["picture"]["view"]["scale"] == "mel"
        assert told["picture"]["figure"]["dark"] is True
        assert told["picture"]["label"] == "Level (dBFS)"
        lowest, highest = picture.ends
        assert highest - lowest == pytest.approx(70)
        assert told["features"]["frames"]["hop_length"] == HOP
        assert "in.wav" in str(told)


class TestGrid:
    GRID = Grid(2, 1, named=True)

    def test_of_features_needs_one_rate(self, shell: Shell) -> None:
        write(shell, "long.wav", tone(1000))
        write(shell, "short.wav", tone(1000, rate_hz=4000), rate_hz=4000)
        words = ("long.wav", "short.wav", "--grid", "--mel", "20", "--out", "x.png")
        done = run_inside(shell, "spectrogram", *words)
        assert_explained(done, 2, "4000, 8000 Hz", "--rate 4000")
        assert run_inside(shell, "spectrogram", *words, "--rate", "4000").code == 0

    def test_gives_a_sound_that_would_be_a_sliver_an_axis_of_its_own(self, shell: Shell) -> None:
        write(shell, "high.wav", tone(20_000, seconds=0.1, rate_hz=96_000), 96_000)
        write(shell, "low.wav", tone(1000, seconds=0.5))
        picture = draw(shell, "high.wav", "low.wav", "--grid", *SIZED, "--top", "0")
        grid = Grid(2, 1, named=True, own_rows=True)
        for box, share in zip(laid_out(grid, titled=False).panels, (20 / 48, 1 / 4), strict=True):
            # Left of the end of the shorter one.
            columns = panel_of(picture, box)[:, : box.width // 8]
            assert loudest(columns) == pytest.approx(share * box.height, abs=4)
        found = written(shell, "high.wav", "low.wav", "--grid")
        assert found.count("Frequency (kHz)") == 2

    def test_has_waves_of_one_height_for_all(self, shell: Shell) -> None:
        write(shell, "loud.wav", tone(1000))
        write(shell, "quiet.wav", tone(1000) / 8)
        words = ("loud.wav", "quiet.wav", "--grid", "--waveform", *SIZED)
        grid = Grid(2, 1, named=True, waves=True)
        picture = draw(shell, *words)
        loud, quiet = (
            int((picture.part(box)[:, box.width // 2] < 200).all(axis=-1).sum())
            for box in laid_out(grid, titled=False).waves
        )
        assert loud > 4 * quiet > 0

    def test_needs_a_name(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000))
        done = run_inside(shell, "spectrogram", "in.wav", "in.wav", "--grid")
        assert_explained(done, 2, "one picture of 2 inputs", "--out")

    @pytest.fixture
    def picture(self, shell: Shell) -> Picture:
        write(shell, "long.wav", tone(1000, seconds=1))
        write(shell, "short.wav", tone(1000, seconds=0.5, rate_hz=4000), rate_hz=4000)
        return draw(shell, "long.wav", "short.wav", "--grid", *SIZED, "--top", "0")

    def test_has_one_axis_for_all(self, picture: Picture) -> None:
        long, short = (panel_of(picture, box) for box in laid_out(self.GRID, titled=False).panels)
        height, width = long.shape
        half = long[:, : width // 2 - 5], short[:, : width // 2 - 5]
        assert loudest(half[0]) == pytest.approx(loudest(half[1]), abs=1)
        assert loudest(half[0]) == pytest.approx(height / 4, abs=3)
        assert [int(each.max()) for each in half] == [255, 255]
        # The shorter sound ends, and the one of the lower rate has nothing above: there is paper.
        assert short[:, width // 2 + 3 :].max() == PAPER
        assert short[height // 2 + 3 :].max() == PAPER
        assert long[loudest(half[0]), width // 2 :].min() > 200

    @pytest.mark.usefixtures("picture")
    def test_goes_as_high_as_one_of_its_sounds(self, shell: Shell) -> None:
        words = ("spectrogram", "long.wav", "short.wav", "--grid", "--fmax")
        picture = draw(shell, *words[1:], "3000", *SIZED)
        long, short = (panel_of(picture, box) for box in laid_out(self.GRID, titled=False).panels)
        assert loudest(long) == pytest.approx(len(long) / 3, abs=3)
        assert loudest(short) == pytest.approx(len(long) / 3, abs=3)
        done = run_inside(shell, *words, "5000", "--out", "y.png")
        assert_explained(done, 2, "--fmax is 5000 Hz", "nothing above 4000 Hz")

    def test_begins_where_the_first_of_its_sounds_does(self, shell: Shell) -> None:
        write(shell, "high.wav", tone(1000, rate_hz=16000), 16000)
        write(shell, "low.wav", tone(1000))
        for names in (("high.wav", "low.wav"), ("low.wav", "high.wav")):
            words = ("--scale", "log", "--n-fft", "1024", "--top", "0", "--range", "30")
            picture = draw(shell, *names, "--grid", *words, *SIZED)
            # From a bin of 8 kHz up to half of 16 kHz.
            wanted = np.log(1000 / (8000 / 1024)) / np.log(8000 / (8000 / 1024))
            for box in laid_out(self.GRID, titled=False).panels:
                assert loudest(panel_of(picture, box)) == pytest.approx(wanted * box.height, abs=3)

    def test_names_its_sounds(self, shell: Shell, picture: Picture) -> None:
        assert picture.texts["Title"] == ""
        found = written(shell, "long.wav", "short.wav", "--grid")
        assert {"long.wav", "short.wav"} <= set(found)
        assert [sound["rate_hz"] for sound in picture.told["input"]] == [8000, 4000]

    def test_of_more_than_three_has_columns(self, shell: Shell) -> None:
        names = [f"{number}.wav" for number in range(4)]
        for number, name in enumerate(names):
            write(shell, name, tone(500 + 1000 * number))
        picture = draw(shell, *names, "--grid", "--size", "700x500")
        layout = laid_out(Grid(2, 2, named=True), (700, 500), titled=False)
        for number, box in enumerate(layout.panels):
            numbers = panel_of(picture, box)
            place = (500 + 1000 * number) / 4000 * box.height - 2
            assert loudest(numbers) == pytest.approx(place, abs=2.5)

    def test_of_what_is_below_zero_in_one_sound_has_one_unit(self, shell: Shell) -> None:
        np.savez(shell.folder / "layer.npz", weight=np.eye(129)[[3, 3]] * [[1], [-1]])
        write(shell, "noise.wav", noise(3000) / 8)
        write(shell, "silence.wav", np.zeros(3000))
        for names in (("noise.wav", "silence.wav"), ("silence.wav", "noise.wav")):
            words = (*names, "--grid", "--n-fft", "256", "--linear", "layer.npz")
            picture = draw(shell, *words)
            assert picture.told["picture"]["label"] == "Value"
            lowest, highest = picture.ends
            assert lowest == -highest < 0

    def test_of_one_sound_is_its_picture(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(3000))
        alone = draw(shell, "in.wav", *SIZED)
        in_grid = draw(shell, "in.wav", "--grid", *SIZED)
        np.testing.assert_array_equal(alone.pixels, in_grid.pixels)


class TestLook:
    def test_of_a_wave_is_as_high_as_the_sound_is_loud(self, shell: Shell) -> None:
        samples = tone(1000, seconds=1)
        samples[: RATE_HZ // 2] *= 0.25
        write(shell, "in.wav", samples / 8)  # the loudest fills the height
        layout = laid_out(Grid(1, 1, waves=True))
        picture = draw(shell, "in.wav", "--waveform", *SIZED)
        drawn = (picture.part(layout.waves[0]) < 200).all(axis=-1)
        share = drawn.sum(axis=0) / layout.waves[0].height
        width = len(share)
        np.testing.assert_allclose(share[10 : width // 2 - 5], 0.25, atol=0.06)
        np.testing.assert_allclose(share[width // 2 + 5 : -10], 1, atol=0.06)

    def test_of_a_wave_of_one_sample_is_a_line(self, shell: Shell) -> None:
        write(shell, "in.wav", np.full(1, 0.5))
        picture = draw(shell, "in.wav", "--waveform", *SIZED)
        wave = picture.part(laid_out(Grid(1, 1, waves=True)).waves[0])
        assert (wave[:, 5:-5] < 200).all(axis=-1).any(axis=0).all()

    def test_of_a_sound_that_is_filled_up_ends_with_silence(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, seconds=0.5))
        layout = laid_out(Grid(1, 1, waves=True))
        picture = draw(shell, "in.wav", "--waveform", "--pad-to", "1", *SIZED)
        high = (picture.part(layout.waves[0]) < 200).all(axis=-1).mean(axis=0) > 0.5
        numbers = panel_of(picture, layout.panels[0])
        half = len(high) // 2
        assert high[10 : half - 5].all()
        assert not high[half + 5 :].any()
        assert numbers[:, : half - 5].max(axis=0).min() > 200
        assert numbers[:, half + 10 :].max() == 0
        assert "1.0" in written(shell, "in.wav", "--pad-to", "1")

    @pytest.mark.parametrize(("words", "paper"), [(["--dark"], (18, 18, 23)), ([], (255,) * 3)])
    def test_has_its_paper(
        self, shell: Shell, words: list[str], paper: tuple[int, int, int]
    ) -> None:
        write(shell, "in.wav", noise(1000))
        pixels = draw(shell, "in.wav", *SIZED, *words).pixels
        assert tuple(pixels[1, 1]) == tuple(pixels[-2, -2]) == paper

    def test_is_the_panel_alone_without_axes(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(3000))
        picture = draw(shell, "in.wav", *SIZED, "--no-axes")
        assert (numbers_of(picture.pixels, MAGMA) >= 0).all()
        assert written(shell, "in.wav", "--no-axes") == []

    @pytest.mark.parametrize(
        ("words", "size", "dpi"),
        [
            ("", (1500, 675), 150),
            ("--dpi 100", (1000, 450), 100),
            ("--size 640x480", (640, 480), 80),
            ("--size 641x479 --dpi 72", (641, 479), 72),
            ("--size 2000x1999", (2000, 1999), 150),
        ],
    )
    def test_is_of_the_size_that_is_asked_for(
        self, shell: Shell, words: str, size: tuple[int, int], dpi: int
    ) -> None:
        write(shell, "in.wav", noise(1000))
        picture = draw(shell, "in.wav", *words.split())
        assert picture.size == size
        assert picture.dpi == pytest.approx(dpi, abs=0.02)

    def test_has_the_colours_of_a_map(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(3000))
        usual = draw(shell, "in.wav", *SIZED)
        picture = draw(shell, "in.wav", *SIZED, "--colormap", "gray")
        coloured = picture.part(laid_out().panels[0], inset=2)
        numbers = numbers_of(coloured, colour_table("gray"))
        np.testing.assert_array_equal(numbers, panel_of(usual))

    def test_is_the_same_in_webp(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(3000))
        png = draw(shell, "in.wav", *SIZED)
        webp = draw(shell, "in.wav", *SIZED, name="x.webp")
        np.testing.assert_array_equal(webp.pixels, png.pixels)

    @pytest.mark.parametrize("ending", ["svg", "pdf"])
    def test_of_drawings_is_the_same_every_time(self, shell: Shell, ending: str) -> None:
        write(shell, "in.wav", noise(3000))
        for name in ("a", "b"):
            ok_inside(shell, "spectrogram", "in.wav", "--out", f"{name}.{ending}")
        contents = [(shell.folder / f"{name}.{ending}").read_bytes() for name in ("a", "b")]
        assert contents[0] == contents[1]
        assert contents[0].startswith({"svg": b"<?xml", "pdf": b"%PDF-"}[ending])


class TestOddSounds:
    def test_of_unknown_length_from_a_pipe_end_where_they_end(self, shell: Shell) -> None:
        samples = tone(1000, seconds=1)
        samples[: RATE_HZ // 2] = 0
        pcm = (32767 * samples).astype("<i2").tobytes()
        done = shell.ok("spectrogram", *SIZED, stdin=wav_bytes(pcm, claimed_bytes=0xFFFFFFFF))
        (shell.folder / "x.png").write_bytes(done.out)
        with Image.open(shell.folder / "x.png") as image:
            numbers = panel_of(Picture(np.asarray(image), {}, None))
        height, width = numbers.shape
        assert loudest(numbers) == pytest.approx(height / 4, abs=3)
        loud = numbers.max(axis=0) > 200
        assert loud.argmax() == pytest.approx(width / 2, abs=12)
        assert loud[loud.argmax() :].all()

    @pytest.mark.parametrize("samples", [np.zeros(4000), np.zeros(1), np.zeros(400)], ids=len)
    def test_of_silence_are_one_dark_colour(
        self, shell: Shell, samples: NDArray[np.float64]
    ) -> None:
        write(shell, "in.wav", samples)
        picture = draw(shell, "in.wav", *SIZED)
        assert set(panel_of(picture).ravel()) == {0}
        assert picture.ends == (-180, -100)

    @pytest.mark.parametrize("words", ["--mel 20 --log ln", "--mfcc 5", "--descriptors rms"])
    def test_of_silence_have_features_too(self, shell: Shell, words: str) -> None:
        write(shell, "in.wav", np.zeros(4000))
        picture = draw(shell, "in.wav", *SIZED, *words.split())
        assert picture.size == SIZE
        assert picture.ends[0] <= picture.ends[1]

    @pytest.mark.parametrize("samples", [1, 2, 63, 400])
    def test_of_a_moment_fill_the_panel(self, shell: Shell, samples: int) -> None:
        write(shell, "in.wav", np.ones(samples) / 2)
        assert panel_of(draw(shell, "in.wav", *SIZED)).max(axis=0).min() > 200

    def test_of_eight_channels_have_eight_panels(self, shell: Shell) -> None:
        tones = np.stack([tone(250 + 500 * number) for number in range(8)])
        write(shell, "in.wav", tones)
        picture = draw(shell, "in.wav", "--size", "500x1000")
        boxes = laid_out(Grid(8, 1, named=True), (500, 1000)).panels
        for number, box in enumerate(boxes):
            place = (250 + 500 * number) / 4000 * box.height - 2
            assert loudest(panel_of(picture, box)) == pytest.approx(place, abs=2.5)
        found = written(shell, "in.wav")
        assert [f"Channel {n}" in found for n in range(1, 9)] == [True] * 8

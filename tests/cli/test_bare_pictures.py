"""`spectrogram --bare`: pixels that can be turned into levels again, and nothing else."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from stftcli.dsp.filterbanks import band_centers_hz
from stftcli.pictures.colours import colour_table
from tests.audio.wav import wav_bytes
from tests.cli.inside import ok_inside, run_inside
from tests.cli.picturing import (
    HOP,
    LENGTH,
    RATE_HZ,
    SMALL,
    Picture,
    decibels,
    draw,
    powers,
    tone,
    write,
)
from tests.cli.shell import Shell
from tests.signals import noise

Samples = NDArray[np.float32]

BINS = LENGTH // 2 + 1


@pytest.fixture
def samples(shell: Shell) -> Samples:
    """The samples of in.wav."""
    values = noise(4000, seed=3) / np.float32(8)
    write(shell, "in.wav", values)
    return values


def levels(picture: Picture, bits: int = 8) -> NDArray[np.float64]:
    """Turn pixels into levels, by the rule that is documented: frames first, as the bins go."""
    lowest, highest = picture.ends
    return np.asarray(lowest + picture.pixels[::-1].T / (2**bits - 1) * (highest - lowest))


class TestPixels:
    def test_are_one_for_each_frame_and_bin(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(RATE_HZ))
        picture = draw(shell, "in.wav", "--bare")
        # Frames of 256 are the shortest, and each begins a quarter of it later.
        assert picture.size == (1 + RATE_HZ // 64, 129)
        assert picture.pixels.dtype == np.uint8
        assert draw(shell, "in.wav", "--bare", *SMALL).size == (1 + RATE_HZ // HOP, BINS)

    @pytest.mark.parametrize(
        ("rate_hz", "length"),
        [(1, 256), (100, 256), (2000, 256), (22_050, 512), (96_000, 2048), (384_000, 512)],
    )
    def test_frames_fit_what_is_recorded_at_a_rate(
        self, shell: Shell, rate_hz: int, length: int
    ) -> None:
        write(shell, "in.wav", noise(4 * length), rate_hz)
        assert draw(shell, "in.wav", "--bare").size[1] == length // 2 + 1

    @pytest.mark.parametrize(
        ("rate_hz", "scale", "length"),
        [
            *((16_000, "mel", 1024), (16_000, "bark", 1024), (16_000, "log", 2048)),
            *((44_100, "linear", 1024), (44_100, "log", 4096), (2000, "log", 256)),
            (384_000, "log", 512),  # no tones lie close together there
        ],
    )
    def test_frames_are_longer_where_low_frequencies_are_spread_out(
        self, shell: Shell, rate_hz: int, scale: str, length: int
    ) -> None:
        write(shell, "in.wav", noise(4 * length), rate_hz)
        told = draw(shell, "in.wav", "--bare", "--scale", scale).told
        assert told["features"]["frames"]["filter_length"] == length

    def test_are_one_for_each_of_many_bins(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(RATE_HZ))
        picture = draw(shell, "in.wav", "--bare", "--n-fft", "16384")
        assert picture.size == (1 + RATE_HZ // 4096, 8193)

    def test_frames_are_as_long_as_the_resampled_sound_wants(self, shell: Shell) -> None:
        pytest.importorskip("soxr")
        write(shell, "in.wav", noise(4 * RATE_HZ), 4 * RATE_HZ)
        picture = draw(shell, "in.wav", "--bare", "--rate", str(RATE_HZ))
        assert picture.size == (1 + RATE_HZ // 64, 129)

    @pytest.mark.parametrize("bits", [8, 16])
    @pytest.mark.parametrize("words", [(), ("--top", "-20", "--range", "30")], ids=str)
    def test_can_be_turned_into_levels_again(
        self, shell: Shell, samples: Samples, bits: int, words: tuple[str, ...]
    ) -> None:
        picture = draw(shell, "in.wav", "--bare", *SMALL, "--bits", str(bits), *words)
        assert picture.pixels.dtype == (np.uint8 if bits == 8 else np.uint16)
        lowest, highest = picture.ends
        assert (lowest, highest) == ((-50, -20) if words else (-80, 0))
        wanted = decibels(powers(samples))
        got = levels(picture, bits)
        assert got.shape == wanted.shape
        # Lower ones are at the mercy of float32.
        known = wanted > -65
        assert known.mean() > 0.99
        half_a_step = 0.5 * (highest - lowest) / (2**bits - 1)
        error = np.abs(got - wanted.clip(lowest, highest))[known]
        assert error.max() <= half_a_step + 3e-4
        assert error.max() > 0.9 * half_a_step

    def test_have_low_frequencies_at_the_bottom_and_time_to_the_right(self, shell: Shell) -> None:
        samples = tone(1000)
        samples[:2000] = 0
        write(shell, "in.wav", samples)
        picture = draw(shell, "in.wav", "--bare", *SMALL)
        row = BINS - 1 - 1000 * LENGTH // RATE_HZ  # counted from the top
        assert (picture.pixels[:, -100:-9].argmax(axis=0) == row).all()
        assert picture.pixels[row, -100:-9].min() >= 254
        assert picture.pixels[:, :100].max() == 0

    def test_of_the_same_level_are_the_same_for_every_sound(self, shell: Shell) -> None:
        quiet = tone(1000, level_dbfs=-42)
        write(shell, "quiet.wav", quiet)
        write(shell, "both.wav", quiet + tone(3000, level_dbfs=-3))
        row = BINS - 1 - 1000 * LENGTH // RATE_HZ
        found = [draw(shell, name, "--bare", *SMALL) for name in ("quiet.wav", "both.wav")]
        middles = [picture.pixels[row, 100] for picture in found]
        assert middles == [round(255 * 38 / 80)] * 2

    def test_are_counted_from_the_highest_if_asked_to(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000, level_dbfs=-40))
        picture = draw(shell, "in.wav", "--bare", *SMALL, "--ref", "max")
        assert picture.pixels.max() == 255
        assert picture.told["picture"]["label"] == "Level (dB re highest)"
        assert picture.ends == (-80, 0)

    def test_have_the_colours_of_a_map(self, shell: Shell, samples: Samples) -> None:
        assert len(samples)
        grey = draw(shell, "in.wav", "--bare", *SMALL).pixels
        coloured = draw(shell, "in.wav", "--bare", *SMALL, "--colormap", "viridis").pixels
        np.testing.assert_array_equal(coloured, colour_table("viridis")[grey])

    @pytest.mark.parametrize("words", [(), ("--colormap", "magma")], ids=str)
    def test_lose_nothing_in_webp(
        self, shell: Shell, samples: Samples, words: tuple[str, ...]
    ) -> None:
        assert len(samples)
        png = draw(shell, "in.wav", "--bare", *words)
        draw(shell, "in.wav", "--bare", *words, name="x.webp")
        with Image.open(shell.folder / "x.webp") as image:
            assert image.format == "WEBP"
            webp = np.asarray(image.convert("RGB"))
        wanted = png.pixels if words else np.repeat(png.pixels[..., np.newaxis], 3, axis=-1)
        np.testing.assert_array_equal(webp, wanted)

    def test_of_several_channels_are_their_mix(self, shell: Shell) -> None:
        both = noise(2, 4000) / 8
        write(shell, "both.wav", both)
        for name, samples in (("mix", both.mean(axis=0)), ("2", both[1])):
            write(shell, "one.wav", samples)
            wanted = draw(shell, "one.wav", "--bare").pixels
            got = draw(shell, "both.wav", "--bare", *(() if name == "mix" else ("--channel", name)))
            np.testing.assert_array_equal(got.pixels, wanted)

    def test_of_features_are_one_for_each_of_them(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000))
        picture = draw(shell, "in.wav", "--bare", "--n-fft", "512", "--mel", "20")
        assert picture.size == (1 + 4000 // 128, 20)
        assert picture.told["picture"]["label"] == "Level (dB)"
        logs = draw(shell, "in.wav", "--bare", "--n-fft", "512", "--mel", "20", "--log", "ln")
        assert logs.size == picture.size
        assert logs.told["picture"]["label"] == "Value (ln)"
        nearest = np.abs(band_centers_hz(RATE_HZ, 20) - 1000).argmin()
        for each in (picture, logs):
            assert each.pixels.max() == 255
            assert each.pixels[::-1, 10].argmax() == nearest

    def test_of_a_pipe_are_those_of_the_file(self, shell: Shell, samples: Samples) -> None:
        pcm = (samples * 32767).astype("<i2").tobytes()
        (shell.folder / "in.wav").write_bytes(wav_bytes(pcm))
        endless = wav_bytes(pcm, claimed_bytes=0xFFFFFFFF)
        # A size alone would give the file a hop of its own.
        for words in ((), ("--size", "77x33", "--hop-length", "16")):
            piped = shell.ok("spectrogram", "--bare", *words, stdin=endless)
            (shell.folder / "piped.png").write_bytes(piped.out)
            wanted = draw(shell, "in.wav", "--bare", *words).pixels
            with Image.open(shell.folder / "piped.png") as image:
                np.testing.assert_array_equal(np.asarray(image), wanted)


class TestSize:
    @pytest.mark.parametrize("size", [(1, 1), (1, 50), (300, 7), (37, 21), (600, 100), (2, 1)])
    def test_is_as_asked_for_and_keeps_the_loudest(
        self, shell: Shell, size: tuple[int, int]
    ) -> None:
        # A click between pixels, and a tone.
        samples = tone(1000, level_dbfs=-40)
        samples[2345] = 1
        write(shell, "in.wav", samples)
        whole = draw(shell, "in.wav", "--bare", *SMALL).pixels
        picture = draw(shell, "in.wav", "--bare", *SMALL, "--size", f"{size[0]}x{size[1]}")
        assert picture.size == size
        assert picture.pixels.max() == whole.max()
        assert set(np.unique(picture.pixels)) <= set(np.unique(whole))

    @pytest.mark.parametrize("how", ["max", "mean"])
    def test_folds_frames_and_bins_into_the_loudest_or_the_mean_power(
        self, shell: Shell, how: str
    ) -> None:
        samples = noise(63 * HOP) / 8
        write(shell, "in.wav", samples)
        words = ("--bare", *SMALL, "--bits", "16", "--reduce", how)
        got = levels(draw(shell, "in.wav", *words, "--size", f"16x{BINS}"), 16)
        power = powers(samples).reshape(16, 4, BINS)
        wanted = power.max(axis=1) if how == "max" else power.mean(axis=1)
        np.testing.assert_allclose(got, decibels(wanted).clip(-80, 0), atol=2e-3)
        lowest = levels(draw(shell, "in.wav", *words, "--size", "64x11", "--fmax", "3900"), 16)
        assert lowest.shape == (64, 11)

    def test_repeats_pixels_where_there_are_more(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(15 * HOP) / 8)
        small = draw(shell, "in.wav", "--bare", *SMALL)
        assert small.size == (16, BINS)
        large = draw(shell, "in.wav", "--bare", *SMALL, "--size", f"{16 * 5}x{BINS}")
        np.testing.assert_array_equal(large.pixels, np.repeat(small.pixels, 5, axis=1))

    def test_of_a_band_has_its_rows(self, shell: Shell, samples: Samples) -> None:
        assert len(samples)
        whole = draw(shell, "in.wav", "--bare", *SMALL)
        band = draw(shell, "in.wav", "--bare", *SMALL, "--fmin", "500", "--fmax", "2000")
        # Bins are 125 Hz apart: those from 4 to 16, counted from the bottom.
        np.testing.assert_array_equal(band.pixels[::-1], whole.pixels[::-1][4:17])

    @pytest.mark.parametrize("scale", ["log", "mel", "bark"])
    def test_goes_with_a_bent_axis(self, shell: Shell, scale: str) -> None:
        write(shell, "in.wav", tone(1000))
        words = ("--n-fft", "2048", "--scale", scale, "--size", "50x200")
        picture = draw(shell, "in.wav", "--bare", *words)
        assert picture.size == (50, 200)
        brightest = 199 - picture.pixels[:, 25].argmax()
        # Its place by the formulas: decades above the first bin, mel after Slaney, bark.
        bin_hz = RATE_HZ / 2048
        lowest_bark = -0.53 + 0.15 * 2.53
        bark_1k, bark_4k = (26.81 * hz / (1960 + hz) - 0.53 for hz in (1000, 4000))
        share = {
            "log": np.log(1000 / bin_hz) / np.log(4000 / bin_hz),
            "mel": 15 / (15 + 27 * np.log(4) / np.log(6.4)),
            "bark": (bark_1k - lowest_bark) / (bark_4k - lowest_bark),
        }[scale]
        assert brightest == pytest.approx(200 * share, abs=1.5)


class TestShortAndSilent:
    def test_silence_is_black(self, shell: Shell) -> None:
        write(shell, "in.wav", np.zeros(1000))
        assert draw(shell, "in.wav", "--bare").pixels.max() == 0

    @pytest.mark.parametrize("samples", [1, 2, 400])
    def test_a_few_samples_are_a_picture(self, shell: Shell, samples: int) -> None:
        write(shell, "in.wav", np.ones(samples) / 2)
        picture = draw(shell, "in.wav", "--bare")
        assert picture.size == (1 + samples // 64, 129)
        assert picture.pixels[-1].max() > 0  # 0 Hz


def test_it_says_how_it_was_made(shell: Shell, samples: Samples) -> None:
    assert len(samples)
    told = draw(shell, "in.wav", "--bare", *SMALL, "--range", "60", "--fmax", "3000").told
    view, figure = told["picture"]["view"], told["picture"]["figure"]
    assert (view["span"], view["fmax_hz"], view["scale"]) == (60, 3000, "linear")
    assert (figure["bare"], figure["bits"]) == (True, 8)
    assert told["picture"]["label"] == "Level (dBFS)"
    assert told["features"]["frames"]["filter_length"] == LENGTH


def test_any_features_have_the_ends_that_are_asked_for(shell: Shell) -> None:
    write(shell, "in.wav", noise(4000) / 8)
    words = ("--mfcc", "13", "--bare", "--top", "50", "--range", "400")
    assert draw(shell, "in.wav", *words).ends == (-350, 50)


class TestLoudSounds:
    """Samples far beyond full scale, whose squares are beyond float32."""

    @pytest.mark.parametrize("words", [("--spectrum", "magnitude"), ("--dtype", "float64")])
    def test_levels_are_right(self, shell: Shell, samples: Samples, words: tuple[str, str]) -> None:
        write(shell, "loud.wav", samples * np.float32(1e20))
        loud = draw(shell, "loud.wav", "--bare", *SMALL, *words, "--top", "400")
        (shell.folder / "x.png").unlink()
        plain = draw(shell, "in.wav", "--bare", *SMALL, *words, "--top", "0")
        np.testing.assert_allclose(levels(loud), levels(plain) + 400, atol=0.4)

    def test_with_axes_and_in_the_terminal(self, shell: Shell, samples: Samples) -> None:
        write(shell, "loud.wav", samples * np.float32(1e20))
        for word in ("--spectrum=magnitude", "--dtype=float64"):
            draw(shell, "loud.wav", word, "--waveform")
            assert ok_inside(shell, "show", "loud.wav", word).out

    def test_the_way_out_that_is_offered_is_there(self, shell: Shell, samples: Samples) -> None:
        write(shell, "loud.wav", samples * np.float32(1e20))
        done = run_inside(shell, "spectrogram", "loud.wav")
        assert done.code == 1
        assert done.err.endswith("make it quieter, or choose --dtype float64\n")

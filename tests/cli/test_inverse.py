"""`stftcli inverse`: the sound comes back, and whatever is wrong is said in one line."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stftcli import STFT
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Done, Shell
from tests.signals import noise

COMPLEX = ("--spectrum", "complex", "--n-fft", "256", "--hop-length", "100")
RATE_HZ = 8000

Sound = NDArray[Any]


def read(path: Path, dtype: str = "float32") -> Sound:
    samples, rate_hz = soundfile.read(path, dtype=dtype, always_2d=True)
    assert rate_hz == RATE_HZ
    return np.asarray(samples.T)


def write_tone(path: Path, samples: int = 6001, channels: int = 1) -> NDArray[np.int16]:
    """Write 16-bit noise that reaches full scale on both sides, and give it."""
    values = np.clip(12_000 * noise(samples, channels, seed=3), -32_768, 32_767).astype(np.int16)
    values[100:102] = [[32_767], [-32_768]]
    soundfile.write(path, values, RATE_HZ, subtype="PCM_16")
    return values.T


def assert_refused(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.err
    assert done.out == b""
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("stftcli: ")
    assert "a fault of stftcli" not in done.err
    for word in words:
        assert word in done.err


class TestComplexSpectra:
    @pytest.mark.parametrize("ending", ["npz", "safetensors", "raw", "npy"])
    @pytest.mark.parametrize("layout", ["frames-first", "bins-first"])
    @pytest.mark.parametrize("channels", [1, 2])
    def test_give_the_samples_of_a_16_bit_file_back(
        self, shell: Shell, ending: str, layout: str, channels: int
    ) -> None:
        wanted = write_tone(shell.folder / "in.wav", channels=channels)
        words = ("--channel", "all", "--layout", layout, "--sidecar")
        ok_inside(shell, "features", "in.wav", *COMPLEX, *words, "--out", f"x.{ending}")
        done = ok_inside(shell, "inverse", f"x.{ending}", "--out", "out.wav")
        assert f"{channels} channel" in done.err
        assert np.array_equal(read(shell.folder / "out.wav", "int16"), wanted)

    @pytest.mark.parametrize("padding", ["center", "causal", "same", "kaldi", "none"])
    def test_of_every_padding_are_undone(
        self, shell: Shell, mono: NDArray[np.float32], padding: str
    ) -> None:
        words = ["--padding", padding, "--window", "hamming", "--win-align", "left"]
        words += ["--win-length", "200"]
        ok_inside(shell, "features", "mono.wav", *COMPLEX, *words, "--out", "x.npz")
        ok_inside(shell, "inverse", "x.npz", "--subtype", "FLOAT", "--out", "out.wav")
        back = read(shell.folder / "out.wav")[0]
        assert back.shape == mono.shape
        reached = len(mono) - (300 if padding in ("none", "causal") else 0)
        np.testing.assert_allclose(back[:reached], mono[:reached], atol=1e-5)

    def test_of_float64_come_back_as_precise(self, shell: Shell) -> None:
        signal = noise(5000).astype(np.float64) / 8 + 1e-9
        soundfile.write(shell.folder / "in.wav", signal, RATE_HZ, subtype="DOUBLE")
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--dtype", "float64", "--out", "x.npz")
        ok_inside(shell, "inverse", "x.npz", "--subtype", "DOUBLE", "--out", "out.wav")
        np.testing.assert_allclose(
            read(shell.folder / "out.wav", "float64")[0], signal, rtol=0, atol=1e-14
        )

    def test_undo_what_was_done_to_the_signal(
        self, shell: Shell, mono: NDArray[np.float32]
    ) -> None:
        words = ("--preemphasis", "0.97", "--int16-scale", "--pad-to", "3")
        ok_inside(shell, "features", "mono.wav", *COMPLEX, *words, "--out", "x.npz")
        ok_inside(shell, "inverse", "x.npz", "--subtype", "FLOAT", "--out", "out.wav")
        np.testing.assert_allclose(read(shell.folder / "out.wav")[0], mono, atol=1e-5)

    @pytest.mark.parametrize("padding", ["neighbours", "own"])
    @pytest.mark.parametrize("filter_length", ["256", "2048"])
    def test_of_a_part_of_a_sound_are_that_part(
        self, shell: Shell, mono: NDArray[np.float32], padding: str, filter_length: str
    ) -> None:
        words = ["--spectrum", "complex", "--n-fft", filter_length, "--hop-length", "100"]
        words += ["--start", "0.5", "--duration", "0.7", "--segment-padding", padding]
        ok_inside(shell, "features", "mono.wav", *words, "--out", "x.npz")
        done = ok_inside(shell, "inverse", "x.npz", "--subtype", "FLOAT", "--out", "out.wav")
        assert "warning" not in done.err
        np.testing.assert_allclose(read(shell.folder / "out.wav")[0], mono[4000:9600], atol=1e-6)

    def test_at_another_rate_have_the_length_of_that(self, shell: Shell) -> None:
        pytest.importorskip("soxr")
        soundfile.write(shell.folder / "in.wav", noise(11_025) / 8, 11_025)
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--rate", "8000", "--out", "x.npz")
        ok_inside(shell, "inverse", "x.npz", "--out", "out.wav")
        assert read(shell.folder / "out.wav").shape == (1, 8000)

    def test_without_the_last_frame_keep_the_length(self, shell: Shell) -> None:
        wanted = write_tone(shell.folder / "in.wav", 6000)
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--drop-last", "--out", "x.npz")
        ok_inside(shell, "inverse", "x.npz", "--out", "out.wav")
        back = read(shell.folder / "out.wav", "int16")
        assert back.shape == wanted.shape
        assert np.array_equal(back[:, :5900], wanted[:, :5900])


class TestSettings:
    def test_may_come_from_a_preset_a_file_or_options(
        self, shell: Shell, mono: NDArray[np.float32]
    ) -> None:
        np.save(shell.folder / "x.npy", STFT(256, 100)(mono))
        (shell.folder / "x.toml").write_text("[frames]\nfilter_length = 256\nhop_length = 100\n")
        frames = ("--n-fft", "256", "--hop-length", "100")
        for number, words in enumerate((frames, ("--config", "x.toml"))):
            out = f"{number}.wav"
            ok_inside(shell, "inverse", "x.npy", *words, "--rate", "8000", "--out", out)
            assert read(shell.folder / out).shape == (1, 12_000)
        assert (shell.folder / "0.wav").read_bytes() == (shell.folder / "1.wav").read_bytes()
        np.save(shell.folder / "y.npy", STFT(2048, 512)(mono))
        preset = ("--preset", "torch-stft", "--rate", "8000")
        ok_inside(shell, "inverse", "y.npy", *preset, "--length", "12001", "--out", "y.wav")
        np.testing.assert_allclose(read(shell.folder / "y.wav")[0], mono, atol=1e-4)

    def test_librosas_arrays_are_read_as_they_are(
        self, shell: Shell, mono: NDArray[np.float32]
    ) -> None:
        # librosa.stft gives (bins, frames) in the order of Fortran.
        np.save(shell.folder / "x.npy", np.asfortranarray(STFT(pad_mode="constant")(mono).T))
        words = ["--preset", "librosa-stft", "--layout", "bins-first", "--rate", "8000"]
        words += ["--length", "12001", "--subtype", "FLOAT"]
        ok_inside(shell, "inverse", "x.npy", *words, "--out", "out.wav")
        np.testing.assert_allclose(read(shell.folder / "out.wav")[0], mono, atol=1e-6)

    def test_given_change_those_that_are_stored(self, shell: Shell) -> None:
        write_tone(shell.folder / "in.wav")
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--out", "x.npz")
        done = ok_inside(shell, "inverse", "x.npz", "--rate", "4000", "--out", "out.wav")
        assert "are for 8000 Hz, not 4000" in done.err
        assert soundfile.info(shell.folder / "out.wav").samplerate == 4000

    def test_length_is_cut_or_filled_with_zeros(self, shell: Shell) -> None:
        wanted = write_tone(shell.folder / "in.wav")
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--out", "x.npz")
        for length in (0, 77, 9000):
            ok_inside(shell, "inverse", "x.npz", "--length", str(length), "--out", "out.wav")
            back = read(shell.folder / "out.wav", "int16")
            assert back.shape == (1, length)
            assert np.array_equal(back[0, :5900], wanted[0, : min(length, 5900)])

    def test_edited_to_another_number_of_frames_are_warned_of(self, shell: Shell) -> None:
        write_tone(shell.folder / "in.wav")
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--sidecar", "--out", "x.npy")
        spectra = np.load(shell.folder / "x.npy")[:20]
        np.save(shell.folder / "x.npy", spectra)
        described = json.loads((shell.folder / "x.npy.json").read_text())
        described["shape"] = spectra.shape
        (shell.folder / "x.npy.json").write_text(json.dumps(described))
        done = ok_inside(shell, "inverse", "x.npy", "--out", "out.wav")
        assert "20 frames, and its sound had 61" in done.err
        assert read(shell.folder / "out.wav").shape == (1, 1900)


class TestPipes:
    def test_a_band_is_removed_in_a_pipe(self, shell: Shell) -> None:
        signal = np.sin(np.arange(8000) * 2 * np.pi * 1000 / 8000) / 4
        low = np.sin(np.arange(8000) * 2 * np.pi * 125 / 8000) / 4
        soundfile.write(shell.folder / "in.wav", signal + low, RATE_HZ, subtype="FLOAT")
        edit = (
            "import io, sys, numpy as np; x = np.load(io.BytesIO(sys.stdin.buffer.read())); "
            "x[:, 16:] = 0; np.save(out := io.BytesIO(), x); "
            "sys.stdout.buffer.write(out.getvalue())"
        )
        spectra = shell.ok("features", "in.wav", *COMPLEX, "--out", "-").out
        edited = subprocess.run(
            [sys.executable, "-c", edit], input=spectra, capture_output=True, check=True
        ).stdout
        words = ("--rate", "8000", *COMPLEX[2:], "--subtype", "FLOAT", "--out", "-")
        out = shell.ok("inverse", "-", *words, stdin=edited).out
        samples, rate_hz = soundfile.read(io.BytesIO(out))
        assert rate_hz == RATE_HZ
        np.testing.assert_allclose(samples[1000:7000], low[1000:7000], atol=2e-3)

    def test_the_header_of_a_piped_wav_tells_the_truth(self, shell: Shell) -> None:
        write_tone(shell.folder / "in.wav", channels=2)
        spectra = shell.ok("features", "in.wav", "--channel", "all", *COMPLEX, "--out", "-").out
        words = ("--rate", "8000", *COMPLEX[2:])
        out = shell.ok("inverse", *words, stdin=spectra).out
        assert out[:4] == b"RIFF"
        assert int.from_bytes(out[4:8], "little") == len(out) - 8
        info = soundfile.info(io.BytesIO(out))
        assert (info.frames, info.channels) == (6000, 2)

    def test_bins_first_in_a_pipe_are_read_too(self, shell: Shell) -> None:
        write_tone(shell.folder / "in.wav", channels=2)
        words = ("--channel", "all", "--layout", "bins-first")
        spectra = shell.ok("features", "in.wav", *words, *COMPLEX, "--out", "-").out
        given = ("--rate", "8000", "--layout", "bins-first", *COMPLEX[2:], "--out", "out.wav")
        shell.ok("inverse", "-", *given, stdin=spectra)
        assert read(shell.folder / "out.wav").shape == (2, 6000)


class TestFormats:
    @pytest.mark.parametrize("ending", ["flac", "aiff", "au", "caf", "w64", "rf64"])
    def test_hold_the_same_samples(self, shell: Shell, ending: str) -> None:
        wanted = write_tone(shell.folder / "in.wav")
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--out", "x.npz")
        ok_inside(shell, "inverse", "x.npz", "--subtype", "PCM_16", "--out", f"out.{ending}")
        assert np.array_equal(read(shell.folder / f"out.{ending}", "int16"), wanted)

    @pytest.mark.parametrize(
        ("subtype", "step"),
        [("PCM_U8", 2.0**-7), ("PCM_16", 2.0**-15), ("PCM_24", 2.0**-22), ("PCM_32", 2.0**-22)],
    )
    def test_integers_are_rounded_to_the_nearest(
        self, shell: Shell, mono: NDArray[np.float32], subtype: str, step: float
    ) -> None:
        ok_inside(shell, "features", "mono.wav", *COMPLEX, "--out", "x.npz")
        ok_inside(shell, "inverse", "x.npz", "--subtype", subtype, "--out", "out.wav")
        back = read(shell.folder / "out.wav")[0]
        assert np.abs(back - mono).max() <= 0.51 * step + 1e-6

    @pytest.mark.parametrize("ending", ["ogg", "mp3", "opus"])
    def test_that_lose_something_are_written(self, shell: Shell, ending: str) -> None:
        write_tone(shell.folder / "in.wav")
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--out", "x.npz")
        ok_inside(shell, "inverse", "x.npz", "--out", f"out.{ending}")
        assert soundfile.info(shell.folder / f"out.{ending}").frames >= 6001

    def test_what_is_beyond_full_scale_is_clipped_and_told_of(self, shell: Shell) -> None:
        signal = np.zeros(4000, np.float32)
        signal[1000:1010], signal[2000] = 1.5, -2
        soundfile.write(shell.folder / "in.wav", signal, RATE_HZ, subtype="FLOAT")
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--out", "x.npz")
        done = ok_inside(shell, "inverse", "x.npz", "--out", "out.wav")
        assert "11 samples of out.wav were beyond full scale (the loudest is 2)" in done.err
        assert "--subtype FLOAT" in done.err
        back = read(shell.folder / "out.wav", "int16")[0]
        assert (back[1000:1010] == 32_767).all()
        assert back[2000] == -32_768
        done = ok_inside(shell, "inverse", "x.npz", "--subtype", "FLOAT", "--out", "out.wav")
        assert "beyond" not in done.err
        np.testing.assert_allclose(read(shell.folder / "out.wav")[0], signal, atol=1e-6)

    @pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
    def test_the_same_sound_is_the_same_file(self, shell: Shell, subtype: str) -> None:
        write_tone(shell.folder / "in.wav")
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--out", "x.npz")
        for name in ("a.wav", "b.wav"):
            ok_inside(shell, "inverse", "x.npz", "--subtype", subtype, "--out", name)
        content = (shell.folder / "a.wav").read_bytes()
        assert content == (shell.folder / "b.wav").read_bytes()
        assert b"PEAK" not in content[:100]

    def test_default_output_has_the_name_of_the_array(self, shell: Shell) -> None:
        write_tone(shell.folder / "in.wav")
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--out", "spectra.npz")
        ok_inside(shell, "inverse", "spectra.npz")
        assert (shell.folder / "spectra.wav").exists()


MEL = ("--mel", "40", "--log", "db", "--n-fft", "256", "--hop-length", "64")


class TestGriffinLim:
    def test_rebuilds_a_sound_with_about_these_features(
        self, shell: Shell, mono: NDArray[np.float32]
    ) -> None:
        ok_inside(shell, "features", "mono.wav", *MEL, "--out", "x.npz")
        done = ok_inside(shell, "inverse", "x.npz", "--griffin-lim", "16", "--out", "out.wav")
        assert "spectral convergence 0." in done.err
        assert read(shell.folder / "out.wav").shape == (1, len(mono))
        ok_inside(shell, "features", "out.wav", *MEL, "--out", "y.npz")
        before, after = (np.load(shell.folder / name)["features"] for name in ("x.npz", "y.npz"))
        assert np.abs(before - after).mean() < 1.5  # decibels

    @pytest.mark.parametrize("ending", ["csv", "ark"])
    def test_takes_arrays_that_say_nothing(self, shell: Shell, ending: str) -> None:
        if ending == "ark":
            pytest.importorskip("kaldiio")
        write_tone(shell.folder / "in.wav")
        ok_inside(shell, "features", "in.wav", *MEL, "--out", f"x.{ending}")
        words = (*MEL, "--rate", "8000", "--griffin-lim", "2")
        ok_inside(shell, "inverse", f"x.{ending}", *words, "--out", "out.wav")
        assert read(shell.folder / "out.wav").shape == (1, 5952)

    def test_levels_that_were_taken_for_magnitudes_are_told_of(self, shell: Shell) -> None:
        np.save(shell.folder / "x.npy", np.full((20, 129), -30, np.float32))
        how = ("--rate", "8000", "--n-fft", "256", "--griffin-lim", "2", "--out", "y.wav")
        done = ok_inside(shell, "inverse", "x.npy", *how)
        assert "x.npy holds values below 0, which were taken for 0" in done.err
        assert "make it a magnitude" in done.err
        assert "below 0" not in ok_inside(shell, "inverse", "x.npy", *how, "--spectrum", "db").err

    def test_gives_the_same_sound_for_the_same_seed(self, shell: Shell) -> None:
        write_tone(shell.folder / "in.wav", 2000, channels=2)
        ok_inside(shell, "features", "in.wav", "--channel", "all", *MEL, "--out", "x.npz")
        contents = []
        for seed in ("1", "1", "2"):
            words = ("--griffin-lim", "2", "--seed", seed, "--out", "out.wav")
            ok_inside(shell, "inverse", "x.npz", *words)
            contents.append((shell.folder / "out.wav").read_bytes())
        assert contents[0] == contents[1] != contents[2]

    def test_to_a_pipe_says_how_near_it_came(self, shell: Shell) -> None:
        write_tone(shell.folder / "in.wav", 2000)
        shell.ok("features", "in.wav", *MEL, "--out", "x.npz")
        done = shell.ok("inverse", "x.npz", "--griffin-lim", "2", "--out", "-")
        assert "standard output: 0.250 s" in done.err
        assert soundfile.info(io.BytesIO(done.out)).frames == 2000


BAD: dict[str, tuple[Any, tuple[str, ...], int, tuple[str, ...]]] = {
    "bins": (np.zeros((5, 100), complex), COMPLEX, 1, ("100 features", "129", "--n-fft 198")),
    "transposed": (np.zeros((129, 50), complex), COMPLEX, 1, ("--layout",)),
    "real": (np.zeros((5, 129)), COMPLEX, 1, ("real numbers", "--spectrum magnitude")),
    "complex": (np.zeros((5, 129), complex), ("--spectrum", "power"), 1, ("--spectrum complex",)),
    "nan": (np.full((5, 129), np.nan + 0j), COMPLEX, 1, ("NaN",)),
    "infinite": (np.full((5, 129), np.inf + 0j), COMPLEX, 1, ("infinite",)),
    "huge": (np.full((50, 129), 3e38 + 0j, "c8"), COMPLEX, 1, ("too large",)),
    "empty": (np.zeros((0, 129), complex), COMPLEX, 1, ("no frames",)),
    "one axis": (np.zeros(129, complex), COMPLEX, 1, ("(frames, [channels,] features)",)),
    "four axes": (np.zeros((2, 2, 2, 129), complex), COMPLEX, 1, ("shape (2, 2, 2, 129)",)),
    "texts": (np.full((5, 129), "x"), COMPLEX, 1, ("not numbers",)),
    "phase": (np.zeros((5, 129)), COMPLEX[2:], 2, ("--griffin-lim 32",)),
    "angles": (np.zeros((5, 129)), ("--spectrum", "phase"), 2, ("phase", "magnitude")),
    "hop": (np.zeros((5, 129), complex), ("--hop-length", "300"), 2, ("hann of 256", "of 128 can")),
    "dc": (np.zeros((5, 129), complex), ("--remove-dc",), 2, ("--remove-dc",)),
    "emphasis": (
        np.zeros((5, 129), complex),
        ("--frame-preemphasis", "0.97"),
        2,
        ("--preemphasis", "--frame-preemphasis"),
    ),
    "step": (np.zeros((5, 12)), ("--chroma", "12", "--griffin-lim", "2"), 2, ("step chroma",)),
    "needless": (np.zeros((5, 129), complex), ("--griffin-lim", "2"), 2, ("leave out",)),
    "subtype": (np.zeros((5, 129), complex), ("--subtype", "X"), 2, ("--subtype", "PCM_16")),
}


class TestBadInput:
    @pytest.mark.parametrize("case", BAD)
    def test_is_told_of_and_leaves_nothing(self, shell: Shell, case: str) -> None:
        array, words, code, told = BAD[case]
        np.save(shell.folder / "x.npy", array)
        frames = () if "--n-fft" in words else ("--n-fft", "256")
        done = run_inside(
            shell, "inverse", "x.npy", *frames, *words, "--rate", "8000", "--out", "out.wav"
        )
        assert_refused(done, code, *told)
        assert shell.names() == ["x.npy"]

    def test_settings_that_are_missing_are_asked_for(self, shell: Shell) -> None:
        np.save(shell.folder / "x.npy", np.zeros((5, 129), complex))
        done = run_inside(shell, "inverse", "x.npy", "--out", "out.wav")
        assert_refused(done, 1, "--config", "--preset", "--n-fft", "--rate")
        done = run_inside(shell, "inverse", "x.npy", "--n-fft", "256", "--out", "out.wav")
        assert_refused(done, 2, "--rate")

    @pytest.mark.parametrize("content", [b"", b"RIFF", b"\x93NUMPY\x01\x00"])
    @pytest.mark.parametrize("ending", ["npy", "npz", "safetensors", "raw", "csv"])
    def test_what_is_no_array_is_refused(self, shell: Shell, ending: str, content: bytes) -> None:
        (shell.folder / f"x.{ending}").write_bytes(content)
        words = ("--rate", "8000", "--griffin-lim", "1", "--out", "out.wav")
        done = run_inside(shell, "inverse", f"x.{ending}", *words)
        assert_refused(done, 1, f"x.{ending}")
        assert shell.names() == [f"x.{ending}"]

    def test_a_pipe_that_ends_early_is_refused(self, shell: Shell) -> None:
        file = io.BytesIO()
        np.save(file, np.zeros((5, 129), complex))
        done = shell.run(
            *("inverse", "-", "--rate", "8000", "--n-fft", "256", "--out", "out.wav"),
            stdin=file.getvalue()[:-1],
        )
        assert_refused(done, 1, "standard input", "ends early")
        assert shell.names() == []

    def test_no_file_no_ending_and_the_input_as_output(self, shell: Shell) -> None:
        words = ("--rate", "8000")
        done = run_inside(shell, "inverse", "none.npy", *words, "--out", "out.wav")
        assert_refused(done, 1, "none.npy", "No such file")
        np.save(shell.folder / "x.npy", np.zeros((5, 1025), complex))
        done = run_inside(shell, "inverse", "x.npy", *words, "--out", "out.xyz")
        assert_refused(done, 2, "out.xyz", ".wav", ".flac")
        (shell.folder / "x.npy").rename(shell.folder / "x.wav")
        done = run_inside(shell, "inverse", "x.wav", *words, "--out", "x.wav")
        assert_refused(done, 2, "overwrite x.wav", "another name")

    def test_a_full_disk_is_told_of(self, shell: Shell) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("there is no /dev/full")
        np.save(shell.folder / "x.npy", np.zeros((50, 1025), complex))
        done = shell.run("inverse", "x.npy", "--rate", "8000", "--out", "/dev/full")
        assert_refused(done, 1, "/dev/full")

    @pytest.mark.parametrize("samples", [-3, 1.5, True, "x", 1 << 60, None, [1]])
    def test_a_length_that_cannot_be_true_is_not_believed(self, shell: Shell, samples: Any) -> None:
        write_tone(shell.folder / "in.wav")
        ok_inside(shell, "features", "in.wav", *COMPLEX, "--sidecar", "--out", "x.npy")
        described = json.loads((shell.folder / "x.npy.json").read_text())
        described["settings"]["input"]["samples"] = samples
        (shell.folder / "x.npy.json").write_text(json.dumps(described))
        ok_inside(shell, "inverse", "x.npy", "--out", "out.wav")
        assert read(shell.folder / "out.wav").shape == (1, 6000)

"""Presets on the command line: which there are, what options make of them, and their traps."""

import math
import tomllib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.dsp.filterbanks import mel_weights
from stftcli.features.presets import load_preset
from stftcli.presets import preset_names
from tests.cli.computing import (
    array_of,
    features_inside,
    noisy_rise,
    settings_of,
    step_names,
    steps_of,
    write_sound,
)
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.signals import assert_same_bits, noise

each_preset = pytest.mark.parametrize("name", preset_names())


def rate_of(name: str) -> int:
    """Give the rate that a preset is for, or else any."""
    return load_preset(name).settings.signal.rate_hz or 22050


def write_for(shell: Shell, name: str, seconds: float = 1.0) -> None:
    """Write in.wav at the rate of a preset."""
    write_sound(shell, "in.wav", noisy_rise(rate_of(name), seconds), rate_of(name))


def of_noise(shell: Shell, *words: str) -> NDArray[Any]:
    """Give the features of half a second of noise at 16 kHz."""
    write_sound(shell, "noise.wav", noise(8000, seed=2) / 8, 16000)
    return features_inside(shell, "noise.wav", *words)


@each_preset
def test_file_pipe_and_threads_give_the_same_bytes(shell: Shell, name: str) -> None:
    write_for(shell, name)
    words = ("features", "in.wav", "--preset", name, "--out", "-", "--threads")
    one = ok_inside(shell, *words, "1").out
    assert ok_inside(shell, *words, "2").out == one
    content = (shell.folder / "in.wav").read_bytes()
    piped = shell.ok("features", "--preset", name, stdin=content)
    assert piped.out == one
    assert len(array_of(one)) > 40


@each_preset
def test_printed_settings_give_the_same_bytes(shell: Shell, name: str) -> None:
    write_for(shell, name)
    printed = ok_inside(shell, "features", "--preset", name, "--print-config").out
    (shell.folder / "mine.toml").write_bytes(printed)
    by_preset = features_inside(shell, "in.wav", "--preset", name)
    assert_same_bits(features_inside(shell, "in.wav", "--config", "mine.toml"), by_preset)
    again = ok_inside(shell, "features", "--config", "mine.toml", "--print-config").out
    assert again == printed


@each_preset
def test_what_is_shown_of_a_preset_is_a_configuration(shell: Shell, name: str) -> None:
    write_for(shell, name)
    shown = ok_inside(shell, "presets", "show", name).out
    (shell.folder / "shown.toml").write_bytes(shown)
    by_preset = features_inside(shell, "in.wav", "--preset", name)
    assert_same_bits(features_inside(shell, "in.wav", "--config", "shown.toml"), by_preset)
    about = tomllib.loads(shown.decode())
    assert about["version"] >= 1
    assert about["equals"]


def test_the_list_has_a_line_for_each_preset(shell: Shell) -> None:
    lines = ok_inside(shell, "presets").out.decode().splitlines()
    assert [line.split()[0] for line in lines] == preset_names()
    for line in lines:
        name, _, title = line.partition(" ")
        assert title.strip() == load_preset(name).title
        assert len(line) <= 100


def test_printing_needs_no_sound_and_writes_nothing(shell: Shell) -> None:
    words = ("features", "missing.wav", "--preset", "whisper", "--out", "x.npy", "--print-config")
    assert ok_inside(shell, *words).out.startswith(b"settings_version = 3\n")
    assert shell.names() == []


@pytest.mark.parametrize("command", ["features", "info", "spectrogram"])
def test_every_command_takes_presets(shell: Shell, command: str) -> None:
    printed = ok_inside(shell, command, "--preset", "vggish", "--print-config").out.decode()
    assert tomllib.loads(printed)["based_on"] == "the preset vggish (version 1)"


class TestOptionsChangeAPresetInPlace:
    def changed(self, shell: Shell, name: str, *words: str) -> dict[int, dict[str, Any]]:
        """Give the fields of steps that options change, where the names of the steps stay."""
        before, after = steps_of(shell, "--preset", name), steps_of(shell, "--preset", name, *words)
        assert [step["step"] for step in before] == [step["step"] for step in after]
        return {
            at: {field: new[field] for field in new if new[field] != old.get(field)}
            for at, (old, new) in enumerate(zip(before, after, strict=True))
            if new != old
        }

    @pytest.mark.parametrize(
        ("name", "words", "changes"),
        [
            ("whisper", "--mel 128", {0: {"bands": 128}}),
            (
                "whisper",
                "--mel 40 --fmin 60 --fmax 7000",
                {0: {"bands": 40, "fmin_hz": 60.0, "fmax_hz": 7000.0}},
            ),
            ("kaldi-fbank", "--mel 80", {0: {"bands": 80}}),
            (
                "ast",
                "--mel-scale slaney --mel-norm slaney",
                {0: {"scale": "slaney", "norm": "slaney"}},
            ),
            ("librosa-mfcc", "--log ln", {1: {"kind": "ln"}}),
            (
                "librosa-mfcc",
                "--log ln --floor 1e-6 --ref max",
                {1: {"kind": "ln", "floor": 1e-6, "ref": "max"}},
            ),
            ("librosa-mfcc", "--top-db 60", {2: {"db": 60.0}}),
            ("librosa-mfcc", "--mfcc 13 --lifter 22", {3: {"outputs": 13, "lifter": 22.0}}),
            ("kaldi-mfcc", "--lifter 0", {2: {"lifter": 0.0}}),
            ("nemo", "--normalize mean", {2: {"by": "mean"}}),
            ("nemo", "--log-offset 1e-6", {1: {"offset": 1e-6}}),
            ("ast", "--standardize 1,2", {2: {"mean": 1.0, "deviation": 2.0}}),
        ],
    )
    def test_steps(
        self, shell: Shell, name: str, words: str, changes: dict[int, dict[str, Any]]
    ) -> None:
        assert self.changed(shell, name, *words.split()) == changes

    @pytest.mark.parametrize(
        ("words", "section", "field", "value"),
        [
            ("--n-fft 512", "frames", "filter_length", 512),
            ("--hop-length 5ms", "frames", "hop_length", "5ms"),
            ("--win-length 320", "frames", "win_length", 320),
            ("--window hamming", "frames", "window", "hamming"),
            ("--symmetric", "frames", "periodic", False),
            ("--win-align left", "frames", "win_align", "left"),
            ("--no-center", "frames", "padding", "none"),
            ("--causal", "frames", "padding", "causal"),
            ("--padding same", "frames", "padding", "same"),
            ("--pad-mode edge", "frames", "pad_mode", "edge"),
            ("--keep-last", "frames", "drop_last", False),
            ("--remove-dc", "frames", "remove_dc", True),
            ("--frame-preemphasis 0.97", "frames", "preemphasis", 0.97),
            ("--preemphasis 0.9", "signal", "preemphasis", 0.9),
            ("--int16-scale", "signal", "int16_scale", True),
            ("--pad-to 30", "signal", "pad_to_s", 30.0),
            ("--rate 8000", "signal", "rate_hz", 8000),
            ("--rate 8000", "signal", "resample", "HQ"),
            ("--start 0:01.5", "segment", "start_s", 1.5),
            ("--duration 2", "segment", "duration_s", 2.0),
            ("--channel 2", "segment", "channel", 2),
            ("--spectrum magnitude", "features", "spectrum", "magnitude"),
            ("--epsilon 1e-9", "features", "epsilon", 1e-9),
        ],
    )
    def test_everything_else(
        self, shell: Shell, words: str, section: str, field: str, value: Any
    ) -> None:
        before = settings_of(shell, "--preset", "whisper")
        after = settings_of(shell, "--preset", "whisper", *words.split())
        assert after[section][field] == value != before[section].get(field)
        after[section].pop(field)
        before[section].pop(field, None)
        for settings in (before, after):
            settings["signal"].pop("resample" if field == "rate_hz" else "", None)
            settings["signal"].pop("rate_hz" if field == "resample" else "", None)
        assert after == before

    @pytest.mark.parametrize(("option", "field"), [("dtype", "float64"), ("layout", "bins-first")])
    def test_the_array(self, shell: Shell, option: str, field: str) -> None:
        assert settings_of(shell, "--preset", "whisper", f"--{option}", field)[option] == field

    def test_mfcc_take_the_place_of_another_bank_as_mel_does(self, shell: Shell) -> None:
        printed = ok_inside(shell, "features", "--chroma", "12", "--print-config").out
        (shell.folder / "mine.toml").write_bytes(printed)
        assert step_names(shell, "--config", "mine.toml", "--mfcc", "13") == ["mel", "log", "dct"]
        assert step_names(shell, "--config", "mine.toml", "--mel", "40") == ["mel"]

    def test_a_preset_does_not_forget_what_it_is(self, shell: Shell) -> None:
        assert settings_of(shell, "--preset", "ast", "--mel", "64")["based_on"].startswith(
            "the preset ast"
        )


class TestStepsTakenAway:
    @pytest.mark.parametrize(
        ("name", "words", "left"),
        [
            ("vggish", "--log none", "mel"),
            ("librosa-mfcc", "--top-db none", "mel log dct"),
            ("librosa-mfcc", "--log none --top-db none", "mel dct"),
            ("nemo", "--normalize none", "mel log"),
            ("kaldi-mfcc", "--no-energy", "mel log dct"),
            ("vggish", "--deltas 0", "mel log"),
        ],
    )
    def test_by_none(self, shell: Shell, name: str, words: str, left: str) -> None:
        assert step_names(shell, "--preset", name, *words.split()) == left.split()

    def test_deltas_and_statistics_of_a_configuration(self, shell: Shell) -> None:
        words = ("--preset", "vggish", "--deltas", "2", "--stats", "mean")
        printed = ok_inside(shell, "features", *words, "--print-config").out
        (shell.folder / "mine.toml").write_bytes(printed)
        base = ("--config", "mine.toml")
        assert step_names(shell, *base) == ["mel", "log", "deltas", "stats"]
        assert step_names(shell, *base, "--deltas", "0") == ["mel", "log", "stats"]
        stats = steps_of(shell, *base, "--stats", "max,min")[-1]
        assert stats["names"] == ["max", "min"]

    def test_a_floor_takes_the_place_of_an_offset(self, shell: Shell) -> None:
        log = steps_of(shell, "--preset", "vggish", "--floor", "1e-3")[1]
        assert log["floor"] == 1e-3
        assert "offset" not in log
        silence = np.zeros(8000, np.float32)
        write_sound(shell, "silence.wav", silence, 16000)
        words = ("silence.wav", "--preset", "vggish")
        np.testing.assert_allclose(features_inside(shell, *words), math.log(0.01), atol=1e-6)
        floored = features_inside(shell, *words, "--floor", "1e-3")
        np.testing.assert_allclose(floored, math.log(1e-3), atol=1e-6)


class TestStepsAdded:
    @pytest.mark.parametrize(
        ("words", "names"),
        [
            ("--linear-out 4", "mel log top_db standardize linear_out"),
            ("--linear a.npy --log ln", "mel log top_db standardize linear"),
            ("--log ln --linear a.npy --log db", "mel log top_db standardize linear log"),
            ("--linear a.npy --deltas 1", "mel log top_db standardize linear deltas"),
            ("--deltas 1 --linear a.npy", "mel log top_db standardize linear deltas"),
            ("--normalize mean --stats mean", "mel log top_db standardize normalize stats"),
            ("--mfcc 13", "mel log top_db standardize dct"),
        ],
    )
    def test_after_a_preset(self, shell: Shell, words: str, names: str) -> None:
        assert step_names(shell, "--preset", "whisper", *words.split()) == names.split()

    @pytest.mark.parametrize(
        ("words", "names"),
        [
            ("--mfcc 13", "mel log dct"),
            ("--mel 40", "mel"),
            ("--mfcc 13 --deltas 2 --normalize meanvar", "mel log dct normalize deltas"),
            (
                "--stats mean --normalize peak --top-db 60 --log db --mel 40",
                "mel log top_db normalize stats",
            ),
            ("--standardize 1,2 --log ln --chroma 12", "chroma log standardize"),
            ("--energy --log ln --mel 20", "mel log energy"),
            ("--descriptors rms --deltas 1", "descriptors deltas"),
        ],
    )
    def test_without_one(self, shell: Shell, words: str, names: str) -> None:
        assert step_names(shell, *words.split()) == names.split()

    def test_a_linear_is_applied_to_what_the_preset_gives(self, shell: Shell) -> None:
        weight = noise(3, 64, seed=5)
        np.save(shell.folder / "weight.npy", weight)
        plain = of_noise(shell, "--preset", "vggish")
        got = of_noise(shell, "--preset", "vggish", "--linear", "weight.npy")
        np.testing.assert_allclose(got, plain @ weight.T, rtol=0, atol=1e-4)


BAD_CALLS = {
    "--preset librosa-mel --floor 1e-3": "--floor|--log",
    "--preset librosa-mel --ref max": "--ref|--log",
    "--preset librosa-mel --lifter 22": "--lifter|--mfcc",
    "--preset librosa-mel --delta-window 3": "--delta-window|--deltas",
    "--mel 40 --tuning 0.5": "--tuning|--chroma",
    "--preset vggish --log none --floor 1": "--floor|--log",
    "--preset whisper --config mine.toml": "--preset|--config|give one",
    "--preset whispr": "--preset|'whispr'|did you mean whisper",
    "--preset kaldi": "--preset|'kaldi'|kaldi-mfcc|kaldi-fbank",
    "--preset Whisper": "--preset|'Whisper'|did you mean whisper",
    "--preset WHISPER": "--preset|'WHISPER'|did you mean whisper",
    "--preset qqq": "--preset|'qqq'|ast, hifigan",
    "--window hannn": "'hannn'|did you mean hann",
    "--window gausian:3": "'gausian'|did you mean gaussian",
    "--descriptors rms,centriod": "--descriptors|'centriod'|did you mean centroid",
    "--stats mean,kurtossis": "--stats|'kurtossis'|did you mean kurtosis",
}


@pytest.mark.parametrize("words", BAD_CALLS)
def test_calls_that_are_refused(shell: Shell, words: str) -> None:
    write_sound(shell, "in.wav", noise(8000) / 8, 16000)
    done = run_inside(shell, "features", "in.wav", *words.split(), "--out", "x.npy")
    assert_explained(done, 2, *BAD_CALLS[words].split("|"))
    assert shell.names() == ["in.wav"]


@pytest.mark.parametrize("name", ["whispr", "qqq"])
def test_a_preset_to_be_shown_that_is_not_there(shell: Shell, name: str) -> None:
    nearest = {"whispr": "did you mean whisper", "qqq": "whisper-v3"}
    assert_explained(run_inside(shell, "presets", "show", name), 2, repr(name), nearest[name])


class TestTraps:
    """What each tool does that is easily missed; the tools themselves are among the oracles."""

    def test_kaldi_reads_samples_to_32768(self, shell: Shell) -> None:
        whole = of_noise(shell, "--preset", "kaldi-fbank")
        unit = of_noise(shell, "--preset", "kaldi-fbank", "--unit-scale")
        assert unit.min() > math.log(2**-23) + 1, "no floor may hide the shift"
        np.testing.assert_allclose(whole - unit, 2 * math.log(32768), rtol=0, atol=1e-4)
        np.testing.assert_allclose(whole - unit, 20.794, rtol=0, atol=1e-3)

    def test_kaldi_energy_is_that_before_pre_emphasis(self, shell: Shell) -> None:
        samples = (np.cumsum(noise(4000, seed=1)) / 300).astype(np.float32)
        write_sound(shell, "slow.wav", samples, 16000)
        got = features_inside(shell, "slow.wav", "--preset", "kaldi-mfcc")[:, 0]
        frames = np.lib.stride_tricks.sliding_window_view(samples * 32768.0, 400)[::160]
        centred = frames - frames.mean(axis=1, keepdims=True)
        wanted = np.log((centred.astype(np.float64) ** 2).sum(axis=1))
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-4)
        pure = features_inside(
            shell, "slow.wav", "--preset", "kaldi-mfcc", "--frame-preemphasis", "0"
        )
        np.testing.assert_array_equal(pure[:, 0], got)

    def test_kaldi_weighs_the_last_bin_with_nothing(self, shell: Shell) -> None:
        # A square wave of the highest frequency there is, and no window that could spread it.
        samples = np.tile(np.array([0.5, -0.5], np.float32), 4000)
        write_sound(shell, "in.wav", samples, 16000)
        frames = ["--win-length", "512", "--window", "boxcar", "--frame-preemphasis", "0"]
        words = ("--preset", "kaldi-fbank", *frames)
        got = features_inside(shell, "in.wav", *words)
        np.testing.assert_allclose(got, math.log(2**-23), rtol=0, atol=1e-5)
        spectrum = ("--n-fft", "512", "--hop-length", "160", "--window", "boxcar", "--no-center")
        assert features_inside(shell, "in.wav", *spectrum)[:, -1].min() == 256

    def test_kaldi_windows_are_symmetric(self, shell: Shell) -> None:
        symmetric = of_noise(shell, "--preset", "kaldi-fbank", "--symmetric")
        assert_same_bits(of_noise(shell, "--preset", "kaldi-fbank"), symmetric)
        periodic = of_noise(shell, "--preset", "kaldi-fbank", "--periodic")
        assert 1e-3 < np.abs(periodic - symmetric).max() < 1

    def test_whisper_takes_its_maximum_without_the_last_frame(self, shell: Shell) -> None:
        quiet = np.concatenate((noise(800) / 10, np.zeros(959, np.float32)))
        loud = quiet.copy()
        # The last frame kept lies around sample 1440 and ends at 1640; the one around 1600 goes.
        loud[1640:] = 0.9
        for name, samples in (("quiet", quiet), ("loud", loud)):
            write_sound(shell, f"{name}.wav", samples, 16000)
        got = features_inside(shell, "loud.wav", "--preset", "whisper")
        assert_same_bits(got, features_inside(shell, "quiet.wav", "--preset", "whisper"))
        assert got[-1].max() == pytest.approx(got.max() - 2, abs=1e-6)
        kept = features_inside(shell, "loud.wav", "--preset", "whisper", "--keep-last")
        assert len(kept) == len(got) + 1
        assert kept[:-1].min() > got.min() + 0.1

    @pytest.mark.parametrize("samples", [1600, 1601, 1759, 1760])
    def test_whisper_has_a_frame_for_each_hop(self, shell: Shell, samples: int) -> None:
        write_sound(shell, "in.wav", noise(samples) / 8, 16000)
        got = features_inside(shell, "in.wav", "--preset", "whisper")
        assert got.shape == (samples // 160, 80)

    @pytest.mark.parametrize("filled_to", ["30", "0:30"])
    def test_whisper_filled_up_to_30_s(self, shell: Shell, filled_to: str) -> None:
        words = ("--preset", "whisper", "--duration", "30", "--pad-to", filled_to)
        got = of_noise(shell, *words, "--layout", "bins-first")
        assert got.shape == (80, 3000)
        assert np.ptp(got[:, 60:]) == 0
        # The pad is silence: it does not move the maximum, so the first frames stay.
        plain = of_noise(shell, "--preset", "whisper")
        np.testing.assert_array_equal(got.T[:48], plain[:48])

    @pytest.mark.parametrize("name", ["whisper", "whisper-v3"])
    def test_whisper_covers_80_decibels(self, shell: Shell, name: str) -> None:
        samples = np.concatenate((noise(8000) / 8, np.zeros(8000, np.float32)))
        write_sound(shell, "in.wav", samples, 16000)
        got = features_inside(shell, "in.wav", "--preset", name)
        # 8 powers of ten, divided by 4.
        np.testing.assert_allclose(got[-20:], got.max() - 2, rtol=0, atol=1e-6)

    @pytest.mark.parametrize("name", ["hifigan", "tacotron2"])
    def test_vocoders_have_a_floor_of_1e_5(self, shell: Shell, name: str) -> None:
        write_sound(shell, "in.wav", np.zeros(22050, np.float32), 22050)
        got = features_inside(shell, "in.wav", "--preset", name)
        frames = {"hifigan": 22050 // 256, "tacotron2": 22050 // 256 + 1}[name]
        assert got.shape == (frames, 80)
        np.testing.assert_allclose(got, math.log(1e-5), rtol=0, atol=1e-5)

    def test_hifigan_adds_to_the_power_within_the_root(self, shell: Shell) -> None:
        write_sound(shell, "in.wav", np.zeros(4096, np.float32), 22050)
        words = ("in.wav", "--preset", "hifigan")
        # Without a floor that hides it, silence is the root of 1e-9 in each bin.
        got = features_inside(shell, *words, "--floor", "1e-12")
        weights = mel_weights(22050, 1024, 80, fmin_hz=0, fmax_hz=8000).sum(axis=1)
        wanted = np.log(weights * math.sqrt(1e-9))
        np.testing.assert_allclose(got, np.tile(wanted, (16, 1)), rtol=0, atol=1e-5)
        bare = features_inside(shell, *words, "--floor", "1e-12", "--epsilon", "0")
        np.testing.assert_allclose(bare, math.log(1e-12), rtol=0, atol=1e-5)

    @pytest.mark.parametrize(("spectrum", "power"), [("magnitude", 0.5), ("power", 1.0)])
    def test_epsilon_is_added_to_the_power(self, shell: Shell, spectrum: str, power: float) -> None:
        words = ("--n-fft", "64", "--spectrum", spectrum)
        exact = of_noise(shell, "--n-fft", "64", "--spectrum", "power", "--dtype", "float64")
        got = of_noise(shell, *words, "--epsilon", "0.01")
        np.testing.assert_allclose(got, (exact + 0.01) ** power, rtol=1e-5)
        write_sound(shell, "silence.wav", np.zeros(640, np.float32), 16000)
        silence = features_inside(shell, "silence.wav", *words, "--epsilon", "1e-9")
        np.testing.assert_allclose(silence, 1e-9**power, rtol=1e-6)

    def test_hifigan_pads_less_than_half_a_frame(self, shell: Shell) -> None:
        samples = noise(22050, seed=4) / 8
        write_sound(shell, "in.wav", samples, 22050)
        write_sound(shell, "padded.wav", np.pad(samples, 384, mode="reflect"), 22050)
        got = features_inside(shell, "in.wav", "--preset", "hifigan")
        unpadded = features_inside(shell, "padded.wav", "--preset", "hifigan", "--no-center")
        assert_same_bits(got, unpadded)

    def test_librosa_pads_with_zeros_and_torch_mirrors(self, shell: Shell) -> None:
        samples = noise(22050, seed=4) / 8
        write_sound(shell, "in.wav", samples, 22050)
        for name, mode in (("librosa-stft", "constant"), ("torch-stft", "reflect")):
            write_sound(shell, "padded.wav", np.pad(samples, 1024, mode=mode), 22050)  # type: ignore[call-overload]
            unpadded = features_inside(shell, "padded.wav", "--preset", name, "--no-center")
            assert_same_bits(features_inside(shell, "in.wav", "--preset", name), unpadded)

    def test_ast_divides_by_twice_the_deviation(self, shell: Shell) -> None:
        bare = of_noise(shell, "--preset", "ast", "--standardize", "0,1")
        got = of_noise(shell, "--preset", "ast")
        np.testing.assert_allclose(got, (bare + 4.2677393) / (2 * 4.5689974), rtol=0, atol=1e-5)

    def test_nemo_divides_by_frames_less_one(self, shell: Shell) -> None:
        got = of_noise(shell, "--preset", "nemo").astype(np.float64)
        np.testing.assert_allclose(got.mean(axis=0), 0, atol=1e-4)
        np.testing.assert_allclose(got.std(axis=0, ddof=1), 1, atol=1e-4)

    def test_torchaudio_takes_an_odd_rate_for_an_even_one(self, shell: Shell) -> None:
        weights = {}
        for rate_hz in (11024, 11025):
            # A click has the same power in each bin.
            write_sound(shell, "click.wav", np.eye(1, 400, 200, dtype=np.float32)[0], rate_hz)
            words = ("click.wav", "--preset", "torchaudio-mel")
            weights[rate_hz] = features_inside(shell, *words)
        assert_same_bits(weights[11025], weights[11024])
        plain = ("--preset", "torchaudio-spectrogram", "--mel", "128", "--mel-scale", "htk")
        exact = features_inside(shell, "click.wav", *plain, "--mel-norm", "none")
        assert 1e-4 < np.abs(exact - weights[11025]).max() < 0.1

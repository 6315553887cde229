"""--rate: a sound of another rate is refused, or resampled as soxr does it."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.features.presets import load_preset
from stftcli.presets import preset_names
from tests.audio.wav import wav_bytes
from tests.cli.computing import array_of, features_inside, noisy_rise, write_sound
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.oracles.conftest import oracle
from tests.signals import assert_close, assert_same_bits, noise

FROM_HZ = 22050

PRESETS_WITH_RATE = {
    name: rate_hz
    for name in preset_names()
    if (rate_hz := load_preset(name).settings.signal.rate_hz) is not None
}


@pytest.fixture(scope="session")
def soxr() -> Any:
    return oracle("soxr")


needs_soxr = pytest.mark.usefixtures("soxr")


@pytest.fixture
def samples(shell: Shell) -> NDArray[np.float32]:
    """The samples of in.wav, at 22050 Hz."""
    sound = noisy_rise(FROM_HZ, 1.5)
    write_sound(shell, "in.wav", sound, FROM_HZ)
    return sound


def test_most_presets_are_for_one_rate() -> None:
    assert {
        **dict.fromkeys(["ast", "nemo", "vggish", "whisper", "whisper-v3"], 16000),
        **dict.fromkeys(["hifigan", "tacotron2"], 22050),
        "panns": 32000,
    } == PRESETS_WITH_RATE


@pytest.mark.parametrize("command", ["features", "info", "spectrogram"])
@pytest.mark.parametrize("name", PRESETS_WITH_RATE)
def test_a_sound_of_another_rate_is_refused(shell: Shell, name: str, command: str) -> None:
    write_sound(shell, "in.wav", noise(4000) / 8, 11025)
    rate_hz = PRESETS_WITH_RATE[name]
    done = run_inside(shell, command, "in.wav", "--preset", name)
    assert_explained(done, 1, "11025 Hz", name, f"{rate_hz} Hz", f"--rate {rate_hz}")
    assert shell.names() == ["in.wav"]


def test_a_piped_sound_of_another_rate_is_refused(shell: Shell) -> None:
    content = wav_bytes(bytes(9000), rate_hz=FROM_HZ)
    done = shell.run("features", "--preset", "whisper", stdin=content)
    assert_explained(done, 1, "22050 Hz", "whisper", "--rate 16000")


@pytest.mark.parametrize("name", PRESETS_WITH_RATE)
def test_resampling_is_soxr_and_then_the_preset(
    shell: Shell, samples: NDArray[np.float32], soxr: Any, name: str
) -> None:
    rate_hz = PRESETS_WITH_RATE[name]
    write_sound(shell, "other.wav", soxr.resample(samples, FROM_HZ, rate_hz, "HQ"), rate_hz)
    got = features_inside(shell, "in.wav", "--preset", name, "--rate", str(rate_hz))
    assert_close(got, features_inside(shell, "other.wav", "--preset", name))


@pytest.mark.parametrize("to_hz", [8000, 16000, 22051, 44100, 48000])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_any_rate_without_a_preset(
    shell: Shell, samples: NDArray[np.float32], soxr: Any, to_hz: int, dtype: str
) -> None:
    resampled = soxr.resample(samples.astype(dtype), FROM_HZ, to_hz, "HQ")
    write_sound(shell, "other.wav", resampled.astype(np.float32), to_hz)
    words = ("--spectrum", "complex", "--n-fft", "25ms", "--dtype", dtype)
    got = features_inside(shell, "in.wav", *words, "--rate", str(to_hz))
    assert_close(got, features_inside(shell, "other.wav", *words))


@pytest.mark.parametrize("quality", ["QQ", "LQ", "MQ", "HQ", "VHQ"])
def test_qualities_are_those_of_soxr(
    shell: Shell, samples: NDArray[np.float32], soxr: Any, quality: str
) -> None:
    write_sound(shell, "other.wav", soxr.resample(samples, FROM_HZ, 16000, quality), 16000)
    words = ("--preset", "torchaudio-spectrogram")
    rate = ("--rate", "16000")
    got = features_inside(shell, "in.wav", *words, *rate, "--resampling", quality)
    assert_close(got, features_inside(shell, "other.wav", *words))
    usual = features_inside(shell, "in.wav", *words, *rate)
    if quality == "HQ":
        assert_same_bits(got, usual)
    else:
        assert np.abs(got - usual).max() > 1e-7 * usual.max()


def test_two_channels(shell: Shell, samples: NDArray[np.float32], soxr: Any) -> None:
    stereo = np.stack((samples, samples[::-1] / 3))
    write_sound(shell, "in.wav", stereo, FROM_HZ)
    write_sound(shell, "other.wav", soxr.resample(stereo.T, FROM_HZ, 16000).T, 16000)
    words = ("--mel", "40", "--n-fft", "400", "--channel")
    for channel in ("all", "mix", "2"):
        got = features_inside(shell, "in.wav", *words, channel, "--rate", "16000")
        assert_close(got, features_inside(shell, "other.wav", *words, channel))


@pytest.mark.usefixtures("samples")
def test_the_rate_it_has_already_changes_nothing(shell: Shell) -> None:
    words = ("in.wav", "--preset", "hifigan")
    assert_same_bits(
        features_inside(shell, *words, "--rate", str(FROM_HZ)), features_inside(shell, *words)
    )


@needs_soxr
class TestStreams:
    @pytest.mark.parametrize("to_hz", [8000, 16000, 44100, 48000])
    @pytest.mark.parametrize("samples", [2, 17, 220, 30_000, 150_000])
    def test_a_pipe_and_threads_change_no_byte(
        self, shell: Shell, samples: int, to_hz: int
    ) -> None:
        values = (8000 * noise(samples, seed=3)).clip(-32768, 32767).astype(np.int16)
        content = wav_bytes(values.tobytes(), rate_hz=FROM_HZ)
        (shell.folder / "in.wav").write_bytes(content)
        recipe = ("--n-fft", "256", "--mel", "20", "--log", "db", "--top-db", "60")
        words = ("features", *recipe, "--rate", str(to_hz), "--out", "-", "--threads")
        one = ok_inside(shell, *words, "1", "in.wav").out
        assert ok_inside(shell, *words, "2", "in.wav").out == one
        if samples in (17, 150_000):
            assert shell.ok(*words, "2", stdin=content).out == one
        assert array_of(one).size

    def test_a_pipe_that_trickles(self, shell: Shell) -> None:
        values = (8000 * noise(5000, seed=3)).clip(-32768, 32767).astype(np.int16)
        content = wav_bytes(values.tobytes(), rate_hz=FROM_HZ)
        words = ("features", "--preset", "whisper", "--rate", "16000")
        process = shell.start(*words)
        assert process.stdin is not None
        for first in range(0, len(content), 333):
            process.stdin.write(content[first : first + 333])
            process.stdin.flush()
        out, err = process.communicate()
        assert process.returncode == 0, err
        assert out == shell.ok(*words, stdin=content).out


@needs_soxr
class TestPartsAreCountedInTheTimeOfTheInput:
    @pytest.mark.parametrize(
        ("part", "first", "last"),
        [
            ("--start 0.5", 11025, None),
            ("--duration 0.25", 0, 5512),
            ("--start 0.5 --duration 0.4", 11025, 11025 + 8820),
            ("--start 1 --duration 60", 22050, None),
        ],
    )
    def test_samples(
        self,
        shell: Shell,
        samples: NDArray[np.float32],
        part: str,
        first: int,
        last: int | None,
    ) -> None:
        write_sound(shell, "part.wav", samples[first:last], FROM_HZ)
        words = ("--preset", "whisper", "--rate", "16000")
        got = features_inside(shell, "in.wav", *words, *part.split())
        assert_same_bits(got, features_inside(shell, "part.wav", *words))
        content = (shell.folder / "in.wav").read_bytes()
        assert_same_bits(shell.features(*words, *part.split(), stdin=content), got)

    @pytest.mark.usefixtures("samples")
    def test_times(self, shell: Shell) -> None:
        words = ("--preset", "vggish", "--rate", "16000", "--start", "0.5", "--duration", "0.4")
        ok_inside(shell, "features", "in.wav", *words, "--out", "x.npz")
        with np.load(shell.folder / "x.npz") as archive:
            times, frames = archive["times"], len(archive["features"])
        # Frames of 400 samples within 512 lie around their 200th sample at 16 kHz.
        assert frames == 1 + (6400 - 400) // 160
        np.testing.assert_allclose(times, 0.5 + (200 + 160 * np.arange(frames)) / 16000, atol=1e-9)

    @pytest.mark.usefixtures("samples")
    def test_filling_up_is_counted_at_the_new_rate(self, shell: Shell) -> None:
        words = ("--preset", "whisper", "--rate", "16000", "--pad-to", "3")
        assert features_inside(shell, "in.wav", *words).shape == (300, 80)


@needs_soxr
@pytest.mark.parametrize("to_hz", [8000, 16000, 48000])
@pytest.mark.parametrize("part", ["", "--start 0.3", "--duration 0.7", "--pad-to 2"])
@pytest.mark.usefixtures("samples")
def test_info_foretells_the_array(shell: Shell, to_hz: int, part: str) -> None:
    words = ("in.wav", "--n-fft", "400", "--mel", "12", "--rate", str(to_hz), *part.split())
    told = json.loads(ok_inside(shell, "info", "--json", *words).out)
    got = features_inside(shell, *words)
    assert tuple(told["shape"]) == got.shape
    assert told["array_bytes"] == got.nbytes
    assert (told["rate_hz"], told["used_rate_hz"]) == (FROM_HZ, to_hz)


@needs_soxr
@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize("ending", ["npz", "safetensors"])
def test_the_settings_of_an_array_resample_again(shell: Shell, ending: str) -> None:
    words = ("--preset", "whisper", "--rate", "16000", "--resampling", "MQ", "--linear-out", "4")
    names = (f"a.{ending}", f"b.{ending}")
    ok_inside(shell, "features", "in.wav", *words, "--out", names[0])
    ok_inside(shell, "features", "in.wav", "--config", names[0], "--out", names[1])
    first, second = ((shell.folder / name).read_bytes() for name in names)
    assert second == first


@needs_soxr
@pytest.mark.parametrize("samples", [1, 2, 3, 1001, 1002, 1003])
def test_info_rounds_halves_of_samples_as_soxr_does(shell: Shell, samples: int) -> None:
    write_sound(shell, "in.wav", noise(samples) / 8, 16000)
    words = ("in.wav", "--rate", "8000", "--n-fft", "4", "--hop-length", "1")
    told = json.loads(ok_inside(shell, "info", "--json", *words).out)
    assert tuple(told["shape"]) == features_inside(shell, *words).shape


class TestWithoutSoxr:
    @pytest.mark.usefixtures("samples")
    def test_a_process_says_what_to_install(self, shell: Shell, tmp_path: Path) -> None:
        (tmp_path / "fake").mkdir()
        (tmp_path / "fake" / "soxr.py").write_text("raise ImportError('no soxr')\n")
        words = ("features", "in.wav", "--preset", "whisper", "--rate", "16000", "--out", "x.npy")
        done = shell.run(*words, PYTHONPATH=str(tmp_path / "fake"))
        assert_explained(done, 2, "resampling needs soxr", "pip install 'stftcli[rate]'")
        assert "x.npy" not in shell.names()

    @pytest.mark.usefixtures("samples")
    def test_other_commands_say_it_too(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "soxr", None)
        done = run_inside(shell, "spectrogram", "in.wav", "--rate", "16000", "--out", "x.png")
        assert_explained(done, 2, "soxr", "stftcli[rate]")

    @pytest.mark.usefixtures("samples")
    def test_it_is_not_needed_where_nothing_is_resampled(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "soxr", None)
        assert features_inside(shell, "in.wav", "--preset", "hifigan").shape[1] == 80
        assert len(features_inside(shell, "in.wav", "--rate", str(FROM_HZ)))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--rate 0", "--rate is '0'|a whole number of Hz from 1 to"),
        ("--rate=-8000", "--rate|-8000"),
        ("--rate 16MHz", "--rate|'16MHz'|as in 16000 or 16k"),
        (
            "--rate 16000 --resampling best",
            "--resampling|'best'|it must be one of QQ, LQ, MQ, HQ, VHQ",
        ),
        ("--rate 100000000", "--rate|10000000"),
    ],
)
@pytest.mark.usefixtures("samples")
def test_calls_that_are_refused(shell: Shell, words: str, told: str) -> None:
    done = run_inside(shell, "features", "in.wav", *words.split(), "--out", "x.npy")
    assert_explained(done, 2, *told.split("|"))


@needs_soxr
def test_rates_that_are_too_far_apart(shell: Shell) -> None:
    write_sound(shell, "slow.wav", noise(50), 1)
    done = run_inside(shell, "features", "slow.wav", "--rate", "1000000", "--out", "x.npy")
    assert_explained(done, 2, "1 Hz", "1000000 Hz", "100000")
    assert shell.names() == ["slow.wav"]

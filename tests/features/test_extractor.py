"""The Extractor: the command's bytes from Python, however the sound arrives; kind to bad input."""

import inspect
import io
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import stftcli
from stftcli import (
    Dct,
    Extractor,
    FeatureSettings,
    InputError,
    Linear,
    Log,
    Mel,
    SettingsError,
    Standardize,
    StftcliError,
    TopDb,
)
from stftcli.features.presets import load_preset
from stftcli.features.steps import STEPS
from stftcli.presets import preset_names
from tests.cli.inside import ok_inside
from tests.cli.shell import Shell
from tests.signals import assert_same_bits, noise

Array = NDArray[Any]

RATE_HZ = 16_000

each_preset = pytest.mark.parametrize("name", preset_names())


def rate_of(name: str) -> int:
    """Give the rate that a preset is for, or one that suits it."""
    return load_preset(name).settings.signal.rate_hz or 22_050


def sound(rate_hz: int, seconds: float = 1.3) -> NDArray[np.float32]:
    """Give a rising tone in noise, of 16 bits, so that files hold the same samples."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    tone = 0.3 * np.sin(2 * np.pi * (200 + 900 * t) * t) + 0.01 * noise(len(t))
    return np.round(tone * 32768).astype(np.float32) / np.float32(32768)


def cut(signal: Array, seed: int) -> list[Array]:
    """Cut a signal at random places, some of them next to each other."""
    places = np.random.default_rng(seed).integers(0, len(signal), 12)
    return np.split(signal, np.sort([*places, *(places[:4] + 1)]))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


class TestBytes:
    """What the Extractor gives is what the command writes."""

    @each_preset
    def test_equal_the_command_in_every_way_of_asking(self, shell: Shell, name: str) -> None:
        rate_hz = rate_of(name)
        signal = sound(rate_hz)
        soundfile.write(shell.folder / "in.wav", signal, rate_hz, subtype="PCM_16")
        ok_inside(shell, "features", "in.wav", "--preset", name, "--out", "out.npy")
        wanted = np.load(shell.folder / "out.npy")
        x = Extractor.preset(name)
        assert_same_bits(x(signal, rate_hz), wanted, "as a whole")
        assert_same_bits(x(signal, rate_hz, threads=2), wanted, "with two threads")
        assert_same_bits(x.file(shell.folder / "in.wav"), wanted, "of the file")
        for seed in range(3):
            got = np.concatenate(list(x.stream(cut(signal, seed), rate_hz)))
            assert_same_bits(got, wanted, f"in chunks, seed {seed}")

    @each_preset
    def test_equal_themselves_after_a_pickle_and_a_round_trip(
        self, tmp_path: Path, name: str
    ) -> None:
        rate_hz = rate_of(name)
        x, signal = Extractor.preset(name), sound(rate_hz, 0.3)
        x.save(tmp_path / "settings.toml")
        names = {kind: getattr(stftcli, kind) for kind in dir(stftcli)}
        again = [
            pickle.loads(pickle.dumps(x)),
            Extractor.load(tmp_path / "settings.toml"),
            eval(repr(x), names),
        ]
        for other in again:
            assert other == x
            assert_same_bits(other(signal, rate_hz), x(signal, rate_hz))

    @pytest.mark.parametrize(
        "options",
        [
            {"mfcc": 13, "deltas": 2, "normalize": "meanvar"},
            {"descriptors": ["rms", "centroid"], "stats": "mean,std"},
            {"mel": 40, "log": "db", "ref": "max", "top_db": 60},
            {"spectrum": "complex", "n_fft": 801, "hop_length": 123},
            {"linear_out": [32, 8], "log": "db", "seed": 1},
            {"preemphasis": 0.97, "int16_scale": True, "pad_to": "2s", "dtype": "float64"},
            {"causal": True, "n_fft": "25ms", "hop_length": "10ms", "window": "kaiser:8"},
            {"channel": "all", "mel": 20, "dtype": "float16"},
        ],
        ids=str,
    )
    def test_equal_the_command_with_options(self, shell: Shell, options: dict[str, Any]) -> None:
        signal = sound(RATE_HZ)
        soundfile.write(shell.folder / "in.wav", signal, RATE_HZ, subtype="PCM_16")
        ok_inside(shell, "features", "in.wav", *words_of(options), "--out", "out.npy")
        wanted = np.load(shell.folder / "out.npy")
        x = Extractor(**options)
        assert_same_bits(x(signal, RATE_HZ), wanted)
        assert_same_bits(x.file(str(shell.folder / "in.wav")), wanted)
        assert_same_bits(np.concatenate(list(x.stream(cut(signal, 5), RATE_HZ))), wanted)

    def test_of_a_binary_file_and_of_several_channels(self, shell: Shell) -> None:
        stereo = np.stack([sound(RATE_HZ), sound(RATE_HZ)[::-1]], axis=1)
        soundfile.write(shell.folder / "in.wav", stereo, RATE_HZ, subtype="PCM_16")
        ok_inside(
            shell, "features", "in.wav", "--channel", "all", "--mel", "20", "--out", "out.npy"
        )
        wanted = np.load(shell.folder / "out.npy")
        content = io.BytesIO((shell.folder / "in.wav").read_bytes())
        assert_same_bits(Extractor(mel=20, channel="all").file(content), wanted)
        with (shell.folder / "in.wav").open("rb") as file:
            assert_same_bits(Extractor(mel=20, channel="all").file(file), wanted)

    @given(sizes=st.lists(st.integers(0, 3000), max_size=8), samples=st.integers(1, 6000))
    def test_do_not_depend_on_the_blocks(self, sizes: list[int], samples: int) -> None:
        x = Extractor(n_fft=400, hop_length=160, mel=23, log="ln", deltas=1)
        signal = sound(RATE_HZ)[:samples]
        ends = np.cumsum(sizes).clip(max=samples)
        got = np.concatenate(list(x.stream(np.split(signal, ends), RATE_HZ)))
        assert_same_bits(got, x(signal, RATE_HZ))


def words_of(options: dict[str, Any]) -> list[str]:
    """Write keywords as a command line."""
    words: list[str] = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif isinstance(value, list) and name.startswith("linear"):
            words += [word for one in value for word in (option, str(one))]
        else:
            words += [option, ",".join(value) if isinstance(value, list) else str(value)]
    return words


class TestStream:
    """Each frame is there as soon as its last sample is."""

    def test_answers_each_block_with_the_frames_that_it_completes(self) -> None:
        x = Extractor(n_fft=400, hop_length=160, mel=23, log="ln", center=False)
        seen = 0

        def blocks() -> Any:
            nonlocal seen
            for first in range(0, 16_000, 100):
                seen = first + 100
                yield sound(RATE_HZ)[first : first + 100]

        frames = 0
        for batch in x.stream(blocks(), RATE_HZ):
            frames += len(batch)
            assert frames == 1 + (seen - 400) // 160  # all that are complete, and no more
        assert frames == x.frames(16_000, RATE_HZ)

    def test_of_several_channels_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="a stream is one signal"):
            list(Extractor().stream([np.zeros((2, 5000))], RATE_HZ))


class TestShapes:
    @pytest.mark.parametrize("leading", [(), (1,), (3,), (2, 3), (0,), (2, 0)])
    def test_keep_leading_axes_and_treat_each_signal_by_itself(
        self, leading: tuple[int, ...]
    ) -> None:
        x = Extractor(mel=8, log="db", top_db=30, n_fft=256)
        waveforms = noise(*leading, 4000) * np.geomspace(0.1, 10, 4000, dtype=np.float32)
        got = x(waveforms, RATE_HZ)
        assert got.shape == (*leading, x.frames(4000, RATE_HZ), 8)
        for place in np.ndindex(leading):
            assert_same_bits(got[place], x(waveforms[place], RATE_HZ))

    def test_of_a_batch_are_padded_with_zeros(self) -> None:
        x = Extractor(n_fft=400, hop_length=160, mel=8, log="db")
        signals = [sound(RATE_HZ)[:samples] for samples in (1600, 400, 5000)]
        features, lengths = x.batch(signals, RATE_HZ)
        assert lengths.tolist() == [11, 3, 32]
        assert features.shape == (3, 32, 8)
        assert features.dtype == np.float32
        for row, length, signal in zip(features, lengths, signals, strict=True):
            assert_same_bits(row[:length], x(signal, RATE_HZ))
            assert not row[length:].any()

    def test_of_no_batch(self) -> None:
        features, lengths = Extractor(mel=8, n_fft=400).batch([], RATE_HZ)
        assert (features.shape, lengths.shape) == ((0, 0, 8), (0,))

    @pytest.mark.parametrize("samples", [1, 199, 200, 400, 401, 5000])
    def test_are_told_beforehand(self, samples: int) -> None:
        many: list[dict[str, Any]] = [{}, {"drop_last": True}, {"causal": True}, {"stats": "mean"}]
        for options in many:
            x = Extractor(n_fft=400, hop_length=160, mel=8, **options)
            if x.frames(samples, RATE_HZ):
                got = x(sound(RATE_HZ)[:samples], RATE_HZ)
                assert len(got) == x.frames(samples, RATE_HZ)

    def test_times_are_those_of_the_centres(self) -> None:
        x = Extractor(n_fft=400, hop_length=160)
        np.testing.assert_allclose(x.times_s(3, RATE_HZ), [0, 0.01, 0.02])
        assert Extractor(n_fft=400, hop_length=160, center=False).times_s(1, 100)[0] == 2.0


class TestAxis:
    def test_names_need_no_rate_where_they_hold_no_frequency(self) -> None:
        assert Extractor(mfcc=3).names == ("mfcc_0", "mfcc_1", "mfcc_2")
        assert Extractor(chroma=12, deltas=1).names[11:14] == ("B", "delta_C", "delta_C#")
        assert Extractor(descriptors="rms,centroid", stats="max").names == (
            "rms_max",
            "centroid_hz_max",
        )
        assert Extractor.preset("whisper").names[-1] == "mel_80"
        with pytest.raises(SettingsError, match=r"axis\(rate_hz\)\.names"):
            _ = Extractor().names

    def test_is_carried_by_the_steps(self) -> None:
        bins = Extractor(n_fft=400).axis(RATE_HZ)
        assert (bins.names[1], bins.unit, bins.bins) == ("40 Hz", "", True)
        assert bins.frequencies_hz is not None
        np.testing.assert_array_equal(bins.frequencies_hz, np.arange(201) * 40)
        mel = Extractor(n_fft=400, mel=10, log="db", top_db=80).axis(RATE_HZ)
        assert (mel.unit, mel.label, mel.quantity, mel.log) == ("dB", "Mel band", "power", "db")
        assert mel.frequencies_hz is not None
        assert (np.diff(mel.frequencies_hz) > 0).all()
        chroma = Extractor(chroma=12).axis(RATE_HZ)
        assert chroma.frequencies_hz is not None
        assert chroma.frequencies_hz[9] == pytest.approx(440)  # A
        mixed = Extractor(descriptors="rms,centroid").axis(RATE_HZ)
        assert (mixed.unit, mixed.units) == (None, ("", "Hz"))
        assert Extractor(mfcc=13).axis(RATE_HZ).frequencies_hz is None

    def test_shows_an_axis_in_one_line(self) -> None:
        shown = repr(Extractor(n_fft=400, spectrum="db").axis(RATE_HZ))
        assert shown == "<Axis of 201 features, '0 Hz' to '8000 Hz', 0 to 8000 Hz, in dB>"
        assert repr(Extractor(mfcc=13).axis(RATE_HZ)) == (
            "<Axis of 13 features, 'mfcc_0' to 'mfcc_12'>"
        )
        assert Extractor(mel=4, normalize="mean", n_fft=400).axis(RATE_HZ).unit == ""
        assert not Extractor(mel=4, stats="mean", n_fft=400).axis(RATE_HZ).per_frame

    def test_has_as_many_names_as_features(self) -> None:
        for name in preset_names():
            x = Extractor.preset(name)
            assert (
                len(x.axis(rate_of(name)).names) == x(sound(rate_of(name)), rate_of(name)).shape[-1]
            )


class TestOptions:
    def test_exact_steps_are_those_of_the_options(self) -> None:
        exact = Extractor(spectrum="power", steps=[Mel(80), Log("db"), Dct(13)])
        assert exact.settings.features.steps == Extractor(mfcc=13, mel=80).settings.features.steps
        signal = sound(RATE_HZ)
        assert_same_bits(exact(signal, RATE_HZ), Extractor(mfcc=13, mel=80)(signal, RATE_HZ))

    def test_change_a_preset_in_place(self) -> None:
        x = Extractor.preset("whisper", mel=128, log="ln", standardize="none")
        assert [step.step for step in x.settings.features.steps] == ["mel", "log", "top_db"]
        assert x.settings.features.steps[0] == Mel(128, fmax_hz=8000.0)
        assert x.settings.features.steps[1] == Log("ln", floor=1e-10)
        assert x.settings.features.steps[2] == TopDb(80)

    def test_none_is_as_if_not_given(self) -> None:
        assert Extractor(mel=None, window=None) == Extractor()

    def test_are_listed_by_inspect(self) -> None:
        names = inspect.signature(Extractor).parameters
        assert {"settings", "steps", "mel", "n_fft", "rate", "log", "window"} <= set(names)

    def test_a_seed_is_drawn_once(self) -> None:
        x = Extractor(linear_out=4)
        assert x.settings.features.seed is not None
        signal = sound(RATE_HZ)
        assert_same_bits(x(signal, RATE_HZ), pickle.loads(pickle.dumps(x))(signal, RATE_HZ))
        assert_same_bits(x(signal, RATE_HZ), Extractor(x.settings)(signal, RATE_HZ))

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"mell": 3}, ["no option `mell`", "mel"]),
            ({"preset": "whisper"}, ["no option `preset`", "Extractor.preset(name)"]),
            ({"config": "a.toml"}, ["no option `config`", "Extractor.load(file)"]),
            ({"threads": 2}, ["no option `threads`", "where the Extractor is called"]),
            ({"strict": True}, ["no option `strict`", "x.file(path, strict=True)"]),
            ({"mel": 0}, ["`mel` is 0", "from 1 to 10000"]),
            ({"mel": True}, ["`mel` is True", "whole number"]),
            ({"mel": 3, "chroma": 12}, ["`mel` and `chroma`", "give one"]),
            ({"mel_norm": "none"}, ["`mel_norm` belongs to `mel` or `mfcc`"]),
            ({"log": "dB"}, ["`log` is 'dB'", "db"]),
            ({"floor": 1, "log_offset": 1, "log": "ln"}, ["`floor` and `log_offset`"]),
            ({"center": True, "causal": True}, ["`center` and `causal` exclude each other"]),
            ({"causal": True, "pad_mode": "edge"}, ["`pad_mode` has no say"]),
            ({"resampling": "HQ"}, ["`resampling`", "`rate`"]),
            ({"seed": 3}, ["`seed` is for `linear_out`"]),
            ({"steps": [3]}, ["`steps` holds 3"]),
            ({"steps": [Mel(3)], "mfcc": 2}, ["`steps` are exact"]),
            ({"n_fft": "25 s"}, ["`n_fft` is '25 s'", "25ms"]),
            ({"center": 1}, ["`center` is 1", "True or False"]),
        ],
        ids=str,
    )
    def test_that_are_wrong_are_told_with_what_is_allowed(
        self, options: dict[str, Any], words: list[str]
    ) -> None:
        with pytest.raises(SettingsError) as caught:
            Extractor(**options)
        for word in words:
            assert word in str(caught.value)


class TestSharing:
    """Many Extractors share what was built, and none can harm another."""

    def test_an_axis_cannot_be_written_to(self) -> None:
        hz = Extractor.preset("whisper").axis(RATE_HZ).frequencies_hz
        assert hz is not None
        with pytest.raises(ValueError, match="read-only"):
            hz[:] = -1

    def test_axes_can_be_compared(self) -> None:
        x = Extractor(mel=8, n_fft=256)
        assert x.axis(RATE_HZ) == Extractor(mel=8, n_fft=256).axis(RATE_HZ)
        assert x.axis(RATE_HZ) != x.axis(8000)
        assert hash(x.axis(RATE_HZ)) == hash(Extractor(mel=8, n_fft=256).axis(RATE_HZ))

    def test_the_same_settings_are_built_once(self) -> None:
        assert Extractor.preset("ast").chain(RATE_HZ) is Extractor.preset("ast").chain(RATE_HZ)

    def test_what_is_in_a_file_is_read_again(self, tmp_path: Path) -> None:
        file = str(tmp_path / "layer.npz")
        signal = noise(4000)
        results = []
        for seed in range(2):
            Linear(129, 3, seed=seed).save(file)
            results.append(Extractor(n_fft=256, linear=file)(signal, RATE_HZ))
        assert not np.array_equal(results[0], results[1])

    def test_an_instance_is_called_as_it_says(self) -> None:
        names = list(inspect.signature(Extractor.preset("whisper")).parameters)
        assert names == ["waveform", "rate_hz", "threads"]

    def test_large_scratch_is_not_kept(self) -> None:
        x = Extractor(channel="all", n_fft=4096)
        x.chain(RATE_HZ).framewise(noise(64, 40_000))
        kept = x.chain(RATE_HZ).framewise._workspace._buffers
        assert sum(buffer.nbytes for buffer in kept.values()) < 1 << 23


class TestFiles:
    @pytest.fixture
    def cut(self, tmp_path: Path) -> Path:
        path = tmp_path / "cut.wav"
        soundfile.write(path, sound(RATE_HZ), RATE_HZ, subtype="PCM_16")
        path.write_bytes(path.read_bytes()[:20_044])
        return path

    def test_that_end_early_are_a_warning(self, cut: Path) -> None:
        with pytest.warns(UserWarning, match=r"ends early: its header promises 1\.30 s"):
            got = Extractor(n_fft=400).file(cut)
        assert_same_bits(got, Extractor(n_fft=400)(sound(RATE_HZ)[:10_000], RATE_HZ))

    def test_that_end_early_are_an_error_for_the_strict(self, cut: Path) -> None:
        with pytest.raises(InputError, match="ends early"):
            Extractor(n_fft=400).file(cut, strict=True)

    @pytest.mark.parametrize("file", [None, 3, b"a.wav"])
    def test_that_are_none_are_refused(self, file: Any) -> None:
        with pytest.raises(InputError, match="is no file"):
            Extractor().file(file)

    def test_of_settings_are_toml(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"written as TOML.*\.toml"):
            Extractor().save(tmp_path / "a.npz")

    def test_of_pictures_hold_settings_too(self, shell: Shell) -> None:
        soundfile.write(shell.folder / "in.wav", sound(RATE_HZ), RATE_HZ)
        ok_inside(shell, "spectrogram", "in.wav", "--mel", "20", "--log", "db")
        steps = Extractor.load(shell.folder / "in.png").settings.features.steps
        assert steps == (Mel(20), Log("db"))


class TestBadInput:
    @pytest.mark.parametrize(
        ("call", "words"),
        [
            (lambda: Extractor("whisper"), ["Extractor.preset('whisper')"]),  # type: ignore[arg-type]
            (lambda: Extractor(preset="whisper"), ["Extractor.preset(name)"]),
            (lambda: Extractor(hop=3), ["did you mean hop_length"]),
            (lambda: Extractor(steps=Mel(8)), ["a list of steps"]),  # type: ignore[arg-type]
            (lambda: Extractor().stream(np.zeros((2, 9)), RATE_HZ), ["takes blocks"]),
            (lambda: Extractor.preset("whisper").stream([], 8000), ["16000 Hz"]),
            (lambda: Extractor()(noise(99), RATE_HZ, threads=0), ["`threads` is 0"]),
            (lambda: Extractor()(noise(99), [RATE_HZ]), ["`rate_hz` is [16000]"]),  # type: ignore[arg-type]
            (lambda: Extractor().frames(-1, RATE_HZ), ["`samples` is -1"]),
            (lambda: Extractor()(np.array([1e300]), RATE_HZ), ["1e+300", "`dtype='float64'`"]),
            (lambda: Mel(8, computed="foo"), ["`computed` is 'foo'", "torchaudio"]),  # type: ignore[arg-type]
        ],
        ids=range(11),
    )
    def test_of_any_kind_is_told(self, call: Any, words: list[str]) -> None:
        with pytest.raises(StftcliError) as caught:
            call()
        for word in words:
            assert word in str(caught.value)

    @pytest.mark.parametrize(
        ("waveform", "words"),
        [
            (np.array([]), ["shape (0,)", "no samples"]),
            (np.float32(3), ["single number", "(..., samples)"]),
            (np.array([0.1, np.nan, 0.2]), ["NaN", "[1]"]),
            (np.array([[0.1], [np.inf]]), ["infinite", "[1, 0]"]),
            (np.array([1j]), ["complex128", "real"]),
            (np.array(["a"]), ["<U1", "real"]),
            (None, ["object", "real"]),
            ([[1.0, 2.0], [1.0]], ["cannot be taken as an array"]),
            (np.arange(9), ["int64", "int16"]),
            (np.zeros((16_000, 2), np.float32), ["(16000, 2)", "samples go last", "waveform.T"]),
        ],
        ids=str,
    )
    def test_is_told_with_what_was_given(self, waveform: Any, words: list[str]) -> None:
        with pytest.raises(InputError) as caught:
            Extractor(n_fft=256)(waveform, RATE_HZ)
        for word in words:
            assert word in str(caught.value)

    @pytest.mark.parametrize(
        ("dtype", "silence", "full_scale"),
        [("int16", 0, 2**15), ("int32", 0, 2**31), ("uint8", 128, 128)],
    )
    def test_integers_are_scaled_as_from_a_file(
        self, dtype: str, silence: int, full_scale: int
    ) -> None:
        floats = np.array([-1, -0.5, 0, 0.25, 0.5], np.float64)
        integers = (floats * full_scale + silence).astype(dtype)
        x = Extractor(n_fft=4)
        assert_same_bits(x(integers, RATE_HZ), x(floats, RATE_HZ))

    @pytest.mark.parametrize("rate_hz", [0, -1, 2.5, "x", None, float("nan"), 10**9])
    def test_a_rate_is_a_whole_number_of_hz(self, rate_hz: Any) -> None:
        with pytest.raises(
            SettingsError, match=r"`rate_hz` is .*: it must be a whole number from 1"
        ):
            Extractor()(noise(5000), rate_hz)

    def test_a_rate_that_the_preset_does_not_take(self) -> None:
        with pytest.raises(InputError, match=r"44100 Hz.*preset whisper.*16000 Hz: `rate=16000`"):
            Extractor.preset("whisper")(noise(50_000), 44_100)

    def test_values_too_large_for_float16(self) -> None:
        with pytest.raises(SettingsError, match=r"beyond the largest float16.*`dtype='float32'`"):
            Extractor(spectrum="power", dtype="float16")(1000 * noise(5000), RATE_HZ)

    def test_features_that_overflow(self) -> None:
        with pytest.raises(InputError, match="the waveform gives features that overflow"):
            Extractor(spectrum="power")(1e30 * noise(5000), RATE_HZ)

    def test_bands_without_a_bin_are_a_warning_once(self) -> None:
        x = Extractor(mel=200, n_fft=256)
        with pytest.warns(UserWarning, match="bands are narrower than a bin and empty"):
            x(noise(5000), RATE_HZ)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            x(noise(5000), RATE_HZ)

    def test_a_step_out_of_bounds(self) -> None:
        for make in (lambda: Mel(0), lambda: TopDb(-1), lambda: Standardize(0, 0)):
            with pytest.raises(SettingsError):
                make()

    def test_all_are_the_projects_own(self) -> None:
        for kind in (InputError, SettingsError):
            assert issubclass(kind, StftcliError)


def test_what_is_public_is_listed_and_nothing_else() -> None:
    listed = dir(stftcli)
    steps = {kind.__name__ for kind in STEPS.values()}
    settings = {"FeatureSettings", "FrameSettings", "Recipe", "SegmentSettings", "SignalSettings"}
    errors = {name for name in vars(stftcli.errors) if name.endswith("Error")}
    errors -= {"SomeFailedError", "UnfinishedError"}  # they end commands
    weights = {f"{bank}_weights" for bank in ("bark", "chroma", "dct", "erb", "mel")}
    others = {"Axis", "Extractor", "ISTFT", "Linear", "STFT", "__version__"}
    assert set(listed) == steps | settings | errors | weights | others
    for name in listed:
        assert getattr(stftcli, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Extracter'"):
        _ = stftcli.Extracter
    assert FeatureSettings() == FeatureSettings()

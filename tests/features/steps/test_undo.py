"""What each step makes of features is undone by the same step, or refused by its name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import (
    STFT,
    Chroma,
    Dct,
    Deltas,
    Descriptors,
    Energy,
    Extractor,
    InputError,
    Linear,
    LinearFile,
    LinearOut,
    Log,
    Mel,
    Normalize,
    Pcen,
    SettingsError,
    Standardize,
    Stats,
    TopDb,
    dct_weights,
)
from stftcli.dsp.nonnegative import LeastSquares, NonNegative
from stftcli.dsp.scaling import scale_of
from stftcli.features.inverse import Inverse
from stftcli.features.presets import load_preset
from stftcli.features.signal import de_emphasized, pre_emphasized
from stftcli.features.step import Step
from stftcli.presets import preset_names
from stftcli.settings.choices import SPECTRA
from tests.signals import blocks_of, noise

RATE_HZ = 16_000
FRAMES: dict[str, Any] = {"n_fft": 256, "hop_length": 64}
POWER = np.random.default_rng(0).gamma(1, 1, (50, 129)).astype(np.float32) + 1e-3


def undone(values: NDArray[Any], *steps: Step, spectrum: str = "power") -> NDArray[Any]:
    """Take values through steps and back again, one after the other."""
    seed = 3 if any(step.step == "linear_out" for step in steps) else None
    extractor = Extractor(steps=list(steps), spectrum=spectrum, seed=seed, **FRAMES)
    chain = extractor.chain(RATE_HZ)
    there = values.copy()
    for operation in chain.framewise.operations:
        assert callable(operation)
        there = operation(there)
    for stream in chain.operations:
        there = np.concatenate(list(stream(iter([there]))))
    for stage in reversed(chain.stages):
        there = stage.step.undo(stage)(there)
    return there


def refusal(*steps: Step) -> str:
    chain = Extractor(steps=list(steps), **FRAMES).chain(RATE_HZ)
    with pytest.raises(SettingsError) as caught:
        Inverse(chain, griffin_lim=1)
    return str(caught.value)


class TestExactly:
    @pytest.mark.parametrize(
        "step",
        [
            *(Log("ln"), Log("log10"), Log("db"), Log("log1p")),
            *(Log("db", ref=3.0), Log("ln", offset=0.25), Log("log10", offset=0.1, ref=0.5)),
            *(Standardize(-4.0, 4.5), TopDb(80.0), Deltas(2, 3), Energy(replace=False)),
        ],
        ids=str,
    )
    def test_what_keeps_everything_is_undone(self, step: Step) -> None:
        steps = (Log("db"), step) if isinstance(step, TopDb | Energy) else (step,)
        if isinstance(step, Energy):
            extractor = Extractor(steps=list(steps), spectrum="power", **FRAMES)
            features = extractor(noise(4000), RATE_HZ)
            stage = extractor.chain(RATE_HZ).stages[-1]
            log = Extractor(steps=[Log("db")], spectrum="power", **FRAMES)
            without = log(noise(4000), RATE_HZ)
            assert np.array_equal(stage.step.undo(stage)(features), without)
            return
        np.testing.assert_allclose(undone(POWER, *steps), POWER, rtol=2e-5, atol=1e-5)

    def test_what_lay_below_the_floor_stays_at_it(self) -> None:
        back = undone(POWER, Log("db", floor=0.5))
        np.testing.assert_allclose(back, np.maximum(POWER, 0.5), rtol=1e-5)

    def test_relative_to_the_largest_that_is_one(self) -> None:
        back = undone(POWER, Log("db", ref="max"))
        np.testing.assert_allclose(back, POWER / POWER.max(), rtol=1e-4)

    def test_top_db_leaves_the_floor_that_it_raised(self) -> None:
        back = undone(POWER, Log("db"), TopDb(20.0))
        np.testing.assert_allclose(back, np.maximum(POWER, POWER.max() / 100), rtol=1e-4)

    @pytest.mark.parametrize(("lifter", "form"), [(0, "librosa"), (22, "htk"), (30, "librosa")])
    def test_all_coefficients_give_the_bands_back(self, lifter: float, form: Any) -> None:
        steps = (Mel(20), Log("db"), Dct(20, lifter, form))
        chain = Extractor(steps=list(steps), **FRAMES).chain(RATE_HZ)
        bands = noise(30, 20)
        stage = chain.stages[-1]
        assert stage.linear is not None
        np.testing.assert_allclose(stage.step.undo(stage)(stage.linear(bands)), bands, atol=1e-5)

    def test_fewer_coefficients_give_what_librosa_and_the_transpose_give(self) -> None:
        chain = Extractor(steps=[Mel(20), Log("db"), Dct(13)], **FRAMES).chain(RATE_HZ)
        stage, coefficients = chain.stages[-1], noise(30, 13)
        wanted = coefficients @ dct_weights(13, 20)
        np.testing.assert_allclose(stage.step.undo(stage)(coefficients), wanted, atol=1e-5)

    def test_a_lifter_that_takes_a_coefficient_away_is_named(self) -> None:
        # 1 + L/2 sin(pi (n + 1) / L) with L = 2: zero at n = 2.
        assert "`lifter` 2" in refusal(Mel(20), Log("db"), Dct(5, 2.0))


class TestLinear:
    def made(self, folder: Path, weight: NDArray[Any], bias: Any = None) -> LinearFile:
        Linear.from_weights(weight, bias).save(folder / "x.safetensors")
        return LinearFile(str(folder / "x.safetensors"))

    def test_a_square_one_is_undone_exactly(self, tmp_path: Path) -> None:
        weight = np.eye(129) + 0.02 * noise(129, 129)
        step = self.made(tmp_path, weight, noise(129))
        np.testing.assert_allclose(undone(POWER, step), POWER, rtol=1e-3, atol=1e-3)

    def test_more_outputs_than_inputs_too(self, tmp_path: Path) -> None:
        step = self.made(tmp_path, noise(200, 129, seed=4), noise(200))
        np.testing.assert_allclose(undone(POWER, step), POWER, rtol=1e-3, atol=1e-3)

    def test_orthonormal_rows_give_what_they_look_at(self, tmp_path: Path) -> None:
        rows = np.linalg.qr(noise(129, 129, seed=5).astype(float))[0][:20]
        step = self.made(tmp_path, rows, noise(20))
        levels = np.log(POWER)
        back = undone(POWER, Log("ln"), step)
        np.testing.assert_allclose(np.log(back), levels @ rows.T @ rows, atol=1e-4)

    def test_a_new_one_is_drawn_again(self) -> None:
        np.testing.assert_allclose(undone(POWER, LinearOut(129)), POWER, rtol=0.3, atol=0.1)

    def test_weights_above_zero_of_a_spectrum_give_one_above_zero(self, tmp_path: Path) -> None:
        weight = np.abs(noise(30, 129, seed=6))
        step = self.made(tmp_path, weight)
        back = undone(POWER, step)
        assert (back >= 0).all()
        np.testing.assert_allclose(back @ weight.T, POWER @ weight.T, rtol=0.05)

    @pytest.mark.parametrize("kind", [NonNegative, LeastSquares])
    def test_rows_do_not_depend_on_each_other(self, kind: Any) -> None:
        solve = kind(Linear.from_weights(np.abs(noise(12, 40)), noise(12)))
        outputs = np.abs(noise(33, 12, seed=1))
        whole = solve(outputs)
        assert all(np.array_equal(solve(outputs[row : row + 1])[0], whole[row]) for row in (0, 32))
        assert solve(outputs.reshape(11, 3, 12)).shape == (11, 3, 40)

    def test_silence_stays_silence(self) -> None:
        found = NonNegative(Linear.from_weights(np.abs(noise(12, 40))))(np.zeros((3, 12), "f4"))
        assert not found.any()

    def test_weights_below_zero_have_no_such_solution(self) -> None:
        with pytest.raises(SettingsError, match="below 0"):
            NonNegative(Linear.from_weights(noise(3, 4)))


@pytest.mark.parametrize("spectrum", [one for one in SPECTRA if one not in ("complex", "phase")])
def test_magnitudes_of_every_spectrum(spectrum: Any) -> None:
    spectra = (noise(5, 9) + 1j * noise(5, 9, seed=1)).astype(np.complex64)
    epsilon = 0.25 if spectrum in ("magnitude", "power") else 0.0
    values = np.empty(spectra.shape, np.float32)
    scale = scale_of(spectrum, STFT(16, 4), 8000, epsilon=epsilon)
    assert scale is not None
    scale.take(spectra, values)
    np.testing.assert_allclose(scale.magnitudes(values), np.abs(spectra), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("size", [1, 127, 128, 1000, 5000])
@pytest.mark.parametrize("coefficient", [0.5, 0.97, 1.0])
def test_pre_emphasis_is_undone_in_blocks_of_any_size(size: int, coefficient: float) -> None:
    signal = noise(2, 5000)
    emphasized = np.concatenate(list(pre_emphasized(iter([signal]), coefficient)), axis=-1)
    blocks = (block for block in blocks_of(emphasized, size))
    back = np.concatenate(list(de_emphasized(blocks, coefficient)), axis=-1)
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, signal, atol=1e-4)


class TestRefused:
    @pytest.mark.parametrize(
        ("steps", "words"),
        [
            ([Chroma()], ["step chroma", "octaves"]),
            ([Descriptors(("rms",))], ["step descriptors"]),
            ([Mel(20), Pcen()], ["step pcen"]),
            ([Mel(20), Log(), Normalize()], ["step normalize", "`normalize='none'`"]),
            ([Mel(20), Log(), Stats()], ["step stats"]),
            ([Mel(20), Log(), Dct(), Energy()], ["step energy", "`energy=False`"]),
        ],
        ids=lambda value: getattr(value[-1], "step", None) if value else None,
    )
    def test_what_is_lost_by_the_name_of_the_step(
        self, steps: list[Step], words: list[str]
    ) -> None:
        assert all(word in refusal(*steps) for word in words)

    def test_a_phase_alone(self) -> None:
        chain = Extractor(spectrum="phase", **FRAMES).chain(RATE_HZ)
        with pytest.raises(SettingsError, match="spectrum phase"):
            Inverse(chain, griffin_lim=1)

    def test_magnitudes_without_rounds_with_a_hint(self) -> None:
        with pytest.raises(SettingsError, match="`griffin_lim=32`"):
            Inverse(Extractor(mel=20, **FRAMES).chain(RATE_HZ))

    def test_features_that_no_sound_has(self) -> None:
        chain = Extractor(spectrum="db", **FRAMES).chain(RATE_HZ)
        inverse = Inverse(chain, griffin_lim=1)
        with pytest.raises(InputError, match="too large"):
            list(inverse.samples([np.full((20, 129), 1e4, np.float32)]))


class TestExtractor:
    def test_gives_signals_back(self) -> None:
        signals = noise(2, 3, 4000) / 8
        extractor = Extractor(spectrum="complex", **FRAMES)
        back = extractor.inverse(extractor(signals, RATE_HZ), RATE_HZ, length=4000)
        assert back.shape == signals.shape
        np.testing.assert_allclose(back, signals, atol=1e-6)

    def test_gives_signals_with_such_features(self) -> None:
        signal = noise(4000) / 8
        extractor = Extractor(mel=20, log="db", **FRAMES)
        features = extractor(signal, RATE_HZ)
        back = extractor.inverse(features, RATE_HZ, length=4000, griffin_lim=16, seed=1)
        assert np.abs(extractor(back, RATE_HZ) - features).mean() < 2  # decibels
        again = extractor.inverse(features, RATE_HZ, length=4000, griffin_lim=16, seed=1)
        assert np.array_equal(back, again)

    @pytest.mark.parametrize("shape", [(129,), (5, 128), (0, 129), (129, 5)])
    def test_refuses_other_shapes(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(SettingsError, match=r"\(\.\.\., frames, 129\)"):
            Extractor(spectrum="complex", **FRAMES).inverse(np.zeros(shape, complex), RATE_HZ)

    def test_refuses_other_numbers(self) -> None:
        with pytest.raises(InputError, match="complex numbers"):
            Extractor(spectrum="complex", **FRAMES).inverse(np.zeros((5, 129)), RATE_HZ)

    def test_nan_is_called_so(self) -> None:
        features = np.full((5, 129), np.nan)
        with pytest.raises(InputError, match="NaN"):
            Extractor(**FRAMES).inverse(features, RATE_HZ, griffin_lim=1)

    @pytest.mark.parametrize("value", [-1, 2.5, "a"])
    @pytest.mark.parametrize("name", ["griffin_lim", "seed"])
    def test_rounds_and_seeds_are_whole_numbers(self, name: str, value: Any) -> None:
        words: dict[str, Any] = {"griffin_lim": 1, name: value}
        with pytest.raises(SettingsError, match=f"`{name}` is {value!r}"):
            Extractor(**FRAMES).inverse(np.ones((5, 129)), RATE_HZ, **words)


REFUSED = {"kaldi-mfcc": "energy", "nemo": "normalize"}


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_undone_or_refused_by_the_step(name: str) -> None:
    extractor = Extractor(load_preset(name).settings)
    rate_hz = extractor.settings.signal.rate_hz or RATE_HZ
    time_s = np.arange(rate_hz // 2) / rate_hz
    signal = (0.3 * np.sin(2 * np.pi * (500 * time_s + 800 * time_s**2))).astype(np.float32)
    signal += noise(len(signal)) / 100
    chain = extractor.chain(rate_hz)
    if name in REFUSED:
        with pytest.raises(SettingsError, match=f"step {REFUSED[name]} cannot"):
            Inverse(chain, griffin_lim=8)
        return
    rounds = None if chain.settings.features.spectrum == "complex" else 8
    inverse = Inverse(chain, length=len(signal), griffin_lim=rounds)
    features = extractor(signal, rate_hz)
    back = np.concatenate(list(inverse.samples([features])), axis=-1)[0]
    assert back.shape == signal.shape
    again = extractor(back, rate_hz)
    assert again.shape == features.shape
    missed = np.linalg.norm(again - features) / np.linalg.norm(features)
    assert missed < (1e-5 if rounds is None else 0.5)
    # Of about the same loudness too: nothing of a scale is forgotten.
    loudness = np.sqrt(np.square(back).mean() / np.square(signal).mean())
    assert 0.5 < loudness < 1.5

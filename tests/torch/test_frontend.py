"""Extractor.to_torch gives a module with the Extractor's numbers, which trains."""

import copy
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from stftcli import (
    Background,
    Descriptors,
    Extractor,
    InputError,
    LinearOut,
    Log,
    Mel,
    Normalize,
    Pcen,
    Pool,
    SettingsError,
    Stats,
)
from stftcli.features.step import Step
from stftcli.presets import preset_names
from stftcli.settings.choices import SPECTRA
from tests.oracles.conftest import oracle
from tests.peers import LOGARITHMIC, RATES
from tests.torch.chains import (
    CHAINS,
    RATE_HZ,
    apart,
    batch_apart,
    computed,
    extractor,
    values,
    waves,
)

TABLE = Path(__file__).parents[2] / "docs" / "presets.md"
TOLERANCES = {
    name: float(tolerance)
    for name, tolerance in re.findall(
        r"^\| `([\w-]+)` \|.*\| (\d+e-\d+)", TABLE.read_text(encoding="utf-8"), re.MULTILINE
    )
}
"""How near presets come to their tools."""

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*than a bin and empty"),
    pytest.mark.filterwarnings("ignore:the waveform gives no frame"),
]

each_preset = pytest.mark.parametrize("name", preset_names())

OPTIONS: dict[str, dict[str, Any]] = {
    "a scale and a filter": {"int16_scale": True, "preemphasis": 0.97, "mel": 6},
    "filled up": {"pad_to": "0.2s", "mel": 6, "log": "ln", "preemphasis": 0.9},
    "filled up, mirrored": {
        "pad_to": "0.2s",
        "padding": "same",
        "mel": 6,
        "log": "db",
        "top_db": 9,
    },
    "without the last frame": {"drop_last": True, "mel": 6, "normalize": "meanvar"},
    "as Kaldi": {"padding": "kaldi", "mel": 6, "log": "ln", "energy": True},
    "as Kaldi, snipped": {"padding": "snip", "mel": 6, "log": "ln", "deltas": 2},
    "with an epsilon": {"spectrum": "magnitude", "epsilon": 1e-6},
    "calibrated": {"sensitivity": "-160dB/uPa", "log": "db"},
    "complex bins": {"spectrum": "complex", "fmin": 1000},
    "levels": {"spectrum": "psd", "log": "db", "preemphasis": 0.5},
}
each_options = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)


class TestPresets:
    @each_preset
    def test_have_the_numbers_of_the_extractor_in_float64(self, name: str, device: str) -> None:
        rate_hz = RATES[name]
        x = Extractor.preset(name, dtype="float64")
        for batch, seconds in ((1, 0.1), (3, 0.37)):
            w = waves(batch, int(seconds * rate_hz))
            assert apart(computed(x, w, rate_hz, device), x(w, rate_hz)) < 1e-9
        lengths = [rate_hz // 2, rate_hz // 10 + 1, rate_hz // 30]
        assert batch_apart(x, waves(3, rate_hz // 2), lengths, rate_hz, device) < 1e-9

    @each_preset
    def test_are_in_float32_within_twice_the_tolerance_of_the_table(
        self, name: str, device: str
    ) -> None:
        oracle("soxr")
        from benchmarks.preset_tolerances import sound_at

        x, sound = Extractor.preset(name), sound_at(RATES[name])
        wanted = x(sound, RATES[name])
        got = computed(x, sound, RATES[name], device)
        peak = 1.0 if name in LOGARITHMIC else np.abs(wanted).max()
        assert np.abs(got - wanted).max() <= 2 * TOLERANCES[name] * peak

    @each_preset
    @pytest.mark.long
    def test_have_the_numbers_of_ten_seconds(self, name: str) -> None:
        rate_hz = RATES[name]
        for dtype, limit in {"float32": 1e-4, "float64": 1e-9}.items():
            x = Extractor.preset(name, dtype=dtype)
            w = waves(2, 10 * rate_hz, dtype=dtype)
            assert apart(values(x.to_torch(rate_hz)(torch.from_numpy(w))), x(w, rate_hz)) < limit

    def test_have_a_tolerance_in_the_table(self) -> None:
        assert set(TOLERANCES) == set(preset_names())


class TestSettings:
    @each_options
    def test_that_change_the_numbers_change_those_of_the_module(
        self, options: dict[str, Any], device: str
    ) -> None:
        x = Extractor(n_fft=400, hop_length=160, dtype="float64", **options)
        w = waves(3, 4001)
        for samples in (390, 4001):
            got = computed(x, w[:, :samples], RATE_HZ, device)
            assert apart(got, x(w[:, :samples], RATE_HZ)) < 1e-9
        assert batch_apart(x, w, [4001, 390, 1000], RATE_HZ, device) < 1e-9

    @pytest.mark.parametrize("spectrum", SPECTRA)
    def test_of_every_spectrum(self, spectrum: str, device: str) -> None:
        x = Extractor(n_fft=400, hop_length=160, spectrum=spectrum, dtype="float64")
        w = waves(2, 2000)
        got, wanted = computed(x, w, RATE_HZ, device), x(w, RATE_HZ)
        if spectrum == "phase":  # which leaps from pi to -pi
            got, wanted = np.exp(1j * got), np.exp(1j * wanted)
        assert apart(got, wanted) < 1e-9

    @pytest.mark.parametrize("freeze_parameters", [True, False])
    def test_of_real_bins_have_the_phases_of_the_extractor(self, freeze_parameters: bool) -> None:
        x = Extractor(n_fft=256, hop_length=80, spectrum="phase")
        w = waves(2, 4000, dtype="float32")
        module = x.to_torch(RATE_HZ, freeze_parameters=freeze_parameters)
        got, wanted = values(module(torch.from_numpy(w))), x(w, RATE_HZ)
        assert {0, 3} == set(wanted[..., [0, -1]].astype(int).ravel())
        np.testing.assert_array_equal(got[..., [0, -1]], wanted[..., [0, -1]])

    def test_with_a_curve_of_the_recorder(self, tmp_path: Path) -> None:
        (tmp_path / "curve.csv").write_text("1,3\n300,3\n9000,-2.5\n")
        x = Extractor(calibration=str(tmp_path / "curve.csv"), dtype="float64")
        w = waves(2, 4000)
        assert apart(values(x.to_torch(RATE_HZ)(torch.from_numpy(w))), x(w, RATE_HZ)) < 1e-9

    def test_with_a_kernel_and_a_linear_of_files(self, tmp_path: Path) -> None:
        np.save(tmp_path / "kernel.npy", waves(66, 64))
        np.savez(tmp_path / "head.npz", weight=waves(5, 33), bias=waves(5))
        files: dict[str, Any] = {
            "kernel": str(tmp_path / "kernel.npy"),
            "linear": str(tmp_path / "head.npz"),
        }
        x = Extractor(**files, hop_length=32, dtype="float64")
        module = x.to_torch(RATE_HZ)
        w = waves(2, 1000)
        assert apart(values(module(torch.from_numpy(w))), x(w, RATE_HZ)) < 1e-9
        assert module.steps[0].bias.requires_grad

    def test_of_float16_give_float16(self) -> None:
        x = Extractor(mel=6, log="ln", dtype="float16")
        got = values(x.to_torch(RATE_HZ)(torch.from_numpy(waves(4000, dtype="float32"))))
        wanted = x(waves(4000, dtype="float32"), RATE_HZ)
        assert got.dtype == wanted.dtype
        np.testing.assert_allclose(got, wanted, rtol=2e-3)

    def test_count_what_is_not_finite_as_zero_if_they_say_so(self) -> None:
        x = Extractor(mel=6, nonfinite="zero")
        w = torch.ones(3000)
        w[500] = torch.nan
        there = w.where(w.isfinite(), 0)
        module = x.to_torch(RATE_HZ)
        assert torch.equal(module(w), module(there))
        for steps in (CHAINS["stats"], CHAINS["normalize meanvar"], CHAINS["descriptors"]):
            assert extractor(steps).to_torch(RATE_HZ)(w).isnan().any()

    @pytest.mark.parametrize("name", ["top_db", "pcen"])
    def test_that_keep_nan_refuse_steps_that_would_spread_it(self, name: str) -> None:
        extractor([Mel(6), Log()], nonfinite="keep").to_torch(RATE_HZ)
        with pytest.raises(SettingsError, match=rf"`nonfinite='keep'`: the step {name}"):
            extractor(CHAINS[name], nonfinite="keep").to_torch(RATE_HZ)


class TestWaveforms:
    @pytest.mark.parametrize("leading", [(), (3,), (2, 3), (0,), (2, 0)])
    def test_may_have_any_leading_axes(self, leading: tuple[int, ...]) -> None:
        x = extractor([Mel(6), Log()], dtype="float64")
        w = np.zeros((*leading, 2000)) + waves(2000)
        assert apart(values(x.to_torch(RATE_HZ)(torch.from_numpy(w))), x(w, RATE_HZ)) < 1e-12

    def test_of_several_axes_have_lengths_of_as_many(self) -> None:
        module = extractor([Mel(6), Log(), Normalize()], dtype="float64").to_torch(RATE_HZ)
        w, lengths = torch.from_numpy(waves(6, 2000)), torch.tensor([1, 2000, 20, 0, 555, 999])
        features, rows = module(w.reshape(2, 3, 2000), lengths.reshape(2, 3))
        flat, flat_rows = module(w, lengths)
        assert torch.equal(features.reshape(flat.shape), flat)
        assert rows.tolist() == flat_rows.reshape(2, 3).tolist()

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
    def test_of_other_types_are_computed_in_the_module_s_own(self, dtype: Any) -> None:
        module = Extractor.preset("kaldi-fbank").to_torch(RATE_HZ)
        w = torch.from_numpy(waves(4000)).to(dtype)
        torch.testing.assert_close(module(w), module(w.float()))

    @pytest.mark.parametrize("steps", [CHAINS["pcen"], CHAINS["dct"], CHAINS["linear_out"]])
    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
    def test_of_a_model_in_half_precision_are_computed_in_float32(
        self, steps: list[Step], dtype: Any
    ) -> None:
        w = torch.from_numpy(waves(4000, dtype="float32"))
        module = extractor(steps).to_torch(RATE_HZ)
        wanted, got = module(w), copy.deepcopy(module).to(dtype)(w)
        assert got.dtype == torch.float32
        rounding = torch.finfo(dtype).eps
        assert (got - wanted).abs().max() < 4 * rounding * wanted.abs().max().clamp(min=1)

    def test_of_no_clips_have_no_mean_that_follows(self) -> None:
        features = extractor(CHAINS["pcen"]).to_torch(RATE_HZ)(torch.ones(0, 60_000))
        assert features.shape == (0, 376, 6)

    @pytest.mark.parametrize(
        ("waveform", "message"),
        [
            (torch.ones(1000, dtype=torch.int16), r"holds torch\.int16: give floats.*32768"),
            (torch.ones(1000, dtype=torch.cfloat), r"holds torch\.complex64"),
            (torch.ones(2, 0), r"shape \(2, 0\): it must be \(\.\.\., samples\)"),
            (torch.tensor(1.0), r"shape \(\)"),
            (np.ones(1000), r"is a numpy\.ndarray: give a torch\.Tensor"),
        ],
    )
    def test_that_are_none_are_refused(self, waveform: Any, message: str) -> None:
        with pytest.raises(InputError, match=message):
            Extractor(mel=6).to_torch(RATE_HZ)(waveform)

    @pytest.mark.parametrize("lengths", [[1, 2, 3], [[1, 2]], [1.5, 2.0]])
    def test_with_lengths_of_others_are_refused(self, lengths: Any) -> None:
        with pytest.raises(SettingsError, match=r"`lengths`.*the whole number of samples of each"):
            Extractor(mel=6).to_torch(RATE_HZ)(torch.ones(2, 1000), torch.tensor(lengths))

    @pytest.mark.parametrize("lengths", [[1000, 1001], [-1, 5]])
    def test_with_lengths_that_they_do_not_have_are_refused(self, lengths: list[int]) -> None:
        with pytest.raises(SettingsError, match=r"`lengths` goes from .* have 1000 samples"):
            Extractor(mel=6).to_torch(RATE_HZ)(torch.ones(2, 1000), torch.tensor(lengths))

    def test_that_are_too_short_have_no_frames(self) -> None:
        x = Extractor.preset("kaldi-fbank")
        module = x.to_torch(RATE_HZ)
        assert module(torch.ones(2, 100)).shape == (2, 0, 23)
        features, rows = module(torch.ones(2, 100), torch.tensor([100, 7]))
        assert features.shape == (2, 0, 23)
        assert rows.tolist() == [0, 0]

    def test_that_are_too_short_have_no_statistics(self) -> None:
        module = Extractor.preset("kaldi-fbank", stats="mean").to_torch(RATE_HZ)
        with pytest.raises(InputError, match="too short for a frame to take statistics of"):
            module(torch.ones(2, 100))


class TestTraining:
    def test_moves_what_may_learn_and_nothing_else(self) -> None:
        x = extractor([Mel(6), Pcen(), LinearOut(2)])
        module = x.to_torch(RATE_HZ, freeze_parameters=False)
        before = copy.deepcopy(module.state_dict())
        learn = [name for name, each in module.named_parameters() if each.requires_grad]
        pcen = ["gain", "bias", "power", "smoothing"]
        assert set(before) == {"stft.window", "stft.kernel", "steps.0.weight"}.union(
            (f"steps.1.{name}" for name in pcen), ("steps.2.weight", "steps.2.bias")
        )
        assert set(learn) == set(before) - {"steps.0.weight"}
        optimizer = torch.optim.SGD(module.parameters(), lr=1e-3)
        module(torch.from_numpy(waves(2, 4000, dtype="float32"))).square().sum().backward()
        optimizer.step()
        after = module.state_dict()
        assert {name for name in after if not torch.equal(after[name], before[name])} == set(learn)

    def test_of_a_bank_too_where_it_is_asked_for(self) -> None:
        module = extractor([Mel(6)]).to_torch(RATE_HZ)
        assert isinstance(module.steps[0], torch.nn.Linear)
        module.steps[0].requires_grad_()
        module(torch.from_numpy(waves(2000, dtype="float32"))).sum().backward()
        assert module.steps[0].weight.grad.abs().sum() > 0

    def test_draws_nothing_from_torch_s_generator(self) -> None:
        torch.manual_seed(7)
        wanted = torch.rand(1)
        torch.manual_seed(7)
        extractor([Mel(6), LinearOut(3)]).to_torch(RATE_HZ)
        assert torch.equal(torch.rand(1), wanted)

    def test_keeps_its_digits_under_autocast(self) -> None:
        module, w = extractor([Mel(6), Log()]).to_torch(RATE_HZ), torch.randn(2, 4000)
        wanted = module(w)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert torch.equal(module(w), wanted)


class TestModule:
    @pytest.mark.parametrize("name", ["whisper", "nemo", "kaldi-mfcc"])
    def test_is_pickled_and_copied(self, name: str) -> None:
        module, w = Extractor.preset(name).to_torch(RATE_HZ), torch.randn(2, 4000)
        for again in (pickle.loads(pickle.dumps(module)), copy.deepcopy(module)):
            assert torch.equal(again(w), module(w))

    def test_takes_over_a_state_dict(self) -> None:
        x = extractor([Mel(6), Pcen(), LinearOut(3)])
        trained, fresh = (x.to_torch(RATE_HZ, freeze_parameters=False) for _ in range(2))
        for each in trained.parameters():
            torch.nn.init.uniform_(each, 0.1, 0.9)
        fresh.load_state_dict(trained.state_dict())
        w = torch.randn(2, 4000)
        assert torch.equal(fresh(w), trained(w))

    def test_becomes_one_of_float64(self) -> None:
        x = extractor([Mel(6), Pcen(), Log()])
        w = waves(2, 4000)
        got = values(x.to_torch(RATE_HZ).double()(torch.from_numpy(w)))
        assert got.dtype == np.float64
        np.testing.assert_allclose(got, x(w, RATE_HZ), rtol=0, atol=1e-4)

    def test_says_what_it_is(self) -> None:
        text = repr(extractor([Mel(6), Pcen()]).to_torch(RATE_HZ))
        for part in ("STFT(filter_length=400", "Linear(in_features=201, out_features=6", "Pcen"):
            assert part in text

    @pytest.mark.parametrize(
        ("steps", "message"),
        [
            (
                [Descriptors(("rms", "zcr"))],
                "the step descriptors has no form for torch and ONNX: zcr is no sum of values",
            ),
            ([Background()], "the step background has no form.*percentile"),
            ([Pool(1.0)], "the step pool has no form.*stretches of time"),
            ([Pool(None, ("p10",))], "the step pool has no form.*percentiles"),
            ([Stats(("mean", "median"))], "the step stats has no form.*percentiles"),
        ],
    )
    def test_of_a_step_without_a_form_is_refused_by_its_name(
        self, steps: list[Step], message: str
    ) -> None:
        with pytest.raises(SettingsError, match=message):
            Extractor(steps=steps).to_torch(RATE_HZ)

    def test_of_sound_that_is_resampled_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="resampling from 44100 to 16000 Hz has no form"):
            Extractor(rate=16000, mel=6).to_torch(44100)

    def test_of_another_rate_is_refused_as_by_the_extractor(self) -> None:
        with pytest.raises(InputError, match="44100"):
            Extractor.preset("whisper").to_torch(44100)

    def test_of_a_device_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="`device` is 'cuda:77'"):
            Extractor(mel=6).to_torch(RATE_HZ, device="cuda:77")


def test_a_clip_of_no_samples_has_no_rows_whatever_sounds_are_filled_up_to() -> None:
    module = Extractor(n_fft=64, pad_to="0.1s").to_torch(8000)
    features, rows = module(torch.randn(2, 1000), torch.tensor([0, 300]))
    assert rows.tolist() == [0, Extractor(n_fft=64, pad_to="0.1s").frames(300, 8000)]
    assert not features[0].any()

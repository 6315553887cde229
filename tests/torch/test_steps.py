"""Every step's form has the numbers of the step, in batches too, and the right gradient."""

from typing import Any

import numpy as np
import pytest
import torch

from stftcli import Bands, Log, Mel, Normalize, Pcen
from stftcli.features.step import Step
from stftcli.features.steps import STEPS
from stftcli.torch.clips import Clips
from tests.signals import noise
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

each_chain = pytest.mark.parametrize("steps", CHAINS.values(), ids=CHAINS)

ROUNDING = {"float64": 1e-12, "float32": 1e-4}
each_dtype = pytest.mark.parametrize("dtype", ROUNDING)


class TestNumbers:
    @each_chain
    @each_dtype
    def test_are_those_of_the_extractor(self, steps: list[Step], dtype: str, device: str) -> None:
        x = extractor(steps, dtype=dtype)
        for samples in (300, 1600, 8001):
            w = waves(3, samples, dtype=dtype)
            assert apart(computed(x, w, RATE_HZ, device), x(w, RATE_HZ)) < ROUNDING[dtype]

    @each_chain
    @each_dtype
    def test_of_a_padded_batch_are_those_of_the_clips(
        self, steps: list[Step], dtype: str, device: str
    ) -> None:
        w = waves(4, 8001, dtype=dtype)
        x = extractor(steps, dtype=dtype)
        assert batch_apart(x, w, [2001, 8001, 30, 400], RATE_HZ, device) < ROUNDING[dtype]

    def test_of_the_bands_of_a_standard(self) -> None:
        x = extractor([Bands("third"), Log("db")], n_fft=4096, dtype="float64")
        w = waves(2, 9000)
        assert apart(values(x.to_torch(RATE_HZ)(torch.from_numpy(w))), x(w, RATE_HZ)) < 1e-12

    @pytest.mark.parametrize("by", ["frame", "peak"])
    def test_of_silence_stay_zero(self, by: Any) -> None:
        x = extractor([Mel(6), Normalize(by)])
        assert not values(x.to_torch(RATE_HZ)(torch.zeros(2000))).any()

    @pytest.mark.parametrize("floor", [1e-10, 0.3])
    def test_of_what_does_not_vary_are_zero_when_normalized(self, floor: float) -> None:
        module = extractor([Mel(6), Log("ln", floor), Normalize("meanvar")]).to_torch(RATE_HZ)
        w = torch.zeros(3, 40_000)
        assert not values(module(w)).any()
        assert not values(module(w, torch.tensor([40_000, 12_345, 777]))[0]).any()

    def test_of_a_mean_that_is_longer_than_the_sound(self) -> None:
        for time_constant_s in (1e-9, 1e-3, 10.0, 1e5):
            for dtype, limit in ROUNDING.items():
                x = extractor([Mel(6), Pcen(time_constant_s=time_constant_s)], dtype=dtype)
                w = waves(1, 100_000, dtype=dtype)
                got = values(x.to_torch(RATE_HZ)(torch.from_numpy(w)))
                np.testing.assert_allclose(got, x(w, RATE_HZ), rtol=limit)


class TestGradients:
    @each_chain
    def test_are_those_of_finite_differences(self, steps: list[Step]) -> None:
        module = extractor(steps, n_fft=64, hop_length=24, dtype="float64").to_torch(RATE_HZ)
        weights = {name: each.requires_grad_() for name, each in module.named_parameters()}
        lengths = torch.tensor([200, 83])

        def features(waveform: Any, *given: Any) -> Any:
            learned = dict(zip(weights, given, strict=True))
            return torch.func.functional_call(module, learned, (waveform, lengths))[0]

        waveform = torch.from_numpy(waves(2, 200)).requires_grad_()
        given = (waveform, *weights.values())
        assert torch.autograd.gradcheck(features, given, fast_mode=True)

    @each_chain
    def test_of_silence_and_of_no_sound_are_finite(self, steps: list[Step]) -> None:
        module = extractor(steps).to_torch(RATE_HZ)
        waveform = torch.zeros(3, 2000, requires_grad=True)
        features, rows = module(waveform, torch.tensor([2000, 0, 700]))
        assert rows[1] == 0
        features.sum().backward()
        for each in (waveform, *(w for w in module.parameters() if w.requires_grad)):
            assert each.grad is not None
            assert each.grad.isfinite().all()

    @pytest.mark.parametrize("frames", [1, 2, 255, 256, 257, 700])
    @pytest.mark.parametrize("initial", [1.0, None])
    def test_of_a_mean_that_follows_are_those_of_going_frame_by_frame(
        self, frames: int, initial: float | None
    ) -> None:
        x = torch.from_numpy(noise(2, frames, 3).astype(np.float64)).requires_grad_()
        share = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
        got = Clips(torch.empty(0), None).followed(x, share, initial)
        wanted = _frame_by_frame(x, share, initial)
        torch.testing.assert_close(got, wanted, rtol=0, atol=1e-12)
        above = torch.from_numpy(noise(2, frames, 3, seed=1).astype(np.float64))
        grads = (torch.autograd.grad((y * above).sum(), (x, share)) for y in (got, wanted))
        for ours, plain in zip(*grads, strict=True):
            torch.testing.assert_close(ours, plain, rtol=1e-10, atol=1e-11)


def _frame_by_frame(x: Any, share: Any, initial: float | None) -> Any:
    mean = x[:, 0] if initial is None else torch.full_like(x[:, 0], initial)
    means = []
    for frame in x.unbind(1):
        mean = (1 - share) * mean + share * frame
        means.append(mean)
    return torch.stack(means, 1)


def test_there_is_a_chain_of_every_step_that_has_a_form() -> None:
    here = {step.step for steps in CHAINS.values() for step in steps}
    elsewhere = {"bands", "linear"}  # above, and in test_frontend.py
    assert here | elsewhere == set(STEPS) - {"background"}

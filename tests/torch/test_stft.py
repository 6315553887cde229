"""stftcli.torch.STFT has the numbers of stftcli.STFT, in batches, with gradients, compiled."""

import pickle
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from stftcli import STFT as NUMPY_STFT
from stftcli import InputError, SettingsError
from stftcli.dsp.conditioning import Conditioning
from stftcli.settings.choices import FORCED_PAD_MODES, PAD_MODES, PADDINGS
from stftcli.torch import STFT
from tests.signals import noise

LENGTHS = (0, 1, 2, 3, 50, 99, 100, 101, 390, 1000)
SHAPES: list[dict[str, Any]] = [
    {"filter_length": 100, "hop_length": 30},
    {"filter_length": 101, "hop_length": 45, "win_length": 77, "window": ("kaiser", 8.0)},
    {"filter_length": 64, "hop_length": 64, "win_length": 20, "periodic": False},
]
each_padding = pytest.mark.parametrize("padding", PADDINGS)
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=["even", "odd", "short window"])
MODES: dict[str, Sequence[Any]] = {
    padding: ["reflect"] if padding in FORCED_PAD_MODES else PAD_MODES for padding in PADDINGS
}


def numpy_of(tensor: Any) -> Any:
    return tensor.detach().cpu().numpy()


def waves(*shape: int, seed: int = 0) -> Any:
    return torch.from_numpy(noise(*shape, seed=seed).astype(np.float64))


class TestNumbers:
    @each_padding
    @each_shape
    @pytest.mark.parametrize("freeze_parameters", [True, False])
    def test_are_those_of_numpy(
        self, padding: Any, shape: dict[str, Any], device: str, freeze_parameters: bool
    ) -> None:
        for pad_mode, align in product(MODES[padding], ("center", "left")):
            settings = {**shape, "padding": padding, "pad_mode": pad_mode, "win_align": align}
            try:
                ours = NUMPY_STFT(**settings, dtype="float64")
            except SettingsError:  # kaldi has no hops beyond the frame
                assert padding == "kaldi"
                continue
            options = {"freeze_parameters": freeze_parameters, "dtype": torch.float64}
            theirs = STFT(**settings, **options, device=device)
            for samples in LENGTHS:
                x = waves(2, samples)
                got = numpy_of(theirs(x.to(device)))
                np.testing.assert_allclose(got, ours(x), rtol=0, atol=1e-11, err_msg=f"{settings}")

    @each_shape
    @pytest.mark.parametrize("remove_dc", [True, False])
    def test_with_frames_conditioned(self, shape: dict[str, Any], remove_dc: bool) -> None:
        settings = {**shape, "conditioning": Conditioning(remove_dc, 0.97)}
        x = waves(3000) + 5
        got = STFT(**settings, dtype=torch.float64)(x)
        wanted = NUMPY_STFT(**settings, dtype="float64")(x)
        np.testing.assert_allclose(numpy_of(got), wanted, rtol=0, atol=1e-11)

    def test_in_float32_are_within_its_rounding(self) -> None:
        x = noise(40_000)
        wanted = NUMPY_STFT()(x)
        got = numpy_of(STFT()(torch.from_numpy(x)))
        assert got.dtype == np.complex64
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-6 * np.abs(wanted).max())

    @pytest.mark.parametrize("leading", [(), (3,), (2, 3), (0,), (2, 0)])
    def test_have_any_leading_axes(self, leading: tuple[int, ...]) -> None:
        x = waves(*leading, 500)
        got = STFT(64, 16, dtype=torch.float64)(x)
        wanted = NUMPY_STFT(64, 16, dtype="float64")(x)
        np.testing.assert_allclose(numpy_of(got), wanted, rtol=0, atol=1e-11)

    def test_are_those_of_an_stft_with_a_learned_kernel_and_window(self) -> None:
        ours = NUMPY_STFT(64, 16, freeze_parameters=False, dtype="float64")
        ours.kernel, ours.window = noise(66, 64), noise(64, seed=1)
        x = waves(500)
        for freeze_parameters in (True, False):
            theirs = STFT.of(ours, freeze_parameters=freeze_parameters)
            assert theirs.kernel.requires_grad is not freeze_parameters
            np.testing.assert_allclose(numpy_of(theirs(x)), ours(x), rtol=0, atol=1e-10)

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
    def test_signals_of_other_types_are_computed_in_its_own(self, dtype: Any) -> None:
        x = (waves(500) * 100).to(dtype)
        stft = STFT(64, 16)
        torch.testing.assert_close(stft(x), stft(x.float()))

    def test_of_a_module_in_half_precision_are_computed_in_float32(self) -> None:
        x = waves(500)
        half, whole = STFT(64, 16).bfloat16(), STFT(64, 16)
        assert half(x).dtype == torch.complex64
        assert (half(x) - whole(x)).abs().max() < 0.02 * whole(x).abs().max()

    def test_keep_their_digits_under_autocast(self) -> None:
        x = waves(500).float()
        stft = STFT(64, 16, freeze_parameters=False)
        wanted = stft(x)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            torch.testing.assert_close(stft(x), wanted)


class TestLengths:
    @each_padding
    @each_shape
    def test_each_clip_is_what_it_is_alone(
        self, padding: Any, shape: dict[str, Any], device: str
    ) -> None:
        x, lengths = waves(len(LENGTHS), 1000).to(device), torch.tensor(LENGTHS, device=device)
        for pad_mode in MODES[padding]:
            try:
                stft = STFT(**shape, padding=padding, pad_mode=pad_mode, dtype=torch.float64)
            except SettingsError:
                continue
            spectra, counts = stft.to(device)(x, lengths)
            for clip, samples, got, count in zip(x, LENGTHS, spectra, counts, strict=True):
                wanted = stft(clip[:samples])
                assert count == len(wanted) == stft.plan.frames(samples)
                torch.testing.assert_close(got[:count], wanted, rtol=0, atol=1e-11)
                assert not got[count:].any()

    def test_may_be_of_several_leading_axes(self) -> None:
        x, lengths = waves(2, 3, 300), torch.tensor([[300, 20, 0], [7, 299, 64]])
        stft = STFT(64, 16, dtype=torch.float64)
        spectra, counts = stft(x, lengths)
        flat, flat_counts = stft(x.reshape(6, 300), lengths.reshape(6))
        torch.testing.assert_close(spectra.reshape(flat.shape), flat)
        assert counts.reshape(6).tolist() == flat_counts.tolist() == [19, 2, 0, 1, 19, 5]

    def test_that_do_not_fit_are_refused(self) -> None:
        with pytest.raises(SettingsError, match=r"`lengths` has shape \(3,\).*\(2, 100\)"):
            STFT(64)(waves(2, 100), torch.tensor([1, 2, 3]))
        with pytest.raises(SettingsError, match=r"the whole number of samples of each"):
            STFT(64)(waves(2, 100), torch.tensor([1.5, 2]))
        for lengths in ([0, 101], [-1, 100]):
            with pytest.raises(SettingsError, match=r"`lengths` goes from .* have 100 samples"):
                STFT(64)(waves(2, 100), torch.tensor(lengths))


class TestGradients:
    @pytest.mark.parametrize("padding", ["center", "causal", "kaldi"])
    def test_are_those_of_finite_differences(self, padding: Any) -> None:
        conditioning = Conditioning(remove_dc=True, preemphasis=0.5)
        stft = STFT(
            *(8, 3),
            padding=padding,
            conditioning=conditioning,
            freeze_parameters=False,
            dtype=torch.float64,
        )
        x, lengths = waves(2, 20).requires_grad_(), torch.tensor([20, 9])

        def spectra(x: Any, window: Any, kernel: Any) -> Any:
            weights = {"window": window, "kernel": kernel}
            return torch.func.functional_call(stft, weights, (x, lengths))[0]

        assert torch.autograd.gradcheck(spectra, (x, stft.window, stft.kernel))

    def test_of_a_frozen_one_reach_the_waveform_alone(self) -> None:
        x = waves(2, 20).requires_grad_()
        stft = STFT(8, 3, dtype=torch.float64)
        assert torch.autograd.gradcheck(stft, (x,))
        assert list(stft.parameters()) == []
        assert set(stft.state_dict()) == {"window"}

    def test_move_kernel_and_window(self) -> None:
        stft, x = STFT(64, 16, freeze_parameters=False), waves(2000).float()
        before = {name: tensor.clone() for name, tensor in stft.state_dict().items()}
        assert set(before) == {"window", "kernel"}
        optimizer = torch.optim.SGD(stft.parameters(), lr=1e-3)
        stft(x).abs().sum().backward()
        optimizer.step()
        for name, tensor in stft.state_dict().items():
            assert not torch.equal(tensor, before[name])


class TestModule:
    @pytest.mark.long
    @pytest.mark.parametrize("padding", ["center", "snip"])
    def test_is_exported_with_any_batch_and_length(self, padding: Any) -> None:
        stft = STFT(400, 160, padding=padding)
        any_size = torch.export.Dim.AUTO
        dynamic = ({0: any_size, 1: any_size}, {0: any_size})
        example = (torch.randn(2, 5000), torch.tensor([5000, 1234]))
        program = torch.export.export(stft, example, dynamic_shapes=dynamic).module()
        for batch, samples in ((3, 800), (2, 16_000), (5, 40_001)):
            x = torch.randn(batch, samples)
            lengths = torch.randint(0, samples + 1, (batch,))
            for got, wanted in zip(program(x, lengths), stft(x, lengths), strict=True):
                torch.testing.assert_close(got, wanted)

    @pytest.mark.long
    @pytest.mark.parametrize("freeze_parameters", [True, False])
    def test_is_traced_whole_by_the_compiler(self, freeze_parameters: bool) -> None:
        stft = STFT(400, 160, freeze_parameters=freeze_parameters)
        # Without a compiler of C: what is asked for is one graph, and its numbers.
        compiled = torch.compile(stft, fullgraph=True, dynamic=True, backend="aot_eager")
        for samples in (2000, 5000, 5001):
            x = torch.randn(2, samples)
            torch.testing.assert_close(compiled(x), stft(x))

    def test_is_pickled_and_says_what_it_is(self) -> None:
        stft = STFT(64, 16, window=("kaiser", 8.0), freeze_parameters=False)
        again = pickle.loads(pickle.dumps(stft))
        x = torch.randn(500)
        assert torch.equal(again(x), stft(x))
        assert "filter_length=64, hop_length=16" in repr(again)
        assert "freeze_parameters=False" in repr(again)

    def test_takes_over_a_state_dict(self) -> None:
        trained = STFT(64, 16, freeze_parameters=False)
        torch.nn.init.normal_(trained.kernel)
        fresh = STFT(64, 16, freeze_parameters=False)
        fresh.load_state_dict(trained.state_dict())
        x = torch.randn(500)
        assert torch.equal(fresh(x), trained(x))
        frozen = STFT(64, 16)
        frozen.kernel = trained.kernel.detach()
        torch.testing.assert_close(frozen(x), trained(x))

    def test_of_a_device_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(SettingsError, match=r"`device` is 'cuda:77'.*here are cpu"):
            STFT(device="cuda:77")
        with pytest.raises(SettingsError, match=r"'abacus', which torch does not have here: there"):
            STFT(device="abacus")
        with pytest.raises(SettingsError, match=r"'meta', which computes no numbers: there are"):
            STFT(device="meta")
        with pytest.raises(SettingsError, match=r"`device` is 3\.5, which is no name: there"):
            STFT(device=3.5)

    @pytest.mark.parametrize(
        ("waveform", "message"),
        [
            (torch.tensor(1.0), r"the waveform has shape \(\)"),
            (
                torch.ones(100, dtype=torch.cfloat),
                r"holds torch\.complex64: give floats",
            ),
            (torch.ones(100, dtype=torch.int16), r"the waveform holds torch\.int16: give floats"),
            (np.ones(100), r"is a numpy\.ndarray: give a torch\.Tensor, as torch\.from_numpy\(x\)"),
        ],
    )
    def test_takes_real_signals_alone(self, waveform: Any, message: str) -> None:
        with pytest.raises(InputError, match=message):
            STFT()(waveform)

    @pytest.mark.parametrize("wrong", [{"pad_mode": "mirror"}, {"hop_length": 0}, {"window": "x"}])
    def test_refuses_what_numpy_refuses(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(SettingsError) as theirs:
            STFT(**wrong)
        with pytest.raises(SettingsError) as ours:
            NUMPY_STFT(**wrong)
        assert str(theirs.value) == str(ours.value)

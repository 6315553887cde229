"""A chain is one graph to torch.compile and torch.export, for batches of any size and length."""

import shutil
import sys
from typing import Any

import pytest
import torch

from stftcli import Extractor
from tests.torch.chains import RATE_HZ

HAS_COMPILER = bool(shutil.which("gcc")) and sys.platform == "linux"

CHAINS: dict[str, Extractor] = {
    "whisper": Extractor.preset("whisper"),
    "nemo": Extractor.preset("nemo"),
    "pcen": Extractor(n_fft=400, hop_length=160, weighting="A", mel=40, pcen=True, deltas=1),
}

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

each_chain = pytest.mark.parametrize("x", CHAINS.values(), ids=CHAINS)


@pytest.fixture(autouse=True)
def _nothing_compiled() -> None:
    torch.compiler.reset()  # each test has modules of its own, and their number is limited


def assert_equal(got: Any, wanted: Any) -> None:
    torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-4)


@each_chain
def test_is_traced_whole(x: Extractor) -> None:
    module = x.to_torch(RATE_HZ, freeze_parameters=False)
    assert_same_when_compiled(module, backend="eager")


@pytest.mark.skipif(not HAS_COMPILER, reason="there is no compiler of C")
@pytest.mark.filterwarnings("ignore:Torchinductor does not support code generation for complex")
def test_of_whisper_is_compiled() -> None:
    assert_same_when_compiled(CHAINS["whisper"].to_torch(RATE_HZ), backend="inductor")


def assert_same_when_compiled(module: Any, backend: str) -> None:
    compiled = torch.compile(module, fullgraph=True, dynamic=True, backend=backend)
    for batch, samples in ((2, 5000), (3, 16_001)):
        w, lengths = torch.randn(batch, samples), torch.tensor([samples, *[1234] * (batch - 1)])
        assert_equal(compiled(w), module(w))
        assert_equal(compiled(w, lengths), module(w, lengths))


@pytest.mark.parametrize("name", ["nemo", "pcen"])
def test_trains_when_it_is_compiled(name: str) -> None:
    module = CHAINS[name].to_torch(RATE_HZ, freeze_parameters=False)
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    w = torch.randn(2, 5000)
    grads = []
    for each in (module, compiled):
        module.zero_grad()
        each(w).square().mean().backward()
        learned = {name: p for name, p in module.named_parameters() if p.requires_grad}
        grads.append({name: p.grad.clone() for name, p in learned.items()})
    assert_equal(grads[1], grads[0])


def test_of_pcen_is_exported_from_a_short_clip_and_run_on_long_ones() -> None:
    module, size = CHAINS["pcen"].to_torch(RATE_HZ), torch.export.Dim.AUTO
    short = torch.randn(2, 5000)
    exported = torch.export.export(module, (short,), dynamic_shapes=({0: size, 1: size},))
    for frames in (2, 255, 256, 257, 300, 1024):
        w = torch.randn(3, 160 * frames)
        assert_equal(exported.module()(w), module(w))


@each_chain
def test_is_exported_with_any_batch_and_length(x: Extractor) -> None:
    module, size = x.to_torch(RATE_HZ), torch.export.Dim.AUTO
    w, lengths = torch.randn(2, 5000), torch.tensor([5000, 1234])
    alone = torch.export.export(module, (w,), dynamic_shapes=({0: size, 1: size},))
    both = torch.export.export(module, (w, lengths), dynamic_shapes=({0: size, 1: size}, {0: size}))
    for batch, samples in ((2, 16_000), (5, 60_001), (3, 800)):
        w, lengths = torch.randn(batch, samples), torch.randint(0, samples + 1, (batch,))
        assert_equal(alone.module()(w), module(w))
        assert_equal(both.module()(w, lengths), module(w, lengths))

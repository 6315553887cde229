"""An Extractor goes wherever Python sends it: threads, and processes forked or spawned."""

import multiprocessing
import sys
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from stftcli import STFT, Extractor, Linear
from tests.signals import assert_same_bits, noise

RATE_HZ = 16_000
SIGNALS = [noise(4000 + 37 * number, seed=number) for number in range(12)]

METHODS = [
    name for name in ("fork", "forkserver", "spawn") if name != "fork" or sys.platform != "darwin"
]

each_method = pytest.mark.parametrize("method", METHODS)


def extractor() -> Extractor:
    return Extractor(n_fft=400, hop_length=160, mfcc=13, top_db=60, deltas=1)


def computed(job: tuple[Any, Any]) -> Any:
    """Compute one signal; a function of a module, so that it can be sent."""
    function, signal = job
    if isinstance(function, Extractor):
        return function(signal, RATE_HZ)
    return function(signal)


def check(pool: Executor, function: Any, alone: list[Any]) -> None:
    jobs = [(function, signal) for signal in SIGNALS]
    for got, wanted in zip(pool.map(computed, jobs), alone, strict=True):
        assert_same_bits(got, wanted)


@each_method
def test_processes_give_what_one_gives(method: str) -> None:
    x = extractor()
    alone = [x(signal, RATE_HZ) for signal in SIGNALS]  # which builds what a fork inherits
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        check(pool, x, alone)


def test_threads_may_share_one() -> None:
    x = extractor()
    alone = [extractor()(signal, RATE_HZ) for signal in SIGNALS]
    with ThreadPoolExecutor(4) as pool:
        check(pool, x, alone)


@pytest.mark.parametrize("frozen", [True, False])
def test_transforms_and_layers_can_be_sent_too(frozen: bool) -> None:
    stft = STFT(400, 160, window="hamming", freeze_parameters=frozen)
    if not frozen:
        stft.kernel = stft.kernel * 0.5
        stft.window = np.linspace(0, 1, 400)
    layer = Linear(5, 3, seed=1)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        check(pool, stft, [stft(signal) for signal in SIGNALS])
        rows = noise(7, 5)
        assert_same_bits(pool.submit(layer, rows).result(), layer(rows))

"""PCEN is its definition, frame after frame, however the frames arrive."""

import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import Extractor, Mel, Pcen, SettingsError
from stftcli.features.steps.pcen import normalized
from tests.signals import assert_close, assert_same_bits, noise

Array = NDArray[Any]

RATE_HZ = 16_000


def energies(*shape: int) -> Array:
    """Give what is above zero and of many sizes, a silent frame among it."""
    values = np.exp(3 * noise(*shape).astype(np.float64))
    values[shape[0] // 2] = 0
    return values


def by_definition(step: Pcen, smoothing: float, values: Array) -> Array:
    """Follow the formula of the paper, one frame after the other."""
    mean = values[0] if step.initial == "first" else np.full(values.shape[1:], float(step.initial))
    rows = []
    for frame in values:
        mean = (1 - smoothing) * mean + smoothing * frame
        gained = frame / (step.epsilon + mean) ** step.gain
        rows.append((gained + step.bias) ** step.power - step.bias**step.power)
    return np.array(rows)


STEPS = {
    "usual": Pcen(),
    "first": Pcen(initial="first"),
    "from silence": Pcen(initial=0.0),
    "others": Pcen(gain=0.8, bias=10.0, power=0.25, epsilon=1e-8),
    "no gain": Pcen(gain=0.0),
}

each_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)


@each_step
@pytest.mark.parametrize("shape", [(1, 3), (50, 3), (200, 2, 5)])
def test_is_its_definition(step: Pcen, shape: tuple[int, ...]) -> None:
    values = energies(*shape)
    (got,) = normalized(step, 0.06, iter([values]))
    assert_close(got, by_definition(step, 0.06, values), 1e-12)


@each_step
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gives_the_same_bits_in_batches_of_any_size(step: Pcen, dtype: Any) -> None:
    values = energies(100, 2, 7).astype(dtype)
    (whole,) = normalized(step, 0.03, iter([values]))
    assert whole.dtype == dtype
    for size in (1, 7, 50, 99):
        batches = [values[first : first + size] for first in range(0, 100, size)]
        got = np.concatenate(list(normalized(step, 0.03, iter([values[:0], *batches]))))
        assert_same_bits(got, whole, f"batches of {size}")


@pytest.mark.parametrize("threads", [1, 2])
def test_follows_a_stream(threads: int) -> None:
    x = Extractor(n_fft=400, hop_length=160, mel=40, pcen=True)
    signal = 0.1 * noise(40_000)
    whole = x(signal, RATE_HZ, threads=threads)
    cuts = np.random.default_rng(3).integers(0, len(signal), 9)
    got = np.concatenate(list(x.stream(np.split(signal, np.sort(cuts)), RATE_HZ)))
    assert_same_bits(got, whole)


def test_the_time_constant_counts_in_seconds_whatever_the_hop() -> None:
    # A tone that becomes a hundred times as strong: what follows it has 1 - 1 / e of it then.
    tone = np.sin(2 * np.pi * 1000 * np.arange(8 * RATE_HZ) / RATE_HZ)
    signal = tone * np.repeat([0.001, 0.1], 4 * RATE_HZ)
    for hop in (80, 160, 320):
        x = Extractor(n_fft=400, hop_length=hop, mel=1, pcen=True, pcen_time="500ms", pcen_gain=1)
        levels = x(signal, RATE_HZ)[:, 0]
        ratios = (levels.astype(np.float64) + 2**0.5) ** 2 - 2  # E / (epsilon + M)
        at = (4 * RATE_HZ + RATE_HZ // 2) // hop
        assert ratios[at] == pytest.approx(1 / (1 - np.exp(-1)), rel=0.05)
        assert ratios[-100:].mean() == pytest.approx(1, rel=0.01)


class TestOptions:
    def test_put_it_after_the_bank_and_in_the_place_of_a_logarithm(self) -> None:
        steps = Extractor(mfcc=13, mel=40, pcen=True).settings.features.steps
        assert [step.step for step in steps] == ["mel", "pcen", "dct"]

    def test_take_the_place_of_a_presets_logarithm(self) -> None:
        steps = Extractor.preset("whisper", pcen=True).settings.features.steps
        assert [step.step for step in steps] == ["mel", "pcen"]

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"log": "db"}, "`pcen` stands in the place of `log`: give one"),
            ({"spectrum": "db"}, "`pcen` takes powers or magnitudes"),
            ({"energy": True}, "the energy is taken frame by frame"),
        ],
    )
    def test_that_do_not_go_together_are_refused(self, options: Any, words: str) -> None:
        with pytest.raises(SettingsError, match=words):
            Extractor(mel=4, pcen=True, n_fft=400, **options)(noise(4000), RATE_HZ)

    def test_change_it(self) -> None:
        x = Extractor(
            mel=40, pcen=True, pcen_gain=0.5, pcen_bias=1, pcen_power=0.2, pcen_time="60ms"
        )
        assert x.settings.features.steps == (Mel(40), Pcen(0.5, 1.0, 0.2, 0.06))
        assert Extractor(x.settings, pcen=False).settings.features.steps == (Mel(40),)

    def test_leave_names_and_frequencies_and_take_the_unit(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            axis = Extractor(mel=4, pcen=True, n_fft=400).axis(RATE_HZ)
        assert (axis.names[0], axis.unit, axis.quantity) == ("mel_1", "", "")
        assert axis.frequencies_hz is not None

    @pytest.mark.parametrize(
        "options", [{"pcen_gain": -1}, {"pcen_bias": 0}, {"pcen_power": 0}, {"pcen_time": 0}]
    )
    def test_out_of_bounds_are_refused(self, options: dict[str, Any]) -> None:
        with pytest.raises(SettingsError, match=f"`{next(iter(options))}` is"):
            Extractor(mel=4, pcen=True, **options)

    def test_without_it_are_refused(self) -> None:
        with pytest.raises(SettingsError, match="`pcen_gain` belongs to `pcen`"):
            Extractor(mel=4, pcen_gain=1)

"""Back to sound as a job: who waits hears how much is done, and channels keep apart."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stftcli import Extractor
from stftcli.features.inverse import Inverse
from stftcli.jobs.features import write_features
from stftcli.jobs.inverse import write_sound
from stftcli.jobs.reporter import Silence
from tests.signals import noise

RATE_HZ = 8000


class Listener(Silence):
    def __init__(self) -> None:
        self.seconds: float | None = None
        self.done, self.warnings = 0.0, list[str]()

    def begin(self, name: str, seconds: float | None) -> None:
        assert name.endswith("x.npz")
        self.seconds = seconds

    def advance(self, seconds: float) -> None:
        self.done += seconds

    def warn(self, text: str) -> None:
        self.warnings.append(text)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("griffin_lim", [None, 3])
def test_all_of_the_work_is_told_of(tmp_path: Path, channels: int, griffin_lim: int | None) -> None:
    soundfile.write(tmp_path / "in.wav", noise(16_000, channels) / 8, RATE_HZ)
    spectrum = "complex" if griffin_lim is None else "power"
    settings = Extractor(channel="all", spectrum=spectrum, n_fft=256).settings
    write_features(str(tmp_path / "in.wav"), str(tmp_path / "x.npz"), settings)
    listener = Listener()
    report = write_sound(
        str(tmp_path / "x.npz"),
        str(tmp_path / "out.wav"),
        griffin_lim=griffin_lim,
        reporter=listener,
    )
    assert listener.seconds == pytest.approx(251 * 64 / RATE_HZ)
    assert listener.done == pytest.approx(listener.seconds)
    assert (report.samples, report.channels, report.rate_hz) == (16_000, channels, RATE_HZ)
    assert (report.convergence is None) == (griffin_lim is None)
    assert str(report).startswith(f"2.000 s, {channels} channel")


def test_each_channel_is_rebuilt_by_itself() -> None:
    signals = noise(2, 6000) * np.array([[0.2], [0.02]], np.float32)
    extractor = Extractor(n_fft=256, hop_length=64)
    features = extractor(signals, RATE_HZ).swapaxes(0, 1)
    chain = extractor.chain(RATE_HZ)
    batches = [features[first : first + 10] for first in range(0, len(features), 10)]
    inverse = Inverse(chain, length=6000, griffin_lim=8)
    both = np.concatenate(list(inverse.samples(batches)), axis=-1)
    alone = np.concatenate(
        list(Inverse(chain, length=6000, griffin_lim=8).samples([features[:, 0]])), axis=-1
    )
    assert both.shape == (2, 6000)
    np.testing.assert_allclose(both[0], alone[0], atol=1e-6)
    loudness = np.sqrt(np.square(both).mean(axis=1))
    np.testing.assert_allclose(loudness, [0.2, 0.02], rtol=0.2)

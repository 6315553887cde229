"""Every padding of sounds of every length, and all that is folded into the convolution."""

from typing import Any

import numpy as np
import pytest

from stftcli import STFT, Extractor
from tests.onnx.running import features_of, graph_features, graph_of
from tests.signals import EDGES, assert_close, noise

RATE_HZ = 1000
# Shorter than the padding, than a frame, at its edges, and longer.
LENGTHS = (1, 2, 3, 7, 49, 50, 51, 99, 100, 101, 129, 130, 131, 390)


def keywords_of(edges: dict[str, Any]) -> dict[str, Any]:
    """Give arguments of STFT as those of an Extractor."""
    changed = dict(edges)
    center = changed.pop("center", None)
    return changed if center is None else {**changed, "padding": "center" if center else "none"}


@pytest.mark.parametrize("n_fft", [100, 101])
@pytest.mark.parametrize("edges", EDGES.values(), ids=EDGES)
def test_sounds_of_every_length(edges: dict[str, Any], n_fft: int) -> None:
    extractor = Extractor(
        n_fft=n_fft, hop_length=30, spectrum="complex", rate=RATE_HZ, **keywords_of(edges)
    )
    graph = graph_of(extractor, RATE_HZ)
    for samples in LENGTHS:
        waveforms = noise(2, samples, seed=samples)
        frames = extractor.frames(samples, RATE_HZ)
        got = features_of(graph, waveforms)
        assert got.shape == (2, frames, n_fft // 2 + 1), samples
        if frames:
            assert_close(got, extractor(waveforms, RATE_HZ))


@pytest.mark.parametrize(
    "options",
    [
        {"remove_dc": True},
        {"frame_preemphasis": 0.97},
        {"remove_dc": True, "frame_preemphasis": 0.5, "win_length": 60},
        {"remove_dc": True, "frame_preemphasis": 0.97, "win_length": 60, "win_align": "left"},
        {"preemphasis": 0.9, "int16_scale": True},
        {"pad_to": 0.5, "padding": "kaldi"},
        {"drop_last": True, "window": "kaiser:5", "periodic": False},
        {"hop_length": 150, "padding": "none"},
        {"sensitivity": "-60dB/Pa"},
    ],
    ids=str,
)
def test_what_is_done_to_samples_and_frames(options: dict[str, Any]) -> None:
    words = {"n_fft": 100, "hop_length": 30, "rate": RATE_HZ, "spectrum": "complex", **options}
    extractor = Extractor(**words)
    waveforms = (noise(3, 700) / 8 + 0.3).astype(np.float32)
    got = graph_features(extractor, waveforms, RATE_HZ)
    assert_close(got, extractor(waveforms, RATE_HZ), 3e-6)


@pytest.mark.parametrize("preset", ["kaldi-fbank", "kaldi-mfcc"])
def test_a_mean_far_above_the_sound_is_taken_off(preset: str) -> None:
    extractor = Extractor.preset(preset)
    constant = np.full((1, 8000), 0.25, np.float32)
    quiet = (0.1 + 1e-4 * noise(1, 8000)).astype(np.float32)
    for waveforms, limit in ((constant, 1e-4), (quiet, 1e-3)):
        got, wanted = graph_features(extractor, waveforms), extractor(waveforms, 16000)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=limit)


@pytest.mark.parametrize("frames", [{"drop_last": True}, {"padding": "snip"}, {}], ids=str)
@pytest.mark.parametrize(
    "steps",
    [{"deltas": 1}, {"pcen": True}, {"normalize": "meanvar"}, {"energy": True}, {"stats": "std"}],
    ids=str,
)
def test_sounds_of_no_frame(frames: dict[str, Any], steps: dict[str, Any]) -> None:
    extractor = Extractor(n_fft=100, hop_length=30, rate=RATE_HZ, mel=5, **frames, **steps)
    graph, features = graph_of(extractor, RATE_HZ), extractor.chain(RATE_HZ).features
    for samples in (0, 1, 99, 100):
        frames_of_each = extractor.frames(samples, RATE_HZ) if samples else 0
        got = features_of(graph, noise(2, samples))
        assert got.shape == (2, frames_of_each, features), samples


def test_a_kernel_of_ones_own(tmp_path: Any) -> None:
    kernel = noise(2 * 33, 64, seed=2)
    np.save(tmp_path / "kernel.npy", kernel)
    extractor = Extractor(kernel=str(tmp_path / "kernel.npy"), hop_length=16, rate=RATE_HZ)
    waveforms = noise(2, 400)
    got = graph_features(extractor, waveforms, RATE_HZ)
    assert_close(got, extractor(waveforms, RATE_HZ))
    stft = STFT(64, 16, freeze_parameters=False)
    stft.kernel = kernel
    assert_close(got[0], np.abs(stft(waveforms[0])))


def test_a_curve_corrects_the_bins(tmp_path: Any) -> None:
    (tmp_path / "curve.csv").write_text("10,-3\n100,0\n400,6\n")
    extractor = Extractor(n_fft=64, calibration=str(tmp_path / "curve.csv"), rate=RATE_HZ)
    waveforms = noise(1, 400)
    got = graph_features(extractor, waveforms, RATE_HZ)
    assert_close(got, extractor(waveforms, RATE_HZ))
    assert np.abs(got - Extractor(n_fft=64)(waveforms, RATE_HZ)).max() > 0.1

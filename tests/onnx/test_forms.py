"""Every spectrum and every step that has a form, and those that have none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import Extractor, Linear, SettingsError
from tests.onnx.running import features_of, graph_features, graph_of
from tests.signals import noise

RATE_HZ = 8000
FRAMES: dict[str, Any] = {"n_fft": 256, "hop_length": 80, "rate": RATE_HZ}


def waveforms() -> NDArray[np.float32]:
    """Give three noises that swell, so that the largest and the last values differ."""
    swell = np.geomspace(0.01, 1, 4000, dtype=np.float32) * [[0.1], [1], [0.3]]
    return (noise(3, 4000, seed=3) * swell / 4).astype(np.float32)


CASES: dict[str, dict[str, Any]] = {
    "power": {"spectrum": "power"},
    "epsilon": {"spectrum": "magnitude", "epsilon": 1e-3},
    "psd": {"spectrum": "psd"},
    "mean square": {"spectrum": "mean-square"},
    "dbfs": {"spectrum": "dbfs"},
    "db": {"spectrum": "db"},
    "log": {"spectrum": "log"},
    "crop": {"fmin": 500, "fmax": 3000},
    "complex crop": {"fmin": 500, "spectrum": "complex"},
    "weighting": {"weighting": "A", "spectrum": "power"},
    "weighted levels": {"weighting": "C", "spectrum": "dbfs"},
    "mel of a crop": {"mel": 20, "fmin": 300},
    "chroma by frames": {"chroma": 12, "normalize": "frame"},
    "bands": {"bands": "third", "fmin": 300},
    "pcen": {"mel": 20, "pcen": True},
    "pcen from the first": {"mel": 20, "pcen": True, "pcen_gain": 0.5, "pcen_time": 0.05},
    "log1p": {"mel": 20, "log": "log1p"},
    "log of an offset": {"mel": 20, "log": "log10", "log_offset": 1e-3},
    "below the largest": {"mel": 20, "log": "db", "ref": "max", "top_db": 30},
    "descriptors": {"descriptors": ("rms", "centroid", "bandwidth", "flatness", "flux")},
    "mfcc": {"mfcc": 13, "lifter": 22},
    "energy first": {"mel": 20, "log": "ln", "energy": True, "remove_dc": True},
    "standardize": {"mel": 20, "log": "ln", "standardize": (-4.0, 2.0)},
    "mean": {"mel": 20, "log": "ln", "normalize": "mean"},
    "meanvar": {"mel": 20, "log": "ln", "normalize": "meanvar"},
    "peak": {"mel": 20, "normalize": "peak"},
    "deltas": {"mel": 20, "log": "ln", "deltas": 2, "delta_window": 3},
    "stats": {"mel": 20, "log": "ln", "stats": ("mean", "std", "min", "max", "skewness")},
    "pool": {"mel": 20, "log": "db", "pool": "all:mean,max"},
    "new Linear": {"mel": 20, "log": "ln", "linear_out": 4, "seed": 1},
}


@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_a_form_gives_the_numbers_of_its_step(options: dict[str, Any]) -> None:
    extractor, sounds = Extractor(**FRAMES, **options), waveforms()
    wanted = extractor(sounds, RATE_HZ)
    got = graph_features(extractor, sounds, RATE_HZ)
    assert got.shape == wanted.shape
    assert got.dtype == wanted.dtype
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=2e-6 * np.abs(wanted).max())


def test_angles() -> None:
    extractor, sounds = Extractor(**FRAMES, spectrum="phase"), waveforms()
    spectra = Extractor(**FRAMES, spectrum="complex")(sounds, RATE_HZ)
    turns = np.exp(1j * graph_features(extractor, sounds, RATE_HZ))
    assert np.abs(turns * np.abs(spectra) - spectra).max() < 1e-5 * np.abs(spectra).max()


def test_angles_of_nothing_and_of_real_numbers() -> None:
    # Rectangular, one frame: bin 0 is the sum, which is 0 or negative, others are nothing.
    extractor = Extractor(n_fft=4, padding="none", window="boxcar", spectrum="phase", rate=RATE_HZ)
    sounds = np.array([[0, 0, 0, 0], [-1, -1, -1, -1], [0, 1, 0, -1], [0, -1, 0, 1]], np.float32)
    got = graph_features(extractor, sounds, RATE_HZ)[:, 0]
    assert got[0].tolist() == [0, 0, 0]
    assert got[1, 0] == pytest.approx(np.pi)
    assert got[2:, 1] == pytest.approx([-np.pi / 2, np.pi / 2])


def test_angles_of_real_bins_are_those_of_the_extractor() -> None:
    extractor, sounds = Extractor(**FRAMES, spectrum="phase"), waveforms()
    got, wanted = graph_features(extractor, sounds, RATE_HZ), extractor(sounds, RATE_HZ)
    real = [0, -1]
    assert {0, 3} == set(wanted[..., real].astype(int).ravel())
    np.testing.assert_array_equal(got[..., real], wanted[..., real])


def test_a_linear_from_a_file(tmp_path: Path) -> None:
    layer = Linear(129, 5, seed=1)
    layer.save(str(tmp_path / "layer.npz"))
    extractor = Extractor(**FRAMES, linear=str(tmp_path / "layer.npz"))
    got = graph_features(extractor, sounds := waveforms(), RATE_HZ)
    np.testing.assert_allclose(got, extractor(sounds, RATE_HZ), rtol=1e-4, atol=1e-5)


def test_what_does_not_vary_becomes_nothing() -> None:
    # The runtime's logarithm has two results for one floor, by where in a vector it stands.
    extractor = Extractor(**FRAMES, mel=23, log="ln", normalize="meanvar")
    graph = graph_of(extractor, RATE_HZ)
    for seconds in (0.1, 1, 10):
        silence = np.zeros((2, round(seconds * RATE_HZ)), np.float32)
        assert np.abs(features_of(graph, silence)).max() < 1e-5


def test_features_first() -> None:
    sounds = waveforms()
    first = graph_features(Extractor(**FRAMES, mel=20, layout="bins-first"), sounds, RATE_HZ)
    last = graph_features(Extractor(**FRAMES, mel=20), sounds, RATE_HZ)
    np.testing.assert_array_equal(first, last.swapaxes(1, 2))


@pytest.mark.parametrize("opset", [18, 20, 21])
def test_newer_operators_give_the_same(opset: int) -> None:
    from stftcli.onnx.running import run_graph

    words: dict[str, Any] = {"log": "db", "normalize": "meanvar", "energy": True, "remove_dc": True}
    extractor, sounds = Extractor(**FRAMES, mel=20, **words), waveforms()
    got = run_graph(graph_of(extractor, RATE_HZ, opset), sounds)
    np.testing.assert_array_equal(got, graph_features(extractor, sounds, RATE_HZ))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"descriptors": ("zcr",)}, "the step descriptors has no form .* zcr is no sum"),
        ({"background": "median"}, "the step background has no form"),
        ({"pool": "1s"}, "the step pool has no form"),
        ({"stats": ("median",)}, "percentiles"),
    ],
)
def test_what_has_no_form_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        graph_of(Extractor(**FRAMES, **options), RATE_HZ)


def test_resampling_has_none() -> None:
    with pytest.raises(SettingsError, match="resampling from 16000 to 8000 Hz has no form"):
        graph_of(Extractor(**FRAMES), 16000)


def test_operators_have_versions() -> None:
    with pytest.raises(SettingsError, match="`opset` is 16: it must lie between 17 and"):
        graph_of(Extractor(**FRAMES), RATE_HZ, 16)

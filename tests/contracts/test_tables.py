"""Each choice is a row of one table: every row works, and the tables agree."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import STFT, Linear
from stftcli.arrays.formats import ENDINGS, FORMATS
from stftcli.arrays.shards.shards import SHARDS
from stftcli.dsp import descriptors
from stftcli.dsp.fft import PROVIDERS
from stftcli.dsp.plan import FramePlan
from stftcli.dsp.scaling import SCALES
from stftcli.dsp.windows import SHAPES
from stftcli.features import statistics
from stftcli.features.build import build_chain
from stftcli.features.framewise import FrameWise
from stftcli.features.settings import FeatureSettings, Recipe
from stftcli.features.step import Step
from stftcli.features.steps import (
    STEPS,
    Bands,
    Chroma,
    Crop,
    Dct,
    Descriptors,
    LinearFile,
    Log,
    Mel,
    Normalize,
    Pool,
    Stats,
    TopDb,
    Weighting,
)
from stftcli.features.steps.log import Logarithm
from stftcli.settings.choices import (
    ARRAY_FORMATS,
    BAND_STANDARDS,
    DB_OF_UNIT,
    DESCRIPTORS,
    FORCED_PAD_MODES,
    LOGS,
    NORMALIZATIONS,
    PAD_MODES,
    PADDINGS,
    SHARD_FORMATS,
    SPECTRA,
    STATISTICS,
    WEIGHTING_CURVES,
    WINDOW_ALIGNS,
    WINDOWS,
    LogKind,
    Padding,
    PadMode,
    Spectrum,
    WindowAlign,
    window_names,
)
from stftcli.settings.frames import FrameSettings
from tests.signals import EDGES, noise

RATE_HZ = 44_100


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (WINDOWS, SHAPES),
        (SPECTRA, SCALES),
        (ARRAY_FORMATS, FORMATS),
        (SHARD_FORMATS, SHARDS),
        (DESCRIPTORS, descriptors.DESCRIPTORS),
        (STATISTICS, statistics.ROWS),
    ],
    ids=[
        *("windows", "spectra", "array formats", "shards", "descriptors", "statistics"),
    ],
)
def test_the_names_are_those_of_the_rows(names: Any, rows: Any) -> None:
    assert list(names) == list(rows)


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("length", [1, 2, 3, 100])
def test_every_window_has_finite_values(name: str, length: int) -> None:
    text = name if WINDOWS[name] is None else f"{name}:0.5"
    window = STFT(length, 1, window=text).window
    assert window.shape == (length,)
    assert np.isfinite(window).all()
    assert window.max() <= 1 + 1e-6


def test_every_window_is_listed_with_its_parameter() -> None:
    listed = window_names().split(", ")
    assert {row.partition(":")[0]: row.partition(":")[2].lower() or None for row in listed} == {
        name: parameter and parameter.lower() for name, parameter in WINDOWS.items()
    }


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("samples", [1, 5, 100])
def test_every_pad_mode_pads(pad_mode: PadMode, samples: int) -> None:
    spectra = STFT(32, 8, pad_mode=pad_mode)(noise(samples))
    assert spectra.shape == (1 + samples // 8, 17)
    assert np.isfinite(spectra).all()


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("win_align", WINDOW_ALIGNS)
@pytest.mark.parametrize("samples", [1, 5, 100])
def test_every_padding_pads(padding: Padding, win_align: WindowAlign, samples: int) -> None:
    stft = STFT(32, 8, 20, padding=padding, win_align=win_align)
    spectra = stft(noise(samples))
    assert spectra.shape == (stft.plan.frames(samples), 17)
    assert len(spectra) >= (padding not in ("snip", "kaldi") or samples == 100)
    assert np.isfinite(spectra).all()


def test_every_padding_lays_frames_out_in_a_way_of_its_own() -> None:
    plans = {FramePlan.make(64, 16, padding) for padding in PADDINGS}
    assert len(plans) == len(PADDINGS)


def test_every_padding_is_compared_with_a_plain_one() -> None:
    usual = {True: "center", False: "none"}
    compared = {
        edges.get("padding") or usual[edges.get("center", True)] for edges in EDGES.values()
    }
    assert compared == set(PADDINGS)


@pytest.mark.parametrize("padding", FORCED_PAD_MODES)
def test_a_pad_mode_without_a_choice_is_one_of_all(padding: Padding) -> None:
    assert padding in PADDINGS
    forced = FORCED_PAD_MODES[padding]
    assert forced in PAD_MODES
    for pad_mode in PAD_MODES:
        assert STFT(32, 8, padding=padding, pad_mode=pad_mode).pad_mode == forced


@pytest.mark.parametrize("kind", DB_OF_UNIT)
def test_every_logarithm_of_a_power_is_so_many_decibels(kind: LogKind) -> None:
    values = np.array([1e-3, 1.0, 50.0])
    Logarithm(kind)(levels := values.copy())
    np.testing.assert_allclose(levels * DB_OF_UNIT[kind], 10 * np.log10(values), rtol=1e-12)


def test_only_log1p_of_a_power_is_no_decibels() -> None:
    assert set(LOGS) - set(DB_OF_UNIT) == {"log1p"}


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_every_spectrum_keeps_frames_and_bins(spectrum: Spectrum) -> None:
    stft = STFT(32, 8)
    analyzer = FrameWise(stft, spectrum)
    for signal in (noise(1, 320), np.zeros((1, 320), np.float32)):
        features = analyzer(signal)
        assert features.shape == (stft.plan.frames_of_span(320), 17)
        assert features.dtype == analyzer.dtype
        assert np.isfinite(features).all()


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_belongs_to_one_format(ending: str) -> None:
    assert ending.startswith(".")
    assert ENDINGS.count(ending) == 1


def test_numpy_is_always_there_to_transform() -> None:
    assert list(PROVIDERS)[-1] == "numpy"


# What has to stand before a step, and settings of those that have no usual ones.
BEFORE: dict[str, tuple[Step, ...]] = {
    "top_db": (Mel(8), Log("db")),
    "dct": (Mel(20), Log("db")),
}
STEPS_TO_TRY: dict[str, tuple[Step, ...]] = {
    **{name: (*BEFORE.get(name, ()), kind()) for name, kind in STEPS.items()},
    "mel": (Mel(8),),
    "descriptors": (Descriptors(DESCRIPTORS),),
    "linear": (LinearFile("layer.npz"),),
    **{f"bands {name}": (Bands(name, "density", 3000.0),) for name in BAND_STANDARDS},
    **{f"weighting {curve}": (Crop(100.0), Weighting(curve)) for curve in WEIGHTING_CURVES},
    **{f"normalize by {by}": (Chroma(), Normalize(by)) for by in NORMALIZATIONS},
    **{f"log {kind}": (Mel(8), Log(kind)) for kind in LOGS},
    **{f"log {kind} of the largest": (Mel(8), Log(kind, ref="max")) for kind in DB_OF_UNIT},
    **{f"{name} of files": (Descriptors((name,)), Stats(STATISTICS)) for name in DESCRIPTORS},
    "pooled": (Mel(8), Log("db"), Pool(0.1, ("mean", "p10", "kurtosis"))),
    "all at once": (Mel(20), Log("db"), TopDb(), Dct(5), Normalize(), Stats()),
}


def features_of(chain: Any, signal: NDArray[Any]) -> NDArray[Any]:
    """Give what a chain makes of a signal of shape (channels, samples)."""
    return np.concatenate(list(chain.batches([signal])))


def test_every_step_is_tried() -> None:
    assert {step.step for steps in STEPS_TO_TRY.values() for step in steps} == set(STEPS)


@pytest.mark.parametrize("case", STEPS_TO_TRY)
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_step_gives_as_many_features_as_it_names(
    case: str, channels: int, dtype: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Linear(1025, 5, seed=0).save("layer.npz")
    settings = FeatureSettings(
        frames=FrameSettings(2048, 512),
        features=Recipe(steps=STEPS_TO_TRY[case], seed=1),
        dtype=dtype,
    )
    chain = build_chain(settings, RATE_HZ)
    signal = noise(channels, 20_000).astype(dtype)
    features = features_of(chain, signal)
    assert features.dtype == chain.dtype == np.dtype(dtype)
    rows = chain.rows(20_000)
    both = () if channels == 1 else (2,)
    assert features.shape == (rows, *both, chain.features)
    assert len(set(chain.axis.names)) == len(chain.axis.names) == chain.features
    assert np.isfinite(features).all()
    assert chain.axis.per_frame == (not settings.features.is_one_row)

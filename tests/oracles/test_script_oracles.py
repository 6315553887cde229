"""Scripts of librosa's and torch's calls, run: every preset, and settings that no preset has."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from stftcli import Extractor
from stftcli.features.presets import load_preset
from stftcli.jobs.export.chain import exported_chain
from stftcli.jobs.export.python import python_script
from stftcli.jobs.export.tolerance import Tolerance
from stftcli.presets import preset_names
from stftcli.settings.choices import SCRIPT_LIBRARIES, ScriptLibrary
from tests.cli.computing import noisy_rise
from tests.oracles.conftest import oracle
from tests.peers import RATES
from tests.signals import noise

DOCS = Path(__file__).parents[2] / "docs"

pytestmark = [
    pytest.mark.filterwarnings("ignore:At least one mel filter"),
    pytest.mark.filterwarnings("ignore:Empty filters"),
    pytest.mark.filterwarnings("ignore:divide by zero"),  # librosa's, of a weighting at 0 Hz
]
each_library = pytest.mark.parametrize("library", SCRIPT_LIBRARIES)

OTHERS: dict[str, dict[str, Any]] = {
    "epsilon": {"spectrum": "magnitude", "epsilon": 1e-3},
    "db": {"spectrum": "db", "fmin": 1000, "fmax": 3000},
    "log": {"spectrum": "log", "win_length": 1000, "window": "blackman"},
    "below the largest": {"spectrum": "power", "log": "db", "ref": "max", "top_db": 60},
    "weighting": {"spectrum": "power", "weighting": "A", "mel": 30, "fmin": 300},
    "weighted magnitudes": {"spectrum": "magnitude", "weighting": "C", "mel": 30},
    "weighted logarithms": {"spectrum": "log", "weighting": "C", "fmin": 300},
    "weighted levels": {"spectrum": "db", "weighting": "A", "fmin": 300},
    "log1p": {"mel": 20, "log": "log1p"},
    "mel of a crop": {"mel": 30, "fmin": 300},
    "htk bands first": {"mel": 30, "mel_scale": "htk", "layout": "bins-first"},
    "pcen": {"mel": 40, "pcen": True, "pcen_gain": 0.8},
    "deltas": {"mel": 30, "log": "db", "deltas": 2, "delta_window": 3},
    "one delta": {"mel": 30, "deltas": 1},
    "chroma by frames": {"chroma": 12, "normalize": "frame"},
    "chroma of a crop": {"chroma": 12, "fmin": 100, "tuning": 0.2},
    "lifter": {"mfcc": 20, "lifter": 22},
    "mean": {"mfcc": 13, "normalize": "mean"},
    "meanvar": {"mel": 40, "log": "log10", "normalize": "meanvar"},
    "peak": {"mel": 40, "normalize": "peak"},
    "energy first": {"mel": 30, "log": "ln", "energy": True},
    "symmetric": {"window": "kaiser:8", "pad_mode": "symmetric"},
    "wrap": {"window": "tukey:0.3", "pad_mode": "wrap", "periodic": False},
    "edge of odd frames": {"padding": "same", "pad_mode": "edge", "n_fft": 1023},
    "causal": {"padding": "causal"},
    "kaldi": {"padding": "kaldi", "n_fft": 400, "hop_length": 160, "remove_dc": True},
    "short window": {"padding": "kaldi", "n_fft": 400, "win_length": 301, "remove_dc": True},
    "left": {"padding": "none", "win_align": "left", "win_length": 500, "n_fft": 512},
    "samples": {"pad_to": 2, "preemphasis": 0.9, "int16_scale": True, "mel": 20},
}


def run(extractor: Extractor, library: ScriptLibrary, sound: Any) -> Any:
    """Give what the script of an Extractor makes of a sound."""
    oracle(library)
    oracle("librosa")
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(python_script(extractor.settings, library), "script.py", "exec"), names)
    return names["features"](sound)


def assert_equal(extractor: Extractor, library: ScriptLibrary, rate_hz: int) -> None:
    """Compare as the script itself says."""
    sound = noisy_rise(rate_hz, 1.5)
    got, wanted = run(extractor, library, sound), extractor(sound, rate_hz)
    got = got.T if extractor.settings.layout == "bins-first" else got
    assert got.shape == wanted.shape
    tolerance = Tolerance.of(exported_chain(extractor.settings))
    assert tolerance.allows(got, wanted), np.abs(got - wanted).max()


@pytest.fixture
def torchaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bank, from the published formula, where the package has no build for this torch."""
    from tests.peers.formulas import torchaudio_mel_weights

    def bank(
        bins: int, low_hz: float, high_hz: float, bands: int, rate_hz: int, **words: Any
    ) -> Any:
        assert (low_hz, high_hz) == (0, rate_hz // 2)
        assert words == {"norm": None, "mel_scale": "htk"}
        return torchaudio_mel_weights(rate_hz, bins, bands).T

    try:
        import torchaudio  # noqa: F401
    except (ImportError, OSError):
        module = ModuleType("torchaudio")
        vars(module)["functional"] = SimpleNamespace(melscale_fbanks=bank)
        monkeypatch.setitem(sys.modules, "torchaudio", module)


@pytest.mark.usefixtures("torchaudio")
@each_library
@pytest.mark.parametrize("name", preset_names())
def test_presets(name: str, library: ScriptLibrary) -> None:
    own = load_preset(name).settings.signal.rate_hz is not None
    extractor = Extractor.preset(name, **({} if own else {"rate": RATES[name]}))
    assert_equal(extractor, library, RATES[name])


@each_library
@pytest.mark.parametrize("options", OTHERS.values(), ids=OTHERS)
def test_other_settings(options: dict[str, Any], library: ScriptLibrary) -> None:
    assert_equal(Extractor(rate=16000, **options), library, 16000)


@each_library
@pytest.mark.parametrize("hop_length", [31, 32, 50, 64])
def test_long_hops(hop_length: int, library: ScriptLibrary) -> None:
    extractor = Extractor(rate=16000, n_fft=64, hop_length=hop_length)
    for frames in range(3, 10):
        sound = noise(frames * hop_length)
        got, wanted = run(extractor, library, sound), extractor(sound, 16000)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-5 * np.abs(wanted).max())


@each_library
def test_pcen_of_a_quiet_sound(library: ScriptLibrary) -> None:
    extractor = Extractor(rate=16000, mel=20, pcen=True)
    sound = noisy_rise(16000, 1) * np.float32(1e-6)
    np.testing.assert_allclose(
        run(extractor, library, sound), extractor(sound, 16000), rtol=1e-4, atol=0
    )


@pytest.mark.usefixtures("torchaudio")
def test_torchaudio_at_an_odd_rate() -> None:
    assert_equal(Extractor.preset("torchaudio-mel", rate=11025), "torch", 11025)


def test_the_page_shows_what_is_printed() -> None:
    page = (DOCS / "onnx.md").read_text(encoding="utf-8")
    printed = python_script(Extractor.preset("whisper").settings, "librosa")
    function = printed.partition("def features")[2].partition("\n\n")[0]
    assert f"def features{function}\n```" in page

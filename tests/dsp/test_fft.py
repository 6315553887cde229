import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import DTypeLike

from stftcli import STFT
from stftcli.dsp import fft
from stftcli.errors import SettingsError
from tests.signals import assert_close, assert_same_bits, blocks_of, noise


@pytest.fixture(params=fft.PROVIDERS)
def provider(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name = str(request.param)
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    monkeypatch.setenv("STFTCLI_FFT", name)
    return name


def hide(monkeypatch: pytest.MonkeyPatch, hidden: str) -> None:
    monkeypatch.setitem(sys.modules, hidden, None)


@pytest.mark.parametrize(
    ("dtype", "result", "tolerance"),
    [("float32", "complex64", 1e-6), ("float64", "complex128", 1e-14)],
)
@pytest.mark.parametrize("length", [1, 2, 63, 64, 1024])
@pytest.mark.parametrize("rows", [1, 16, 17, 40])
@pytest.mark.usefixtures("provider")
def test_transforms_each_row(
    rows: int, length: int, dtype: DTypeLike, result: DTypeLike, tolerance: float
) -> None:
    frames = noise(rows, length).astype(dtype)
    out = np.full((rows, length // 2 + 1), np.nan, result)
    fft.load_rfft()(frames, out)
    assert_close(out, np.fft.rfft(frames.astype(np.float64)), tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("float64", 1e-14)])
@pytest.mark.parametrize("length", [1, 2, 63, 64, 1024])
@pytest.mark.parametrize("rows", [1, 16, 17, 300])
@pytest.mark.usefixtures("provider")
def test_transforms_each_row_back(
    rows: int, length: int, dtype: DTypeLike, tolerance: float
) -> None:
    frames = noise(rows, length).astype(dtype)
    spectra = np.fft.rfft(frames.astype(np.float64)).astype(np.result_type(frames, np.complex64))
    out = np.full((rows, length), np.nan, dtype)
    fft.load_irfft()(spectra, out)
    assert_close(out, frames, tolerance)


@pytest.mark.usefixtures("provider")
def test_a_stream_equals_the_whole() -> None:
    stft, signal = STFT(400, 160), noise(100_000)
    streamed = np.concatenate(list(stft.stream(blocks_of(signal, 1009))))
    assert_same_bits(streamed, stft(signal))


def test_the_environment_chooses(provider: str) -> None:
    assert fft.provider_name() == provider


def test_numpy_steps_in_where_ducc0_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STFTCLI_FFT", raising=False)
    hide(monkeypatch, "ducc0")
    assert fft.provider_name() == "numpy"


def test_the_fastest_installed_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STFTCLI_FFT", raising=False)
    monkeypatch.setattr(fft, "import_module", lambda _: object())
    assert fft.provider_name() == "ducc0"


@pytest.mark.parametrize(
    "content", ["import no_such_library", "raise OSError('of another machine')"]
)
def test_numpy_steps_in_where_ducc0_cannot_be_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    (tmp_path / "ducc0.py").write_text(content)
    monkeypatch.delenv("STFTCLI_FFT", raising=False)
    monkeypatch.delitem(sys.modules, "ducc0", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.warns(UserWarning, match=r"ducc0 cannot be loaded \(.*: another FFT computes"):
        assert fft.provider_name() == "numpy"
    monkeypatch.setenv("STFTCLI_FFT", "ducc0")
    with pytest.warns(UserWarning), pytest.raises(SettingsError, match="ducc0"):
        fft.provider_name()


@pytest.mark.parametrize("wanted", ["fftw", "ducc0"])
def test_a_provider_unknown_or_missing_is_refused(
    wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STFTCLI_FFT", wanted)
    hide(monkeypatch, "ducc0")
    with pytest.raises(SettingsError, match=f"{wanted}.*ducc0, numpy"):
        STFT()


def test_a_provider_that_another_thread_is_importing_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    half = ModuleType("ducc0")
    half.__spec__ = None
    monkeypatch.setitem(sys.modules, "ducc0", half)
    monkeypatch.setenv("STFTCLI_FFT", "ducc0")
    assert fft.provider_name() == "ducc0"

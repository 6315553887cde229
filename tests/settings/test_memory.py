"""What would take too much memory is refused before it is begun, and the limit can be raised."""

import pytest

from stftcli import STFT, Extractor, Linear
from stftcli.dsp.filterbanks import chroma_weights, dct_weights, mel_weights
from stftcli.dsp.kernel import dft_kernel
from stftcli.dsp.moments import Moments
from stftcli.errors import SettingsError
from stftcli.pictures.reduce import ColumnReducer
from stftcli.settings.memory import DEFAULT_BYTES, VARIABLE, check_memory, max_memory


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("", DEFAULT_BYTES), ("123", 123), ("7B", 7), ("500MB", 500_000_000), ("1.5 gb", 1.5e9)],
)
def test_sizes(monkeypatch: pytest.MonkeyPatch, text: str, wanted: int) -> None:
    monkeypatch.setenv(VARIABLE, text)
    assert max_memory() == wanted


@pytest.mark.parametrize("text", ["much", "-1GB", "1e9", "GB", "1 GiB", "9" * 5000])
def test_what_is_no_size(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(SettingsError, match=f"{VARIABLE} is .*16GB"):
        max_memory()


def test_the_message_says_what_it_takes_and_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        check_memory(5.1e9, "a thing", "give fewer")
    assert str(caught.value) == (
        "a thing would take about 5.1 GB of memory, and 4 GB are allowed: give fewer, or set "
        "STFTCLI_MAX_MEMORY=6GB"
    )
    monkeypatch.setenv(VARIABLE, "6GB")
    check_memory(5.1e9, "a thing", "give fewer")


PRODUCTS = {
    "linear": lambda: Linear(1025, 1_000_000),
    "a linear of huge size": lambda: Linear(10**24, 3),
    "mel": lambda: mel_weights(16000, 262_144, 10_000),
    "chroma": lambda: chroma_weights(16000, 1 << 24, 100),
    "dct": lambda: dct_weights(100_000, 100_000),
    "kernel": lambda: dft_kernel(1 << 16),
    "learned kernel": lambda: STFT(1 << 16, freeze_parameters=False),
    "fit": lambda: Moments(16_385),
    "channels": lambda: ColumnReducer(1024, 1025, 4000),
    "features": lambda: Extractor(n_fft=16, linear_out=1_000_000).chain(8000),
}


@pytest.mark.parametrize("make", PRODUCTS.values(), ids=PRODUCTS)
def test_products_are_refused_before_they_are_made(make: object) -> None:
    assert callable(make)
    with pytest.raises(SettingsError, match=r"would take about .* GB of memory|TB of memory"):
        make()


def test_long_frames_are_allowed_as_far_as_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    STFT(1 << 16)
    monkeypatch.setenv(VARIABLE, "10MB")
    with pytest.raises(SettingsError, match=r"frame of 65536 samples .* 13\.1 MB"):
        STFT(1 << 16)

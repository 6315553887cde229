"""Each choice is a row of one table: every row works, and the tables agree."""

import json
from dataclasses import is_dataclass
from math import isfinite
from typing import Any, get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stftcli import STFT, settings
from stftcli.arrays.formats import FORMATS
from stftcli.dsp.analyzer import Analyzer
from stftcli.dsp.fft import PROVIDERS
from stftcli.dsp.scaling import SCALES
from stftcli.dsp.stages import LOGARITHMS
from stftcli.dsp.windows import SHAPES
from stftcli.errors import SettingsError
from stftcli.settings import (
    ARRAY_FORMATS,
    LOGS,
    PAD_MODES,
    SPECTRA,
    WINDOWS,
    FeatureSettings,
    FrameSettings,
    PadMode,
    PartSettings,
    Spectrum,
    ValueSettings,
    window_names,
)
from tests.signals import noise

RECORDS = [value for value in vars(settings).values() if is_dataclass(value)]
each_record = pytest.mark.parametrize("record", RECORDS)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any values of a type, but numbers that JSON does not have."""
    if isinstance(hint, type) and is_dataclass(hint):
        parts = {name: values_of(part) for name, part in get_type_hints(hint).items()}
        return st.builds(hint, **parts)
    return st.from_type(hint).filter(lambda value: not isinstance(value, float) or isfinite(value))


@pytest.mark.parametrize(
    ("names", "rows"),
    [(WINDOWS, SHAPES), (SPECTRA, SCALES), (LOGS, LOGARITHMS), (ARRAY_FORMATS, FORMATS)],
    ids=["windows", "spectra", "logs", "array formats"],
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


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_every_spectrum_keeps_frames_and_bins(spectrum: Spectrum) -> None:
    stft = STFT(32, 8)
    analyzer = Analyzer(stft, spectrum)
    for signal in (noise(1, 320), np.zeros((1, 320), np.float32)):
        features = analyzer(signal)
        assert features.shape == (stft.plan.frames_of_span(320), 17)
        assert features.dtype == analyzer.dtype
        assert np.isfinite(features).all()


@pytest.mark.parametrize("ending", [ending for row in FORMATS.values() for ending in row.endings])
def test_every_ending_belongs_to_one_format(ending: str) -> None:
    assert ending.startswith(".")
    assert sum(ending in row.endings for row in FORMATS.values()) == 1


def test_numpy_is_always_there_to_transform() -> None:
    assert list(PROVIDERS)[-1] == "numpy"


@each_record
@given(data=st.data())
def test_settings_survive_json(record: Any, data: st.DataObject) -> None:
    before = data.draw(values_of(record))
    text = json.dumps(before.to_dict(), allow_nan=False)
    after = type(before).from_dict(json.loads(text))
    assert after == before
    assert type(after) is type(before)


def test_settings_inside_settings_keep_their_type() -> None:
    after = FeatureSettings.from_dict(json.loads(json.dumps(FeatureSettings().to_dict())))
    assert type(after.frames) is FrameSettings
    assert hash(after) == hash(FeatureSettings())


@each_record
def test_an_unknown_name_is_answered_with_those_allowed(record: Any) -> None:
    with pytest.raises(SettingsError, match="unknown setting 'hop'") as caught:
        record.from_dict({"hop": 1})
    assert all(name in str(caught.value) for name in record.__dataclass_fields__)


def test_an_unknown_name_further_in_is_an_error_too() -> None:
    with pytest.raises(SettingsError, match=r"unknown setting 'hop'.*hop_length"):
        FeatureSettings.from_dict({"frames": {"hop": 1}})


@pytest.mark.parametrize("record", [FrameSettings, PartSettings, ValueSettings, FeatureSettings])
def test_what_is_not_named_is_the_default(record: Any) -> None:
    assert record.from_dict({}) == record()

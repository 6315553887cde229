"""What a full-scale sample stands for, and what levels count from."""

from typing import Any

import pytest

from stftcli.errors import SettingsError
from stftcli.settings.calibration import CalibrationSettings
from stftcli.settings.units import SampleUnit, Sensitivity, parse_sensitivity

WATER, AIR, VOLT = SampleUnit("uPa"), SampleUnit("uPa", 20), SampleUnit("V")


@pytest.mark.parametrize(
    ("text", "per_pascal", "in_volts"),
    [
        ("-26dBV/Pa", 10 ** (-26 / 20), True),
        ("-26 dB re 1 V/Pa", 10 ** (-26 / 20), True),
        ("50mV/Pa", 0.05, True),
        ("-176.2dBV/uPa", 10 ** (-176.2 / 20) * 1e6, True),
        ("-165 dBV re 1 µPa", 10 ** (-165 / 20) * 1e6, True),
        ("2nV/uPa", 2e-3, True),
        ("-176.2dB/uPa", 10 ** (-176.2 / 20) * 1e6, False),
        ("0.05/Pa", 0.05, False),
    ],
)
def test_a_sensitivity_is_so_much_per_pascal(text: str, per_pascal: float, in_volts: bool) -> None:
    sensor = parse_sensitivity(text)
    assert isinstance(sensor, Sensitivity)
    assert sensor.per_pascal == pytest.approx(per_pascal, rel=1e-12)
    assert sensor.in_volts is in_volts


@pytest.mark.parametrize(
    ("given", "full_scale", "unit"),
    [
        ({}, 1, SampleUnit("FS")),
        ({"full_scale_v": 2.5}, 2.5, VOLT),
        ({"full_scale_v": 2.5, "reference": "1mV"}, 2.5, SampleUnit("V", 1e-3)),
        ({"full_scale_v": 2.5, "reference": 0.5}, 2.5, SampleUnit("V", 0.5)),
        ({"sensitivity": "-176.2dB/uPa"}, 10 ** (176.2 / 20), WATER),
        ({"sensitivity": "-120dBV/uPa", "full_scale_v": 0.5}, 0.5e6, WATER),
        ({"sensitivity": "10mV/Pa", "full_scale_v": 2}, 200e6, AIR),
        ({"sensitivity": "10mV/Pa", "full_scale_v": 2, "reference": "1uPa"}, 200e6, WATER),
        ({"sensitivity": "0.01/Pa", "reference": 20e-6}, 100e6, AIR),
        ({"sensitivity": "0.01/Pa", "reference": "1Pa"}, 100e6, SampleUnit("uPa", 1e6)),
    ],
)
def test_a_full_scale_sample_stands_for(
    given: dict[str, Any], full_scale: float, unit: SampleUnit
) -> None:
    calibration = CalibrationSettings(**given)
    assert calibration.full_scale == pytest.approx(full_scale, rel=1e-12)
    assert calibration.unit == unit
    assert calibration.is_absolute == (unit.name != "FS")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sensitivity": "-38dBV/Pa"}, r"in volts: give `full_scale`.*-38dB/Pa"),
        (
            {"sensitivity": "-176.2dB/uPa", "full_scale_v": 1},
            r"leave out `full_scale`.*-176.2dBV/uPa",
        ),
        ({"full_scale_v": 1, "reference": "20uPa"}, r"`ref` is 20uPa.*a voltage.*`sensitivity`"),
        ({"sensitivity": "1/Pa", "reference": "1V"}, r"`ref` is 1V.*a pressure"),
    ],
)
def test_what_does_not_fit_is_refused_with_advice(given: dict[str, Any], said: str) -> None:
    calibration = CalibrationSettings(**given)
    with pytest.raises(SettingsError, match=said):
        _ = calibration.full_scale, calibration.unit


@pytest.mark.parametrize(
    ("curve", "said"),
    [
        (((20.0,),), "holds .*two numbers"),
        (((20.0, 1.0, 2.0),), "holds .*two numbers"),
        (((20.0, "1"),), "holds .*two numbers"),
        (((20.0, float("nan")),), "holds .*two numbers"),
        (((0.0, 1.0),), "0 Hz after 0 Hz"),
        (((200.0, 1.0), (100.0, 1.0)), "100 Hz after 200 Hz"),
        (((200.0, 401.0),), "401 dB at 200 Hz"),
        (tuple((float(hz), 0.0) for hz in range(1, 10_002)), "10001 points"),
    ],
)
def test_a_curve_that_is_none_is_refused(curve: Any, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        CalibrationSettings(curve=curve)


@pytest.mark.parametrize("reference", ["max", 0, "loud", "0uPa"])
def test_a_reference_is_a_number_or_a_pressure(reference: Any) -> None:
    with pytest.raises(SettingsError, match=r"`reference` is .*pressure"):
        CalibrationSettings(reference=reference)


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        *((text, False) for text in ("-176.2dBV/uPa", "-38dBV/Pa", "50mV/Pa", "-56dB/Pa")),
        *((text, True) for text in ("176.2dBV/uPa", "176.2dB/uPa", "38dBV/Pa", "-38dBV/uPa")),
        *((text, True) for text in ("-176.2dBV/Pa", "50mV/uPa", "20V/Pa")),
    ],
)
def test_a_sign_or_a_unit_that_is_not_plausible_is_noticed(text: str, odd: bool) -> None:
    sensor = parse_sensitivity(text)
    assert sensor is not None
    complaint = sensor.complaint()
    assert (complaint is not None) == odd
    if complaint:
        assert f"{sensor.db:.4g} dB re 1" in complaint
        assert "sign" in complaint


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, None),
        ({"sensitivity": "-176.2dB/uPa"}, "a full-scale sample (peak) is 176.20 dB re 1 uPa"),
        (
            {"sensitivity": "1V/Pa", "full_scale_v": 2},
            "a full-scale sample (peak) is 100.00 dB re 20 uPa",
        ),
        ({"file": "a.csv"}, "the dB of a.csv are subtracted from the levels"),
        ({"file": "a.csv", "sign": "add"}, "the dB of a.csv are added to the levels"),
        ({"curve": ((1.0, 2.0),)}, "the dB of the stored curve are subtracted from the levels"),
    ],
)
def test_a_line_sums_it_up(given: dict[str, Any], said: str | None) -> None:
    assert CalibrationSettings(**given).summary() == said

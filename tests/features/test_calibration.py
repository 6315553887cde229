"""Calibrated features: pressures of samples, levels re a pressure, and the way back."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import Descriptors, Extractor, Log, Mel, Stats
from stftcli.errors import InputError, SettingsError
from tests.signals import assert_same_bits, noise

RATE_HZ = 48_000
MICROPHONE: dict[str, Any] = {"sensitivity": "-26dBV/Pa", "full_scale": "2V"}
RECORDER: dict[str, Any] = {"sensitivity": "-176.2dB/uPa"}
CURVE = ((100.0, -6.0), (1000.0, 0.0), (10_000.0, 12.0))


def tone(rms: float, hz: float = 1000.0) -> NDArray[np.float64]:
    """A second of a sine of this root mean square, as samples."""
    sine = np.sin(2 * np.pi * hz * np.arange(RATE_HZ) / RATE_HZ)
    return np.asarray(np.sqrt(2) * rms * sine)


def curve_file(folder: Any, points: Any = CURVE) -> str:
    path = folder / "curve.csv"
    path.write_text("Hz,dB\n" + "".join(f"{hz},{db}\n" for hz, db in points))
    return str(path)


# 1 Pa is 94 dB (93.979), through a microphone of -26 dBV/Pa into a converter of 2 V.
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("length", [4800, 4096, 1024])
@pytest.mark.parametrize("window", ["hann", "boxcar", "flattop"])
def test_a_tone_of_94_decibels_reads_94(dtype: Any, length: int, window: str) -> None:
    how: dict[str, Any] = {
        "n_fft": length,
        "window": window,
        "padding": "none",
        "dtype": dtype,
        **MICROPHONE,
    }
    extractor = Extractor(**how)
    density = extractor(tone(10 ** (-26 / 20) / 2 * 10 ** (0.0206 / 20)), RATE_HZ)
    mean_square = density.mean(axis=0, dtype=np.float64).sum() * RATE_HZ / length
    level = 10 * np.log10(mean_square / 20**2)
    assert level == pytest.approx(94, abs=0.01)
    assert extractor.axis(RATE_HZ).unit == "uPa^2/Hz"


def test_a_tone_on_a_bin_reads_its_level_in_the_mean_square() -> None:
    x = Extractor(spectrum="mean-square", log="db", n_fft=4800, **MICROPHONE)
    levels = x(tone(10 ** (-26 / 20) / 2), RATE_HZ)
    np.testing.assert_allclose(levels[4:-4].max(axis=1), 93.9794, atol=0.001)
    assert x.axis(RATE_HZ).unit == "dB re 20 uPa"


def test_the_rms_is_a_pressure() -> None:
    x = Extractor(descriptors="rms,zcr", padding="none", **MICROPHONE)
    features = x(tone(10 ** (-26 / 20) / 2), RATE_HZ)
    np.testing.assert_allclose(features[:, 0], 1e6, rtol=0.01)
    assert x.axis(RATE_HZ).units == ("uPa", "")
    assert Extractor(descriptors="rms,zcr").axis(RATE_HZ).units == ("", "")


@pytest.mark.parametrize(
    ("options", "unit", "offset"),
    [
        ({}, "dB re 1 FS^2/Hz", 0),
        ({"int16_scale": True}, "dB re 1/Hz", 20 * np.log10(32768)),
        ({"full_scale": "2V"}, "dB re 1 V^2/Hz", 20 * np.log10(2)),
        ({"full_scale": "2V", "ref": "1mV"}, "dB re (0.001 V)^2/Hz", 20 * np.log10(2000)),
        (RECORDER, "dB re 1 uPa^2/Hz", 176.2),
        ({**RECORDER, "ref": "20uPa"}, "dB re (20 uPa)^2/Hz", 176.2 - 20 * np.log10(20)),
        ({**RECORDER, "ref": "20u"}, "dB re (20 uPa)^2/Hz", 176.2 - 20 * np.log10(20)),
        (MICROPHONE, "dB re (20 uPa)^2/Hz", 20 * np.log10(2) + 26 + 120 - 20 * np.log10(20)),
        ({**MICROPHONE, "ref": "1uPa"}, "dB re 1 uPa^2/Hz", 20 * np.log10(2) + 26 + 120),
        ({"ref": 0.25}, "dB re (0.5 FS)^2/Hz", 10 * np.log10(4)),
    ],
)
def test_decibels_say_what_they_count_from(
    options: dict[str, Any], unit: str, offset: float
) -> None:
    signal = noise(20_000)
    plain = Extractor(spectrum="psd", log="db", dtype="float64")(signal, RATE_HZ)
    x = Extractor(spectrum="psd", log="db", dtype="float64", **options)
    np.testing.assert_allclose(x(signal, RATE_HZ) - plain, offset, atol=1e-9)
    assert x.axis(RATE_HZ).unit == unit
    mean_square = Extractor(spectrum="mean-square", log="db", **options).axis(RATE_HZ).unit
    assert mean_square == unit.replace("^2/Hz", "").replace("/Hz", "").translate(
        {ord("("): None, ord(")"): None}
    )


@pytest.mark.parametrize(
    ("options", "unit"),
    [
        ({"log": "db", "ref": "max"}, "dB re highest"),
        ({"log": "ln"}, "ln"),
        ({"spectrum": "power", "log": "db"}, "dB"),
        ({"mel": 40, "log": "db"}, "dB"),
        ({"spectrum": "psd", "mel": 40, "log": "db"}, "dB"),
        ({"spectrum": "magnitude"}, ""),
        ({"log": "db", "top_db": 60}, "dB re 1 uPa^2/Hz"),
        ({"log": "db", "standardize": (1, 2)}, ""),
    ],
)
def test_a_unit_is_said_only_where_it_is_one(options: dict[str, Any], unit: str) -> None:
    assert Extractor(**RECORDER, **options).axis(RATE_HZ).unit == unit


def test_what_counts_from_a_level_does_so_until_it_is_a_difference() -> None:
    x = Extractor(log="db", deltas=1, n_fft=4, **RECORDER)
    assert x.axis(RATE_HZ).units == ("dB re 1 uPa^2/Hz",) * 3 + ("dB/frame",) * 3
    stats = Extractor(log="db", stats="mean,std,skewness", n_fft=4, **RECORDER).axis(RATE_HZ)
    assert stats.units == ("dB re 1 uPa^2/Hz",) * 3 + ("dB",) * 3 + ("",) * 3


def test_calibrated_sound_is_a_density_unless_something_else_is_wanted() -> None:
    wanted: list[tuple[str, dict[str, Any]]] = [
        *(("psd", {}), ("psd", {"mel": 40}), ("magnitude", {"descriptors": "rms"})),
        ("power", {"spectrum": "power"}),
    ]
    for spectrum, options in wanted:
        settings = Extractor(**RECORDER, **options).chain(RATE_HZ).settings
        assert settings.features.spectrum == spectrum


@pytest.mark.parametrize("spectrum", ["psd", "mean-square"])
def test_quiet_sound_is_not_cut_off(spectrum: str) -> None:
    signal = noise(20_000) * 1e-5
    levels = Extractor(spectrum=spectrum, log="db", dtype="float64")(signal, RATE_HZ)
    densities = Extractor(spectrum=spectrum, dtype="float64")(signal, RATE_HZ)
    np.testing.assert_allclose(levels, np.maximum(10 * np.log10(densities), -200), atol=1e-9)
    assert np.median(levels) < -105  # below what powers are raised to
    silent = Extractor(spectrum=spectrum, log="db", **MICROPHONE)(np.zeros(8000), RATE_HZ)
    np.testing.assert_allclose(silent, -200, atol=1e-3)


def bank_file(folder: Any) -> str:
    path = folder / "bank.npz"
    np.savez(path, weight=np.eye(20, 1025, 30, dtype=np.float32))
    return str(path)


@pytest.mark.parametrize(
    "options",
    [
        {"spectrum": "psd"},
        {"spectrum": "mean-square"},
        {"full_scale": "1.25V"},
        {"spectrum": "power", **RECORDER},
        {"spectrum": "psd", **MICROPHONE},
    ],
    ids=str,
)
@pytest.mark.parametrize("bank", ["mel", "linear", "chroma"])
def test_nor_is_what_a_bank_makes_of_it(options: Any, bank: str, tmp_path: Any) -> None:
    signal = noise(20_000) * 1e-5
    which = {"mel": 10, "linear": bank_file(tmp_path), "chroma": 12}[bank]
    how: dict[str, Any] = {bank: which, "dtype": "float64", **options}
    unit = Extractor(log="db", **how).chain(RATE_HZ).axis.samples
    sums = Extractor(**how)(signal, RATE_HZ) / unit.reference**2
    levels = Extractor(log="db", **how)(signal, RATE_HZ)
    np.testing.assert_allclose(levels, np.maximum(10 * np.log10(sums), -200), atol=1e-9)
    assert np.ptp(levels) > 1
    silent = Extractor(log="db", **how)(np.zeros(8000), RATE_HZ)
    np.testing.assert_allclose(silent, -200, atol=1e-9)


def test_other_powers_have_the_floor_of_librosa() -> None:
    for options in ({"spectrum": "power"}, {"mel": 10}):
        silent = Extractor(log="db", **options)(np.zeros(8000), RATE_HZ)
        np.testing.assert_allclose(silent, -100, atol=1e-4)


def test_a_reference_divides_pressures_alone() -> None:
    options: dict[str, Any] = {"descriptors": "centroid,rms", **MICROPHONE}
    signal = noise(8000) / 8
    plain = Extractor(dtype="float64", **options)(signal, RATE_HZ)
    with pytest.warns(UserWarning, match="half of its level"):
        levels = Extractor(dtype="float64", log="db", **options)(signal, RATE_HZ)
    np.testing.assert_allclose(levels, 10 * np.log10(plain), rtol=1e-12)


def test_magnitudes_and_their_floor_are_divided_by_the_reference_itself() -> None:
    options: dict[str, Any] = {"spectrum": "magnitude", "dtype": "float64", **MICROPHONE}
    plain = Extractor(**options)(noise(8000), RATE_HZ)
    extractor = Extractor(log="db", **options)
    with pytest.warns(UserWarning, match="half of their level"):
        levels = extractor(noise(8000), RATE_HZ)
    np.testing.assert_allclose(levels, 10 * np.log10(plain / 20), atol=1e-9)
    silent = extractor(np.zeros(8000), RATE_HZ)
    np.testing.assert_allclose(silent, -100, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        ({"log": "db"}, "10 log10 of magnitudes is half of their level in dB"),
        ({"spectrum": "magnitude", "mel": 10, "log": "db"}, "10 log10 of magnitudes"),
        ({"descriptors": "rms,zcr", "log": "db"}, "10 log10 of rms is half of its level"),
        ({"descriptors": "zcr", "log": "db"}, None),
        ({"log": "ln"}, None),
        ({"spectrum": "power", "log": "db"}, None),
        ({"mfcc": 13}, None),
        ({"spectrum": "db", "log": "log1p"}, None),
    ],
)
def test_half_of_a_level_is_warned_of(options: dict[str, Any], warned: str | None) -> None:
    warnings = Extractor(**options).chain(RATE_HZ).warnings
    assert len(warnings) == (warned is not None)
    assert not warned or warned in warnings[0]


@pytest.mark.parametrize(
    ("options", "unit"),
    [
        ({"spectrum": "power"}, "dB re highest"),
        ({"spectrum": "magnitude"}, "10 log10"),
        ({"descriptors": "rms"}, "10 log10"),
    ],
)
def test_half_of_decibels_are_not_called_decibels(options: dict[str, Any], unit: str) -> None:
    assert Extractor(log="db", ref="max", **options).axis(RATE_HZ).unit == unit


@pytest.mark.parametrize(("sign", "factor"), [("subtract", -1), ("add", 1)])
@pytest.mark.parametrize("spectrum", ["psd", "magnitude", "complex", "db", "dbfs"])
def test_a_curve_is_interpolated_over_log_frequency(
    tmp_path: Any, sign: str, factor: int, spectrum: Any
) -> None:
    how: dict[str, Any] = {"n_fft": 2048, "spectrum": spectrum, "dtype": "float64"}
    signal = noise(20_000)
    plain = Extractor(**how)(signal, RATE_HZ)
    with pytest.warns(UserWarning, match="from 100 to 10000 Hz.*flat"):
        given: dict[str, Any] = {"calibration": curve_file(tmp_path), "calibration_sign": sign}
        corrected = Extractor(**how, **given)(signal, RATE_HZ)
    hz = np.clip(np.arange(1025) * RATE_HZ / 2048, 100, 10_000)
    db = factor * np.where(hz < 1000, 6 * np.log10(hz / 1000), 12 * np.log10(hz / 1000))
    if spectrum in ("db", "dbfs"):
        wanted = plain + db
    else:
        wanted = plain * 10 ** (db / (10 if spectrum == "psd" else 20))
    np.testing.assert_allclose(corrected, wanted, rtol=1e-9, atol=1e-9)


def test_a_curve_may_hold_the_sensitivity_itself(tmp_path: Any) -> None:
    points = [(1, -176.2), (24_000, -176.2)]
    given: dict[str, Any] = {"calibration": curve_file(tmp_path, points), "full_scale": 1}
    signal = noise(20_000)
    one = Extractor(sensitivity="0dBV/uPa", log="db", dtype="float64", **given)(signal, RATE_HZ)
    two = Extractor(log="db", dtype="float64", **RECORDER)(signal, RATE_HZ)
    np.testing.assert_allclose(one, two, atol=1e-9)


@pytest.mark.parametrize(
    "points", [[(0.02, 1), (20, 1)], [(30_000, 1), (40_000, 2)], [(25, 0), (40, 0)]]
)
def test_a_curve_where_no_bin_lies_is_refused(tmp_path: Any, points: Any) -> None:
    x = Extractor(calibration=curve_file(tmp_path, points), n_fft=1024)
    with pytest.raises(
        InputError, match=r"goes from .* Hz, and no bin .*are its frequencies in Hz"
    ):
        x(noise(5000), RATE_HZ)


def test_a_level_beyond_all_bounds_is_refused_with_the_file(tmp_path: Any) -> None:
    x = Extractor(calibration=curve_file(tmp_path, [(10, 0), (100, 1e3)]))
    with pytest.raises(InputError, match=r"curve\.csv: the curve has 1000 dB at 100 Hz"):
        x(noise(5000), RATE_HZ)


def test_a_spectrum_of_one_bin_has_a_curve_as_well(tmp_path: Any) -> None:
    x = Extractor(calibration=curve_file(tmp_path), n_fft=1, hop_length=1)
    with pytest.raises(InputError, match="no bin"):
        x(noise(50), RATE_HZ)


def test_the_points_are_kept_and_need_no_file(tmp_path: Any) -> None:
    file = curve_file(tmp_path)
    x = Extractor(calibration=file, calibration_sign="add", **RECORDER)
    signal = noise(20_000)
    with pytest.warns(UserWarning, match="curve"):
        wanted = x(signal, RATE_HZ)
    kept = x.chain(RATE_HZ).settings
    assert (kept.calibration.file, kept.calibration.curve) == (None, CURVE)
    (tmp_path / "curve.csv").unlink()
    with pytest.warns(UserWarning, match="curve"):
        assert_same_bits(Extractor(kept)(signal, RATE_HZ), wanted)


def test_a_new_file_takes_the_place_of_kept_points(tmp_path: Any) -> None:
    kept = Extractor(calibration=curve_file(tmp_path)).chain(RATE_HZ).settings
    other = curve_file(tmp_path, [(1, 3.0), (24_000, 3.0)])
    x = Extractor(kept, calibration=other)
    assert x.chain(RATE_HZ).settings.calibration.curve == ((1.0, 3.0), (24_000.0, 3.0))


def test_a_file_that_changes_is_read_again(tmp_path: Any) -> None:
    given: dict[str, Any] = {"calibration": curve_file(tmp_path, [(1, 3), (24_000, 3)])}
    before = Extractor(**given)(noise(5000), RATE_HZ)
    curve_file(tmp_path, [(1, 23), (24_000, 23)])
    after = Extractor(**given)(noise(5000), RATE_HZ)
    np.testing.assert_allclose(after * 10, before, rtol=1e-5)


@pytest.mark.parametrize("block", [1, 511, 20_000])
def test_a_stream_is_the_whole(tmp_path: Any, block: int) -> None:
    x = Extractor(calibration=curve_file(tmp_path), log="db", n_fft=512, **MICROPHONE)
    signal = noise(4000)
    blocks = [signal[at : at + block] for at in range(0, len(signal), block)]
    with pytest.warns(UserWarning, match="curve"):
        whole = x(signal, RATE_HZ)
    assert_same_bits(np.concatenate(list(x.stream(blocks, RATE_HZ))), whole)
    assert_same_bits(x(signal, RATE_HZ, threads=2), whole)


class TestInverse:
    def test_of_complex_spectra_is_the_sound(self, tmp_path: Any) -> None:
        how: dict[str, Any] = {
            "calibration": curve_file(tmp_path),
            "spectrum": "complex",
            **MICROPHONE,
        }
        x = Extractor(dtype="float64", **how)
        signal = noise(20_000).astype(np.float64)
        with pytest.warns(UserWarning, match="curve"):
            spectra = x(signal, RATE_HZ)
        np.testing.assert_allclose(x.inverse(spectra, RATE_HZ, length=20_000), signal, atol=1e-12)

    @pytest.mark.parametrize("options", [{}, {"log": "db"}, {"spectrum": "mean-square"}])
    def test_of_levels_has_the_level_of_the_sound(
        self, tmp_path: Any, options: dict[str, Any]
    ) -> None:
        x = Extractor(calibration=curve_file(tmp_path), **MICROPHONE, **options)
        signal = tone(0.1, 5000)
        with pytest.warns(UserWarning, match="curve"):
            features = x(signal, RATE_HZ)
        back = x.inverse(features, RATE_HZ, griffin_lim=4)
        assert back[2000:-2000].std() == pytest.approx(0.1, rel=0.05)


class TestRefused:
    def test_are_levels_from_full_scale(self) -> None:
        for given in (RECORDER, {"full_scale": 1}):
            with pytest.raises(SettingsError, match=r"dbfs counts from full scale.*mean-square"):
                Extractor(spectrum="dbfs", **given).axis(RATE_HZ)

    def test_are_samples_of_16_bit_files(self) -> None:
        x = Extractor.preset("kaldi-fbank", **RECORDER)
        with pytest.raises(SettingsError, match=r"`int16_scale`.*`int16_scale=False`"):
            x.axis(16_000)
        assert Extractor.preset("kaldi-fbank", **RECORDER, int16_scale=False).axis(16_000)

    def test_is_a_pressure_for_sound_without_one(self) -> None:
        with pytest.raises(SettingsError, match=r"`ref` is 20uPa.*give `sensitivity`"):
            Extractor(log="db", ref="20uPa")

    def test_is_a_reference_of_levels_without_a_logarithm_or_a_sensitivity(self) -> None:
        with pytest.raises(SettingsError, match="`ref` belongs to `log`"):
            Extractor(ref="20u")
        with pytest.raises(SettingsError, match=r"`ref` is 20 uPa: .* give `log='db'`"):
            Extractor(ref="20u", **RECORDER).axis(RATE_HZ)
        assert Extractor(ref="20u", log="db", **RECORDER).axis(RATE_HZ).samples.reference == 20

    def test_is_a_bare_sensitivity_without_a_full_scale(self) -> None:
        with pytest.raises(SettingsError, match=r"-176\.2dBV/uPa is in volts: .*-176\.2dB/uPa"):
            Extractor(sensitivity=-176.2).chain(RATE_HZ)

    def test_is_what_overflows(self) -> None:
        x = Extractor(sensitivity="-400dB/uPa")
        with (
            pytest.warns(UserWarning, match="unusual"),
            pytest.raises(InputError, match="overflow"),
        ):
            x(noise(5000), RATE_HZ)


def test_an_odd_sensitivity_is_warned_of() -> None:
    with pytest.warns(UserWarning, match=r"176\.2 dB re 1/uPa is unusual.*sign"):
        Extractor(sensitivity="176.2dB/uPa")(noise(5000), RATE_HZ)


def test_plain_steps_divide_by_the_reference_too() -> None:
    steps = [Mel(20), Log("db"), Stats(("mean",))]
    signal = noise(20_000)
    calibrated = Extractor(steps=steps, spectrum="power", **MICROPHONE)(signal, RATE_HZ)
    plain = Extractor(steps=steps, spectrum="power")(signal, RATE_HZ)
    np.testing.assert_allclose(
        calibrated - plain, 20 * np.log10(2) + 26 + 120 - 20 * np.log10(20), atol=1e-3
    )
    assert Extractor(steps=[Descriptors(("rms",))], **MICROPHONE).axis(RATE_HZ).unit == "uPa"

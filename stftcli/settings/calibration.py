"""What samples stand for: a pressure or voltage, and how the recorder hears each frequency."""

from math import isfinite, log10
from typing import ClassVar

from stftcli.errors import SettingsError
from stftcli.settings.choices import CURVE_SIGNS, CurveSign
from stftcli.settings.kinds import Choice, FileName
from stftcli.settings.option import Option
from stftcli.settings.record import Record
from stftcli.settings.units import (
    FULL_SCALE_UNIT,
    Reference,
    SampleUnit,
    Sensitivity,
    SensitivityKind,
    Voltage,
    parse_sensitivity,
    reference_in,
)

MAX_POINTS = 10_000
MAX_CURVE_DB = 400.0

Curve = tuple[tuple[float, float], ...]


class CalibrationSettings(Record):
    """What makes pressures, or voltages, of samples.

    `sensitivity` is of a microphone or hydrophone, in volts, or of all from the sound to the file;
    `full_scale_v` is the voltage that a sample of 1 stands for. `reference` is what levels count
    from, in Pa or V unless it names its unit; None is 1 uPa for a sensitivity per uPa, 20 uPa for
    one per Pa. `curve` are points (Hz, dB), which `file` holds until they are read; `sign` says
    whether their decibels are subtracted from levels, as those of a response, or added.
    """

    sensitivity: str | None = None
    full_scale_v: float | None = None
    reference: float | str | None = None
    file: str | None = None
    sign: CurveSign = "subtract"
    curve: Curve = ()

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "sensitivity",
            SensitivityKind(),
            "How many volts a pressure makes, with its unit: -176.2dBV/uPa of a hydrophone, "
            "-38dBV/Pa or 12mV/Pa of a microphone, which take the full scale too; or -176.2dB/uPa, "
            "how large a sample it makes, all gains included.",
            "sensitivity",
        ),
        Option(
            "full_scale",
            Voltage(),
            "The peak voltage that a full-scale sample stands for, as in 1.25V: half the "
            "peak-to-peak range of the converter, over the gain before it.",
            "full_scale_v",
        ),
        Option(
            "calibration",
            FileName(),
            "The response of the recorder, two columns of Hz and dB: its dB are subtracted from "
            "the levels; interpolated over the logarithm of the frequency.",
            "file",
        ),
        Option(
            "calibration_sign",
            Choice(CURVE_SIGNS),
            "Whether the dB of the calibration are a response, and subtracted from the levels; or "
            "a correction, and added.",
            "sign",
            default="subtract",
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.reference is not None:
            try:
                read = Reference().read(self.reference)
            except ValueError as error:
                raise SettingsError(f"`reference` is {self.reference!r}: {error}") from None
            if read == "max":
                raise SettingsError("`reference` is 'max': give a pressure, as in 20uPa")
        check_curve(self.curve)

    @property
    def is_absolute(self) -> bool:
        """Whether samples become pressures or voltages."""
        return self.sensitivity is not None or self.full_scale_v is not None

    @property
    def sensor(self) -> Sensitivity | None:
        """The sensitivity as numbers."""
        return None if self.sensitivity is None else parse_sensitivity(self.sensitivity)

    @property
    def full_scale(self) -> float:
        """What a sample of 1 becomes, in the unit of the samples.

        Raises
        ------
        SettingsError
            If a sensitivity in volts has no full scale, or one of samples has.
        """
        sensor, volts = self.sensor, self.full_scale_v
        if sensor is None:
            return 1.0 if volts is None else volts
        if sensor.in_volts and volts is None:
            raise SettingsError(
                f"`sensitivity` {self.sensitivity} is in volts: give `full_scale` too, the peak "
                f"voltage of a full-scale sample; or {sensor.db:.6g}dB/{sensor.pressure}, without "
                "the V, if it says how large a sample is"
            )
        if volts is not None and not sensor.in_volts:
            raise SettingsError(
                f"`sensitivity` {self.sensitivity} says how large a sample is: leave out "
                f"`full_scale`; or {sensor.db:.6g}dBV/{sensor.pressure} if it is in volts"
            )
        return (1.0 if volts is None else volts) / sensor.per_pascal * 1e6

    @property
    def unit(self) -> SampleUnit:
        """The unit of the samples, and what levels count from.

        Raises
        ------
        SettingsError
            If the reference is of another unit.
        """
        sensor = self.sensor
        if not self.is_absolute:
            return FULL_SCALE_UNIT
        name = "V" if sensor is None else "uPa"
        if self.reference is None:
            return SampleUnit(name, 1.0 if sensor is None or sensor.pascals < 1 else 20.0)
        reference = reference_in(self.reference, name)
        if reference is None:
            kind = "a pressure" if name == "uPa" else "a voltage, as there is no `sensitivity`"
            raise SettingsError(f"`ref` is {self.reference}: it must be {kind}")
        return SampleUnit(name, float(f"{reference:.12g}"))  # 20e-6 * 1e6 is a little more than 20

    def summary(self) -> str | None:
        """Say what is done to the levels, in one line; None if nothing is."""
        parts = []
        if self.is_absolute:
            unit = self.unit
            level_db = 20 * log10(self.full_scale / unit.reference)
            parts.append(f"a full-scale sample (peak) is {level_db:.2f} {unit.level()}")
        if self.file or self.curve:
            done = "subtracted from" if self.sign == "subtract" else "added to"
            parts.append(f"the dB of {self.file or 'the stored curve'} are {done} the levels")
        return "; ".join(parts) or None


def check_curve(curve: Curve) -> None:
    """Raise SettingsError unless points are pairs of finite numbers, over frequencies that rise."""
    if len(curve) > MAX_POINTS:
        raise SettingsError(f"the curve has {len(curve)} points: at most {MAX_POINTS} are taken")
    before_hz = 0.0
    for point in curve:
        if not (isinstance(point, tuple) and len(point) == 2 and all(map(_is_number, point))):
            raise SettingsError(f"the curve holds {point!r}: a point is two numbers, Hz and dB")
        hz, db = point
        if not before_hz < hz < float("inf"):
            raise SettingsError(
                f"the curve has {hz:g} Hz after {before_hz:g} Hz: frequencies must rise, from "
                "above 0"
            )
        if not abs(db) <= MAX_CURVE_DB:
            raise SettingsError(
                f"the curve has {db:g} dB at {hz:g} Hz: it must be from {-MAX_CURVE_DB:g} to "
                f"{MAX_CURVE_DB:g}"
            )
        before_hz = hz


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)

"""All that decides the numbers of a feature array."""

from dataclasses import field, replace
from typing import ClassVar, Self

from stftcli.errors import SettingsError
from stftcli.features.step import Step
from stftcli.settings.calibration import CalibrationSettings
from stftcli.settings.choices import LAYOUTS, PRECISIONS, SPECTRA, Layout, Precision, Spectrum
from stftcli.settings.frames import FrameSettings
from stftcli.settings.kinds import Choice, FileName, Number, Whole
from stftcli.settings.option import Option
from stftcli.settings.record import Record
from stftcli.settings.segment import SegmentSettings
from stftcli.settings.signal import INT16_SCALE, SignalSettings
from stftcli.settings.units import SampleUnit


class Recipe(Record):
    """What is computed from each frame: a spectrum, and the steps that it goes through in order.

    `spectrum` None is what a bank takes (the power, or a density), else the magnitude; of
    calibrated sound the density, but for descriptors. `epsilon` is added to abs(X)^2 (before the
    root of a magnitude). A new Linear is drawn from `seed`. `kernel` is a file with a matrix in
    place of the DFT.
    """

    spectrum: Spectrum | None = None
    epsilon: float = 0.0
    steps: tuple[Step, ...] = ()
    seed: int | None = None
    kernel: str | None = None

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "spectrum",
            Choice(tuple(SPECTRA)),
            "; ".join(f"{name}: {meaning}" for name, meaning in SPECTRA.items()) + ".",
            field="spectrum",
            default="magnitude; power with mel, mfcc, chroma; psd with bands or calibrated sound",
        ),
        Option(
            "epsilon",
            Number(0, 1),
            "Add X to |X|^2, before the root of a magnitude.",
            field="epsilon",
            default="0",
        ),
        Option(
            "kernel",
            FileName("FILE[:NAME]"),
            "Transform with this matrix in place of the DFT: 2 * (n_fft // 2 + 1) rows, real ones "
            "above imaginary ones, of n_fft columns.",
            field="kernel",
        ),
        Option(
            "seed",
            Whole(0, 2**63 - 1, "S"),
            "Seed of the weights that a new Linear layer begins with.",
            field="seed",
        ),
    )

    def resolve(self, default: Spectrum = "magnitude", *, calibrated: bool = False) -> Self:
        """Give the same recipe with the spectrum decided: `default` unless a step wants another.

        Of calibrated sound densities stand for powers, which depend on the window.
        """
        if self.spectrum is not None:
            return self
        steps = (step.default_spectrum for step in self.steps)
        wanted: Spectrum | None = next(filter(None, steps), None)
        if calibrated and wanted in (None, "power"):
            return replace(self, spectrum="psd")
        return replace(self, spectrum=wanted or default)

    @property
    def is_one_row(self) -> bool:
        """Whether it gives one row for the whole sound."""
        return any(step.is_one_row for step in self.steps)

    @property
    def is_pooled(self) -> bool:
        """Whether its rows are pooled over several frames."""
        return any(step.step == "pool" for step in self.steps)

    @property
    def is_spectrum(self) -> bool:
        """Whether its features are the bins of the spectrum, be they of frames or pooled."""
        return all(step.keeps_bins for step in self.steps)


class FeatureSettings(Record):
    """All that decides the numbers of a feature array; `based_on` names the preset, if any."""

    segment: SegmentSettings = field(default_factory=SegmentSettings)
    signal: SignalSettings = field(default_factory=SignalSettings)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    frames: FrameSettings = field(default_factory=FrameSettings)
    features: Recipe = field(default_factory=Recipe)
    dtype: Precision = "float32"
    layout: Layout = "frames-first"
    based_on: str | None = None

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "dtype",
            Choice(PRECISIONS),
            "Type of the values; float64 is computed as such. Complex spectra have two of them.",
            field="dtype",
            default="float32",
        ),
        Option(
            "layout",
            Choice(LAYOUTS),
            "(frames, [channels,] bins), or ([channels,] bins, frames) as librosa has it.",
            field="layout",
            default="frames-first",
        ),
    )

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it names, such as kernels and weights, as FILE or FILE:PREFIX."""
        return tuple(
            str(file)
            for record in (self.calibration, self.features, *self.features.steps)
            for option in record.options
            if isinstance(option.kind, FileName) and (file := getattr(record, str(option.field)))
        )

    @property
    def full_scale(self) -> float:
        """What a sample of 1 becomes before it is cut into frames.

        Raises
        ------
        SettingsError
            If two settings say it, or one of them lacks another.
        """
        if not self.signal.int16_scale:
            return self.calibration.full_scale
        if self.calibration.is_absolute:
            raise SettingsError(
                "`int16_scale` gives samples the scale of 16-bit files, and `sensitivity` or "
                "`full_scale` that of what they stand for: give `int16_scale=False`"
            )
        return INT16_SCALE

    @property
    def unit(self) -> SampleUnit:
        """What samples are counted in then."""
        return SampleUnit() if self.signal.int16_scale else self.calibration.unit

    @property
    def origin(self) -> str:
        """What messages call the settings."""
        return f"settings based on {self.based_on}" if self.based_on else "the settings"

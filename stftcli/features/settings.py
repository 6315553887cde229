"""All that decides the numbers of a feature array."""

from dataclasses import field, replace
from typing import ClassVar, Self

from stftcli.features.step import Step
from stftcli.settings.choices import LAYOUTS, PRECISIONS, SPECTRA, Layout, Precision, Spectrum
from stftcli.settings.frames import FrameSettings
from stftcli.settings.kinds import Choice, FileName, Number, Whole
from stftcli.settings.option import Option
from stftcli.settings.record import Record
from stftcli.settings.segment import SegmentSettings
from stftcli.settings.signal import SignalSettings


class Recipe(Record):
    """What is computed from each frame: a spectrum, and the steps that it goes through in order.

    `spectrum` None is the power for a mel or chroma bank, else the magnitude. `epsilon` is added
    to abs(X)^2 (before the root of a magnitude). A new Linear is drawn from `seed`. `kernel` is a
    file with a matrix in place of the DFT.
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
            default="magnitude, or power with mel, mfcc or chroma",
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

    def resolve(self, default: Spectrum = "magnitude") -> Self:
        """Give the same recipe with the spectrum decided: `default` unless a step wants another."""
        if self.spectrum is not None:
            return self
        wanted = (step.default_spectrum for step in self.steps)
        return replace(self, spectrum=next(filter(None, wanted), default))


class FeatureSettings(Record):
    """All that decides the numbers of a feature array; `based_on` names the preset, if any."""

    segment: SegmentSettings = field(default_factory=SegmentSettings)
    signal: SignalSettings = field(default_factory=SignalSettings)
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
        """The files that it names, kernels and weights, each as FILE or FILE:PREFIX."""
        return tuple(
            str(file)
            for record in (self.features, *self.features.steps)
            for option in record.options
            if isinstance(option.kind, FileName) and (file := getattr(record, str(option.field)))
        )

    @property
    def origin(self) -> str:
        """What messages call the settings."""
        return f"settings based on {self.based_on}" if self.based_on else "the settings"

"""All that decides the numbers of a feature array."""

from dataclasses import field, replace
from typing import Self

from stftcli.settings.choices import Layout, Precision, Spectrum
from stftcli.settings.frames import FrameSettings, SegmentSettings, SignalSettings
from stftcli.settings.record import Record
from stftcli.settings.steps import Chroma, Describe, Mel, Step


class ValueSettings(Record):
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

    def chosen(self, usual: Spectrum = "magnitude") -> Self:
        """Give the same settings with the spectrum decided: `usual` unless the steps say more."""
        if self.spectrum is not None:
            return self
        kinds = {type(step) for step in self.steps}
        if kinds & {Mel, Chroma}:
            usual = "power"
        elif Describe in kinds:
            usual = "magnitude"
        return replace(self, spectrum=usual)


class FeatureSettings(Record):
    """All that decides the numbers of a feature array; `based_on` names the preset, if any."""

    segment: SegmentSettings = field(default_factory=SegmentSettings)
    signal: SignalSettings = field(default_factory=SignalSettings)
    frames: FrameSettings = field(default_factory=FrameSettings)
    values: ValueSettings = field(default_factory=ValueSettings)
    dtype: Precision = "float32"
    layout: Layout = "frames-first"
    based_on: str | None = None

    @property
    def origin(self) -> str:
        """What messages call the settings."""
        return f"the settings, based on {self.based_on}," if self.based_on else "the settings"

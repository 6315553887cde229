"""The chroma bank: bins to pitch classes, each the same step of every octave."""

from typing import TYPE_CHECKING, ClassVar

from stftcli.features.step import Names, Step
from stftcli.features.steps.mel import MAX_BANDS
from stftcli.settings.kinds import Number, Whole
from stftcli.settings.option import Option

if TYPE_CHECKING:
    from stftcli.features.builder import Builder

_PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


class Chroma(Step):
    """Pitch classes; `tuning` is how far A is above 440 Hz, in steps."""

    step = "chroma"
    loses = "it adds all octaves up in twelve classes"
    bands: int = 12
    tuning: float = 0.0

    takes_bins = True
    default_spectrum = "power"
    renames = True
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "chroma",
            Whole(1, MAX_BANDS),
            "Bank of N pitch classes, usually 12.",
            "bands",
            makes=True,
        ),
        Option(
            "tuning",
            Number(-1e3, 1e3),
            "How far A is above 440 Hz, in pitch classes.",
            "tuning",
            default="0",
        ),
    )

    def feature_names(self, before: Names) -> Names:  # noqa: ARG002
        """Name the twelve pitches, or number the classes from 1."""
        if self.bands == len(_PITCHES):
            return _PITCHES
        return tuple(f"chroma_{band}" for band in range(1, self.bands + 1))

    def build(self, builder: "Builder") -> None:
        """Project the bins; a class lies where its pitch in the octave from C4 is."""
        import numpy as np

        from stftcli.dsp.filterbanks import chroma_weights
        from stftcli.dsp.linear import Linear

        length = builder.plan.filter_length
        weights = chroma_weights(builder.rate_hz, length, self.bands, tuning=self.tuning)
        # Row 0 is C, 3 (bands // 12) steps above A; above A3 = 220 Hz it is C4.
        steps = 3 * (self.bands // 12) + np.arange(self.bands) + self.tuning
        before = builder.axis
        builder.project(
            Linear.from_weights(weights[:, builder.bins], dtype=builder.dtype),
            before.renamed(
                self.feature_names(before.names),
                "Chroma",
                frequencies_hz=220 * 2 ** (steps / self.bands),
                quantity=before.quantity_of_sums,
            ),
            "the chroma bank",
        )

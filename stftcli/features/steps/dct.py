"""The cosine transform: from log mel to MFCC."""

from typing import TYPE_CHECKING, ClassVar

from stftcli.errors import SettingsError
from stftcli.features.operations import FrameOperation
from stftcli.features.step import Names, Need, Step
from stftcli.features.steps.mel import MAX_BANDS
from stftcli.settings.choices import Lifter
from stftcli.settings.kinds import Number, Whole
from stftcli.settings.option import Option

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage

_MIN_SQUARE = 1e-8
"""Of a row of weights, which would be 1 without a lifter."""


class Dct(Step):
    """The cosine transform of type 2, orthonormal: from log mel to MFCC."""

    step = "dct"
    outputs: int = 13
    lifter: float = 0.0
    lifter_form: Lifter = "librosa"

    after = ("mel", "pcen", "top_db", "log", "standardize")
    needs = (Need("mel", {}), Need("log", {"kind": "db"}, instead=("pcen",), after=("mel",)))
    renames = True
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "mfcc",
            Whole(1, MAX_BANDS),
            "N mel-frequency cepstral coefficients: mel (128 bands), log (db), cosine transform.",
            "outputs",
            makes=True,
            common=True,
        ),
        Option(
            "lifter",
            Number(0, 1e6, metavar="L"),
            "Multiply the higher coefficients by up to 1 + L/2.",
            "lifter",
            default="0",
        ),
    )

    def feature_names(self, before: Names) -> Names:  # noqa: ARG002
        """Count the coefficients from 0."""
        return tuple(f"mfcc_{output}" for output in range(self.outputs))

    def build(self, builder: "Builder") -> None:
        """Project the bands."""
        from stftcli.dsp.filterbanks import dct_weights
        from stftcli.dsp.linear import Linear

        bands = builder.features
        if self.outputs > bands:
            raise SettingsError(
                f"{self.outputs} coefficients of {bands} bands: the cosine transform gives 1 to "
                f"{bands}"
            )
        weights = dct_weights(self.outputs, bands, lifter=self.lifter, lifter_form=self.lifter_form)
        builder.project(
            Linear.from_weights(weights, dtype=builder.dtype),
            builder.axis.renamed(self.feature_names(()), "MFCC", first=0),
            "the cosine transform",
        )

    def undo(self, stage: "Stage") -> FrameOperation:
        """Transpose it, the lifter divided out; of fewer coefficients, a smooth spectrum comes."""
        import numpy as np

        from stftcli.dsp.linear import Linear

        assert stage.linear is not None
        weights = stage.linear.weight.astype(np.float64)
        # Rows are orthogonal; the lifter has given them other lengths than 1.
        squares = np.square(weights).sum(axis=1)
        if squares.min() < _MIN_SQUARE:
            raise SettingsError(
                f"the step dct cannot be undone: `lifter` {self.lifter:g} makes coefficients zero"
            )
        return Linear.from_weights((weights / squares[:, None]).T, dtype=stage.linear.dtype)

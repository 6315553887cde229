"""Projections through a Linear: one from a file, or a new one."""

from typing import TYPE_CHECKING, ClassVar

from stftcli.errors import SettingsError
from stftcli.features.axis import AMOUNTS, Axis
from stftcli.features.operations import FrameOperation
from stftcli.features.step import AT_THE_END, Names, Step
from stftcli.settings.kinds import FileName, Whole
from stftcli.settings.option import Option

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stftcli.dsp.linear import Linear
    from stftcli.features.builder import Builder, Stage

MAX_OUTPUTS = 1_000_000


class LinearFile(Step):
    """A Linear from a file, FILE or FILE:PREFIX."""

    step = "linear"
    file: str = ""

    in_order = True
    before = AT_THE_END
    renames = True
    trained = True
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "linear",
            FileName("FILE[:PREFIX]"),
            "Project through this Linear: weight and bias from .npz, .safetensors or .pt, or a "
            "weight from .npy. Several, and logarithms between them, are applied in the order "
            "given.",
            "file",
            makes=True,
            repeats=True,
        ),
    )

    def feature_names(self, before: Names) -> Names:  # noqa: ARG002
        """Count the outputs from 1."""
        return _numbered(self._load("float32").out_features)

    def build(self, builder: "Builder") -> None:
        """Project what there is."""
        linear = self._load(builder.dtype)
        builder.project(linear, _axis_of(linear, builder.axis), self.file)

    def undo(self, stage: "Stage") -> FrameOperation:
        """Solve for what was projected."""
        return _undone(stage)

    def _load(self, dtype: str) -> "Linear":
        from stftcli.dsp.linear import Linear

        if not self.file:
            raise SettingsError("a linear step names no file: give one, file = ...")
        return Linear.load(self.file, dtype)


class LinearOut(Step):
    """A new Linear to so many outputs, drawn from the seed."""

    step = "linear_out"
    outputs: int = 1

    in_order = True
    before = AT_THE_END
    renames = True
    trained = True
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "linear_out",
            Whole(1, MAX_OUTPUTS),
            "Project through a new Linear to N features.",
            "outputs",
            makes=True,
            repeats=True,
        ),
    )

    def feature_names(self, before: Names) -> Names:  # noqa: ARG002
        """Count the outputs from 1."""
        return _numbered(self.outputs)

    def build(self, builder: "Builder") -> None:
        """Draw a Linear and project what there is."""
        from stftcli.dsp.linear import Linear

        # Each is drawn from a seed of its own.
        seed = None if builder.seed is None else builder.seed + len(builder.new_linears)
        new = Linear(builder.features, self.outputs, dtype=builder.dtype, seed=seed)
        builder.new_linears.append(new)
        builder.project(new, _axis_of(new, builder.axis), "the new Linear")

    def undo(self, stage: "Stage") -> FrameOperation:
        """Solve for what was projected."""
        return _undone(stage)


def _undone(stage: "Stage") -> FrameOperation:
    """Give the inverse of a Linear: exact where there is one, else of values above zero if it can.

    Where it has fewer outputs than inputs, that is the smallest solution, which of orthonormal
    rows is what was projected; of spectra and weights that are nowhere negative, one like them.
    """
    from stftcli.dsp.nonnegative import LeastSquares, NonNegative

    linear, before = stage.linear, stage.before
    assert linear is not None
    solved = LeastSquares(linear)
    of_spectra = before.quantity in AMOUNTS and before.log is None
    if of_spectra and not solved.is_exact and (linear.weight >= 0).all():
        return NonNegative(linear)
    return solved


def _numbered(outputs: int) -> Names:
    return tuple(f"linear_{output}" for output in range(1, outputs + 1))


def _axis_of(linear: "Linear", before: Axis) -> Axis:
    return before.renamed(
        _numbered(linear.out_features),
        "Output",
        frequencies_hz=_band_centers_hz(linear, before),
        quantity=before.quantity_of_sums,
    )


def _band_centers_hz(linear: "Linear", before: Axis) -> "NDArray[np.float64] | None":
    """Give where the bands of a filterbank lie: the mean frequency of what each of them sums."""
    import numpy as np

    from stftcli.dsp.bands import is_filterbank

    hz = before.frequencies_hz
    if not before.bins or hz is None or len(hz) != linear.in_features:
        return None
    if linear.bias is not None or not is_filterbank(linear.weight):
        return None
    weight = linear.weight.astype(np.float64)
    sums = weight.sum(axis=1)
    # A band that is narrower than a bin has no weights, and no place.
    centers_hz = np.asarray(weight @ hz / np.where(sums > 0, sums, np.nan))
    known = centers_hz[np.isfinite(centers_hz)]
    return centers_hz if len(known) > 1 and (np.diff(known) > 0).all() else None

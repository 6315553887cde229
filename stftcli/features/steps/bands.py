"""The bands of the standards: octaves, third octaves, millidecades."""

from typing import TYPE_CHECKING, ClassVar

from stftcli.errors import SettingsError
from stftcli.features.axis import Quantity
from stftcli.features.operations import FrameOperation
from stftcli.features.step import Step
from stftcli.features.steps.crop import EDGES
from stftcli.settings.choices import BAND_STANDARDS, BAND_VALUES, BandStandard, BandValues
from stftcli.settings.kinds import Choice
from stftcli.settings.option import Option

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage


# What the values of a density's bands are.
_QUANTITIES: dict[BandValues, Quantity] = {"power": "mean square", "density": "density"}


class Bands(Step):
    """The power of a density in the bands of a standard, or its mean density there.

    The bands have their nominal frequencies from `fmin_hz` to `fmax_hz`. None: from the first that
    is as wide as a bin; to the last that ends below half the rate.
    """

    step = "bands"
    standard: BandStandard = "third"
    values: BandValues = "power"
    fmin_hz: float | None = None
    fmax_hz: float | None = None

    takes_bins = True
    default_spectrum = "psd"
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "bands",
            Choice(tuple(BAND_STANDARDS)),
            "Power in the bands of a standard: "
            + "; ".join(f"{name}: {meaning}" for name, meaning in BAND_STANDARDS.items())
            + ".",
            "standard",
            makes=True,
        ),
        Option(
            "band_values",
            Choice(tuple(BAND_VALUES)),
            "; ".join(f"{name}: {meaning}" for name, meaning in BAND_VALUES.items()) + ".",
            "values",
            default="power",
        ),
        *EDGES,
    )

    def build(self, builder: "Builder") -> None:
        """Integrate the density over each band; a bin on an edge is shared."""
        from stftcli.dsp.linear import Linear
        from stftcli.dsp.standard_bands import narrow_warning, standard_bands

        axis, length = builder.axis, builder.plan.filter_length
        if not axis.bins or axis.quantity != "density" or axis.log is not None:
            raise SettingsError(
                "bands are integrals of a density over its bins: give `spectrum='psd'`, and put "
                "them before other steps"
            )
        bands = standard_bands(
            *(self.standard, builder.rate_hz, length), fmin_hz=self.fmin_hz, fmax_hz=self.fmax_hz
        )
        if warning := narrow_warning(bands, builder.rate_hz, length):
            builder.warnings.append(warning)
        rows = bands.rows(builder.rate_hz / length, builder.bins, self.values)
        builder.project(
            Linear.from_rows(rows, builder.features, builder.dtype),
            axis.renamed(
                bands.names,
                "Band",
                frequencies_hz=bands.centers_hz,
                quantity=_QUANTITIES[self.values],
            ),
            f"the bands ({self.standard})",
        )

    def undo(self, stage: "Stage") -> FrameOperation:
        """Give each bin the mean density of the band that most of it lies in, or else nothing."""
        from stftcli.dsp.bands import Evenly

        assert stage.linear is not None
        return Evenly(stage.linear.rows, stage.linear.in_features)

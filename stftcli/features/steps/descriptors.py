"""Frame descriptors in the place of the bins: how loud a frame is, where its spectrum lies."""

from typing import TYPE_CHECKING, ClassVar

from stftcli.errors import SettingsError
from stftcli.features.form import Form
from stftcli.features.operations import FrameFeature
from stftcli.features.step import Names, Step
from stftcli.settings.choices import DESCRIPTORS, Descriptor
from stftcli.settings.kinds import Names as NamesKind
from stftcli.settings.option import Option
from stftcli.settings.units import FULL_SCALE_UNIT

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage


class Descriptors(Step):
    """Frame descriptors in the place of the bins."""

    step = "descriptors"
    loses = "a few numbers a frame do not say what the spectrum was"
    names: tuple[Descriptor, ...] = DESCRIPTORS

    takes_bins = True
    default_spectrum = "magnitude"
    renames = True
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "descriptors",
            NamesKind(DESCRIPTORS),
            f"Numbers that describe a frame, named columns: {', '.join(DESCRIPTORS)}; or all.",
            "names",
            makes=True,
        ),
    )

    def feature_names(self, before: Names) -> Names:  # noqa: ARG002
        """Name the columns, with their unit where they have one."""
        from stftcli.dsp.descriptors import DESCRIPTORS as ROWS

        return tuple(column for name in self.names for column in ROWS[name].columns)

    def build(self, builder: "Builder") -> None:
        """Measure rms and zcr of the samples, and describe the stream of magnitudes with them."""
        from stftcli.dsp.descriptors import DESCRIPTORS as ROWS
        from stftcli.dsp.descriptors import FrameDescriptors, frame_rms, zero_crossing_rate

        axis, kept = builder.axis, builder.bins
        if not axis.bins or axis.log is not None or builder.stream_operations:
            raise SettingsError(
                "descriptors are taken of the spectrum: put them before other steps"
            )
        if axis.quantity != "magnitude":
            raise SettingsError(
                f"descriptors are taken of magnitudes, the spectrum is {builder.spectrum}: give "
                "`spectrum='magnitude'`"
            )
        rate_hz = builder.rate_hz
        bin_hz = rate_hz / builder.plan.filter_length
        bins = kept.stop - kept.start
        chosen = FrameDescriptors(self.names, bins, bin_hz, rate_hz, first_bin=kept.start)
        for measure in (frame_rms, zero_crossing_rate):
            builder.measure(FrameFeature(measure, "last"))
        builder.stream(chosen.describe)
        samples = axis.samples
        of_samples = "" if samples == FULL_SCALE_UNIT else samples.name
        units = tuple(
            of_samples if name == "rms" else ROWS[name].unit
            for name in self.names
            for _ in ROWS[name].columns
        )
        described = axis.renamed(chosen.names, "", units=units)
        builder.become(described, "the descriptors")

    def form(self, stage: "Stage") -> Form:
        """Sum up the same of magnitudes and samples."""
        from stftcli.features.described import DESCRIBED, DescriptorsForm

        if counted := [name for name in self.names if name not in DESCRIBED]:
            raise self.without_form(f"{counted[0]} is no sum of values: leave it out")
        frequencies_hz = stage.before.frequencies_hz
        assert frequencies_hz is not None
        return DescriptorsForm(self.names, frequencies_hz)

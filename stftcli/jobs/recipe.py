"""From the steps of the settings to stages and passes, with the name of every feature."""

from functools import partial, singledispatchmethod

import numpy as np

from stftcli.dsp import filterbanks
from stftcli.dsp.deltas import add_deltas
from stftcli.dsp.descriptors import Descriptors, frame_rms, zero_crossing_rate
from stftcli.dsp.linear import Linear
from stftcli.dsp.plan import FramePlan
from stftcli.dsp.stages import (
    Logarithm,
    LogEnergy,
    Measured,
    Projection,
    Stage,
    Standardization,
    widths,
)
from stftcli.dsp.whole import (
    LimitRange,
    Normalize,
    RelativeToPeak,
    scale_frames_to_peak,
    summarize,
)
from stftcli.errors import SettingsError
from stftcli.jobs.banks import mel_bank, warn_of_empty_bands
from stftcli.jobs.passes import Pass, each_batch, second_pass
from stftcli.jobs.reporter import Reporter
from stftcli.settings import steps
from stftcli.settings.choices import DB_OF_UNIT, LogKind, Spectrum

_PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

# Steps after which the features are no longer the bins.
_NEW_FEATURES = (
    steps.Mel,
    steps.Chroma,
    steps.Describe,
    steps.Projected,
    steps.NewLinear,
    steps.Dct,
    steps.Energy,
    steps.Deltas,
    steps.Stats,
)


class Recipe:
    """Stages for the analyzer and passes over its batches, built step after step.

    Parameters
    ----------
    plan, rate_hz, spectrum, dtype
        What the steps begin with.
    seed : int or None
        New Linears are drawn from it.
    reporter : Reporter
        Hears of warnings.

    Attributes
    ----------
    stages : list of Stage
        What is done with each span.
    passes : list of Pass
        What is done after that with all batches of a sound.
    names : list of str
        Of the features that come out.
    per_frame : bool
        Whether a row is a frame, or else the whole file.
    of_bins : bool
        Whether the features are the bins of the spectrum.
    new_linears : list of Linear
        Those that were drawn.
    """

    def __init__(
        self,
        plan: FramePlan,
        rate_hz: int,
        spectrum: Spectrum,
        dtype: str,
        seed: int | None,
        reporter: Reporter,
    ) -> None:
        self.plan, self.rate_hz, self.spectrum = plan, rate_hz, spectrum
        self.dtype, self.seed, self.reporter = dtype, seed, reporter
        self.stages: list[Stage] = []
        self.passes: list[Pass] = []
        self.new_linears: list[Linear] = []
        self.per_frame = self.of_bins = True
        frequencies = np.arange(plan.bins) * rate_hz / plan.filter_length
        self.names = [f"{hz:g} Hz" for hz in frequencies]
        self._source = f"the spectrum (n-fft {plan.filter_length})"
        self._log: LogKind | None = "db" if spectrum == "db" else None

    def extend(self, step: steps.Step) -> None:
        """Add a step.

        Raises
        ------
        SettingsError
            If it does not fit what comes before it.
        """
        if not self.per_frame:
            raise SettingsError(f"statistics come last: nothing ({step.step}) can follow them")
        self._add(step)
        self.of_bins &= not isinstance(step, _NEW_FEATURES)
        if not isinstance(step, steps.Log | steps.TopDb):
            self._log = None  # what comes out is in decibels no more

    @singledispatchmethod
    def _add(self, step: steps.Step) -> None:
        raise NotImplementedError(step.step)

    @_add.register
    def _(self, step: steps.Mel) -> None:
        weights = mel_bank(step, self.rate_hz, self.plan.filter_length)
        warn_of_empty_bands(weights, self.reporter)
        self._project("the mel bank", Linear.from_weights(weights, dtype=self.dtype), "mel")

    @_add.register
    def _(self, step: steps.Chroma) -> None:
        weights = filterbanks.chroma_weights(
            self.rate_hz, self.plan.filter_length, step.bands, tuning=step.tuning
        )
        self._project("the chroma bank", Linear.from_weights(weights, dtype=self.dtype), "chroma")
        if step.bands == len(_PITCHES):
            self.names = list(_PITCHES)

    @_add.register
    def _(self, step: steps.Describe) -> None:
        if self.stages or self.passes:
            raise SettingsError(
                "descriptors are taken of the spectrum: put them before other steps"
            )
        if self.spectrum != "magnitude":
            raise SettingsError(
                f"descriptors are taken of magnitudes, the spectrum is {self.spectrum}: give "
                "--spectrum magnitude"
            )
        bin_hz = self.rate_hz / self.plan.filter_length
        chosen = Descriptors(step.names, self.plan.bins, bin_hz, self.rate_hz)
        self.stages += [Measured(frame_rms, "last"), Measured(zero_crossing_rate, "last")]
        self._pass(chosen.describe)
        self.names, self._source = list(chosen.names), "the descriptors"

    @_add.register
    def _(self, step: steps.Projected) -> None:
        if not step.file:
            raise SettingsError("a linear step names no file: give one, file = ...")
        self._project(step.file, Linear.load(step.file, self.dtype), "linear")

    @_add.register
    def _(self, step: steps.NewLinear) -> None:
        # Each is drawn from a seed of its own.
        seed = None if self.seed is None else self.seed + len(self.new_linears)
        new = Linear(len(self.names), step.outputs, dtype=self.dtype, seed=seed)
        self.new_linears.append(new)
        self._project("the new Linear", new, "linear")

    @_add.register
    def _(self, step: steps.Log) -> None:
        relative = step.ref == "max"
        ref = 1.0 if step.ref == "max" else step.ref
        self._stage(Logarithm(step.kind, step.floor, step.offset, ref))
        self._log = step.kind
        if relative:
            self._pass(second_pass(RelativeToPeak))

    @_add.register
    def _(self, step: steps.TopDb) -> None:
        if self._log not in DB_OF_UNIT:
            raise SettingsError(
                "--top-db needs decibels: give --log db, ln or log10 before it, or --top-db none"
            )
        if not 0 < step.db < np.inf:
            raise SettingsError(f"--top-db is {step.db:g}: it must be above 0")
        of_magnitude = self.spectrum == "magnitude" and self._log != "db"
        unit_db = DB_OF_UNIT[self._log] * (2 if of_magnitude else 1)
        self._pass(second_pass(partial(LimitRange, step.db / unit_db)))

    @_add.register
    def _(self, step: steps.Dct) -> None:
        bands = len(self.names)
        if not 1 <= step.outputs <= bands:
            raise SettingsError(
                f"--mfcc is {step.outputs}: there are {bands} bands, so it must be 1 to {bands}"
            )
        weights = filterbanks.dct_weights(
            step.outputs, bands, lifter=step.lifter, lifter_form=step.lifter_form
        )
        linear = Linear.from_weights(weights, dtype=self.dtype)
        self._project("the cosine transform", linear, "mfcc", first=0)

    @_add.register
    def _(self, step: steps.Energy) -> None:
        if self.passes:
            raise SettingsError(
                "the energy is taken frame by frame, before what needs the whole file: leave out "
                "--top-db, --ref max and the like"
            )
        self._stage(Measured(LogEnergy(step.floor), "replace" if step.replace else "first"))
        self.names, self._source = ["energy", *self.names[step.replace :]], "the energy"

    @_add.register
    def _(self, step: steps.Standardize) -> None:
        self._stage(Standardization(step.mean, step.deviation))

    @_add.register
    def _(self, step: steps.Normalize) -> None:
        if step.by == "frame":
            self._stage(scale_frames_to_peak)
        else:
            self._pass(
                second_pass(partial(Normalize, step.by, ddof=step.ddof, epsilon=step.epsilon))
            )

    @_add.register
    def _(self, step: steps.Deltas) -> None:
        self._pass(partial(add_deltas, order=step.order, window=step.window))
        kinds = ("", "delta_", "delta2_")[: step.order + 1]
        self.names = [f"{kind}{name}" for kind in kinds for name in self.names]
        self._source = "the deltas"

    @_add.register
    def _(self, step: steps.Stats) -> None:
        self._pass(lambda batches: iter([summarize(batches, step.names)]))
        self.names = [f"{name}_{statistic}" for statistic in step.names for name in self.names]
        self.per_frame = False

    def _project(self, name: str, linear: Linear, kind: str, first: int = 1) -> None:
        self._stage(Projection(name, linear))
        self._source = name
        self.names = [f"{kind}_{first + row}" for row in range(linear.out_features)]

    def _stage(self, stage: Stage) -> None:
        widths((stage,), len(self.names), self._source)
        if self.passes:
            self._pass(each_batch(stage))
        else:
            self.stages.append(stage)

    def _pass(self, add: Pass) -> None:
        self.passes.append(add)

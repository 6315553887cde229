"""The steps of a recipe in the words of a library, as a table."""

from collections.abc import Callable
from math import log

from stftcli.errors import SettingsError
from stftcli.features.builder import Stage
from stftcli.features.chain import Chain
from stftcli.features.step import Step
from stftcli.features.steps import (
    STEPS,
    Chroma,
    Crop,
    Dct,
    Deltas,
    Energy,
    Log,
    Mel,
    Normalize,
    Pcen,
    Standardize,
    TopDb,
    Weighting,
)
from stftcli.features.steps.crop import CropForm
from stftcli.features.steps.log import LogarithmForm
from stftcli.features.steps.pcen import PcenForm
from stftcli.features.steps.top_db import LimitedRangeForm
from stftcli.jobs.export.banks import write_chroma, write_dct, write_mel
from stftcli.jobs.export.script import Script
from stftcli.settings.choices import DB_OF_UNIT, LOWEST_DB

_CURVES = ("A", "C")
"""Weightings that librosa has."""

_LOGS = {"ln": ("ln", 1.0), "log10": ("log10", 1 / log(10)), "db": ("decibels", 10 / log(10))}
"""Logarithm -> its words, and what it is of a natural one."""


def write_step(script: Script, chain: Chain, stage: Stage) -> None:
    """Write what makes another `x` of `x`, shape (features, frames).

    Raises
    ------
    SettingsError
        If the step has no such words.
    """
    write = _STEPS.get(type(stage.step))
    if write is None:
        known = ", ".join(name for name, kind in STEPS.items() if kind in _STEPS)
        raise SettingsError(
            f"the step {stage.step.step} has no form as a script, as {known} have: leave it out"
        )
    write(script, chain, stage)


def _crop(script: Script, _: Chain, stage: Stage) -> None:
    form, hz = stage.step.form(stage), stage.before.frequencies_hz
    assert isinstance(form, CropForm)
    assert hz is not None
    first, last = form.kept.start, form.kept.stop
    script.note(f"The bins from {hz[first]:g} to {hz[last - 1]:g} Hz.")
    script.add(f"x = x[{first}:{last}]")


def _weighting(script: Script, _: Chain, stage: Stage) -> None:
    step, axis = stage.step, stage.before
    assert isinstance(step, Weighting)
    assert axis.frequencies_hz is not None
    if step.curve not in _CURVES:
        raise SettingsError(
            f"the weighting {step.curve} has no form as a script: there are {' and '.join(_CURVES)}"
        )
    first, last = axis.frequencies_hz[0], axis.frequencies_hz[-1]
    script.add(f"hz = np.linspace({first}, {last}, {len(axis.names)})")
    script.add(f"gains_db = librosa.{step.curve}_weighting(hz, min_db={LOWEST_DB})[:, None]")
    script.let("gains_db", "constant", of="gains_db")
    halves = 2 if axis.quantity == "magnitude" else 1
    if axis.log is None:
        script.add(f"x = x * 10 ** (gains_db / {10 * halves})")
    else:
        script.add(f"x = x + gains_db / {DB_OF_UNIT[axis.log] * halves}")


def _log(script: Script, _: Chain, stage: Stage) -> None:
    form = stage.step.form(stage)
    assert isinstance(form, LogarithmForm)
    if form.of.kind == "log1p":
        script.let("x", "log1p")
        return
    name, factor = _LOGS[form.of.kind]
    if form.of.offset is None:
        script.let("x", "at_least", low=form.of.floor)
    else:
        script.add(f"x = x + {form.of.offset}")
    script.let("x", name)
    if form.of.ref != 1:
        script.add(f"x = x - {factor * log(form.of.ref)}")
    if form.relative:
        script.add("x = x - x.max()")


def _top_db(script: Script, _: Chain, stage: Stage) -> None:
    form = stage.step.form(stage)
    assert isinstance(form, LimitedRangeForm)
    script.let("x", "within_largest", below=form.below)


def _energy(script: Script, _: Chain, stage: Stage) -> None:
    assert isinstance(stage.step, Energy)
    script.let("x", "put_for_first" if stage.step.replace else "put_first")


def _standardize(script: Script, _: Chain, stage: Stage) -> None:
    step = stage.step
    assert isinstance(step, Standardize)
    sign = "-" if step.mean >= 0 else "+"
    script.add(f"x = (x {sign} {abs(step.mean)}) / {step.deviation}")


def _normalize(script: Script, _: Chain, stage: Stage) -> None:
    step = stage.step
    assert isinstance(step, Normalize)
    if step.by in ("peak", "frame"):
        script.let("x", f"over_peak_of_{step.by}")
        return
    script.let("mean", "mean")
    if step.by == "mean":
        script.add("x = x - mean")
        return
    script.let("deviation", "deviation", ddof=step.ddof)
    added = f"(deviation + {step.epsilon})" if step.epsilon else "deviation"
    script.add(f"x = (x - mean) / {added}")


def _deltas(script: Script, _: Chain, stage: Stage) -> None:
    step = stage.step
    assert isinstance(step, Deltas)
    window, reach = step.window, step.window * step.order
    script.note("Beyond both ends the first and the last frame are repeated.")
    script.let("delta", "edges", reach=reach)
    if script.library == "torch":
        script.add(f"slope = torch.arange(-{window}.0, {window + 1})")
        script.add("slope = slope / (slope**2).sum()")
    script.add("parts = [x]")
    for _order in range(step.order):
        script.let("delta", "delta", width=2 * window + 1, window=window)
        script.add(f"parts.append(delta[:, {reach}:-{reach}])")
    script.let("x", "joined")


def _pcen(script: Script, _: Chain, stage: Stage) -> None:
    form = stage.step.form(stage)
    assert isinstance(form, PcenForm)
    step = form.of
    script.add(f"b = {form.smoothing}")
    if step.initial == "first":
        script.add("mean = x[:, 0]")
    else:
        script.let("mean", "initial", of=step.initial)
    if script.library == "librosa":
        script.add("zi = (1 - b) * mean[:, None]")
        words = (f"gain={step.gain}", f"bias={step.bias}", f"power={step.power}")
        script.call("x", "librosa.pcen", "x", *words, f"eps={step.epsilon}", "b=b", "zi=zi")
        return
    script.add("means = []")
    script.add("for frame in x.T:")
    script.add("    mean = (1 - b) * mean + b * frame")
    script.add("    means.append(mean)")
    script.add(f"x = x * ({step.epsilon} + torch.stack(means, dim=1)) ** -{step.gain}")
    grown = f"torch.expm1({step.power} * torch.log1p(x / {step.bias}))"
    script.add(f"x = {step.bias}**{step.power} * {grown}")


_STEPS: dict[type[Step], Callable[[Script, Chain, Stage], None]] = {
    Crop: _crop,
    Weighting: _weighting,
    Mel: write_mel,
    Chroma: write_chroma,
    Pcen: _pcen,
    Log: _log,
    TopDb: _top_db,
    Dct: write_dct,
    Energy: _energy,
    Standardize: _standardize,
    Normalize: _normalize,
    Deltas: _deltas,
}

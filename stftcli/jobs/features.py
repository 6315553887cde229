"""From a sound to a feature array."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from secrets import randbits
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import stftcli
from stftcli.arrays.formats import choose_format
from stftcli.audio.source import Source
from stftcli.dsp.analyzer import Analyzer
from stftcli.dsp.axes import bin_frequencies_hz, frame_times_s
from stftcli.dsp.linear import Linear
from stftcli.dsp.stages import Projection
from stftcli.errors import SettingsError
from stftcli.files.layers import check_layer_name
from stftcli.files.publish import check_distinct, published
from stftcli.jobs.engine import make_analyzer
from stftcli.jobs.stream import analyze
from stftcli.jobs.watch import SILENCE, Watcher
from stftcli.settings import ArrayFormat, FeatureSettings, Precision


@dataclass(frozen=True)
class ArrayReport:
    """What was written."""

    shape: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{' x '.join(map(str, self.shape))} {self.dtype}"


def write_features(
    path: str,
    output: str,
    settings: FeatureSettings,
    *,
    array_format: ArrayFormat | None = None,
    save_linear: str | None = None,
    threads: int | None = None,
    watcher: Watcher = SILENCE,
) -> ArrayReport:
    """Write the features of a sound as an array.

    Parameters
    ----------
    path : str
        The sound: a file, a pipe, or "-" for standard input.
    output : str
        Where the array goes: a file, or "-" for standard output.
    settings : FeatureSettings
        What is computed.
    array_format : {"npy", "npz", "raw"}, optional
        How it is written; by the ending of `output` if None.
    save_linear : str, optional
        Where the new Linear of the settings is written to as well.
    threads : int, optional
        Threads that compute; None for the usual number.
    watcher : Watcher, optional
        Hears of progress and warnings.

    Raises
    ------
    StftcliError
        Whatever is wrong with the input, the settings or the output; nothing is left under the
        output's name then.
    """
    row = choose_format(array_format, output)
    if settings.values.seed is None and any(k == "linear_out" for k, _ in settings.values.stages):
        # Drawn here, so that the settings that are stored give the same numbers again.
        settings = replace(settings, values=replace(settings.values, seed=randbits(32)))
    check_distinct(output, path, save_linear)
    if save_linear is not None:
        check_layer_name(save_linear, bias=True)
    with Source(path) as source:
        analyzer = make_analyzer(settings, source.rate_hz)
        several = settings.part.channel == "all" and source.channels > 1
        frame_shape = (source.channels, analyzer.features) if several else (analyzer.features,)
        dtype = stored_dtype(settings.dtype, analyzer.dtype)
        with published(output, seekable=row.needs_seeking(settings.layout)) as file:
            sink = row.sink(file, frame_shape, dtype, settings.layout)
            for batch in analyze(source, settings.part, analyzer, threads, watcher):
                sink.write(batch)
            sink.finish(_description(settings, analyzer, source, sink.frames))
            if save_linear is not None:
                _new_linear(settings, analyzer).save(save_linear)
        return ArrayReport(sink.shape, str(dtype))


def stored_dtype(precision: Precision, computed: np.dtype[Any]) -> np.dtype[Any]:
    """Give the type in which computed values are stored."""
    if precision != "float16":
        return computed
    if computed.kind == "c":
        raise SettingsError("there is no complex type of float16: choose float32 or float64")
    return np.dtype(np.float16)


def _new_linear(settings: FeatureSettings, analyzer: Analyzer) -> Linear:
    for (kind, _), stage in zip(settings.values.stages, analyzer.stages, strict=True):
        if kind == "linear_out" and isinstance(stage, Projection):
            return stage.linear
    raise SettingsError("there is no new Linear to be saved: ask for one with linear_out")


def _description(
    settings: FeatureSettings, analyzer: Analyzer, source: Source, frames: int
) -> Mapping[str, ArrayLike]:
    plan, rate_hz = analyzer.stft.plan, source.rate_hz
    described = {
        "stftcli": stftcli.__version__,
        "input": source.name,
        "rate_hz": rate_hz,
        **replace(settings, frames=settings.frames.at(rate_hz, plan.filter_length)).to_dict(),
    }
    beside: dict[str, ArrayLike] = {
        "times": settings.part.start_s + frame_times_s(plan, frames, rate_hz),
        "settings": json.dumps(described),
    }
    if not analyzer.projects:
        beside["freqs"] = bin_frequencies_hz(plan, rate_hz)
    return beside

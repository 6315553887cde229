"""From a sound to a feature array."""

from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import PurePath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.formats import choose_format
from stftcli.arrays.sidecar import has_sidecar, sidecar_path, write_sidecar
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.audio.source import Source
from stftcli.dsp.axes import bin_frequencies_hz, frame_times_s
from stftcli.dsp.linear import Linear
from stftcli.errors import SettingsError
from stftcli.files.atomic import atomic_write, check_distinct, is_stream
from stftcli.frozen import Frozen
from stftcli.jobs.engine import Engine, make_engine
from stftcli.jobs.provenance import describe
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.jobs.stream import analyze
from stftcli.settings.choices import ArrayFormat, Precision
from stftcli.settings.features import FeatureSettings


class ArrayReport(Frozen):
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
    sidecar: bool = False,
    save_linear: str | None = None,
    threads: int | None = None,
    reporter: Reporter = SILENT,
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
    array_format : {"npy", "npz", "safetensors", "csv", "raw", "ark"}, optional
        How it is written; by the ending of `output` if None.
    sidecar : bool, default False
        Whether its description is written beside it, as ``output.json``; one that is there is
        renewed in any case.
    save_linear : str, optional
        Where the new Linear of the settings is written to as well.
    threads : int, optional
        Threads that compute; None for the usual number.
    reporter : Reporter, optional
        Hears of progress and warnings.

    Raises
    ------
    StftcliError
        Whatever is wrong with the input, the settings or the output; nothing is left under the
        output's name then.
    """
    row = choose_format(array_format, output)
    index = _index_path(output, row.index_ending)
    # One that describes an earlier array must not be believed of this one.
    sidecar = sidecar or has_sidecar(output)
    described = sidecar_path(output) if sidecar else None
    results = [name for name in (output, index, described, save_linear) if name is not None]
    for number, name in enumerate(results):
        check_distinct(name, path, *results[number + 1 :])
    if save_linear is not None:
        from stftcli.files.layers import check_layer_name

        check_layer_name(save_linear, bias=True)
    describes = sidecar or row.describes
    with Source(path, hashed=describes) as source:
        engine = make_engine(settings, source.rate_hz, reporter=reporter)
        dtype = stored_dtype(settings.dtype, engine.dtype)
        row.writer.check(dtype, settings.layout)
        head = _head(engine, source, dtype)
        seekable = row.needs_seeking(settings.layout)
        with (
            _atomic_write_or_none(described) as description,
            _atomic_write_or_none(index) as places,
            atomic_write(output, seekable=seekable) as file,
        ):
            writer = row.writer(file, head)
            for batch in analyze(source, engine, threads, reporter):
                writer.write(batch)
            provenance = describe(engine, source) if describes else ""
            writer.finish(ArrayMetadata(provenance, _frequencies_hz(engine)))
            if description is not None:
                write_sidecar(description, head, writer.frames, provenance)
            if places is not None:
                places.write(writer.index(output))
            if save_linear is not None:
                _new_linear(engine).save(save_linear)
        return ArrayReport(writer.shape, str(dtype))


def stored_dtype(precision: Precision, computed: np.dtype[Any]) -> np.dtype[Any]:
    """Give the type in which computed values are stored."""
    if precision != "float16":
        return computed
    if computed.kind == "c":
        raise SettingsError("there is no complex type of float16: choose float32 or float64")
    return np.dtype(np.float16)


def _atomic_write_or_none(path: str | None) -> AbstractContextManager[IO[bytes] | None]:
    return nullcontext() if path is None else atomic_write(path)


def _index_path(output: str, ending: str | None) -> str | None:
    if ending is None or is_stream(output):
        return None
    return str(PurePath(output).with_suffix(ending))


def _new_linear(engine: Engine) -> Linear:
    if not engine.new_linears:
        raise SettingsError("there is no new Linear to be saved: ask for one with linear_out")
    return engine.new_linears[0]


def _head(engine: Engine, source: Source, dtype: np.dtype[Any]) -> ArraySpec:
    several = engine.settings.segment.channel == "all" and source.channels > 1
    return ArraySpec(
        (source.channels, engine.features) if several else (engine.features,),
        dtype,
        engine.settings.layout,
        engine.names,
        PurePath(source.name).stem,
        partial(_times_s, engine) if engine.per_frame else None,
    )


def _times_s(engine: Engine, first: int, last: int) -> NDArray[np.float64]:
    times_s = frame_times_s(engine.analyzer.stft.plan, range(first, last), engine.rate_hz)
    return engine.settings.segment.start_s + times_s


def _frequencies_hz(engine: Engine) -> NDArray[np.float64] | None:
    if not engine.of_bins:
        return None
    return bin_frequencies_hz(engine.analyzer.stft.plan, engine.rate_hz)

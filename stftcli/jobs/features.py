"""From a sound to a feature array."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.formats import choose_format
from stftcli.arrays.sidecar import has_sidecar, sidecar_path, write_sidecar
from stftcli.arrays.spec import ArrayMetadata, ArraySpec, SpectrumColumns
from stftcli.arrays.writer import ArrayWriter
from stftcli.audio.source import Source
from stftcli.dsp.linear import Linear
from stftcli.errors import SettingsError
from stftcli.features.axis import Axis
from stftcli.features.chain import Chain
from stftcli.features.extractor import Extractor
from stftcli.features.parallel import choose_threads
from stftcli.features.settings import FeatureSettings
from stftcli.files.atomic import all_or_nothing, atomic_write, is_stream
from stftcli.files.distinct import Outputs
from stftcli.files.prefix import split_prefix
from stftcli.files.urls import with_ending
from stftcli.frozen import Frozen
from stftcli.jobs.origin import find_origin
from stftcli.jobs.pieces.features import features_of, place_features
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.jobs.stream import chain_for, extractor_for, frame_shape
from stftcli.settings.choices import ArrayFormat
from stftcli.settings.reading import AS_IT_IS, Reading
from stftcli.settings.segment import SegmentSettings

if TYPE_CHECKING:
    from datetime import datetime

    from stftcli.jobs.timeline import Timeline

_WAITS = (
    "the sound is still going on, and an array of this format leaves when it has ended: "
    "`format='jsonl'`, csv or raw give each frame at once"
)


class ArrayReport(Frozen):
    """What was written."""

    shape: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        return f"{' x '.join(map(str, self.shape))} {self.dtype}"


def write_features(  # noqa: PLR0913  # all that the command can be asked for
    path: str | Sequence[str],
    output: str,
    settings: FeatureSettings | Extractor,
    *,
    segment: SegmentSettings | None = None,
    array_format: ArrayFormat | None = None,
    key: str | None = None,
    sidecar: bool = False,
    save_linear: str | None = None,
    other_inputs: Sequence[str] = (),
    threads: int | None = None,
    device: str | None = None,
    reading: Reading = AS_IT_IS,
    reporter: Reporter = SILENT,
    durable: bool = True,
) -> ArrayReport:
    """Write the features of a sound as an array.

    Parameters
    ----------
    path : str or sequence of str
        The sound: a file, a pipe, or "-" for standard input. Several are laid on one time line by
        their clocks; between them are rows of NaN.
    output : str
        Where the array goes: a file, or "-" for standard output.
    settings : FeatureSettings or Extractor
        What is computed; an Extractor keeps what it has built for the sounds that follow.
    segment : SegmentSettings, optional
        The part of the sound, in the place of that of the settings.
    array_format : {"npy", "npz", "safetensors", "csv", "jsonl", "raw", "ark"}, optional
        How it is written; by the ending of `output` if None.
    key : str, optional
        What the array is called in formats that have names for their arrays; what the sound is
        called if None.
    sidecar : bool, default False
        Whether its description is written beside it, as ``output.json``; one that is there is
        renewed in any case.
    save_linear : str, optional
        Where the new Linear of the settings is written to as well.
    other_inputs : sequence of str
        Files that the caller has read; no result may take their place, nor that of the sound or of
        a file that the settings name.
    threads : int, optional
        Threads that compute; None for the usual number.
    device : str, optional
        What torch computes on, as "cuda:1"; numpy does it if None. An Extractor has its own.
    reading : Reading, optional
        How the input is read.
    reporter : Reporter, optional
        Hears of progress and warnings.
    durable : bool, default True
        Whether the disk has the result when this returns.

    Raises
    ------
    StftcliError
        Whatever is wrong with the input, the settings or the output; no result is left then.
    """
    row = choose_format(array_format, output)
    if key is not None and not row.has_keys:
        raise SettingsError("`key` is what a matrix is called in .ark: leave it out, or write .ark")
    index = _index_path(output, row.index_ending)
    # One that describes an earlier array must not be believed of this one.
    sidecar = sidecar or has_sidecar(output)
    described = sidecar_path(output) if sidecar else None
    layer = None if save_linear is None else split_prefix(save_linear)
    outputs = Outputs(output, index, described, layer)
    extractor = settings if isinstance(settings, Extractor) else extractor_for(settings, device)
    paths = [path] if isinstance(path, str) else path
    outputs.check_inputs(*paths, *map(split_prefix, extractor.settings.files), *other_inputs)
    if save_linear is not None:
        from stftcli.files.layers import check_layer_name

        check_layer_name(save_linear, bias=True)
    describes = sidecar or row.describes
    with _open(path, extractor, reporter, reading, hashed=describes) as sound:
        if not isinstance(sound, Source):
            segment = sound.segment
        chain = chain_for(extractor, sound, reporter, segment=segment)
        layout = chain.settings.layout
        row.writer.check(chain.stored_dtype, layout)
        origin = _origin(sound, chain, reporter)
        spec = _spec(chain, sound, key, origin)
        seekable = row.needs_seeking(layout)
        with (
            all_or_nothing(),
            _atomic_write_or_none(described, durable) as description,
            _atomic_write_or_none(index, durable) as places,
            atomic_write(output, seekable=seekable, durable=durable) as file,
        ):
            writer = row.writer(file, spec)
            workers = choose_threads(threads)
            if not _place(sound, chain, writer, output, workers, reporter):
                batches = _batches(sound, chain, workers, reporter)
                waits = seekable and is_stream(output)
                for batch in _told(batches, sound, reporter) if waits else batches:
                    writer.write(batch)
                    if not seekable:
                        file.flush()  # who reads it may be waiting
            provenance = _describe(sound, chain, origin) if describes else ""
            writer.finish(ArrayMetadata(provenance, chain.axis.frequencies_hz))
            if description is not None:
                write_sidecar(description, spec, writer.frames, provenance)
            if places is not None:
                places.write(writer.index(output))
            if save_linear is not None:
                _new_linear(chain).save(save_linear)
        return ArrayReport(writer.shape, str(chain.stored_dtype))


def _open(
    path: str | Sequence[str],
    extractor: Extractor,
    reporter: Reporter,
    reading: Reading,
    *,
    hashed: bool,
) -> AbstractContextManager["Source | Timeline"]:
    if isinstance(path, str):
        return Source(path, hashed=hashed, reading=reading)
    from stftcli.jobs.timeline import Timeline

    return nullcontext(Timeline.of(path, extractor.settings, reporter, reading))


def _origin(sound: "Source | Timeline", chain: Chain, reporter: Reporter) -> "datetime | None":
    if not isinstance(sound, Source):
        return sound.origin
    return find_origin(sound, chain.settings.segment, reporter)


def _place(
    sound: "Source | Timeline",
    chain: Chain,
    writer: ArrayWriter,
    output: str,
    workers: int,
    reporter: Reporter,
) -> bool:
    """Let several processes write the frames to their places, if they can and that pays."""
    place = None if is_stream(output) else writer.place
    if place is None or not isinstance(sound, Source):
        return False
    frames = place_features(sound, chain, *place, workers, reporter)
    writer.placed(frames or 0)
    return frames is not None


def _batches(
    sound: "Source | Timeline", chain: Chain, workers: int, reporter: Reporter
) -> Iterator[NDArray[Any]]:
    if not isinstance(sound, Source):
        return sound.batches(chain, workers, reporter)
    return features_of(sound, chain, workers, reporter)


def _told(
    batches: Iterator[NDArray[Any]], sound: "Source | Timeline", reporter: Reporter
) -> Iterator[NDArray[Any]]:
    """Give batches, and say once of a live sound that nothing leaves before its end."""
    told = False
    for batch in batches:
        yield batch
        if sound.is_live and not told:
            reporter.warn(_WAITS)
            told = True


def _describe(sound: "Source | Timeline", chain: Chain, origin: "datetime | None") -> str:
    import json

    from stftcli.jobs.provenance import describe_source, description

    if isinstance(sound, Source):
        made_of = describe_source(chain, sound, origin)
    else:
        made_of = sound.described()
    return json.dumps(description(chain, made_of))


def _atomic_write_or_none(
    path: str | None, durable: bool
) -> AbstractContextManager[IO[bytes] | None]:
    return nullcontext() if path is None else atomic_write(path, durable=durable)


def _index_path(output: str, ending: str | None) -> str | None:
    if ending is None or is_stream(output):
        return None
    return with_ending(output, ending)


def _new_linear(chain: Chain) -> Linear:
    if not chain.new_linears:
        raise SettingsError("there is no new Linear to be saved: ask for one with `linear_out`")
    return chain.new_linears[0]


def _spec(
    chain: Chain, sound: "Source | Timeline", key: str | None, origin: "datetime | None"
) -> ArraySpec:
    return ArraySpec(
        frame_shape(sound, chain),
        chain.stored_dtype,
        chain.settings.layout,
        chain.axis.names,
        PurePath(sound.name).stem if key is None else key,
        partial(_times_s, chain) if chain.axis.per_frame else None,
        origin,
        chain.axis.sample_units() if chain.settings.calibration.is_absolute else (),
        _spectrum_columns(chain.axis),
    )


def _spectrum_columns(axis: Axis) -> SpectrumColumns | None:
    if axis.per_frame or axis.frequencies_hz is None or not axis.statistics:
        return None
    features = len(axis.names) // len(axis.statistics)
    units = axis.units[::features]
    names = [
        f"{name} ({unit})" if unit else name
        for name, unit in zip(axis.statistics, units, strict=True)
    ]
    return SpectrumColumns(axis.frequencies_hz[:features], tuple(names))


def _times_s(chain: Chain, first: int, last: int) -> NDArray[np.float64]:
    return chain.settings.segment.start_s + chain.times_s(first, last)

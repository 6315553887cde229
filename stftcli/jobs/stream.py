"""From a sound to its features: blocks of a source through the chain of an Extractor."""

from collections.abc import Iterator
from os import PathLike
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.header import FLOAT_SUBTYPES
from stftcli.audio.source import Source
from stftcli.dsp.excerpt import Excerpt
from stftcli.errors import InputError
from stftcli.features.build import DEFAULTS, Defaults
from stftcli.features.chain import Chain, OnBlock, OnShort
from stftcli.features.extractor import Extractor
from stftcli.features.settings import FeatureSettings
from stftcli.files.temporary import named_copy
from stftcli.jobs.reporter import SILENT, Reporter, Warnings
from stftcli.settings.segment import SegmentSettings


class Form(Protocol):
    """What a sound is, or a time line of several."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def rate_hz(self) -> int:
        """Samples per second."""

    @property
    def channels(self) -> int:
        """How many there are."""


def stream_features(
    source: Source,
    chain: Chain,
    threads: int,
    reporter: Reporter = SILENT,
    *,
    on_block: OnBlock | None = None,
    on_short: OnShort | None = None,
) -> Iterator[NDArray[Any]]:
    """Give the features of a source, batch after batch; parameters are those of `Chain.batches`.

    The reporter is warned of a sound without a frame, unless `on_short` hears of it.

    Yields
    ------
    ndarray, shape (frames, features) or (frames, channels, features)
        What the chain makes of it, in order.
    """
    segment = chain.settings.segment
    before, after = chain.neighbours()
    excerpt = Excerpt(before, segment.samples(source.rate_hz))
    try:
        yield from chain.batches(
            _blocks(source, chain, reporter, excerpt, after),
            name=source.name,
            limited=source.subtype not in FLOAT_SUBTYPES,
            threads=threads,
            pauses=source.pauses,
            on_block=on_block,
            on_short=on_short or reporter.warn,
            excerpt=excerpt if segment.has_neighbours else None,
        )
    except InputError as error:
        if source.name in str(error):
            raise
        raise InputError(f"{source.name}: {error}") from error  # of many, it is this one
    tell_of_end(source, chain, reporter)


def tell_of_end(source: Source, chain: Chain, reporter: Reporter) -> None:
    """Tell what is to be known of a sound that has been read."""
    tell_faults(source, reporter)
    if short := _shorter_than_pool(source, chain):
        reporter.warn(short)


def tell_faults(source: Source, reporter: Reporter) -> None:
    """Tell what was wrong with what was read of a sound."""
    if source.replaced:
        reporter.warn(
            f"{source.name} holds NaN or infinite samples: {source.replaced} of them count as 0"
        )
    if complaint := source.complaint():
        reporter.complain(complaint)


def extractor_for(settings: FeatureSettings, device: str | None = None) -> Extractor:
    """Make the Extractor of settings, on a device of torch if one is named.

    Raises
    ------
    MissingExtraError
        If one is named, and there is no torch.
    """
    if device is None:
        return Extractor(settings)
    from stftcli.torch import DeviceExtractor

    return DeviceExtractor(settings, device=device)


def chain_for(
    extractor: Extractor,
    source: Form,
    reporter: Reporter = SILENT,
    defaults: Defaults = DEFAULTS,
    segment: SegmentSettings | None = None,
) -> Chain:
    """Build the chain for a source, and tell what the user should know of it.

    A `segment` stands for that of the settings.
    """
    chain = extractor.chain(source.rate_hz, defaults)
    if segment is not None:
        chain = chain.of_segment(segment)
    for text in chain.warnings:
        reporter.warn(text)
    if chain.settings.calibration.is_absolute and _is_mixed_unasked(chain, source):
        reporter.warn(
            f"{source.name} has {source.channels} channels, and levels of their mean are not those "
            "of any: `channel='all'` gives each, a number one of them"
        )
    return chain


def _is_mixed_unasked(chain: Chain, source: Form) -> bool:
    return source.channels > 1 and chain.settings.segment.channel is None


def features_of_file(
    file: str | PathLike[str] | IO[bytes],
    extractor: Extractor,
    threads: int,
    *,
    strict: bool = False,
) -> NDArray[Any]:
    """Give the features of a sound file as one array, as `stftcli features` computes them."""
    if not isinstance(file, str | PathLike):
        if not hasattr(file, "read"):
            raise InputError(f"{file!r} is no file: give a path, or a file that is open for bytes")
        with named_copy(file) as name:
            return features_of_file(name, extractor, threads, strict=strict)
    with Source(str(file), strict=strict) as source:
        reporter = Warnings()
        chain = chain_for(extractor, source, reporter)
        return features_of_source(source, chain, threads, reporter)


def features_of_source(
    source: Source, chain: Chain, threads: int, reporter: Reporter
) -> NDArray[Any]:
    """Give the features of a source as one array, frames first."""
    batches = list(chain.stored(stream_features(source, chain, threads, reporter)))
    if batches:
        return np.concatenate(batches)
    return np.empty((0, *frame_shape(source, chain)), chain.stored_dtype)


def frame_shape(source: Form, chain: Chain) -> tuple[int, ...]:
    """Give the shape of one row: (features,), or (channels, features) of several channels."""
    several = chain.settings.segment.channel == "all" and source.channels > 1
    return (source.channels, chain.features) if several else (chain.features,)


def _shorter_than_pool(source: Source, chain: Chain) -> str | None:
    """Say so where the only row is of less time than it was to be."""
    if chain.stretches is None:
        return None
    settings, wanted_s = chain.settings, chain.stretches.period_s(chain.rate_hz)
    end = min(source.read_samples, settings.segment.last(source.rate_hz))
    used_s = end / source.rate_hz - settings.segment.start_s
    if max(used_s, settings.signal.pad_to_s or 0) >= wanted_s:
        return None
    return (
        f"{source.name} has {used_s:.4g} s, less than the {wanted_s:g} s of `pool`: its row is of "
        "these alone"
    )


def _blocks(
    source: Source, chain: Chain, reporter: Reporter, excerpt: Excerpt, after: int | None
) -> Iterator[NDArray[Any]]:
    segment, dtype = chain.settings.segment, chain.framewise.stft.dtype
    samples = source.segment_samples(segment)
    reporter.begin(source.name, None if samples is None else samples / source.rate_hz)
    given = 0
    nonfinite = chain.settings.signal.nonfinite
    blocks = source.blocks(segment, dtype, before=excerpt.before, after=after, nonfinite=nonfinite)
    for block in blocks:
        yield block
        # The neighbours of a segment are no part of what was asked for.
        own = excerpt.there(given + block.shape[-1]) - excerpt.there(given)
        given += block.shape[-1]
        reporter.advance(own / source.rate_hz)

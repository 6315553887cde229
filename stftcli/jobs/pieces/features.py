"""The features of a sound: of a long one by several processes, each at work on pieces of it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from numpy.typing import NDArray

from stftcli.audio.header import FLOAT_SUBTYPES
from stftcli.audio.source import Source
from stftcli.features.chain import Chain
from stftcli.files.temporary import memory_file
from stftcli.jobs.pieces.cut import pieces_of
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.jobs.stream import stream_features, tell_of_end


def features_of(
    source: Source, chain: Chain, threads: int, reporter: Reporter = SILENT
) -> Iterator[NDArray[Any]]:
    """Give the features of a source, batch after batch: of a long file by several processes.

    Parameters
    ----------
    source : Source
        The sound.
    chain : Chain
        What is computed.
    threads : int
        Threads that compute, or processes, this one included; they change no bit.
    reporter : Reporter
        Hears of progress and warnings.

    Yields
    ------
    ndarray, shape (any, [channels,] features)
        As `stream_features` gives them.
    """
    pieces = pieces_of(source, chain) if threads > 1 else []
    if len(pieces) < 2:
        yield from stream_features(source, chain, threads, reporter)
        return
    from stftcli.jobs.pieces.work import Work

    framewise = replace(chain, operations=())
    with memory_file() as memory:
        work = Work(source, framewise, pieces, memory.fileno(), threads, reporter)
        limited = source.subtype not in FLOAT_SUBTYPES
        yield from chain.finished(work.batches(), source.name, limited=limited)
    tell_of_end(source, chain, reporter)


def place_features(
    source: Source,
    chain: Chain,
    file: IO[bytes],
    offset: int,
    threads: int,
    reporter: Reporter = SILENT,
) -> int | None:
    """Write the features of a source at their place in a file, and give the number of frames.

    That is done by several processes. None, and nothing is done, where it would not pay.
    """
    pieces = pieces_of(source, chain) if threads > 1 and not chain.operations else []
    if len(pieces) < 2:
        return None
    from stftcli.jobs.pieces.work import Work

    work = Work(source, chain, pieces, file.fileno(), threads, reporter)
    frames = work.place(offset)
    tell_of_end(source, chain, reporter)
    return frames

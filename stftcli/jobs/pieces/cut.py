"""Where a long sound may be cut into pieces that several processes work on, and whether it pays."""

from dataclasses import replace
from itertools import pairwise
from math import prod

from stftcli.audio.header import FLOAT_SUBTYPES
from stftcli.audio.source import Source
from stftcli.dsp.plan import FramePlan
from stftcli.features.chain import Chain
from stftcli.frozen import Frozen
from stftcli.jobs.stream import frame_shape

# Of all frames together: what takes one process about a quarter of a second. To fork another costs
# 10 ms, as both copy pages that they change; to start one with all of its imports 100 ms.
_MIN_FRAME_SAMPLES = 1 << 27
# So much is worked on at a time; a piece takes some hundredths of a second.
_PIECE_SAMPLES, _PIECE_BYTES = 1 << 23, 1 << 23


class Piece(Frozen):
    """Neighbouring frames of a sound.

    Attributes
    ----------
    first : int
        The sample of the sound that its first frame would begin with if there were no padding.
    samples : int or None
        As many from there have just these frames; None for all that follow.
    frame : int
        The first of its frames.
    frames : int
        How many there are, if the sound is as long as its header says.
    """

    first: int
    samples: int | None
    frame: int
    frames: int


def pieces_of(source: Source, chain: Chain) -> list[Piece]:
    """Cut a sound into pieces; there is one at most where that cannot be, or does not pay.

    The frames of all of them are those of the whole, in batches of the same frames.
    """
    samples = source.segment_samples(chain.settings.segment)
    if samples is None or source.shared_file() is None or not _can_be_cut(source, chain):
        return []
    plan, channels = chain.plan, prod(frame_shape(source, chain)[:-1])
    frames = plan.frames(samples)
    if frames * plan.filter_length * channels < _MIN_FRAME_SAMPLES:
        return []
    # None begins behind the last sample, where centring has one more frame.
    begun = min(frames, -(-samples // plan.hop_length))
    firsts = range(0, begun, _piece_frames(chain, plan, channels))
    pieces = [_piece(source, chain, *ends) for ends in pairwise([*firsts, frames])]
    return [*pieces[:-1], _to_the_end(pieces[-1], source, chain)]


def _can_be_cut(source: Source, chain: Chain) -> bool:
    """Say whether frames are those of the samples around them, wherever reading begins."""
    segment, signal = chain.settings.segment, chain.settings.signal
    is_whole = not segment.start_s and segment.duration_s is None
    return (
        (is_whole or segment.has_neighbours)
        and chain.analyze is None
        and chain.rate_hz == chain.sound_rate_hz
        and signal.pad_to_s is None
        # What is replaced is counted, and samples beside a piece would count twice.
        and not (signal.nonfinite == "zero" and source.subtype in FLOAT_SUBTYPES)
        # The first frames are padded with the last samples.
        and chain.framewise.stft.pad_mode != "wrap"
    )


def _piece(source: Source, chain: Chain, frame: int, end: int) -> Piece:
    """Give the piece of the frames from one up to another, which is the next piece's."""
    segment, rate_hz, plan = chain.settings.segment, source.rate_hz, chain.plan
    first = segment.first(rate_hz) + frame * plan.hop_length
    samples = plan.span_samples(end - frame) - plan.left - plan.right
    return Piece(first, samples, frame, end - frame)


def _to_the_end(piece: Piece, source: Source, chain: Chain) -> Piece:
    """Give the last piece as far as the sound goes on, or as was asked for."""
    segment, rate_hz = chain.settings.segment, source.rate_hz
    asked = segment.samples(rate_hz)
    end = None if asked is None else segment.first(rate_hz) + asked
    return replace(piece, samples=None if end is None else end - piece.first)


def _piece_frames(chain: Chain, plan: FramePlan, channels: int) -> int:
    """Give a number of whole batches, small enough to be held."""
    batch_frames = plan.batch_frames_of(channels)
    features = max(chain.features, *(len(stage.before.names) for stage in chain.stages), 1)
    frame_bytes = features * channels * chain.dtype.itemsize
    by_work = _PIECE_SAMPLES // (plan.filter_length * channels)
    batches = min(by_work, _PIECE_BYTES // frame_bytes) // batch_frames
    # A piece has samples of its own, beside what padding would take the place of.
    padded = max(0, plan.left + plan.right - plan.frame_length + plan.hop_length)
    return batch_frames * max(batches, 1 + padded // (batch_frames * plan.hop_length))

"""The one framer: blocks of any size in, spans of whole frames out."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from stftcli.dsp.excerpt import Excerpt, ExcerptPadder
from stftcli.dsp.padding import Padder, Samples
from stftcli.dsp.plan import FramePlan
from stftcli.dsp.workspace import Spares
from stftcli.settings.choices import PadMode

_spares = Spares()


def frames_of(span: Samples, plan: FramePlan) -> Samples:
    """Give a read-only view of a span's frames, shape (channels, frames, frame_length)."""
    channel_step, step = span.strides
    return np.lib.stride_tricks.as_strided(
        span,
        (len(span), plan.frames_of_span(span.shape[-1]), plan.frame_length),
        (channel_step, plan.hop_length * step, step),
        writeable=False,
    )


class Framer:
    """Cuts a signal of shape (channels, samples) into spans.

    A span holds the samples of neighbouring frames, and all spans together hold each frame once.
    Every span but the last is a batch of the same number of frames, counted from frame 0, so that
    spans depend on the signal alone and not on the blocks that it arrives in.

    Parameters
    ----------
    plan : FramePlan
        Where the frames lie.
    pad_mode : str
        What the signal is padded with.
    batch_frames : int, optional
        Frames in a span; by ``plan.batch_frames_of``, which is fastest, if None.
    excerpt : Excerpt, optional
        The segment that frames are cut of, where its neighbours are pushed too.
    reuse : bool, default False
        Whether a span is valid only until the next is asked for.
    """

    def __init__(
        self,
        plan: FramePlan,
        pad_mode: PadMode,
        batch_frames: int | None = None,
        excerpt: Excerpt | None = None,
        *,
        reuse: bool = False,
    ) -> None:
        self._plan, self._reuse = plan, reuse
        self._padder = (
            Padder(plan.left, plan.right, pad_mode)
            if excerpt is None
            else ExcerptPadder(plan, pad_mode, excerpt)
        )
        self._batch_frames = batch_frames
        self._length = self._step = 0  # of a span, and to the next, when the channels are known
        self._batch: Samples | None = None  # samples of the batch that is being filled
        self._filled = 0
        self._given = 0  # frames of this batch that were given already
        self._skip = 0  # samples between two batches, where the hop is longer than the frame
        self._empty = True

    def push(self, block: Samples) -> Iterator[Samples]:
        """Take a block of shape (channels, any), give the spans that it completes.

        The block is read until the last of them was given.
        """
        for piece in self._padder.push(block):
            yield from self._fill(piece)

    def complete(self) -> Iterator[Samples]:
        """Give the frames that are complete by now, fewer than a batch.

        What is computed of a frame does not depend on that.
        """
        yield from self._whole_frames()

    def finish(self) -> Iterator[Samples]:
        """Say that the signal has ended; give its last span, if there is one."""
        for piece in self._padder.finish():
            yield from self._fill(piece)
        if self._plan.fills_short and self._batch is not None and self._empty:
            self._fill_short(self._batch)
        yield from self._whole_frames()
        if self._reuse and self._batch is not None:
            _spares.give_back(self._batch)
            self._batch = None

    def _first_batch(self, channels: int, dtype: np.dtype[Any]) -> Samples:
        frames = self._batch_frames or self._plan.batch_frames_of(channels)
        self._length = self._plan.span_samples(frames)
        self._step = frames * self._plan.hop_length
        shape = (channels, self._length)
        return _spares.lend(shape, dtype) if self._reuse else np.empty(shape, dtype)

    def _fill_short(self, batch: Samples) -> None:
        if self._filled < self._plan.frame_length:
            batch[:, self._filled : self._plan.frame_length] = 0
            self._filled = self._plan.frame_length

    def _fill(self, piece: Samples) -> Iterator[Samples]:
        while piece.shape[-1]:
            skipped = min(self._skip, piece.shape[-1])
            self._skip -= skipped
            piece = piece[:, skipped:]
            if self._batch is None:
                self._batch = self._first_batch(len(piece), piece.dtype)
            taken = min(self._length - self._filled, piece.shape[-1])
            self._batch[:, self._filled : self._filled + taken] = piece[:, :taken]
            self._filled += taken
            piece = piece[:, taken:]
            if self._filled == self._length:
                yield from self._whole_frames()
                self._begin_batch(self._batch)

    def _whole_frames(self) -> Iterator[Samples]:
        frames = self._plan.frames_of_span(self._filled) - self._given
        if self._batch is None or frames <= 0:
            return
        first = self._given * self._plan.hop_length
        self._given += frames
        self._empty = False
        yield self._batch[:, first : first + self._plan.span_samples(frames)]

    def _begin_batch(self, full: Samples) -> None:
        # The frames of the next batch begin before this one ends, or beyond its end.
        overlap = full[:, self._step :]
        self._skip = max(0, self._step - self._length)
        # Others may work on its spans still: then the full batch is theirs, and the next another.
        self._batch = full if self._reuse else np.empty_like(full)
        self._filled, self._given = overlap.shape[-1], 0
        self._batch[:, : self._filled] = overlap

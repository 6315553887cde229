"""The one framer: blocks of any size in, spans of a fixed number of frames out."""

from collections.abc import Iterator

import numpy as np

from stftcli.dsp.padding import Padder, Samples
from stftcli.dsp.plan import FramePlan
from stftcli.settings.choices import PadMode


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

    A span holds the samples of `plan.batch_frames` frames, counted from frame 0; the last span
    holds those of the frames that are left. So the spans depend on the signal alone and not on
    the blocks that it arrives in. Who watches a live sound asks for fewer `batch_frames`.
    """

    def __init__(self, plan: FramePlan, pad_mode: PadMode, batch_frames: int | None = None) -> None:
        self._plan = plan
        self._padder = Padder(plan, pad_mode)
        batch_frames = plan.batch_frames if batch_frames is None else batch_frames
        self._length = plan.span_samples(batch_frames)
        self._step = batch_frames * plan.hop_length
        self._span: Samples | None = None
        self._filled = 0
        self._skip = 0  # samples between two spans, where the hop is longer than the frame
        self._emitted = False

    def push(self, block: Samples) -> Iterator[Samples]:
        """Take a block of shape (channels, any), give the spans that it completes."""
        for piece in self._padder.push(block):
            yield from self._cut(piece)

    def finish(self) -> Iterator[Samples]:
        """Say that the signal has ended; give its last span, if there is one."""
        for piece in self._padder.finish():
            yield from self._cut(piece)
        if self._span is None:
            return
        if not self._emitted and self._filled < self._plan.frame_length:
            self._span[:, self._filled : self._plan.frame_length] = 0
            self._filled = self._plan.frame_length
        if frames := self._plan.frames_of_span(self._filled):
            yield self._span[:, : self._plan.span_samples(frames)]

    def _cut(self, piece: Samples) -> Iterator[Samples]:
        while piece.shape[-1]:
            skipped = min(self._skip, piece.shape[-1])
            self._skip -= skipped
            piece = piece[:, skipped:]
            if self._span is None:
                self._span = np.empty((len(piece), self._length), piece.dtype)
            taken = min(self._length - self._filled, piece.shape[-1])
            self._span[:, self._filled : self._filled + taken] = piece[:, :taken]
            self._filled += taken
            piece = piece[:, taken:]
            if self._filled == self._length:
                yield self._next_span()

    def _next_span(self) -> Samples:
        full = self._span
        assert full is not None
        self._emitted = True
        # The frames of the next span begin before this one ends, or beyond its end.
        overlap = full[:, self._step :]
        self._skip = max(0, self._step - self._length)
        # The full span belongs to whoever works on it now, so the next one is a new array.
        self._span = np.empty_like(full)
        self._filled = overlap.shape[-1]
        self._span[:, : self._filled] = overlap
        return full

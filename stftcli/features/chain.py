"""An Extractor's settings, built for one sample rate: from blocks of samples to batches."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.checks import narrowed
from stftcli.dsp.excerpt import Excerpt
from stftcli.errors import InputError
from stftcli.features.built import Built
from stftcli.features.excerpt import neighbours_of, prepared_excerpt
from stftcli.features.parallel import ordered_map
from stftcli.features.signal import prepared
from stftcli.features.telling import warn_caller
from stftcli.features.watched import OVERFLOW, Blocks, Counted, finite, quiet
from stftcli.settings.segment import SegmentSettings

OnBlock = Callable[[NDArray[Any]], None]
OnShort = Callable[[str], None]
Pauses = Callable[[], bool]


def never() -> bool:
    """Say no: every batch is full."""
    return False


def always() -> bool:
    """Say yes: every block is answered at once."""
    return True


class Chain(Built):
    """What turns the samples of a sound of one rate into features."""

    def batches(
        self,
        blocks: Blocks,
        *,
        name: str = "the waveform",
        limited: bool = False,
        threads: int = 1,
        pauses: Pauses = never,
        on_block: OnBlock | None = None,
        on_short: OnShort = warn_caller,
        excerpt: Excerpt | None = None,
    ) -> Iterator[NDArray[Any]]:
        """Give the features of a sound, batch after batch.

        Parameters
        ----------
        blocks : iterable of ndarray, shape (channels, any)
            The samples; a block need only be valid until the next is asked for.
        name : str
            What messages call the sound.
        limited : bool, default False
            Whether the samples cannot be so large that their spectra overflow.
        threads : int, default 1
            Threads that compute; they change no bit.
        pauses : function, default never
            Is asked after each block; where it says so, the frames that are complete by then are
            given at once, fewer than a batch.
        on_block : function, optional
            Is shown the samples before they are cut into frames.
        on_short : function, optional
            Is told of a sound that is too short for a frame; Python's warnings by default.
        excerpt : Excerpt, optional
            The segment that the features are of, where the blocks hold its `neighbours` too.

        Yields
        ------
        ndarray, shape (frames, features) or (frames, channels, features)
            New arrays, in order.

        Raises
        ------
        InputError
            If features overflow, or there is no frame to take statistics of.
        """
        counted = Counted(blocks)
        spans = self._spans(counted, pauses, on_block, excerpt, reuse=threads == 1)
        told = self._long_enough(spans, counted, name, on_short, excerpt)
        analyzed = ordered_map(self.analyze or self.framewise, told, threads)
        return self.finished(analyzed, name, limited=limited)

    def finished(
        self, batches: Iterator[NDArray[Any]], name: str, *, limited: bool
    ) -> Iterator[NDArray[Any]]:
        """Do what follows the frame-wise part: parameters, yields and errors are of `batches`."""
        recipe, calibrated = self.settings.features, self.settings.calibration.is_absolute
        for operation in self.operations:
            batches = operation(batches)
        # Spectra of samples of limited range cannot overflow, whatever is made of them may.
        if limited and not (recipe.steps or recipe.epsilon or recipe.kernel or calibrated):
            return batches
        return self._watched(batches, name)

    def of_frames(self) -> Self:
        """Give the same chain up to where frames are pooled: for each recording of a time line."""
        if self.joint is None:
            return self
        operations = self.operations[: self._until_pooled]
        return replace(
            self, operations=operations, axis=self.joint.axis, stretches=None, joint=None
        )

    @property
    def _until_pooled(self) -> int:
        """How many operations are done before frames are pooled; all if they are not."""
        if self.joint is None:
            return len(self.operations)
        # The frame that is left out, if it is, is left out first.
        return self.joint.operations + bool(self.frames.drop_last)

    def pooled(self, frames: Iterator[NDArray[Any]], name: str) -> Iterator[NDArray[Any]]:
        """Give the rows of some frames of a sound: pool these alone, as all of them would be.

        Parameters
        ----------
        frames : iterator of ndarray, shape (any, [channels,] features)
            As `of_frames` gives them, at least one.
        name : str
            What messages call the sound.

        Yields
        ------
        ndarray, shape (rows, [channels,] features)

        Raises
        ------
        InputError
            If features overflow.
        """
        for operation in self.operations[self._until_pooled :]:
            frames = operation(frames)
        return self._watched(frames, name)

    def over_line(self, frames: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
        """Give the rows of a time line: pool its frames, as `of_frames` gives them for a recording.

        Parameters
        ----------
        frames : iterator of ndarray, shape (any, [channels,] features)
            Frames that are NaN are gaps, and do not count.

        Yields
        ------
        ndarray, shape (rows, [channels,] features)
            NaN where there is no frame.

        Raises
        ------
        InputError
            If features overflow, or there is no frame to take statistics of.
        """
        assert self.joint is not None
        for operation in self.joint.line_operations:
            frames = operation(frames)
        for batch in quiet(frames):
            if np.isinf(batch).any():
                raise InputError(OVERFLOW.format(name="the time line"))
            yield batch

    def of_segment(self, segment: SegmentSettings) -> Self:
        """Give the same chain for another part of the sound."""
        if segment is self.settings.segment:
            return self
        return replace(self, settings=replace(self.settings, segment=segment))

    def stored(self, batches: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
        """Give batches in the type of the array; SettingsError if a value is too large for it."""
        dtype = self.stored_dtype
        return batches if dtype == self.dtype else (narrowed(batch, dtype) for batch in batches)

    def neighbours(self, *, any_hop: bool = False) -> tuple[int, int | None]:
        """Give how many samples are read before the settings' segment and after it; None is all.

        With `any_hop` they are enough for frames of this length and whatever hop.
        """
        stft, settings = self.framewise.stft, self.settings
        plan = stft.plan
        if any_hop:
            plan = replace(plan, left=plan.frame_length, right=plan.frame_length)
        rates = self.sound_rate_hz, self.rate_hz
        return neighbours_of(settings.segment, settings.signal, plan, stft.pad_mode, *rates)

    def _watched(self, batches: Iterator[NDArray[Any]], name: str) -> Iterator[NDArray[Any]]:
        kept = self.settings.signal.nonfinite == "keep"
        return quiet(batches) if kept else finite(quiet(batches), name)

    def _spans(
        self,
        blocks: Blocks,
        pauses: Pauses,
        on_block: OnBlock | None,
        excerpt: Excerpt | None,
        *,
        reuse: bool,
    ) -> Iterator[NDArray[Any] | None]:
        """Give spans; None where all that is complete has been given, and must not wait."""
        stft, signal = self.framewise.stft, self.settings.signal
        full_scale = self.settings.full_scale
        how = (signal, self.sound_rate_hz, self.rate_hz, stft.dtype, full_scale)
        if excerpt is None:
            blocks = prepared(blocks, *how)
        else:
            blocks, excerpt = prepared_excerpt(iter(blocks), excerpt, *how)
        framer, given = stft.framer(excerpt=excerpt, reuse=reuse), 0
        for block in blocks:
            if on_block is not None:
                on_block(block if excerpt is None else excerpt.part_of(block, given))
            given += block.shape[-1]
            yield from framer.push(block)
            if pauses():
                yield from framer.complete()
                yield None
        yield from framer.finish()

    def _long_enough(
        self,
        spans: Iterator[NDArray[Any] | None],
        counted: Counted,
        name: str,
        on_short: OnShort,
        excerpt: Excerpt | None,
    ) -> Iterator[NDArray[Any] | None]:
        frames = 0
        for span in spans:
            frames += 0 if span is None else self.plan.frames_of_span(span.shape[-1])
            yield span
        if frames > self.frames.drop_last:
            return
        samples = counted.samples if excerpt is None else excerpt.there(counted.samples)
        text = f"{name} {self.shortage(samples)}"
        if not self.axis.per_frame:
            raise InputError(text)  # an average of nothing would be no number
        on_short(text)

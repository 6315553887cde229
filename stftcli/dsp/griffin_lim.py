"""Phases for magnitudes: the fast Griffin-Lim algorithm, on sounds of any length."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.checks import Complexes, Reals, complex_of
from stftcli.dsp.inverse import ISTFT
from stftcli.dsp.phases import first_phases
from stftcli.dsp.stft import STFT

_STRETCH_VALUES = 1 << 20
"""Bins of a stretch, of all its frames: 20 MB."""
_MIN_FRAMES, _FIRST_AT_ONCE = 32, 128
_CONTEXT_OVERLAPS = 8


class GriffinLim:
    """Finds phases for magnitudes, of one signal.

    Each round goes to the signal and back to spectra, keeps their phases, and goes a little beyond
    (D. W. Griffin and J. S. Lim, IEEE Trans. ASSP 32, 1984; N. Perraudin, P. Balazs and P. L.
    Søndergaard, "A fast Griffin-Lim algorithm", WASPAA 2013). It begins with phases that go on from
    frame to frame, and are drawn where the sound glides (`first_phases`). Of the samples, 32 rounds
    then end from 35 % nearer to the magnitudes than librosa's (music) to 4 % less near (a sweep).

    A long sound is worked on in stretches. Each begins with the last frames of the one before,
    whose phases are settled and held fast; and it ends with some that are given up again and begin
    the next, for what comes after them was not seen. So nothing needs to be cross-faded.

    Parameters
    ----------
    stft : STFT
        What the magnitudes are of.
    iterations : int
        Rounds; 32 are librosa's default.
    seed : int or sequence of int, default 0
        Of the phases that are drawn: of the first frame, and of what glides.
    momentum : float, default 0.99
        How far each round goes beyond; 0 is the algorithm of 1984.
    stretch_frames : int, optional
        Frames that are worked on together; what fits 20 MB if None.
    padded : bool, default True
        Whether the signal was padded as the STFT says; False for a part of one, whose frames at the
        ends saw the samples beside it.
    on_round : function, optional
        Called with the number of frames of a round that is done.
    """

    def __init__(
        self,
        stft: STFT,
        iterations: int,
        seed: Any = 0,
        *,
        momentum: float = 0.99,
        stretch_frames: int | None = None,
        padded: bool = True,
        on_round: Callable[[int], None] | None = None,
    ) -> None:
        self._stft, self._inner = stft, stft.without_padding()
        self._iterations, self._on_round, self._padded = iterations, on_round, padded
        self._beyond = momentum / (1 + momentum)
        self._random = np.random.default_rng(seed)
        self._frames = stretch_frames or max(_MIN_FRAMES, _STRETCH_VALUES // stft.bins)
        self._context = min(_CONTEXT_OVERLAPS * stft.plan.overlap, self._frames // 4)
        window = self._inner.window
        self._middle = float(np.arange(len(window)) @ window / (window.sum() or 1))
        self._missed = self._whole = 0.0

    @property
    def convergence(self) -> float:
        """The spectral convergence of what was given so far: the part of the magnitudes missed.

        That is ``norm(abs(STFT(signal)) - magnitudes) / norm(magnitudes)``.
        """
        return (self._missed / self._whole) ** 0.5 if self._whole else 0.0

    def stream(self, batches: Iterator[Reals], length: int | None = None) -> Iterator[Complexes]:
        """Give spectra of these magnitudes, as soon as a stretch is settled.

        Parameters
        ----------
        batches : iterator of ndarray, shape (any, bins)
            The magnitudes, frame after frame.
        length : int, optional
            Number of samples of the signal.
        """
        dtype = complex_of(self._stft.dtype)
        settled = guessed = np.empty((0, self._stft.bins), dtype)
        first, more = 0, True
        rows = _Rows(batches, self._stft.bins, self._stft.dtype)
        waiting = rows.take(self._frames)
        while more:
            more = rows.more
            magnitudes = np.concatenate((np.abs(settled), waiting))
            spectra = self._begin(settled, guessed, magnitudes)
            held = len(settled)
            ends = (first == 0, not more, self._end(first - held, len(magnitudes), length))
            self._settle(spectra, magnitudes, held, ends)
            kept = len(spectra) if not more else len(spectra) - self._context
            yield spectra[held:kept]
            first += kept - held
            settled = spectra[kept - self._context : kept].copy()
            guessed = spectra[kept:].copy()
            new = rows.take(self._frames - len(guessed))
            waiting = np.concatenate((magnitudes[kept:], new))

    def _begin(self, settled: Complexes, guessed: Complexes, magnitudes: Reals) -> Complexes:
        spectra = np.empty(magnitudes.shape, settled.dtype)
        known = len(settled) + len(guessed)
        spectra[: len(settled)], spectra[len(settled) : known] = settled, guessed
        before = self._random.uniform(0, 2 * np.pi, self._stft.bins)
        # Some at a time, for their making takes more room than they do.
        for first in range(known, len(spectra), _FIRST_AT_ONCE):
            last = min(len(spectra), first + _FIRST_AT_ONCE)
            if first:
                before = np.angle(spectra[first - 1]).astype(np.float64)
            rows = magnitudes[max(0, first - 1) : last]
            where = (self._inner.plan, self._middle)
            phases = first_phases(rows, *where, before, self._random, begun=first > 0)
            new = phases[len(rows) - (last - first) :]
            np.multiply(np.exp(1j * new), magnitudes[first:last], out=spectra[first:last])
        return spectra

    def _end(self, first: int, frames: int, length: int | None) -> int:
        """Give how many samples at the end of a last stretch are padding."""
        plan = self._inner.plan
        if length is None:
            return self._stft.plan.right
        padded = first * plan.hop_length + plan.span_samples(frames)
        right = max(0, padded - self._stft.plan.left - length)
        # More than that belongs to a sound that is to be cut, and its frames go on behind the cut.
        return min(right, self._stft.plan.right)

    def _settle(
        self, spectra: Complexes, magnitudes: Reals, held: int, ends: tuple[bool, bool, int]
    ) -> None:
        """Change all spectra but the first `held`, in place, until their phases fit each other."""
        before: Complexes | None = None
        for _ in range(self._iterations):
            signal = self._signal(spectra, ends)
            if before is None:
                before = np.zeros_like(spectra)
            self._again(signal, spectra, magnitudes, held, before)
            if self._on_round is not None:
                self._on_round(len(spectra) - held)
        self._measure(self._signal(spectra, ends), magnitudes, held)

    def _again(
        self,
        signal: Reals,
        spectra: Complexes,
        magnitudes: Reals,
        held: int,
        before: Complexes,
    ) -> None:
        for part, rebuilt in self._batches(signal, held, len(spectra)):
            there = before[part]
            # As real numbers: numpy would multiply with a complex factor.
            parts = there.view(magnitudes.dtype)
            parts *= -self._beyond
            parts += rebuilt.view(magnitudes.dtype)
            sizes = np.abs(there)
            sizes += np.finfo(sizes.dtype).tiny
            np.divide(magnitudes[part], sizes, out=sizes)
            np.multiply(there, sizes, out=spectra[part])
            before[part] = rebuilt

    def _measure(self, signal: Reals, magnitudes: Reals, held: int) -> None:
        for part, rebuilt in self._batches(signal, held, len(magnitudes)):
            missed = np.abs(rebuilt) - magnitudes[part]
            self._missed += float(np.square(missed, dtype=np.float64).sum())
            self._whole += float(np.square(magnitudes[part], dtype=np.float64).sum())

    def _batches(self, signal: Reals, first: int, last: int) -> Iterator[tuple[slice, Complexes]]:
        plan = self._inner.plan
        for start in range(first, last, plan.batch_frames):
            stop = min(last, start + plan.batch_frames)
            begin = start * plan.hop_length
            span = signal[begin : begin + plan.span_samples(stop - start)]
            yield slice(start, stop), self._inner.transform(span[np.newaxis])[0]

    def _signal(self, spectra: Complexes, ends: tuple[bool, bool, int]) -> Reals:
        """Give the padded samples of a stretch, the padding as the signal has it at its ends."""
        inverse = ISTFT(self._inner, faded=True)
        signal = np.concatenate((inverse.push(spectra), inverse.finish()))
        if not self._padded:
            return signal
        is_first, is_last, right = ends
        left = self._stft.plan.left if is_first else 0
        return _padded_again(signal, left, right if is_last else 0, self._stft.pad_mode)


def _padded_again(signal: Reals, left: int, right: int, mode: Any) -> NDArray[Any]:
    if mode == "wrap" and not (left and right):
        return signal  # what lies at the other end is not here
    inside = signal[left : len(signal) - right]
    if not len(inside) or not (left or right):
        return signal
    return np.pad(inside, (left, right), mode)


class _Rows:
    """Deals batches out in pieces of as many rows as are asked for."""

    def __init__(self, batches: Iterator[Reals], bins: int, dtype: Any) -> None:
        self._batches, self._empty = batches, np.empty((0, bins), dtype)
        self._next = self._empty
        self._advance()

    @property
    def more(self) -> bool:
        """Whether there are rows left."""
        return len(self._next) > 0

    def take(self, count: int) -> Reals:
        """Give so many rows, or all that are left."""
        pieces, there = [self._empty], 0
        while there < count and self.more:
            piece = self._next[: count - there]
            pieces.append(piece)
            there += len(piece)
            self._next = self._next[len(piece) :]
            self._advance()
        return np.concatenate(pieces)

    def _advance(self) -> None:
        while not len(self._next):
            batch = next(self._batches, None)
            if batch is None:
                return
            self._next = np.asarray(batch, self._empty.dtype)

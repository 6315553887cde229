"""Back from spectra to the signal, batch after batch: the framer's mirror."""

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stftcli.dsp.checks import Complexes, Reals, complex_of
from stftcli.dsp.fft import load_irfft
from stftcli.dsp.overlap import Overlap
from stftcli.dsp.workspace import Workspace
from stftcli.errors import InputError, SettingsError
from stftcli.settings.record import check_size

if TYPE_CHECKING:
    from stftcli.dsp.stft import STFT

# Rows of 2^n samples fall on the same lines of the cache, and several are worked on at once: ducc0
# takes 9 us a row of 2048 then, and 3 us with some samples between the rows.
_APART = 16


class ISTFT:
    """The inverse of an STFT, of one signal that arrives in batches of spectra.

    Each frame is transformed back, multiplied with the window and added to its neighbours; the sum
    is divided by that of the squared windows (weighted overlap-add). Of spectra that no signal has,
    as after an edit, that gives the signal whose spectra are nearest to them.

    Parameters
    ----------
    stft : STFT
        What is undone; its padding too.
    length : int, optional
        Number of samples of the signal. If None, as many as the frames fill for certain: what
        torch.istft and librosa.istft give. What no frame reaches is zeros.
    faded : bool, default False
        Whether samples at the ends that hardly any window reaches, as without padding, fade out.
        They are exact if not, and huge where the spectra were edited.

    Raises
    ------
    SettingsError
        If the STFT cannot be undone: the windows leave samples out (with what to change), its
        kernel is none of Fourier's, or frames are conditioned.

    Examples
    --------
    >>> import numpy as np
    >>> from stftcli import ISTFT, STFT
    >>> signal = np.random.default_rng(0).standard_normal(10_000).astype(np.float32)
    >>> stft = STFT(512, 128)
    >>> inverse = ISTFT(stft, length=len(signal))
    >>> pieces = [inverse.push(batch) for batch in stft.stream([signal])]
    >>> back = np.concatenate([*pieces, inverse.finish()])
    >>> bool(np.abs(back - signal).max() < 1e-6)
    True
    """

    def __init__(self, stft: "STFT", length: int | None = None, *, faded: bool = False) -> None:
        check_invertible(stft)
        if length is not None and length != 0:
            check_size("length", length)
        self._plan, self._dtype = stft.plan, stft.dtype
        self._window = stft.window[: stft.plan.frame_length].copy()
        self._overlap = Overlap(stft.window, stft.plan, faded=faded)
        self._steady = self._overlap.steady.astype(self._dtype)
        self._irfft = load_irfft()
        self._workspace = Workspace()
        self._length = None if length is None else int(length)
        self._leading: tuple[int, ...] | None = None
        self._frames = self._given = 0
        # Sums that later frames add to, shape (channels, overlap - 1, hop_length), and samples
        # that are ready but may lie beyond the end, if no more frames come.
        self._carry = self._held = np.empty((1, 0, 0), self._dtype)

    def push(self, spectra: ArrayLike) -> Reals:
        """Take the next spectra, give the samples that no later one changes.

        Parameters
        ----------
        spectra : array_like of complex, shape (..., frames, bins)
            The frames that follow; the leading axes are the same each time.

        Returns
        -------
        ndarray, shape (..., samples)
            The next samples, of the STFT's `dtype`; however the frames were dealt out, together
            they are the same to the last bit.

        Raises
        ------
        SettingsError
            If the shape is another.
        InputError
            If they are no complex numbers.
        """
        values = self._checked(spectra)
        if self._leading is None:
            self._begin(values.shape[:-2])
        if values.shape[:-2] != self._leading:
            raise SettingsError(
                f"spectra of shape {values.shape} follow others with the leading axes "
                f"{self._leading}: these must stay the same"
            )
        channels = values.reshape(prod(self._leading), *values.shape[-2:])
        step = self._plan.batch_frames
        pieces = [
            self._add(channels[:, first : first + step])
            for first in range(0, channels.shape[1], step)
        ]
        return self._joined(pieces)

    def finish(self) -> Reals:
        """Say that all spectra were given; give the samples that are left, shape (..., samples)."""
        if self._leading is None:
            self._begin(())
        plan, total = self._plan, self._length
        if total is None:
            total = plan.samples(self._frames)
        rows = range(self._frames, self._frames + self._carry.shape[1])
        weights = self._overlap.weights(rows, self._frames).astype(self._dtype)
        rest = self._carry / weights
        ready = self._placed(rest, self._frames)
        ready = np.concatenate((self._held, ready), axis=-1)[:, : total - self._given]
        missing = total - self._given - ready.shape[-1]
        self._given = total
        return self._joined([ready, np.zeros((len(ready), missing), self._dtype)])

    def _begin(self, leading: tuple[int, ...]) -> None:
        self._leading, channels = leading, prod(leading)
        shape = (channels, self._plan.overlap - 1, self._plan.hop_length)
        self._carry = np.zeros(shape, self._dtype)
        self._held = np.empty((channels, 0), self._dtype)

    def _checked(self, spectra: ArrayLike) -> Complexes:
        values, bins = np.asarray(spectra), self._plan.bins
        if values.dtype.kind != "c":
            raise InputError(
                f"the spectra hold {values.dtype}: give complex numbers, or rebuild the phase of "
                "magnitudes with `griffin_lim`"
            )
        if values.ndim < 2 or values.shape[-1] != bins:
            raise SettingsError(
                f"the spectra have shape {values.shape}: it must be (..., frames, {bins}) for "
                f"`filter_length` {self._plan.filter_length}"
            )
        return np.asarray(values, complex_of(self._dtype))

    def _add(self, batch: Complexes) -> Reals:
        frames = batch.shape[1]
        sums = self._overlap_added(self._synthesized(batch))
        ready, self._carry = sums[:, :frames], sums[:, frames:].copy()
        first = self._frames
        self._frames += frames
        # The first hops lie under fewer frames than the rest.
        partial = min(frames, max(0, self._plan.overlap - 1 - first))
        if partial:
            rows = range(first, first + partial)
            ready[:, :partial] /= self._overlap.weights(rows).astype(self._dtype)
        ready[:, partial:] /= self._steady
        samples = self._placed(ready, first)
        return self._certain(samples)

    def _synthesized(self, batch: Complexes) -> Reals:
        """Give the windowed frames, shape (channels, frames, frame_length)."""
        channels, frames, bins = batch.shape
        length = self._plan.filter_length
        room = (channels * frames, length + _APART)
        samples = self._workspace.take("frames", room, self._dtype)[:, :length]
        rows = np.ascontiguousarray(batch).reshape(-1, bins)
        self._irfft(rows, samples)
        windowed = samples[:, : self._plan.frame_length]
        windowed *= self._window
        return windowed.reshape(channels, frames, windowed.shape[1])

    def _overlap_added(self, frames: Reals) -> Reals:
        """Give the sums over hops of samples, shape (channels, frames + overlap - 1, hop)."""
        channels, count, length = frames.shape
        overlap, hop = self._plan.overlap, self._plan.hop_length
        sums = np.zeros((channels, count + overlap - 1, hop), self._dtype)
        sums[:, : overlap - 1] = self._carry
        # The oldest frame first: sums that go on in the next batch are then added up in the same
        # order, so that the sizes of the batches change no bit.
        for late in reversed(range(overlap)):
            part = frames[..., late * hop : min(length, (late + 1) * hop)]
            sums[:, late : late + count, : part.shape[-1]] += part
        return sums

    def _placed(self, rows: Reals, row: int) -> Reals:
        """Give hops of samples, the first of this number, as samples without the padding."""
        samples = rows.reshape(len(rows), rows.shape[1] * rows.shape[2])
        return samples[:, max(0, self._plan.left - row * self._plan.hop_length) :]

    def _certain(self, samples: Reals) -> Reals:
        """Give what belongs to the signal even if no more frames come, keep the rest."""
        end = self._plan.samples(self._frames) if self._length is None else self._length
        ready = np.concatenate((self._held, samples), axis=-1) if self._held.size else samples
        count = max(0, min(end - self._given, ready.shape[-1]))
        self._given += count
        self._held = ready[:, count:].copy()
        return ready[:, :count]

    def _joined(self, pieces: list[NDArray[Any]]) -> Reals:
        assert self._leading is not None
        empty = np.empty((prod(self._leading), 0), self._dtype)
        joined = pieces[0] if len(pieces) == 1 else np.concatenate([empty, *pieces], axis=-1)
        return joined.reshape(*self._leading, joined.shape[-1])


def check_invertible(stft: "STFT") -> None:
    """Raise SettingsError, which says what stands in the way, unless an STFT can be undone."""
    if not stft.is_fourier:
        raise SettingsError(
            "the kernel was replaced, and only Fourier's can be undone: leave out `kernel`"
        )
    if stft.conditioning.remove_dc:
        raise SettingsError(
            "`remove_dc` takes the mean off each frame, which nothing can give back: leave it out"
        )
    if stft.conditioning.preemphasis:
        raise SettingsError(
            "pre-emphasis within each frame cannot be undone, for windows hide how a frame begins: "
            "use that of the whole signal, `preemphasis`, in place of `frame_preemphasis`"
        )
    Overlap(stft.window, stft.plan).check(stft.window_name)

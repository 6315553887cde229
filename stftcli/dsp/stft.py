"""The short-time Fourier transform."""

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from stftcli.dsp.checks import Complexes, Reals, complex_of, real_array
from stftcli.dsp.conditioning import Observer
from stftcli.dsp.design import Design
from stftcli.dsp.excerpt import Excerpt
from stftcli.dsp.framing import Framer
from stftcli.errors import SettingsError


class STFT(Design):
    """Short-time Fourier transform of real signals.

    The signal is padded and cut into frames; each frame is multiplied with the window and
    transformed once: ``X[t, k] = sum_n w[n] x[t * hop_length + n] exp(-2j pi k n / filter_length)``
    for the bins k = 0 ... filter_length // 2 (J. B. Allen and L. R. Rabiner, "A unified approach to
    short-time Fourier analysis and synthesis", Proc. IEEE 65, 1977, with the phase of each frame
    counted from its own first sample, as torch.stft and librosa.stft have it).

    Parameters
    ----------
    filter_length : int, default 2048
        Samples in one transform (n_fft elsewhere); odd lengths work too.
    hop_length : int, default 512
        Samples between neighbouring frames.
    win_length : int, optional
        Samples in the window, `filter_length` if None. A shorter window is centred in the frame
        with zeros on both sides.
    window : str, (str, float) or array_like, default "hann"
        A window by name in its periodic form ("hann", "kaiser:14", ("tukey", 0.25)), or its
        `win_length` values.
    center : bool, default True
        Pad ``filter_length // 2`` samples on both sides, so that frame t is centred on sample
        ``t * hop_length``. False: no padding; what follows the last full frame is left out.
    pad_mode : {"reflect", "constant", "edge", "symmetric", "wrap"}, default "reflect"
        What the centring pads with, as in numpy.pad. "wrap" needs the end of the signal first and
        so holds a whole stream in memory.
    freeze_parameters : bool, default True
        True: window and kernel are read-only and the FFT does the work. False: both may be
        replaced, and the product with the kernel does the work.
    padding : {"center", "none", "causal", "same", "snip", "kaldi"}, optional
        What is padded, by a name in the place of `center`: "causal" is ``filter_length -
        hop_length`` zeros on the left only, so that a frame sees nothing of the future; "same" is
        half of that on both sides (HiFi-GAN); "snip" and "kaldi" are Kaldi's snip-edges=true and
        false.
    periodic : bool, default True
        Whether a named window is periodic, or symmetric.
    win_align : {"center", "left"}, default "center"
        "left" puts a shorter window at the beginning of the transform: frames are `win_length`
        samples then, and zeros follow them (Kaldi).
    conditioning : Conditioning, optional
        What is done to each frame before its window.
    device : {None, "cpu"}, optional
        Where it computes; numpy has nothing but the CPU, `stftcli.torch.STFT` takes others.
    dtype : {"float32", "float64"}, optional
        Precision of the signal and the window; float32 if None.

    Raises
    ------
    SettingsError
        If a value is outside what is allowed; the message names it.

    Notes
    -----
    A signal shorter than one frame is filled up with zeros, an empty one has no frames. With
    padding "snip" or "kaldi" one too short has no frames either, as in Kaldi.

    The spectrum of a frame depends on its samples alone, to the last bit, and not on how many
    frames are transformed with it: so a stream, a part of a signal and the whole of it agree.

    Examples
    --------
    >>> import numpy as np
    >>> from stftcli import STFT
    >>> rate_hz = 8000
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(rate_hz) / rate_hz).astype(np.float32)
    >>> stft = STFT(filter_length=256, hop_length=64)
    >>> spectra = stft(tone)
    >>> spectra.shape, spectra.dtype
    ((126, 129), dtype('complex64'))
    >>> int(np.abs(spectra[60]).argmax()) * rate_hz / 256
    1000.0

    A stream gives the same numbers, whatever its blocks are:

    >>> batches = list(stft.stream([tone[:1], tone[1:5000], tone[5000:]]))
    >>> np.array_equal(np.concatenate(batches), spectra)
    True

    The axes of the spectra, in seconds and in Hz:

    >>> stft.times_s(len(spectra), rate_hz)[:3], stft.frequencies_hz(rate_hz)[:3]
    (array([0.   , 0.008, 0.016]), array([ 0.  , 31.25, 62.5 ]))
    """

    def __call__(self, waveform: ArrayLike) -> Complexes:
        """Transform whole signals.

        Parameters
        ----------
        waveform : array_like, shape (..., samples)
            Real signals along the last axis.

        Returns
        -------
        ndarray of complex64, shape (..., frames, bins)
            The spectra (complex128 if `dtype` is float64).

        Raises
        ------
        SettingsError
            If the waveform is complex or has no axis.
        """
        signals = self._real(waveform)
        leading, samples = signals.shape[:-1], signals.shape[-1]
        frames = self.plan.frames(samples)
        spectra = np.empty((*leading, frames, self.bins), complex_of(self.dtype))
        for channel in np.ndindex(leading if samples else (0,)):
            self._transform_whole(signals[channel], spectra[channel])
        return spectra

    def inverse(self, spectra: ArrayLike, length: int | None = None) -> Reals:
        """Give the signals that spectra are of, by weighted overlap-add; `ISTFT` streams.

        Parameters
        ----------
        spectra : array_like of complex, shape (..., frames, bins)
            As calling the STFT gives them, edited or not.
        length : int, optional
            Number of samples of each signal; as many as the frames fill for certain if None, which
            may be a hop less than there were.

        Returns
        -------
        ndarray, shape (..., samples)
            The signals without their padding, of this STFT's `dtype`.

        Raises
        ------
        SettingsError
            If the STFT cannot be undone, and why; or the shape does not fit.
        InputError
            If the spectra are no complex numbers.
        """
        from stftcli.dsp.inverse import ISTFT

        inverse = ISTFT(self, length)
        return np.concatenate((inverse.push(spectra), inverse.finish()), axis=-1)

    def stream(self, blocks: Iterable[ArrayLike]) -> Iterator[Complexes]:
        """Transform one signal that arrives in blocks.

        Parameters
        ----------
        blocks : iterable of array_like, shape (any,)
            The signal, in pieces of any length.

        Yields
        ------
        ndarray of complex64, shape (some, bins)
            The spectra, frame after frame, each as soon as its last sample is there: together what
            the whole signal gives, to the last bit.
        """
        framer = self.framer()
        for block in blocks:
            samples = self._real(block)
            if samples.ndim != 1:
                raise SettingsError(
                    f"a stream is one signal: a block of shape {samples.shape} was given"
                )
            for span in chain(framer.push(samples[np.newaxis]), framer.complete()):
                yield self.transform(span)[0]
        for span in framer.finish():
            yield self.transform(span)[0]

    def framer(
        self,
        batch_frames: int | None = None,
        *,
        excerpt: Excerpt | None = None,
        reuse: bool = False,
    ) -> Framer:
        """Make the `Framer` that cuts a signal of shape (channels, samples) for `transform`."""
        return Framer(self.plan, self.pad_mode, batch_frames, excerpt, reuse=reuse)

    def transform(
        self,
        span: Reals,
        out: Complexes | None = None,
        observe: Observer | None = None,
    ) -> Complexes:
        """Transform a span of padded samples, as a framer gives it.

        Parameters
        ----------
        span : ndarray, shape (channels, samples)
            The samples of whole frames, of this STFT's `dtype`.
        out : ndarray of complex64, shape (channels, frames, bins), optional
            Where the result goes.
        observe : function, optional
            Is shown the frames, shape (channels, frames, frame_length), before pre-emphasis and
            window.

        Returns
        -------
        ndarray of complex64, shape (channels, frames, bins)
            The spectra.
        """
        return self._transform(span, out, observe)

    def _transform_whole(self, signal: Reals, spectra: Complexes) -> None:
        framer, first = self.framer(reuse=True), 0
        for span in chain(framer.push(signal[np.newaxis]), framer.finish()):
            end = first + self.plan.frames_of_span(span.shape[-1])
            self.transform(span, spectra[np.newaxis, first:end])
            first = end

    def _real(self, samples: ArrayLike) -> Reals:
        signals = real_array(samples, "waveform")
        if signals.ndim == 0:
            raise SettingsError("the waveform has no axis: its shape must be (..., samples)")
        return np.ascontiguousarray(signals, self.dtype)

"""The short-time Fourier transform."""

from collections.abc import Iterable, Iterator
from inspect import signature
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from stftcli.dsp.checks import (
    Complexes,
    Reals,
    check_value,
    complex_of,
    real_array,
    real_dtype,
)
from stftcli.dsp.conditioning import Conditioning, Observer
from stftcli.dsp.excerpt import Excerpt
from stftcli.dsp.framing import Framer
from stftcli.dsp.inverse import ISTFT
from stftcli.dsp.kernel import checked_kernel, dft_kernel
from stftcli.dsp.plan import FramePlan
from stftcli.dsp.transform import FrameTransform, pad_center
from stftcli.dsp.windows import WindowLike, is_named, make_window
from stftcli.errors import SettingsError
from stftcli.settings.choices import (
    FORCED_PAD_MODES,
    PAD_MODES,
    WINDOW_ALIGNS,
    Padding,
    PadMode,
    WindowAlign,
)
from stftcli.settings.record import check_size

_UNCHANGED = Conditioning()
_ALWAYS_SAID = ("filter_length", "hop_length", "win_length", "window", "padding")


class STFT:
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

    def __init__(
        self,
        filter_length: int = 2048,
        hop_length: int = 512,
        win_length: int | None = None,
        window: WindowLike = "hann",
        center: bool = True,
        pad_mode: PadMode = "reflect",
        freeze_parameters: bool = True,
        *,
        padding: Padding | None = None,
        periodic: bool = True,
        win_align: WindowAlign = "center",
        conditioning: Conditioning = _UNCHANGED,
        dtype: DTypeLike | None = None,
    ) -> None:
        if padding is None:
            padding = "center" if center else "none"
        self.win_length = filter_length if win_length is None else win_length
        check_value("win_align", win_align, win_align in WINDOW_ALIGNS, " or ".join(WINDOW_ALIGNS))
        frame_length = self.win_length if win_align == "left" else filter_length
        self.plan = FramePlan.make(filter_length, hop_length, padding, frame_length)
        check_size("win_length", self.win_length)
        if self.win_length > filter_length:
            raise SettingsError(
                f"`win_length` is {win_length}: it must lie between 1 and "
                f"`filter_length` ({filter_length})"
            )
        check_value("pad_mode", pad_mode, pad_mode in PAD_MODES, f"one of {', '.join(PAD_MODES)}")
        self.pad_mode: PadMode = FORCED_PAD_MODES.get(padding, pad_mode)
        self.freeze_parameters = freeze_parameters
        self.dtype = real_dtype(dtype)
        values = make_window(window, self.win_length, periodic=periodic)
        kernel = None if freeze_parameters else dft_kernel(filter_length, self.dtype)
        self._transform = FrameTransform(self.plan, conditioning, self._in_frame(values), kernel)
        self._made_with: dict[str, Any] = {
            "filter_length": filter_length,
            "hop_length": hop_length,
            "win_length": self.win_length,
            "window": window if is_named(window) else None,
            "pad_mode": self.pad_mode,
            "freeze_parameters": freeze_parameters,
            "padding": padding,
            "periodic": periodic,
            "win_align": win_align,
            "conditioning": conditioning,
            "dtype": None if dtype is None else self.dtype.name,
        }

    @property
    def bins(self) -> int:
        """Number of frequencies, ``filter_length // 2 + 1``."""
        return self.plan.bins

    @property
    def conditioning(self) -> Conditioning:
        """What is done to each frame before its window."""
        return self._transform.conditioning

    @property
    def is_fourier(self) -> bool:
        """Whether the kernel is that of the Fourier transform."""
        kernel = self._transform.kernel
        return kernel is None or np.array_equal(
            kernel, dft_kernel(self.plan.filter_length, self.dtype)
        )

    @property
    def window_name(self) -> str:
        """What messages call the window, with its length."""
        window = self._made_with["window"]
        if window is None:
            return f"of {self.win_length} values"
        name = ":".join(map(str, window)) if isinstance(window, tuple) else window
        return f"{name} of {self.win_length}"

    @property
    def window(self) -> Reals:
        """The window as it lies on a frame, shape (filter_length,); replaceable if not frozen."""
        return self._transform.window

    @window.setter
    def window(self, values: ArrayLike) -> None:
        self._check_replaceable("window")
        whole = np.shape(values) == self.window.shape
        length = len(self.window) if whole else self.win_length
        window = make_window(values, length, periodic=bool(self._made_with["periodic"]))
        self._transform.window = self._in_frame(window[: self.plan.frame_length])
        self._made_with["window"] = values if is_named(values) else None

    @property
    def kernel(self) -> Reals:
        """The basis as a real matrix, real rows above imaginary ones.

        Shape (2 * bins, filter_length); windowed frames times its transpose are the spectrum. If
        not frozen it may be replaced, or written to.
        """
        if self._transform.kernel is None:
            kernel = dft_kernel(self.plan.filter_length, self.dtype)
            kernel.setflags(write=False)
            return kernel
        return self._transform.kernel

    @kernel.setter
    def kernel(self, values: ArrayLike) -> None:
        self._check_replaceable("kernel")
        self._transform.kernel = checked_kernel(values, self.plan.filter_length, self.dtype)

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
        framer = self.framer(eager=True)
        for block in blocks:
            samples = self._real(block)
            if samples.ndim != 1:
                raise SettingsError(
                    f"a stream is one signal: a block of shape {samples.shape} was given"
                )
            for span in framer.push(samples[np.newaxis]):
                yield self.transform(span)[0]
        for span in framer.finish():
            yield self.transform(span)[0]

    def framer(
        self,
        batch_frames: int | None = None,
        *,
        eager: bool = False,
        excerpt: Excerpt | None = None,
    ) -> Framer:
        """Make the `Framer` that cuts a signal of shape (channels, samples) for `transform`."""
        return Framer(self.plan, self.pad_mode, batch_frames, eager, excerpt)

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

    def without_padding(self) -> "STFT":
        """Give the STFT of samples that are padded already, which does nothing to frames first."""
        return self._changed(padding="none", pad_mode="constant", conditioning=_UNCHANGED)

    def without_conditioning(self) -> "STFT":
        """Give the STFT that does nothing to frames before their window."""
        return self._changed(conditioning=_UNCHANGED)

    def _changed(self, **changes: Any) -> "STFT":
        if self._made_with["window"] is None:
            changes["window"] = self._window_values()
        changed = STFT(**{**self._made_with, **changes})
        if not self.is_fourier:
            changed.kernel = self.kernel
        return changed

    def _window_values(self) -> Reals:
        left = (self.plan.frame_length - self.win_length) // 2
        return self.window[left : left + self.win_length]

    def times_s(self, frames: int | range, rate_hz: float) -> NDArray[np.float64]:
        """Give the times that frames are centred on, in seconds after the first sample.

        `frames` is how many there are, or a range of some of them; `rate_hz` is samples per second.
        """
        numbers = range(frames) if isinstance(frames, int) else frames
        return np.array(self.plan.centers(numbers), np.float64) / rate_hz

    def frequencies_hz(self, rate_hz: float) -> NDArray[np.float64]:
        """Give the frequencies of the bins in Hz, shape (bins,)."""
        return np.arange(self.bins) * rate_hz / self.plan.filter_length

    def __repr__(self) -> str:
        defaults = signature(STFT).parameters
        said = {
            name: repr(value)
            for name, value in self._made_with.items()
            if name in _ALWAYS_SAID or value != defaults[name].default
        }
        if self._made_with["window"] is None:
            said["window"] = f"<{self.win_length} values>"
        return f"{type(self).__name__}({', '.join(f'{key}={said[key]}' for key in said)})"

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if self.freeze_parameters:
            self.window.setflags(write=False)  # older pickles make every array writable

    def _transform_whole(self, signal: Reals, spectra: Complexes) -> None:
        framer, first = self.framer(), 0
        for span in chain(framer.push(signal[np.newaxis]), framer.finish()):
            end = first + self.plan.frames_of_span(span.shape[-1])
            self.transform(span, spectra[np.newaxis, first:end])
            first = end

    def _real(self, samples: ArrayLike) -> Reals:
        signals = real_array(samples, "waveform")
        if signals.ndim == 0:
            raise SettingsError("the waveform has no axis: its shape must be (..., samples)")
        return np.ascontiguousarray(signals, self.dtype)

    def _in_frame(self, window: Reals) -> Reals:
        frame = pad_center(window, self.plan, self.dtype)
        frame.setflags(write=not self.freeze_parameters)
        return frame

    def _check_replaceable(self, name: str) -> None:
        if self.freeze_parameters:
            raise SettingsError(
                f"the {name} is frozen: make the STFT with `freeze_parameters=False`"
            )

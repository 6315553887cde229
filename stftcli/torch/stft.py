"""The short-time Fourier transform as a module of torch."""

from typing import Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn.functional import pad

from stftcli.dsp.conditioning import Conditioning
from stftcli.dsp.design import Design
from stftcli.dsp.kernel import dft_kernel
from stftcli.dsp.windows import WindowLike
from stftcli.settings.choices import Padding, PadMode, WindowAlign
from stftcli.torch.checks import checked_lengths, checked_waveform
from stftcli.torch.device import checked_device
from stftcli.torch.padding import padded, padded_each

_UNCHANGED = Conditioning()


class STFT(nn.Module):
    """`stftcli.STFT` as a module: the same numbers, on any device, with gradients.

    Parameters
    ----------
    filter_length, hop_length, win_length, window, center, pad_mode
        As those of `stftcli.STFT`.
    freeze_parameters : bool, default True
        True: the window is a buffer and the FFT does the work. False: window and kernel are
        parameters that learn, and the product with the kernel does the work.
    padding, periodic, win_align, conditioning
        As those of `stftcli.STFT`.
    device : torch.device or str, optional
        Where the window and the kernel are made; torch's default if None.
    dtype : torch.dtype, optional
        Of the window and the kernel; torch's default if None. Signals are computed in float64 if
        it is that, and else in float32.

    Attributes
    ----------
    window : Tensor, shape (filter_length,)
        The window as it lies on a frame.
    kernel : Tensor, shape (2 * bins, filter_length), or None
        The basis, real rows above imaginary ones; None where the FFT does the work. Of a frozen
        module too a kernel may be set, which is then used as it is.
    plan : FramePlan
        Where the frames lie.

    Raises
    ------
    SettingsError
        If a value is outside what is allowed, or the device is not there.

    Examples
    --------
    >>> import torch
    >>> from stftcli.torch import STFT
    >>> stft = STFT(filter_length=256, hop_length=64)
    >>> spectra = stft(torch.randn(2, 8000))
    >>> spectra.shape, spectra.dtype
    (torch.Size([2, 126, 129]), torch.complex64)

    A padded batch of clips, each of its own length:

    >>> spectra, frames = stft(torch.randn(2, 8000), torch.tensor([8000, 640]))
    >>> frames
    tensor([126,  11])

    A kernel that learns:

    >>> learning = STFT(256, 64, freeze_parameters=False)
    >>> [(name, tuple(each.shape)) for name, each in learning.named_parameters()]
    [('window', (256,)), ('kernel', (258, 256))]
    """

    def __init__(  # noqa: PLR0913  # those of stftcli.STFT, and the device
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
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        design = Design(
            *(filter_length, hop_length, win_length, window, center, pad_mode),
            padding=padding,
            periodic=periodic,
            win_align=win_align,
            conditioning=conditioning,
            dtype="float64",
        )
        super().__init__()
        self._take(design, freeze_parameters, device, dtype)

    @classmethod
    def of(
        cls,
        design: Design,
        *,
        freeze_parameters: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> Self:
        """Make the module of an `stftcli.STFT`, with its window and its kernel.

        Parameters
        ----------
        design : stftcli.STFT
            The one to be equal to.
        freeze_parameters, device, dtype
            As for the class; the type is that of `design` if None.
        """
        module = cls.__new__(cls)
        super(STFT, module).__init__()
        dtype = getattr(torch, design.dtype.name) if dtype is None else dtype
        module._take(design, freeze_parameters, device, dtype)
        return module

    def _take(
        self,
        design: Design,
        freeze_parameters: bool,
        device: torch.device | str | None,
        dtype: torch.dtype | None,
    ) -> None:
        self.plan, self.pad_mode = design.plan, design.pad_mode
        self.conditioning = design.conditioning
        self.freeze_parameters = freeze_parameters
        self._said = repr(design).partition("(")[2].removesuffix(")")
        kernel: Any = None
        if not design.is_fourier:
            kernel = design.kernel
        elif not freeze_parameters:
            kernel = dft_kernel(design.plan.filter_length, np.float64)
        device = checked_device(device)
        for name, values in (("window", design.window), ("kernel", kernel)):
            self._keep(name, values, device, dtype or torch.get_default_dtype())

    def _keep(
        self,
        name: str,
        values: ArrayLike | None,
        device: torch.device | None,
        dtype: torch.dtype,
    ) -> None:
        if values is None:
            self.register_buffer(name, None)
            return
        tensor = torch.tensor(np.asarray(values), device=device, dtype=dtype)
        if self.freeze_parameters:
            self.register_buffer(name, tensor)
        else:
            self.register_parameter(name, nn.Parameter(tensor))

    @property
    def bins(self) -> int:
        """Number of frequencies, ``filter_length // 2 + 1``."""
        return self.plan.bins

    def forward(
        self, waveform: Tensor, lengths: Tensor | None = None
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Transform whole signals.

        Parameters
        ----------
        waveform : Tensor, shape (..., samples)
            Real signals along the last axis.
        lengths : Tensor of integers, shape (...), optional
            Samples of each signal, where what follows is there to fill the batch.

        Returns
        -------
        spectra : Tensor of complex64, shape (..., frames, bins)
            Complex128 of float64. With lengths each signal's are those of the signal alone, and
            zeros behind them.
        frame_lengths : Tensor of int64, shape (...)
            How many frames each has; with lengths only.

        Raises
        ------
        InputError
            If the waveform is no tensor of floats, or has no axis.
        SettingsError
            If the lengths do not fit it; what lies on a device is not asked how long it is.
        """
        spectra = self.transform(self.frames(waveform, lengths))
        if lengths is None:
            return spectra
        counts = self.frame_counts(checked_lengths(lengths, waveform))
        frames = torch.arange(spectra.shape[-2], device=spectra.device)
        there = frames < counts.unsqueeze(-1)
        return spectra.where(there.unsqueeze(-1), 0), counts

    def frames(self, waveform: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Cut signals into frames, and take the mean off each where that is removed.

        Parameters
        ----------
        waveform, lengths
            As for calling the module.

        Returns
        -------
        Tensor, shape (..., frames, frame_length)
            The frames before pre-emphasis and window, of which energies are measured. Rows beyond
            the frames of a signal hold anything.
        """
        signals, plan = self._computed(checked_waveform(waveform)), self.plan
        lengths = None if lengths is None else checked_lengths(lengths, waveform)
        samples = signals.shape[-1]
        if samples == 0:
            return signals.new_zeros((*signals.shape[:-1], 0, plan.frame_length))
        if lengths is None:
            whole = padded(signals, plan.left, plan.right, self.pad_mode)
        else:
            whole = padded_each(signals, plan.left, plan.right, self.pad_mode, lengths)
        missing = torch.sym_max(0, plan.frame_length - whole.shape[-1])
        frames = self.cut(pad(whole, (0, missing)))
        if plan.fills_short:
            return frames
        return frames[..., : frames.shape[-2] - torch.sym_min(missing, 1), :]

    def cut(self, span: Tensor) -> Tensor:
        """Cut samples that are padded already, shape (..., samples), into frames, as `frames` does.

        What follows the last whole frame is left out.
        """
        frames = span.unfold(-1, self.plan.frame_length, self.plan.hop_length)
        if self.conditioning.remove_dc:
            frames = frames - frames.mean(-1, keepdim=True)
        return frames

    def transform(self, frames: Tensor) -> Tensor:
        """Transform frames of shape (..., frames, frame_length), as `frames` gives them.

        Returns
        -------
        Tensor of complex64, shape (..., frames, bins)
            The spectra.
        """
        window = self.window[: self.plan.frame_length].to(frames.dtype)
        windowed = self._emphasized(frames) * window
        if self.kernel is None:
            return self._fourier(windowed)
        kernel = self.kernel[:, : self.plan.frame_length].to(frames.dtype)
        # Under autocast products lose half of their digits, and a front end's spectra need them.
        with torch.autocast(windowed.device.type, enabled=False):
            return torch.complex(*(windowed @ kernel.mT).chunk(2, -1))

    def frame_counts(self, lengths: Tensor) -> Tensor:
        """Give the number of frames of signals of so many samples, as `FramePlan.frames` does."""
        plan = self.plan
        inside = lengths.to(torch.int64) + plan.left + plan.right - plan.frame_length
        counts = torch.div(inside, plan.hop_length, rounding_mode="floor") + 1
        return counts.clamp(min=1 if plan.fills_short else 0).where(lengths > 0, 0)

    def extra_repr(self) -> str:
        """Say what it was made with."""
        return self._said + ("" if self.freeze_parameters else ", freeze_parameters=False")

    def _fourier(self, windowed: Tensor) -> Tensor:
        if 0 in windowed.shape:  # which MKL refuses
            return (windowed[..., :1] + 0j).expand(*windowed.shape[:-1], self.bins)
        return torch.fft.rfft(windowed, self.plan.filter_length)

    def _emphasized(self, frames: Tensor) -> Tensor:
        preemphasis = self.conditioning.preemphasis
        if not preemphasis:
            return frames
        before = torch.cat((frames[..., :1], frames[..., :-1]), -1)
        return frames - preemphasis * before

    def _computed(self, waveform: Tensor) -> Tensor:
        wide = self.window.dtype == torch.float64
        return waveform.to(torch.float64 if wide else torch.float32)

"""A chain as a module of torch: from waveforms to features, with gradients, on any device."""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.nn.utils import skip_init

from stftcli.dsp.scaling import Scale
from stftcli.errors import InputError, SettingsError
from stftcli.features.chain import Chain
from stftcli.features.form import Form, Projection, Sound
from stftcli.features.framewise import FrameWise
from stftcli.torch.checks import checked_lengths, checked_waveform
from stftcli.torch.clips import Clips
from stftcli.torch.operations import Operations
from stftcli.torch.signals import prepared
from stftcli.torch.stft import STFT

_FROM_SUMS = ("pcen", "top_db")
"""Steps of which numpy's go on beside what is NaN."""


class Frontend(nn.Module):
    """An Extractor for sound of one rate, as a module; `Extractor.to_torch` makes it.

    Its numbers are those of the Extractor, but for rounding. The weights of Linears and of PCEN
    learn; those of banks are parameters too, and learn where `requires_grad_` says so. Autocast
    does not reach it, and of a module in half precision only the weights are in that. What is not
    finite is not looked for: it goes where it goes.

    Parameters
    ----------
    chain : Chain
        What computes the same.
    freeze_parameters : bool, default True
        False: the window and the kernel of the STFT learn.
    device : torch.device or str, optional
        Where it is made.

    Attributes
    ----------
    settings : FeatureSettings
        All that decided the numbers before anything learned.
    stft : STFT
        The transform.
    steps : ModuleList
        One module for each step; of a projection it is a torch.nn.Linear.

    Raises
    ------
    SettingsError
        If a step has no form, or the sound is to be resampled: it is named. Or if the STFT is to
        learn, and the spectrum is one of a Fourier transform alone.
    """

    def __init__(
        self,
        chain: Chain,
        *,
        freeze_parameters: bool = True,
        device: torch.device | str | None = None,
    ) -> None:
        super().__init__()
        forms, framewise = chain.forms(), chain.framewise
        if not freeze_parameters:
            _check_learnable(framewise)
        _check_nonfinite(chain)
        self.stft = STFT.of(framewise.stft, freeze_parameters=freeze_parameters, device=device)
        like = self.stft.window
        self.steps = nn.ModuleList(_module_of(form, like) for form in forms)
        correction = framewise.correction
        self.register_buffer(
            "correction",
            None if correction is None else torch.tensor(correction).to(like),
            persistent=False,
        )
        self._scale: Scale | None = framewise.scale
        self.settings, self._full_scale = chain.settings, chain.settings.full_scale
        self._rate_hz, self._drop_last = chain.rate_hz, bool(chain.frames.drop_last)
        self._is_one_row = not chain.axis.per_frame
        self._is_half = chain.stored_dtype == "float16"
        self._count = chain.features

    def forward(
        self, waveform: Tensor, lengths: Tensor | None = None
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Compute features.

        Parameters
        ----------
        waveform : Tensor, shape (..., samples)
            Signals along the last axis, full scale being 1.
        lengths : Tensor of integers, shape (...), optional
            Samples of each, where what follows is there to fill the batch.

        Returns
        -------
        features : Tensor, shape (..., frames, features)
            Each signal is treated by itself, its loudest value and its statistics too.
        frame_lengths : Tensor of int64, shape (...)
            How many rows each has, zeros behind them; with lengths only.

        Raises
        ------
        InputError
            If the waveform is empty or not of floats, or has no frame to take statistics of.
        SettingsError
            If the lengths do not fit it.
        """
        if not checked_waveform(waveform).shape[-1]:
            raise InputError(
                f"the waveform has shape {tuple(waveform.shape)}: it must be (..., samples), not "
                "empty"
            )
        leading = waveform.shape[:-1]
        if lengths is not None:
            lengths = checked_lengths(lengths, waveform).reshape(-1)
        computed = torch.promote_types(self.stft.window.dtype, torch.float32)
        clips = waveform.to(computed).reshape(-1, waveform.shape[-1])
        with torch.autocast(waveform.device.type, enabled=False):
            features, rows = self._computed(clips, lengths)
        features = features.half() if self._is_half else features
        features = features.reshape(*leading, *features.shape[1:])
        return features if rows is None else (features, rows.reshape(leading))

    def _computed(self, clips: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor | None]:
        how = (self.settings.signal, self._rate_hz, self._full_scale)
        clips, lengths = prepared(clips, lengths, *how)
        samples = self.stft.frames(clips, lengths)
        rows = None if lengths is None else self.stft.frame_counts(lengths)
        if self._drop_last:
            samples = samples[:, :-1]
            rows = None if rows is None else (rows - 1).clamp(min=0)
        features = self.features(samples, rows)
        if rows is None:
            return features, None
        rows = rows.clamp(max=1) if self._is_one_row else rows
        at = torch.arange(features.shape[1], device=features.device)
        return features.where((at < rows[:, None])[:, :, None], 0), rows

    def features(self, samples: Tensor, rows: Tensor | None = None) -> Tensor:
        """Compute the features of frames.

        Parameters
        ----------
        samples : Tensor, shape (batch, frames, frame_length)
            As `STFT.frames` gives them.
        rows : Tensor of int64, shape (batch,), optional
            How many frames each signal has; all that there are if None.

        Returns
        -------
        Tensor, shape (batch, frames, features)
            Rows beyond those hold anything.
        """
        x = self._spectrum(self.stft.transform(samples))
        if not x.shape[1]:
            return self._none_of(x)
        sound: Sound = Clips(samples, rows)
        for step in self.steps:
            x = step(x) if isinstance(step, nn.Linear) else step(x, sound)
        return x

    def _none_of(self, x: Tensor) -> Tensor:
        if self._is_one_row:
            raise InputError("the waveform is too short for a frame to take statistics of")
        return x.new_zeros((*x.shape[:2], self._count))

    def _spectrum(self, spectra: Tensor) -> Tensor:
        if self.correction is not None:
            spectra = spectra * self.correction
        if self._scale is None:
            return spectra
        return self._scale.of_parts(Operations(spectra.real), spectra.real, spectra.imag)


class WideLinear(nn.Linear):
    """A projection in the precision of the features, whatever its weights are stored in."""

    def forward(self, input: Tensor) -> Tensor:  # as torch names it
        """Give the new features."""
        bias = None if self.bias is None else self.bias.to(input.dtype)
        return linear(input, self.weight.to(input.dtype), bias)


class FormModule(nn.Module):
    """A step that is no projection."""

    def __init__(self, form: Form, like: Tensor) -> None:
        super().__init__()
        self.form = form
        for name, values in form.weights.items():
            weight = nn.Parameter(torch.tensor(values).to(like), requires_grad=form.learns)
            self.register_parameter(name, weight)

    def forward(self, x: Tensor, sound: Sound) -> Tensor:
        """Give the new features; `sound` is all frames of each clip."""
        weights = {name: weight.to(x.dtype) for name, weight in self.named_parameters()}
        features: Tensor = self.form(Operations(x), x, weights, sound)
        return features

    def extra_repr(self) -> str:
        """Say what it does."""
        return repr(self.form)


def _check_learnable(framewise: FrameWise) -> None:
    if framewise.scale is not None and framewise.scale.is_of_fourier:
        raise SettingsError(
            f"`freeze_parameters=False` makes the transform another than Fourier's, which has no "
            f"spectrum {framewise.spectrum}: leave it out, or choose magnitude, power or db"
        )


def _check_nonfinite(chain: Chain) -> None:
    if chain.settings.signal.nonfinite != "keep":
        return
    for stage in chain.stages:
        if stage.step.step in _FROM_SUMS:
            raise SettingsError(
                f"`nonfinite='keep'`: the step {stage.step.step} of torch would make whole clips "
                "NaN, earlier frames too; give `nonfinite='zero'`"
            )


def _module_of(form: Form, like: Tensor) -> nn.Module:
    """Make the module of a step: of a projection torch's own."""
    if not isinstance(form, Projection):
        return FormModule(form, like)
    outputs, inputs = form.weight.shape
    has_bias = form.bias is not None
    # No weights are drawn, which would change what a seeded program draws after it.
    module: nn.Linear = skip_init(
        WideLinear, inputs, outputs, bias=has_bias, device=like.device, dtype=like.dtype
    )
    with torch.no_grad():
        for name, values in form.weights.items():
            getattr(module, name).copy_(torch.tensor(values))
    return module.requires_grad_(form.learns)

"""What is done to clips before they are cut into frames."""

import torch
from torch import Tensor
from torch.nn.functional import pad

from stftcli.settings.signal import SignalSettings


def prepared(
    clips: Tensor,
    lengths: Tensor | None,
    settings: SignalSettings,
    rate_hz: int,
    full_scale: float,
) -> tuple[Tensor, Tensor | None]:
    """Do with clips what the settings say, as `stftcli.features.signal.prepared` does.

    Parameters
    ----------
    clips : Tensor, shape (batch, samples)
        At their own rate.
    lengths : Tensor of int64, shape (batch,), optional
        Samples of each; what follows them is not looked at.
    settings : SignalSettings
        What is done.
    rate_hz : int
        Samples per second.
    full_scale : float
        What a sample of 1 becomes.

    Returns
    -------
    clips : Tensor, shape (batch, samples)
        New clips.
    lengths : Tensor of int64, shape (batch,), or None
        Samples of each.
    """
    if settings.nonfinite == "zero":
        clips = clips.where(clips.isfinite(), 0)
    if settings.pad_to_s is not None:
        clips, lengths = _filled(clips, lengths, round(settings.pad_to_s * rate_hz))
    if full_scale != 1:
        clips = clips * full_scale
    if settings.preemphasis:
        clips = torch.cat((clips[:, :1], clips[:, 1:] - settings.preemphasis * clips[:, :-1]), -1)
    return clips, lengths


def _filled(clips: Tensor, lengths: Tensor | None, samples: int) -> tuple[Tensor, Tensor | None]:
    """Append zeros to what is shorter than so many samples."""
    if lengths is not None:
        at = torch.arange(clips.shape[-1], device=clips.device)
        clips = clips.where(at < lengths[:, None], 0)
        lengths = lengths.clamp(min=samples).where(lengths > 0, 0)  # nothing is no sound
    return pad(clips, (0, torch.sym_max(0, samples - clips.shape[-1]))), lengths

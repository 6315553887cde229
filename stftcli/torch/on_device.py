"""An Extractor whose frames are computed on a device of torch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import parent_process
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stftcli.dsp.framing import frames_of
from stftcli.errors import SettingsError
from stftcli.features.chain import Chain
from stftcli.features.extractor import Extractor
from stftcli.features.framewise import frames_first
from stftcli.features.operations import FrameFeature
from stftcli.features.settings import FeatureSettings
from stftcli.torch.device import reason_of
from stftcli.torch.frontend import Frontend

_SMALLER = 8
"""Into so many parts a span is cut for which there is no room."""


class DeviceExtractor(Extractor):
    """An `Extractor` that computes what is done with each frame alone on a device of torch.

    Sounds are read, resampled and cut into frames as ever, and what looks at several frames is done
    by numpy. The numbers are those of the Extractor but for rounding.

    Parameters
    ----------
    settings : FeatureSettings, optional
        As for an Extractor.
    device : str, default "cpu"
        What torch computes on: "cuda", "cuda:1", "mps".
    **options
        As for an Extractor.

    Raises
    ------
    SettingsError
        As from an Extractor. Where it is called also: if there is no such device, or not enough
        memory on it, or a step has no form for torch.
    """

    def __init__(
        self, settings: FeatureSettings | None = None, /, *, device: str = "cpu", **options: Any
    ) -> None:
        super().__init__(settings, **options)
        self.device = device

    def _built(self, rate_hz: int) -> Chain:
        chain = super()._built(rate_hz)
        return replace(chain, analyze=_Spans(chain, self.device))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.settings!r}, device={self.device!r})"

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and self.device == getattr(other, "device", None)

    def __hash__(self) -> int:
        return hash((self.settings, self.device))

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.settings, self.device)


def _made(settings: FeatureSettings, device: str) -> DeviceExtractor:
    if parent_process() is not None:
        torch.set_num_threads(1)  # the workers share the cores; torch's DataLoader does so too
    return DeviceExtractor(settings, device=device)


class _Spans:
    """What `FrameWise` does with spans, on a device.

    Of a step that looks at other frames too, what it does with each frame first stays here.
    """

    def __init__(self, chain: Chain, device: str) -> None:
        there = tuple(stage for stage in chain.stages if stage.is_frame_wise)
        here = [stage for stage in chain.stages if not stage.is_frame_wise]
        self._operations = [one for stage in here for one in stage.operations]
        # The samples that come are resampled already.
        part = replace(chain, stages=there, sound_rate_hz=chain.rate_hz)
        with _failures_told(device):
            self._module = Frontend(part, device=device).requires_grad_(False)
        self._stft, self._device = chain.framewise.stft, device

    def __call__(self, span: NDArray[Any]) -> NDArray[Any]:
        """Give the features of a span of shape (channels, samples), a new array."""
        with _failures_told(self._device), torch.inference_mode():
            batch = self._computed(torch.from_numpy(span))
        with np.errstate(all="ignore"):
            for operation in self._operations:
                if isinstance(operation, FrameFeature):
                    batch = operation.put(operation.measure(self._samples(span)), batch)
                else:
                    batch = operation(batch)
        return frames_first(batch)

    def _samples(self, span: NDArray[Any]) -> NDArray[Any]:
        frames = frames_of(span, self._stft.plan)
        if self._stft.conditioning.remove_dc:
            frames = frames - frames.mean(axis=-1, keepdims=True)
        return frames

    def _computed(self, span: Tensor) -> NDArray[Any]:
        try:
            return self._features(span)
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return np.concatenate([self._features(part) for part in self._parts(span)], axis=1)

    def _features(self, span: Tensor) -> NDArray[Any]:
        frames = self._module.stft.cut(span.to(self._device))
        return np.asarray(self._module.features(frames).cpu().numpy())

    def _parts(self, span: Tensor) -> Iterator[Tensor]:
        plan = self._stft.plan
        frames = plan.frames_of_span(span.shape[-1])
        step = -(-frames // _SMALLER)
        for first in range(0, frames, step):
            begin = first * plan.hop_length
            yield span[:, begin : begin + plan.span_samples(min(step, frames - first))]


@contextmanager
def _failures_told(device: str) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, TypeError) as error:  # such as float64, which mps does not have
        reason = reason_of(error)
        if _is_out_of_memory(error):
            reason = "it has too little memory, even for smaller batches"
        raise SettingsError(
            f"`device={device!r}` does not work: {reason}; give another, or none"
        ) from error


def _is_out_of_memory(error: Exception) -> bool:
    # The CPU and mps have no class of their own for it.
    texts = ("out of memory", "can't allocate memory")
    is_cuda = isinstance(error, torch.cuda.OutOfMemoryError)
    return is_cuda or any(text in str(error).lower() for text in texts)

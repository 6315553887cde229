"""What an STFT is made of: where frames lie, their window, their kernel."""

from inspect import signature
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from stftcli.dsp.checks import Reals, check_device, check_value, real_dtype
from stftcli.dsp.conditioning import Conditioning
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
from stftcli.settings.memory import check_memory
from stftcli.settings.record import check_size

_UNCHANGED = Conditioning()
_SAMPLE_BYTES = 200
"""That a sample of a long frame takes: window, spectrum, and the names of its bins."""
_NOTHING = 1e-9  # what rounding leaves of a window of zeros
_ALWAYS_SAID = ("filter_length", "hop_length", "win_length", "window", "padding")


class Design:
    """Base of the `STFT`, which documents the parameters: all but the transforming."""

    def __init__(  # noqa: PLR0913  # those of the spec, and a few more
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
        device: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        check_device(device, "stftcli.torch.STFT")
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
        check_memory(
            _SAMPLE_BYTES * filter_length,
            f"a frame of {filter_length} samples",
            "give shorter ones",
        )
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
        if is_named(window) and np.abs(values).max() < _NOTHING:
            raise SettingsError(
                f"the window {self.window_name} samples is zero everywhere: give a longer one, or "
                "one that does not end in zeros (`periodic`)"
            )

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

    def without_padding(self) -> Self:
        """Give the STFT of samples that are padded already, which does nothing to frames first."""
        return self._changed(padding="none", pad_mode="constant", conditioning=_UNCHANGED)

    def without_conditioning(self) -> Self:
        """Give the STFT that does nothing to frames before their window."""
        return self._changed(conditioning=_UNCHANGED)

    def _changed(self, **changes: Any) -> Self:
        if self._made_with["window"] is None:
            changes["window"] = self._window_values()
        changed = type(self)(**{**self._made_with, **changes})
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
        defaults = signature(type(self)).parameters
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

    def _in_frame(self, window: Reals) -> Reals:
        frame = pad_center(window, self.plan, self.dtype)
        frame.setflags(write=not self.freeze_parameters)
        return frame

    def _check_replaceable(self, name: str) -> None:
        if self.freeze_parameters:
            raise SettingsError(
                f"the {name} is frozen: make the STFT with `freeze_parameters=False`"
            )

"""Sound into spectra: an STFT and a Linear layer in numpy, and a command line around them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stftcli.dsp.linear import Linear
    from stftcli.dsp.stft import STFT

__version__ = "0.1.0"
__all__ = ["STFT", "Linear", "__version__"]

_HOMES = {"STFT": "stftcli.dsp.stft", "Linear": "stftcli.dsp.linear"}


def __getattr__(name: str) -> Any:
    # Deferred, so that `stftcli --help` does not pay for numpy.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)

"""The front end as modules of torch, which train and which any device computes."""

from stftcli.errors import MissingExtraError

try:
    import torch  # noqa: F401
except ImportError:
    raise MissingExtraError("stftcli.torch", "torch", "torch") from None

from stftcli.torch.frontend import Frontend
from stftcli.torch.on_device import DeviceExtractor
from stftcli.torch.stft import STFT

__all__ = ["STFT", "DeviceExtractor", "Frontend"]

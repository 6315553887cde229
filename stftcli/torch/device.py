"""Where torch computes."""

import torch

from stftcli.errors import SettingsError


def checked_device(device: torch.device | str | None) -> torch.device | None:
    """Give a device that is there, None for torch's default.

    Raises
    ------
    SettingsError
        If there is no such device here.
    """
    if device is None:
        return None
    try:
        found = torch.device(device)
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SettingsError(
            f"`device` is {str(device)!r}: torch cannot compute there ({reason}); here are "
            f"{', '.join(devices())}"
        ) from None
    return found


def devices() -> list[str]:
    """List the devices that are here."""
    cuda = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return ["cpu", *cuda, *mps]

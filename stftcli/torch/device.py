"""Where torch computes."""

import torch

from stftcli.errors import SettingsError

_MAX_REASON = 120


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
    except (RuntimeError, AssertionError) as error:
        raise SettingsError(
            f"`device` is {str(device)!r}, which torch does not have here ({reason_of(error)}): "
            f"there are {', '.join(devices())}"
        ) from None
    return found


def devices() -> list[str]:
    """List the devices that are here."""
    cuda = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return ["cpu", *cuda, *mps]


def reason_of(error: BaseException) -> str:
    """Give the first sentence of an error; torch writes paragraphs."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].partition(". ")[0].rstrip(".")[:_MAX_REASON]

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
    there = f"there are {', '.join(devices())}"
    if not isinstance(device, str | torch.device):
        raise SettingsError(f"`device` is {device!r}, which is no name: {there}")
    try:
        found = torch.device(device)
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError) as error:
        reason = "" if _is_list(error) else f" ({reason_of(error)})"
        raise SettingsError(
            f"`device` is {str(device)!r}, which torch does not have here{reason}: {there}"
        ) from None
    if found.type == "meta":
        raise SettingsError(f"`device` is 'meta', which computes no numbers: {there}")
    return found


def _is_list(error: BaseException) -> bool:
    """Say whether an error lists all devices that torch may have somewhere."""
    return str(error).startswith("Expected one of")


def devices() -> list[str]:
    """List the devices that are here."""
    cuda = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return ["cpu", *cuda, *mps]


def reason_of(error: BaseException) -> str:
    """Give the first sentence of an error; torch writes paragraphs."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].partition(". ")[0].rstrip(".")[:_MAX_REASON]

"""What several sounds of one picture share: an axis of frequencies, on which each has its part."""

from collections.abc import Sequence
from dataclasses import replace

from stftcli.errors import SettingsError
from stftcli.features.chain import Chain
from stftcli.settings.pictures import ViewSettings

_SHARING = 10
"""Sounds share an axis up to this many times what the shortest shows of it."""


def check_alike(chains: Sequence[Chain]) -> None:
    """Raise SettingsError if features that are no bins mean other frequencies in each sound."""
    rates_hz = sorted({chain.rate_hz for chain in chains})
    if len(rates_hz) > 1 and not all(chain.axis.bins for chain in chains):
        raise SettingsError(
            f"the sounds have {', '.join(map(str, rates_hz))} Hz, so their features do not mean "
            f"the same: give `rate={rates_hz[0]}`"
        )


def shared_views(chains: Sequence[Chain], view: ViewSettings) -> list[ViewSettings]:
    """Give each sound its view: all of them on an axis with the same beginning.

    Each ends at half its rate, if there is one that goes up to the end of the axis.
    """
    view = _begun_together(chains, view)
    halves_hz = [chain.rate_hz / 2 for chain in chains]
    if view.fmax_hz is None or max(halves_hz) < view.fmax_hz:
        return [view] * len(chains)
    return [replace(view, fmax_hz=min(view.fmax_hz, half_hz)) for half_hz in halves_hz]


def _begun_together(chains: Sequence[Chain], view: ViewSettings) -> ViewSettings:
    bins_hz = {chain.rate_hz / chain.frames.filter_length for chain in chains}
    if view.scale != "log" or view.fmin_hz is not None or len(bins_hz) == 1:
        return view
    # Alone, each would begin at its own first bin.
    first_hz = min(bins_hz)
    return view if view.fmax_hz and view.fmax_hz <= first_hz else replace(view, fmin_hz=first_hz)


def are_apart(lengths: Sequence[float]) -> bool:
    """Say whether the shortest would be a sliver on the axis of the longest."""
    return min(lengths) * _SHARING < max(lengths)

"""What recordings must be, and what is made of them, to lie on one time line."""

from collections.abc import Sequence
from datetime import datetime

from stftcli.errors import InputError, SettingsError
from stftcli.features.chain import Chain
from stftcli.features.settings import FeatureSettings

_RIDDANCE = {"log": ("ref='max'", "give `ref` a number")}


def check_settings(settings: FeatureSettings) -> None:
    """Raise SettingsError for settings of recordings that do not stay as they are."""
    segment, signal, recipe = settings.segment, settings.signal, settings.features
    if segment.start_s or segment.duration_s is not None:
        raise SettingsError(
            "`timeline` takes recordings as they are: leave out `start`, `duration`"
        )
    if segment.time_origin not in ("auto", "none"):
        raise SettingsError("`timeline` goes by the clock of each file: leave out `time_origin`")
    if signal.pad_to_s:
        raise SettingsError(
            "`pad_to` would lay zeros over the recordings that follow: leave it out with `timeline`"
        )
    if signal.nonfinite == "keep" and (recipe.is_pooled or recipe.is_one_row):
        raise SettingsError(
            "frames that are NaN are the gaps of a `timeline`, which are not pooled: give "
            "`nonfinite='zero'`"
        )


def check_comparable(chain: Chain) -> None:
    """Raise SettingsError if a step makes each recording relative to itself.

    Two rows of one result could not be compared then.
    """
    for stage in chain.stages:
        if stage.by_sound:
            step = stage.step.step
            name, riddance = _RIDDANCE.get(step, (step, f"give `{step}='none'`"))
            raise SettingsError(
                f"`{name}` goes by each recording as a whole, so that rows of a `timeline` cannot "
                f"be compared: {riddance}"
            )


def check_zones(clocks: Sequence[tuple[datetime, str]]) -> None:
    """Raise InputError if some clocks have a zone and others have none."""
    zoned = [name for at, name in clocks if at.tzinfo is not None]
    plain = [name for at, name in clocks if at.tzinfo is None]
    if zoned and plain:
        raise InputError(
            f"the clock of {zoned[0]} has a zone and that of {plain[0]} has none: they cannot be "
            "laid on one time line"
        )


def check_alike(first: str, form: tuple[int, int], name: str, other: tuple[int, int]) -> None:
    """Raise InputError unless two recordings have the same rate and channels."""
    if form != other:
        raise InputError(
            f"{first} has {form[0]} Hz and {form[1]} channels, {name} has {other[0]} Hz and "
            f"{other[1]}: a time line is of recordings of one kind"
        )

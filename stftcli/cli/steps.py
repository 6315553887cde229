"""How options change the steps of a preset."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from stftcli.cli.options.features import NONE
from stftcli.cli.sections import given_order
from stftcli.errors import SettingsError
from stftcli.settings.steps import (
    Chroma,
    Dct,
    Deltas,
    Describe,
    Energy,
    Log,
    Mel,
    NewLinear,
    Normalize,
    Projected,
    Standardize,
    Stats,
    Step,
    TopDb,
)

Steps = list[Step]

# Options that refine a step: the step, its field, and the option that makes it.
_DETAILS: dict[str, tuple[type[Step], str, str]] = {
    "fmin": (Mel, "fmin_hz", "--mel or --mfcc"),
    "fmax": (Mel, "fmax_hz", "--mel or --mfcc"),
    "mel_scale": (Mel, "scale", "--mel or --mfcc"),
    "mel_norm": (Mel, "norm", "--mel or --mfcc"),
    "tuning": (Chroma, "tuning", "--chroma"),
    "floor": (Log, "floor", "--log"),
    "log_offset": (Log, "offset", "--log"),
    "ref": (Log, "ref", "--log"),
    "lifter": (Dct, "lifter", "--mfcc"),
    "delta_window": (Deltas, "window", "--deltas"),
}

# Options of what takes the bins, and its step.
_BANKS: dict[str, type[Mel] | type[Chroma] | type[Describe]] = {
    "mfcc": Mel,
    "mel": Mel,
    "chroma": Chroma,
    "descriptors": Describe,
}

# Options that may be repeated, in the order given.
_ORDERED: dict[str, Callable[[Any], Step]] = {
    "linear": Projected,
    "linear_out": NewLinear,
    "log": Log,
}


def changed_steps(base: tuple[Step, ...], given: dict[str, Any]) -> tuple[Step, ...]:
    """Change steps by options: those that are there in place, new ones in their order.

    A bank comes first. --linear and --log follow in the order given; where the base has a log, the
    first one given takes its place. The cosine transform of --mfcc comes after the last log, then
    what is standardised, normalised, the deltas and the statistics.

    Raises
    ------
    SettingsError
        If an option refines a step that is not there.
    """
    if "floor" in given and "log_offset" in given:
        raise SettingsError("--floor and --log-offset exclude each other: give one")
    steps = list(base)
    _choose_bank(steps, given)
    _follow(steps, given)
    _finish(steps, given)
    for option, (kind, field, maker) in _DETAILS.items():
        if option in given:
            _refine(steps, kind, field, given[option], f"--{option.replace('_', '-')}", maker)
    return tuple(steps)


def _choose_bank(steps: Steps, given: dict[str, Any]) -> None:
    asked = {kind: option for option, kind in _BANKS.items() if option in given}
    if len(asked) > 1:
        names = " and ".join(f"--{option}" for option in asked.values())
        raise SettingsError(f"{names} both take the bins: give one")
    for kind, option in asked.items():
        # It takes the place of another bank.
        others = tuple(other for other in _BANKS.values() if other is not kind)
        steps[:] = [step for step in steps if not isinstance(step, others)]
        if option != "mfcc":
            bank = kind(given[option])
            _put(steps, 0, bank, next(iter(vars(bank))))
        elif _place(steps, Mel) is None:
            steps.insert(0, Mel())


def _follow(steps: Steps, given: dict[str, Any]) -> None:
    values = {kind: iter(given.get(kind, ())) for kind in _ORDERED}
    order = [name.removeprefix("steps__") for name in given_order()]
    new = [(kind, next(values[kind])) for kind in order if kind in _ORDERED]
    if ("log", NONE) in new:
        if len(given["log"]) > 1:
            raise SettingsError("--log none takes the logarithm away: give no other --log")
        new.remove(("log", NONE))
        steps[:] = [step for step in steps if not isinstance(step, Log)]
    logs, at = [value for kind, value in new if kind == "log"], _place(steps, Log)
    if logs and at is not None:
        new.remove(("log", logs[0]))
        plain = logs[0] == "log1p"  # which has none of a preset's details
        steps[at] = Log(logs[0]) if plain else replace(steps[at], kind=logs[0])  # type: ignore[call-arg]
    end = _before(steps, Stats)
    steps[end:end] = [_ORDERED[kind](value) for kind, value in new]
    if "mfcc" in given:
        _add_mfcc(steps, given["mfcc"], takes_log=NONE not in given.get("log", ()))


def _add_mfcc(steps: Steps, outputs: int, *, takes_log: bool) -> None:
    if takes_log and _place(steps, Log) is None:
        steps.insert(_after(steps, Mel), Log("db"))
    _put(steps, _after(steps, Mel, TopDb, Log, Standardize), Dct(outputs), "outputs")


def _finish(steps: Steps, given: dict[str, Any]) -> None:
    if given.get("energy") is False:
        steps[:] = [step for step in steps if not isinstance(step, Energy)]
    elif given.get("energy") and _place(steps, Energy) is None:
        replaces = _place(steps, Dct) is not None
        after = _after(steps, Dct, Log, Mel, Chroma, Projected, NewLinear)
        steps.insert(after, Energy(replaces))
    if "top_db" in given:
        _put_or_remove(steps, _after(steps, Log), TopDb, given["top_db"], NONE)
    if "standardize" in given:
        place = _place(steps, Standardize)
        steps[:] = [step for step in steps if not isinstance(step, Standardize)]
        if given["standardize"] != NONE:
            end = _before(steps, Normalize, Deltas, Stats)
            steps.insert(end if place is None else place, Standardize(*given["standardize"]))
    if "normalize" in given:
        end = _before(steps, Deltas, Stats)
        _put_or_remove(steps, end, Normalize, given["normalize"], NONE)
    if "deltas" in given:
        _put_or_remove(steps, _before(steps, Stats), Deltas, given["deltas"], 0)
    if "stats" in given:
        _put(steps, len(steps), Stats(given["stats"]), "names")


def _put_or_remove(
    steps: Steps, at: int, kind: Callable[[Any], Step], value: Any, nothing: Any
) -> None:
    if value != nothing:
        step = kind(value)
        _put(steps, at, step, next(iter(vars(step))))
    else:
        steps[:] = [step for step in steps if not isinstance(step, kind)]  # type: ignore[arg-type]


def _put(steps: Steps, at: int, step: Step, field: str) -> None:
    """Change a field of the step of this kind, or insert the new step."""
    place = _place(steps, type(step))
    if place is None:
        steps.insert(at, step)
    else:
        steps[place] = replace(steps[place], **{field: getattr(step, field)})


def _refine(
    steps: Steps, kind: type[Step], field: str, value: Any, option: str, maker: str
) -> None:
    if _place(steps, kind) is None:
        raise SettingsError(f"{option} belongs to {maker}: give both")
    changes = {field: value}
    if option == "--floor":
        changes["offset"] = None
    plain = all(step.kind == "log1p" for step in steps if isinstance(step, Log))
    for at, step in enumerate(steps):
        # Of several logarithms, log1p has no such details.
        if isinstance(step, kind) and (plain or getattr(step, "kind", "") != "log1p"):
            steps[at] = replace(step, **changes)


def _place(steps: Steps, kind: type[Step]) -> int | None:
    return next((at for at, step in enumerate(steps) if isinstance(step, kind)), None)


def _before(steps: Steps, *kinds: type[Step]) -> int:
    """Give the place before the first step of any of these kinds, or the end."""
    return min((at for at, step in enumerate(steps) if isinstance(step, kinds)), default=len(steps))


def _after(steps: Steps, *kinds: type[Step]) -> int:
    """Give the place after the last step of any of these kinds."""
    return max((at + 1 for at, step in enumerate(steps) if isinstance(step, kinds)), default=0)

"""How options change the steps of a recipe: those that are there in place, new ones in order."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from stftcli.errors import SettingsError
from stftcli.features.step import Names, Step
from stftcli.features.steps import STEPS
from stftcli.settings.option import Option

Steps = list[Step]
Asked = list[tuple[type[Step], Option, Any]]


def asked_steps(base: tuple[Step, ...], given: Iterable[tuple[Option, Any]]) -> tuple[Step, ...]:
    """Change steps by options.

    What changes the bins comes first, then a bank. What stands in order (Linears and logarithms)
    follows as it was given; where the base has a logarithm, the first one given takes its place.
    Every other new step goes where its class says. In the end details refine what is there; one
    that several steps have refines those of them that are there, or else makes a step.

    Raises
    ------
    SettingsError
        If two options both take the bins, or one refines a step that is not there.
    """
    rows = [_rows_of(option.name, value) for option, value in given]
    asked = [row for own in rows if len(own) == 1 for row in own]
    makers = [row for row in asked if row[1].makes]
    steps = list(base)
    _choose_bank(steps, makers)
    _replace(steps, makers)
    _follow(steps, [row for row in makers if row[0].in_order])
    _provide(steps, makers)
    for kind in STEPS.values():
        for _, option, value in [row for row in makers if row[0] is kind and not kind.in_order]:
            _ask(steps, kind, option, value)
    for kind, option, value in asked:
        if not option.makes:
            _refine(steps, kind, option, value)
    for shared in [several for several in rows if len(several) > 1]:
        _share(steps, shared)
    return tuple(steps)


def _rows_of(name: str, value: Any) -> Asked:
    """Give the steps that have an option, each with its own row of it; none if it is of no step."""
    return [(kind, option, value) for kind, option in _owners().get(name, ())]


@cache
def _owners() -> dict[str, list[tuple[type[Step], Option]]]:
    owners: dict[str, list[tuple[type[Step], Option]]] = {}
    for kind in STEPS.values():
        for option in kind.options:
            owners.setdefault(option.name, []).append((kind, option))
    return owners


def _choose_bank(steps: Steps, makers: Asked) -> None:
    """Take other banks away where one is asked for, or needed by what is asked for."""
    asked: dict[str, str] = {}
    for kind, option, _ in makers:
        for need in (kind.step, *(need.step for need in kind.needs)):
            if STEPS[need].takes_bins:
                asked[need] = option.name
    if len(asked) > 1:
        names = " and ".join(f"`{name}`" for name in asked.values())
        raise SettingsError(f"{names} both take the bins: give one")
    if asked:
        steps[:] = [one for one in steps if one.step in asked or not one.takes_bins]


def _replace(steps: Steps, makers: Asked) -> None:
    """Take away the steps that new ones take the place of."""
    asked = {
        kind.step: option.name for kind, option, value in makers if not _removes(option, value)
    }
    for kind, option, _ in [row for row in makers if row[0].step in asked]:
        if both := [name for name in kind.replaces if name in asked]:
            raise SettingsError(
                f"`{option.name}` stands in the place of `{asked[both[0]]}`: give one of them"
            )
        steps[:] = [step for step in steps if step.step not in kind.replaces]


def _follow(steps: Steps, ordered: Asked) -> None:
    """Put in what stands in the order given."""
    kinds = {row[0] for row in ordered}
    for kind in kinds:
        own = [row for row in ordered if row[0] is kind]
        if any(_removes(option, value) for _, option, value in own):
            if len(own) > 1:
                name, word = own[0][1].name, own[0][1].removed_by
                raise SettingsError(
                    f"`{name}={word!r}` takes the step away: give no other `{name}`"
                )
            ordered = [row for row in ordered if row[0] is not kind]
            _remove(steps, kind.step)
        elif kind.takes_place and (at := _place(steps, kind.step)) is not None:
            first = own[0]
            steps[at] = steps[at].changed(first[1].fields(first[2]))
            ordered = [row for row in ordered if row is not first]
    for kind, option, value in ordered:
        steps.insert(_place_of(steps, kind), kind.made(option.fields(value), steps))


def _ask(steps: Steps, kind: type[Step], option: Option, value: Any) -> None:
    """Change the step that is there, make a new one, or take it away."""
    if _removes(option, value):
        _remove(steps, kind.step)
        return
    at = _place(steps, kind.step)
    if at is None:
        steps.insert(_place_of(steps, kind), kind.made(option.fields(value), steps))
    else:
        steps[at] = steps[at].changed(option.fields(value))


def _provide(steps: Steps, makers: Asked) -> None:
    """Put in what the steps that are asked for need, unless it is to be taken away."""
    removed = {kind for kind, option, value in makers if _removes(option, value)}
    asked = {kind.step for kind, *_ in makers if kind not in removed}
    for need in [need for kind, *_ in makers if kind not in removed for need in kind.needs]:
        there = {step.step for step in steps} | asked
        if not there & {need.step, *need.instead} and STEPS[need.step] not in removed:
            steps.insert(_after(steps, need.after), STEPS[need.step](**need.settings))


def _share(steps: Steps, rows: Asked) -> None:
    """Refine the steps that have an option and are there, or else make one that it makes."""
    there = [row for row in rows if _place(steps, row[0].step) is not None]
    for kind, option, value in there:
        _refine(steps, kind, option, value)
    if not there:
        _ask(steps, *next(row for row in rows if row[1].makes))


def _refine(steps: Steps, kind: type[Step], option: Option, value: Any) -> None:
    alike = [step for step in steps if isinstance(step, kind)]
    if not alike:
        makers = [one.name for one in _makers_of(kind)]
        raise SettingsError(
            f"`{option.name}` belongs to {' or '.join(f'`{name}`' for name in makers)}: give both"
        )
    fields = option.fields(value)
    steps[:] = [one.refined(fields, alike) if isinstance(one, kind) else one for one in steps]


def _makers_of(kind: type[Step]) -> list[Option]:
    """Give the options that make a step, or another that needs it."""
    return [
        option
        for one in STEPS.values()
        if one is kind or any(need.step == kind.step for need in one.needs)
        for option in one.options
        if option.makes
    ]


def _removes(option: Option, value: Any) -> bool:
    return option.removed_by is not None and bool(value == option.removed_by)


def _remove(steps: Steps, name: str) -> None:
    steps[:] = [step for step in steps if step.step != name]


def _place(steps: Steps, name: str) -> int | None:
    return next((at for at, step in enumerate(steps) if step.step == name), None)


def _place_of(steps: Steps, kind: type[Step]) -> int:
    """Give the place of a new step: before some, after others, or else at the end."""
    first = kind.on_bins or kind.takes_bins or kind.after
    last = _after(steps, kind.after) if first else len(steps)
    return min((at for at, one in enumerate(steps) if one.step in kind.before), default=last)


def _after(steps: Steps, names: Names) -> int:
    """Give the place after the last of these steps, and after what changes the bins."""
    before = (at + 1 for at, step in enumerate(steps) if step.on_bins or step.step in names)
    return max(before, default=0)

"""Options of the table as options of Click."""

from collections.abc import Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem

from stftcli.cli.sections import Decorator, SectionedOption, stacked
from stftcli.cli.types import ParamType
from stftcli.cli.words import spell
from stftcli.settings.kinds import FileName, Kind
from stftcli.settings.option import Option


class _Reader(ParamType):
    """Reads a text by the row of an option, with the row's own message."""

    def __init__(self, option: Option) -> None:
        self.name = option.name
        self._option = option

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        """Say what the option takes."""
        return self._option.kind.metavar or "|".join(self._option.kind.choices)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002
        """Read it; the table reads it again with the others, which does no harm."""
        return self._option.read(value)

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer the choices, or files; of a list, those that are not in it yet."""
        kind = self._option.kind
        if isinstance(kind, FileName):
            return click.Path().shell_complete(ctx, param, incomplete)
        before, comma, begun = incomplete.rpartition(",") if kind.is_list else ("", "", incomplete)
        there = before.split(",")
        names = [name for name in kind.choices if name.startswith(begun) and name not in there]
        offered = [f"{before}{comma}{name}" for name in names]
        return [CompletionItem(text) for text in offered if not comma or _reads(kind, text)]


def _reads(kind: Kind, text: str) -> bool:
    try:
        kind.read(text)
    except ValueError:
        return False
    return True


def click_option(option: Option, section: str, *, brief: bool = False, **changes: Any) -> Decorator:
    """Make Click's option of a row; `changes` replace its help or default.

    A `brief` command has none of them on its first screen.
    """
    spelled = [spell(option.name), *([spell(option.alias)] if option.alias else [])]
    text = changes.get("help", option.help)
    default = changes.get("default", option.default)
    if default:
        text = f"{text}  [default: {default}]"
    common = {"cls": SectionedOption, "section": section, "help": text}
    common["common"] = changes.get("common", option.common and not brief)
    if option.kind.is_flag:
        both = f"{spelled[0]}/{spell(option.off)}" if option.off else spelled[0]
        return click.option(both, option.name, is_flag=True, default=None, **common)
    return click.option(
        *spelled, option.name, type=_Reader(option), multiple=option.repeats, **common
    )


def click_options(
    options: Iterable[Option], section: str, *, brief: bool = False, **changes: Any
) -> Decorator:
    """Make options of rows; `changes` are by their names."""
    return stacked(
        *(
            click_option(option, section, brief=brief, **changes.get(option.name, {}))
            for option in options
        )
    )

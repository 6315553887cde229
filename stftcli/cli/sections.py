"""Commands whose many options stand under headings, and that remember the order of options."""

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import click

Command = Callable[..., None]
Decorator = Callable[[Command], Command]

_ORDER = "stftcli.order"


class SectionedOption(click.Option):
    """An option that stands under a heading in the help."""

    def __init__(self, *declarations: Any, section: str = "Options", **settings: Any) -> None:
        super().__init__(*declarations, **settings)
        self.section = section


class SectionedCommand(click.Command):
    """A command whose help has headings; it notes in which order its options were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the order, then parse as usual."""
        *_, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, heading after heading."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if row := parameter.get_help_record(ctx):
                heading = getattr(parameter, "section", "Options")
                sections.setdefault(heading, []).append(row)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl(rows)


def given_order() -> list[str]:
    """Give the names of the options of the running command in the order in which they stood."""
    order: list[str] = click.get_current_context().meta[_ORDER]
    return order


def under(section: str) -> Callable[..., Decorator]:
    """Make a maker of options that stand under a heading."""
    return partial(click.option, cls=SectionedOption, section=section)


def stacked(*decorators: Decorator) -> Decorator:
    """Make one decorator of several, the first of them outermost."""

    def decorate(command: Command) -> Command:
        return reduce(lambda inner, decorator: decorator(inner), reversed(decorators), command)

    return decorate

"""What options take beyond Click's own types and beyond the table of options."""

from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from stftcli.files.urls import without_file_scheme
from stftcli.settings.kinds import Kind
from stftcli.settings.record import nearest


class File(click.Path):
    """A file or URL to be read or written: shells complete its name."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path; file:///talk.wav is /talk.wav."""
        return super().convert(without_file_scheme(value), param, ctx)


FILE = File(path_type=str, allow_dash=True, readable=False)
"""A file to be read or written, or a URL."""


if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # not generic in click 8.2


class Of(ParamType):
    """What a kind of the table of options takes."""

    def __init__(self, kind: Kind) -> None:
        self.name = kind.metavar
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it, with the kind's own message."""
        try:
            return self._kind.read(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


class Offered(ParamType):
    """Any text, of which shells offer the usual ones."""

    name = "text"

    def __init__(self, *usual: str) -> None:
        self._usual = usual

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer them."""
        return [CompletionItem(name) for name in self._usual if name.startswith(incomplete)]


class Names(click.Choice[str]):
    """One of many names: a wrong one is answered with the nearest."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the name."""
        if value not in self.choices:
            if str(value).endswith(".toml"):
                self.fail(f"there is no {value!r} here: a file goes to --config")
            self.fail(f"there is no {value!r}: {nearest(str(value), list(self.choices))}")
        return super().convert(value, param, ctx)

    def get_missing_message(
        self,
        param: click.Parameter,  # noqa: ARG002  # click passes it
        ctx: click.Context | None,  # noqa: ARG002
    ) -> str:
        """Add nothing: the names would fill a screen."""
        return ""

"""An option: one row that the command line, Python's keywords, help and errors are made of."""

from typing import Any

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.settings.kinds import Kind


class Option(Frozen):
    """What a user may ask for.

    Parameters
    ----------
    name : str
        The keyword in Python; the command line writes it with dashes.
    kind : Kind
        What it takes.
    help : str
        A sentence or two.
    field : str or tuple of str
        The field of its record that it sets, or those that a pair of values sets; none if some
        code has to decide that.
    default : str
        What the help says of its absence.
    off : str
        Of a flag, the name that turns it off on the command line.
    alias : str
        Another name, of the command line alone.
    common : bool
        Whether it stands on the first screen of the help.
    makes, removed_by
        Of a step: whether it asks for the step, and the value that takes the step away.
    repeats : bool
        Of a step: whether it may be given several times, each for a step of its own.
    excludes : str
        The option that cannot be given beside it.
    """

    name: str
    kind: Kind
    help: str
    field: str | tuple[str, ...] = ""
    default: str = ""
    off: str = ""
    alias: str = ""
    common: bool = False
    makes: bool = False
    removed_by: Any = None
    repeats: bool = False
    excludes: str = ""

    def read(self, value: Any) -> Any:
        """Give a value as settings keep it; SettingsError names the option and what is allowed."""
        try:
            return self.kind.read(value)
        except ValueError as error:
            raise SettingsError(f"`{self.name}` is {_shown(value)}: {error}") from None

    def fields(self, value: Any) -> dict[str, Any]:
        """Give the fields that a value sets."""
        if isinstance(self.field, tuple):
            return dict(zip(self.field, value, strict=True))
        return {self.field: value} if self.field else {}


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"

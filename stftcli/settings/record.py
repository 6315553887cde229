"""Frozen settings to plain dictionaries and back, with every name and type checked."""

from collections.abc import Iterable
from dataclasses import fields
from math import inf
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Literal,
    Self,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen

if TYPE_CHECKING:
    from stftcli.settings.option import Option

Place = tuple[str | int, ...]
"""The names and numbers that lead to a value within nested dictionaries and lists."""


class MisplacedError(SettingsError):
    """A value that settings cannot take.

    Attributes
    ----------
    place : tuple of str and int
        Where it stands.
    """

    def __init__(self, text: str, place: Place) -> None:
        super().__init__(text)
        self.place = place


_NAMES = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}


def nearest(name: str, known: Iterable[str], listed: str | None = None) -> str:
    """Say which names come near to a wrong one, or else list all of them, as `listed` does."""
    from difflib import get_close_matches

    names = list(known)
    cases = [one for one in names if one.lower() == name.lower()]
    close = cases or get_close_matches(name, names, n=3)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"there are {', '.join(names) if listed is None else listed}"


def check_between(name: str, value: float | None, lowest: float, highest: float) -> None:
    """Raise SettingsError unless a value, if there is one, lies within bounds."""
    if value is not None and not (isinstance(value, int | float) and lowest <= value <= highest):
        raise SettingsError(f"`{name}` is {value}: it must be {lowest} to {highest}")


def check_size(name: str, value: int, highest: float = inf) -> None:
    """Raise SettingsError unless a value is a whole number from 1 on."""
    if not hasattr(value, "__index__") or not 1 <= value <= highest:
        bounds = "1 or more" if highest == inf else f"1 to {highest}"
        raise SettingsError(f"`{name}` is {value!r}: it must be a whole number, {bounds}")


class Record(Frozen):
    """Base of the settings: dataclasses of numbers, texts, tuples and other records.

    `options` are the rows of what a user may ask for; a field that one of them sets is held to the
    same bounds whoever sets it.
    """

    options: ClassVar[tuple[Any, ...]] = ()

    def __post_init__(self) -> None:
        rows = {row.field: row for row in self.options if not row.kind.is_flag}
        for item in self._fields:
            value = getattr(self, item.name)
            if item.name in rows and value is not None:
                vars(self)[item.name] = _fitting(rows[item.name], item.name, value)
            elif item.name not in rows:
                _check_type(item.name, _hints(self.__class__)[item.name], value)

    def to_dict(self) -> dict[str, Any]:
        """Give the settings as JSON's own types; what is None is left out."""
        return {
            item.name: _plain(value)
            for item in fields(self)
            if (value := getattr(self, item.name)) is not None
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any], place: Place = ()) -> Self:
        """Make the settings that `to_dict` described.

        Raises
        ------
        MisplacedError
            If a name is unknown or a value is of the wrong kind; it says where.
        """
        hints = _hints(cls)
        names = [item.name for item in fields(cls)]
        for name in values:
            if name not in names:
                raise MisplacedError(
                    f"there is no setting {name!r} here: {nearest(name, names)}", (*place, name)
                )
        try:
            return cls(
                **{
                    name: _made(hints[name], value, (*place, name))
                    for name, value in values.items()
                }
            )
        except MisplacedError:
            raise
        except SettingsError as error:
            raise MisplacedError(str(error), place) from None


def _fitting(option: "Option", name: str, value: Any) -> Any:
    try:
        read = option.kind.read(value)
    except ValueError as error:
        raise SettingsError(f"`{name}` is {value!r}: {error}") from None
    if option.removed_by is not None and read == option.removed_by:
        raise SettingsError(f"`{name}` is {value!r}, which asks for no such step")
    return read


_HINTS: dict[type, dict[str, Any]] = {}


def _hints(cls: type) -> dict[str, Any]:
    """Give the types of a record's fields; reading them takes longer than checking them."""
    if cls not in _HINTS:
        _HINTS[cls] = get_type_hints(cls)
    return _HINTS[cls]


def _check_type(name: str, hint: Any, value: Any) -> None:
    """Hold what no option says anything of to its type; records and tuples check themselves."""
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    plain = all(
        kind in _NAMES or kind is type(None) or get_origin(kind) is Literal for kind in kinds
    )
    if plain and not _fits(hint, value):
        raise SettingsError(f"`{name}` is {value!r}: it must be {_described(hint)}")


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _made(hint: Any, value: Any, place: Place) -> Any:
    if isinstance(hint, type) and issubclass(hint, Record):
        if isinstance(value, dict):
            return hint.from_dict(value, place)
        raise MisplacedError(f"{_told(place)} {value!r}: it must be a table of settings", place)
    if get_origin(hint) in (Union, UnionType) and isinstance(value, list | tuple):
        hint = next((kind for kind in get_args(hint) if get_origin(kind) is tuple), hint)
    if get_origin(hint) is tuple and isinstance(value, list | tuple):
        kind, *others = get_args(hint)
        if others != [...] and len(value) != 1 + len(others):
            text = f"{_told(place)} {value!r}: it must be {1 + len(others)} values"
            raise MisplacedError(text, place)
        return tuple(_made(kind, item, (*place, at)) for at, item in enumerate(value))
    if not _fits(hint, value):
        raise MisplacedError(f"{_told(place)} {value!r}: it must be {_described(hint)}", place)
    return float(value) if hint is float else value


def _told(place: Place) -> str:
    *_, outer, last = ("", *place)
    return f"{last} is" if isinstance(last, str) else f"{outer} holds"


def _fits(hint: Any, value: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return any(_fits(kind, value) for kind in get_args(hint))
    if get_origin(hint) is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(hint))
    if hint is float:
        return type(value) in (int, float) and abs(value) < float("inf")
    return type(value) is hint


def _described(hint: Any) -> str:
    if get_origin(hint) in (Union, UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not type(None)]
        return " or ".join(_described(kind) for kind in kinds)
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(map(str, get_args(hint)))
    return _NAMES.get(hint, "a list")

"""Classes of values that do not change: dataclasses that are quickly defined."""

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Never, dataclass_transform

if TYPE_CHECKING:
    from inspect import Signature


class _FieldsAsSignature:
    """What `inspect.signature` says of a class, made of its fields only where it is asked for."""

    def __get__(self, instance: object, owner: "type[Frozen]") -> "Signature":
        if instance is not None:
            raise AttributeError("__signature__")  # it may be called, with another signature
        from inspect import Parameter, Signature

        def default(item: Any) -> Any:
            if item.default_factory is not MISSING:
                return item.default_factory()
            return Parameter.empty if item.default is MISSING else item.default

        either = Parameter.POSITIONAL_OR_KEYWORD
        return Signature(
            [
                Parameter(item.name, either, default=default(item), annotation=item.type)
                for item in owner._fields
            ]
        )


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Frozen:
    """Base of frozen dataclasses: each subclass is one, and needs no decorator.

    `dataclasses.dataclass` writes and compiles six methods for a class, which takes half a
    millisecond, and a command defines forty classes before it begins. Here all share theirs.
    `fields`, `replace` and `asdict` take them as they take other dataclasses. A field may have a
    default or a default factory; other options of `field` are not looked at. An instance takes 3 us
    longer to make, so what is made for each frame is better something else.

    Raises
    ------
    TypeError
        If a field without a default has no value, or a value has no field.
    """

    if not TYPE_CHECKING:
        __signature__ = _FieldsAsSignature()
    _fields: ClassVar[tuple[Field[Any], ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        dataclass(init=False, repr=False, eq=False)(cls)
        cls._fields = fields(cls)  # type: ignore[arg-type]  # asked for at every turn

    def __init__(self, *positional: Any, **named: Any) -> None:
        taken, values = self._fields, vars(self)
        if len(positional) > len(taken):
            raise TypeError(f"{type(self).__name__} has {len(taken)} fields, not {len(positional)}")
        for item, value in zip(taken, positional, strict=False):
            values[item.name] = value
        for item in taken[len(positional) :]:
            name = item.name
            if name in named:
                values[name] = named.pop(name)
            elif item.default is not MISSING:
                values[name] = item.default
            elif item.default_factory is not MISSING:
                values[name] = item.default_factory()
            else:
                raise TypeError(f"{type(self).__name__} needs a value for {name}")
        if named:
            raise TypeError(f"{type(self).__name__} has no room left for {', '.join(named)}")
        self.__post_init__()

    def __post_init__(self) -> None:
        """Check the values; subclasses say how."""

    def __setattr__(self, name: str, value: object) -> Never:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> Never:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        """Give what makes it again: the fields that differ from their defaults."""
        parts = (
            f"{item.name}={getattr(self, item.name)!r}"
            for item in self._fields
            if not self._is_default(item)
        )
        return f"{type(self).__qualname__}({', '.join(parts)})"

    def _is_default(self, item: Any) -> bool:
        value = getattr(self, item.name)
        if item.default_factory is not MISSING:
            return bool(value == item.default_factory())
        return (
            item.default is not MISSING
            and type(value) is type(item.default)
            and bool(value == item.default)
        )

    def _values(self) -> tuple[Any, ...]:
        own = vars(self)
        return tuple([own[item.name] for item in self._fields])

"""Classes of values that do not change: dataclasses that are quickly defined."""

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import Any, Never, dataclass_transform


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

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        dataclass(init=False, repr=False, eq=False)(cls)

    def __init__(self, *positional: Any, **named: Any) -> None:
        taken = fields(self)  # type: ignore[arg-type]  # only subclasses are dataclasses
        name = type(self).__name__
        if len(positional) > len(taken):
            raise TypeError(f"{name} has {len(taken)} fields, not {len(positional)}")
        values = {item.name: value for item, value in zip(taken, positional, strict=False)}
        for item in taken[len(positional) :]:
            if item.name in named:
                values[item.name] = named.pop(item.name)
            elif item.default_factory is not MISSING:
                values[item.name] = item.default_factory()
            elif item.default is not MISSING:
                values[item.name] = item.default
            else:
                raise TypeError(f"{name} needs a value for {item.name}")
        if named:
            raise TypeError(f"{name} has no room left for {', '.join(named)}")
        vars(self).update(values)
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
        taken = fields(self)  # type: ignore[arg-type]
        parts = (f"{item.name}={getattr(self, item.name)!r}" for item in taken)
        return f"{type(self).__qualname__}({', '.join(parts)})"

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, item.name) for item in fields(self))  # type: ignore[arg-type]

"""Many short texts in little memory."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

_MAX_BYTES = 1 << 30


class Texts(Sequence[str]):
    """Texts one after another: a million of them take their bytes and four more each.

    Parameters
    ----------
    texts : iterable of str, default ()
        The first ones.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._content, self._ends = bytearray(), array("I", [0])
        for text in texts:
            self.append(text)

    def append(self, text: str) -> None:
        """Add one; ValueError if they would be more than a table can hold."""
        if len(self._content) > _MAX_BYTES:
            raise ValueError(f"a column of it holds more than {_MAX_BYTES} bytes of text")
        self._content += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._content))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> "Texts": ...
    def __getitem__(self, index: int | slice) -> "str | Texts":
        if isinstance(index, slice):
            return Texts(self._at(each) for each in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self._at(index % len(self))

    def __iter__(self) -> Iterator[str]:
        return map(self._at, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        some = list(self[:4])
        return f"Texts({some!r}{' and more' if len(self) > len(some) else ''})"

    def chosen(self, indices: Iterable[int]) -> "Texts":
        """Give those at these places, in that order."""
        return Texts(self[int(index)] for index in indices)

    def _at(self, index: int) -> str:
        begin, end = self._ends[index], self._ends[index + 1]
        return self._content[begin:end].decode("utf-8", "surrogatepass")

"""The bytes of an input, in order, with a look at what comes next."""

from collections.abc import Callable, Iterator

from stftcli.files.system import read_at

PIECE_BYTES = 1 << 16
_MAX_OFFSET = 1 << 62


class Incoming:
    """Bytes that come from a file or a pipe.

    Parameters
    ----------
    read : callable
        Gives the next bytes, as soon as there are any; none are the end.
    head : bytes
        What has been read already.

    Attributes
    ----------
    position : int
        How many bytes have been given.
    """

    def __init__(self, read: Callable[[], bytes], head: bytes = b"") -> None:
        self._read, self._ahead, self._ended = read, head, False
        self.position = 0

    def peek(self, count: int) -> bytes:
        """Show what comes next: so many bytes or more, and fewer only at the end."""
        if len(self._ahead) < count and not self._ended:
            pieces, there = [self._ahead], len(self._ahead)
            while there < count and not self._ended:
                pieces.append(self._read())
                there += len(pieces[-1])
                self._ended = not pieces[-1]
            self._ahead = b"".join(pieces)
        return self._ahead

    def take(self, count: int) -> bytes:
        """Give exactly so many bytes; fewer only at the end."""
        taken, self._ahead = self.peek(count)[:count], self._ahead[count:]
        self.position += len(taken)
        return taken

    def pieces(self, count: int | None = None) -> Iterator[bytes]:
        """Give so many bytes, or all that are left, as they come."""
        while count is None or count > 0:
            there = len(self.peek(1))
            piece = self.take(there if count is None else min(there, count))
            if not piece:
                return
            count = None if count is None else count - len(piece)
            yield piece

    def jump(self, count: int) -> None:
        """Pass over so many bytes."""
        for _ in self.pieces(count):
            pass


class FileBytes(Incoming):
    """The bytes of a regular file from an offset on; where libsndfile reads in it is left alone.

    When `stopped` says so, no more are given.
    """

    def __init__(self, descriptor: int, offset: int, stopped: Callable[[], bool]) -> None:
        self._offset = offset

        def read() -> bytes:
            piece = b"" if stopped() else read_at(descriptor, PIECE_BYTES, self._offset)
            self._offset += len(piece)
            return piece

        super().__init__(read)

    @property
    def offset(self) -> int:
        """Where in the file the next byte stands."""
        return self._offset - len(self._ahead)

    def jump(self, count: int) -> None:
        """Go on so many bytes further, without reading those between."""
        ahead = len(self._ahead)
        self.take(min(ahead, count))
        self.position += max(0, count - ahead)
        # No file is longer, whatever the size in a header says.
        self._offset = min(self._offset + max(0, count - ahead), _MAX_OFFSET)

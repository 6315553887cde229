"""The results manifest: a line for each sound of a corpus, written as it is done."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from stftcli.errors import OutputError
from stftcli.files.atomic import atomic_write
from stftcli.files.drafts import hold
from stftcli.files.places import open_to_read
from stftcli.files.system import BINARY, HAS_LOCKS, read_at
from stftcli.files.untrusted import as_input_error
from stftcli.jobs.corpus.catalog import Catalog, Line
from stftcli.jobs.corpus.sounds import SEGMENT, sound_key

_PIECE_BYTES = 1 << 20
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | BINARY
_decoder = json.JSONDecoder()

Result = dict[str, Any]
"""What became of a sound, as JSON's own types."""


class Results:
    """The manifest of a corpus, for one run at a time; use it in a `with` statement.

    A line that a kill has cut off is taken away. What is appended is in the file at once.

    Parameters
    ----------
    path : path
        The file; it is created where there is none.

    Raises
    ------
    OutputError
        If another run is writing it, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = _open_held(path)
            self._size = _cut_torn_line(self._file)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def read(self, place: int, size: int) -> Result:
        """Give the result of a line."""
        return parse_result(read_at(self._file.fileno(), size, place)) or {}

    def append(self, results: Iterable[Result]) -> Iterator[Line]:
        """Write results, all or none of them; give what the catalog is to note of each.

        Raises
        ------
        OutputError
            If there is no room.
        """
        lines = [(result, format_result(result)) for result in results]
        text = b"".join(line for _, line in lines)
        try:
            while text:  # a disk that is nearly full takes some of it
                text = text[self._file.write(text) :]
        except OSError as error:
            self._file.truncate(self._size)
            raise OutputError(f"{self._path} cannot be written: {error.strerror}") from error
        for result, line in lines:
            yield Line(result["id"], self._size, len(line), _sound_of(result))
            self._size += len(line)

    def note_all(self, catalog: Catalog, claim: Callable[[Result], int | None]) -> None:
        """Let the catalog know what the manifest says, and what each result claims."""
        catalog.note_lines(
            Line(result["id"], place, size, _sound_of(result), claim(result))
            for result, place, size in lines_of(str(self._path))
        )

    def rewrite(self, catalog: Catalog) -> None:
        """Put the lines into the order of the catalog, the last one of each entry alone.

        So a run that was killed and taken up again leaves what an undisturbed one leaves.
        """
        if self._is_in_order(catalog):
            return
        with atomic_write(self._path) as draft:
            for place, size in catalog.lines():
                draft.write(read_at(self._file.fileno(), size, place))
            if not HAS_LOCKS:  # Windows, where what is open cannot be replaced
                self._file.close()

    def _is_in_order(self, catalog: Catalog) -> bool:
        end = 0
        for place, size in catalog.lines():
            if place != end:
                return False
            end += size
        return end == self._size


def lines_of(path: str) -> Iterator[tuple[Result, int, int]]:
    """Give each result of a manifest with the place and the size of its line.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    place = 0
    with as_input_error(path, "a manifest of results"), open_to_read(path) as file:
        for line in file:
            if (result := parse_result(line)) is not None:
                yield result, place, len(line)
            place += len(line)


def read_results(path: str) -> Iterator[Result]:
    """Give the results of a manifest; of those of one name, the last.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    last = {hash(result["id"]): place for result, place, _ in lines_of(path)}
    for result, place, _ in lines_of(path):
        if last[hash(result["id"])] == place:
            yield result


def parse_result(line: bytes) -> Result | None:
    """Give the result of a line, or None if it is none."""
    try:
        text = line.decode()
        told, end = _decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or text[end:] != "\n":
        return None
    return told if _is_result(told) else None


def _is_result(told: Result) -> bool:
    """Say whether what is read of a line is of the types that a run writes."""
    if not (isinstance(told.get("id"), str) and isinstance(told.get("input"), str)):
        return False
    if not (_is_segment(told.get("segment")) and isinstance(told.get("output", ""), str)):
        return False
    shape, duration_s = told.get("shape", [0]), told.get("duration_s", 0.0)
    if not (isinstance(shape, list) and shape and isinstance(duration_s, int | float)):
        return False
    return all(type(size) is int for size in shape)


def _is_segment(told: Any) -> bool:
    return told is None or (
        isinstance(told, dict)
        and told.keys() <= set(SEGMENT)
        and all(isinstance(value, int | float | str) for value in told.values())
    )


def format_result(result: Result) -> bytes:
    """Give the line of a result."""
    return json.dumps(result, allow_nan=False).encode() + b"\n"


def _sound_of(result: Result) -> str:
    return sound_key(result["input"], result.get("segment", {}))


def _open_held(path: Path) -> IO[bytes]:
    while True:
        # Unbuffered: what was written is there, whatever happens to this process.
        file = os.fdopen(os.open(path, _FLAGS, 0o666), "a+b", 0)
        if not hold(file.fileno()):
            file.close()
            raise OutputError(
                f"another run is writing {path}: wait for it, or give another `out_dir`"
            )
        # The run before may have put a new file in its place at its end.
        if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            return file
        file.close()


def _cut_torn_line(file: IO[bytes]) -> int:
    size = end = os.fstat(file.fileno()).st_size
    while end:
        begin = max(0, end - _PIECE_BYTES)
        found = read_at(file.fileno(), end - begin, begin).rfind(b"\n")
        if found >= 0:
            end = begin + found + 1
            break
        end = begin
    if end < size:
        file.truncate(end)
    return end

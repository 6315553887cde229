"""The sounds of a corpus and what has become of them, on disk: memory does not grow with them."""

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256
from types import TracebackType
from typing import NamedTuple, Self

from stftcli.errors import InputError, SettingsError
from stftcli.files.temporary import temp_space_errors
from stftcli.jobs.corpus.names import names_of
from stftcli.jobs.corpus.sounds import (
    audio_of,
    describe_segment,
    entry_of,
    format_extra,
    sound_key,
)
from stftcli.manifests.entry import Entry

Key = str | bytes
"""A name in the database: as it is if it is ASCII, which is faster, or else its bytes."""

_AT_ONCE = 512
# An empty name is a database in a temporary file, which is gone when it is closed.
_TEMPORARY = ""
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE entries (number INTEGER PRIMARY KEY, id, long, sound, extra);
CREATE TABLE lines
    (id PRIMARY KEY, place INTEGER, size INTEGER, sound, claim INTEGER) WITHOUT ROWID;
"""
_INDEX = "CREATE INDEX by_id ON entries (id)"
# Until none is left: a.wav of a.wav and a.flac is the short name of a.wav.flac as well.
_LENGTHEN = """
UPDATE entries SET id = long WHERE id <> long AND id IN
    (SELECT id FROM entries GROUP BY id HAVING COUNT(*) > 1)
"""


class Listed(NamedTuple):
    """An entry under the name that its results have, with what the last of them claims.

    A claim is a hash, for there may be a million; None is none.
    """

    id: str
    sound: str
    extra: str
    claim: int | None

    def entry(self) -> Entry:
        """Give the entry itself."""
        return entry_of(*self[:3])


class Line(NamedTuple):
    """Where a manifest says what has become of an entry; of which sound, and what it claims."""

    id: str
    place: int
    size: int
    sound: str
    claim: int | None = None


class Catalog:
    """The entries of a corpus in order, each under a name of its own; use it in a `with` statement.

    Parameters
    ----------
    entries : iterable of Entry
        All of them; two sounds whose names differ in their ending keep it.
    root : str, optional
        The folder that names are below.

    Raises
    ------
    SettingsError
        If two entries have one name, or one has a name that leads elsewhere.
    InputError
        If there is none.
    """

    def __init__(self, entries: Iterable[Entry], root: str | None = None) -> None:
        with temp_space_errors():
            self._database = sqlite3.connect(_TEMPORARY, isolation_level=None)
            self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT INTO entries (id, long, sound, extra) VALUES (?, ?, ?, ?)",
            (_row(entry, root) for entry in entries),
        )
        self._database.execute("COMMIT")
        self._database.execute(_INDEX)
        while self._database.execute(_LENGTHEN).rowcount:
            pass
        self._check_names()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def __len__(self) -> int:
        return int(self._database.execute("SELECT COUNT(*) FROM entries").fetchone()[0])

    def __iter__(self) -> Iterator[Listed]:
        rows = self._database.execute(
            "SELECT id, entries.sound, extra, IIF(lines.sound = entries.sound, claim, NULL) "
            "FROM entries LEFT JOIN lines USING (id) ORDER BY number"
        )
        while some := rows.fetchmany(_AT_ONCE):
            for key, sound, extra, claim in some:
                yield Listed(_text(key), _text(sound), extra, claim)

    def keep_part(self, number: int, parts: int) -> None:
        """Keep one of so many parts, counted from 1; a name is in the same one always."""
        self._database.create_function("part", 1, lambda key: _part_of(key, parts))
        self._database.execute("DELETE FROM entries WHERE part(id) <> ?", (number - 1,))

    def note_lines(self, lines: Iterable[Line]) -> None:
        """Keep what a manifest says; of the lines of one name, the last."""
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT OR REPLACE INTO lines VALUES (?, ?, ?, ?, ?)",
            (
                (_key(name), place, size, _key(sound), claim)
                for name, place, size, sound, claim in lines
            ),
        )
        self._database.execute("COMMIT")

    def line_of(self, name: str) -> tuple[int, int] | None:
        """Give the place and the size of the line that was noted last of an entry."""
        row = self._database.execute("SELECT place, size FROM lines WHERE id = ?", (_key(name),))
        found = row.fetchone()
        return None if found is None else (found[0], found[1])

    def lines(self) -> Iterator[tuple[int, int]]:
        """Give the places and sizes of all lines: first the entries' in order, then the others'."""
        rows = self._database.execute(
            "SELECT place, size FROM lines LEFT JOIN entries USING (id) "
            "ORDER BY number IS NULL, number, CAST(lines.id AS BLOB)"
        )
        while some := rows.fetchmany(_AT_ONCE):
            yield from some

    def renamed(self) -> Iterator[tuple[str, int, int]]:
        """Give (id, place, size) of the lines of this corpus' sounds under another name."""
        rows = self._database.execute(
            "SELECT lines.id, place, size FROM lines WHERE id NOT IN (SELECT id FROM entries) "
            "AND sound IN (SELECT sound FROM entries)"
        )
        for key, place, size in rows.fetchall():
            yield _text(key), place, size

    def others(self) -> Iterator[tuple[str, int, int]]:
        """Give (id, place, size) of the lines of what is not in this corpus."""
        rows = self._database.execute(
            "SELECT id, place, size FROM lines WHERE id NOT IN (SELECT id FROM entries)"
        )
        for key, place, size in rows.fetchall():
            yield _text(key), place, size

    def forget_line(self, name: str) -> None:
        """Leave out a line that is true no more."""
        self._database.execute("DELETE FROM lines WHERE id = ?", (_key(name),))

    def _check_names(self) -> None:
        if not len(self):
            raise InputError("there is no sound to work on")
        twice = self._database.execute(
            "SELECT id FROM entries GROUP BY id HAVING COUNT(*) > 1 ORDER BY MIN(number) LIMIT 1"
        ).fetchone()
        if twice is not None:
            rows = self._database.execute(
                "SELECT sound FROM entries WHERE id = ? ORDER BY number LIMIT 2", twice
            )
            first, second = (audio_of(_text(key)) for (key,) in rows)
            raise SettingsError(
                f"{first!r} and {second!r} would both be called {_text(twice[0])!r}: give each "
                "sound once, a `root` that they are both below, or ids"
            )


def _row(entry: Entry, root: str | None) -> tuple[Key, Key, Key, str]:
    short, long = names_of(entry, root)
    sound = sound_key(entry.audio, describe_segment(entry))
    key = _key(short)
    return key, key if short is long else _key(long), _key(sound), format_extra(entry.extra)


def _part_of(key: Key, parts: int) -> int:
    name = key.encode() if isinstance(key, str) else key
    return int.from_bytes(sha256(name).digest()[:8]) % parts


def _key(name: str) -> Key:
    # Names of files may hold bytes that are no text, which Python keeps as half characters.
    return name if name.isascii() else name.encode("utf-8", "surrogatepass")


def _text(key: Key) -> str:
    return key if isinstance(key, str) else key.decode("utf-8", "surrogatepass")

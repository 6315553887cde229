"""Units of work: some sounds at a time, as many as take a worker about a second."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from itertools import count
from pathlib import Path
from tempfile import gettempdir
from typing import Protocol

from stftcli.errors import InputError
from stftcli.files.drafts import draft_name, hold
from stftcli.files.urls import is_url
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.results import Result
from stftcli.manifests.entry import Entry

_MAX_S, _MIN_S = 1.0, 0.05
_FIRST_BYTES_S = 5e6
_MAX_ITEMS = 1000
"""Of a unit: those under way are in memory, and many small files are no sounds at all."""
_BYTES_OF_A_SOUND = 1 << 16
"""What opening a sound and creating its result cost, in bytes that could be read meanwhile."""


class Item(Frozen):
    """A sound to be worked on.

    Parameters
    ----------
    id : str
        What it is called.
    entry : Entry
        The sound, or a segment of one.
    output : str
        Where its result goes, below the folder of results.
    bytes : int
        The size of the sound's file, as far as it is known.
    """

    id: str
    entry: Entry
    output: str
    bytes: int = 0

    @property
    def weight(self) -> int:
        """How much work it is, in bytes of sound."""
        return self.bytes + _BYTES_OF_A_SOUND


class Work(Protocol):
    """What is done with sounds; it is sent to other processes."""

    def run(self, unit: "Unit") -> list[Result]:
        """Write the results of a unit into files, and tell what became of each sound."""


class Unit(Frozen):
    """Some sounds for one worker.

    Parameters
    ----------
    work : Work
        What is done with each.
    items : tuple of Item
        The sounds.
    out_dir : str
        The folder of the results.
    settings_hash : str
        What stands in the results for the settings.
    checksum : bool
        Whether the sounds are hashed.
    other_inputs : sequence of str
        Files that no result may take the place of, beside the sound and what the settings name.
    here : str
        The folder that relative paths of inputs begin in, where it is not the worker's own.
    dead : mapping
        Of sounds that their workers did not survive, the reasons.
    note : str, optional
        The file in which the worker says which sound it is at.
    """

    work: Work
    items: tuple[Item, ...]
    out_dir: str
    settings_hash: str
    checksum: bool = False
    other_inputs: Sequence[str] = ()
    here: str = ""
    dead: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None

    @property
    def weight(self) -> int:
        """How much work it is, in bytes of sound."""
        return sum(item.weight for item in self.items)

    @property
    def shares_file(self) -> bool:
        """Whether its results go into one file."""
        return len({item.output for item in self.items}) < len(self.items)

    def check_alive(self, item: Item) -> None:
        """Raise InputError for a sound that its worker did not survive."""
        if item.id in self.dead:
            raise InputError(f"{item.entry.audio}: {self.dead[item.id]}")

    @contextmanager
    def taking_notes(self) -> Iterator[Callable[[Item], None]]:
        """Give what notes, if that is asked for, which sound is begun."""
        if self.note is None:
            yield lambda _: None
            return
        number = count()
        with Path(self.note).open("w", encoding="ascii") as file:
            hold(file.fileno())  # so that nobody takes it for a draft that is left over

            def note(item: Item) -> None:
                if item.id not in self.dead:
                    file.seek(0)
                    file.write(str(next(number)))
                    file.flush()

            yield note
        Path(self.note).unlink()

    def alone(self) -> "list[Unit]":
        """Cut it into units of which each writes a file; in one of several sounds notes are taken.

        Those of a shard cannot be parted, as they share its file.
        """
        if not self.shares_file:
            return [replace(self, items=(item,)) for item in self.items]
        folder = gettempdir() if is_url(self.out_dir) else self.out_dir
        return [replace(self, note=str(Path(folder, draft_name())))]

    def without_dead(self, reason: str) -> "Unit":
        """Leave out the sound that the worker was at when it died; all of them if nobody knows."""
        at = ""
        if self.note is not None and Path(self.note).exists():
            at = Path(self.note).read_text(encoding="ascii")
        left = [item.id for item in self.items if item.id not in self.dead]
        found = [left[int(at)]] if at.isdecimal() and int(at) < len(left) else left
        return replace(self, dead={**self.dead, **dict.fromkeys(found, reason)})


class Pace:
    """How large a unit is to be: by what the last ones took, and by how much is left."""

    def __init__(self, workers: int) -> None:
        self._workers, self._bytes_s = workers, _FIRST_BYTES_S

    def learn(self, weight: int, elapsed_s: float) -> None:
        """Hear how long a unit took."""
        if elapsed_s > 0:
            self._bytes_s += 0.5 * (weight / elapsed_s - self._bytes_s)

    def weight(self, bytes_left: float) -> float:
        """Give how many bytes of sound the next unit should have."""
        left_s = bytes_left / self._bytes_s / (4 * self._workers)
        return self._bytes_s * min(_MAX_S, max(_MIN_S, left_s))


def cut(
    items: Iterator[Item], total: int, pace: Pace, *, shards: bool = False
) -> Iterator[tuple[Item, ...]]:
    """Put sounds together to units; those of one shard are one.

    Parameters
    ----------
    items : iterator of Item
        The sounds, those of a shard one after another.
    total : int
        About how many there are.
    pace : Pace
        Says how large a unit is to be, when it is begun.
    shards : bool, default False
        Whether results share files, if only one sound in each.
    """
    unit: list[Item] = []
    seen = weight = 0
    for item in items:
        if unit and shards:
            full = item.output != unit[-1].output
        else:
            mean = weight / seen if seen else 0
            full = len(unit) >= _MAX_ITEMS or sum(one.weight for one in unit) >= pace.weight(
                mean * (total - seen)
            )
        if unit and full:
            yield tuple(unit)
            unit = []
        unit.append(item)
        seen, weight = seen + 1, weight + item.weight
    if unit:
        yield tuple(unit)

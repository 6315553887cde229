"""What is still to be done of a corpus: all but what its manifest has, if that is still true."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from stftcli.errors import InputError
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.attempt import measure_input
from stftcli.jobs.corpus.catalog import Catalog, Named, identity_of
from stftcli.jobs.corpus.out_dir import Part
from stftcli.jobs.corpus.results import Result, Results, identity
from stftcli.jobs.corpus.unit import Item


class Plan(Frozen):
    """Where the results of a corpus go, and which of them are there.

    Parameters
    ----------
    out_dir : str
        The folder of the results.
    ending : str
        The ending of their files.
    settings_hash : str
        What stands in the results for the settings.
    shard_size : int, optional
        How many results share a file; None for a file each.
    part : Part
        Which part of the corpus this is; the names of shards have it.
    checksum : bool
        Whether the sounds are compared by their hashes, not by size and time.
    """

    out_dir: str
    ending: str
    settings_hash: str
    shard_size: int | None = None
    part: Part = Part()
    checksum: bool = False

    @property
    def shard_prefix(self) -> str:
        """What the names of shards begin with."""
        return "shard-" if self.part.of == 1 else f"shard-{self.part}-"

    def groups(self, catalog: Catalog) -> Iterator[list[Item]]:
        """Give the items of the catalog, those that share a file together."""
        numbered = enumerate(catalog)
        if self.shard_size is None:
            for _, named in numbered:
                yield [self._item(named, f"{named.id}{self.ending}")]
            return
        size = self.shard_size
        for shard, some in groupby(numbered, lambda one: one[0] // size):
            output = f"{self.shard_prefix}{shard:06d}{self.ending}"
            yield [self._item(named, output) for _, named in some]

    def is_done(self, group: list[Item], results: list[Result | None]) -> bool:
        """Say whether a file holds what it would hold if it was made now."""
        done = [result for result in results if result is not None]
        if len(done) < len(group) or any("error" in result for result in done):
            return False
        pairs = list(zip(group, done, strict=True))
        return self._is_whole(done[0], len(group)) and all(
            self._is_of(item, result) for item, result in pairs
        )

    def _item(self, named: Named, output: str) -> Item:
        return Item(named.id, named.entry, output)

    def _is_of(self, item: Item, result: Result) -> bool:
        if (result.get("settings"), result.get("output")) != (self.settings_hash, item.output):
            return False
        if identity(result) != identity_of(item.entry):
            return False
        extra = result.get("extra", {})
        if extra != dict(item.entry.extra):
            return False
        with suppress(InputError):
            told = measure_input(item.entry.audio, checksum=self.checksum)
            if self.checksum:
                told.pop("input_mtime_ns", None)
            return all(result.get(name) == value for name, value in told.items())
        return False

    def _is_whole(self, result: Result, count: int) -> bool:
        if self.shard_size is not None and result.get("sharing") != count:
            return False
        with suppress(OSError, ValueError):
            return Path(self.out_dir, result["output"]).stat().st_size == result.get("bytes")
        return False


class ToDo:
    """The items that are still to be done; it counts those that are done already.

    Attributes
    ----------
    kept : int
        How many results were there.
    """

    def __init__(self, plan: Plan, catalog: Catalog, results: Results) -> None:
        self._plan, self._catalog, self._results = plan, catalog, results
        self.kept = 0

    def __iter__(self) -> Iterator[Item]:
        for group in self._plan.groups(self._catalog):
            if self._plan.is_done(group, [self._result_of(item) for item in group]):
                self.kept += len(group)
            else:
                yield from map(_weighed, group)

    def _result_of(self, item: Item) -> Result | None:
        place = self._catalog.line_of(item.id)
        return None if place is None else self._results.read(*place)


def _weighed(item: Item) -> Item:
    size = 0
    with suppress(InputError):
        size = measure_input(item.entry.audio).get("input_bytes", 0)
    return replace(item, bytes=size)

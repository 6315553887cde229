"""What is still to be done of a corpus: all but what its manifest has, if that is still true."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import groupby, islice
from typing import Any

from stftcli.errors import InputError
from stftcli.files.places import stat_of
from stftcli.files.urls import is_url, join_path
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.attempt import look_at_input
from stftcli.jobs.corpus.catalog import Catalog, Listed
from stftcli.jobs.corpus.out_dir import Part
from stftcli.jobs.corpus.results import Result
from stftcli.jobs.corpus.sounds import audio_of, format_extra
from stftcli.jobs.corpus.unit import Item

_AT_ONCE, _FEWEST = 64, 8


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
    def groups_at_once(self) -> int:
        """Of how many files it is asked at once what they hold: fewer of larger ones."""
        return max(_FEWEST, _AT_ONCE // (self.shard_size or 1))

    @property
    def shard_prefix(self) -> str:
        """What the names of shards begin with."""
        return "shard-" if self.part.of == 1 else f"shard-{self.part}-"

    def groups(self, catalog: Catalog) -> Iterator[tuple[str, list[Listed]]]:
        """Give the files of results, each with what it is to hold."""
        if self.shard_size is None:
            for listed in catalog:
                yield f"{listed.id}{self.ending}", [listed]
            return
        size = self.shard_size
        for shard, some in groupby(enumerate(catalog), lambda one: one[0] // size):
            yield (
                f"{self.shard_prefix}{shard:06d}{self.ending}",
                [listed for _, listed in some],
            )

    def claim(self, result: Result) -> int | None:
        """Give a hash of all that must hold if a result is still true; None of one that failed."""
        if "error" in result:
            return None
        get = result.get
        version = get("input_version", get("input_mtime_ns"))
        same = get("input_sha256") if self.checksum else version
        told = get("settings"), same, get("input_bytes"), get("bytes"), get("sharing")
        try:
            return _claim(*told, get("output"), format_extra(get("extra")))
        except (RecursionError, TypeError):  # no run has written this
            return None

    def is_done(self, output: str, group: list[Listed]) -> bool:
        """Say whether a file holds what it would hold if it was made now."""
        for listed in group:
            if listed.claim is None:  # nobody need look at the files
                return False
        try:
            written = stat_of(join_path(self.out_dir, output)).size
            sharing = None if self.shard_size is None else len(group)
            for listed in group:
                audio = audio_of(listed.sound)
                (size, mtime_ns, version), sha256 = look_at_input(audio, checksum=self.checksum)
                same = sha256 if self.checksum else mtime_ns if version is None else version
                told = self.settings_hash, same, size, written, sharing, output, listed.extra
                if listed.claim != _claim(*told):
                    return False
        except (OSError, ValueError, InputError):
            return False
        return True


def _claim(
    settings: Any, same: Any, size: Any, written: Any, sharing: Any, output: Any, extra: str
) -> int:
    """Give a hash of 64 bits: that two are equal of what is not is as good as impossible."""
    # Of a number that changes, the digits: -1 and -2 have one hash.
    return hash((settings, str(same), size, written, sharing, output, extra))


class ToDo:
    """The items that are still to be done; it counts those that are done already.

    Attributes
    ----------
    kept : int
        How many results were there.
    """

    def __init__(self, plan: Plan, catalog: Catalog, *, anew: bool = False) -> None:
        self._plan, self._catalog, self._anew = plan, catalog, anew
        self.kept = 0

    def __iter__(self) -> Iterator[Item]:
        groups = self._plan.groups(self._catalog)
        # Each answer over a network takes a while: so many are waited for at once.
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while some := list(islice(groups, self._plan.groups_at_once)):
                each = pool.map if self._is_far(some[0][1][0]) else map
                for (_, group), left in zip(some, each(self._left_of, some), strict=True):
                    if left:
                        yield from left
                    else:
                        self.kept += len(group)

    def _left_of(self, wanted: tuple[str, list[Listed]]) -> Sequence[Item]:
        output, group = wanted
        if not self._anew and self._plan.is_done(output, group):
            return ()
        return [_item(listed, output) for listed in group]

    def _is_far(self, listed: Listed) -> bool:
        return is_url(self._plan.out_dir) or is_url(audio_of(listed.sound))


def _item(listed: Listed, output: str) -> Item:
    size = 0
    with suppress(InputError):
        size = look_at_input(audio_of(listed.sound))[0].size or 0
    return Item(listed.id, listed.entry(), output, size)

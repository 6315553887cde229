"""Results that are true no more are taken away: no sound has two answers."""

import re
from contextlib import suppress
from pathlib import PurePath

from stftcli.errors import OutputError
from stftcli.files.places import names_in, remove
from stftcli.files.urls import join_path, plain_name, with_ending
from stftcli.jobs.corpus.catalog import Catalog
from stftcli.jobs.corpus.plan import Plan
from stftcli.jobs.corpus.results import Result, Results

_SHARD = re.compile(r"shard-(\d+-of-\d+-)?\d{6}\.(tar|parquet|zarr\.zip|ark|scp)")


def remove_before(plan: Plan, before: Result, result: Result) -> None:
    """Remove the file of an earlier result of a sound, if the new one has another, or none.

    It stays if the sound is out of reach, for then it may be true still.
    """
    earlier = str(before.get("output", ""))
    if earlier != result.get("output") and "key" not in before and not _may_hold(before, result):
        _remove(plan, earlier)


def _may_hold(before: Result, result: Result) -> bool:
    was_seen = "input_bytes" in result or "input_version" in result
    return "error" in result and not was_seen and before.get("settings") == result.get("settings")


def remove_renamed(plan: Plan, catalog: Catalog, results: Results, *, prune: bool) -> None:
    """Remove results of sounds that have another name now.

    To `prune`, and of shards, those of all other sounds go as well.
    """
    all_others = prune or plan.shard_size is not None
    for name, place, size in catalog.others() if all_others else catalog.renamed():
        _forget(plan, catalog, name, results.read(place, size))


def remove_of_other_settings(plan: Plan, catalog: Catalog, results: Results) -> None:
    """Remove results of sounds that are not in this corpus and that other settings have made."""
    for name, place, size in catalog.others():
        before = results.read(place, size)
        if before.get("settings") != plan.settings_hash:
            _forget(plan, catalog, name, before)


def _forget(plan: Plan, catalog: Catalog, name: str, before: Result) -> None:
    if "key" not in before:
        _remove(plan, str(before.get("output", "")))
    catalog.forget_line(name)


def remove_unused_shards(plan: Plan, catalog: Catalog, results: Results) -> None:
    """Remove the shards of an earlier run of which no result tells any more.

    A part leaves those of other parts alone. A run over all of a corpus removes theirs as well:
    their sounds are elsewhere now.
    """
    try:
        found = [name for name in sorted(names_in(plan.out_dir)) if _is_shard(plan, name)]
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{plain_name(plan.out_dir)} cannot be listed: {reason}") from error
    if not found:
        return
    used = {str(results.read(*line).get("output")) for line in catalog.lines()}
    used |= {with_ending(name, ".scp") for name in used if name.endswith(".ark")}
    for name in found:
        if name not in used:
            _remove(plan, name)


def _is_shard(plan: Plan, name: str) -> bool:
    whole = plan.part.of == 1
    return bool(_SHARD.fullmatch(name)) and (whole or name.startswith(plan.shard_prefix))


def _remove(plan: Plan, output: str) -> None:
    path = PurePath(output)
    if not output or path.is_absolute() or ".." in path.parts:
        return  # nobody but stftcli writes manifests, but anybody can
    target = join_path(plan.out_dir, output)
    beside = [with_ending(target, ".scp")] if path.suffix == ".ark" else []
    for file in (target, f"{target}.json", *beside):
        with suppress(OSError, ValueError):
            remove(file)

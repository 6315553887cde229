"""Results that are true no more are taken away: no sound has two answers."""

from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import PurePath

from stftcli.files.places import names_in, remove
from stftcli.files.urls import join_path, with_ending
from stftcli.jobs.corpus.catalog import Catalog
from stftcli.jobs.corpus.plan import Plan
from stftcli.jobs.corpus.results import Result, Results


def remove_before(plan: Plan, before: Result, result: Result) -> None:
    """Remove the file of an earlier result of a sound, if the new one has another."""
    earlier, output = str(before.get("output", "")), result.get("output")
    if output is not None and earlier != output and "key" not in before:
        _remove(plan, earlier)


def remove_renamed(plan: Plan, catalog: Catalog, results: Results) -> None:
    """Remove results of sounds that have another name now; and of shards, all but this corpus."""
    found = catalog.others() if plan.shard_size is not None else catalog.renamed()
    for name, place, size in found:
        before = results.read(place, size)
        if "key" not in before:
            _remove(plan, str(before.get("output", "")))
        catalog.forget_line(name)


def remove_unused_shards(plan: Plan, catalog: Catalog, results: Results) -> None:
    """Remove the shards of an earlier run of which no result tells any more."""
    outputs = (results.read(*line).get("output") for line in catalog.lines())
    used = {str(output).partition(".")[0] for output in outputs}
    for name in sorted(names_in(plan.out_dir)):
        is_shard = fnmatchcase(name, f"{plan.shard_prefix}{'[0-9]' * 6}*")
        if is_shard and name.partition(".")[0] not in used:
            _remove(plan, name)


def _remove(plan: Plan, output: str) -> None:
    path = PurePath(output)
    if not output or path.is_absolute() or ".." in path.parts:
        return  # nobody but stftcli writes manifests, but anybody can
    target = join_path(plan.out_dir, output)
    beside = [with_ending(target, ".scp")] if path.suffix == ".ark" else []
    for file in (target, f"{target}.json", *beside):
        with suppress(OSError, ValueError):
            remove(file)

"""Results that are true no more are taken away: no sound has two answers."""

from contextlib import suppress
from pathlib import Path, PurePath

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
    used = {results.read(*line).get("output") for line in catalog.lines()}
    for path in Path(plan.out_dir).glob(f"{plan.shard_prefix}{'[0-9]' * 6}*"):
        if path.with_suffix(plan.ending).name not in used:
            _remove(plan, path.name)


def _remove(plan: Plan, output: str) -> None:
    path = PurePath(output)
    if not output or path.is_absolute() or ".." in path.parts:
        return  # nobody but stftcli writes manifests, but anybody can
    target = Path(plan.out_dir, output)
    beside = target.with_suffix(".scp") if target.suffix == ".ark" else target
    for file in (target, target.with_name(f"{target.name}.json"), beside):
        with suppress(OSError):
            file.unlink()

"""`stftcli corpus`: folders of results looked at, summed up and joined."""

import json

import click

from stftcli.cli import types
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.words import say
from stftcli.errors import SomeFailedError

_folder = click.argument("out_dir", metavar="DIR", type=types.FILE)
_quiet = click.option("-q", "--quiet", is_flag=True, help="No report and no progress.")
_json = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


@click.group(
    "corpus",
    epilog="""\b
Examples:
  stftcli features clips/ --mel 80 --log db --out-dir feats
  stftcli corpus verify feats
  stftcli corpus stats feats --out cmvn.safetensors
  stftcli features clips/ --mel 80 --log db --linear cmvn.safetensors --out-dir normed
  stftcli corpus merge feats                       after runs with --shard""",
)
def corpus() -> None:
    """Check, sum up and join the results of many sounds.

    DIR is the folder that --out-dir named. Its manifest.jsonl has a line for each input.
    """


@corpus.command("verify")
@_folder
@_json
@_quiet
def verify(out_dir: str, as_json: bool, quiet: bool) -> None:
    """Check each result against the manifest: there, whole, its shape, the settings.

    What is wrong is written a line each: the id, and why. The exit code is 3 if something is, 1 if
    nothing is right.
    """
    from stftcli.jobs.corpus.out_dir import check_finished
    from stftcli.jobs.corpus.verify import verify_corpus

    good = bad = 0
    for verdict in verify_corpus(out_dir):
        good, bad = good + (not verdict.text), bad + bool(verdict.text)
        if verdict.text:
            told = {"id": verdict.id, "fault": verdict.text}
            if as_json:
                click.echo(json.dumps(told))
            else:
                say(f"{verdict.id!r}: {verdict.text}", err=False)
    with TerminalReporter(quiet) as reporter:
        reporter.report(f"{out_dir}: {good} results are whole, {bad} are not")
    check_finished(out_dir)
    if bad:
        raise SomeFailedError(bad, good + bad)


@corpus.command("stats")
@_folder
@click.option(
    "-o",
    "--out",
    "--output",
    "out",
    type=types.FILE,
    metavar="FILE",
    help="Write the Linear that takes the mean off and divides by the deviation; --linear applies "
    "it (CMVN over the corpus).",
)
@_json
@_quiet
def stats(out_dir: str, out: str | None, as_json: bool, quiet: bool) -> None:
    """Give the mean and standard deviation of each feature, the hours and the failures.

    They go to standard output as CSV or JSON.
    """
    from stftcli.files.atomic import all_or_nothing
    from stftcli.jobs.corpus.stats import corpus_stats

    with TerminalReporter(quiet) as reporter, all_or_nothing():
        found = corpus_stats(out_dir, reporter, out)
        if out is not None:
            found.linear().save(out)
        if as_json:
            click.echo(json.dumps(found.to_dict()))
        else:
            click.echo("feature,mean,std")
            for name, mean, deviation in zip(found.names, found.mean, found.deviation, strict=True):
                click.echo(f"{name},{mean:.9g},{deviation:.9g}")
        reporter.report(f"{out_dir}: {found}")


@corpus.command("merge")
@_folder
@_quiet
def merge(out_dir: str, quiet: bool) -> None:
    """Join the manifests of all parts that --shard has made into manifest.jsonl."""
    from stftcli.jobs.corpus.merge import merge_parts

    report = merge_parts(out_dir)
    with TerminalReporter(quiet) as reporter:
        reporter.report(f"{out_dir}: {report}")

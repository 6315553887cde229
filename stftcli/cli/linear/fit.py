"""`stftcli linear fit`: layers learned from sounds or feature arrays."""

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from stftcli.cli import options, types
from stftcli.cli.corpus_options import CorpusOptions, input_options
from stftcli.cli.linear.make import output
from stftcli.cli.output import other_inputs
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import Command, SectionedCommand, stacked
from stftcli.errors import SettingsError
from stftcli.features.settings import FeatureSettings
from stftcli.settings.kinds import Number

if TYPE_CHECKING:
    from stftcli.jobs.rows import Rows


@click.group("fit")
def fit() -> None:
    """Learn a layer from sounds, or from the arrays that `stftcli features` writes.

    The data may be larger than memory. Sounds become features by the same options as in `stftcli
    features`; one row per frame.
    """


def _rows(command: Command) -> Command:
    """Add the inputs and the options of features; the command gets `rows` and `reporter`."""

    @wraps(command)
    def wrapped(
        paths: tuple[str, ...],
        corpus: CorpusOptions,
        settings: FeatureSettings,
        strict: bool,
        threads: int | None,
        quiet: bool,
        **values: Any,
    ) -> None:
        from stftcli.jobs.rows import Rows

        if any(step.step == "linear_out" for step in settings.features.steps):
            raise SettingsError(
                "the new Linear of `linear_out` would be lost: make one with `stftcli linear init` "
                "and give it as `linear`"
            )
        entries = tuple(corpus.inputs(paths).entries(TerminalReporter(quiet).warn))
        with TerminalReporter(quiet, strict=strict) as reporter:
            rows = Rows(entries, settings, other_inputs(), threads, reporter)
            command(rows=rows, reporter=reporter, **values)

    return stacked(
        click.argument("paths", metavar="[INPUT]...", nargs=-1, type=types.FILE),
        output("--out", "--output"),
        input_options,
        options.settings_options(brief=True),
        options.strict,
        options.threads,
        options.quiet,
    )(wrapped)


_targets = click.option(
    "--targets",
    required=True,
    type=types.FILE,
    metavar="FILE",
    help="A .npy file with one row per frame, all inputs in order; for logistic also "
    "one label per input.",
)
_alpha = click.option(
    "--alpha",
    type=types.Of(Number(0, 1e12)),
    default="1.0",
    metavar="X",
    show_default=True,
    help="Weight of the L2 penalty.",
)


@fit.command("pca", cls=SectionedCommand)
@click.option(
    "--components",
    type=click.IntRange(min=1),
    metavar="K",
    help="How many are kept.  [default: all]",
)
@click.option("--whiten", is_flag=True, help="Scale each component to a variance of 1.")
@click.option(
    "--plot",
    type=types.FILE,
    metavar="PICTURE",
    help="Draw the explained variance into a .png, .svg or .pdf.",
)
@_rows
def pca(
    rows: "Rows",
    reporter: TerminalReporter,
    output: str,
    components: int | None,
    whiten: bool,
    plot: str | None,
) -> None:
    """Find the principal components; the mean goes into the bias."""
    from stftcli.files.atomic import all_or_nothing
    from stftcli.jobs.fit import fit_pca

    with all_or_nothing():
        report, principal = fit_pca(rows, output, components, whiten=whiten, plot=plot)
        _show_variance(principal)
    if plot is not None:
        reporter.report(plot)
    reporter.report(f"{output}: {report}")


def _show_variance(principal: Any) -> None:
    click.echo("component  variance    ratio  cumulative")
    cumulative = principal.ratio.cumsum()
    for number, (variance, ratio) in enumerate(
        zip(principal.variance, principal.ratio, strict=True), start=1
    ):
        if number <= 10 or number == len(cumulative):
            click.echo(
                f"{number:>9}  {variance:>8.3g}  {ratio:>6.2%}  {cumulative[number - 1]:>10.2%}"
            )
        elif number == 11:
            click.echo("      ...")


@fit.command("ridge", cls=SectionedCommand)
@_targets
@_alpha
@_rows
def ridge(
    rows: "Rows", reporter: TerminalReporter, output: str, targets: str, alpha: float
) -> None:
    """Predict targets by least squares with an L2 penalty."""
    from stftcli.jobs.fit import fit_ridge

    reporter.report(f"{output}: {fit_ridge(rows, targets, output, alpha)}")


@fit.command("logistic", cls=SectionedCommand)
@_targets
@_alpha
@click.option(
    "--held-out",
    type=types.Of(Number(0, 0.5)),
    default="0.1",
    metavar="X",
    show_default=True,
    help="Fraction kept for validation, used for early stopping: whole inputs if every class has "
    "enough of them, else the end of each.",
)
@click.option(
    "--rounds",
    "max_rounds",
    type=click.IntRange(min=1),
    default=500,
    show_default=True,
    help="Maximum number of rounds.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Stop after this many rounds without a better validation accuracy.",
)
@_rows
def logistic(
    rows: "Rows",
    reporter: TerminalReporter,
    output: str,
    targets: str,
    alpha: float,
    held_out: float,
    max_rounds: int,
    patience: int,
) -> None:
    """Learn class scores from labels 0, 1, ... (a linear probe); needs scipy."""
    from stftcli.jobs.fit import fit_classes

    def watch(done: object) -> None:
        reporter.status(str(done))

    report = fit_classes(
        rows,
        targets,
        output,
        alpha=alpha,
        held_out=held_out,
        max_rounds=max_rounds,
        patience=patience,
        watch=watch,
    )
    reporter.report(f"{output}: {report}")

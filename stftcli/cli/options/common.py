"""Options that many commands share."""

import click

from stftcli.settings.choices import MAX_THREADS

threads = click.option(
    "--threads",
    type=click.IntRange(1, MAX_THREADS),
    envvar="STFTCLI_THREADS",
    show_envvar=True,
    help="Threads that compute.  [default: 2, or 1 on a single processor]",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="No report and no progress.")

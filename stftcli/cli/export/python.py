"""`stftcli export python`: settings as a script."""

from typing import Any

import click

from stftcli.cli import options
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import SectionedCommand, under
from stftcli.features.settings import FeatureSettings
from stftcli.settings.choices import SCRIPT_LIBRARIES, ScriptLibrary

# What is exported takes sound as it is: parts of it are chosen for a check alone.
CHANGES: dict[str, dict[str, Any]] = {
    "rate": {"help": "Samples per second of the sound that it takes; it does not resample."},
    **{name: {"common": False} for name in ("start", "duration", "channel")},
}


@click.command(
    "python",
    cls=SectionedCommand,
    epilog="""\b
Examples:
  stftcli export python --preset whisper
  stftcli export python --preset kaldi-fbank --rate 16000 --library torch
  stftcli export python --rate 16000 --n-fft 25ms --mel 80 --log db > mel.py
  python mel.py in.wav out.npy""",
)
@under("output")(
    "--library",
    type=click.Choice(SCRIPT_LIBRARIES),
    default="librosa",
    show_default=True,
    help="Whose calls; mel banks come from librosa in both.",
)
@options.settings_options(array=True, changes=CHANGES)
def python(library: ScriptLibrary, settings: FeatureSettings) -> None:
    """Print settings as a short script of librosa's or torch's calls.

    It shows what a preset does, and gives its numbers without stftcli; how near they come stands in
    its first lines. Settings that have no such form are refused by their names.
    """
    from stftcli.jobs.export.python import python_script

    with TerminalReporter() as reporter:
        click.echo(python_script(settings, library, reporter), nl=False)

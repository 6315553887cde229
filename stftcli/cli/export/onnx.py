"""`stftcli export onnx`: settings as a graph."""

import click

from stftcli.cli import options, types
from stftcli.cli.export.python import CHANGES
from stftcli.cli.output import choose_output, other_inputs
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import SectionedCommand, under
from stftcli.features.settings import FeatureSettings


@click.command(
    "onnx",
    cls=SectionedCommand,
    epilog="""\b
Examples:
  stftcli export onnx --preset whisper -o fe.onnx
  stftcli export onnx --preset whisper -o fe.onnx --check speech.wav
  stftcli export onnx --preset kaldi-fbank --rate 16000 --mel 80 -o fbank.onnx
  stftcli info fe.onnx""",
)
@click.option(
    "-o",
    "--out",
    "--output",
    "output",
    required=True,
    type=types.FILE,
    metavar="FILE|-",
    help="The graph, .onnx.",
)
@under("output")(
    "--opset",
    type=click.IntRange(min=17),
    default=17,
    show_default=True,
    metavar="N",
    help="Version of the standard operators, as that of the model that it is to be joined to.",
)
@under("output")(
    "--check",
    type=types.FILE,
    metavar="SOUND",
    help="Run the graph on this sound with onnxruntime, and compare its numbers with stftcli's; "
    "nothing is written if they differ by more than they may. With --rate the sound is resampled "
    "for that.",
)
@options.settings_options(array=True, changes=CHANGES)
@options.quiet
def onnx(
    output: str, opset: int, check: str | None, settings: FeatureSettings, quiet: bool
) -> None:
    """Write settings as a graph of ONNX: the front end of a model that ships.

    It takes "waveform", float32 of shape (batch, samples), full scale 1, and gives "features",
    (batch, frames, features). Batch and length are free. Its operators are standard ones;
    the settings stand in its metadata, where --config finds them.
    """
    from stftcli.jobs.export.onnx import export_onnx

    with TerminalReporter(quiet) as reporter:
        report = export_onnx(
            settings,
            choose_output(output, output, "onnx"),
            opset=opset,
            check=check,
            other_inputs=other_inputs(),
            reporter=reporter,
        )
        reporter.report(f"{output}: {report}")

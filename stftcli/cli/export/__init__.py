"""`stftcli export`: settings for other programs."""

import click

from stftcli.cli.export.onnx import onnx
from stftcli.cli.export.python import python


@click.group(
    "export",
    epilog="""\b
Examples:
  stftcli export onnx --preset whisper -o fe.onnx
  stftcli export onnx --config mine.toml --rate 16000 -o fe.onnx --check speech.wav
  stftcli export python --preset kaldi-fbank --rate 16000
  stftcli export python --preset whisper --library torch > whisper.py""",
)
def export() -> None:
    """Write settings as a graph of ONNX, or as a script.

    Both are for sound of one rate: that of the preset, or --rate.
    """


for command in (onnx, python):
    export.add_command(command)

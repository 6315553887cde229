"""`stftcli presets`: the named recipes."""

import click

from stftcli.cli import types
from stftcli.features.presets import load_preset
from stftcli.presets import preset_names, preset_text


@click.group(
    "presets",
    invoke_without_command=True,
    epilog="""\b
Examples:
  stftcli presets
  stftcli presets show whisper
  stftcli features in.wav --preset whisper --rate 16000 --out mel.npy
  stftcli features --preset kaldi-fbank --mel 80 --print-config > mine.toml""",
)
@click.pass_context
def presets(ctx: click.Context) -> None:
    """List presets: settings that give the numbers of a tool.

    `--preset NAME` begins with one; any other option changes it.
    """
    if ctx.invoked_subcommand is not None:
        return
    for name in preset_names():
        click.echo(f"{name:<24}{load_preset(name).title}")


@presets.command("show")
@click.argument("name", type=types.Names(preset_names()), metavar="NAME")
def show(name: str) -> None:
    """Show a preset as TOML.

    Changed and kept under another name it can be given as --config.
    """
    click.echo(preset_text(name), nl=False)

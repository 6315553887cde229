"""`stftcli info`: what a sound is, and what would become of it."""

import json
from typing import TYPE_CHECKING

import click

from stftcli.cli import options
from stftcli.cli.many import for_each
from stftcli.cli.output import choose_input
from stftcli.cli.progress import Talk
from stftcli.settings import FrameSettings

if TYPE_CHECKING:
    from stftcli.jobs.inspect import SoundInfo


@click.command(
    "info",
    epilog="""\b
Examples:
  stftcli info in.wav
  stftcli info --n-fft 25ms --hop-length 10ms recordings/*.wav
  stftcli info --json *.flac | jq .duration_s""",
)
@click.argument("paths", metavar="[INPUT]...", nargs=-1, type=options.FILE)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@options.frame_options()
def info(paths: tuple[str, ...], as_json: bool, frames: FrameSettings) -> None:
    """Show format, duration and size of the result.

    INPUT is a sound file, - or nothing for standard input.
    """
    inputs = [choose_input(path) for path in paths or (None,)]

    from stftcli.jobs.inspect import inspect_sound

    with Talk() as talk:

        def show(path: str) -> None:
            sound = inspect_sound(path, frames, watcher=talk)
            click.echo(json.dumps(sound.to_dict()) if as_json else _in_words(sound))

        for_each(inputs, show, talk)


def _in_words(sound: "SoundInfo") -> str:
    window = "" if sound.win_length == sound.filter_length else f", windows of {sound.win_length}"
    rows = {
        "format": f"{sound.container}, {sound.encoding}",
        "rate": f"{sound.rate_hz} Hz",
        "channels": f"{sound.channels}",
        "duration": f"{sound.duration_s:.3f} s ({sound.samples} samples)",
        "frames": f"{sound.frames} of {sound.filter_length} samples{window}, one every "
        f"{sound.hop_length} ({1000 * sound.hop_length / sound.rate_hz:.4g} ms)",
        "bins": f"{sound.bins}, one every {sound.bin_hz:.4g} Hz up to {sound.rate_hz / 2:g} Hz",
        "times": f"{sound.first_s:.3f} to {sound.last_s:.3f} s",
        "array": f"{sound.frames} x {sound.bins} float32 a channel, {_size(sound.array_bytes)}",
    }
    return "\n".join((sound.input, *(f"  {name:<9} {text}" for name, text in rows.items())))


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"

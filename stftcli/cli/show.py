"""`stftcli show`: a sound as a picture in the terminal."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from stftcli.cli import options, types
from stftcli.cli.output import choose_input
from stftcli.cli.pictures import picture_options
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import SectionedCommand, under
from stftcli.errors import SettingsError
from stftcli.features.settings import FeatureSettings
from stftcli.settings.pictures import Screen, ViewSettings
from stftcli.settings.reading import Reading

if TYPE_CHECKING:
    from rich.console import Console

_MAX_CHARACTERS = 10_000


@click.command(
    "show",
    cls=SectionedCommand,
    epilog="""\b
Examples:
  stftcli show in.wav
  stftcli show in.wav --scale mel --fmax 8000 --start 1:30 --duration 5
  ffmpeg -v error -i talk.mp4 -f wav - | stftcli show
  arecord -f cd | stftcli show --follow""",
)
@click.argument("path", metavar="[INPUT]", required=False, type=types.FILE)
@under("output")(
    "--follow",
    is_flag=True,
    help="Scroll along with a live input, as from a microphone, until it ends or Ctrl-C.",
)
@under("output")(
    "--width",
    type=click.IntRange(1, _MAX_CHARACTERS),
    metavar="COLUMNS",
    help="[default: all of the terminal, or 80]",
)
@under("output")(
    "--height",
    type=click.IntRange(1, _MAX_CHARACTERS),
    metavar="LINES",
    help="[default: a quarter of the width, and no more than the terminal has]",
)
@picture_options("mix")
@options.reading()
@options.threads
@options.quiet
def show(
    path: str | None,
    follow: bool,
    width: int | None,
    height: int | None,
    settings: FeatureSettings,
    view: ViewSettings,
    reading: Reading,
    threads: int | None,
    quiet: bool,
) -> None:
    """Draw a sound in the terminal.

    INPUT is a sound file, - or nothing for standard input. NO_COLOR and FORCE_COLOR decide about
    colour where the terminal does not; without it there are shades.
    """
    path = choose_input(path)

    from rich.console import Console

    console = Console(highlight=False)

    def room() -> Screen:
        wide, high = console.size
        wide = width or wide
        lines = height or min(max(1, high - 2), max(8, wide // 4))
        return Screen(wide, lines, console.color_system is not None and not console.no_color)

    if follow:
        _follow(path, settings, view, reading, console, room)
        return

    from stftcli.jobs.show import show_sound

    with TerminalReporter(quiet, strict=reading.strict) as reporter:
        pictures = show_sound(
            path, settings, view, room(), threads=threads, reading=reading, reporter=reporter
        )
    for picture in pictures:
        # rich itself would end in its own way where nobody reads on.
        with console.capture() as text:
            console.print(picture, end="", soft_wrap=True)
        click.echo(text.get(), nl=False, color=True)


def _follow(
    path: str,
    settings: FeatureSettings,
    view: ViewSettings,
    reading: Reading,
    console: "Console",
    room: Callable[[], Screen],
) -> None:
    if not console.is_terminal or console.is_dumb_terminal:
        raise SettingsError("`follow` needs a terminal to draw on: leave it out, or do not pipe on")

    from rich.live import Live

    from stftcli.jobs.follow import follow_sound

    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        for picture in follow_sound(path, settings, view, room, reading=reading):
            live.update(picture, refresh=True)

"""The command group, and the one place where an error becomes a message and an exit code."""

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from stftcli.cli.sections import SectionedCommand, did_you_mean, help_option
from stftcli.cli.words import say
from stftcli.errors import StftcliError
from stftcli.files.interrupts import hearing_signals

_INTERRUPTED, _PIPE_CLOSED = 130, 141
_REST = "stftcli.rest"

# The commands, by the names of their modules, and what the help of the group says of each.
_SUMMARIES = {
    "corpus": "Check, sum up and join the results of many sounds.",
    "export": "Write settings as a graph of ONNX, or as a script.",
    "features": "Write the spectra of sounds as arrays.",
    "info": "Show what a sound is and gives, or how an array was made.",
    "inverse": "Turn spectra and features back into sound.",
    "linear": "Make, fit, inspect and convert Linear layers, y = x A^T + b.",
    "presets": "List presets: settings that give the numbers of a tool.",
    "show": "Draw a sound in the terminal.",
    "spectrogram": "Draw sounds as spectrograms.",
}


class _Group(click.Group):
    """Imports no command but the one that runs; ends quietly when nobody reads the output."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Take a command behind --help too, or all."""
        return help_option(
            self.get_help_option_names(ctx),
            "[COMMAND]",
            self._show_help,
            "Show this, or the options of a command, or of all.",
        )

    def _show_help(self, ctx: click.Context, _: click.Parameter, word: str | None) -> None:
        if word is None or ctx.resilient_parsing:
            return
        if not word:
            click.echo(ctx.get_help(), color=ctx.color)
        elif word == "all":
            _show_all()
        else:
            # What stands behind it belongs to it: a command of a group, or a topic.
            _show_help_below(ctx, [*word.split(), *ctx.meta.get(_REST, [])])
        ctx.exit()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the words that stand behind --help COMMAND, then parse as usual."""
        names = ctx.help_option_names
        if len(args) > 1 and args[0] in names:
            ctx.meta[_REST] = [word for word in args[2:] if not word.startswith("-")]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Put the command itself in the place of the one that is listed."""
        if args[0] not in _SUMMARIES and not args[0].startswith("-"):
            raise click.UsageError(_no_command(args[0]), ctx)
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and load_command(str(name)), rest

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
        except BrokenPipeError:
            # Python would try to flush what nobody reads, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(_PIPE_CLOSED)
        return result


def _show_all() -> None:
    """Show the help of each command, and of those below it, with all of their options."""
    for name in _SUMMARIES:
        for words, command in _tree((name,), load_command(name)):
            _show_help_of(*words)
            click.echo()
            if isinstance(command, SectionedCommand):
                _show_help_of(*words, topic="all")
                click.echo()


def _tree(
    words: tuple[str, ...], command: click.Command
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Give a command and all below it, with what is typed for each."""
    yield words, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _tree((*words, name), inner)


def _show_help_of(*words: str, topic: str = "") -> None:
    cli.main([*words, "--help", *([topic] if topic else [])], "stftcli", standalone_mode=False)


def _show_help_below(ctx: click.Context, words: list[str]) -> None:
    """Show the help of the command that words lead to; the last of them may be a topic of it."""
    if words[0] not in _SUMMARIES:
        raise click.UsageError(_no_command(words[0]), ctx)
    command, depth = load_command(words[0]), 1
    while isinstance(command, click.Group) and depth < len(words):
        if words[depth] not in command.commands:
            names = list(command.commands)
            told = did_you_mean(words[depth], names)
            raise click.UsageError(
                f"{' '.join(words[:depth])} has no command {words[depth]!r}: {told}", ctx
            )
        command, depth = command.commands[words[depth]], depth + 1
    _show_help_of(*words[:depth], topic=" ".join(words[depth:]))


def _no_command(word: str) -> str:
    from pathlib import Path

    if Path(word).suffix:
        return (
            f"there is no command {word!r}: to look at a sound, give stftcli show {word}, or "
            f"stftcli spectrogram {word}"
        )
    told = did_you_mean(word, list(_SUMMARIES))
    options = [option for one in load_command("features").params for option in one.opts]
    begun = [option for option in options if option.startswith(f"--{word}")]
    if len(word) > 1 and begun and not told.startswith("did"):
        told = f"did you mean {' or '.join(begun[:3])}? See stftcli features --help all"
    return f"there is no command {word!r}: {told}"


def _show_versions(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from stftcli.cli.versions import versions

        click.echo(versions())
        ctx.exit()


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  stftcli spectrogram in.wav                       writes in.png
  stftcli show in.wav                              draws it here
  stftcli features in.wav --out feats.npy
  stftcli features in.wav --preset whisper --rate 16000 --out mel.npy
  ffmpeg -i talk.mp4 -f wav - | stftcli features --out - | python train.py""",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_versions,
    help="Show the versions of stftcli and of what it works with.",
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback with an error.")
def cli() -> None:
    """Turn sound into spectra: pictures and feature arrays, from files and pipes."""


for command, summary in _SUMMARIES.items():
    cli.add_command(click.Command(command, short_help=summary))


def load_command(name: str) -> click.Command:
    """Import a command."""
    command: click.Command = getattr(import_module(f"stftcli.cli.{name}"), name)
    return command


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and give its exit code: 0 done, 1 data, 2 call, 3 some of many."""
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    hook_before, sys.unraisablehook = sys.unraisablehook, _send_again
    show_before, warnings.showwarning = warnings.showwarning, _show_warning
    with hearing_signals() as signals:
        try:
            code = cli.main(arguments, prog_name="stftcli", standalone_mode=False)
        except BaseException as error:
            # After a signal it does not matter what an import has made of the exception.
            if signals.exit_code is None and (debug or not isinstance(error, Exception)):
                raise
            code = signals.exit_code or _explain(error)
            _forget_unwritten()
            return code
        finally:
            sys.unraisablehook, warnings.showwarning = hook_before, show_before
    return signals.exit_code or (code if isinstance(code, int) else 0)


def _forget_unwritten() -> None:
    """Let go of what standard output does not take: Python would try it again, and complain."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explain(error: BaseException) -> int:
    text, code = f"{type(error).__name__}: {error} (a fault of stftcli; --debug shows where)", 1
    match error:
        case StftcliError():
            text, code = str(error), error.exit_code
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message(), err=True)
            return error.exit_code
        case click.UsageError():
            command = error.ctx.command_path if error.ctx else "stftcli"
            text, code = f"{error.format_message()} (see {command} --help)", error.exit_code
        case KeyboardInterrupt() | click.Abort():
            return _INTERRUPTED
        case OSError():
            text = f"{error.filename or 'standard output'}: {error.strerror}"
        case MemoryError():
            text = "out of memory: give shorter frames, fewer --threads, or a --duration"
        case RuntimeError() if "start new thread" in str(error):
            text = "the system gives no more threads: its limits (ulimit) are too low"
    say(f"stftcli: {' '.join(text.split())}" if "\n" in text else f"stftcli: {text}")
    return code


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """Say a warning of Python's as one of ours, without the line of source that it came from."""
    say(f"stftcli: warning: {' '.join(str(message).split())}")


def _send_again(lost: Any) -> None:
    """Send a signal again that came while Python cleared an object away, where no error leaves.

    It is sent a little later, by which time that is over.
    """
    error = lost.exc_value
    if isinstance(error, KeyboardInterrupt):
        number = int(signal.SIGINT)
    elif isinstance(error, SystemExit) and isinstance(error.code, int) and error.code > 128:
        number = error.code - 128
    else:
        sys.__unraisablehook__(lost)
        return
    from threading import Timer, main_thread

    if hasattr(signal, "pthread_kill"):
        Timer(0.01, signal.pthread_kill, (main_thread().ident, number)).start()
    else:  # Windows
        Timer(0.01, signal.raise_signal, (number,)).start()

"""Commands with many options: a first screen of help, and the rest by topics."""

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import click

Command = Callable[..., None]
Decorator = Callable[[Command], Command]

_ORDER = "stftcli.order"

TOPICS = {
    "output": "where the result goes, what it looks like as a file, threads",
    "corpus": "many inputs: folders, lists, workers, a folder of results",
    "recipe": "where settings come from: presets, files",
    "segment": "which part of the sound, which channels",
    "segments": "the segments of a table: which, and how they are computed",
    "signal": "what is done to the samples first: rate, scale, pre-emphasis",
    "calibration": "what samples stand for: full scale, sensitivity, response",
    "frames": "how the sound is cut into frames: length, hop, window, padding",
    "features": "what is computed of each frame, and after that",
    "view": "what a picture shows: frequencies, levels, colours",
    "figure": "how a picture is laid out: size, title, axes",
}
"""What the options of a topic are about; the help of a command names those that it has."""


_SYNONYMS = {
    "end": "duration",
    "sr": "rate",
    "sample-rate": "rate",
    "cmap": "colormap",
    "hop": "hop-length",
    "nfft": "n-fft",
    "output-dir": "out-dir",
    "jobs": "workers",
}
"""What other programs call options, and what they are called here."""


def did_you_mean(word: str, known: Sequence[str], otherwise: str | None = None) -> str:
    """Say which name is meant by a wrong one: a synonym, its beginning, or one that is near.

    Parameters
    ----------
    word : str
        The wrong name, with its dashes if those that are known have some.
    known : sequence of str
        The right ones.
    otherwise : str, optional
        What is said if none is near; all of them by default.
    """
    from stftcli.settings.record import nearest

    bare = word.lstrip("-")
    dashes = word[: len(word) - len(bare)]
    meant = f"{dashes}{_SYNONYMS.get(bare, bare)}"
    if meant != word and meant in known:
        return f"did you mean {meant}?"
    # Whoever gives the beginning of a name means it.
    longer = [name for name in known if len(bare) > 1 and name.startswith(word)]
    if longer:
        return f"did you mean {' or '.join(longer[:3])}?"
    told = nearest(word, known)
    return told if otherwise is None or told.startswith("did") else otherwise


def help_option(
    names: Sequence[str],
    metavar: str,
    show: Callable[[click.Context, click.Parameter, str | None], None],
    text: str,
) -> click.Option:
    """Make the option --help that takes a word, or none, and shows what belongs to it."""
    return click.Option(
        list(names),
        is_flag=False,
        flag_value="",
        is_eager=True,
        expose_value=False,
        metavar=metavar,
        callback=show,
        help=text,
    )


class SectionedOption(click.Option):
    """An option that belongs to a topic; `common` ones stand on the first screen of the help."""

    def __init__(
        self, *declarations: Any, section: str = "output", common: bool = True, **settings: Any
    ) -> None:
        super().__init__(*declarations, **settings)
        self.section, self.common = section, common


class SectionedCommand(click.Command):
    """A command with help in layers; it notes in which order its options were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the order, then parse as usual."""
        try:
            *_, order = self.make_parser(ctx).parse_args(list(args))
        except click.NoSuchOption as error:
            names = [name for one in self.get_params(ctx) for name in one.opts]
            told = did_you_mean(error.option_name, names, "--help all lists those that there are")
            message = f"there is no option {error.option_name}: {told}"
            raise click.NoSuchOption(error.option_name, message, ctx=ctx) from None
        except click.UsageError as error:
            error.ctx = ctx  # so that the message names the command's own help
            raise
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Take a topic behind --help."""
        return help_option(
            self.get_help_option_names(ctx),
            "[TOPIC]",
            self._show_help,
            "Show this, or the options of a topic, or one option, or all.",
        )

    def _show_help(self, ctx: click.Context, _: click.Parameter, topic: str | None) -> None:
        if topic is None or ctx.resilient_parsing:
            return
        if not topic:
            click.echo(ctx.get_help(), color=ctx.color)
        else:
            formatter = ctx.make_formatter()
            for name, options in self._asked(ctx, topic).items():
                with formatter.section(f"{name.capitalize()}: {TOPICS[name]}"):
                    formatter.write_dl(_records(ctx, options))
            click.echo(formatter.getvalue().rstrip("\n"), color=ctx.color)
        ctx.exit()

    def _asked(self, ctx: click.Context, word: str) -> dict[str, list[click.Option]]:
        """Give the options that a topic has, or the one that is named, by topics."""
        topics = self._topics(ctx)
        if word == "all":
            return topics
        if word in topics:
            return {word: topics[word]}
        for topic, options in topics.items():
            if named := [one for one in options if f"--{word}" in one.opts]:
                return {topic: named}
        names = [
            name.removeprefix("--") for ones in topics.values() for o in ones for name in o.opts
        ]
        told = [
            did_you_mean(word, [*topics, *names], ""),
            f"the topics are {', '.join(topics)}, all",
        ]
        text = f"there is no topic and no option {word!r}: {' '.join(filter(None, told))}"
        raise click.UsageError(text, ctx)

    def _topics(self, ctx: click.Context) -> dict[str, list[click.Option]]:
        """Give the options of each topic that the command has, in the order of the topics."""
        found: dict[str, list[click.Option]] = {topic: [] for topic in TOPICS}
        for one in self.get_params(ctx):
            if isinstance(one, click.Option) and one.name != "help":
                found[getattr(one, "section", "output")].append(one)
        return {topic: ones for topic, ones in found.items() if ones}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what most people use, and where the rest is."""
        topics = self._topics(ctx)
        options = [one for ones in topics.values() for one in ones]
        common = [one for one in options if getattr(one, "common", True)]
        with formatter.section("Options"):
            formatter.write_dl(_records(ctx, [*common, *self._helps(ctx)]))
        if len(common) < len(options):
            with formatter.section("More with --help TOPIC"):
                formatter.write_dl(
                    [*((name, TOPICS[name]) for name in topics), ("all", "all of them")]
                )

    def _helps(self, ctx: click.Context) -> list[click.Option]:
        option = self.get_help_option(ctx)
        return [] if option is None else [option]


def _records(ctx: click.Context, options: Sequence[click.Option]) -> list[tuple[str, str]]:
    return [row for option in options if (row := option.get_help_record(ctx))]


def given_order() -> list[str]:
    """Give the names of the options of the running command in the order in which they stood."""
    order: list[str] = click.get_current_context().meta[_ORDER]
    return order


def under(section: str) -> Callable[..., Decorator]:
    """Make a maker of options that stand under a topic."""
    return partial(click.option, cls=SectionedOption, section=section)


def stacked(*decorators: Decorator) -> Decorator:
    """Make one decorator of several, the first of them outermost."""

    def decorate(command: Command) -> Command:
        return reduce(lambda inner, decorator: decorator(inner), reversed(decorators), command)

    return decorate

"""The help: complete, readable, and where a program looks for it."""

import re
from collections.abc import Iterator

import click
import pytest

import stftcli
from stftcli.cli.main import cli, load_command
from stftcli.cli.sections import TOPICS, SectionedCommand
from stftcli.features.keywords import all_options
from stftcli.settings.choices import PAD_MODES, WINDOWS
from tests.cli.inside import run_inside
from tests.cli.shell import Shell

COMMANDS = sorted(cli.commands)


def tree(words: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Give a command and all below it, by what is typed for them."""
    yield words, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from tree(f"{words} {name}", inner)


ALL = {words: one for name in COMMANDS for words, one in tree(name, load_command(name))}
LAYERED = {words: one for words, one in ALL.items() if isinstance(one, SectionedCommand)}

each_command = pytest.mark.parametrize("words", ALL)
each_layered = pytest.mark.parametrize("words", LAYERED)


@pytest.mark.parametrize("words", [[], *([command] for command in COMMANDS)], ids=" ".join)
def test_help_has_examples_and_fits_a_terminal(shell: Shell, words: list[str]) -> None:
    done = shell.ok(*words, "--help", COLUMNS="100")
    text = done.out.decode()
    assert done.err == ""
    assert text.startswith(f"Usage: {' '.join(['stftcli', *words])} ")
    assert "Examples:" in text
    assert max(map(len, text.splitlines())) <= 100
    assert shell.ok(*words, "-h", COLUMNS="100").out == done.out


def test_the_group_names_every_command(shell: Shell) -> None:
    text = shell.ok("--help").out.decode()
    for command in COMMANDS:
        assert re.search(rf"^  {command} +[A-Z]", text, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_group_says_what_the_command_says(command: str) -> None:
    listed = cli.commands[command].short_help
    assert (load_command(command).help or "").startswith(f"{listed}\n\n")


@pytest.mark.parametrize("command", ["spectrogram", "show"])
def test_what_ends_an_axis_is_said_to_do_so(shell: Shell, command: str) -> None:
    text = told(shell, command, "--help", "features")
    assert "--fmin HZ Lower end of the frequency axis" in text
    assert "--fmax HZ Upper end of the frequency axis" in text
    assert "--ref X|max max: count levels from the highest" in text
    assert "axis" not in told(shell, "features", "--help", "all")


def test_choices_are_those_of_the_tables(shell: Shell) -> None:
    text = told(shell, "features", "--help", "frames")
    for name, parameter in WINDOWS.items():
        assert (name if parameter is None else f"{name}:{parameter.upper()}") in text
    assert "|".join(PAD_MODES) in text
    assert "STFTCLI_THREADS" in told(shell, "features", "--help", "all")


def told(shell: Shell, *words: str) -> str:
    """Give what is printed, with single spaces between the words."""
    done = run_inside(shell, *words)
    assert (done.code, done.err) == (0, "")
    return re.sub(r"\s+", " ", done.out.decode())


def listed(shell: Shell, *words: str) -> list[str]:
    """Give the options that a help explains, each by its first name."""
    done = run_inside(shell, *words)
    assert (done.code, done.err) == (0, "")
    text = done.out.decode()
    # Above the options of a first screen, a line of plain text may begin with one too.
    return re.findall(r"^  (?:-\w, )?(--[\w-]+)", text.partition("\nOptions:\n")[2] or text, re.M)


def topics_of(command: click.Command) -> list[str]:
    """Give the topics that a command has options of, in the order of all topics."""
    own = {getattr(parameter, "section", None) for parameter in command.params}
    return [topic for topic in TOPICS if topic in own]


def options_of(command: click.Command) -> list[str]:
    """Give the first long names of the options, but for that of the help itself."""
    options = [one for one in command.params if isinstance(one, click.Option)]
    return [next(name for name in one.opts if name.startswith("--")) for one in options]


class TestTopics:
    @each_layered
    def test_are_named_on_the_first_screen(self, shell: Shell, words: str) -> None:
        text = run_inside(shell, *words.split(), "--help").out.decode()
        place = text.index("More with --help TOPIC:")
        for topic in topics_of(LAYERED[words]):
            assert re.search(rf"^  {topic} +{re.escape(TOPICS[topic][:20])}", text[place:], re.M)
        assert re.search(r"^  all +\S", text[place:], re.M)

    @each_layered
    def test_hold_each_option_once_and_all_holds_every_one(self, shell: Shell, words: str) -> None:
        command = LAYERED[words]
        by_topic = [listed(shell, *words.split(), "--help", topic) for topic in topics_of(command)]
        assert all(by_topic)
        in_topics = [option for options in by_topic for option in options]
        assert len(in_topics) == len(set(in_topics))
        assert sorted(in_topics) == sorted(options_of(command))
        assert listed(shell, *words.split(), "--help", "all") == in_topics

    @each_layered
    def test_leave_nothing_twice_on_the_first_screen(self, shell: Shell, words: str) -> None:
        first = listed(shell, *words.split(), "--help")
        assert first[-1] == "--help"
        assert len(set(first)) == len(first)
        assert set(first) - {"--help"} <= set(options_of(LAYERED[words]))

    @each_layered
    @pytest.mark.parametrize("topic", ["nonsense", "Frames", "n_fft"])
    def test_that_are_none_are_answered_with_all(
        self, shell: Shell, words: str, topic: str
    ) -> None:
        done = run_inside(shell, *words.split(), f"--help={topic}")
        assert (done.code, done.out) == (2, b"")
        assert f"no topic and no option '{topic}'" in done.err
        assert f"{', '.join(topics_of(LAYERED[words]))}, all" in done.err
        assert len(done.err.splitlines()) == 1

    @pytest.mark.parametrize(
        ("command", "option", "topic"),
        [
            ("features", "pool", "Features"),
            ("show", "follow", "Output"),
            ("info", "mel", "Features"),
        ],
    )
    def test_an_option_stands_for_itself(
        self, shell: Shell, command: str, option: str, topic: str
    ) -> None:
        assert listed(shell, command, "--help", option) == [f"--{option}"]
        assert told(shell, command, "--help", option).startswith(f"{topic}: ")

    def test_of_pictures_are_no_topics_of_arrays(self, shell: Shell) -> None:
        for topic in ("view", "figure"):
            assert run_inside(shell, "spectrogram", "--help", topic).code == 0
            assert run_inside(shell, "features", "--help", topic).code == 2

    @pytest.mark.parametrize("help_option", ["-h", "--help"])
    def test_are_given_by_either_name(self, shell: Shell, help_option: str) -> None:
        assert "--window" in listed(shell, "features", help_option, "frames")

    def test_are_shown_whatever_else_is_given(self, shell: Shell) -> None:
        wanted = told(shell, "features", "--help", "frames")
        assert told(shell, "features", "--mel", "0", "--help", "frames") == wanted
        assert told(shell, "features", "missing.wav", "--help", "frames") == wanted


def test_the_help_of_a_command_or_of_all_is_asked_of_the_group_too(shell: Shell) -> None:
    assert told(shell, "--help", "features") == told(shell, "features", "--help")
    everything = told(shell, "--help", "all")
    for words, command in ALL.items():
        assert f"Usage: stftcli {words} " in everything
        if words in LAYERED:
            assert all(option in everything for option in options_of(command))
    wrong = run_inside(shell, "--help", "fetures")
    assert (wrong.code, wrong.err.count("did you mean features?")) == (2, 1)


def test_every_keyword_of_python_is_an_option_of_features(shell: Shell) -> None:
    names = {f"--{name.replace('_', '-')}" for name in all_options()}
    assert names <= set(listed(shell, "features", "--help", "all"))


@each_command
def test_the_first_screen_is_short(shell: Shell, words: str) -> None:
    text = shell.ok(*words.split(), "--help", COLUMNS="100").out.decode()
    assert len(text.splitlines()) <= 80
    assert max(map(len, text.splitlines())) <= 100


@each_layered
def test_topics_fit_a_terminal(shell: Shell, words: str) -> None:
    for columns in (80, 100):
        done = shell.ok(*words.split(), "--help", "all", COLUMNS=str(columns))
        assert max(map(len, done.out.decode().splitlines())) <= columns


@each_command
def test_every_option_is_explained(words: str) -> None:
    for parameter in ALL[words].params:
        if parameter.param_type_name == "option":
            text = getattr(parameter, "help", None) or ""
            assert text.endswith((".", "]")), f"{parameter.opts[0]} of {words}"


def test_versions_of_all_that_decides_a_number(shell: Shell) -> None:
    done = shell.ok("--version")
    lines = done.out.decode().splitlines()
    assert lines[0] == f"stftcli {stftcli.__version__}"
    for name in ("Python", "numpy", "soundfile", "FFT"):
        assert any(re.match(rf"{name}\b.* \d+\.\d+", line) for line in lines), name
    assert re.search(r"libsndfile-\d+\.\d+", done.out.decode())


def test_no_command_gives_help_and_the_code_of_a_wrong_call(shell: Shell) -> None:
    done = shell.run()
    assert done.code == 2
    assert done.out == b""
    assert "Usage: stftcli" in done.err
    for command in COMMANDS:
        assert command in done.err


def test_a_misspelt_option_gets_a_suggestion(shell: Shell) -> None:
    done = shell.run("features", "in.wav", "--hop-lenght", "3")
    assert done.code == 2
    assert "--hop-length" in done.err


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (("--help", "export", "onnx"), "Usage: stftcli export onnx "),
        (("--help", "export onnx"), "Usage: stftcli export onnx "),
        (("--help", "export"), "Usage: stftcli export "),
        (("--help", "features", "frames"), "Frames: "),
    ],
    ids=str,
)
def test_the_help_of_the_group_goes_down_to_what_is_named(
    shell: Shell, words: tuple[str, ...], first: str
) -> None:
    assert told(shell, *words).startswith(first)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("--help export onxx", "onnx"),
        ("spectogram in.wav", "spectrogram"),
        ("--help hop", "--hop-length"),
        ("features --help hop", "hop-length"),
        ("features --help frame", "frames"),
        ("spectrogram --end 3", "--duration"),
        ("spectrogram --sr 3", "--rate"),
        ("spectrogram --cmap x", "--colormap"),
        ("spectrogram --colourmap x", "--colormap"),
        ("spectrogram --dur 3", "--duration"),
    ],
)
def test_a_wrong_name_gets_the_one_that_is_meant(shell: Shell, words: str, meant: str) -> None:
    done = run_inside(shell, *words.split())
    assert done.code == 2
    assert f"did you mean {meant}" in done.err

"""The help: complete, readable, and where a program looks for it."""

import re

import pytest

import stftcli
from stftcli.cli.main import cli, load_command
from stftcli.settings.choices import PAD_MODES, WINDOWS
from tests.cli.shell import Shell

COMMANDS = sorted(cli.commands)


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
    text = re.sub(r"\s+", " ", shell.ok(command, "--help").out.decode())
    assert "--fmin HZ Lower end of the frequency axis" in text
    assert "--fmax HZ Upper end of the frequency axis" in text
    assert "--ref X|max max: count levels from the highest" in text
    assert "axis" not in shell.ok("features", "--help").out.decode()


def test_choices_are_those_of_the_tables(shell: Shell) -> None:
    text = re.sub(r"\s+", " ", shell.ok("features", "--help").out.decode())
    for name, parameter in WINDOWS.items():
        assert (name if parameter is None else f"{name}:{parameter.upper()}") in text
    assert "|".join(PAD_MODES) in text
    assert "STFTCLI_THREADS" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_explained(command: str) -> None:
    for parameter in load_command(command).params:
        if parameter.param_type_name == "option":
            text = getattr(parameter, "help", None) or ""
            assert text.endswith((".", "]")), f"{parameter.opts[0]} of {command}"


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

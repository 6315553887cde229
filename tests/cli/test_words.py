"""Messages of the library as the command line says them: names become options."""

import pytest

from stftcli.cli.main import cli, load_command
from stftcli.cli.words import in_options, spell
from stftcli.features.keywords import all_options
from stftcli.settings.pictures import FigureSettings, ViewSettings
from tests.cli.inside import run_inside
from tests.cli.shell import Shell


@pytest.mark.parametrize(
    ("name", "option"), [("mel", "--mel"), ("n_fft", "--n-fft"), ("log_offset", "--log-offset")]
)
def test_a_keyword_is_spelled_with_dashes(name: str, option: str) -> None:
    assert spell(name) == option


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "`mel_norm` belongs to `mel` or `mfcc`: give both",
            "--mel-norm belongs to --mel or --mfcc: give both",
        ),
        ("`n_fft` is '0'", "--n-fft is '0'"),
        ("give `dtype='float64'`", "give --dtype float64"),
        ("`rate=16000` resamples", "--rate 16000 resamples"),
        ("leave out `ref='max'`, or `top_db`", "leave out --ref max, or --top-db"),
        ("`center=False` pads nothing", "--no-center pads nothing"),
        ("`center=True` pads", "--center pads"),
        ("`axes=False` leaves no room", "--no-axes leaves no room"),
        ("a `bare` picture, `bits=16`", "a --bare picture, --bits 16"),
        ("`preset` and `config`", "--preset and --config"),
        ("`save_linear` writes", "--save-linear writes"),
        ("`follow` needs a terminal", "--follow needs a terminal"),
    ],
)
def test_options_are_spelled_as_they_are_given(text: str, told: str) -> None:
    assert in_options(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("`filter_length` is 0", "--n-fft is 0"),
        ("`rate_hz` is 0", "--rate is 0"),
        ("`hop_length` is 0", "--hop-length is 0"),
    ],
)
def test_fields_that_an_option_sets_are_named_as_the_option(text: str, told: str) -> None:
    assert in_options(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "`outputs` is 0: it must be a whole number",
        "`weight` has shape (3, 4)",
        "`stftcli presets` lists them",
        "fmin, mel and n_fft without backticks",
        "an odd ` alone",
        "",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert in_options(text) == text


@pytest.mark.parametrize(
    "name",
    [
        *all_options(),
        *(option.name for option in (*ViewSettings.options, *FigureSettings.options)),
    ],
)
def test_every_keyword_becomes_an_option_of_some_command(name: str) -> None:
    spelled = in_options(f"`{name}`")
    known = {
        text
        for command in map(load_command, cli.commands)
        for parameter in command.params
        for text in (*parameter.opts, *parameter.secondary_opts)
    }
    assert spelled in known
    off = in_options(f"`{name}=False`")
    row = {
        **all_options(),
        **{one.name: one for one in (*ViewSettings.options, *FigureSettings.options)},
    }[name]
    assert not row.off or off in known


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--mel-norm none", "--mel-norm belongs to --mel or --mfcc: give both"),
        ("--band-values density", "--band-values belongs to --bands: give both"),
        ("--mel 0", "--mel is '0': it must be a whole number from 1 to 10000"),
        ("--seed 3", "--seed is for --linear-out: give both"),
        ("--mel 10 --chroma 12", "--mel and --chroma both take the bins: give one"),
        (
            "--floor 1 --log-offset 1 --mel 3 --log db",
            "--floor and --log-offset exclude each other",
        ),
        ("--resampling HQ", "--resampling says how well --rate is reached: give both"),
        ("--causal --pad-mode edge", "--pad-mode has no say where frames are padded as 'causal'"),
        (
            "--hop-length nothing",
            "--hop-length is 'nothing': give samples (512) or milliseconds (25ms), above zero",
        ),
        (
            "--channel left",
            "--channel is 'left': give mix, all, or a channel's number from 1",
        ),
    ],
)
@pytest.mark.usefixtures("mono")
def test_the_command_line_says_it_so(shell: Shell, words: str, told: str) -> None:
    done = run_inside(shell, "features", "mono.wav", *words.split(), "--out", "x.npy")
    assert (done.code, done.out) == (2, b"")
    assert done.err == f"stftcli: {told}\n"
    assert "x.npy" not in shell.names()

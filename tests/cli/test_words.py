"""Messages of the library as the command line says them: names become options."""

import os
import sys
from pathlib import Path

import pytest

from stftcli import Extractor
from stftcli.cli.main import cli, load_command
from stftcli.cli.words import in_options, say, spell
from stftcli.errors import SettingsError
from stftcli.features.keywords import all_options
from stftcli.settings.pictures import FigureSettings, ViewSettings
from tests.audio.wav import wav_bytes
from tests.cli.inside import ok_inside, run_inside
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
        ("`framed=False` leaves no room", "--no-axes leaves no room"),
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


class TestSay:
    """What goes to people: one line that a terminal can show."""

    def test_what_a_terminal_would_obey_is_a_sign(self, capsys: pytest.CaptureFixture[str]) -> None:
        say("bad\x1b[2J\x07\n.wav: `n_fft` is 0")
        assert capsys.readouterr().err == "bad\ufffd[2J\ufffd\ufffd.wav: --n-fft is 0\n"

    def test_a_long_text_keeps_its_ends(self, capsys: pytest.CaptureFixture[str]) -> None:
        say(f"x.toml: {'a' * 100_000}: choose another")
        said = capsys.readouterr().err
        assert said.startswith("x.toml: aaa")
        assert said.endswith("aaa: choose another\n")
        assert len(said) < 1000

    def test_errors_are_short_in_python_too(self) -> None:
        with pytest.raises(SettingsError) as caught:
            Extractor(window="a" * 100_000).chain(8000)
        assert len(str(caught.value)) < 1000

    @pytest.mark.parametrize(
        "words",
        [
            ("info", "NAME"),
            ("features", "good.wav", "--out", "NAME.npy"),
            ("features", "NAME"),
            ("spectrogram", "NAME", "good.wav"),
            ("linear", "show", "NAME.npz"),
            ("linear", "init", "--in", "2", "--out", "2", "-o", "NAME.npz"),
            ("linear", "convert", "NAME.npz", "NAME.npy"),
            ("corpus", "verify", "NAME"),
            ("features", "good.wav", "--window", "NAME"),
            ("features", "good.wav", "--config", "NAME"),
            ("NAME",),
            ("features", "--NAME"),
            ("features", "--help", "NAME"),
        ],
        ids=" ".join,
    )
    def test_names_never_reach_the_terminal_raw(self, shell: Shell, words: tuple[str, ...]) -> None:
        write_wav(shell.folder / "good.wav")
        done = run_inside(shell, *(word.replace("NAME", "x\x1b[2J\x9b\r\n") for word in words))
        told = done.out.decode() + done.err
        assert told
        assert all(line.isprintable() for line in told.split("\n"))
        assert "fault of stftcli" not in told

    def test_errors_of_a_batch_name_their_file(self, shell: Shell) -> None:
        for name in ("a.wav", "b.wav"):
            write_wav(shell.folder / name)
        done = run_inside(shell, "spectrogram", "a.wav", "b.wav", "--fmax", "4001")
        first, second, _ = done.err.splitlines()
        assert first.startswith("stftcli: a.wav: --fmax is 4001 Hz")
        assert second.startswith("stftcli: b.wav: --fmax is 4001 Hz")

    def test_a_rate_beyond_all_names_its_file(self, shell: Shell) -> None:
        write_wav(shell.folder / "x.wav", 999_999_999)
        done = run_inside(shell, "features", "x.wav")
        assert done.code == 1
        assert done.err.startswith("stftcli: x.wav says that it has 999999999 Hz")

    def test_warnings_of_python_are_said_in_our_way(self, shell: Shell) -> None:
        (shell.folder / "ducc0.py").write_text("import no_such_library")
        write_wav(shell.folder / "x.wav")
        path = os.pathsep.join((str(shell.folder), *sys.path))
        done = shell.ok("features", "x.wav", "--out", "x.npz", PYTHONPATH=path)
        assert done.err.startswith(
            "stftcli: warning: ducc0 cannot be loaded (No module named 'no_such_library')"
        )
        assert len(done.err.splitlines()) == 2
        assert "FFT numpy" in ok_inside(shell, "info", "x.npz").out.decode()


def write_wav(path: Path, rate_hz: int = 8000) -> None:
    path.write_bytes(wav_bytes(bytes(2000), rate_hz=rate_hz))

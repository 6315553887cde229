"""stftcli export: scripts and graphs from the command line, and what has no such form."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest

from stftcli.features.toml import format_settings
from stftcli.presets import preset_names
from tests.cli.computing import noisy_rise, write_sound
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.oracles.conftest import oracle
from tests.signals import noise


def printed(shell: Shell, *words: str) -> str:
    return ok_inside(shell, "export", "python", *words).out.decode()


def refused(shell: Shell, *words: str) -> str:
    done = run_inside(shell, "export", *words)
    assert_explained(done, 2)
    return done.err


class TestPython:
    @pytest.mark.parametrize("library", ["librosa", "torch"])
    @pytest.mark.parametrize("name", preset_names())
    def test_scripts_are_python(self, shell: Shell, name: str, library: str) -> None:
        rate = () if "rate_hz" in preset(name) else ("--rate", "16000")
        script = printed(shell, "--preset", name, "--library", library, *rate)
        functions = [node for node in ast.parse(script).body if isinstance(node, ast.FunctionDef)]
        assert functions[-1].name == "features"
        assert f"the preset {name}" in script.splitlines()[0]
        assert f"{library}.stft(" in script or "rfft(" in script

    def test_options_change_the_preset(self, shell: Shell) -> None:
        script = printed(shell, "--preset", "whisper", "--mel", "40", "--top-db", "none")
        assert "n_mels=40" in script
        assert "x.max()" not in script

    def test_a_rate_is_asked_for(self, shell: Shell) -> None:
        assert "say for which they are exported, as --rate 16000" in refused(
            shell, "python", "--preset", "kaldi-fbank"
        )

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ("--mel 9 --weighting K", "the weighting K has no form as a script"),
            ("--spectrum psd", "the spectrum psd has no form as a script"),
            ("--dtype float64", "--dtype is float64"),
            ("--descriptors rms", "the step descriptors has no form as a script"),
            ("--kernel gone.npy", "gone.npy cannot be read"),
        ],
    )
    def test_what_has_no_form_is_named(self, shell: Shell, words: str, message: str) -> None:
        done = run_inside(shell, "export", "python", "--rate", "16000", *words.split())
        assert_explained(done, 1 if "gone" in words else 2)
        assert message in done.err

    def test_what_settings_say_of_themselves_is_no_code(self, shell: Shell) -> None:
        text = ok_inside(shell, "features", "--preset", "whisper", "--print-config").out.decode()
        evil = 'based_on = "me\\nimport os\\u2028print(1)"'
        lines = [evil if line.startswith("based_on") else line for line in text.splitlines()]
        (shell.folder / "evil.toml").write_text("\n".join(lines))
        script = printed(shell, "--config", "evil.toml")
        assert all(line.startswith("#") for line in script.splitlines()[:2])
        assert "import os" in script.splitlines()[0]


def preset(name: str) -> str:
    """Give a preset as TOML."""
    from stftcli.presets import preset_text

    return preset_text(name)


class TestOnnx:
    @pytest.fixture(autouse=True)
    def _with_onnx(self) -> None:
        oracle("onnx")
        oracle("onnxruntime")

    def test_a_graph_is_written_and_checked(self, shell: Shell) -> None:
        write_sound(shell, "in.wav", noisy_rise(16000), 16000)
        words = ("--preset", "whisper", "-o", "fe.onnx", "--check", "in.wav")
        done = ok_inside(shell, "export", "onnx", *words)
        assert "fe.onnx: 7" in done.err
        assert "kB, opset 17, samples at 16000 Hz to 80 features" in done.err
        assert "largest difference" in done.err
        assert (shell.folder / "fe.onnx").stat().st_size < 2_000_000

    def test_the_settings_are_in_it(self, shell: Shell) -> None:
        words = ("--preset", "kaldi-fbank", "--rate", "8000", "--mel", "30")
        ok_inside(shell, "export", "onnx", *words, "-o", "fe.onnx")
        told = ok_inside(shell, "info", "fe.onnx").out.decode()
        assert "samples at 8000 Hz to 30 features" in told
        assert "mel_1 ... mel_30" in told
        assert json.loads(ok_inside(shell, "info", "--json", "fe.onnx").out)["rate_hz"] == 8000
        write_sound(shell, "in.wav", noise(4000) / 8, 8000)
        ok_inside(shell, "features", "in.wav", "--config", "fe.onnx", "--out", "a.npy")
        ok_inside(shell, "features", "in.wav", *words, "--out", "b.npy")
        assert (shell.folder / "a.npy").read_bytes() == (shell.folder / "b.npy").read_bytes()

    def test_channels_are_checked_each(self, shell: Shell) -> None:
        write_sound(shell, "in.wav", noise(2, 4000) / 8, 8000)
        words = ("--rate", "8000", "--channel", "all", "--spectrum", "complex")
        done = ok_inside(
            shell, "export", "onnx", *words, "-o", "fe.onnx", "--check", "in.wav", "--quiet"
        )
        assert done.err == ""

    def test_another_rate_is_resampled_where_that_is_said(self, shell: Shell) -> None:
        write_sound(shell, "in.wav", noise(4000) / 8, 8000)
        words = ("export", "onnx", "--preset", "whisper", "-o", "fe.onnx", "--check", "in.wav")
        done = run_inside(shell, *words)
        assert done.code == 1
        assert "in.wav has 8000 Hz, and the graph takes 16000 Hz: --rate 16000" in done.err
        assert shell.names() == ["in.wav"]
        oracle("soxr")
        ok_inside(shell, *words, "--rate", "16000")

    @pytest.mark.parametrize("words", ["--spectrum phase", "--spectrum log", "--mel 20"])
    def test_what_is_compared_is_told(self, shell: Shell, words: str) -> None:
        write_sound(shell, "in.wav", noisy_rise(16000), 16000)
        call = ("export", "onnx", "--rate", "16000", *words.split(), "-o", "fe.onnx")
        done = ok_inside(shell, *call, "--check", "in.wav")
        what = "magnitude" if "log" in words else "value"
        assert f" of the largest {what}, at frame" in done.err
        assert f"; 1e-06 of the largest {what} and 0.0001 of each is allowed" in done.err

    @pytest.mark.parametrize("words", ["--spectrum phase", "--mel 8 --log ln"])
    def test_rounding_elsewhere_excuses_nothing(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch, words: str
    ) -> None:
        # Of a constant alone phases and logarithms are rounding; of noise they are not.
        import stftcli.onnx.running

        run_graph = stftcli.onnx.running.run_graph

        def off(content: bytes, waveforms: np.ndarray) -> np.ndarray:
            values = run_graph(content, waveforms)
            values[0, 60, 3] += 0.02
            return values

        samples = np.concatenate((np.full(4000, 0.1), noise(4000) / 8)).astype(np.float32)
        write_sound(shell, "in.wav", samples, 8000)
        call = ("export", "onnx", "--rate", "8000", "--n-fft", "400", "--hop-length", "100")
        frames = ("--remove-dc", *words.split(), "-o", "fe.onnx", "--check", "in.wav")
        ok_inside(shell, *call, *frames)
        monkeypatch.setattr(stftcli.onnx.running, "run_graph", off)
        done = run_inside(shell, *call, *frames)
        assert done.code == 1
        assert "at frame 60" in done.err

    def test_numbers_that_differ_leave_no_file(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import stftcli.onnx.running

        run_graph = stftcli.onnx.running.run_graph

        def off(content: bytes, waveforms: np.ndarray) -> np.ndarray:
            values = run_graph(content, waveforms)
            values[0, 7, 3] += 1
            return values

        monkeypatch.setattr(stftcli.onnx.running, "run_graph", off)
        write_sound(shell, "in.wav", noisy_rise(8000), 8000)
        words = ("--rate", "8000", "--mel", "8", "--log", "ln", "-o", "fe.onnx")
        done = run_inside(shell, "export", "onnx", *words, "--check", "in.wav")
        assert done.code == 1
        assert "largest difference 1.0e+00, at frame 7, mel_4; 0.001 is allowed" in done.err
        assert "fe.onnx was not written" in done.err
        assert shell.names() == ["in.wav"]

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ("--descriptors all", "the step descriptors has no form for torch and ONNX"),
            ("--dtype float64", "--dtype is float64: what is exported computes in float32"),
            ("--opset 99", "--opset is 99: it must lie between 17 and"),
        ],
    )
    def test_what_has_no_form_is_named(self, shell: Shell, words: str, message: str) -> None:
        options = ("--rate", "16000", *words.split(), "-o", "fe.onnx")
        assert message in refused(shell, "onnx", *options)
        assert shell.names() == []

    @pytest.mark.parametrize("option", ["--kernel", "--linear"])
    def test_files_that_are_gone(self, shell: Shell, option: str) -> None:
        done = run_inside(
            shell, "export", "onnx", "--rate", "16000", option, "gone.npz", "-o", "fe.onnx"
        )
        assert done.code == 1
        assert "gone.npz cannot be read: No such file" in done.err
        assert shell.names() == []

    def test_other_endings_are_refused(self, shell: Shell) -> None:
        message = "w.tflite: a graph is written to a file of the ending .onnx, or to -"
        assert message in refused(shell, "onnx", "--preset", "whisper", "-o", "w.tflite")

    def test_weights_are_looked_for_in_the_current_folder(self, shell: Shell) -> None:
        words = ("--rate", "8000", "--linear", "gone.npz", "-o", "fe.onnx")
        done = run_inside(shell, "export", "onnx", *words)
        assert done.code == 1
        assert "looked for in the current folder" in done.err

    def test_no_input_is_overwritten(self, shell: Shell) -> None:
        ok_inside(shell, "export", "onnx", "--rate", "8000", "-o", "fe.onnx")
        words = ("onnx", "--config", "fe.onnx", "-o", "fe.onnx")
        assert "would overwrite" in refused(shell, *words)

    def test_a_sound_without_a_frame(self, shell: Shell) -> None:
        write_sound(shell, "in.wav", noise(10), 8000)
        words = ("--rate", "8000", "--padding", "snip", "-o", "fe.onnx", "--check", "in.wav")
        done = run_inside(shell, "export", "onnx", *words)
        assert done.code == 1
        assert "gives no frame" in done.err


def test_without_onnx_it_says_what_to_install(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith("stftcli.onnx")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert "a graph of ONNX needs onnx: pip install 'stftcli[onnx]'" in refused(
        shell, "onnx", "--rate", "8000", "-o", "fe.onnx"
    )


def test_a_settings_file_goes_in_and_comes_out(shell: Shell, tmp_path: Path) -> None:
    oracle("onnx")
    from stftcli.features.presets import load_preset
    from stftcli.jobs.config import read_config

    settings = load_preset("whisper").settings
    (tmp_path / "mine.toml").write_text(format_settings(settings))
    ok_inside(shell, "export", "onnx", "--config", "mine.toml", "-o", "fe.onnx")
    # hop_length and win_length are told as they were chosen.
    assert read_config(str(tmp_path / "fe.onnx")).features == settings.features

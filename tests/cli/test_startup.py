"""What a fresh process imports: starting fast is a matter of not importing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

HEAVY = {"numpy", "matplotlib", "soundfile", "rich", "safetensors", "PIL"}
NEVER = {"matplotlib.pyplot", "scipy", "librosa", "torch", "tkinter", "pandas"}
TOML = {"tomllib", "tomli_w"}
EXTRAS = {"soxr", "kaldiio", "kaldi_native_io", "fsspec", "aiohttp"}

# The names go to standard error, after whatever stftcli says there.
PROGRAM = """
import sys
from stftcli.__main__ import main
try:
    main()
finally:
    print("MODULES", *sys.modules, file=sys.stderr)
"""


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "in.wav"
    soundfile.write(path, np.zeros(1000), 8000)
    return path


def modules_after(*words: str | Path, cwd: Path | None = None) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.partition("MODULES ")[2].split())


@pytest.mark.parametrize(
    "words",
    [
        "--help",
        "--version",
        "features --help",
        "spectrogram --help",
        "info --help",
        "inverse --help",
        "presets --help",
        "presets show --help",
        "linear mel --help",
        "linear fit pca --help",
    ],
)
def test_help_and_versions_import_nothing_heavy(words: str) -> None:
    modules = modules_after(*words.split())
    assert "stftcli.cli.main" in modules
    assert modules & (HEAVY | NEVER | EXTRAS) == set()


@pytest.mark.parametrize("words", ["presets", "presets show whisper"])
def test_presets_are_listed_without_numbers(words: str) -> None:
    assert modules_after(*words.split()) & (HEAVY | NEVER | EXTRAS) == set()


def test_settings_are_printed_without_numbers() -> None:
    modules = modules_after("features", "--preset", "whisper", "--print-config")
    assert "tomli_w" in modules
    assert modules & (HEAVY | NEVER | EXTRAS) == set()


@pytest.mark.parametrize("words", ["--help", "features --help", "presets --help"])
def test_help_reads_no_toml(words: str) -> None:
    assert modules_after(*words.split()) & TOML == set()


def test_features_read_no_toml_that_is_not_given(sound: Path, tmp_path: Path) -> None:
    assert modules_after("features", sound, cwd=tmp_path) & TOML == set()


@pytest.mark.parametrize("command", ["features", "info"])
def test_only_pictures_need_matplotlib(command: str, sound: Path, tmp_path: Path) -> None:
    modules = modules_after(command, sound, cwd=tmp_path)
    assert "soundfile" in modules
    assert modules & EXTRAS == set()
    assert modules & (NEVER | {"matplotlib", "PIL", "rich"}) == set()


def test_pictures_need_no_pyplot(sound: Path, tmp_path: Path) -> None:
    modules = modules_after("spectrogram", sound, cwd=tmp_path)
    assert "matplotlib.figure" in modules
    assert modules & (NEVER | {"rich"}) == set()


def test_bare_pictures_need_no_figures(sound: Path, tmp_path: Path) -> None:
    grey = modules_after("spectrogram", sound, "--bare", cwd=tmp_path)
    assert "PIL.Image" in grey
    assert grey & (NEVER | {"matplotlib", "rich"}) == set()
    coloured = modules_after("spectrogram", sound, "--bare", "--colormap", "magma", cwd=tmp_path)
    assert "matplotlib.cm" in coloured
    assert coloured & (NEVER | {"matplotlib.figure", "matplotlib.font_manager", "rich"}) == set()


def test_the_package_itself_is_light() -> None:
    code = "import sys, stftcli; stftcli.__version__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & (HEAVY | NEVER | {"click"})

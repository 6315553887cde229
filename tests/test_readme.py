"""The README's commands and code, run as they stand there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def run_shell(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def run_python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "sample_audio", tmp_path / "sample_audio")
    return tmp_path


@pytest.mark.parametrize("commands", blocks("sh"))
def test_commands_run_as_written(clone: Path, commands: str) -> None:
    if "ffmpeg" in commands and shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    done = run_shell(commands, clone)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    for name in re.findall(r"--out (\w+\.\w+)", commands):
        assert (clone / name).stat().st_size > 0
    if "array_equal" in commands:
        assert done.stdout.strip() == "True"


@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs_as_written(clone: Path, code: str) -> None:
    # It may read what the commands before it have written.
    before = README[: README.index(code)]
    assert run_shell(re.findall(r"```sh\n(.*?)```", before, re.DOTALL)[-1], clone).returncode == 0
    done = run_python(code, clone)
    assert done.returncode == 0, done.stderr


def test_torch_gives_the_same_numbers(clone: Path) -> None:
    pytest.importorskip("torch")
    commands = next(block for block in blocks("sh") if "pca.npy" in block)
    run_shell(commands, clone)
    done = run_python(blocks("py")[0], clone)
    assert done.returncode == 0, done.stderr


def test_readme_has_commands_and_code() -> None:
    assert len(blocks("sh")) >= 5
    assert len(blocks("python")) >= 1

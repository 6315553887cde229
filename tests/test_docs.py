"""The README and the pages in docs: their commands and code run as they stand, all is linked."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

import stftcli
from stftcli.cli.main import cli, load_command
from stftcli.presets import preset_names
from tests.oracles.conftest import oracle

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def blocks(page: Path, *languages: str) -> list[str]:
    """Give the blocks of a page that are marked as one of these languages, in order."""
    return re.findall(rf"```(?:{'|'.join(languages)})\n(.*?)```", TEXTS[page], re.DOTALL)


def inline_commands(page: Path) -> list[str]:
    """Give the commands within the text, or a table, that are of a sample."""
    return re.findall(r"`(stftcli [^`\n]*sample_audio/[^`\n]*)`", TEXTS[page])


# Those of the README run every time, those of the other pages with `pytest -m long`.
COMMANDS = [
    pytest.param(
        commands,
        id=f"{page.stem}-{number}",
        marks=[pytest.mark.long] if page != README else [],
    )
    for page in PAGES
    for number, commands in enumerate(blocks(page, "sh") + inline_commands(page), start=1)
]


def results(commands: str) -> list[str]:
    """Give the files that commands write by the name of an option, or behind a >."""
    return re.findall(r"(?:--out|-o|--save-linear|--plot|>) ([\w-]+\.\w+)", commands)


def environment() -> dict[str, str]:
    """Give an environment in which stftcli is on the path, as in one that has been activated."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path}


def run_shell(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def run_python(page: Path, code: str, folder: Path) -> None:
    """Run code as a script, after those commands of its page that write what it reads."""
    for commands in blocks(page, "sh"):
        if any(name in code for name in results(commands)):
            assert run_shell(commands, folder).returncode == 0
    script = folder / "code_of_the_page.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script.name],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "sample_audio", tmp_path / "sample_audio")
    return tmp_path


@pytest.mark.parametrize("commands", COMMANDS)
def test_commands_run_as_written(clone: Path, commands: str) -> None:
    if "ffmpeg" in commands and shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    if "dask " in commands:
        oracle("distributed")
    if ".onnx" in commands:
        oracle("onnx")
    if "--device" in commands:
        oracle("torch")
    done = run_shell(commands, clone)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    for name in results(commands):
        assert (clone / name).stat().st_size > 0
    if "array_equal" in commands:
        assert done.stdout.strip() == "True"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.stem
)
def test_python_runs_from_top_to_bottom(clone: Path, page: Path) -> None:
    run_python(page, "\n".join(blocks(page, "python")), clone)


@pytest.mark.parametrize(
    ("page", "code"),
    [pytest.param(page, code, id=page.stem) for page in PAGES for code in blocks(page, "py")],
)
def test_python_with_extras_runs(clone: Path, page: Path, code: str) -> None:
    for package in set(
        re.findall(r"^(?:import|from) (?:stftcli.)?(torch|onnx|onnxruntime)\b", code, re.M)
    ):
        oracle(package)
    run_python(page, code, clone)


def test_there_are_commands_and_code() -> None:
    assert len(COMMANDS) >= 25
    assert len(inline_commands(README)) >= 3
    assert blocks(README, "python")
    assert sum(len(blocks(page, "py")) for page in PAGES) >= 2


@each_page
def test_every_block_is_of_a_kind_that_is_known(page: Path) -> None:
    opened = re.findall(r"^```(.*)$", TEXTS[page], re.MULTILINE)
    assert set(opened[::2]) <= {"sh", "python", "py", "bash", "text", "toml"}
    assert set(opened[1::2]) <= {""}


def test_the_readme_takes_four_minutes() -> None:
    assert len(TEXTS[README].splitlines()) < 250


@each_page
def test_the_readme_links_every_page(page: Path) -> None:
    assert page == README or f"](docs/{page.name}" in TEXTS[README]


def anchors(page: Path) -> set[str]:
    """Give the anchors of the headings, as GitHub makes them."""
    text = re.sub(r"```.*?```", "", TEXTS[page], flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", TEXTS[page])
    for target in targets:
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = unquote(target).partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert file.is_relative_to(ROOT)
        if anchor:
            assert anchor in anchors(file), target


@each_page
def test_every_file_that_is_named_is_there(page: Path) -> None:
    for name in re.findall(r"`((?:stftcli|tests|docs|benchmarks)/[\w/.]*)`", TEXTS[page]):
        # The package that is tested may be installed elsewhere.
        root = Path(stftcli.__file__).parents[1] if name.startswith("stftcli/") else ROOT
        assert (root / name).exists() or "NAME" in name, name


def options_of(command: click.Command) -> Iterator[str]:
    """Give the long names of all options of a command and of those under it."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            names = (*parameter.opts, *parameter.secondary_opts)
            yield from (name for name in names if name.startswith("--"))
    if isinstance(command, click.Group):
        for name in command.commands:
            yield from options_of(command.commands[name])


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_option_is_told_of(command: str) -> None:
    told = set(re.findall(r"--[a-z][a-z0-9-]*", "\n".join(TEXTS.values())))
    assert set(options_of(load_command(command))) - told == set()


def test_every_preset_has_a_row_in_the_table() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| `", TEXTS[ROOT / "docs" / "presets.md"], re.MULTILINE)
    assert rows == preset_names()


def test_every_word_of_python_is_told_of() -> None:
    text = TEXTS[ROOT / "docs" / "python.md"]
    names = set(dir(stftcli)) - {"__version__"}
    assert sorted(name for name in names if f"`{name}" not in text and f" {name}" not in text) == []

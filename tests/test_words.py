"""The library speaks the library's words: options are spelled in cli alone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import stftcli

PACKAGE = Path(stftcli.__file__).parent
FILES = sorted(
    file for file in PACKAGE.rglob("*.py") if "cli" not in file.relative_to(PACKAGE).parts
)


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Give the strings of a file that are no docstrings, with their lines."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    plain = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in plain:
            yield node.lineno, node.value


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(PACKAGE)) for file in FILES])
def test_no_message_names_an_option_of_the_command_line(file: Path) -> None:
    found = [
        (line, text)
        for line, text in texts(file)
        if re.search(r"(^|[ (`])--[a-z][a-z-]*\b(?!-)", text)
    ]
    assert found == []


def test_the_rule_can_fail(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text('"""Says --this."""\nraise ValueError("give --that")\n')
    assert [text for _, text in texts(file)] == ["give --that"]

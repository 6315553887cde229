"""Helpers: lists written and read."""

import gzip
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import stftcli
from stftcli.errors import InputError
from stftcli.manifests.entry import Entry
from stftcli.manifests.read import read_manifest

_PROGRAM = """
import sys
from stftcli.errors import InputError
from stftcli.manifests.lists import read_list
from stftcli.manifests.read import read_manifest
try:
    for item in {reader}("-"):
        print(ascii(item))
except InputError as error:
    print("error:", error)
"""


def read(path: Path | str) -> list[Entry]:
    return list(read_manifest(str(path)))


def read_text(folder: Path, text: str | bytes, name: str = "list") -> list[Entry]:
    """Read a list of this content."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path)


def refusal(path: Path | str) -> str:
    """Give what is said of a list that cannot be used, behind its name."""
    with pytest.raises(InputError) as caught:
        read(path)
    text = str(caught.value)
    assert text.isprintable()
    assert text.startswith(str(path))
    return text.removeprefix(str(path)).removeprefix(", ")


def refusal_of(folder: Path, text: str | bytes, name: str = "list") -> str:
    """Give what is said of a list of this content, behind its name."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return refusal(path)


def through_a_pipe(reader: str, content: bytes, cwd: Path) -> list[str]:
    """Read standard input in a process of its own; give a line for each entry."""
    root = str(Path(stftcli.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(reader=reader)],
        input=content,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": root},
        check=True,
    )
    return done.stdout.decode().splitlines()


def zipped(text: Any) -> bytes:
    return gzip.compress(text if isinstance(text, bytes) else text.encode())

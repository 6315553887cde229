"""What holds whatever is done to stftcli: exit codes, messages, and what is left behind."""

import re
from pathlib import Path

import numpy as np

from tests.cli.shell import Done

DRAFT = re.compile(r"\.stftcli-[0-9a-f]+\.tmp")
"""How half-written results are called, so that they can be told from others."""

_PAGE = re.compile(r"-\d+\.png$")
"""Of a contact sheet that has several."""

_MAX_LINE, _MAX_LINES = 1200, 40


def assert_explained(done: Done) -> None:
    """Check that a run has ended in an orderly way, and has said so in lines of its own."""
    assert done.code in (0, 1, 2, 3), done.err
    for words in ("Traceback", "a fault of stftcli", "Warning:", "Error:"):
        assert words not in done.err
    lines = done.err.split("\n")
    assert len(lines) <= _MAX_LINES
    for line in lines:
        assert line.isprintable()
        assert len(line) <= _MAX_LINE
    if done.code:
        assert any(line.startswith("stftcli: ") for line in lines)


def assert_nothing_left(folder: Path, before: set[str], outputs: set[str], done: Done) -> None:
    """Check that a folder holds what it held, and outputs only of a run that went well."""
    new = {str(path.relative_to(folder)) for path in folder.rglob("*")} - before
    assert {_PAGE.sub(".png", name) for name in new} <= outputs, "there is a leftover"
    if done.code in (1, 2):
        assert not new
    for name in new:
        if name.endswith(".npy"):
            assert np.isfinite(np.load(folder / name)).all()

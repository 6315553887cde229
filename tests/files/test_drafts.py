"""Drafts that a kill has left are removed, those that somebody writes are not."""

import errno
import os
from pathlib import Path

import pytest

from stftcli.files.drafts import create_draft, draft_name, remove_leftovers

fcntl = pytest.importorskip("fcntl")


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system as some clusters have."""

    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)


def leave_behind(folder: Path, age_s: float = 0) -> Path:
    draft = folder / draft_name()
    draft.write_bytes(b"half")
    os.utime(draft, (draft.stat().st_atime, draft.stat().st_mtime - age_s))
    return draft


def test_what_was_left_behind_is_removed_at_once(tmp_path: Path) -> None:
    leave_behind(tmp_path)
    assert remove_leftovers(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_being_written_stays(tmp_path: Path) -> None:
    draft, file = create_draft(tmp_path / "x.npy")
    with file:
        assert remove_leftovers(tmp_path) == 0
        assert draft.exists()


@pytest.mark.usefixtures("without_locks")
def test_without_locks_only_what_is_old_is_removed(tmp_path: Path) -> None:
    new, file = create_draft(tmp_path / "x.npy")
    old = leave_behind(tmp_path, age_s=2 * 86400)
    with file:
        assert remove_leftovers(tmp_path) == 1
    assert new.exists() and not old.exists()

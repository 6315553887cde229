"""Drafts that a kill has left are removed, those that somebody writes are not."""

import errno
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from stftcli.files.drafts import (
    Draft,
    create_draft,
    draft_name,
    remove_abandoned,
    remove_leftovers,
)
from stftcli.files.interrupts import hearing_signals

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
    with create_draft(tmp_path):
        assert remove_leftovers(tmp_path) == 0
        assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.usefixtures("without_locks")
def test_without_locks_only_what_is_old_is_removed(tmp_path: Path) -> None:
    with create_draft(tmp_path):
        old = leave_behind(tmp_path, age_s=2 * 86400)
        assert remove_leftovers(tmp_path) == 1
        assert not old.exists()
        assert len(list(tmp_path.iterdir())) == 1


def stat_of(draft: Draft) -> os.stat_result:
    return os.fstat(draft.file.fileno())


class TestAbandoned:
    """What killed commands have left is found without a look at all that is in a folder."""

    @pytest.fixture(autouse=True)
    def _as_in_a_new_process(self) -> None:
        remove_abandoned.cache_clear()

    @pytest.mark.parametrize("number", [0, 7, 31])
    def test_a_draft_of_any_process_is_found(self, tmp_path: Path, number: int) -> None:
        (tmp_path / f".stftcli-{number}.tmp").touch()
        with create_draft(tmp_path) as draft:
            assert [path.stat() for path in tmp_path.iterdir()] == [stat_of(draft)]
        assert list(tmp_path.iterdir()) == []

    def test_many_are_all_found(self, tmp_path: Path) -> None:
        for number in range(15, 200):
            (tmp_path / f".stftcli-{number}.tmp").touch()
        remove_abandoned(tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_what_is_being_written_and_what_is_no_draft_stays(self, tmp_path: Path) -> None:
        names = [".stftcli-notes.tmp", ".stftcli-3.tmp.bak", "stftcli-4.tmp", ".stftcli-.tmp"]
        for name in names:
            (tmp_path / name).touch()
        (tmp_path / "kept").touch()
        (tmp_path / ".stftcli-5.tmp").symlink_to("kept")
        (tmp_path / ".stftcli-6.tmp").mkdir()
        os.mkfifo(tmp_path / ".stftcli-7.tmp")
        with create_draft(tmp_path) as draft:
            remove_abandoned.cache_clear()
            remove_abandoned(tmp_path)
            remove_leftovers(tmp_path)
            assert stat_of(draft).st_nlink == 1
        kept = [*names, "kept", ".stftcli-5.tmp", ".stftcli-6.tmp", ".stftcli-7.tmp"]
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)

    def test_two_at_once_have_names_of_their_own(self, tmp_path: Path) -> None:
        with create_draft(tmp_path), create_draft(tmp_path):
            assert len(list(tmp_path.iterdir())) == 2

    def test_a_draft_of_another_that_has_its_name_by_now_stays(self, tmp_path: Path) -> None:
        with create_draft(tmp_path) as draft:
            (name,) = tmp_path.iterdir()
            draft.become(tmp_path / "result")
            name.write_bytes(b"of another")
        assert name.read_bytes() == b"of another"

    def test_a_signal_while_it_is_created_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = os.open

        def interrupted(*given: Any) -> int:
            descriptor = create(*given)
            signal.raise_signal(signal.SIGINT)
            return descriptor

        monkeypatch.setattr(os, "open", interrupted)
        with hearing_signals() as heard, pytest.raises(KeyboardInterrupt), create_draft(tmp_path):
            raise AssertionError("a signal was lost")
        assert heard.exit_code == 130
        assert list(tmp_path.iterdir()) == []

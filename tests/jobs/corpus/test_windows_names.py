"""Names of results where paths have drives and backslashes: they are the same as elsewhere."""

import ntpath
from pathlib import PureWindowsPath
from types import SimpleNamespace

import pytest

from stftcli.errors import SettingsError
from stftcli.jobs.corpus import names
from stftcli.manifests.entry import Entry


@pytest.fixture(autouse=True)
def _windows(monkeypatch: pytest.MonkeyPatch) -> None:
    system = SimpleNamespace(path=ntpath, sep="\\", curdir=".", pardir="..")
    monkeypatch.setattr(names, "os", system)
    monkeypatch.setattr(names, "PurePath", PureWindowsPath)
    monkeypatch.setattr(names, "_SLASHES_ALONE", False)


@pytest.mark.parametrize(
    ("listed", "root", "wanted"),
    [
        ("a.wav", None, "a"),
        ("clips\\day 1\\a.wav", None, "clips/day 1/a"),
        ("day 1/a.wav", None, "day 1/a"),
        ("C:\\clips\\a.wav", None, "clips/a"),
        ("D:/clips/a.wav", None, "clips/a"),
        ("C:\\clips\\day 1\\a.wav", "C:\\clips", "day 1/a"),
        ("s3://bucket/clips/a.wav", None, "bucket/clips/a"),
    ],
)
def test_a_name_has_slashes_and_no_drive(listed: str, root: str | None, wanted: str) -> None:
    assert names.names_of(Entry(listed, listed), root) == (wanted, f"{wanted}.wav")


@pytest.mark.parametrize("name", ["C:\\a", "C:a", "\\a", "..\\a", "\\\\server\\share\\a"])
def test_an_id_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="outside"):
        names.names_of(Entry("x.wav", "x.wav", id=name), None)


def test_a_root_on_another_drive_is_refused() -> None:
    with pytest.raises(SettingsError, match="outside"):
        names.names_of(Entry("D:\\a.wav", "D:\\a.wav"), "C:\\clips")

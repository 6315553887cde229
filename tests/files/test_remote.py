"""Objects behind URLs, in fsspec's memory and behind file systems that fail."""

import io
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from stftcli.errors import MissingExtraError, OutputError, SettingsError
from stftcli.files import remote
from stftcli.files.atomic import atomic_write
from stftcli.files.places import exists, local_copy, names_in, open_to_read, remove, stat_of

fsspec = pytest.importorskip("fsspec")

FileSystem: Any = fsspec.AbstractFileSystem
BufferedFile: Any = fsspec.spec.AbstractBufferedFile

URL = "memory://stftcli-tests/result.bin"
LONG = bytes(range(256)) * 100_000


@pytest.fixture(autouse=True)
def memory() -> Iterator[Any]:
    fs = fsspec.filesystem("memory")
    yield fs
    if fs.exists("/stftcli-tests"):
        fs.rm("/stftcli-tests", recursive=True)


def write(url: str, content: bytes) -> None:
    with atomic_write(url) as file:
        file.write(content)


@pytest.mark.parametrize("content", [b"", b"short", LONG])
def test_what_was_written_is_read(content: bytes) -> None:
    write(URL, content)
    with open_to_read(URL) as file:
        assert file.read() == content
    assert stat_of(URL).size == len(content)
    with local_copy(URL) as path:
        assert path.name == "result.bin"
        assert path.read_bytes() == content
    assert not path.exists()


def test_the_writer_may_go_back() -> None:
    with atomic_write(URL) as file:
        file.write(b"????content")
        file.seek(0)
        file.write(b"new ")
        assert not exists(URL)
    with open_to_read(URL) as file:
        assert file.read() == b"new content"


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt()])
def test_the_old_content_stays_after_an_exception(error: BaseException) -> None:
    write(URL, b"old")
    with pytest.raises(type(error)), atomic_write(URL) as file:
        file.write(b"new")
        raise error
    with open_to_read(URL) as file:
        assert file.read() == b"old"


def test_each_change_is_another_version() -> None:
    write(URL, b"one")
    first = stat_of(URL)
    assert first == stat_of(URL)
    write(URL, b"two")
    assert stat_of(URL).version != first.version


def test_names_are_those_right_below() -> None:
    for name in ("a.wav", "deep/b.wav", "deep/er/c.wav"):
        write(f"memory://stftcli-tests/{name}", b"")
    assert sorted(names_in("memory://stftcli-tests/")) == ["a.wav", "deep/"]
    assert sorted(names_in("memory://stftcli-tests/deep")) == ["b.wav", "er/"]


def test_what_is_removed_is_gone() -> None:
    write(URL, b"old")
    assert exists(URL)
    remove(URL)
    assert not exists(URL)


def test_a_folder_is_no_object() -> None:
    write("memory://stftcli-tests/deep/b.wav", b"")
    with pytest.raises(OSError, match="it is a folder"):
        stat_of("memory://stftcli-tests/deep")


@pytest.mark.parametrize("act", [open_to_read, stat_of, remove, lambda url: list(names_in(url))])
def test_what_is_missing_is_told(act: Any) -> None:
    with pytest.raises(remote.MissingObjectError, match="there is no such object"):
        act("memory://stftcli-tests/nothing")


class Failing(FileSystem):  # type: ignore[misc]
    """Takes what is sent in parts, fails at the second, and remembers what became of it."""

    protocol = "failing"
    cachable = False
    told: list[str]

    def _open(self, path: str, mode: str = "rb", **kwargs: Any) -> Any:
        return FailingFile(self, path, mode, **kwargs)


class FailingFile(BufferedFile):  # type: ignore[misc]
    parts = 0

    def _initiate_upload(self) -> None:
        pass

    def _upload_chunk(self, final: bool = False) -> bool:  # noqa: ARG002  # fsspec passes it
        self.parts += 1
        if self.parts == 2:
            raise RuntimeError("the line\nis dead")
        return True

    def commit(self) -> None:
        Failing.told.append("committed")

    def discard(self) -> None:
        Failing.told.append("discarded")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    fsspec.register_implementation("failing", Failing, clobber=True)
    monkeypatch.setattr(Failing, "told", [], raising=False)
    return Failing.told


def test_what_fails_on_the_way_is_given_up(failing: list[str]) -> None:
    with pytest.raises(OutputError, match=r"^failing://a cannot be written: the line is dead$"):
        write("failing://a", LONG)
    assert failing == ["discarded"]


def test_what_arrives_is_committed(failing: list[str]) -> None:
    write("failing://a", b"short")
    assert failing == ["committed"]


class Short(FileSystem):  # type: ignore[misc]
    """Promises more than it gives."""

    protocol = "short"

    def _open(self, *_: Any, **__: Any) -> Any:
        return ShortFile(b"content")


class ShortFile(io.BytesIO):
    size = 17


def test_less_than_was_promised_is_no_end() -> None:
    fsspec.register_implementation("short", Short, clobber=True)
    with (
        open_to_read("short://a") as file,
        pytest.raises(OSError, match="it ended after 7 of 17 bytes"),
    ):
        file.read()


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("none-such://a", "none-such://a cannot be reached: Protocol not known: none-such"),
        ("zip://a.wav::memory://b.zip", "a chain of URLs is not followed"),
    ],
)
def test_a_scheme_that_nobody_knows_is_told(url: str, text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        open_to_read(url)


def test_the_package_of_a_scheme_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"class": "no_such_package.FileSystem", "err": "Install no_such_package to access it"}
    known = import_module("fsspec.registry").known_implementations
    monkeypatch.setitem(known, "rare", told)
    with pytest.raises(SettingsError, match="Install no_such_package to access it"):
        open_to_read("rare://a")


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingExtraError, match=r"memory://a needs fsspec: pip install .*\[remote"):
        open_to_read("memory://a")

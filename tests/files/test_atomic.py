import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from stftcli.errors import OutputError
from stftcli.files.atomic import atomic_write

OLD, NEW = b"old content", b"new content"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "result.bin"


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def write(path: str | os.PathLike[str], content: bytes = NEW, *, seekable: bool = True) -> None:
    with atomic_write(path, seekable=seekable) as file:
        file.write(content)


def fail(path: str | os.PathLike[str], error: BaseException, *, seekable: bool = True) -> None:
    with atomic_write(path, seekable=seekable) as file:
        file.write(NEW)
        raise error


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("before", [None, OLD])
def test_a_result_appears_when_the_block_has_ended(target: Path, before: bytes | None) -> None:
    if before is not None:
        target.write_bytes(before)
    with atomic_write(target) as file:
        file.write(NEW)
        file.flush()
        assert target.exists() == (before is not None)
        assert before is None or target.read_bytes() == before
    assert target.read_bytes() == NEW
    assert names_in(target.parent) == [target.name]


def test_the_writer_may_go_back(target: Path) -> None:
    with atomic_write(target) as file:
        file.write(b"????content")
        file.seek(0)
        file.write(b"new ")
        assert file.read() == b"content"
    assert target.read_bytes() == NEW


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt(), SystemExit(3)])
def test_nothing_is_left_after_an_exception(target: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        fail(target, error)
    assert names_in(target.parent) == []


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt()])
def test_the_old_content_stays_after_an_exception(target: Path, error: BaseException) -> None:
    target.write_bytes(OLD)
    with pytest.raises(type(error)):
        fail(target, error)
    assert target.read_bytes() == OLD
    assert names_in(target.parent) == [target.name]


def test_an_error_of_the_system_names_the_target(target: Path) -> None:
    with pytest.raises(OutputError, match=r"result\.bin cannot be written: Input/output error"):
        fail(target, OSError(5, "Input/output error"))
    assert names_in(target.parent) == []


def test_a_rename_that_fails_leaves_nothing(target: Path) -> None:
    with pytest.raises(OutputError, match="Is a directory"), atomic_write(target):
        target.mkdir()
    assert names_in(target.parent) == [target.name]
    assert names_in(target) == []


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: No such file"):
        write(tmp_path / "nowhere" / "result.bin")


def test_a_folder_in_the_place_of_the_target_is_an_error(target: Path) -> None:
    target.mkdir()
    with pytest.raises(OutputError, match="Is a directory"):
        write(target)
    assert names_in(target) == []


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_the_permissions_that_the_umask_leaves(target: Path) -> None:
    write(target)
    assert mode_of(target) == 0o640


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("mode", [0o600, 0o666, 0o755])
def test_a_file_that_was_there_keeps_its_permissions(target: Path, mode: int) -> None:
    target.write_bytes(OLD)
    target.chmod(mode)
    write(target)
    assert (target.read_bytes(), mode_of(target)) == (NEW, mode)


@pytest.mark.parametrize("before", [None, OLD])
def test_the_file_behind_a_link_is_written_and_the_link_stays(
    tmp_path: Path, before: bytes | None
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    file, link = folder / "result.bin", tmp_path / "link.bin"
    if before is not None:
        file.write_bytes(before)
    link.symlink_to(file)
    write(link)
    assert link.is_symlink()
    assert not file.is_symlink()
    assert file.read_bytes() == NEW
    assert names_in(folder) == [file.name]


def test_another_hard_link_keeps_the_old_content(target: Path) -> None:
    target.write_bytes(OLD)
    other = target.with_name("other.bin")
    other.hardlink_to(target)
    write(target)
    assert (target.read_bytes(), other.read_bytes()) == (NEW, OLD)


@pytest.mark.parametrize("links", [1, 2])
def test_links_in_a_circle_are_an_error(tmp_path: Path, links: int) -> None:
    paths = [tmp_path / str(number) for number in range(links)]
    for path, following in zip(paths, paths[1:] + paths[:1], strict=True):
        path.symlink_to(following)
    for path in (*paths, paths[0] / "result.bin"):
        with pytest.raises(OutputError, match="Too many levels of symbolic links"):
            write(path)
    assert sorted(names_in(tmp_path)) == sorted(path.name for path in paths)
    assert all(path.is_symlink() for path in paths)


@pytest.fixture(params=[True, False], ids=["seekable", "at once"])
def seekable(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def device(folder: Path, name: str, minor: int) -> Path:
    """Make a device of our own: where root runs the tests, the system's must not be risked."""
    node = folder / name
    try:
        os.mknod(node, 0o666 | stat.S_IFCHR, os.makedev(1, minor))
        node.open("wb").close()
    except PermissionError:
        node = Path("/dev") / name
        if os.access("/dev", os.W_OK) or not node.exists():
            pytest.skip(f"no {name} to write to without risk")
    return node


def test_a_device_stays_a_device(tmp_path: Path, seekable: bool) -> None:
    null = device(tmp_path, "null", 3)
    write(null, seekable=seekable)
    assert stat.S_ISCHR(null.stat().st_mode)


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_a_full_device_is_an_error(tmp_path: Path, seekable: bool, size: int) -> None:
    full = device(tmp_path, "full", 7)
    with pytest.raises(OutputError, match="full cannot be written: No space left"):
        write(full, bytes(size), seekable=seekable)
    assert stat.S_ISCHR(full.stat().st_mode)


class TestPipe:
    @pytest.fixture
    def reader(self, target: Path) -> Iterator[int]:
        os.mkfifo(target)
        descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK)
        yield descriptor
        os.close(descriptor)

    def test_is_written_through(self, target: Path, reader: int, seekable: bool) -> None:
        write(target, seekable=seekable)
        assert os.read(reader, 100) == NEW
        assert stat.S_ISFIFO(target.stat().st_mode)
        assert names_in(target.parent) == [target.name]

    def test_takes_all_or_nothing_where_the_writer_may_go_back(
        self, target: Path, reader: int
    ) -> None:
        with pytest.raises(ValueError, match="broken"):
            fail(target, ValueError("broken"))
        assert os.read(reader, 100) == b""

    def test_without_a_reader_is_left_to_the_caller(self, target: Path) -> None:
        os.mkfifo(target)
        reader = os.open(target, os.O_RDONLY | os.O_NONBLOCK)
        with pytest.raises(BrokenPipeError), atomic_write(target, seekable=False) as file:
            os.close(reader)
            file.write(bytes(1 << 17))


class TestStandardOutput:
    def test_takes_all_at_once_where_the_writer_may_go_back(
        self, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        with atomic_write("-") as file:
            file.write(b"????content")
            file.seek(0)
            file.write(b"new ")
            assert capsysbinary.readouterr().out == b""
        assert capsysbinary.readouterr().out == NEW

    def test_takes_each_piece_where_it_may_not(
        self, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        with atomic_write("-", seekable=False) as file:
            file.write(OLD)
            assert capsysbinary.readouterr().out == OLD
            file.write(NEW)
        assert capsysbinary.readouterr().out == NEW

    def test_gets_nothing_after_an_exception(
        self, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        with pytest.raises(ValueError, match="broken"):
            fail("-", ValueError("broken"))
        assert capsysbinary.readouterr().out == b""

    def test_is_named_in_errors(self) -> None:
        with pytest.raises(OutputError, match="standard output cannot be written: full"):
            fail("-", OSError(28, "full"))

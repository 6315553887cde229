"""What URLs name, through fsspec: read from beginning to end, written whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader, RawIOBase
from os import SEEK_END
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from stftcli.errors import MissingExtraError, SettingsError, StftcliError
from stftcli.files.temporary import copy_rest
from stftcli.files.untrusted import printable
from stftcli.files.urls import WEB, plain_name

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_READ_AHEAD = 1 << 22
"""Bytes that are asked for at a time: so much is held, and as much again while it comes."""
_PART_BYTES, _MAX_PARTS = 1 << 23, 9000
_BUFFER_BYTES = 1 << 18
_SILENCE_S = 60.0
_MAX_REASON = 300
_NOT_FOUND = 404
_VERSIONS = (
    *("ETag", "etag", "md5Hash", "Content-MD5", "content_md5", "generation"),
    *("LastModified", "last_modified", "Last-Modified", "mtime", "modified", "created"),
)
"""Where fsspec's file systems tell whether an object is still the same, the surest first."""


class RemoteError(OSError):
    """What has failed at the other end, as an OSError whose text is one line."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.strerror = text


class MissingObjectError(RemoteError):
    """There is nothing under a URL."""


class RemoteStat(NamedTuple):
    """What is known of an object: its bytes, and what is another after each change of it."""

    size: int | None
    version: str | None


def open_remote(url: str) -> BufferedReader:
    """Open an object, to be read from its beginning to its end; the memory that it takes is small.

    Raises
    ------
    StftcliError
        If a package is missing, or nobody knows the scheme.
    RemoteError
        Now or while it is read, if it is not there or does not come whole.
    """
    return BufferedReader(_Incoming(url), _BUFFER_BYTES)


def stat_remote(url: str) -> RemoteStat:
    """Ask what is known of an object; raises as `open_remote` does."""
    fs, path = _find(url)
    with _as_remote_error():
        told = fs.info(path)
        if told.get("type") == "directory":
            raise IsADirectoryError("it is a folder")
        version = next((str(told[name]) for name in _VERSIONS if told.get(name)), None)
        return RemoteStat(told.get("size"), version)


def list_remote(url: str) -> Iterator[str]:
    """Give the names of what is right below a URL; those of folders end in "/".

    Raises as `open_remote` does; all names of a folder are in memory at once.
    """
    fs, path = _find(url)
    base = path.rstrip("/") + "/"
    with _as_remote_error():
        listed = fs.ls(path, detail=True)
    for told in listed:
        name = str(told["name"]).removeprefix(base).rstrip("/")
        # Pages of the web link to other places too, and to themselves in another order.
        if name and "/" not in name and not name.startswith("?"):
            yield f"{name}/" if told["type"] == "directory" else name


def remove_remote(url: str) -> None:
    """Remove an object; raises as `open_remote` does."""
    fs, path = _find(url)
    with _as_remote_error():
        fs.rm_file(path)


def check_remote(url: str) -> None:
    """Raise StftcliError for a URL of an unknown scheme, or one that needs a missing package."""
    _find(url)


def upload(file: IO[bytes], url: str) -> None:
    """Make an object of a whole file; raises as `open_remote` does."""
    fs, path = _find(url)
    size = file.seek(0, SEEK_END)
    file.seek(0)
    with _as_remote_error():
        # One request is whole or not at all by itself; without requests it is not.
        if fs.async_impl and size <= _PART_BYTES:
            fs.pipe_file(path, file.read())
        else:
            _upload_parts(fs, path, file, max(_PART_BYTES, size // _MAX_PARTS))


def _upload_parts(fs: Any, path: str, file: IO[bytes], part_bytes: int) -> None:
    target = fs.open(path, "wb", block_size=part_bytes, autocommit=False)
    try:
        copy_rest(file, target)
        target.close()
        target.commit()
    except BaseException:
        with suppress(Exception):
            target.discard()
        # It would send the rest when it is collected as garbage.
        with suppress(AttributeError):
            target.closed = True
        raise


class _Incoming(RawIOBase):
    """The bytes of an object, in order."""

    def __init__(self, url: str) -> None:
        fs, path = _find(url)
        self._count = 0
        with _as_remote_error():
            self._file = fs.open(path, "rb", block_size=_read_ahead(url), cache_type="readahead")
            self._size = getattr(self._file, "size", None)

    def readable(self) -> bool:
        return True

    def readinto(self, room: "WriteableBuffer") -> int:
        view = memoryview(room).cast("B")
        with _as_remote_error():
            piece = self._file.read(len(view))
            if not piece and self._size is not None and self._count < self._size:
                raise EOFError(f"it ended after {self._count} of {self._size} bytes")
        view[: len(piece)] = piece
        self._count += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            with suppress(Exception):  # all that was wanted has been read
                self._file.close()
        super().close()


def _find(url: str) -> tuple[Any, str]:
    """Give fsspec's file system for a URL, and what it calls the object."""
    name, scheme = plain_name(url), url.partition("://")[0]
    try:
        import fsspec
    except ImportError:
        raise MissingExtraError(name, "fsspec", "remote") from None
    if "::" in url:  # fsspec would open what the parts behind name, and believe it
        raise SettingsError(f"{name} has '::' in it: a chain of URLs is not followed")
    try:
        fs, path = fsspec.url_to_fs(url, use_listings_cache=False, **_options(scheme))
    except StftcliError:
        raise
    except ImportError as error:
        raise SettingsError(f"{name} needs a package that is not there: {error}") from None
    except Exception as error:
        raise SettingsError(f"{name} cannot be reached: {_reason(error)}") from None
    return fs, str(path)


def _read_ahead(url: str) -> int:
    # Not every web server gives a part that is asked for: there the answer is read as it comes.
    return 0 if url.startswith(WEB) else _READ_AHEAD


def _options(scheme: str) -> dict[str, Any]:
    if scheme in ("file", "local"):
        return {"auto_mkdir": True}
    if not f"{scheme}://".startswith(WEB):
        return {}
    try:
        from aiohttp import ClientTimeout
    except ImportError:
        raise MissingExtraError(f"{scheme}://", "aiohttp", "remote") from None
    from fsspec.config import conf

    # The default is five minutes for all of a sound, however long it is.
    timeout = ClientTimeout(total=None, sock_connect=_SILENCE_S, sock_read=_SILENCE_S)
    return {"client_kwargs": {"timeout": timeout, **conf.get(scheme, {}).get("client_kwargs", {})}}


@contextmanager
def _as_remote_error() -> Iterator[None]:
    try:
        yield
    except StftcliError:
        raise
    except Exception as error:  # each file system raises kinds of its own
        # What a web server said stands behind one that is called missing.
        hidden = error.__cause__ if isinstance(error, FileNotFoundError) else None
        real = error if hidden is None or isinstance(hidden, LookupError) else hidden
        kind = MissingObjectError if _is_missing(real) else RemoteError
        raise kind(_reason(real)) from error


def _is_missing(error: BaseException) -> bool:
    return isinstance(error, FileNotFoundError) or getattr(error, "status", None) == _NOT_FOUND


def _reason(error: BaseException) -> str:
    if _is_missing(error):
        return "there is no such object"
    if isinstance(error, NotImplementedError):
        return "nothing can be written there"
    status, said = getattr(error, "status", None), getattr(error, "message", None)
    if isinstance(status, int) and said:  # the rest is the URL, with its signature
        return f"{status} {printable(str(said))[:_MAX_REASON]}"
    text = printable(" ".join(str(getattr(error, "strerror", None) or error).split()))
    return text[:_MAX_REASON] or type(error).__name__

"""The manifest of a corpus behind a URL, where nothing can be appended: a copy that is sent."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from stftcli.errors import OutputError, SettingsError, StftcliError
from stftcli.files.remote import MissingObjectError, open_remote, stat_remote, upload
from stftcli.files.temporary import copy_rest
from stftcli.files.urls import join_path, plain_name
from stftcli.jobs.corpus.catalog import Catalog, Line
from stftcli.jobs.corpus.results import Result, Results

_MIN_WAIT_S = 5.0
_WAIT_FOR_SENDING = 20
"""So many times as long as the manifest took to be sent it waits until it is sent again."""


class RemoteResults(Results):
    """A manifest that is written to a copy, which is sent every few seconds and at the end.

    Nothing locks what is behind a URL. A run ends when it finds that another has written the
    manifest meanwhile.

    Parameters
    ----------
    url : str
        The manifest.
    path : path
        Its copy, which is made here.

    Raises
    ------
    SettingsError
        On the way, if another run writes the manifest too.
    OutputError
        If it cannot be read or written.
    """

    def __init__(self, url: str, path: Path) -> None:
        self._url = url
        with self._as_output_error():
            self._version = self._fetch(path)
        super().__init__(path)
        self._copy, self._is_sent = path, True
        self._due_s = time.monotonic() + _MIN_WAIT_S

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None and self._version is None:
            self._is_sent = False  # a part of no sounds is done too
        try:
            # After an error that one counts, and what is done is sent if it can be.
            with suppress(StftcliError) if error is not None else nullcontext():
                self._send()
        finally:
            super().__exit__(kind, error, trace)

    def append(self, results: Iterable[Result]) -> Iterator[Line]:
        """Write results as into a file, and send the file if it is time for it."""
        yield from super().append(results)
        self._is_sent = False
        if time.monotonic() >= self._due_s:
            self._send()

    def rewrite(self, catalog: Catalog) -> None:
        """Put the lines in order, as in a file."""
        before = self._copy.stat()
        super().rewrite(catalog)
        after = self._copy.stat()
        self._is_sent = self._is_sent and before.st_ino == after.st_ino

    def _fetch(self, path: Path) -> str | None:
        try:
            version = stat_remote(self._url).version
            with open_remote(self._url) as source, path.open("wb") as target:
                copy_rest(source, target)
        except MissingObjectError:
            return None
        return version

    def _send(self) -> None:
        if self._is_sent:
            return
        begun = time.monotonic()
        with self._as_output_error():
            self._check_alone()
            with self._copy.open("rb") as file:
                upload(file, self._url)
            self._version = stat_remote(self._url).version
        now = time.monotonic()
        self._is_sent = True
        self._due_s = now + max(_MIN_WAIT_S, _WAIT_FOR_SENDING * (now - begun))

    def _check_alone(self) -> None:
        version = None
        with suppress(MissingObjectError):
            version = stat_remote(self._url).version
        if version != self._version:
            raise SettingsError(
                f"another run is writing {plain_name(self._url)}: wait for it, or give another "
                "`out_dir`"
            )

    @contextmanager
    def _as_output_error(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or error
            raise OutputError(f"{plain_name(self._url)} cannot be written: {reason}") from error


@contextmanager
def open_remote_results(out_dir: str, manifest: str) -> Iterator[Results]:
    """Give the manifest of a folder behind a URL; raises as `RemoteResults` does."""
    with TemporaryDirectory(prefix="stftcli-") as folder:
        url = join_path(out_dir, manifest)
        with RemoteResults(url, Path(folder, manifest)) as results:
            yield results

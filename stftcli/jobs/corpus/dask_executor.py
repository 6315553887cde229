"""The workers of a Dask scheduler as an Executor."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from stftcli.errors import InputError, MissingExtraError, SettingsError

Parameters = ParamSpec("Parameters")
Outcome = TypeVar("Outcome")

SCHEME = "dask://"
_RECOUNT_S = 5.0


class DaskExecutor(Executor):
    """The workers of a Dask scheduler.

    Parameters
    ----------
    name : str
        "dask://HOST:PORT", the scheduler.
    answer_s : float
        How long it has time to answer.

    Raises
    ------
    StftcliError
        If the name is no such address, nothing answers there, or distributed is not installed.
    """

    def __init__(self, name: str, answer_s: float) -> None:
        address = _address_of(name)
        try:
            import distributed
        except ImportError:
            raise MissingExtraError("`executor='dask://'`", "distributed", "dask") from None
        # A scheduler that is gone ends the calls; these would add tracebacks to the message.
        for logger in ("distributed", "distributed.client", "tornado.application"):
            logging.getLogger(logger).setLevel(logging.CRITICAL)
        connect = partial(distributed.Client, address, timeout=answer_s, set_as_default=False)
        try:
            self._client: Any = _in_time(connect, 2 * answer_s)
        except (OSError, ValueError) as error:
            raise InputError(f"no Dask scheduler answers at {address}: {error}") from None
        # Pure functions would give the first answer again when a unit is tried a second time.
        self._executor: Any = self._client.get_executor(pure=False)
        self._workers, self._counted = 0, -_RECOUNT_S

    @property
    def workers(self) -> int:
        """How many units can be worked on at once; clusters grow and shrink."""
        if time.monotonic() - self._counted >= _RECOUNT_S:
            with suppress(Exception):  # whether the scheduler answers is seen by its futures
                self._workers = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
        return self._workers

    def submit(
        self,
        fn: Callable[Parameters, Outcome],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> "Future[Outcome]":
        """Give a call to the next worker that is free."""
        return self._executor.submit(fn, *args, **kwargs)  # type: ignore[no-any-return]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which stays; a worker ends the call that it is at."""
        with suppress(Exception):  # the scheduler may be gone
            self._executor.shutdown(wait=wait and not cancel_futures)
        with suppress(Exception):
            self._client.close()


def _in_time(call: Callable[[], Outcome], limit_s: float) -> Outcome:
    """Make a call that may never end, as that of a Client to whom nobody says who he is."""
    result: Future[Outcome] = Future()

    def run() -> None:
        try:
            result.set_result(call())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return result.result(limit_s)
    except TimeoutError as error:
        raise TimeoutError(str(error) or f"nothing was said for {limit_s:.0f} s") from None


def _address_of(name: str) -> str:
    try:
        parts = urlsplit(name)
        if parts.hostname and parts.port and parts.netloc == name.removeprefix(SCHEME):
            return parts.netloc
    except ValueError:  # the port is no number
        pass
    raise SettingsError(f"`executor` is {name!r}: give the scheduler as dask://HOST:PORT")

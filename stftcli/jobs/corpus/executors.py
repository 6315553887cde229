"""Where units are worked on: processes or threads here, a cluster, or any Executor at all."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
)
from pkgutil import resolve_name
from typing import ClassVar, TypeVar

import stftcli
from stftcli.errors import InputError, SettingsError
from stftcli.files.system import deaf_children
from stftcli.jobs.corpus.dask_executor import SCHEME, DaskExecutor
from stftcli.jobs.corpus.processes import ProcessPool
from stftcli.jobs.corpus.threads import ThreadPool

Unit = TypeVar("Unit")
Outcome = TypeVar("Outcome")

HERE = ("processes", "threads")
"""Executors whose workers have this machine's devices."""

_PER_WORKER = 4


class Workers:
    """An Executor that can be made anew, and how much it is given at a time.

    Parameters
    ----------
    name : str
        "processes", "threads", "dask://HOST:PORT", or "MODULE:FACTORY", a function without
        parameters that gives an Executor. Such an Executor may say how many `workers` it has.
    jobs : int, optional
        How many processes or threads, as many as there are processors if None; of a cluster, at
        least so many are taken to be there.

    Attributes
    ----------
    answer_s : float
        How long a cluster has time to answer, and how long it may be without workers.
    remote : bool
        Whether workers may run on other machines.
    broken : tuple of type
        What is raised when the Executor must be made anew; a cluster whose scheduler is gone
        cancels what it was given.

    Raises
    ------
    StftcliError
        If there is no such Executor, it does not answer, or its workers have another stftcli.
    """

    answer_s: ClassVar[float] = 60.0
    broken: ClassVar[tuple[type[BaseException], ...]] = (BrokenExecutor, CancelledError)

    def __init__(self, name: str, jobs: int | None) -> None:
        self._name, self._jobs = name, jobs
        self._make, self.remote = _maker(name, jobs or default_jobs(), self.answer_s)
        self._empty_since: float | None = None
        self._executor = self._make()
        if self.remote:
            try:
                self._check_version()
            except BaseException:
                self.close()
                raise

    @property
    def count(self) -> int:
        """How many units can be worked on at once."""
        known = self._known()
        if known is None:
            return self._jobs or default_jobs()
        return max(known, self._jobs or 1)

    @property
    def window(self) -> int:
        """Units that are under way at most."""
        return _PER_WORKER * self.count

    def submit(self, work: Callable[[Unit], Outcome], unit: Unit) -> "Future[Outcome]":
        """Give a unit to the next worker that is free."""
        with deaf_children((signal.SIGINT,)):
            return self._executor.submit(work, unit)

    def renew(self) -> None:
        """Make a new Executor in the place of a broken one."""
        self.close()
        self._executor = self._make()

    def close(self) -> None:
        """Leave the workers; those of this machine end at once, threads after a sound each."""
        try:
            self._executor.shutdown(wait=False, cancel_futures=True)
        except TypeError:  # an Executor of others, which cancels nothing
            self._executor.shutdown(wait=False)

    def check_there(self) -> None:
        """Raise InputError if a cluster has had no worker for too long; ask it while waiting."""
        if self._known() != 0:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = time.monotonic()
        elif time.monotonic() - self._empty_since >= self.answer_s:
            raise InputError(
                f"{self._name} has had no workers for {self.answer_s:.0f} s; what is done stays, "
                "the same call goes on"
            )

    def _known(self) -> int | None:
        """Give how many workers the Executor itself says there are."""
        found = getattr(self._executor, "workers", None)
        return found if isinstance(found, int) else None

    def _check_version(self) -> None:
        try:
            # A function that workers have whatever stftcli they have.
            with deaf_children((signal.SIGINT,)):
                task = self._executor.submit(resolve_name, "stftcli:__version__")
            found = task.result(timeout=self.answer_s)
        except TimeoutError:
            raise InputError(
                f"{self._name} has not answered for {self.answer_s:.0f} s: are there workers?"
            ) from None
        except ImportError as error:
            raise InputError(
                f"the workers of {self._name} have no stftcli ({_last_line(error)}): install "
                f"stftcli {stftcli.__version__} there"
            ) from None
        except Exception as error:
            raise InputError(
                f"the workers of {self._name} do not work: {reason_of(error)}"
            ) from None
        if found != stftcli.__version__:
            raise InputError(
                f"the workers of {self._name} have stftcli {found}, here is "
                f"{stftcli.__version__}: install the same"
            )


def default_jobs() -> int:
    """Give the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def reason_of(error: BaseException) -> str:
    """Give the kind of an error and what it says, in one line.

    Some clusters send the traceback of a worker as a text, the reason last.
    """
    return f"{type(error).__name__}: {_last_line(error)}"


def _last_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[-1]


def _maker(name: str, jobs: int, answer_s: float) -> tuple[Callable[[], Executor], bool]:
    if name == "processes":
        return lambda: ProcessPool(jobs), False
    if name == "threads":
        return lambda: ThreadPool(jobs), False
    if name.startswith(SCHEME):
        return lambda: DaskExecutor(name, answer_s), True
    if ":" in name:
        factory = _factory(name)
        return lambda: _made(factory, name), True
    raise SettingsError(
        f"`executor` is {name!r}: give processes, threads, dask://HOST:PORT or MODULE:FACTORY"
    )


def _factory(name: str) -> Callable[[], Executor]:
    module, _, attribute = name.partition(":")
    try:
        factory = resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(
            f"`executor` is {name!r}: there is no {attribute!r} in a module {module!r} on the "
            f"path of Python ({error})"
        ) from None
    except Exception as error:
        raise InputError(f"{module} cannot be imported: {reason_of(error)}") from error
    if not callable(factory):
        raise SettingsError(f"`executor` is {name!r}, which is no function")
    return factory  # type: ignore[no-any-return]


def _made(factory: Callable[[], Executor], name: str) -> Executor:
    try:
        executor = factory()
    except Exception as error:
        raise InputError(f"{name} gave no Executor: {reason_of(error)}") from error
    if not callable(getattr(executor, "submit", None)):
        raise SettingsError(f"{name} gave no concurrent.futures.Executor but {executor!r}")
    return executor

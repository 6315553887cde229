"""Where units are worked on: processes or threads here, a cluster, or any Executor at all."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

import stftcli
from stftcli.errors import InputError, MissingExtraError, SettingsError

Unit = TypeVar("Unit")
Outcome = TypeVar("Outcome")

_PER_WORKER = 4
_ANSWER_S = 60.0
_ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_PRELOADED = ["stftcli.jobs.corpus.run", "stftcli.jobs.corpus.feature_files"]


class Workers:
    """An Executor that can be made anew, and how much it is given at a time.

    Parameters
    ----------
    name : str
        "processes", "threads", "dask://HOST:PORT", or "MODULE:FACTORY", a function without
        parameters that gives an Executor.
    jobs : int
        How many processes or threads; of a cluster, at least so many are taken to be there.

    Attributes
    ----------
    remote : bool
        Whether workers may run on other machines.
    window : int
        Units that are under way at most.
    broken : tuple of type
        What is raised when the Executor must be made anew.

    Raises
    ------
    StftcliError
        If there is no such Executor, it does not answer, or its workers have another stftcli.
    """

    broken: tuple[type[BaseException], ...] = (BrokenExecutor,)

    def __init__(self, name: str, jobs: int) -> None:
        self._others = set(multiprocessing.active_children())
        self._make, self.remote = _maker(name, jobs)
        self._executor = self._make()
        workers = max(jobs, int(getattr(self._executor, "workers", 0)))
        self.window = _PER_WORKER * workers
        if self.remote:
            try:
                self._check_version(name)
            except BaseException:
                self.close()
                raise

    def submit(self, work: Callable[[Unit], Outcome], unit: Unit) -> "Future[Outcome]":
        """Give a unit to the next worker that is free."""
        with _deaf_children():
            return self._executor.submit(work, unit)

    def renew(self) -> None:
        """Make a new Executor in the place of a broken one."""
        self.close()
        self._executor = self._make()

    def close(self) -> None:
        """End all workers; those that still work are stopped."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        # What is under way when this is called is wanted no more.
        for process in set(multiprocessing.active_children()) - self._others:
            process.kill()
            process.join()

    def _check_version(self, name: str) -> None:
        try:
            with _deaf_children():
                future = self._executor.submit(_version)
            found = future.result(timeout=_ANSWER_S)
        except TimeoutError:
            raise InputError(
                f"{name} has not answered for {_ANSWER_S:.0f} s: are there workers?"
            ) from None
        except ImportError as error:
            raise InputError(f"the workers of {name} lack a module: {error}") from None
        except Exception as error:
            raise InputError(
                f"the workers of {name} fail: {type(error).__name__}: {error}"
            ) from error
        if found != stftcli.__version__:
            raise InputError(
                f"the workers of {name} have stftcli {found}, here is {stftcli.__version__}: "
                "install the same"
            )


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Let processes that are started here not hear what ends this one, from their first moment on.

    Ctrl-C reaches all processes of a terminal, and a cluster's signals all of a job. This one ends
    the others, and knows when they are gone: they may not go before it asks them to.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def default_jobs() -> int:
    """Give the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version() -> str:
    return stftcli.__version__


def _maker(name: str, jobs: int) -> tuple[Callable[[], Executor], bool]:
    if name == "processes":
        return lambda: _processes(jobs), False
    if name == "threads":
        return lambda: ThreadPoolExecutor(jobs), False
    if name.startswith("dask://"):
        return lambda: _dask(name.removeprefix("dask://")), True
    if ":" in name:
        return _factory(name), True
    raise SettingsError(
        f"`executor` is {name!r}: give processes, threads, dask://HOST:PORT or MODULE:FACTORY"
    )


def _processes(jobs: int) -> Executor:
    methods = multiprocessing.get_all_start_methods()
    # Never fork: threads and open files of this process would be copied in whatever state.
    context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if hasattr(context, "set_forkserver_preload"):
        context.set_forkserver_preload(_PRELOADED)
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin_worker)


def _begin_worker() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    """Wait until the process that gives the work is gone, killed perhaps, and go too."""
    parent.join()
    os._exit(1)


def _dask(address: str) -> Executor:
    try:
        import distributed
    except ImportError:
        raise MissingExtraError("`executor='dask://'`", "distributed", "dask") from None
    try:
        client: Any = distributed.Client(address, timeout=_ANSWER_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at {address}: {error}") from None
    # Pure functions would give the first answer again when a unit is tried a second time.
    executor: Any = client.get_executor(pure=False)
    executor.workers = sum(client.nthreads().values())
    return executor  # type: ignore[no-any-return]


def _factory(name: str) -> Callable[[], Executor]:
    module, _, attribute = name.partition(":")
    try:
        factory = getattr(import_module(module), attribute, None)
    except Exception as error:  # whatever the module does when it is imported
        raise SettingsError(
            f"`executor` is {name!r}: the module {module!r} cannot be imported from the path of "
            f"Python: {type(error).__name__}: {error}"
        ) from error
    if not callable(factory):
        raise SettingsError(
            f"`executor` is {name!r}: there is no function {attribute!r} in the module {module!r}"
        )

    def make() -> Executor:
        try:
            executor = factory()
        except Exception as error:
            raise InputError(
                f"{name} gives no Executor: {type(error).__name__}: {error}"
            ) from error
        if not callable(getattr(executor, "submit", None)):
            raise SettingsError(
                f"`executor` is {name!r}: it gives {type(executor).__name__}, and no Executor of "
                "concurrent.futures"
            )
        return executor  # type: ignore[no-any-return]

    return make

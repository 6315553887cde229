"""Functions that `executor` may name, good ones and bad ones."""

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, NoReturn

NUMBER = 5


class Old(Executor):
    """An Executor whose `shutdown` knows nothing of `cancel_futures`, as Dask's own."""

    workers = 3

    def __init__(self) -> None:
        self.pool, self.is_down = ThreadPoolExecutor(1), False

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        return self.pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True) -> None:  # type: ignore[override]
        self.pool.shutdown(wait=wait)
        self.is_down = True


def threads() -> Executor:
    return ThreadPoolExecutor(2)


def nothing() -> None:
    return None


def failing() -> NoReturn:
    raise RuntimeError("no cluster today")

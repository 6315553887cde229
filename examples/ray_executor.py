"""The workers of a Ray cluster as a concurrent.futures.Executor.

With this folder on the path of Python, at the head of the cluster::

    PYTHONPATH=examples stftcli features clips --mel 80 --out-dir feats --executor ray_executor:make

Without a cluster, Ray starts workers on this machine. Workers need the same stftcli, and the sounds
and the folder of the results under the same paths.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import cache
from typing import Any

import ray

_remote = cache(ray.remote)


class RayExecutor(Executor):
    """Gives calls to Ray, which repeats them itself if a worker dies."""

    @property
    def workers(self) -> int:
        """How many units can be worked on at once."""
        return int(ray.cluster_resources().get("CPU", 1))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Give a call to the next worker that is free."""
        future: Future[Any] = _remote(fn).remote(*args, **kwargs).future()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster."""
        del wait, cancel_futures
        ray.shutdown()


def make() -> Executor:
    """Join the cluster that RAY_ADDRESS names, or start one here."""
    ray.init(log_to_driver=False, logging_level="ERROR")
    return RayExecutor()

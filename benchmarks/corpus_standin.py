"""An Executor that works on nothing: it says of each sound that it is done.

``--executor benchmarks.corpus_standin:make`` shows what the process that gives out the work needs
itself.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from stftcli.jobs.corpus.results import Result
from stftcli.jobs.corpus.unit import Unit


class StandIn(Executor):
    """Answers at once."""

    workers = 2

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Make up what a unit gives, and call all else."""
        future: Future[Any] = Future()
        if args and isinstance(args[0], Unit):
            future.set_result([_result_of(args[0], number) for number in range(len(args[0].items))])
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def _result_of(unit: Unit, number: int) -> Result:
    item = unit.items[number]
    return {
        "id": item.id,
        "input": item.entry.audio,
        "bytes": 25_088,
        "shape": [157, 80],
        "dtype": "float32",
        "output": item.output,
        "duration_s": 5.0,
        "settings": unit.settings_hash,
        "elapsed_s": 0.003,
    }


def make() -> Executor:
    """Give one."""
    return StandIn()

"""One bounded loop that keeps the workers of any Executor busy, and outlives their deaths."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from typing import Any, Generic, TypeVar

from stftcli.errors import OutputError
from stftcli.jobs.corpus.executors import Workers, reason_of

Unit = TypeVar("Unit")
Outcome = TypeVar("Outcome")

_BREAKS = 2
"""At so many deaths of workers a unit was under way before it is worked on alone."""


class Engine(Generic[Unit, Outcome]):
    """Gives units to workers, a few at a time, and gives their outcomes as they come.

    A worker that dies takes the pool with it, and with that all that was under way. A new pool
    begins with that again. What was under way at two deaths is cut into its parts; each part is
    worked on alone, so that a death costs the one that it is due to.

    Parameters
    ----------
    workers : Workers
        Make the Executor.
    work : function
        Works on a unit: a function of a module, so that it can be sent to other processes.
    parts : function
        Cuts a unit into the units that are worked on alone.
    after_death : function
        Gives what is left to do of a unit that was worked on alone and that its worker did not
        survive, from the unit and a reason; each time it is less.
    """

    def __init__(
        self,
        workers: Workers,
        work: Callable[[Unit], Outcome],
        parts: Callable[[Unit], list[Unit]],
        after_death: Callable[[Unit, str], Unit],
    ) -> None:
        self._workers, self._work = workers, work
        self._parts, self._after_death = parts, after_death
        self._under_way: dict[Future[Outcome], tuple[Unit, int]] = {}
        self._again: deque[tuple[Unit, int]] = deque()
        self._alone: deque[Unit] = deque()

    def run(self, units: Iterator[Unit]) -> Generator[tuple[Unit, Outcome]]:
        """Give each unit, or its parts, with what became of it, in the order in which they end."""
        try:
            while True:
                self._fill(units)
                if self._under_way:
                    yield from self._finished()
                elif self._alone:
                    yield from self._worked_on_alone(self._alone.popleft())
                elif not self._again:
                    return
        finally:
            self._workers.close()

    def _fill(self, units: Iterator[Unit]) -> None:
        # What is suspected waits until nothing else is under way.
        while not self._alone and len(self._under_way) < self._workers.window:
            unit, deaths = self._again.popleft() if self._again else (next(units, None), 0)
            if unit is None:
                return
            if not self._submit(unit, deaths):
                return

    def _submit(self, unit: Unit, deaths: int) -> bool:
        try:
            self._under_way[self._workers.submit(self._work, unit)] = unit, deaths
        except self._workers.broken:
            self._again.appendleft((unit, deaths))
            self._begin_again()
            return False
        return True

    def _finished(self) -> Iterator[tuple[Unit, Outcome]]:
        done = self._wait(self._under_way)
        # In the order in which they were begun: after a full disk, which ends the run, nothing that
        # had been done before it is lost.
        for future in [one for one in self._under_way if one in done]:
            error = _error_of(future)
            if error is None:
                unit, _ = self._under_way.pop(future)
                yield unit, future.result()
            elif isinstance(error, self._workers.broken):
                break
            else:  # of a cluster that has tried several times by itself
                unit, _ = self._under_way.pop(future)
                self._suspect(unit)
        else:
            return
        yield from self._rescued()
        self._begin_again()

    def _rescued(self) -> Iterator[tuple[Unit, Outcome]]:
        """Give what had ended before the pool broke."""
        for future, (unit, _) in list(self._under_way.items()):
            if future.done() and _error_of(future) is None:
                del self._under_way[future]
                yield unit, future.result()

    def _begin_again(self) -> None:
        self._workers.renew()
        for unit, deaths in self._under_way.values():
            if deaths + 1 < _BREAKS:
                self._again.append((unit, deaths + 1))
            else:
                self._suspect(unit)
        self._under_way.clear()

    def _suspect(self, unit: Unit) -> None:
        self._alone.extend(self._parts(unit))

    def _worked_on_alone(self, unit: Unit) -> Iterator[tuple[Unit, Outcome]]:
        try:
            future = self._workers.submit(self._work, unit)
            self._wait([future])
            outcome = future.result()
        except self._workers.broken:
            self._workers.renew()
            self._leave_out(unit, "its worker died of it")
        except Exception as error:
            self._leave_out(unit, f"its worker failed: {reason_of(error)}")
        else:
            yield unit, outcome

    def _leave_out(self, unit: Unit, reason: str) -> None:
        left = self._after_death(unit, reason)
        if left == unit:
            raise OutputError(f"workers fail even where there is nothing to do: {reason}")
        self._alone.appendleft(left)

    def _wait(self, futures: Iterable[Future[Outcome]]) -> set[Future[Outcome]]:
        """Wait for one that is done; a cluster may lose its workers meanwhile."""
        while True:
            done, _ = wait(futures, self._workers.answer_s / 4, FIRST_COMPLETED)
            if done:
                return done
            self._workers.check_there()


def _error_of(future: Future[Any]) -> BaseException | None:
    """Give why a future has no result."""
    try:
        return future.exception()
    except CancelledError as error:  # by the cluster, nobody here does that
        return error

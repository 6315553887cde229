"""The same for each of many inputs: one that fails does not stop the others."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from stftcli.cli.progress import TerminalReporter
from stftcli.errors import SomeFailedError, StftcliError

Item = TypeVar("Item")


def for_each(
    items: Iterable[Item],
    work: Callable[[Item], None],
    reporter: TerminalReporter,
    *,
    name: Callable[[Item], str],
) -> None:
    """Work on each item, report those whose data is at fault, and fail at the end if any was.

    `name` is what messages call an item.

    Raises
    ------
    StftcliError
        That of a single item.
    SomeFailedError
        If some of several items, or all of them, failed.
    """
    items = list(items)
    failed = 0
    for item in items:
        try:
            work(item)
        except StftcliError as error:
            if len(items) == 1:
                raise
            failed += 1
            text = str(error)
            reporter.fail(text if name(item) in text else f"{name(item)}: {text}")
    if failed:
        raise SomeFailedError(failed, len(items))

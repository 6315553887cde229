"""What the results of a corpus are called: the names of its sounds, below one folder."""

import os
from pathlib import PurePath

from stftcli.errors import SettingsError
from stftcli.files.atomic import STANDARD
from stftcli.files.urls import is_url, plain_name
from stftcli.manifests.entry import Entry

_UNPLAIN = {"", os.curdir, os.pardir}
_SLASHES_ALONE = os.sep == "/"
"""Whether a path without a dot and without a double slash is plain; Windows has drives as well."""


def names_of(entry: Entry, root: str | None) -> tuple[str, str]:
    """Give the name of an entry, and a longer one for where another has the same.

    They are paths without and with the ending of the sound; a segment's have its start and its
    length behind them. A name that the entry has itself is both.

    Raises
    ------
    SettingsError
        If the name leads out of the folder that results go to.
    """
    if entry.id is not None:
        name = _inside(entry.id, entry.listed)
        return name, name
    if entry.listed == STANDARD:
        raise SettingsError("standard input has no name for a result: it cannot be one of many")
    path = _inside(_below(entry.listed, root), entry.listed)
    behind = _segment(entry)
    return f"{os.path.splitext(path)[0]}{behind}", f"{path}{behind}"  # noqa: PTH122  # faster


def _below(listed: str, root: str | None) -> str:
    """Give the path below the root; without one, a whole path below the root of all."""
    if is_url(listed):
        name, above = plain_name(listed), f"{plain_name(root or '').rstrip('/')}/"
        return name.removeprefix(above) if name.startswith(above) else name.partition("://")[2]
    if root is not None:
        return _relative(listed, root)
    if _SLASHES_ALONE and _UNPLAIN.isdisjoint(listed.split("/")):
        return listed  # as nearly all are
    here = PurePath(os.path.normpath(listed))
    from_here = PurePath(_relative(str(here), os.curdir))
    if here.anchor and (from_here.anchor or from_here.parts[0] == os.pardir):
        return str(here.relative_to(here.anchor))
    return str(from_here)


def _relative(path: str, start: str) -> str:
    """Give the path from a folder on; a path on another drive as it is."""
    try:
        return os.path.relpath(path, start)
    except ValueError:
        return path


def _inside(name: str, listed: str) -> str:
    if _SLASHES_ALONE and _UNPLAIN.isdisjoint(name.split("/")) and "\0" not in name:
        return name  # as nearly all are: it need not be taken apart
    path = PurePath(name)
    outside = path.anchor or not path.name or os.pardir in path.parts
    if not name or "\0" in name or outside:
        raise SettingsError(
            f"the result of {listed!r} would be called {name!r}, outside the `out_dir`: give the "
            "folder that all sounds are below as `root`, or another id"
        )
    return path.as_posix()


def _segment(entry: Entry) -> str:
    channel = "" if entry.channel is None else f"-ch{entry.channel}"
    if not entry.start_s and entry.duration_s is None:
        return channel
    length = "" if entry.duration_s is None else f"-{entry.duration_s:.15g}"
    return f"-{entry.start_s:.15g}{length}{channel}"

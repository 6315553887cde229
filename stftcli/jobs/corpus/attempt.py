"""One sound of a corpus in a worker: what comes of it, whatever goes wrong."""

import errno
import time
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path
from typing import Any

from stftcli.errors import InputError, OutputError, StftcliError
from stftcli.files.distinct import Outputs
from stftcli.files.here import located
from stftcli.files.places import Stat, open_to_read, stat_of
from stftcli.files.urls import is_url, join_path, plain_name
from stftcli.jobs.corpus.results import Result
from stftcli.jobs.corpus.sounds import describe_segment
from stftcli.jobs.corpus.threads import check_not_left
from stftcli.jobs.corpus.unit import Item, Unit
from stftcli.manifests.entry import Entry

_MAX_WARNINGS = 20
_NO_MATTER_S = 1e-3
_FATAL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


class Notes:
    """A reporter in a worker: warnings are sent home with the result.

    Attributes
    ----------
    warnings : list of str
        What the user should know.
    duration_s : float
        How much sound has been read.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.warnings: list[str] = []
        self.duration_s = 0.0
        self._strict = strict

    def begin(self, name: str, seconds: float | None) -> None:  # noqa: ARG002  # a Reporter
        """Begin to count."""
        self.duration_s = 0.0

    def advance(self, seconds: float) -> None:
        """Count the sound."""
        self.duration_s += seconds

    def warn(self, text: str) -> None:
        """Keep it, unless there is a flood of them."""
        if len(self.warnings) < _MAX_WARNINGS:
            self.warnings.append(text)

    def complain(self, text: str) -> None:
        """Keep it as well, or fail if that was asked for."""
        if self._strict:
            raise InputError(text)
        self.warn(text)


def attempt(
    unit: Unit, item: Item, make: Callable[[Notes], dict[str, Any]], *, strict: bool = False
) -> Result:
    """Make the result of a sound, and tell what it is, or why there is none.

    What no other sound would escape either, such as a full disk, is said under "fatal".

    Raises
    ------
    CancelledError
        In a thread that is to end.
    """
    check_not_left()
    begun, notes = time.perf_counter(), Notes(strict=strict)
    told = describe_input(item.id, item.entry)
    try:
        unit.check_alive(item)
        told |= measure_input(item.entry.audio, checksum=unit.checksum)
        facts = make(notes)
        facts |= {"output": item.output, "duration_s": round(notes.duration_s, 9)}
        _look_at_length(item.entry, notes)
    except StftcliError as error:
        facts = {"error": _told(item, str(error))}
        if isinstance(error, OutputError) and _is_fatal(unit, error.__cause__):
            facts["fatal"] = str(error)
    except MemoryError:
        facts = {"error": f"{item.entry.audio} needs more memory than there is"}
    except Exception as error:
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        facts = {"error": _told(item, reason)}
    if notes.warnings:
        facts["warnings"] = notes.warnings
    elapsed_s = round(time.perf_counter() - begun, 6)
    return {**told, **facts, "settings": unit.settings_hash, "elapsed_s": elapsed_s}


def _told(item: Item, text: str) -> str:
    """Say of which sound, and of which segment, a message is."""
    name = plain_name(item.entry.audio)
    text = text if name in text else f"{name}: {text}"
    return f"{item.id}: {text}" if describe_segment(item.entry) else text


def _look_at_length(entry: Entry, notes: Notes) -> None:
    missing_s = (entry.duration_s or 0.0) - notes.duration_s
    if missing_s > _NO_MATTER_S:
        notes.warn(
            f"{plain_name(entry.audio)} ends {missing_s:.3g} s before the segment at "
            f"{entry.start_s:g} s does"
        )


def _is_fatal(unit: Unit, cause: BaseException | None) -> bool:
    # A file that many results share may hold half of one.
    return unit.shares_file or getattr(cause, "errno", None) in _FATAL


def describe_input(name: str, entry: Entry) -> Result:
    """Say which sound a result is of, in the words of the manifest."""
    told: Result = {"id": name, "input": entry.audio}
    if segment := describe_segment(entry):
        told["segment"] = segment
    if entry.extra:
        told["extra"] = dict(entry.extra)
    return told


def measure_input(audio: str, *, checksum: bool = False) -> Result:
    """Give what shows whether a sound is still the same: size and time, or version, or its hash.

    Raises
    ------
    InputError
        If it is not there.
    """
    (size, mtime_ns, version), sha256 = look_at_input(audio, checksum=checksum)
    told = {"bytes": size, "mtime_ns": mtime_ns, "version": version, "sha256": sha256}
    return {f"input_{name}": value for name, value in told.items() if value is not None}


def look_at_input(audio: str, *, checksum: bool = False) -> tuple[Stat, str | None]:
    """Give size and time, or version, of a sound, and its SHA-256 if that is asked for.

    Raises
    ------
    InputError
        If it is not there.
    """
    try:
        path = located(audio)
        stat = stat_of(path)
        if not checksum:
            return stat, None
        with open_to_read(path) as file:
            return stat, file_digest(file, "sha256").hexdigest()
    except StftcliError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{plain_name(audio)} cannot be read: {reason}") from None


def output_path(unit: Unit, output: str) -> str:
    """Give the file or the URL of a result; the folders above a file are made.

    Raises
    ------
    OutputError
        If they cannot be made.
    SettingsError
        If the result would take the place of what the call has read.
    """
    path = join_path(unit.out_dir, output)
    Outputs(path).check_inputs(*unit.other_inputs)
    if is_url(path):
        return path
    folder = Path(path).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}") from error
    return path


def size_of(path: str) -> int | None:
    """Give the bytes of a result; None where a URL does not tell."""
    return stat_of(path).size

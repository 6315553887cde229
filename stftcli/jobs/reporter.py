"""What a job says while it works; the command line decides how that is shown."""

from typing import Protocol

from stftcli.features.telling import warn_caller


class Reporter(Protocol):
    """Hears of a job's progress and of what its user should know."""

    def begin(self, name: str, seconds: float | None) -> None:
        """Hear that a sound of this length (None: unknown) is begun."""

    def advance(self, seconds: float) -> None:
        """Hear that so much more of it has been read."""

    def warn(self, text: str) -> None:
        """Hear of something that did not stop the job."""

    def complain(self, text: str) -> None:
        """Hear of sound that is missing or left over; who is strict raises InputError."""


def spell_duration(seconds: float) -> str:
    """Write a length of sound in the unit in which it is a handy number."""
    for unit, length_s in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length_s:
            return f"{seconds / length_s:.1f} {unit}"
    return f"{seconds:.1f} s"


class Silence:
    """A reporter that shows nothing."""

    def begin(self, name: str, seconds: float | None) -> None:
        """Ignore it."""

    def advance(self, seconds: float) -> None:
        """Ignore it."""

    def warn(self, text: str) -> None:
        """Ignore it."""

    def complain(self, text: str) -> None:
        """Ignore it."""


class Warnings(Silence):
    """A reporter for Python: what a user should know becomes a warning."""

    def warn(self, text: str) -> None:
        """Warn whoever called the Extractor."""
        warn_caller(text)

    def complain(self, text: str) -> None:
        """Warn as well."""
        self.warn(text)


SILENT: Reporter = Silence()

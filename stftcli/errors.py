"""The exceptions of stftcli, each with the exit code that the command line gives for it."""

_MAX_BEGINNING, _MAX_END = 700, 200


def shortened(text: str) -> str:
    """Leave out the middle of a text that nobody would read; its beginning and end say the most."""
    if len(text) <= _MAX_BEGINNING + _MAX_END:
        return text
    return f"{text[:_MAX_BEGINNING]} ... {text[-_MAX_END:]}"


class StftcliError(Exception):
    """Base of all errors that stftcli raises on purpose; a message quotes no more than is read."""

    exit_code = 1

    def __str__(self) -> str:
        return shortened(super().__str__())


class InputError(StftcliError):
    """The data cannot be used: no sound, broken, empty, not finite."""


class OutputError(StftcliError):
    """The result cannot be written where it should go."""


class SettingsError(StftcliError, ValueError):
    """The call cannot be carried out: a value is not allowed, or two exclude each other."""

    exit_code = 2


class MissingExtraError(StftcliError):
    """Something needs a package that only an extra of stftcli installs."""

    exit_code = 2

    def __init__(self, purpose: str, package: str, extra: str) -> None:
        super().__init__(f"{purpose} needs {package}: pip install 'stftcli[{extra}]'")


class UnfinishedError(StftcliError):
    """Of many inputs some have not been worked on yet."""

    exit_code = 3


class SomeFailedError(StftcliError):
    """Of many inputs some could not be used; each has been reported already."""

    def __init__(self, failed: int, inputs: int) -> None:
        super().__init__(f"{failed} of {inputs} inputs failed")
        self.exit_code = 1 if failed == inputs else 3

"""The exceptions of stftcli, each with the exit code that the command line gives for it."""


class StftcliError(Exception):
    """Base of all errors that stftcli raises on purpose."""

    exit_code = 1


class InputError(StftcliError):
    """The data cannot be used: no sound, broken, empty, not finite."""


class OutputError(StftcliError):
    """The result cannot be written where it should go."""


class SettingsError(StftcliError, ValueError):
    """The call cannot be carried out: a value outside what is allowed, or two that exclude another."""

    exit_code = 2

"""Warnings of the library, said to whoever called it."""

import sys
import warnings


def warn_caller(text: str) -> None:
    """Warn at the line outside the package that the call came from, through generators too."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and _is_own(str(frame.f_globals.get("__name__"))):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, stacklevel=level)


def _is_own(module: str) -> bool:
    return module.partition(".")[0] == "stftcli"

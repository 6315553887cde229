"""Standard input, output and error as the process gets them, before anything is read or said."""

import os
import sys


def open_closed() -> None:
    """Put something in the place of standard input, output and error that are closed.

    A file that is opened would be one of them, and get what a decoder writes to standard error.
    Reading from, and writing to, what is put there still fails, as it does where it is closed.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if descriptor else os.O_WRONLY)


def keep_standard_error() -> None:
    """Keep standard error for what Python says; notes of decoders in C go nowhere.

    With --debug they are shown.
    """
    if sys.stderr is None or "--debug" in sys.argv:
        return
    text = sys.stderr
    own = os.dup(2)
    sys.stderr = open(  # noqa: PTH123, SIM115  # of a descriptor, until the end
        own, "w", buffering=1, encoding=text.encoding, errors=text.errors
    )
    vars(sys)["__stderr__"] = sys.stderr  # asked for the width of the terminal
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)

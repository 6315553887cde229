"""The entry point of `stftcli` and `python -m stftcli`."""

import gc
import os
import signal
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    # Until signals are heard, and after that, Ctrl-C ends the process itself, without a traceback.
    if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    _open_closed()
    if "--debug" not in sys.argv:
        _keep_standard_error()
    # Before numpy is imported: starting more BLAS threads costs 50 ms, and they would fight ours.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Importing makes a great many objects, none of them garbage: looking for it takes 15 ms.
    gc.set_threshold(100_000)
    try:
        sys.exit(_run())
    finally:
        gc.freeze()  # another 20 ms, when Python looks through all that is left at its end


def _run() -> int:
    from stftcli.files.interrupts import hearing_signals

    with hearing_signals() as signals:
        try:
            from stftcli.cli.main import run

            return run()
        except BaseException:  # during the imports; later ones are handled in run
            if signals.exit_code is None:
                raise
            return signals.exit_code


def _open_closed() -> None:
    """Put something in the place of standard input, output and error that are closed.

    A file that is opened would be one of them, and get what a decoder writes to standard error.
    Reading from, and writing to, what is put there still fails, as it does where it is closed.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if descriptor else os.O_WRONLY)


def _keep_standard_error() -> None:
    """Keep standard error for what Python says; notes of decoders in other languages go nowhere."""
    if sys.stderr is None:
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


if __name__ == "__main__":
    main()

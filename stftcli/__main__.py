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
    from stftcli.cli.standard import keep_standard_error, open_closed

    open_closed()
    keep_standard_error()
    # Before numpy is imported: starting more BLAS threads costs 50 ms, and they would fight ours.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # ducc0 starts a thread for each processor at its first call, though it is asked for one.
    os.environ.setdefault("DUCC0_NUM_THREADS", "1")
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


if __name__ == "__main__":
    main()

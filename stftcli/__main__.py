"""The entry point of `stftcli` and `python -m stftcli`."""

import gc
import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    # Before numpy is imported: starting more BLAS threads costs 50 ms, and they would fight ours.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # ducc0 starts a thread for each processor at its first call, though it is asked for one.
    os.environ.setdefault("DUCC0_NUM_THREADS", "1")
    # Importing makes a great many objects, none of them garbage: looking for it takes 15 ms.
    gc.set_threshold(100_000)
    try:
        from stftcli.cli.main import run

        sys.exit(run())
    except KeyboardInterrupt:  # during the imports; later ones are handled in run
        sys.exit(130)
    finally:
        gc.freeze()  # another 20 ms, when Python looks through all that is left at its end


if __name__ == "__main__":
    main()

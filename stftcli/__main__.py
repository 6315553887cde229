"""The entry point of `stftcli` and `python -m stftcli`."""

import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    # Before numpy is imported: starting more BLAS threads costs 50 ms, and they would fight ours.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from stftcli.cli.main import run

        sys.exit(run())
    except KeyboardInterrupt:  # during the imports; later ones are handled in run
        sys.exit(130)


if __name__ == "__main__":
    main()

"""Pictures of spectra."""

import logging

_OF_NO_USE = ("mkdir -p failed", "Matplotlib created a temporary", "Matplotlib is building")


def _is_of_use(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_OF_NO_USE)


# Where it may not write, and whether it has a cache, is matplotlib's own affair.
for _name in ("matplotlib", "matplotlib.font_manager"):
    logging.getLogger(_name).addFilter(_is_of_use)

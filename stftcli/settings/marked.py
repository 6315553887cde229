"""Which segments are meant: those of a table."""

from stftcli.frozen import Frozen


class MarkedSegments(Frozen):
    """A table of segments, by its name, and the tier that is taken of it; None for all of them."""

    table: str
    tier: str | None = None

"""The options of tables of segments."""

from typing import TYPE_CHECKING

from stftcli.cli import types
from stftcli.cli.sections import stacked, under
from stftcli.errors import SettingsError

if TYPE_CHECKING:
    from stftcli.segments.table import Segments

segments_options = stacked(
    under("segment")(
        "--segments",
        type=types.FILE,
        metavar="FILE",
        help="Use the segments of a table: of Raven, Audacity or Praat, RTTM, CSV or JSON lines.",
    ),
    under("segment")(
        "--tier",
        metavar="NAME",
        common=False,
        help="Which tier of the table, where it has several.",
    ),
)


def read_table(file: str | None, tier: str | None) -> "Segments | None":
    """Read the table that is given, if one is."""
    if file is None:
        if tier is not None:
            raise SettingsError("`tier` is of a table: give `segments` as well")
        return None
    from stftcli.segments.read import read_segments

    return read_segments(file, tier)

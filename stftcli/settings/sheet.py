"""How a contact sheet of segments is laid out."""

from typing import ClassVar

from stftcli.settings.kinds import Time
from stftcli.settings.option import Option
from stftcli.settings.record import Record
from stftcli.settings.segment import MAX_S


class SheetSettings(Record):
    """How much time a contact sheet shows.

    `margin_s` is what each panel shows before and after its segment, `span_s` how much time the
    whole width of the sheet has: None for what fits the segments.
    """

    margin_s: float | None = None
    span_s: float | None = None

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "sheet_margin",
            Time(0, MAX_S),
            "What a panel of the sheet shows before and after its segment.",
            "margin_s",
            default="a fifth of the median segment",
        ),
        Option(
            "sheet_span",
            Time(0, MAX_S, above=True),
            "How much time goes into the width of the sheet.",
            "span_s",
            default="five median segments, and the longest; less if the short ones were slivers",
        ),
    )

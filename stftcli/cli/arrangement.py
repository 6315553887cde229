"""The options of what becomes one picture: an input, several of them, or segments."""

from functools import wraps
from typing import Any

from stftcli.cli.corpus_options import timeline_option
from stftcli.cli.params import click_options
from stftcli.cli.sections import Command, stacked, under
from stftcli.cli.segments import SegmentOptions, segment_options
from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.settings.marked import MarkedSegments
from stftcli.settings.sheet import SheetSettings


class Arrangement(Frozen):
    """What was given of these options; `sheet` is None without one."""

    grid: bool
    timeline: bool
    marked: MarkedSegments | None
    sheet: SheetSettings | None

    def __post_init__(self) -> None:
        if self.sheet is None:
            return
        if self.marked is None:
            raise SettingsError("a `sheet` has a panel for each segment: give a table, `segments`")
        for name in ("grid", "timeline"):
            if getattr(self, name):
                raise SettingsError(f"a `sheet` is a picture of its own: leave out `{name}`")

    @property
    def is_joint(self) -> bool:
        """Whether several inputs become one picture."""
        return self.grid or self.timeline


def arrangement_options(command: Command) -> Command:
    """Add the options; the command gets them as `arrangement`."""

    @wraps(command)
    def wrapped(**values: Any) -> None:
        has_sheet = values.pop("sheet")
        fields: dict[str, Any] = {}
        for option in SheetSettings.options:
            value = values.pop(option.name)
            if value is not None:
                fields |= option.fields(value)
                if not has_sheet:
                    raise SettingsError(f"`{option.name}` is of a contact sheet: give `sheet`")
        sheet = SheetSettings(**fields) if has_sheet else None
        table: SegmentOptions = values.pop("marked")
        marked = None if table.segments is None else MarkedSegments(table.segments, table.tier)
        joint = {name: values.pop(name) for name in ("grid", "timeline")}
        command(arrangement=Arrangement(**joint, marked=marked, sheet=sheet), **values)

    return stacked(
        under("output")("--grid", is_flag=True, help="Draw several inputs into one figure."),
        timeline_option,
        segment_options(),
        under("figure")(
            "--sheet",
            is_flag=True,
            help="Draw a contact sheet: each segment as a panel, all to one scale.",
        ),
        click_options(SheetSettings.options, "figure", brief=True),
    )(wrapped)

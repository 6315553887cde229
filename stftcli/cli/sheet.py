"""The options of contact sheets."""

from functools import wraps
from typing import Any

from stftcli.cli.params import click_options
from stftcli.cli.sections import Command, stacked, under
from stftcli.errors import SettingsError
from stftcli.settings.sheet import SheetSettings


def sheet_options(command: Command) -> Command:
    """Add the options of a contact sheet; the command gets them as `sheet`, None without one."""

    @wraps(command)
    def wrapped(**values: Any) -> None:
        fields: dict[str, Any] = {}
        for option in SheetSettings.options:
            value = values.pop(option.name)
            if value is not None:
                fields |= option.fields(value)
                if not values["sheet"]:
                    raise SettingsError(f"`{option.name}` is of a contact sheet: give `sheet`")
        if values["sheet"] and values["segments"] is None:
            raise SettingsError("a `sheet` has a panel for each segment: give a table, `segments`")
        sheet = SheetSettings(**fields) if values.pop("sheet") else None
        command(sheet=sheet, **values)

    return stacked(
        under("figure")(
            "--sheet",
            is_flag=True,
            help="Draw a contact sheet: each segment as a panel, all to one scale.",
        ),
        click_options(SheetSettings.options, "figure", brief=True),
    )(wrapped)

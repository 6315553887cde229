"""The formats of a picture, and the choice among them."""

from pathlib import PurePath

from stftcli.errors import SettingsError
from stftcli.files.atomic import is_stream
from stftcli.settings.choices import PICTURE_FORMATS, PictureFormat


def choose_format(name: PictureFormat | None, output: str) -> PictureFormat:
    """Give the format of a name, or else of the output's ending; png for a pipe or a device."""
    if name is not None:
        return name
    if is_stream(output):
        return "png"
    ending = PurePath(output).suffix.lower()
    for picture_format in PICTURE_FORMATS:
        if ending == f".{picture_format}":
            return picture_format
    raise SettingsError(
        f"cannot tell the format from the name {output}: use .{', .'.join(PICTURE_FORMATS)}"
    )

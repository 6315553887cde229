"""Pictures that are nothing but pixels, for networks."""

from collections.abc import Sequence
from dataclasses import replace

from stftcli.errors import InputError, SettingsError
from stftcli.jobs.drawing.colours import colour_scale, referred
from stftcli.jobs.drawing.images import channel_images, pixel_rows, rows_of
from stftcli.jobs.drawing.job import PictureJob, PictureReport
from stftcli.jobs.drawing.wanted import Wanted
from stftcli.settings.choices import PIXEL_FORMATS, PictureFormat
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.sizes import MAX_PIXELS, MAX_SIDE

_TOP_DBFS = 0.0  # the same for every sound, so that pixels can be compared


def check_bare(view: ViewSettings, figure: FigureSettings, picture_format: PictureFormat) -> None:
    """Raise SettingsError if no sound has such a picture."""
    if picture_format not in PIXEL_FORMATS:
        raise SettingsError(
            f"`bare` is pixels, which {picture_format} has none of: write .png or .webp"
        )
    if figure.bits == 16 and view.colormap is not None:
        raise SettingsError("`bits=16` is grey: leave out `colormap`")


def draw_bare(job: PictureJob, paths: Sequence[str]) -> PictureReport:
    """Draw a sound: a pixel for each frame and row, or the size that is asked for.

    Raises
    ------
    StftcliError
        If there is not one sound of one channel, or it has no such picture.
    """
    from stftcli.pictures.bitmap import write_bitmap
    from stftcli.pictures.colours import colour_table, shades

    figure, view = job.figure, job.view
    if len(paths) > 1:
        raise SettingsError("a `bare` picture shows one sound: leave out `grid`")
    check_bare(view, figure, job.picture_format)
    size = figure.size
    assert not isinstance(size, str)  # which the settings refuse
    most = MAX_SIDE if size is None else size[0]
    wanted = Wanted(
        most, view.reduce, default_channel="mix", every_frame=size is None, scale=view.scale
    )
    sound = job.reduce(paths[0], wanted)
    if len(sound.values) > 1:
        raise SettingsError("a `bare` picture shows one channel: give `channel='mix'` or a number")
    rows = rows_of(sound, view)
    columns = sound.values.shape[-1]
    if size is None:
        size = (columns, max(1, pixel_rows(rows)))
        if columns * size[1] > MAX_PIXELS:
            raise InputError(f"{size[0]}x{size[1]} pixels are too many: give a `size`")
    # All frames as a whole, also what they hold beyond the ends of the sound.
    edges_s = sound.time.edges_s(columns)
    ends_s = (float(edges_s[0]), float(edges_s[-1]))
    whole = replace(sound, time=replace(sound.time, shown_s=ends_s))
    (image,) = channel_images(
        whole, view, size, ends_s, rows.shown, non_negative=sound.non_negative
    )
    (picture,) = referred([image.drawn], view)
    colours = colour_scale([picture], view, default_top_dbfs=_TOP_DBFS)
    pixels = shades(picture.values, colours.lowest, colours.highest, figure.bits)[::-1]
    if view.colormap is not None:
        pixels = colour_table(view.colormap)[pixels]
    write_bitmap(job.file, job.picture_format, pixels, job.texts([sound], colours))
    return PictureReport.of([sound])

"""From a sound to lines of a terminal."""

from pathlib import PurePath

from stftcli.features.settings import FeatureSettings
from stftcli.jobs.drawing.colours import colour_scale, referred
from stftcli.jobs.drawing.images import channel_images, rows_of
from stftcli.jobs.drawing.reduced import ReducedSound, reduce_sound
from stftcli.jobs.drawing.wanted import Wanted
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.pictures.terminal import Picture, plot_size, render
from stftcli.settings.pictures import Screen, ViewSettings
from stftcli.settings.reading import AS_IT_IS, Reading


def show_sound(
    path: str,
    settings: FeatureSettings,
    view: ViewSettings,
    screen: Screen,
    *,
    threads: int | None = None,
    reading: Reading = AS_IT_IS,
    reporter: Reporter = SILENT,
) -> list[Picture]:
    """Draw the channels of a sound for a terminal.

    Parameters
    ----------
    path : str
        The sound: a file, a pipe, or "-" for standard input.
    settings : FeatureSettings
        What is drawn.
    view : ViewSettings
        Which frequencies and levels are shown, and in which colours.
    screen : Screen
        The room for a channel.
    threads : int, optional
        Threads that compute; None for the usual number.
    reading : Reading, optional
        How the input is read.
    reporter : Reporter, optional
        Hears of progress and warnings.

    Returns
    -------
    list of Segments
        What rich prints, for each channel.

    Raises
    ------
    StftcliError
        Whatever is wrong with the input or the settings.
    """
    wanted = Wanted(plot_size(screen)[0], view.reduce, default_channel="mix", scale=view.scale)
    sound = reduce_sound(path, settings, wanted, threads, reporter, reading)
    return [picture for part in sound.parts() for picture in _drawn(part, view, screen)]


def _drawn(sound: ReducedSound, view: ViewSettings, screen: Screen) -> list[Picture]:
    rows, shown_s = rows_of(sound, view), sound.time.shown_s
    images = channel_images(
        sound,
        view,
        plot_size(screen),
        shown_s,
        rows.shown,
        non_negative=sound.non_negative,
    )
    levels = referred([image.drawn for image in images], view)
    file = PurePath(sound.name).name
    axes = (rows, colour_scale(levels, view))
    return [
        render(level.values, sound.time, axes, screen, f"{file} {image.name}".rstrip())
        for image, level in zip(images, levels, strict=True)
    ]

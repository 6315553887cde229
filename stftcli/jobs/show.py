"""From a sound to lines of a terminal."""

from pathlib import PurePath

from stftcli.jobs.drawing.colours import colour_scale, referred
from stftcli.jobs.drawing.folded import Wanted, fold_sound
from stftcli.jobs.drawing.images import channel_images, rows_of
from stftcli.jobs.watch import SILENCE, Watcher
from stftcli.pictures.terminal import Line, Screen, render
from stftcli.settings.features import FeatureSettings
from stftcli.settings.pictures import ViewSettings


def show_sound(
    path: str,
    settings: FeatureSettings,
    view: ViewSettings,
    screen: Screen,
    *,
    threads: int | None = None,
    watcher: Watcher = SILENCE,
) -> list[Line]:
    """Draw a sound for a terminal, its channels below each other.

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
    watcher : Watcher, optional
        Hears of progress and warnings.

    Returns
    -------
    list of list of Segment
        Rich's segments, line after line.

    Raises
    ------
    StftcliError
        Whatever is wrong with the input or the settings.
    """
    wanted = Wanted(screen.columns, view.fold, usual_channel="mix")
    sound = fold_sound(path, settings, wanted, threads, watcher)
    rows, shown_s = rows_of(sound, view), sound.time.shown_s
    images = channel_images(sound, view, (screen.columns, screen.rows), shown_s, rows.shown)
    pictures = referred([image.drawn for image in images], view)
    axes = (rows, colour_scale(pictures, view))
    lines = []
    for image, picture in zip(images, pictures, strict=True):
        title = PurePath(image.name).name
        lines += render(picture.values, shown_s, axes, screen, title)
    return lines

"""From sounds to a picture of their spectra."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from stftcli.audio.opening import display_name
from stftcli.errors import SettingsError
from stftcli.features.settings import FeatureSettings
from stftcli.files.atomic import atomic_write
from stftcli.files.distinct import Outputs
from stftcli.files.prefix import split_prefix
from stftcli.jobs.drawing.job import PictureJob, PictureReport
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.pictures.formats import choose_format
from stftcli.settings.choices import PictureFormat
from stftcli.settings.marked import MarkedSegments
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.reading import AS_IT_IS, Reading

if TYPE_CHECKING:
    from stftcli.segments.table import Segments


def check_pictures(
    outputs: Iterable[str], inputs: Iterable[str], settings: FeatureSettings
) -> None:
    """Raise SettingsError if a picture would take the place of an input or another picture.

    The files that the settings name are inputs too.
    """
    Outputs(*outputs).check_inputs(*inputs, *map(split_prefix, settings.files))


def draw_spectrogram(
    paths: Sequence[str],
    output: str,
    settings: FeatureSettings,
    view: ViewSettings | None = None,
    figure: FigureSettings | None = None,
    *,
    timeline: bool = False,
    picture_format: PictureFormat | None = None,
    threads: int | None = None,
    reading: Reading = AS_IT_IS,
    marked: MarkedSegments | None = None,
    reporter: Reporter = SILENT,
    durable: bool = True,
) -> PictureReport:
    """Draw the spectrograms of sounds, or the features that are made of them, in one picture.

    Parameters
    ----------
    paths : sequence of str
        The sounds: files, pipes, or "-" for standard input. Several share one figure.
    output : str
        Where the picture goes: a file, or "-" for standard output.
    settings : FeatureSettings
        What is drawn; a filter_length of None fits the rate (`picture_length`), or with steps
        the usual length of features, and a hop_length of None gives each pixel a frame. Each
        channel gets a panel.
    view : ViewSettings, optional
        Which frequencies and levels are shown, and in which colours.
    figure : FigureSettings, optional
        How the picture is laid out.
    timeline : bool, default False
        Whether the sounds are laid on one time line by their clocks, in the place of panels.
    picture_format : {"png", "svg", "pdf", "webp"}, optional
        How it is written; by the ending of `output` if None.
    threads : int, optional
        Threads that compute; None for the usual number.
    reading : Reading, optional
        How the inputs are read.
    marked : MarkedSegments, optional
        Are drawn over the picture, as boxes with labels.
    reporter : Reporter, optional
        Hears of progress and warnings.
    durable : bool, default True
        Whether the disk has the result when this returns.

    Raises
    ------
    StftcliError
        Whatever is wrong with the inputs, the settings or the output; nothing is left under the
        output's name then.
    """
    view, figure = view or ViewSettings(), figure or FigureSettings()
    picture_format = choose_format(picture_format, output)
    check_pictures([output], paths, settings)
    if figure.bare and timeline:
        raise SettingsError("a `bare` picture shows one sound: leave out `timeline`")
    if settings.features.is_one_row and timeline:
        raise SettingsError("a curve shows one sound: leave out `timeline`")
    segments = None
    if marked is not None:
        _check_markable(settings, figure, timeline)
        segments = _by_sound(marked, paths, reporter)
    with atomic_write(output, durable=durable) as file:
        job = PictureJob(
            *(file, picture_format, settings, view, figure, threads, reporter, reading, segments)
        )
        if settings.features.is_one_row:
            from stftcli.jobs.drawing.curves import draw_curves

            return draw_curves(job, paths)
        if figure.bare:
            from stftcli.jobs.drawing.bare import draw_bare

            return draw_bare(job, paths)
        from stftcli.jobs.drawing.labelled import draw_labelled

        return draw_labelled(job, paths, timeline=timeline)


def _check_markable(settings: FeatureSettings, figure: FigureSettings, timeline: bool) -> None:
    """Raise SettingsError if segments cannot be drawn over such a picture."""
    for name, given, why in (
        ("bare", figure.bare, "a `bare` picture has nothing but pixels"),
        ("timeline", timeline, "segments lie in one sound, and a `timeline` has several"),
        ("pool", settings.features.is_one_row, "a curve has no time"),
    ):
        if given:
            raise SettingsError(f"{why}: leave out `segments` or `{name}`")


def _by_sound(
    marked: MarkedSegments, paths: Sequence[str], reporter: Reporter
) -> "dict[str, Segments]":
    """Give the segments of each sound, by its name in messages."""
    from stftcli.jobs.segments.sounds import sounds_of
    from stftcli.segments.read import read_segments

    segments = read_segments(marked.table, marked.tier)
    found = {
        display_name(sound.find()): segments.chosen(sound.rows)
        for sound in sounds_of(segments, paths, required=False)
    }
    for path in paths:
        if display_name(path) not in found:
            reporter.warn(f"{segments.name} has no segments of {display_name(path)}: none is drawn")
    return found

"""From a sound to a picture of its spectra."""

from dataclasses import dataclass
from math import log2
from pathlib import PurePath

from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError
from stftcli.files.publish import check_distinct, published
from stftcli.jobs.engine import make_engine
from stftcli.jobs.stream import analyze
from stftcli.jobs.watch import SILENCE, Watcher
from stftcli.pictures.fold import ColumnFolder
from stftcli.pictures.formats import choose_format
from stftcli.settings.choices import PictureFormat
from stftcli.settings.features import FeatureSettings
from stftcli.settings.lengths import USUAL_LENGTH


@dataclass(frozen=True)
class PictureReport:
    """What was drawn."""

    duration_s: float
    frames: int

    def __str__(self) -> str:
        return f"{self.duration_s:.2f} s, {self.frames} frames"


def picture_frame_length(rate_hz: int) -> int:
    """Give the power of two that is nearest to 40 ms: long enough for tones, short for trills."""
    return int(2 ** round(log2(max(2.0, 0.04 * rate_hz))))


def draw_spectrogram(
    path: str,
    output: str,
    settings: FeatureSettings,
    *,
    picture_format: PictureFormat | None = None,
    range_db: float = 80.0,
    threads: int | None = None,
    watcher: Watcher = SILENCE,
) -> PictureReport:
    """Draw the spectrogram of a sound, or the features that are made of it.

    Parameters
    ----------
    path : str
        The sound: a file, a pipe, or "-" for standard input.
    output : str
        Where the picture goes: a file, or "-" for standard output.
    settings : FeatureSettings
        What is drawn; a filter_length of None is the power of two nearest to 40 ms, or with stages
        the usual length of features. Each channel gets a panel.
    picture_format : {"png", "svg", "pdf"}, optional
        How it is written; by the ending of `output` if None.
    range_db : float, default 80
        From the highest level down to the darkest colour, where levels are drawn.
    threads : int, optional
        Threads that compute; None for the usual number.
    watcher : Watcher, optional
        Hears of progress and warnings.

    Raises
    ------
    StftcliError
        Whatever is wrong with the input, the settings or the output; nothing is left under the
        output's name then.
    """
    picture_format = choose_format(picture_format, output)
    if settings.values.spectrum == "complex":
        raise SettingsError("a complex spectrum cannot be drawn: choose another --spectrum")
    check_distinct(output, path)
    part = settings.part
    with Source(path) as source, published(output) as file:
        bare = not settings.values.steps
        engine = make_engine(
            settings,
            source.rate_hz,
            usual_length=picture_frame_length(source.rate_hz) if bare else USUAL_LENGTH,
            usual_spectrum="power",
            watcher=watcher,
        )
        if not engine.per_frame:
            raise SettingsError("--stats gives one row for the file, which is no picture")
        # Deferred until the sound is open: matplotlib takes half a second to import.
        from stftcli.jobs import picture_axes as axes
        from stftcli.pictures.figure import MOST_COLUMNS, MOST_ROWS, Panel, draw_figure

        channels = source.channels if part.channel == "all" else 1
        folder = ColumnFolder(channels, engine.features, MOST_COLUMNS, MOST_ROWS)
        for batch in analyze(source, engine, threads, watcher):
            folder.write(batch.reshape(len(batch), channels, engine.features))
        if folder.frames == 0:
            raise InputError(f"{source.name} is too short: there is no frame to be drawn")
        end_s = source.read_samples / source.rate_hz
        values, colours = axes.colours(folder.picture(), engine, range_db)
        draw_figure(
            file,
            picture_format,
            [
                Panel(panel, name)
                for panel, name in zip(values, _channel_names(channels), strict=True)
            ],
            (
                axes.times(folder, engine, (part.start_s, end_s)),
                axes.rows(folder, engine),
                colours,
            ),
            title=PurePath(source.name).name,
            subtitle=f"{engine.rate_hz / 1000:g} kHz, {engine.frames}",
        )
    return PictureReport(end_s - part.start_s, folder.frames)


def _channel_names(channels: int) -> list[str]:
    if channels == 2:
        return ["Left", "Right"]
    return [f"Channel {number}" for number in range(1, channels + 1)]

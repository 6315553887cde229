"""From a sound to a picture of its spectra."""

from dataclasses import dataclass
from math import log2
from pathlib import PurePath
from typing import TYPE_CHECKING

from stftcli.audio.source import Source
from stftcli.dsp.analyzer import Analyzer
from stftcli.dsp.stft import STFT
from stftcli.errors import SettingsError
from stftcli.files.publish import is_stream, published
from stftcli.jobs.engine import make_stft
from stftcli.jobs.stream import analyze
from stftcli.jobs.watch import SILENCE, Watcher
from stftcli.pictures.fold import ColumnFolder
from stftcli.settings import PICTURE_FORMATS, FrameSettings, PartSettings, PictureFormat

if TYPE_CHECKING:
    from stftcli.pictures.figure import Panel


@dataclass(frozen=True)
class PictureReport:
    """What was drawn."""

    duration_s: float
    frames: int

    def __str__(self) -> str:
        return f"{self.duration_s:.2f} s, {self.frames} frames"


def choose_picture_format(name: PictureFormat | None, output: str) -> PictureFormat:
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
        f"{output} does not say what to draw: let its name end in "
        f".{', .'.join(PICTURE_FORMATS)}, or give --format"
    )


def picture_frame_length(rate_hz: int) -> int:
    """Give the power of two that is nearest to 40 ms: long enough for tones, short for trills."""
    return int(2 ** round(log2(max(2.0, 0.04 * rate_hz))))


def draw_spectrogram(
    path: str,
    output: str,
    frames: FrameSettings,
    part: PartSettings,
    *,
    picture_format: PictureFormat | None = None,
    range_db: float = 80.0,
    threads: int | None = None,
    watcher: Watcher = SILENCE,
) -> PictureReport:
    """Draw the spectrogram of a sound.

    Parameters
    ----------
    path : str
        The sound: a file, a pipe, or "-" for standard input.
    output : str
        Where the picture goes: a file, or "-" for standard output.
    frames : FrameSettings
        How the sound is cut; a filter_length of None is the power of two nearest to 40 ms.
    part : PartSettings
        What of the sound is drawn; each channel gets a panel.
    picture_format : {"png", "svg", "pdf"}, optional
        How it is written; by the ending of `output` if None.
    range_db : float, default 80
        From the highest level down to the darkest colour.
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
    picture_format = choose_picture_format(picture_format, output)
    with Source(path) as source, published(output) as file:
        # Deferred until the sound is open: matplotlib takes half a second to import.
        from stftcli.pictures.figure import MOST_COLUMNS, MOST_ROWS, Caption, draw_figure

        sampled = frames.at(source.rate_hz, picture_frame_length(source.rate_hz))
        analyzer = Analyzer(make_stft(sampled), "power")
        channels = source.channels if part.channel == "all" else 1
        bins = analyzer.features
        folder = ColumnFolder(channels, bins, MOST_COLUMNS, MOST_ROWS)
        for batch in analyze(source, part, analyzer, threads, watcher):
            folder.write(batch.reshape(len(batch), channels, bins))
        caption = Caption(
            title=PurePath(source.name).name,
            settings=f"{source.rate_hz / 1000:g} kHz, {sampled}",
            seconds=(part.start_s, source.read_samples / source.rate_hz),
            nyquist_hz=source.rate_hz / 2,
        )
        panels = _panels(folder, analyzer.stft, source.rate_hz, part.start_s)
        draw_figure(file, picture_format, panels, caption, range_db)
    return PictureReport(caption.seconds[1] - caption.seconds[0], folder.frames)


def _panels(folder: ColumnFolder, stft: STFT, rate_hz: int, start_s: float) -> "list[Panel]":
    from stftcli.pictures.figure import Panel, levels_dbfs

    plan = stft.plan
    picture = levels_dbfs(folder.picture(), float(stft.window.sum()))
    rows, columns = picture.shape[1:]
    # A frame stands for half a hop on either side of its centre, a bin for half a bin.
    first_s = start_s + (plan.centers(1)[0] - plan.hop_length / 2) / rate_hz
    column_s = folder.frames_per_column * plan.hop_length / rate_hz
    bin_hz = rate_hz / plan.filter_length
    seconds = (first_s, first_s + columns * column_s)
    hertz = (-bin_hz / 2, (rows * folder.bins_per_row - 0.5) * bin_hz)
    names = (
        ["Left", "Right"]
        if len(picture) == 2
        else [f"Channel {number}" for number in range(1, len(picture) + 1)]
    )
    return [
        Panel(levels, seconds, hertz, name) for levels, name in zip(picture, names, strict=True)
    ]

"""`stftcli spectrogram`: sounds in, pictures out."""

from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from stftcli.cli import options, types
from stftcli.cli.arrangement import Arrangement, arrangement_options
from stftcli.cli.corpus_options import CorpusOptions, corpus_options
from stftcli.cli.many import for_each
from stftcli.cli.output import choose_input, choose_output, other_inputs
from stftcli.cli.pictures import picture_options
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import SectionedCommand, under
from stftcli.errors import SettingsError
from stftcli.features.settings import FeatureSettings
from stftcli.files.atomic import STANDARD
from stftcli.files.urls import plain_name
from stftcli.settings.choices import PICTURE_FORMATS, PictureFormat
from stftcli.settings.marked import MarkedSegments
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.reading import Reading
from stftcli.settings.sheet import SheetSettings

if TYPE_CHECKING:
    from stftcli.cli.corpus_progress import CorpusProgress
    from stftcli.jobs.corpus.run import CorpusReport


@click.command(
    "spectrogram",
    cls=SectionedCommand,
    epilog="""\b
Examples:
  stftcli spectrogram in.wav
  stftcli spectrogram in.flac --start 1:30 --duration 10 --out part.pdf
  stftcli spectrogram --channel 1 recordings/*.wav
  stftcli spectrogram in.wav --linear mel.safetensors
  stftcli spectrogram recordings/ --out-dir pictures
  stftcli spectrogram recordings/ --timeline --out day.png
  stftcli spectrogram in.wav --segments calls.txt --sheet --out calls.pdf
  ffmpeg -i talk.mp4 -f wav - | stftcli spectrogram > talk.png""",
)
@click.argument("paths", metavar="[INPUT]...", nargs=-1, type=types.FILE)
@under("output")(
    "-o",
    "--out",
    "--output",
    "out",
    type=types.FILE,
    metavar="FILE|-",
    help="Where the picture goes; - is standard output.  [default: the input's name with .png, "
    "here; - for standard input]",
)
@under("output")(
    "--format",
    "picture_format",
    type=click.Choice(PICTURE_FORMATS),
    help="How it is written.  [default: by the ending of --out, else png]",
)
@arrangement_options
@corpus_options()
@picture_options("all; mix for --bare", figure=True)
@options.reading()
@options.threads
@options.quiet
def spectrogram(
    paths: tuple[str, ...],
    out: str | None,
    picture_format: PictureFormat | None,
    arrangement: Arrangement,
    settings: FeatureSettings,
    view: ViewSettings,
    figure: FigureSettings,
    corpus: CorpusOptions,
    reading: Reading,
    threads: int | None,
    quiet: bool,
) -> None:
    """Draw sounds as spectrograms.

    Time runs to the right, frequency upwards, and colour is the level.

    INPUT is a sound file (WAV, FLAC, AIFF, Ogg, MP3 and more), - or nothing for standard input.
    Several files get a picture each, or one together with --grid or --timeline; folders and lists
    of files do with --out-dir. Levels are in dBFS: a sine at full scale is at 0 dBFS. Features
    (--mel, --linear, --log, another --spectrum) are drawn as they are, powers and magnitudes in dB.
    With --segments, the segments of a table are drawn over the picture, or each as a panel of a
    contact sheet (--sheet).
    """
    grid, timeline, marked = arrangement.grid, arrangement.timeline, arrangement.marked
    if marked is not None and arrangement.sheet is not None:
        corpus.check_one()
        _draw_sheet(
            *(paths, out, marked, arrangement.sheet, settings, view, figure, picture_format),
            *(reading, threads, quiet),
        )
        return
    if timeline:
        corpus.check_timeline(out, grid=grid)
        inputs = corpus.recordings(paths, TerminalReporter(quiet).warn)
    elif corpus.out_dir is not None or not corpus.are_files(paths):
        corpus.check_many(
            paths,
            out=out,
            grid=grid,
            segments=marked,
            input_format=reading.raw,
            input_rate=reading.rate_hz,
        )
        _draw_many(
            paths, corpus, settings, view, figure, picture_format or "png", reading.strict, quiet
        )
        return
    else:
        corpus.check_one()
        _check_names(out, len(paths), grid)
        inputs = [choose_input(path) for path in paths or (None,)]
    figures = [inputs] if arrangement.is_joint else [[path] for path in inputs]
    ending = picture_format or "png"
    outputs = [choose_output(out, sounds[0], ending) for sounds in figures]
    if len(set(outputs)) < len(outputs):  # two sounds whose names differ in their ending keep it
        outputs = [
            f"{PurePath(sounds[0]).name}.{ending}" if outputs.count(output) > 1 else output
            for sounds, output in zip(figures, outputs, strict=True)
        ]
    if twice := sorted({name for name in outputs if outputs.count(name) > 1}):
        raise SettingsError(f"several inputs would be drawn into {twice[0]}: give `out_dir`")

    from stftcli.jobs.spectrogram import check_pictures, draw_spectrogram

    check_pictures(outputs, [*inputs, *other_inputs()], settings)

    with TerminalReporter(quiet, strict=reading.strict) as reporter:

        def draw(job: tuple[list[str], str]) -> None:
            sounds, output = job
            report = draw_spectrogram(
                sounds,
                output,
                settings,
                view,
                figure,
                timeline=timeline,
                picture_format=picture_format,
                threads=threads,
                reading=reading,
                marked=marked,
                reporter=reporter,
            )
            if output != STANDARD:
                reporter.report(f"{output}: {report}")

        jobs = zip(figures, outputs, strict=True)
        for_each(jobs, draw, reporter, name=lambda job: plain_name(job[0][0]))


def _draw_sheet(
    paths: tuple[str, ...],
    out: str | None,
    marked: MarkedSegments,
    sheet: SheetSettings,
    settings: FeatureSettings,
    view: ViewSettings,
    figure: FigureSettings,
    picture_format: PictureFormat | None,
    reading: Reading,
    threads: int | None,
    quiet: bool,
) -> None:
    from stftcli.jobs.sheet import draw_sheet
    from stftcli.jobs.spectrogram import check_pictures

    named = paths[0] if len(paths) == 1 else marked.table
    output = choose_output(out, named, picture_format or "png")
    check_pictures([output], other_inputs(), settings)
    with TerminalReporter(quiet, strict=reading.strict) as reporter:
        report = draw_sheet(
            *(paths, marked, output, settings, sheet, view, figure),
            picture_format=picture_format,
            threads=threads,
            reading=reading,
            reporter=reporter,
        )
        if output != STANDARD:
            reporter.report(f"{output}: {report}")


def _check_names(out: str | None, inputs: int, grid: bool) -> None:
    if out is not None and inputs > 1 and not grid:
        raise SettingsError(
            f"`out` names one picture, there are {inputs} inputs: leave it out, or give `grid` or "
            "`timeline`"
        )
    if out is None and inputs > 1 and grid:
        raise SettingsError(f"--grid makes one picture of {inputs} inputs: name it with --out")


def _draw_many(
    paths: tuple[str, ...],
    corpus: CorpusOptions,
    settings: FeatureSettings,
    view: ViewSettings,
    figure: FigureSettings,
    picture_format: PictureFormat,
    strict: bool,
    quiet: bool,
) -> None:
    corpus.begin_workers()  # which import as much as follows, at the same time
    from stftcli.cli.corpus_progress import run_many
    from stftcli.jobs.corpus.pictures import draw_corpus

    def draw(progress: "CorpusProgress") -> "CorpusReport":
        return draw_corpus(
            corpus.inputs(paths),
            settings,
            view,
            figure,
            corpus.settings(),
            picture_format=picture_format,
            strict=strict,
            listener=progress,
        )

    run_many(corpus, quiet, draw)

"""`stftcli features`: a sound in, an array out."""

import click

from stftcli.cli import options
from stftcli.cli.output import choose_input, choose_output
from stftcli.cli.progress import Talk
from stftcli.errors import SettingsError
from stftcli.files.publish import STANDARD
from stftcli.settings import (
    ARRAY_FORMATS,
    LAYOUTS,
    PRECISIONS,
    ArrayFormat,
    FeatureSettings,
    FrameSettings,
    Layout,
    PartSettings,
    Precision,
    ValueSettings,
)


@click.command(
    "features",
    cls=options.OrderedCommand,
    epilog="""\b
Examples:
  stftcli features in.wav --out feats.npy
  stftcli features in.wav --n-fft 25ms --hop-length 10ms --spectrum db --out feats.npz
  cat in.wav | stftcli features --linear proj.safetensors --out feats.npy
  ffmpeg -i talk.mp4 -f wav - | stftcli features --out - | python train.py""",
)
@click.argument("path", metavar="[INPUT]", required=False, type=options.FILE)
@click.option(
    "-o",
    "--out",
    "--output",
    "out",
    type=options.FILE,
    metavar="FILE|-",
    help="Where the array goes; - is standard output.  [default: the input's name with .npy, here; "
    "- for standard input]",
)
@click.option(
    "--format",
    "array_format",
    type=click.Choice(ARRAY_FORMATS),
    help="How it is written; raw is numbers alone.  [default: by the ending of --out, or npy]",
)
@options.frame_options()
@options.part_options("mix")
@options.value_options("magnitude")
@click.option(
    "--save-linear",
    type=options.FILE,
    metavar="FILE",
    help="Write the weights that --linear-out drew.",
)
@click.option(
    "--dtype",
    type=click.Choice(PRECISIONS),
    default="float32",
    show_default=True,
    help="Type of the values; float64 is computed as such. Complex spectra have two of them.",
)
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    default="frames-first",
    show_default=True,
    help="(frames, [channels,] bins), or ([channels,] bins, frames) as librosa has it.",
)
@options.threads
@options.quiet
def features(
    path: str | None,
    out: str | None,
    array_format: ArrayFormat | None,
    frames: FrameSettings,
    part: PartSettings,
    values: ValueSettings,
    save_linear: str | None,
    dtype: Precision,
    layout: Layout,
    threads: int | None,
    quiet: bool,
) -> None:
    """Write the spectra of a sound as an array.

    It has a row for each frame.

    INPUT is a sound file (WAV, FLAC, AIFF, Ogg, MP3 and more), - or nothing for standard input. It
    is read as a stream, so its length does not matter.
    """
    new = [kind for kind, _ in values.stages].count("linear_out")
    if new != 1 and save_linear is not None:
        raise SettingsError("--save-linear writes what one --linear-out N draws: give both")
    if new == 0 and values.seed is not None:
        raise SettingsError("--seed is for --linear-out N: give both")
    path = choose_input(path)
    out = choose_output(out, path, array_format or "npy")
    settings = FeatureSettings(frames, part, values, dtype, layout)

    from stftcli.jobs.features import write_features

    with Talk(quiet) as talk:
        report = write_features(
            path,
            out,
            settings,
            array_format=array_format,
            save_linear=save_linear,
            threads=threads,
            watcher=talk,
        )
        if out != STANDARD:
            talk.report(f"{out}: {report}")

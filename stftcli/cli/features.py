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
    SPECTRA,
    ArrayFormat,
    FeatureSettings,
    FrameSettings,
    Layout,
    PartSettings,
    Precision,
    ValueSettings,
)

_values = options.gathered(
    "values",
    ValueSettings,
    click.option(
        "--spectrum",
        type=click.Choice(list(SPECTRA)),
        default="magnitude",
        show_default=True,
        help="; ".join(f"{name}: {meaning}" for name, meaning in SPECTRA.items()) + ".",
    ),
    click.option(
        "--linear",
        metavar="FILE[:PREFIX]",
        help="Project each frame through this Linear: weight and bias from .npz or .safetensors, "
        "or a weight from .npy.",
    ),
    click.option(
        "--linear-out",
        type=click.IntRange(min=1),
        metavar="N",
        help="Project each frame through a new Linear to N features.",
    ),
    click.option("--seed", type=int, help="Seed of the weights that --linear-out draws."),
    click.option(
        "--kernel",
        metavar="FILE[:NAME]",
        help="Transform with this matrix in place of the DFT: 2 * (n-fft // 2 + 1) rows, real "
        "ones above imaginary ones, of n-fft columns.",
    ),
)


@click.command(
    "features",
    epilog="""\b
Examples:
  stftcli features in.wav --out feats.npy
  stftcli features in.wav --n-fft 25ms --hop-length 10ms --spectrum db --out feats.npz
  cat in.wav | stftcli features --linear proj.safetensors --out feats.npy
  ffmpeg -i talk.mp4 -f wav - | stftcli features --out - | python train.py""",
)
@click.argument("path", metavar="[INPUT]", required=False, type=options.SOUND_PATH)
@click.option(
    "-o",
    "--out",
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
@_values
@click.option("--save-linear", metavar="FILE", help="Write the weights that --linear-out drew.")
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
    """Write the spectra of a sound as an array, a row a frame.

    INPUT is a sound file (WAV, FLAC, AIFF, Ogg, MP3 and more), - or nothing for standard input. It
    is read as a stream, so its length does not matter.
    """
    if save_linear is not None and values.linear_out is None:
        raise SettingsError("--save-linear writes what --linear-out N draws: give both")
    if values.seed is not None and values.linear_out is None:
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

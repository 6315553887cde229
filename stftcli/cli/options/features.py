"""The options of what is computed from each frame, and after that."""

from collections.abc import Mapping

import click

from stftcli.cli import types
from stftcli.cli.sections import Decorator, stacked, under
from stftcli.settings.choices import (
    DESCRIPTORS,
    LOG_FLOOR,
    LOGS,
    MEL_NORMS,
    MEL_SCALES,
    NORMALIZATIONS,
    SPECTRA,
    STATISTICS,
)
from stftcli.settings.steps import MAX_BANDS, MAX_OUTPUTS

NONE = "none"
"""Takes a step of a preset away."""


def feature_options(default_spectrum: str, helps: Mapping[str, str]) -> Decorator:
    """Add the options; the help of those in `helps`, and the default of --spectrum, as given."""
    options = (_bank_options(helps), _step_options(helps), _whole_options())
    return stacked(_spectrum_options(default_spectrum), *options)


def _spectrum_options(default_spectrum: str) -> Decorator:
    option = under("Features")
    return stacked(
        option(
            "--spectrum",
            "values__spectrum",
            type=click.Choice(list(SPECTRA)),
            help="; ".join(f"{name}: {meaning}" for name, meaning in SPECTRA.items())
            + f".  [default: {default_spectrum}]",
        ),
        option(
            "--epsilon",
            "values__epsilon",
            type=types.number(0, 1),
            metavar="X",
            help="Add X to |X|^2, before the root of a magnitude.  [default: 0]",
        ),
        option(
            "--kernel",
            "values__kernel",
            type=types.FILE,
            metavar="FILE[:NAME]",
            help="Transform with this matrix in place of the DFT: 2 * (n-fft // 2 + 1) rows, real "
            "ones above imaginary ones, of n-fft columns.",
        ),
        option(
            "--seed",
            "values__seed",
            type=click.IntRange(min=0),
            metavar="S",
            help="Seed of the weights that --linear-out draws.",
        ),
    )


def _bank_options(helps: Mapping[str, str]) -> Decorator:
    option = under("Features")
    return stacked(
        option(
            "--mel",
            "steps__mel",
            type=click.IntRange(1, MAX_BANDS),
            metavar="N",
            help="Mel bank of N bands.",
        ),
        option(
            "--fmin",
            "steps__fmin",
            type=types.number(0, 1e9),
            metavar="HZ",
            help=helps.get("--fmin", "Lower edge of the first mel band.  [default: 0]"),
        ),
        option(
            "--fmax",
            "steps__fmax",
            type=types.number(0, 1e9),
            metavar="HZ",
            help=helps.get("--fmax", "Upper edge of the last mel band.  [default: half the rate]"),
        ),
        option(
            "--mel-scale",
            "steps__mel_scale",
            type=click.Choice(MEL_SCALES),
            help="slaney as librosa, htk as HTK and torchaudio.  [default: slaney]",
        ),
        option(
            "--mel-norm",
            "steps__mel_norm",
            type=click.Choice(MEL_NORMS),
            help="slaney: bands of the same area; none: of the same height.  [default: slaney]",
        ),
        option(
            "--chroma",
            "steps__chroma",
            type=click.IntRange(1, MAX_BANDS),
            metavar="N",
            help="Bank of N pitch classes, usually 12.",
        ),
        option(
            "--tuning",
            "steps__tuning",
            type=types.number(-1e3, 1e3),
            metavar="X",
            help="How far A is above 440 Hz, in pitch classes.  [default: 0]",
        ),
        option(
            "--descriptors",
            "steps__descriptors",
            type=types.names_of(DESCRIPTORS),
            metavar="NAME,...",
            help=f"Frame descriptors, named columns: {', '.join(DESCRIPTORS)}; or all.",
        ),
    )


def _step_options(helps: Mapping[str, str]) -> Decorator:
    option = under("Features")
    return stacked(
        option(
            "--linear",
            "steps__linear",
            multiple=True,
            type=types.FILE,
            metavar="FILE[:PREFIX]",
            help="Project through this Linear: weight and bias from .npz, .safetensors or .pt, or "
            "a weight from .npy. --linear and --log are applied in the order given.",
        ),
        option(
            "--linear-out",
            "steps__linear_out",
            multiple=True,
            type=click.IntRange(1, MAX_OUTPUTS),
            metavar="N",
            help="Project through a new Linear to N features.",
        ),
        option(
            "--log",
            "steps__log",
            multiple=True,
            type=click.Choice([*LOGS, NONE]),
            help="Take the logarithm at this point: "
            + "; ".join(f"{name}: {meaning}" for name, meaning in LOGS.items())
            + "; none takes a preset's away.",
        ),
        option(
            "--floor",
            "steps__floor",
            type=types.number(0, 1e30),
            metavar="X",
            help=f"The log is one of max(y, X).  [default: {LOG_FLOOR:g}]",
        ),
        option(
            "--log-offset",
            "steps__log_offset",
            type=types.number(0, 1e30),
            metavar="X",
            help="The log is one of y + X.",
        ),
        option(
            "--ref",
            "steps__ref",
            type=types.number_or("max", 0, 1e30),
            metavar="X|max",
            help=helps.get(
                "--ref", "The log is one of y / X; max: the file's largest.  [default: 1]"
            ),
        ),
        option(
            "--mfcc",
            "steps__mfcc",
            type=click.IntRange(1, MAX_BANDS),
            metavar="N",
            help="N mel-frequency cepstral coefficients: mel (128 bands), log (db), cosine "
            "transform.",
        ),
        option(
            "--lifter",
            "steps__lifter",
            type=types.number(0, 1e6),
            metavar="L",
            help="Lift the higher coefficients of --mfcc.  [default: 0]",
        ),
        option(
            "--energy/--no-energy",
            "steps__energy",
            default=None,
            help="The log energy of the frame in the place of the first MFCC, or before the other "
            "features, as in Kaldi.",
        ),
        option(
            "--standardize",
            "steps__standardize",
            type=types.pair_or(NONE),
            metavar="MEAN,STD|none",
            help="Subtract this mean, divide by this deviation.",
        ),
    )


def _whole_options() -> Decorator:
    option = under("Features")
    return stacked(
        option(
            "--top-db",
            "steps__top_db",
            type=types.number_or(NONE, 0, 1e4),
            metavar="DB|none",
            help="Raise what lies more than this below the file's largest value.",
        ),
        option(
            "--normalize",
            "steps__normalize",
            type=click.Choice([*NORMALIZATIONS, NONE]),
            help="By the file: each feature by its mean, or mean and deviation, all by the peak; "
            "or each frame by its own peak.",
        ),
        option(
            "--deltas",
            "steps__deltas",
            type=click.IntRange(0, 2),
            metavar="0|1|2",
            help="Append deltas, and with 2 those of the deltas.",
        ),
        option(
            "--delta-window",
            "steps__delta_window",
            type=click.IntRange(1, 100),
            metavar="N",
            help="Frames on either side that a delta takes in.  [default: 2]",
        ),
        option(
            "--stats",
            "steps__stats",
            type=types.names_of(STATISTICS),
            metavar="NAME,...",
            help=f"One row for the file, of each feature: {', '.join(STATISTICS)}; or all.",
        ),
    )

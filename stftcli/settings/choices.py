"""What can be chosen, as tables: options, their help and the messages of errors come from here."""

from math import log
from typing import Literal, get_args

PadMode = Literal["reflect", "constant", "edge", "symmetric", "wrap"]
Padding = Literal["center", "none", "causal", "same", "snip", "kaldi"]
WindowAlign = Literal["center", "left"]
Spectrum = Literal[
    "complex", "magnitude", "power", "psd", "mean-square", "dbfs", "db", "log", "phase"
]
LogKind = Literal["ln", "log10", "log1p", "db"]
MelScale = Literal["slaney", "htk"]
MelNorm = Literal["slaney", "none"]
Triangles = Literal["hz", "mel"]
Lifter = Literal["librosa", "htk"]
Normalization = Literal["mean", "meanvar", "peak", "frame"]
Statistic = Literal["mean", "std", "min", "max", "skewness", "kurtosis"]
PooledValues = Literal["power", "levels"]
Descriptor = Literal[
    "rms", "zcr", "centroid", "bandwidth", "rolloff", "flatness", "flux", "contrast"
]
BandStandard = Literal["octave", "third", "decidecade", "millidecade"]
BandValues = Literal["power", "density"]
WeightingCurve = Literal["A", "C", "K"]
Precision = Literal["float32", "float64", "float16"]
Layout = Literal["frames-first", "bins-first"]
Resampling = Literal["QQ", "LQ", "MQ", "HQ", "VHQ"]
ArrayFormat = Literal["npy", "npz", "safetensors", "csv", "jsonl", "raw", "ark"]
ShardFormat = Literal["tar", "parquet", "zarr", "ark"]
TableFormat = Literal["csv", "jsonl", "parquet", "npz", "raven", "audacity"]
SegmentFrames = Literal["slice", "cut"]
PictureFormat = Literal["png", "svg", "pdf", "webp"]
FrequencyScale = Literal["linear", "log", "mel", "bark"]
Reduction = Literal["max", "mean"]
LevelReference = Literal["full-scale", "max"]
CurveSign = Literal["subtract", "add"]
Channel = Literal["mix", "all"] | int
SegmentPadding = Literal["neighbours", "own"]
Nonfinite = Literal["error", "zero", "keep"]
ScriptLibrary = Literal["librosa", "torch"]

MAX_THREADS = 64

PAD_MODES: tuple[PadMode, ...] = get_args(PadMode)
WINDOW_ALIGNS: tuple[WindowAlign, ...] = get_args(WindowAlign)
MEL_SCALES: tuple[MelScale, ...] = get_args(MelScale)
MEL_NORMS: tuple[MelNorm, ...] = get_args(MelNorm)
NORMALIZATIONS: tuple[Normalization, ...] = get_args(Normalization)
STATISTICS: tuple[Statistic, ...] = get_args(Statistic)
POOLED_VALUES: tuple[PooledValues, ...] = get_args(PooledValues)
DESCRIPTORS: tuple[Descriptor, ...] = get_args(Descriptor)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
RESAMPLINGS: tuple[Resampling, ...] = get_args(Resampling)
ARRAY_FORMATS: tuple[ArrayFormat, ...] = get_args(ArrayFormat)
SHARD_FORMATS: tuple[ShardFormat, ...] = get_args(ShardFormat)
TABLE_FORMATS: tuple[TableFormat, ...] = get_args(TableFormat)
SEGMENT_FRAMES: tuple[SegmentFrames, ...] = get_args(SegmentFrames)
PICTURE_FORMATS: tuple[PictureFormat, ...] = get_args(PictureFormat)
PIXEL_FORMATS: tuple[PictureFormat, ...] = ("png", "webp")
FREQUENCY_SCALES: tuple[FrequencyScale, ...] = get_args(FrequencyScale)
SEGMENT_PADDINGS: tuple[SegmentPadding, ...] = get_args(SegmentPadding)
CURVE_SIGNS: tuple[CurveSign, ...] = get_args(CurveSign)
SCRIPT_LIBRARIES: tuple[ScriptLibrary, ...] = get_args(ScriptLibrary)
NONFINITE: tuple[Nonfinite, ...] = get_args(Nonfinite)
REDUCTIONS: tuple[Reduction, ...] = get_args(Reduction)

PADDINGS: dict[Padding, str] = {
    "center": "half a frame on both sides, so that frame t is centred on sample t * hop",
    "none": "nothing, full frames only",
    "causal": "frame minus hop zeros on the left, so that no frame sees the future",
    "same": "(frame - hop) / 2 on both sides, as HiFi-GAN",
    "snip": "nothing, and no frame of a sound shorter than one, as Kaldi with snip-edges=true",
    "kaldi": "as Kaldi with snip-edges=false, mirrored with the edge sample repeated",
}
"""What is put around a signal before it is cut into frames."""

FORCED_PAD_MODES: dict[Padding, PadMode] = {
    "none": "constant",
    "snip": "constant",
    "causal": "constant",
    "kaldi": "symmetric",
}
"""Paddings that leave no choice of what they hold."""

FLOOR = 1e-5
"""The smallest magnitude that a logarithm is taken of: -100 dB."""

LOWEST_DB = -200
"""The level of silence, and the gain that stands for none: enough below any recording."""

LOWEST_POWER = 10 ** (LOWEST_DB / 10)
"""The same as a power: the smallest that levels, and --log of densities, are taken of."""

SPECTRA: dict[Spectrum, str] = {
    "complex": "the spectrum X itself",
    "magnitude": "|X|",
    "power": "|X|^2",
    "psd": "one-sided power spectral density, in the samples' unit squared per Hz, whose sum times "
    "the width of a bin is the mean square (scipy's scaling 'density')",
    "mean-square": "one-sided mean square, which of a sine at the centre of a bin is its own "
    "(scipy's scaling 'spectrum')",
    "dbfs": "level as in pictures: a full-scale sine at the centre of a bin is 0 dB (10 log10 of "
    "twice scipy's scaling 'spectrum')",
    "db": f"20 log10 max(|X|, {FLOOR:g}), where 0 dB is |X| = 1",
    "log": f"ln max(|X|, {FLOOR:g})",
    "phase": "the angle of X in radians",
}
"""What each spectrum is."""

BAND_STANDARDS: dict[BandStandard, str] = {
    "octave": "octaves (IEC 61260-1)",
    "third": "third octaves (IEC 61260-1)",
    "decidecade": "the same by their other name, tenths of a decade (ISO 18405)",
    "millidecade": "hybrid millidecades, 1 Hz wide up to 434 Hz, thousandths of a decade above",
}
"""The bands of each standard."""

BAND_VALUES: dict[BandValues, str] = {
    "power": "the power in the band, which is the mean square of what lies in it",
    "density": "that divided by the band's width, as millidecades are published",
}
"""What the value of a band is."""

WEIGHTING_CURVES: dict[WeightingCurve, str] = {
    "A": "IEC 61672-1, as in dB(A)",
    "C": "IEC 61672-1, as in dB(C)",
    "K": "ITU-R BS.1770, of loudness",
}
"""Where each weighting comes from."""

LOG_FLOOR = 1e-10
"""The smallest value that --log takes a logarithm of, unless it is told another."""

LOGS: dict[LogKind, str] = {
    "ln": "natural",
    "log10": "decimal",
    "db": "10 log10 y",
    "log1p": "ln(1 + y)",
}
"""What each logarithm of values y is."""

KALDI_FLOOR = 2.0**-23
"""The smallest value that Kaldi takes a logarithm of: the machine epsilon of float32."""

DB_OF_UNIT: dict[LogKind, float] = {"db": 1.0, "log10": 10.0, "ln": 10 / log(10)}
"""Decibels of one unit of each logarithm of a power: 10 / ln(base)."""

WINDOWS: dict[str, str | None] = {
    "hann": None,
    "hamming": None,
    "blackman": None,
    "blackmanharris": None,
    "nuttall": None,
    "flattop": None,
    "bartlett": None,
    "bohman": None,
    "cosine": None,
    "boxcar": None,
    "povey": None,
    "kaiser": "beta",
    "tukey": "alpha",
    "gaussian": "std",
}
"""The windows, each with the name of its parameter if it takes one."""


def window_names() -> str:
    """List the windows for help and messages."""
    return ", ".join(
        name if parameter is None else f"{name}:{parameter.upper()}"
        for name, parameter in WINDOWS.items()
    )

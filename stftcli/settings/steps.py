"""The steps from a spectrum to features: each is one row of a recipe."""

from typing import Any, ClassVar, Literal, Self

from stftcli.errors import SettingsError
from stftcli.settings.choices import (
    KALDI_FLOOR,
    LOG_FLOOR,
    Descriptor,
    Lifter,
    LogKind,
    MelNorm,
    MelScale,
    Normalization,
    Statistic,
    Triangles,
)
from stftcli.settings.record import MisplacedError, Place, Record, check_between, nearest

MAX_BANDS, MAX_OUTPUTS, MAX_DELTA_FRAMES = 10_000, 1_000_000, 1000


class Step(Record):
    """Base of the steps; in a dictionary, "step" names which one it is."""

    step: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """Give the name of the step and its settings."""
        return {"step": self.step, **super().to_dict()}

    @classmethod
    def from_dict(cls, values: dict[str, Any], place: Place = ()) -> Self:
        """Make the step that "step" names."""
        if cls is not Step:
            return super().from_dict(values, place)
        settings = dict(values)
        name = settings.pop("step", None)
        if name not in STEPS:
            known = list(STEPS)
            raise MisplacedError(
                f"there is no step {name!r}: {nearest(str(name), known)}", (*place, "step")
            )
        return STEPS[name].from_dict(settings, place)  # type: ignore[return-value]


class Mel(Step):
    """A mel filterbank on the bins.

    `triangles` are straight lines over Hz (librosa) or over mel (Kaldi). `computed` "torchaudio"
    is in float32, with the bins where they would be if the last one were at rate // 2.
    """

    step = "mel"
    bands: int = 128
    fmin_hz: float = 0.0
    fmax_hz: float | None = None
    scale: MelScale = "slaney"
    norm: MelNorm = "slaney"
    triangles: Triangles = "hz"
    computed: Literal["exactly", "torchaudio"] = "exactly"

    def __post_init__(self) -> None:
        check_between("bands", self.bands, 1, MAX_BANDS)


class Chroma(Step):
    """Pitch classes; `tuning` is how far A is above 440 Hz, in steps."""

    step = "chroma"
    bands: int = 12
    tuning: float = 0.0

    def __post_init__(self) -> None:
        check_between("bands", self.bands, 1, MAX_BANDS)


class Describe(Step):
    """Frame descriptors in the place of the bins."""

    step = "descriptors"
    names: tuple[Descriptor, ...] = ()


class Projected(Step):
    """A Linear from a file, FILE or FILE:PREFIX."""

    step = "linear"
    file: str = ""


class NewLinear(Step):
    """A new Linear to so many outputs, drawn from the seed."""

    step = "linear_out"
    outputs: int = 1

    def __post_init__(self) -> None:
        check_between("outputs", self.outputs, 1, MAX_OUTPUTS)


class Log(Step):
    """A logarithm of ``max(y, floor)``, or of ``max(y, 0) + offset`` where an offset is given.

    `ref` divides that: "max" stands for its largest value in the file.
    """

    step = "log"
    kind: LogKind = "ln"
    floor: float = LOG_FLOOR
    offset: float | None = None
    ref: float | Literal["max"] = 1.0

    def __post_init__(self) -> None:
        if self.kind == "log1p" and (self.floor, self.offset, self.ref) != (LOG_FLOOR, None, 1):
            raise SettingsError("log1p is ln(1 + y): it takes no --floor, --log-offset or --ref")


class TopDb(Step):
    """Raise what lies more than so many decibels below the largest value of the file."""

    step = "top_db"
    db: float = 80.0


class Dct(Step):
    """The cosine transform of type 2, orthonormal: from log mel to MFCC."""

    step = "dct"
    outputs: int = 13
    lifter: float = 0.0
    lifter_form: Lifter = "librosa"


class Energy(Step):
    """The log energy of the frame before pre-emphasis and window, as Kaldi has it.

    It takes the place of the first feature, or is put before it.
    """

    step = "energy"
    replace: bool = True
    floor: float = KALDI_FLOOR


class Standardize(Step):
    """Subtract a fixed mean and divide by a fixed deviation."""

    step = "standardize"
    mean: float = 0.0
    deviation: float = 1.0


class Normalize(Step):
    """Normalise by what the file holds: each feature by its mean (and deviation), all by the peak.

    "frame" divides each frame by its own largest value. `ddof` and `epsilon` belong to the
    deviation: what is taken off the number of frames, and what is added in the end.
    """

    step = "normalize"
    by: Normalization = "meanvar"
    ddof: int = 0
    epsilon: float = 0.0


class Deltas(Step):
    """Append regression deltas of the features, and with order 2 those of the deltas."""

    step = "deltas"
    order: int = 1
    window: int = 2

    def __post_init__(self) -> None:
        check_between("order", self.order, 1, 2)
        check_between("window", self.window, 1, MAX_DELTA_FRAMES)


class Stats(Step):
    """One row for the file: statistics of each feature over the frames."""

    step = "stats"
    names: tuple[Statistic, ...] = ("mean", "std")


STEPS: dict[str, type[Step]] = {
    kind.step: kind
    for kind in (
        Mel,
        Chroma,
        Describe,
        Projected,
        NewLinear,
        Log,
        TopDb,
        Dct,
        Energy,
        Standardize,
        Normalize,
        Deltas,
        Stats,
    )
}
"""Every step by its name."""

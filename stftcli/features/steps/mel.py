"""The mel filterbank: bins to bands that lie evenly on a scale of pitch."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from stftcli.errors import SettingsError
from stftcli.features.operations import FrameOperation
from stftcli.features.step import Names, Step
from stftcli.features.steps.crop import EDGES
from stftcli.settings.choices import MEL_NORMS, MEL_SCALES, MelNorm, MelScale, Triangles
from stftcli.settings.kinds import Choice, Whole
from stftcli.settings.option import Option

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage

MAX_BANDS = 10_000


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

    takes_bins = True
    default_spectrum = "power"
    renames = True
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "mel", Whole(1, MAX_BANDS), "Mel bank of N bands.", "bands", makes=True, common=True
        ),
        *EDGES,
        Option(
            "mel_scale",
            Choice(MEL_SCALES),
            "slaney as librosa, htk as HTK and torchaudio.",
            "scale",
            default="slaney",
        ),
        Option(
            "mel_norm",
            Choice(MEL_NORMS),
            "slaney: each band has an area of 1; none: a height of 1.",
            "norm",
            default="slaney",
        ),
    )

    def feature_names(self, before: Names) -> Names:  # noqa: ARG002
        """Count the bands from 1."""
        return tuple(f"mel_{band}" for band in range(1, self.bands + 1))

    def build(self, builder: "Builder") -> None:
        """Project the bins; the bands lie where their triangles peak."""
        from stftcli.dsp.filterbanks import band_centers_hz, empty_bands
        from stftcli.dsp.linear import Linear

        weights = self._weights(builder.rate_hz, builder.plan.filter_length)[:, builder.bins]
        if len(empty := empty_bands(weights)):
            builder.warnings.append(empty_bands_warning(empty.tolist(), self.bands))
        # torchaudio's rate // 2 differs from half the rate by half a hertz, which is no centre's.
        centers_hz = band_centers_hz(
            builder.rate_hz,
            self.bands,
            scale=self.scale,
            fmin_hz=self.fmin_hz,
            fmax_hz=self.fmax_hz,
        )
        before = builder.axis
        builder.project(
            Linear.from_weights(weights, dtype=builder.dtype),
            before.renamed(
                self.feature_names(before.names),
                "Mel band",
                frequencies_hz=centers_hz,
                quantity=before.quantity_of_sums,
            ),
            "the mel bank",
        )

    def undo(self, stage: "Stage") -> FrameOperation:
        """Find bins, none of them negative, that give these bands."""
        from stftcli.dsp.nonnegative import NonNegative

        assert stage.linear is not None
        return NonNegative(stage.linear)

    def _weights(self, rate_hz: int, filter_length: int) -> Any:
        from stftcli.dsp.filterbanks import mel_weights
        from stftcli.dsp.torchaudio_bank import torchaudio_mel_weights

        options: dict[str, Any] = {
            "scale": self.scale,
            "norm": None if self.norm == "none" else self.norm,
            "fmin_hz": self.fmin_hz,
            "fmax_hz": self.fmax_hz,
        }
        if self.computed == "exactly":
            return mel_weights(
                rate_hz, filter_length, self.bands, triangles=self.triangles, **options
            )
        if self.triangles != "hz":
            raise SettingsError("the bank that torchaudio computes has its triangles over hz")
        return torchaudio_mel_weights(rate_hz, filter_length, self.bands, **options)


def empty_bands_warning(empty: list[int], bands: int) -> str:
    """Name the bands, counted from 0 in `empty`, that no bin falls into."""
    listed = ", ".join(str(band + 1) for band in empty[:8])
    is_narrower = "is narrower" if len(empty) == 1 else "are narrower"
    return (
        f"{len(empty)} of {bands} bands {is_narrower} than a bin and empty "
        f"({listed}{', ...' if len(empty) > 8 else ''}): give fewer bands or longer frames"
    )

"""From settings to a graph of ONNX, held against what stftcli computes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

import stftcli
from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError
from stftcli.features.chain import Chain
from stftcli.features.extractor import Extractor
from stftcli.features.resample import resampled
from stftcli.features.settings import FeatureSettings
from stftcli.features.toml import VERSION
from stftcli.files.atomic import atomic_write, is_stream
from stftcli.files.distinct import Outputs
from stftcli.files.prefix import split_prefix
from stftcli.files.urls import plain_name
from stftcli.frozen import Frozen
from stftcli.jobs.export.chain import exported_chain
from stftcli.jobs.export.tolerance import Tolerance
from stftcli.jobs.provenance import unit_of
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.settings.memory import check_memory

_COPIES = 6
"""Of the spectra that onnxruntime may hold at a time."""

_ROUNDINGS = 3
"""Beyond a tolerance, a value may be off by so many times what stftcli's own float32 is there."""


class Comparison(Frozen):
    """How far a graph's numbers are from stftcli's.

    Attributes
    ----------
    difference : float
        The largest that is not allowed, or the largest of all if all are.
    share : float
        The same as a share of the largest value.
    frame : int
        Where it is, counted from 0.
    feature : str
        And of which feature.
    tolerance : Tolerance
        What is allowed.
    is_within : bool
        Whether all numbers are within that.
    is_allowed : bool
        Whether each is within that, or as near as float32 can be.
    rounding : float
        How far stftcli's own numbers around it are from what it computes in float64.
    """

    difference: float
    share: float
    frame: int
    feature: str
    tolerance: Tolerance
    is_within: bool
    is_allowed: bool
    rounding: float

    def __str__(self) -> str:
        measured = f"{self.difference:.1e}"
        if self.tolerance.absolute is None:
            measured = f"{self.share:.1e} of the {self.tolerance.largest}"
        text = (
            f"largest difference {measured}, at frame {self.frame}, {self.feature}; "
            f"{self.tolerance} is allowed"
        )
        if self.is_within:
            return text
        return f"{text}, and by float32 stftcli's own numbers there are {self.rounding:.1e} off"


class GraphReport(Frozen):
    """What was written, and how near it comes if that was asked for."""

    size: int
    opset: int
    rate_hz: int
    features: int
    comparison: Comparison | None

    def __str__(self) -> str:
        text = (
            f"{self.size / 1000:.0f} kB, opset {self.opset}, samples at {self.rate_hz} Hz to "
            f"{self.features} features"
        )
        return text if self.comparison is None else f"{text}; {self.comparison}"


def export_onnx(
    settings: FeatureSettings,
    output: str,
    *,
    opset: int = 17,
    check: str | None = None,
    other_inputs: Sequence[str] = (),
    reporter: Reporter = SILENT,
) -> GraphReport:
    """Write settings as a graph of ONNX.

    Parameters
    ----------
    settings : FeatureSettings
        What it computes, at the rate that they name.
    output : str
        The file, or "-" for standard output.
    opset : int, default 17
        The version of the standard operators.
    check : str, optional
        A sound, of which the graph's numbers are compared with stftcli's.
    other_inputs : sequence of str
        Files that the caller has read; the graph may not take their place.
    reporter : Reporter, optional
        Hears of warnings.

    Raises
    ------
    StftcliError
        If something has no form in ONNX, onnx is not installed, the file cannot be written, or the
        numbers differ by more than is allowed; nothing is written then.
    """
    from stftcli.onnx.metadata import metadata_of
    from stftcli.onnx.model import model_of

    if not is_stream(output) and PurePath(plain_name(output)).suffix.lower() != ".onnx":
        raise SettingsError(
            f"{plain_name(output)}: a graph is written to a file of the ending .onnx, or to -"
        )
    Outputs(output).check_inputs(*map(split_prefix, settings.files), *other_inputs, check)
    chain = exported_chain(settings, reporter)
    content = model_of(chain, metadata_of(_description(chain)), opset).SerializeToString()
    comparison = None if check is None else compared(content, chain, check)
    if comparison is not None and not comparison.is_allowed:
        raise InputError(f"{check}: {comparison}; {output} was not written")
    with atomic_write(output) as file:
        file.write(content)
    return GraphReport(len(content), opset, chain.rate_hz, chain.features, comparison)


def _description(chain: Chain) -> dict[str, Any]:
    """Describe the features and how they are made, in the words of arrays."""
    return {
        "stftcli": stftcli.__version__,
        "rate_hz": chain.rate_hz,
        "names": list(chain.axis.names),
        "unit": unit_of(chain.axis),
        "settings_version": VERSION,
        "features": chain.settings.to_dict(),
    }


def compared(content: bytes, chain: Chain, path: str) -> Comparison:
    """Compare what a graph makes of a sound with what its chain makes of it.

    Raises
    ------
    StftcliError
        If the sound cannot be read, has another rate, or is too long to be held.
    """
    from stftcli.onnx.running import run_graph

    waveforms = _waveforms(chain, path)
    wanted = Extractor(chain.settings)(waveforms, chain.rate_hz)
    if not wanted.size:
        raise InputError(f"{path} {chain.shortage(waveforms.shape[-1])}")
    exact = Extractor(chain.settings, dtype="float64")(waveforms, chain.rate_hz)
    got = _as_arrays(run_graph(content, waveforms), chain)
    values: tuple[NDArray[Any], ...] = (got, wanted, exact)
    if chain.axis.quantity == "phase" and chain.axis.bins:
        values = _at_their_magnitudes(values, chain, waveforms)
    return _comparison(values, chain)


def _comparison(values: tuple[NDArray[Any], ...], chain: Chain) -> Comparison:
    """Compare what was got with what was wanted, and that with what is exact."""
    tolerance = Tolerance.of(chain)
    got, wanted, exact = map(tolerance.compared, values)
    difference, limits = np.abs(got - wanted), tolerance.limits(wanted)
    rounding = _around(np.abs(wanted - exact))
    refused = ~(difference <= np.maximum(limits, _ROUNDINGS * rounding))  # NaN is refused
    is_allowed = not refused.any()
    told = difference if is_allowed else np.where(refused, difference, 0)
    place = np.unravel_index(int(told.argmax()), told.shape)
    peak = float(np.abs(wanted).max())
    return Comparison(
        float(told[place]),
        float(told[place]) / (peak or 1),
        int(place[1]),
        chain.axis.names[int(place[2])],
        tolerance,
        bool((difference <= limits).all()),
        is_allowed,
        float(rounding[place]),
    )


def _around(rounding: NDArray[Any]) -> NDArray[Any]:
    """Give the largest of each value and of those beside it; one alone may be right by chance."""
    beside = np.pad(rounding, ((0, 0), (1, 1), (1, 1)), mode="edge")
    return np.asarray(sliding_window_view(beside, (3, 3), axis=(1, 2)).max(axis=(-2, -1)))


def _at_their_magnitudes(
    phases: tuple[NDArray[Any], ...], chain: Chain, waveforms: NDArray[np.float32]
) -> tuple[NDArray[Any], ...]:
    """Give the complex numbers of phases: those of what is nearly nothing are rounding alone."""
    recipe = replace(chain.settings.features, spectrum="magnitude")
    settings = replace(chain.settings, features=recipe)
    magnitudes = Extractor(settings, dtype="float64")(waveforms, chain.rate_hz)
    return tuple(magnitudes * np.exp(1j * np.asarray(each, np.float64)) for each in phases)


def _as_arrays(values: NDArray[Any], chain: Chain) -> NDArray[Any]:
    """Give what a graph gives in the layout and the type of arrays."""
    if chain.axis.quantity == "complex":
        values = values.view(np.complex64)[..., 0]
    return values.swapaxes(1, 2) if chain.settings.layout == "bins-first" else values


def _waveforms(chain: Chain, path: str) -> NDArray[np.float32]:
    """Read the segment that settings choose, one waveform for each channel, at the graph's rate."""
    signal = chain.settings.signal
    with Source(path) as source:
        blocks = source.blocks(chain.settings.segment, nonfinite=signal.nonfinite)
        if source.rate_hz != chain.rate_hz:
            if signal.resample is None:
                raise InputError(
                    f"{source.name} has {source.rate_hz} Hz, and the graph takes {chain.rate_hz} "
                    f"Hz: `rate={chain.rate_hz}` resamples the sound that it is tried on"
                )
            rates = source.rate_hz, chain.rate_hz
            blocks = resampled(blocks, *rates, np.dtype(np.float32), signal.resample)
        held, samples = [], 0
        for block in blocks:
            held.append(block.copy())
            samples += block.size
            _check_length(chain, samples)
    return np.concatenate(held, axis=-1)


def _check_length(chain: Chain, samples: int) -> None:
    frames = samples // chain.plan.hop_length
    check_memory(
        _COPIES * frames * 2 * chain.plan.bins * chain.framewise.stft.dtype.itemsize,
        "a sound of this length, all at once,",
        "give a `duration`",
    )

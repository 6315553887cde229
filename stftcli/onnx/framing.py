"""From waveforms to the spectra of their frames: padding, and one product."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.kernel import dft_kernel
from stftcli.dsp.stft import STFT
from stftcli.features.chain import Chain
from stftcli.onnx.graph import Graph, Value, Whole
from stftcli.settings.choices import PadMode

Floats = NDArray[np.float64]

# Samples of a frame that are summed up at once, and sums that are added at once. A product over
# all of them rounds two to four times as much as an FFT does; this way it is little more than that.
_SUMMED, _ADDED = 32, 4


def _reflected(at: Value, length: Value) -> Value:
    # To and fro over all but the sample at the edge; a single sample is its own reflection.
    turn = (2 * (length - 1)).at_least(1)
    at = at % turn
    return at.at_most(turn - at).at_most(length - 1)


def _mirrored(at: Value, length: Value) -> Value:
    at = at % (2 * length)
    return at.at_most(2 * length - 1 - at)


# Which sample of a signal stands at a place beyond its ends; numpy.pad repeats itself likewise.
# The operator Pad refuses to reflect a signal that is shorter than its padding.
_SOURCES: dict[PadMode, Callable[[Value, Value], Value]] = {
    "reflect": _reflected,
    "symmetric": _mirrored,
    "edge": lambda at, length: at.at_least(0).at_most(length - 1),
    "wrap": lambda at, length: at % length,
}


class Framing:
    """The frames of waveforms, and their spectra.

    Parameters
    ----------
    graph : Graph
        Takes the nodes.
    waveform : Value, shape (batch, samples)
        Samples, full scale being 1.
    chain : Chain
        How they are cut, and what is done to them first.

    Attributes
    ----------
    frames : Value
        How many there are, a list of one whole number. Where there are none, one is computed all
        the same, as many operators refuse to work on nothing.
    """

    def __init__(self, graph: Graph, waveform: Value, chain: Chain) -> None:
        self._graph, self._stft, self._plan = graph, chain.framewise.stft, chain.plan
        self._scale = chain.settings.full_scale
        self._correction = chain.framewise.correction
        self._drops_last = chain.frames.drop_last
        # What is too short is filled up, so that there is a frame to be computed.
        signals = _conditioned(_filled(waveform, 1), chain)
        padded = _padded(signals, self._plan.left, self._plan.right, self._stft.pad_mode)
        is_sound = waveform.length(1).at_most(1)
        self.frames = self._count(padded.length(1)) * is_sound
        self._computed = self.frames.at_least(1)
        self._padded = _filled(padded, self._plan.frame_length)

    def _count(self, padded: Value) -> Value:
        """Give `FramePlan.frames` of so many padded samples, less the last if that is dropped."""
        plan = self._plan
        beyond = (padded - plan.frame_length).at_least(-plan.hop_length)
        frames = (beyond + plan.hop_length) // plan.hop_length
        frames = frames.at_least(1 if plan.fills_short else 0)
        return frames - 1 if self._drops_last else frames

    def spectra(self) -> tuple[Value, Value]:
        """Give the real and the imaginary part, each of shape (batch, frames, bins)."""
        bins, kernel = self._plan.bins, _folded(self._stft)
        if self._correction is not None:
            kernel = kernel * np.tile(self._correction, 2)[:, np.newaxis]
        if self._stft.conditioning.remove_dc:
            products = self._graph.node("MatMul", self.samples(), self._graph.constant(kernel.T))
        else:
            products = self._convolved(kernel * self._scale)
        return products.part(2, 0, bins), products.part(2, bins)

    def _convolved(self, kernel: Floats) -> Value:
        graph, hop = self._graph, self._plan.hop_length
        channel = graph.node("Unsqueeze", self._padded, graph.whole(1))
        begins = (self._computed - 1) * hop
        sums: list[Value] = []
        for first in range(0, kernel.shape[1], _SUMMED):
            part = kernel[:, first : first + _SUMMED]
            reached = channel.part(2, first, begins + (first + part.shape[1]))
            weight = graph.constant(part[:, np.newaxis])
            sums.append(graph.node("Conv", reached, weight, strides=[hop]))
        while len(sums) > 1:
            groups = (sums[at : at + _ADDED] for at in range(0, len(sums), _ADDED))
            sums = [graph.node("Sum", *group) for group in groups]
        products = sums[0]
        return graph.node("Transpose", products, perm=[0, 2, 1])

    def samples(self) -> Value:
        """Give the samples of each frame, shape (batch, frames, frame_length), as `Sound` does."""
        graph, plan = self._graph, self._plan
        zero, one = graph.constant(0, Whole), graph.constant(1, Whole)
        numbers = graph.node("Range", zero, graph.node("Squeeze", self._computed), one)
        starts = graph.node("Unsqueeze", numbers * plan.hop_length, graph.whole(1))
        places = starts + graph.constant(np.arange(plan.frame_length), Whole)
        frames = graph.node("Gather", self._padded, places, axis=1)
        frames = frames if self._scale == 1 else frames * self._scale
        if self._stft.conditioning.remove_dc:
            frames = frames - graph.reduced("ReduceMean", frames, -1)
        return frames


def _folded(stft: STFT) -> Floats:
    """Give all that is linear in a frame as one matrix, shape (2 * bins, frame_length).

    Of a frame, the mean is taken off first, then it is emphasized, then the window and the
    transform are applied: the matrices are multiplied in the reverse order. A mean is taken off
    the samples besides: next to a large one, rounded numbers would lose what is small.
    """
    plan, conditioning = stft.plan, stft.conditioning
    length = plan.frame_length
    exact = dft_kernel(plan.filter_length, np.float64) if stft.is_fourier else stft.kernel
    matrix = exact[:, :length].astype(np.float64) * stft.window[:length].astype(np.float64)
    if conditioning.preemphasis:
        # y[n] = x[n] - a x[n - 1], the first sample standing for the one before it.
        taken = np.zeros_like(matrix)
        taken[:, :-1] = matrix[:, 1:]
        taken[:, 0] += matrix[:, 0]
        matrix = matrix - conditioning.preemphasis * taken
    if conditioning.remove_dc:
        matrix = matrix - matrix.mean(axis=1, keepdims=True)
    return matrix


def _conditioned(waveform: Value, chain: Chain) -> Value:
    """Do what is done to a whole signal: zeros at its end, pre-emphasis."""
    signal = chain.settings.signal
    if signal.pad_to_s is not None:
        wanted = round(signal.pad_to_s * chain.rate_hz)
        waveform = _filled(waveform, wanted)
    if signal.preemphasis:
        before = _pad(waveform, [0, 1, 0, -1])
        waveform = waveform - before * signal.preemphasis
    return waveform


def _padded(signals: Value, left: int, right: int, mode: PadMode) -> Value:
    if not left and not right:
        return signals
    if mode == "constant":
        return _pad(signals, [0, left, 0, right])
    graph, length = signals.graph, signals.length(1)
    before = _SOURCES[mode](graph.constant(np.arange(-left, 0), Whole), length)
    after = _SOURCES[mode](graph.constant(np.arange(right), Whole) + length, length)
    parts = [graph.node("Gather", signals, places, axis=1) for places in (before, after)]
    return parts[0].joined([signals, parts[1]], axis=1)


def _pad(signals: Value, amounts: list[int]) -> Value:
    return signals.graph.node("Pad", signals, signals.graph.whole(*amounts))


def _filled(signals: Value, samples: int) -> Value:
    """Append zeros to what is shorter than so many samples."""
    missing = (samples - signals.length(1)).at_least(0)
    amounts = signals.graph.whole(0, 0, 0).joined([missing], axis=0)
    return signals.graph.node("Pad", signals, amounts)

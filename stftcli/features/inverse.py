"""From features back to sound: the steps undone in reverse, phases rebuilt, frames added up."""

from collections.abc import Callable, Iterable, Iterator
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stftcli.dsp.checks import check_value
from stftcli.dsp.griffin_lim import GriffinLim
from stftcli.dsp.inverse import ISTFT, check_invertible
from stftcli.dsp.scaling import Scale
from stftcli.errors import InputError, SettingsError
from stftcli.features.chain import Chain
from stftcli.features.signal import restored

Batches = Iterable[NDArray[Any]]


class Inverse:
    """Undoes what a chain does, for one sound.

    Complex spectra become the sound that they are of. What has lost the phase (magnitudes, mel
    bands and so on) becomes a sound that has about these features.

    Parameters
    ----------
    chain : Chain
        What made the features.
    length : int, optional
        Number of samples of the sound, at the chain's rate; what frames fill for certain if None.
    griffin_lim : int, optional
        Rounds in which phases are found; needed where they were lost, and refused where not.
    seed : int, default 0
        Of the phases that these begin with.
    on_round : function, optional
        Called with the number of frames of each round that is done.

    Raises
    ------
    SettingsError
        If something cannot be undone; it is named.
    """

    def __init__(
        self,
        chain: Chain,
        *,
        length: int | None = None,
        griffin_lim: int | None = None,
        seed: int = 0,
        on_round: Callable[[int], None] | None = None,
    ) -> None:
        spectrum = chain.settings.features.spectrum
        assert spectrum is not None
        for name, value in (
            ("griffin_lim", 0 if griffin_lim is None else griffin_lim),
            ("seed", seed),
        ):
            good = hasattr(value, "__index__") and value >= 0
            check_value(name, value, good, "a whole number, 0 or more")
        self._chain, self._spectrum, self._length = chain, spectrum, length
        self._rounds, self._seed, self._on_round = griffin_lim, seed, on_round
        self._solvers: list[GriffinLim] = []
        self._undo = [stage.step.undo(stage) for stage in reversed(chain.stages)]
        self._stft = chain.framewise.stft
        if spectrum != "complex":
            self._scale.magnitudes(np.zeros(1, np.float32))  # or it says that it has none
            self._stft = self._stft.without_conditioning()
        check_invertible(self._stft)
        self._check_phase()

    @property
    def convergence(self) -> float | None:
        """How much of the magnitudes the sound misses (see `GriffinLim`); None of complex ones."""
        solved = [solver.convergence for solver in self._solvers]
        return max(solved) if solved else None

    def samples(self, batches: Batches) -> Iterator[NDArray[Any]]:
        """Give the sound of features, as soon as it is settled.

        Parameters
        ----------
        batches : iterable of ndarray, shape (any, features) or (any, channels, features)
            The features, in order.

        Yields
        ------
        ndarray, shape (channels, any)
            The samples, full scale being 1, at the chain's rate.

        Raises
        ------
        InputError
            If the features are too large for any sound.
        """
        spectra = self._spectra(batches)
        frames = self._chain.frames
        # Pre-emphasis of frames is that of the signal but for the first sample of each, which the
        # window hides; where phases are guessed, that is as good.
        coefficient = 0.0 if self._spectrum == "complex" else frames.preemphasis
        synthesized = self._synthesized(spectra)
        return _finite(restored(synthesized, self._chain.settings.signal, coefficient))

    @property
    def _scale(self) -> Scale:
        scale = self._chain.framewise.scale
        assert scale is not None
        return scale

    def _check_phase(self) -> None:
        if self._spectrum == "complex" and self._rounds is not None:
            raise SettingsError(
                "complex spectra hold their phase, so there is none to rebuild: leave out "
                "`griffin_lim`"
            )
        if self._spectrum != "complex" and self._rounds is None:
            raise SettingsError(
                f"these features were made of the {self._spectrum} spectrum, without its phase: "
                "`griffin_lim=32` rebuilds one"
            )

    def _spectra(self, batches: Batches) -> Iterator[NDArray[Any]]:
        """Give complex spectra of shape (channels, any, bins)."""
        by_channel = (_channels_first(batch) for batch in batches)
        if self._spectrum == "complex":
            return (self._as_full_scale(self._undone(batch)) for batch in by_channel)
        return self._with_phases(map(self._magnitudes, by_channel))

    def _magnitudes(self, batch: NDArray[Any]) -> NDArray[Any]:
        values = np.array(batch, self._stft.dtype)
        with np.errstate(all="ignore"):
            magnitudes = np.asarray(self._scale.magnitudes(self._undone(values)), values.dtype)
        return self._as_full_scale(magnitudes)

    def _as_full_scale(self, spectra: NDArray[Any]) -> NDArray[Any]:
        """Undo calibration first: rounds that find phases expect samples of about 1."""
        full_scale, correction = self._chain.settings.full_scale, self._chain.framewise.correction
        if full_scale != 1:
            spectra = spectra / full_scale
        return spectra if correction is None else spectra / correction

    def _undone(self, values: NDArray[Any]) -> NDArray[Any]:
        for undo in self._undo:
            values = undo(values)
        return values

    def _with_phases(self, batches: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
        first = next(batches, None)
        if first is None:
            return
        assert self._rounds is not None
        channels = len(first)
        queues: list[list[NDArray[Any]]] = [[first[channel]] for channel in range(channels)]
        streams = []
        for channel in range(channels):
            solver = GriffinLim(
                *(self._stft, self._rounds, [self._seed, channel]),
                padded=not self._chain.settings.segment.has_neighbours,
                on_round=self._on_round,
            )
            self._solvers.append(solver)
            rows = _of_channel(queues, channel, batches)
            streams.append(solver.stream(rows, self._length))
        # All ask for as many frames at a time, so the queues stay short.
        for pieces in zip(*streams, strict=True):
            yield np.stack(pieces)

    def _synthesized(self, spectra: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
        inverse = ISTFT(self._stft, self._length, faded=self._spectrum != "complex")
        for batch in spectra:
            yield inverse.push(batch)
        yield np.atleast_2d(inverse.finish())


def signals_of(
    chain: Chain, features: ArrayLike, length: int | None, *, griffin_lim: int | None, seed: int
) -> NDArray[Any]:
    """Undo a chain on whole arrays of features; `Extractor.inverse` describes it."""
    array = np.asarray(features)
    wanted = "complex" if chain.settings.features.spectrum == "complex" else "real"
    if array.ndim < 2 or array.shape[-1] != chain.features or array.shape[-2] == 0:
        raise SettingsError(
            f"the features have shape {array.shape}: it must be (..., frames, {chain.features})"
        )
    if array.dtype.kind not in ("c" if wanted == "complex" else "fiu"):
        raise InputError(f"the features hold {array.dtype}: give {wanted} numbers")
    if not np.isfinite(array).all():
        raise InputError("the features hold NaN or infinite values")
    rows = []
    for one in array.reshape(-1, *array.shape[-2:]):
        inverse = Inverse(chain, length=length, griffin_lim=griffin_lim, seed=seed)
        rows.append(np.concatenate(list(inverse.samples([one])), axis=-1)[0])
    if not rows:
        return np.empty((*array.shape[:-2], length or 0), chain.framewise.stft.dtype)
    return np.array(rows).reshape(*array.shape[:-2], len(rows[0]))


def why_not(chain: Chain) -> str | None:
    """Say why the features of a chain cannot be turned back into sound; None if they can."""
    rounds = None if chain.settings.features.spectrum == "complex" else 1
    try:
        Inverse(chain, griffin_lim=rounds)
    except SettingsError as error:
        return str(error)
    return None


def _channels_first(batch: NDArray[Any]) -> NDArray[Any]:
    return batch[np.newaxis] if batch.ndim == 2 else np.ascontiguousarray(batch.swapaxes(0, 1))


def _of_channel(
    queues: list[list[NDArray[Any]]], channel: int, batches: Iterator[NDArray[Any]]
) -> Iterator[NDArray[Any]]:
    while True:
        while queues[channel]:
            yield queues[channel].pop(0)
        batch = next(batches, None)
        if batch is None:
            return
        for queue, rows in zip(queues, batch, strict=True):
            queue.append(rows)


def _finite(blocks: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    while True:
        with np.errstate(all="ignore"):
            block = next(blocks, None)
        if block is None:
            return
        if not isfinite(block.sum()) and not np.isfinite(block).all():
            raise InputError("the features are too large for any sound: were other settings used?")
        yield block

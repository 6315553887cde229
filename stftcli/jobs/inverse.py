"""From a feature array back to a sound."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.sidecar import sidecar_path
from stftcli.arrays.stored import open_array
from stftcli.audio.sink import SoundFormat, check_size, choose_sound_format, sound_writer
from stftcli.features.chain import Chain
from stftcli.features.inverse import Inverse
from stftcli.features.settings import FeatureSettings
from stftcli.files.atomic import atomic_write, is_stream
from stftcli.files.distinct import Outputs
from stftcli.files.prefix import split_prefix
from stftcli.frozen import Frozen
from stftcli.jobs.made_by import chain_of, check_features, checked, stored_length, with_zeros
from stftcli.jobs.reporter import SILENT, Reporter


class SoundReport(Frozen):
    """What was written."""

    samples: int
    channels: int
    rate_hz: int
    subtype: str
    clipped: int
    peak: float
    convergence: float | None

    def __str__(self) -> str:
        channels = "1 channel" if self.channels == 1 else f"{self.channels} channels"
        text = f"{self.samples / self.rate_hz:.3f} s, {channels}, {self.rate_hz} Hz, {self.subtype}"
        if self.convergence is None:
            return text
        return f"{text}, spectral convergence {self.convergence:.3f}"


def write_sound(
    path: str,
    output: str,
    settings: FeatureSettings | None = None,
    *,
    given: Iterable[tuple[str, Any]] = (),
    length: int | None = None,
    griffin_lim: int | None = None,
    seed: int = 0,
    subtype: str | None = None,
    other_inputs: Iterable[str] = (),
    reporter: Reporter = SILENT,
) -> SoundReport:
    """Write the sound that features were made of, or one that has such features.

    Parameters
    ----------
    path : str
        The features: a file as `stftcli features` writes it, or a .npy through a pipe; "-" is
        standard input.
    output : str
        Where the sound goes; its ending says the format. "-" is standard output, as WAV.
    settings : FeatureSettings, optional
        How they were made; what the file says if None.
    given : iterable of (str, value)
        Options that change the settings.
    length : int, optional
        Number of samples of the sound; what the file says, or what frames fill, if None.
    griffin_lim : int, optional
        Rounds in which a lost phase is found.
    seed : int, default 0
        Of the phases that these begin with.
    subtype : str, optional
        The encoding, by libsndfile's name.
    other_inputs : iterable of str
        Files that the caller has read; the sound may not take their place, nor that of the array,
        its description, or a file that the settings name.
    reporter : Reporter, optional
        Hears of progress and warnings.

    Raises
    ------
    StftcliError
        Whatever is wrong with the array, the settings or the output; nothing is left under the
        output's name then.
    """
    form = choose_sound_format(output, subtype)
    outputs = Outputs(output)
    outputs.check_inputs(path, None if is_stream(path) else sidecar_path(path), *other_inputs)
    with open_array(path) as array:
        chain = chain_of(array, settings, list(given), reporter)
        outputs.check_inputs(*map(split_prefix, chain.settings.files))
        layout = chain.settings.layout
        shape = array.shape(layout)
        check_features(array, shape, chain)
        kept = stored_length(array, shape, chain, reporter) if length is None else length
        work = _Work(array.name, chain, shape, griffin_lim, reporter)
        inverse = Inverse(
            chain,
            length=None if kept is None else with_zeros(kept, chain),
            griffin_lim=griffin_lim,
            seed=seed,
            on_round=work.on_round,
        )
        batches = work.counted(checked(array, chain, array.batches(layout), reporter))
        blocks = _cut(inverse.samples(batches), kept)
        return _write(output, form, blocks, kept, chain, inverse, reporter)


class _Work:
    """Tells a reporter how much of the sound is done."""

    def __init__(
        self,
        name: str,
        chain: Chain,
        shape: tuple[int, ...] | None,
        rounds: int | None,
        reporter: Reporter,
    ) -> None:
        self._frame_s = chain.plan.hop_length / chain.rate_hz
        self._rounds, self._reporter = rounds, reporter
        channels = shape[1] if shape is not None and len(shape) > 2 else 1
        # All channels of a batch are added up at once, and get their phases one by one.
        self._shared = channels if rounds else 1
        reporter.begin(name, None if shape is None else shape[0] * self._frame_s)

    def on_round(self, frames: int) -> None:
        """Hear of a round of Griffin and Lim."""
        assert self._rounds
        self._reporter.advance(frames * self._frame_s / self._rounds / self._shared)

    def counted(self, batches: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
        """Give the batches, and tell of each unless rounds are told of."""
        for batch in batches:
            yield batch
            if not self._rounds:
                self._reporter.advance(len(batch) * self._frame_s)


def _cut(blocks: Iterator[NDArray[Any]], length: int | None) -> Iterator[NDArray[Any]]:
    given = 0
    for block in blocks:
        piece = block if length is None else block[:, : length - given]
        given += piece.shape[-1]
        if piece.shape[-1]:
            yield piece


def _write(
    output: str,
    form: SoundFormat,
    blocks: Iterator[NDArray[Any]],
    length: int | None,
    chain: Chain,
    inverse: Inverse,
    reporter: Reporter,
) -> SoundReport:
    with atomic_write(output) as file:
        # What is wrong with the array shows before anything is written.
        first = next(blocks, np.zeros((1, 0)))
        channels = len(first)
        check_size(form, length or 0, channels)
        with sound_writer(file, output, form, chain.rate_hz, channels) as writer:
            writer.write(first)
            for block in blocks:
                writer.write(block)
                check_size(form, writer.samples, channels)
    if writer.clipped:
        reporter.warn(
            f"{writer.clipped} samples of {output} were beyond full scale (the loudest is "
            f"{writer.peak:.3g}) and are clipped: `subtype=FLOAT` keeps them"
        )
    return SoundReport(
        *(writer.samples, channels, chain.rate_hz, form.subtype),
        *(writer.clipped, writer.peak, inverse.convergence),
    )

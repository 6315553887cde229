"""The rows of many inputs, sounds and feature arrays alike, as if they were one."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.read import ENDINGS, read_rows
from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError
from stftcli.features.chain import Chain
from stftcli.features.extractor import Extractor
from stftcli.features.parallel import choose_threads
from stftcli.features.settings import FeatureSettings
from stftcli.files.distinct import Named, Outputs
from stftcli.files.prefix import split_prefix
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.inputs import segment_of
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.jobs.stream import stream_features
from stftcli.manifests.entry import Entry


class Rows(Frozen):
    """Feature frames of several inputs, one input after another.

    Parameters
    ----------
    entries : sequence of Entry
        Sound files or segments of them, and feature arrays of any format.
    settings : FeatureSettings
        What is computed of the sounds.
    other_inputs : sequence of str
        Files that were read to name the entries and the settings.
    threads : int, optional
        Threads that compute.
    reporter : Reporter, optional
        Hears of progress and warnings.
    """

    entries: Sequence[Entry]
    settings: FeatureSettings
    other_inputs: Sequence[str] = ()
    threads: int | None = None
    reporter: Reporter = SILENT

    @property
    def inputs(self) -> list[str]:
        """The files of the entries."""
        return [entry.audio for entry in self.entries]

    def check_outputs(self, *outputs: Named, inputs: Sequence[str] = ()) -> None:
        """Raise SettingsError if a result would take the place of an input or of another result.

        Inputs are those of the rows, what they are computed with, and the `inputs` given here.
        """
        files = map(split_prefix, self.settings.files)
        Outputs(*outputs).check_inputs(*self.inputs, *files, *self.other_inputs, *inputs)

    def batches(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Give (number of the input, rows of shape (any, features)), in order.

        Raises
        ------
        InputError
            If an input cannot be used, or has another number of features than the first.
        """
        features, rates, extractor = None, set[int](), Extractor(self.settings)
        for number, entry in enumerate(self.entries):
            for batch in self._batches_of(entry, extractor, rates):
                features = features or batch.shape[1]
                if batch.shape[1] != features:
                    raise InputError(
                        f"{entry.audio} gives {batch.shape[1]} features, {self.inputs[0]} gave "
                        f"{features}"
                    )
                yield number, batch

    def _batches_of(
        self, entry: Entry, extractor: Extractor, rates: set[int]
    ) -> Iterator[NDArray[Any]]:
        path = entry.audio
        if PurePath(path).suffix.lower() in ENDINGS:
            yield from read_rows(path)
            return
        with Source(path) as source:
            segment = segment_of(entry, extractor.settings.segment)
            chain = extractor.chain(source.rate_hz).of_segment(segment)
            if chain.rate_hz not in rates:
                self._tell(path, chain, rates)
            if chain.dtype.kind == "c":
                raise SettingsError("complex spectra cannot be fitted: choose another `spectrum`")
            threads = choose_threads(self.threads)
            for batch in stream_features(source, chain, threads, self.reporter):
                # Each channel of a frame is a row of its own.
                yield batch.reshape(-1, chain.features)

    def _tell(self, path: str, chain: Chain, rates: set[int]) -> None:
        """Say what a new rate means, once."""
        for text in chain.warnings:
            self.reporter.warn(text)
        if len(rates) == 1:
            self.reporter.warn(
                f"sample rates differ ({path} has {chain.rate_hz} Hz, others "
                f"{next(iter(rates))} Hz): the same bin is another frequency in each"
            )
        rates.add(chain.rate_hz)


def gather(batches: Iterator[tuple[int, NDArray[Any]]], rows: int = 1024) -> Iterator[NDArray[Any]]:
    """Join small batches into larger ones, which multiply faster."""
    waiting: list[NDArray[Any]] = []
    for _, batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= rows:
            yield np.concatenate(waiting)
            waiting.clear()
    if waiting:
        yield np.concatenate(waiting)

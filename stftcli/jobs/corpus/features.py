"""The features of a corpus."""

from dataclasses import replace
from typing import Any, cast

import numpy as np

from stftcli.arrays.formats import FORMATS
from stftcli.arrays.shards.shards import SHARDS
from stftcli.errors import SettingsError
from stftcli.features.build import resolved
from stftcli.features.extractor import Extractor
from stftcli.features.settings import FeatureSettings
from stftcli.jobs.corpus.executors import HERE
from stftcli.jobs.corpus.feature_files import FeatureFiles
from stftcli.jobs.corpus.feature_shards import FeatureShards
from stftcli.jobs.corpus.identity import describe_settings
from stftcli.jobs.corpus.inputs import Inputs
from stftcli.jobs.corpus.kaldi_list import join_indexes
from stftcli.jobs.corpus.run import CorpusReport, CorpusSettings, Listener, run_corpus
from stftcli.jobs.stream import extractor_for
from stftcli.settings.choices import ArrayFormat, ShardFormat

_SHARD_SIZE = 1000


def write_corpus(
    inputs: Inputs,
    settings: FeatureSettings,
    corpus: CorpusSettings,
    *,
    array_format: ArrayFormat | ShardFormat = "npy",
    sidecar: bool = False,
    strict: bool = False,
    device: str | None = None,
    listener: Listener,
) -> CorpusReport:
    """Write the features of many sounds into a folder, with a manifest of what became of each.

    Parameters
    ----------
    inputs : Inputs
        The sounds.
    settings : FeatureSettings
        What is computed.
    corpus : CorpusSettings
        How it is worked through; with a `shard_size`, so many arrays share a file.
    array_format : str, default "npy"
        How the arrays are written.
    sidecar : bool, default False
        Whether the description of each array stands beside it.
    strict : bool, default False
        Whether sound that is missing or left over is an error.
    device : str, optional
        What torch computes on, as "cuda:1"; numpy does it if None.
    listener : Listener
        Hears of the progress.

    Raises
    ------
    StftcliError
        As from `run_corpus`.
    """
    recipe = settings.features
    if recipe.seed is None and any(step.step == "linear_out" for step in recipe.steps):
        raise SettingsError(
            "each run would draw another Linear for `linear_out`: give a `seed`, or make one with "
            "`stftcli linear init` and give it as `linear`"
        )
    resolved(settings)  # once, and not for each sound
    if corpus.shard_size is None and array_format not in FORMATS:
        corpus = replace(corpus, shard_size=_SHARD_SIZE)
    if device is not None and corpus.executor in HERE:
        from stftcli.torch.device import checked_device

        checked_device(device)  # once, and not for each sound; a cluster has its own
    extractor = extractor_for(settings, device)
    work = _work(extractor, array_format, corpus.shard_size, sidecar, strict)
    work.row.writer.check(_stored_dtype(settings), settings.layout)
    described = describe_settings(
        settings, format=array_format, sidecar=sidecar or None, shard_size=corpus.shard_size
    )
    report = run_corpus(
        inputs.entries(listener.warn), work, work.ending, described, corpus, listener
    )
    if work.row.index_ending is not None and corpus.part.of == 1:
        join_indexes(corpus.out_dir, work.row.index_ending)
    return report


def _work(
    extractor: Extractor,
    array_format: ArrayFormat | ShardFormat,
    shard_size: int | None,
    sidecar: bool,
    strict: bool,
) -> FeatureFiles | FeatureShards:
    if shard_size is None:
        return FeatureFiles(extractor, cast("ArrayFormat", array_format), sidecar, strict)
    if array_format not in SHARDS:
        raise SettingsError(
            f"`shard_size` puts many arrays into a file, which {array_format} cannot: give "
            f"`format={' or '.join(SHARDS)}`"
        )
    if sidecar:
        raise SettingsError("`sidecar` is of arrays that have a file each: leave out `shard_size`")
    return FeatureShards(extractor, array_format, strict)


def _stored_dtype(settings: FeatureSettings) -> np.dtype[Any]:
    """Give the type of the values, whatever the sounds are."""
    dtype = np.dtype(settings.dtype)
    if settings.features.spectrum == "complex" and dtype != np.float16:
        return np.result_type(dtype, np.complex64)
    return dtype

"""The features of a corpus."""

from typing import Any

import numpy as np

from stftcli.arrays.formats import FORMATS
from stftcli.errors import SettingsError
from stftcli.features.extractor import Extractor
from stftcli.features.settings import FeatureSettings
from stftcli.jobs.corpus.feature_files import FeatureFiles
from stftcli.jobs.corpus.identity import describe_settings
from stftcli.jobs.corpus.inputs import Inputs
from stftcli.jobs.corpus.run import CorpusReport, CorpusSettings, Listener, run_corpus
from stftcli.settings.choices import ArrayFormat


def write_corpus(
    inputs: Inputs,
    settings: FeatureSettings,
    corpus: CorpusSettings,
    *,
    array_format: ArrayFormat = "npy",
    sidecar: bool = False,
    strict: bool = False,
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
        How it is worked through.
    array_format : str, default "npy"
        How the arrays are written.
    sidecar : bool, default False
        Whether the description of each array stands beside it.
    strict : bool, default False
        Whether sound that is missing or left over is an error.
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
    row = FORMATS[array_format]
    row.writer.check(_stored_dtype(settings), settings.layout)
    described = describe_settings(settings, format=array_format, sidecar=sidecar or None)
    work = FeatureFiles(Extractor(settings), array_format, sidecar, strict)
    return run_corpus(inputs.entries(), work, row.endings[0], described, corpus, listener)


def _stored_dtype(settings: FeatureSettings) -> np.dtype[Any]:
    """Give the type of the values, whatever the sounds are."""
    dtype = np.dtype(settings.dtype)
    if settings.features.resolve().spectrum == "complex" and dtype != np.float16:
        return np.result_type(dtype, np.complex64)
    return dtype

"""The mean and the deviation of each feature over a corpus, and how much sound it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.formats import format_of
from stftcli.arrays.read import read_description, read_rows
from stftcli.arrays.shards.shards import shard_of
from stftcli.dsp.feature_moments import FeatureMoments
from stftcli.dsp.linear import Linear
from stftcli.errors import InputError, StftcliError
from stftcli.files.distinct import Outputs
from stftcli.files.places import local_copy
from stftcli.files.prefix import split_prefix
from stftcli.files.untrusted import as_input_error
from stftcli.files.urls import join_path
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.identity import hash_settings
from stftcli.jobs.corpus.out_dir import MANIFEST, SETTINGS, read_corpus_settings
from stftcli.jobs.corpus.results import Result
from stftcli.jobs.corpus.verify import output_of, results_of
from stftcli.jobs.reporter import Reporter, spell_duration

_MIN_DEVIATION = 1e-10
"""Features that vary less are only moved to zero, not divided by their deviation."""


class CorpusStats(Frozen):
    """What a corpus holds.

    Attributes
    ----------
    names : tuple of str
        What the features are called, where the arrays say so; else their numbers.
    mean, deviation : ndarray of float64, shape (features,)
        Of each feature over all frames and channels.
    inputs, failed : int
        Sounds with a result, and those without.
    frames : int
        Frames of all.
    duration_s : float
        How long the sounds are together.
    """

    names: tuple[str, ...]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    inputs: int
    failed: int
    frames: int
    duration_s: float

    def __str__(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return (
            f"{self.inputs} inputs{failed}, {spell_duration(self.duration_s)} of sound, "
            f"{self.frames} frames of {len(self.names)} features"
        )

    def linear(self) -> Linear:
        """Give the layer that takes the mean off and divides by the deviation: y = (x - m) / s."""
        scale = 1 / np.where(self.deviation > _MIN_DEVIATION, self.deviation, 1)
        return Linear.from_weights(np.diag(scale), -self.mean * scale)

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as JSON's own types."""
        return {
            "inputs": self.inputs,
            "failed": self.failed,
            "frames": self.frames,
            "duration_s": self.duration_s,
            "names": self.names,
            "mean": self.mean.tolist(),
            "std": self.deviation.tolist(),
        }


def corpus_stats(out_dir: str, reporter: Reporter, output: str | None = None) -> CorpusStats:
    """Gather the statistics of a folder of results, one array at a time.

    Parameters
    ----------
    out_dir : str
        The folder of the results.
    reporter : Reporter
        Hears of progress.
    output : str, optional
        A file of a layer that the caller will write.

    Raises
    ------
    SettingsError
        If that would take the place of what is read here.
    InputError
        If it holds no corpus of feature arrays, or one of several settings; if an array cannot be
        read, or has another number of features.
    """
    described = read_corpus_settings(out_dir)
    if described.get("features", {}).get("layout") == "bins-first":
        raise InputError(f"{out_dir} holds arrays that are bins-first: make them frames-first")
    settings_hash = hash_settings(described)
    outputs = Outputs(None if output is None else split_prefix(output))
    outputs.check_inputs(join_path(out_dir, MANIFEST), join_path(out_dir, SETTINGS))
    moments = FeatureMoments()
    inputs = failed = frames = features = 0
    duration_s, shards, names = 0.0, set[str](), tuple[str, ...]()
    reporter.begin(out_dir, None)
    for result in results_of(out_dir):
        if "error" in result:
            failed += 1
            continue
        if result.get("settings") != settings_hash:
            raise InputError(
                f"{out_dir} holds results of other settings too, such as {result['id']!r}: give "
                "the sounds again with the settings of the others, or another `out_dir`"
            )
        inputs, duration_s = inputs + 1, duration_s + result.get("duration_s", 0.0)
        frames += result.get("shape", [0])[0]
        path = output_of(out_dir, result)
        outputs.check_inputs(path)
        if path not in shards:
            with as_input_error(path, "a feature array"), local_copy(path) as file:
                own = _names(file)
                names = names or own
                _check_alike(path, own, names)
                for rows in _rows(file, result):
                    features = features or rows.shape[1]
                    if rows.shape[1] != features:
                        raise InputError(f"{path} has {rows.shape[1]} features, others {features}")
                    moments.add(rows)
        if "key" in result:
            shards.add(path)
        reporter.advance(result.get("duration_s", 0.0))
    moments.finish()
    names = names if len(names) == features else tuple(map(str, range(features)))
    return CorpusStats(names, moments.mean, moments.deviation(), inputs, failed, frames, duration_s)


def _check_alike(path: str, own: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Raise InputError if features of one name would be added to those of another."""
    if own and len(own) == len(names) and own != names:
        mine, other = next(pair for pair in zip(own, names, strict=True) if pair[0] != pair[1])
        raise InputError(
            f"{path} has a feature {mine!r} where others have {other!r}: sounds of several rates "
            "give other bins and bands, so take their statistics apart, or give all one `rate`"
        )


def _rows(path: Path, result: Result) -> Iterator[NDArray[Any]]:
    """Give the rows of a file, those of each channel by themselves."""
    if "key" in result:
        with as_input_error(path, "a shard"):
            for _, array in shard_of(path).read_arrays(path):
                yield array.reshape(-1, array.shape[-1])
    elif format_of(str(path)) is None:
        raise InputError(f"{path} is no feature array: statistics are of those")
    else:
        yield from read_rows(str(path))


def _names(path: Path) -> tuple[str, ...]:
    if format_of(str(path)) is not None:
        try:
            return read_description(str(path)).names or ()
        except StftcliError:
            pass
    return ()

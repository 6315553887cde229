"""What a folder of results holds, against what its manifest says."""

from collections.abc import Iterator
from fnmatch import filter as filter_names
from itertools import groupby
from pathlib import PurePath

from stftcli.arrays.formats import FORMATS, format_of
from stftcli.arrays.read import read_description
from stftcli.arrays.shards.shards import shard_of
from stftcli.errors import InputError, StftcliError
from stftcli.files.places import exists, local_copy, names_in, stat_of
from stftcli.files.untrusted import as_input_error
from stftcli.files.urls import join_path
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.identity import hash_settings
from stftcli.jobs.corpus.out_dir import MANIFEST, read_corpus_settings
from stftcli.jobs.corpus.results import Result, read_results

Shapes = dict[str, tuple[int, ...]]
"""The shapes of the arrays in a file, by their keys; a file of one array has no key."""


class Verdict(Frozen):
    """What is wrong with the result of a sound; nothing, if there is no text."""

    id: str
    text: str = ""


def verify_corpus(out_dir: str) -> Iterator[Verdict]:
    """Look whether each result of a corpus is there, whole, of its shape and of these settings.

    Parameters
    ----------
    out_dir : str
        The folder of the results.

    Yields
    ------
    Verdict
        For each sound of the manifest. Of arrays that do not say their shape, the size is compared.

    Raises
    ------
    InputError
        If the folder holds no corpus.
    """
    settings_hash = hash_settings(read_corpus_settings(out_dir))
    for _, results in groupby(results_of(out_dir), lambda result: result.get("output")):
        shapes: Shapes | str | None = None
        for result in results:
            text = _fault_of_result(result, settings_hash)
            if not text:
                shapes = _shapes(out_dir, result) if shapes is None else shapes
                text = shapes if isinstance(shapes, str) else _fault_of_shape(shapes, result)
            yield Verdict(result["id"], text)


def results_of(folder: str) -> Iterator[Result]:
    """Give the results that the manifest of a folder has; of those of one name, the last one.

    Raises
    ------
    InputError
        If there is no manifest.
    """
    manifest = join_path(folder, MANIFEST)
    with as_input_error(manifest, "a manifest of results"):
        is_there = exists(manifest)
        parts = not is_there and bool(filter_names(names_in(folder), "manifest-*-of-*.jsonl"))
    if not is_there:
        told = ": `stftcli corpus merge` makes it of those of its parts" if parts else ""
        raise InputError(f"{folder} holds no {MANIFEST}{told}")
    yield from read_results(manifest)


def output_of(folder: str, result: Result) -> str:
    """Give the file of a result; InputError if it would lie outside of the folder."""
    output = PurePath(str(result.get("output", "")))
    if output.is_absolute() or ".." in output.parts or not output.parts:
        raise InputError(f"its output would be {str(output)!r}, outside of the folder")
    return join_path(folder, str(output))


def _fault_of_result(result: Result, settings_hash: str) -> str:
    if "error" in result:
        return f"it failed: {result['error']}"
    return "" if result.get("settings") == settings_hash else "it is of other settings"


def _shapes(folder: str, result: Result) -> Shapes | str:
    """Give the shapes of the arrays in the file of a result, or what is wrong with the file."""
    try:
        path = output_of(folder, result)
        if not exists(path):
            return f"{path} is missing"
        if (size := stat_of(path).size) != result.get("bytes"):
            return f"{path} has {size} bytes, not {result.get('bytes')}"
        if "key" in result:
            with as_input_error(path, "a shard"), local_copy(path) as file:
                return {key: shape for key, shape, _ in shard_of(file).read(file)}
        row = format_of(path)
        if row is None or not (row.describes or row is FORMATS["npy"]):
            return {}
        with local_copy(path) as file:
            return {"": read_description(str(file)).shape}
    except (StftcliError, OSError) as error:
        return str(error)


def _fault_of_shape(shapes: Shapes, result: Result) -> str:
    key = result.get("key", "")
    if not shapes:
        return ""
    wanted = tuple(result.get("shape", ()))
    if f"{key}-ch1" in shapes and len(wanted) == 3:  # Kaldi's matrices are of one channel each
        key, wanted = f"{key}-ch1", (wanted[0], wanted[2])
    if key not in shapes:
        return f"{result['output']} holds no {key!r}"
    return "" if shapes[key] == wanted else f"its shape is {shapes[key]}, not {wanted}"

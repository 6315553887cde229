"""One manifest of those that the parts of a corpus have written."""

import re
from contextlib import ExitStack
from pathlib import Path

from stftcli.errors import InputError
from stftcli.files.atomic import atomic_write
from stftcli.files.distinct import Outputs
from stftcli.files.places import local_copy, names_in
from stftcli.files.untrusted import as_input_error
from stftcli.files.urls import join_path
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.kaldi_list import join_indexes
from stftcli.jobs.corpus.out_dir import (
    INDEX,
    MANIFEST,
    SETTINGS,
    Part,
    check_finished,
    read_corpus_settings,
)
from stftcli.jobs.corpus.results import lines_of

_INDEX_ENDING = ".scp"


class MergeReport(Frozen):
    """How many results were joined, of how many parts, and how many of them are failures."""

    results: int
    parts: int
    failed: int

    def __str__(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{self.results} results of {self.parts} parts{failed}"


def merge_parts(out_dir: str) -> MergeReport:
    """Join the manifests of all parts into one, sorted by id; those of the parts stay.

    Parameters
    ----------
    out_dir : str
        The folder of the results.

    Raises
    ------
    InputError
        If there are no parts, one is missing, or two have a result of one name.
    UnfinishedError
        If the run over a part has not ended.
    """
    with as_input_error(out_dir, "the `out_dir` of a corpus"), ExitStack() as stack:
        parts = _find_parts(out_dir)
        for part in parts:
            check_finished(out_dir, part)
        has_index = read_corpus_settings(out_dir).get("format") == "ark"
        manifests = {
            part: stack.enter_context(local_copy(join_path(out_dir, part.manifest)))
            for part in parts
        }
        written = [join_path(out_dir, name) for name in (MANIFEST, *([INDEX] if has_index else []))]
        Outputs(*written).check_inputs(*map(str, manifests.values()), join_path(out_dir, SETTINGS))
        places = _find_lines(out_dir, manifests)
        failed = 0
        with atomic_write(join_path(out_dir, MANIFEST)) as joined:
            for name in sorted(places):
                part, place, is_failure = places[name]
                failed += is_failure
                with manifests[part].open("rb") as file:
                    file.seek(place)
                    joined.write(file.readline())
    if has_index:
        join_indexes(out_dir, _INDEX_ENDING)
    return MergeReport(len(places), len(parts), failed)


def _find_parts(folder: str) -> list[Part]:
    found = {
        Part(int(match[1]), int(match[2]))
        for name in names_in(folder)
        if (match := re.fullmatch(r"manifest-(\d+)-of-(\d+)\.jsonl", name))
    }
    if not found:
        raise InputError(f"{folder} holds no manifests of parts, such as manifest-1-of-8.jsonl")
    of = {part.of for part in found}
    if len(of) > 1:
        raise InputError(
            f"{folder} holds parts of {' and of '.join(map(str, sorted(of)))}: remove the "
            "manifests of one of these"
        )
    wanted = [Part(number, max(of)) for number in range(1, max(of) + 1)]
    if missing := [part for part in wanted if part not in found]:
        raise InputError(
            f"{len(missing)} of {max(of)} parts are missing in {folder}, such as "
            f"{missing[0].manifest}: run them with `shard={missing[0].number}/{max(of)}`"
        )
    return wanted


def _find_lines(folder: str, manifests: dict[Part, Path]) -> dict[str, tuple[Part, int, bool]]:
    places: dict[str, tuple[Part, int, bool]] = {}
    for part, manifest in manifests.items():
        for result, place, _ in lines_of(str(manifest)):
            name = result["id"]
            if name in places and places[name][0] != part:
                raise InputError(f"two parts of {folder} have a result of {name!r}")
            places[name] = part, place, "error" in result
    return places

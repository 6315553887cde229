"""The folder of a corpus: its results, their manifest, and the settings that made them."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import stftcli
from stftcli.errors import InputError, OutputError, SettingsError, UnfinishedError
from stftcli.files.atomic import atomic_write
from stftcli.files.distinct import Outputs
from stftcli.files.drafts import remove_leftovers
from stftcli.files.places import exists, is_folder, names_in, open_to_read, remove, stat_of
from stftcli.files.untrusted import as_input_error, parse_object, read_limited
from stftcli.files.urls import is_url, join_path
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.identity import list_differences
from stftcli.jobs.corpus.remote_results import open_remote_results
from stftcli.jobs.corpus.results import Results, lines_of

MANIFEST = "manifest.jsonl"
SETTINGS = "corpus.json"
INDEX = "feats.scp"
"""Kaldi's list of all matrices of a corpus."""
_MAX_SETTINGS = 1 << 22


class Part(Frozen):
    """Which of several equal parts of a corpus is worked on; counted from 1."""

    number: int = 1
    of: int = 1

    def __str__(self) -> str:
        return f"{self.number}-of-{self.of}"

    @property
    def unfinished(self) -> str:
        """What the note is called that a run over this part has not ended."""
        return f"{self.manifest.removesuffix('.jsonl')}.unfinished.json"

    @property
    def manifest(self) -> str:
        """What the manifest of this part is called."""
        return MANIFEST if self.of == 1 else f"manifest-{self}.jsonl"


WHOLE = Part()


@contextmanager
def open_out_dir(
    out_dir: str,
    part: Part,
    described: dict[str, Any],
    inputs: Sequence[str] = (),
    *,
    overwrite: bool,
) -> Iterator[Results]:
    """Give the manifest of a folder, which is made, or of a URL.

    No other run can have a folder meanwhile. What runs that were killed have left half-written in
    it is removed.

    Raises
    ------
    SettingsError
        If no folder is named; if it holds results of other settings, which `overwrite` allows to
        replace, or a manifest that nobody here has written; if what is written into it, beside the
        results, is one of the `inputs`.
    OutputError
        If it is no folder, or cannot be written.
    """
    if not out_dir:
        raise SettingsError("`out_dir` is empty: name a folder")
    _check_manifest(out_dir, part)
    written = [part.manifest, part.unfinished]
    if described.get("format") == "ark":
        written.append(INDEX)
    Outputs(*(join_path(out_dir, name) for name in written)).check_inputs(*inputs)
    opened = open_remote_results if is_url(out_dir) else _open_local_results
    with opened(out_dir, part.manifest) as results:
        _keep_settings(out_dir, described, inputs, overwrite)
        yield results


@contextmanager
def _open_local_results(out_dir: str, manifest: str) -> Iterator[Results]:
    folder = Path(out_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise OutputError(f"{out_dir} is a file: `out_dir` names a folder") from None
    except OSError as error:
        raise OutputError(f"{out_dir} cannot be made: {error.strerror}") from error
    with Results(folder / manifest) as results:
        remove_leftovers(folder)
        try:
            yield results
        finally:
            remove_leftovers(folder)  # those of workers that have died


def note_begun(out_dir: str, part: Part, inputs: int) -> Callable[[], None]:
    """Note in a folder that a run has begun, and over how many sounds; give what takes that away.

    It stays when a run is killed: so whoever looks at the results knows that there are to be more.
    """
    path = join_path(out_dir, part.unfinished)
    with atomic_write(path, durable=False) as file:
        file.write(json.dumps({"inputs": inputs}).encode() + b"\n")
    return partial(remove, path)


def unfinished_inputs(out_dir: str, part: Part) -> int | None:
    """Give the number of sounds of a run that has not ended; None if it has.

    Raises
    ------
    InputError
        If the note of it cannot be read.
    """
    path = join_path(out_dir, part.unfinished)
    with as_input_error(path, "a note of a run"):
        if not exists(path):
            return None
        with open_to_read(path) as file:
            return int(parse_object(read_limited(file, _MAX_SETTINGS))["inputs"])


def check_finished(out_dir: str, part: Part = WHOLE) -> None:
    """Raise UnfinishedError if the last run over a folder, or over a part of it, has not ended."""
    inputs = unfinished_inputs(out_dir, part)
    if inputs is not None:
        of = "" if part.of == 1 else f"part {part.number} of {part.of} in "
        raise UnfinishedError(
            f"the last run over {of}{out_dir}, of {inputs} inputs, has not ended: give its call "
            "again"
        )


def read_corpus_settings(folder: str | Path) -> dict[str, Any]:
    """Give what decided the results of a corpus.

    Raises
    ------
    InputError
        If the folder holds no corpus.
    """
    path = join_path(str(folder), SETTINGS)
    with as_input_error(path, "the settings of a corpus"):
        if not exists(path):
            raise InputError(f"{folder} holds no {SETTINGS}: it is not the `out_dir` of a corpus")
        with open_to_read(path) as file:
            described = parse_object(read_limited(file, _MAX_SETTINGS))
        described.pop("stftcli", None)
        return described


def _check_manifest(folder: str, part: Part) -> None:
    manifest = join_path(folder, part.manifest)
    with as_input_error(manifest, "a manifest of results"):
        if exists(join_path(folder, SETTINGS)) or not exists(manifest):
            return
        if is_folder(manifest) or not stat_of(manifest).size:
            return
    raise SettingsError(
        f"{manifest} is there already, and without a {SETTINGS} it is no manifest of results: give "
        "another `out_dir`"
    )


def _holds_results(folder: str) -> bool:
    """Say whether any sound has a result; the first call may have been a mistake for all."""
    for name in names_in(folder):
        if re.fullmatch(r"manifest(-\d+-of-\d+)?\.jsonl", name):
            lines = lines_of(join_path(folder, name))
            if any("error" not in result for result, *_ in lines):
                return True
    return False


def _keep_settings(
    folder: str, described: dict[str, Any], inputs: Sequence[str], overwrite: bool
) -> None:
    path = join_path(folder, SETTINGS)
    with as_input_error(path, "the settings of a corpus"):
        is_there = exists(path)
    if is_there:
        before = read_corpus_settings(folder)
        if before == json.loads(json.dumps(described)):
            return
        if not overwrite and _holds_results(folder):
            raise SettingsError(
                f"{folder} holds results of other settings "
                f"({list_differences(before, json.loads(json.dumps(described)))}): give another "
                "`out_dir`, or `overwrite` to make them anew"
            )
        Outputs(path).check_inputs(*inputs)
        if before.get("format") == "ark":
            with suppress(OSError):
                remove(join_path(folder, INDEX))
    with atomic_write(path) as file:
        told = {"stftcli": stftcli.__version__, **described}
        file.write(json.dumps(told, indent=2).encode() + b"\n")

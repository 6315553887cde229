"""The folder of a corpus: its results, their manifest, and the settings that made them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import stftcli
from stftcli.errors import InputError, OutputError, SettingsError
from stftcli.files.atomic import atomic_write
from stftcli.files.drafts import remove_leftovers
from stftcli.files.places import exists, is_folder, open_to_read, remove, stat_of
from stftcli.files.untrusted import as_input_error, parse_object, read_limited
from stftcli.files.urls import is_url, join_path
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.identity import list_differences
from stftcli.jobs.corpus.remote_results import open_remote_results
from stftcli.jobs.corpus.results import Results

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
    def manifest(self) -> str:
        """What the manifest of this part is called."""
        return MANIFEST if self.of == 1 else f"manifest-{self}.jsonl"


@contextmanager
def open_out_dir(
    out_dir: str, part: Part, described: dict[str, Any], *, overwrite: bool
) -> Iterator[Results]:
    """Give the manifest of a folder, which is made, or of a URL.

    No other run can have a folder meanwhile. What runs that were killed have left half-written in
    it is removed.

    Raises
    ------
    SettingsError
        If no folder is named; if it holds results of other settings, which `overwrite` allows to
        replace, or a manifest that nobody here has written.
    OutputError
        If it is no folder, or cannot be written.
    """
    if not out_dir:
        raise SettingsError("`out_dir` is empty: name a folder")
    _check_manifest(out_dir, part)
    opened = open_remote_results if is_url(out_dir) else _open_local_results
    with opened(out_dir, part.manifest) as results:
        _keep_settings(out_dir, described, overwrite)
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


def _keep_settings(folder: str, described: dict[str, Any], overwrite: bool) -> None:
    path = join_path(folder, SETTINGS)
    with as_input_error(path, "the settings of a corpus"):
        is_there = exists(path)
    if is_there:
        before = read_corpus_settings(folder)
        if before == json.loads(json.dumps(described)):
            return
        if not overwrite:
            raise SettingsError(
                f"{folder} holds results of other settings "
                f"({list_differences(before, json.loads(json.dumps(described)))}): give another "
                "`out_dir`, or `overwrite` to make them anew"
            )
        if before.get("format") == "ark":
            with suppress(OSError):
                remove(join_path(folder, INDEX))
    with atomic_write(path) as file:
        told = {"stftcli": stftcli.__version__, **described}
        file.write(json.dumps(told, indent=2).encode() + b"\n")

"""The folder of a corpus: its results, their manifest, and the settings that made them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import stftcli
from stftcli.errors import InputError, OutputError, SettingsError
from stftcli.files.atomic import atomic_write
from stftcli.files.drafts import remove_leftovers
from stftcli.files.untrusted import as_input_error, parse_object, read_content
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.identity import list_differences
from stftcli.jobs.corpus.results import Results

MANIFEST = "manifest.jsonl"
SETTINGS = "corpus.json"
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
    """Give the manifest of a folder, which is made; no other run can have it meanwhile.

    What runs that were killed have left half-written is removed.

    Raises
    ------
    SettingsError
        If the folder holds results of other settings, which `overwrite` allows to replace; or a
        manifest that nobody here has written.
    OutputError
        If it is no folder, or cannot be written.
    """
    folder = Path(out_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise OutputError(f"{out_dir} is a file: `out_dir` names a folder") from None
    except OSError as error:
        raise OutputError(f"{out_dir} cannot be made: {error.strerror}") from error
    _check_manifest(folder, part)
    with Results(folder / part.manifest) as results:
        _keep_settings(folder, described, overwrite)
        remove_leftovers(folder)
        try:
            yield results
        finally:
            remove_leftovers(folder)  # those of workers that have died


def read_corpus_settings(folder: Path) -> dict[str, Any]:
    """Give what decided the results of a corpus.

    Raises
    ------
    InputError
        If the folder holds no corpus.
    """
    path = folder / SETTINGS
    if not path.exists():
        raise InputError(f"{folder} holds no {SETTINGS}: it is not the `out_dir` of a corpus")
    with as_input_error(path, "the settings of a corpus"):
        described = parse_object(read_content(path, _MAX_SETTINGS))
        described.pop("stftcli", None)
        return described


def _check_manifest(folder: Path, part: Part) -> None:
    manifest = folder / part.manifest
    if (folder / SETTINGS).exists() or not manifest.is_file() or not manifest.stat().st_size:
        return
    raise SettingsError(
        f"{manifest} is there already, and without a {SETTINGS} it is no manifest of results: give "
        "another `out_dir`"
    )


def _keep_settings(folder: Path, described: dict[str, Any], overwrite: bool) -> None:
    if (folder / SETTINGS).exists():
        before = read_corpus_settings(folder)
        if before == json.loads(json.dumps(described)):
            return
        if not overwrite:
            raise SettingsError(
                f"{folder} holds results of other settings "
                f"({list_differences(before, json.loads(json.dumps(described)))}): give another "
                "`out_dir`, or `overwrite` to make them anew"
            )
    with atomic_write(folder / SETTINGS) as file:
        told = {"stftcli": stftcli.__version__, **described}
        file.write(json.dumps(told, indent=2).encode() + b"\n")

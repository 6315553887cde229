"""The table of kinds of lists, and the choice among them."""

from collections.abc import Iterator

from stftcli.errors import InputError
from stftcli.files.atomic import STANDARD
from stftcli.files.lists import display_name, open_list
from stftcli.files.places import is_folder
from stftcli.manifests.csv import CSV
from stftcli.manifests.entry import Entry
from stftcli.manifests.jsonl import JSONL
from stftcli.manifests.kaldi import KALDI, scp_of_folder
from stftcli.manifests.kind import ManifestKind
from stftcli.manifests.lhotse import LHOTSE
from stftcli.manifests.lines import Lines

KINDS: tuple[ManifestKind, ...] = (LHOTSE, JSONL, CSV, KALDI)
"""The kinds, in the order in which they are asked."""


def read_manifest(path: str) -> Iterator[Entry]:
    """Give the entries of a list of sounds, line by line.

    Parameters
    ----------
    path : str
        A list of any kind in `KINDS`, gzipped or not, which its first line tells; a folder that
        holds Kaldi's wav.scp; a URL of either, a folder's with "/" at its end; "-" for standard
        input.

    Yields
    ------
    Entry
        A sound or a segment of one.

    Raises
    ------
    InputError
        If it cannot be read, is no such list, has no entries or a line that cannot be used; it
        names the list and the line.
    """
    if path != STANDARD and is_folder(path):
        path = scp_of_folder(path)
    with open_list(path) as file:
        lines = Lines(path, file)
        entry = None
        for entry in _entries(lines):
            yield entry
        if entry is None:
            raise InputError(f"{display_name(path)} lists no sounds")


def _entries(lines: Lines) -> Iterator[Entry]:
    first = lines.peek()
    if not first:
        return iter(())
    kind = next((kind for kind in KINDS if kind.fits(lines.path, first)), None)
    if kind is None or b"\0" in first:
        raise lines.error(
            f"it begins no list of sounds: give {', '.join(row.name for row in KINDS)}"
        )
    return kind.read(lines)

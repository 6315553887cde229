"""The sounds of a corpus: from files, folders, lists and manifests."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from stftcli.errors import InputError, SettingsError
from stftcli.files.atomic import STANDARD
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.names import is_url
from stftcli.manifests.entry import Entry
from stftcli.manifests.folders import sounds_in
from stftcli.manifests.lists import read_list
from stftcli.manifests.read import read_manifest
from stftcli.settings.segment import SegmentSettings


class Inputs(Frozen):
    """Where the sounds of a corpus are named.

    Parameters
    ----------
    paths : sequence of str
        Files and folders.
    files_from : str, optional
        A list of files and folders; "-" is standard input.
    manifest : str, optional
        A manifest; "-" is standard input.
    include : sequence of str
        Patterns of which the files of a folder must match one.
    root : str, optional
        The folder that names are below. Without one, a folder's sounds are named from there.
    """

    paths: Sequence[str] = ()
    files_from: str | None = None
    manifest: str | None = None
    include: Sequence[str] = ()
    root: str | None = None

    def entries(self) -> Iterator[Entry]:
        """Give the sounds, in order.

        Raises
        ------
        StftcliError
            If a list cannot be read, or a folder has no sounds.
        """
        if self.files_from == self.manifest == STANDARD:
            raise SettingsError("`files_from` and `manifest` cannot both be standard input")
        for path in self.paths:
            yield from self._of_path(path)
        if self.files_from is not None:
            for path in read_list(self.files_from):
                yield from self._of_path(path)
        if self.manifest is not None:
            yield from read_manifest(self.manifest)

    def _of_path(self, path: str) -> Iterator[Entry]:
        if path == STANDARD:
            raise SettingsError("standard input is one sound: it cannot be one of several inputs")
        if is_url(path) or not Path(path).is_dir():
            yield Entry(path, path)
            return
        sound = None
        for sound in sounds_in(path, self.include):
            yield Entry(sound, sound if self.root is not None else os.path.relpath(sound, path))
        if sound is None:
            wanted = f" that match {', '.join(self.include)}" if self.include else ""
            raise InputError(f"{path} holds no sound files{wanted}: `include` takes others")


def segment_of(entry: Entry, segment: SegmentSettings) -> SegmentSettings:
    """Give the part of a sound that an entry asks for; what it leaves open is as in the settings.

    A start is counted from that of the settings.
    """
    return replace(
        segment,
        start_s=segment.start_s + entry.start_s,
        duration_s=segment.duration_s if entry.duration_s is None else entry.duration_s,
        channel=segment.channel if entry.channel is None else entry.channel,
    )

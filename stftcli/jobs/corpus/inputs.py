"""The sounds of a corpus: from files, folders, lists and manifests."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from stftcli.errors import SettingsError
from stftcli.files.atomic import STANDARD
from stftcli.files.places import is_folder
from stftcli.files.urls import without_file_scheme
from stftcli.frozen import Frozen
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
        Files and folders, and URLs: that of a folder ends in "/".
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

    def entries(self, warn: Callable[[str], None]) -> Iterator[Entry]:
        """Give the sounds, in order; `warn` hears of a folder without any.

        Raises
        ------
        StftcliError
            If nothing is named, or a list cannot be read.
        """
        if not self.paths and self.files_from is None and self.manifest is None:
            raise SettingsError(
                "no input: name files or folders, or give `manifest` or `files_from`"
            )
        if self.files_from == self.manifest == STANDARD:
            raise SettingsError("`files_from` and `manifest` cannot both be standard input")
        for path in self.paths:
            yield from self._of_path(path, warn)
        if self.files_from is not None:
            for path in read_list(self.files_from):
                yield from self._of_path(without_file_scheme(path), warn)
        if self.manifest is not None:
            yield from read_manifest(self.manifest)

    def _of_path(self, path: str, warn: Callable[[str], None]) -> Iterator[Entry]:
        if not is_folder(path):
            yield Entry(path, path)
            return
        sound, folder = None, os.path.join(path, "")  # noqa: PTH118  # a URL, perhaps
        others = _Others()
        for sound in sounds_in(path, self.include, others.add):
            yield Entry(sound, sound if self.root is not None else sound.removeprefix(folder))
        if others.count:
            warn(f"{path}: {others}")
        if sound is None:
            wanted = f" that match {', '.join(self.include)}" if self.include else ""
            warn(f"{path} holds no sound files{wanted}: `include` takes others")


class _Others:
    """Files of a folder that hold sound and are left out."""

    def __init__(self) -> None:
        self.count, self._first = 0, ""

    def add(self, path: str) -> None:
        self.count, self._first = self.count + 1, self._first or path

    def __str__(self) -> str:
        one = self.count == 1
        which = f"{self._first} is" if one else f"{self.count} files, such as {self._first}, are"
        return f"{which} of a format that is not read, and left out: let ffmpeg make WAV of them"


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

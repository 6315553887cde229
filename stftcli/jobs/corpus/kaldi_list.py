"""Kaldi's list of all matrices of a corpus, made of those of its archives."""

import os
from collections.abc import Iterator

from stftcli.arrays.kaldi import index_lines, places_of
from stftcli.files.atomic import atomic_write
from stftcli.files.places import exists, local_copy, open_to_read
from stftcli.files.untrusted import as_input_error
from stftcli.files.urls import join_path, with_ending
from stftcli.jobs.corpus.out_dir import INDEX
from stftcli.jobs.corpus.verify import output_of, results_of


def join_indexes(folder: str, ending: str) -> None:
    """Write one list of all matrices of a corpus, in the order of its manifest."""
    target = join_path(folder, INDEX)
    with atomic_write(target) as joined:
        last = None
        for result in results_of(folder):
            if "error" not in result and (path := output_of(folder, result)) != last:
                index = with_ending(path, ending)
                # A sound may be called so that its own list has the name of this one.
                is_there = index != target and exists(index)
                joined.writelines(_moved(index, path) if is_there else [_index_of(path)])
                last = path


def _moved(index: str, path: str) -> Iterator[bytes]:
    """Give the lines of a list; the call that wrote it may have had another name for the folder."""
    name = os.fsencode(path)
    with open_to_read(index) as file:
        for line in file:
            key, place = line.partition(b" ")[0], line.rpartition(b":")[2]
            yield b"%s %s:%s" % (key, name, place)


def _index_of(path: str) -> bytes:
    """Make the list of an archive anew."""
    with as_input_error(path, "Kaldi's archive"), local_copy(path) as copy, copy.open("rb") as file:
        return index_lines(dict(places_of(file)), path)

"""Parts of a corpus behind a URL, in fsspec's memory."""

from collections.abc import Iterator
from typing import Any

import pytest

from stftcli.jobs.corpus.merge import merge_parts
from stftcli.jobs.corpus.out_dir import Part, open_out_dir

fsspec = pytest.importorskip("fsspec")

URL = "memory://stftcli-parts/out"
SETTINGS = {"format": "npy"}


@pytest.fixture(autouse=True)
def memory() -> Iterator[Any]:
    fs = fsspec.filesystem("memory")
    yield fs
    if fs.exists("/stftcli-parts"):
        fs.rm("/stftcli-parts", recursive=True)


def test_a_part_without_sounds_is_not_missing() -> None:
    result = {"id": "a", "input": "a.wav", "error": "it is broken"}
    with open_out_dir(URL, Part(1, 2), SETTINGS, overwrite=False) as results:
        assert len(list(results.append([result]))) == 1
    with open_out_dir(URL, Part(2, 2), SETTINGS, overwrite=False):
        pass
    report = merge_parts(URL)
    assert (report.results, report.parts, report.failed) == (1, 2, 1)


def test_a_part_that_ends_early_leaves_no_manifest(memory: Any) -> None:
    with (
        pytest.raises(KeyError),
        open_out_dir(URL, Part(2, 2), SETTINGS, overwrite=False),
    ):
        raise KeyError
    assert not memory.exists("/stftcli-parts/out/manifest-2-of-2.jsonl")

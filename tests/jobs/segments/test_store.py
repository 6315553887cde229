"""Rows of segments, stored in any order."""

from pathlib import Path

import numpy as np
import pytest

from stftcli.errors import OutputError
from stftcli.jobs.segments import store as store_module
from stftcli.jobs.segments import window as window_module
from stftcli.jobs.segments.store import Store
from stftcli.jobs.segments.window import Window
from tests.signals import noise


@pytest.mark.parametrize("features", [3, 70_000])
def test_rows_come_in_the_order_of_the_segments(features: int) -> None:
    counts = [3, 0, 5, 1, 0]
    rows = [noise(count * features, seed=count).reshape(count, features) for count in counts]
    with Store(len(counts), features, np.dtype(np.float32)) as store:
        for segment in (3, 0, 2):
            store.begin(segment, 10.0 * segment, 0.5)
            store.add(segment, rows[segment][:1])
            store.add(segment, rows[segment][1:])
        batches = list(store.batches())
        again = list(store.batches())
    assert len(again) == len(batches)
    joined = [np.concatenate(part) for part in zip(*batches, strict=True)]
    assert joined[0].tolist() == [0] * 3 + [2] * 5 + [3]
    assert joined[1].tolist() == [0, 0.5, 1, 20, 20.5, 21, 21.5, 22, 30]
    np.testing.assert_array_equal(joined[2], np.concatenate(rows).astype(np.float32))


def test_rows_of_several_channels_are_stored_side_by_side() -> None:
    with Store(1, 4, np.dtype(np.float64)) as store:
        store.begin(0, 0.0, 1.0)
        store.add(0, np.arange(8.0).reshape(2, 2, 2))
        (batch,) = store.batches()
    np.testing.assert_array_equal(batch.values, np.arange(8).reshape(2, 4))


def test_rows_can_be_taken_back() -> None:
    with Store(3, 1, np.dtype(np.float32)) as store:
        for segment in range(3):
            store.begin(segment, 0.0, 1.0)
            store.add(segment, np.full((2, 1), segment))
        store.drop(np.array([0, 2]))
        store.begin(0, 0.0, 1.0)
        store.add(0, np.full((1, 1), 7))
        (batch,) = store.batches()
    assert batch.values.ravel().tolist() == [7, 1, 1]
    assert batch.segments.tolist() == [0, 1, 1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("rows", [1, 1 << 20])
def test_a_full_disk_is_blamed_once(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (store_module, window_module):
        monkeypatch.setattr(module, "temporary_file", lambda: Path("/dev/full").open("w+b"))  # noqa: SIM115
    with (
        pytest.raises(OutputError, match="TMPDIR names another folder"),
        Store(1, 1, np.dtype(np.float32)) as store,
    ):
        store.begin(0, 0.0, 1.0)
        store.add(0, np.zeros((rows, 1), np.float32))
        list(store.batches())
    with pytest.raises(OutputError, match="TMPDIR"), Window(1) as window:
        window.push(np.zeros((1, 1), np.float32))
        window.push(np.zeros((rows, 1), np.float32))
        list(window.pieces(0, 1))

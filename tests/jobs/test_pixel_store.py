"""Panels on disk: given back as they were, and a folder without room is named."""

from pathlib import Path

import numpy as np
import pytest

from stftcli.errors import OutputError
from stftcli.jobs.drawing import pixel_store
from stftcli.jobs.drawing.pixel_store import PixelStore


def test_arrays_come_back_in_any_order() -> None:
    kept = {number: np.arange(6.0).reshape(2, 3) + number for number in (5, 2)}
    with PixelStore() as store:
        for number, values in kept.items():
            store.add(number, values)
        for number in (2, 5):
            found = store.get(number)
            assert found is not None
            assert np.array_equal(found, kept[number])
        assert store.get(3) is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_folder_without_room_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full").open("w+b")  # noqa: SIM115  # the store closes it
    monkeypatch.setattr(pixel_store, "temporary_file", lambda: full)
    with pytest.raises(OutputError, match="TMPDIR"), PixelStore() as store:
        store.add(0, np.zeros((100, 100)))
        store.get(0)
    assert full.closed

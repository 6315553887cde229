"""Texts in little memory behave as a list of them."""

import numpy as np
import pytest

from stftcli.segments.table import SegmentRows
from stftcli.segments.texts import Texts

WORDS = ["a", "", "söng", "\ud800", "x" * 1000]


def test_they_are_as_a_list() -> None:
    texts = Texts(WORDS)
    assert list(texts) == WORDS
    assert texts == WORDS
    assert texts != WORDS[:-1]
    assert [texts[index] for index in range(-5, 5)] == WORDS + WORDS
    assert texts[1:4] == WORDS[1:4]
    assert "söng" in texts
    with pytest.raises(IndexError):
        texts[5]


def test_segments_are_chosen_with_all_that_is_said_of_them() -> None:
    rows = SegmentRows()
    for number in range(4):
        rows.add(number, number + 1, label=str(number), sound="s", cells={"n": f"n{number}"})
    table = rows.finish("t", "csv", "t")
    some = table.chosen(np.array([3, 1]))
    assert len(some) == 2
    np.testing.assert_array_equal(some.start_s, [3, 1])
    np.testing.assert_array_equal(some.duration_s, [1, 1])
    assert some.labels == ["3", "1"]
    assert some.columns == {"n": ["n3", "n1"]}
    assert some.sounds == ["s", "s"]

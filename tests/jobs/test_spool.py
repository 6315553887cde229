"""Rows kept on disk, and which of them are held out."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stftcli.errors import InputError
from stftcli.features.settings import FeatureSettings
from stftcli.jobs.rows import Rows
from stftcli.jobs.spool import Split, Spool, Stretch, hold_out
from stftcli.manifests.entry import Entry
from tests.signals import assert_same_bits, noise


def rows_in(stretches: list[Stretch]) -> list[int]:
    return [row for first, last in stretches for row in range(first, last)]


def assert_partition(split: Split, rows: int) -> None:
    """Check that every row is in one of the two parts, and in their order."""
    train, held_out = rows_in(split.train), rows_in(split.held_out)
    assert train == sorted(train)
    assert held_out == sorted(held_out)
    assert sorted(train + held_out) == list(range(rows))


def split_of(counts: list[int], share: float) -> Split:
    """Split inputs that are all of one class."""
    return hold_out(counts, share, np.zeros(sum(counts), int))


class TestHoldOut:
    @given(
        counts=st.lists(st.integers(0, 60), min_size=1, max_size=40),
        share=st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.25, 1 / 3, 0.5]),
    )
    def test_every_row_is_in_one_part(self, counts: list[int], share: float) -> None:
        assert_partition(split_of(counts, share), sum(counts))

    @given(
        counts=st.lists(st.integers(1, 60), min_size=20, max_size=40),
        share=st.sampled_from([0.05, 0.1, 0.2, 0.5]),
    )
    def test_whole_inputs_are_held_out_where_there_are_enough(
        self, counts: list[int], share: float
    ) -> None:
        split = split_of(counts, share)
        ends = np.cumsum(counts)
        inputs = set(zip((ends - counts).tolist(), ends.tolist(), strict=True))
        assert set(split.held_out) <= inputs
        assert len(split.held_out) == round(share * len(counts))
        assert len(split.held_out) >= 1

    @pytest.mark.parametrize("counts", [[100], [40, 60], [10] * 9])
    def test_the_end_of_each_is_held_out_where_there_are_not(self, counts: list[int]) -> None:
        split = split_of(counts, 0.1)
        ends = np.cumsum(counts).tolist()
        assert [last for _, last in split.held_out] == ends
        assert [last - first for first, last in split.held_out] == [n // 10 for n in counts]
        assert [first for first, _ in split.train] == [0, *ends[:-1]]

    def test_whole_inputs_of_each_class_are_held_out(self) -> None:
        labels = np.repeat(np.arange(20) % 4, 5)
        split = hold_out([5] * 20, 0.2, labels)
        assert sorted(labels[first] for first, _ in split.held_out) == [0, 1, 2, 3]
        assert sorted({labels[first] for first, _ in split.train}) == [0, 1, 2, 3]

    def test_without_a_share_all_is_learned_from(self) -> None:
        assert split_of([3, 4], 0.0) == Split([(0, 3), (3, 7)], [])

    @given(rows=st.integers(30, 500), share=st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.4, 0.5]))
    def test_of_one_input_it_is_the_share_asked_for(self, rows: int, share: float) -> None:
        assert len(rows_in(split_of([rows], share).held_out)) == pytest.approx(share * rows, abs=1)

    @pytest.mark.parametrize(
        "share",
        [0.05, 0.1, 0.2, 0.25, 0.4, 0.5],
    )
    def test_of_many_inputs_it_is_the_share_asked_for(self, share: float) -> None:
        held_out = rows_in(split_of([10] * 1000, share).held_out)
        assert len(held_out) == pytest.approx(share * 10_000, abs=10)

    @pytest.mark.parametrize("counts", [[4], [4] * 9, [1, 2, 3]])
    def test_what_is_held_out_is_not_empty(self, counts: list[int]) -> None:
        split = split_of(counts, 0.1)
        assert rows_in(split.held_out) or not split.held_out


class TestSpool:
    def temp_space_errors(self, folder: Path, *sizes: int, dtype: str = "float32") -> Spool:
        names = []
        for number, size in enumerate(sizes):
            names.append(str(folder / f"{number}.npy"))
            np.save(names[-1], noise(size, 3, seed=number).astype(dtype))
        return Spool(Rows([Entry(name, name) for name in names], FeatureSettings()))

    @pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
    def test_holds_all_rows_of_all_inputs(self, tmp_path: Path, dtype: str) -> None:
        sizes = (5, 0, 5000, 1)
        spool = self.temp_space_errors(tmp_path, *sizes, dtype=dtype)
        files = [noise(size, 3, seed=number).astype(dtype) for number, size in enumerate(sizes)]
        assert spool.counts == list(sizes)
        assert_same_bits(np.asarray(spool.rows), np.concatenate(files).astype(np.float32))

    def test_leaves_no_file_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "tmp").mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
        spool = self.temp_space_errors(tmp_path, 50)
        assert len(spool.rows) == 50
        assert list((tmp_path / "tmp").iterdir()) == []

    @pytest.mark.parametrize(
        "stretches", [[(0, 9006)], [(0, 5), (9000, 9006)], [(3, 3), (4, 8200)], []], ids=str
    )
    def test_gives_stretches_with_their_labels_again_and_again(
        self, tmp_path: Path, stretches: list[Stretch]
    ) -> None:
        spool = self.temp_space_errors(tmp_path, 5, 9001)
        labels = np.arange(9006)
        wanted = rows_in(stretches)
        for _ in range(2):
            batches = list(spool.batches(stretches, labels))
            assert [label for _, part in batches for label in part] == wanted
            assert all(len(rows) == len(part) <= 4096 for rows, part in batches)
            rows = np.concatenate([np.empty((0, 3)), *(rows for rows, _ in batches)])
            np.testing.assert_array_equal(rows, spool.rows[wanted])

    @pytest.mark.parametrize("sizes", [(0,), (0, 0)])
    def test_of_nothing_is_refused(self, tmp_path: Path, sizes: tuple[int, ...]) -> None:
        with pytest.raises(InputError, match="no frames"):
            self.temp_space_errors(tmp_path, *sizes)

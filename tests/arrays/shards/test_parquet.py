"""What other readers of Parquet find in a shard, and what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli.arrays.shards.shards import SHARDS
from stftcli.errors import SettingsError
from tests.arrays.shards.sharding import SHARED, clips_of, sharded
from tests.oracles.conftest import oracle
from tests.signals import assert_same_bits, noise

ROW = SHARDS["parquet"]
COLUMNS = [
    *("id", "features", "shape", "input", "start_s", "duration_s", "rate_hz", "layout", "extra"),
]
CLIPS = clips_of((7, 5), (3, 2, 5), (0, 5))


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    sharded(tmp_path / "x.parquet", "parquet", CLIPS)
    return tmp_path / "x.parquet"


def assert_arrays(features: Any, shapes: Any) -> None:
    for values, shape, (_, wanted) in zip(features, shapes, CLIPS, strict=True):
        got = np.asarray(values, np.float32).reshape([int(length) for length in shape])
        assert_same_bits(got, wanted)


def test_pyarrow_reads_it(shard: Path) -> None:
    oracle("pyarrow")
    from pyarrow import parquet

    table = parquet.read_table(shard)
    assert table.column_names == COLUMNS
    assert_arrays([row.values.to_numpy() for row in table["features"]], table["shape"].to_pylist())
    first = table.drop_columns("features").slice(0, 1).to_pylist()[0]
    assert json.loads(first.pop("extra")) == {
        "names": ["mel_1", "mel_2"],
        "extra": {"text": 'so "so"', "speaker": None},
    }
    assert first == {
        "id": "a0",
        "shape": [7, 5],
        "input": "audio/größe.wav",
        "start_s": 1.0,
        "duration_s": 0.1,
        "rate_hz": None,
        "layout": "frames-first",
    }
    assert json.loads(table.schema.metadata[b"stftcli"]) == SHARED


def test_pandas_reads_it(shard: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(shard)
    assert list(frame["id"]) == ["a0", "a1", "a2"]
    assert_arrays(frame["features"], frame["shape"])


def test_datasets_reads_it(shard: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    loaded = datasets.load_dataset(
        "parquet", data_files=str(shard), split="train", cache_dir=str(tmp_path / "cache")
    )
    rows = loaded.with_format("numpy")
    assert_arrays([row["features"] for row in rows], [row["shape"] for row in rows])


def test_polars_reads_it(shard: Path) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.read_parquet(shard)
    assert_arrays([row.to_numpy() for row in frame["features"]], frame["shape"].to_list())


def test_what_fits_no_column_is_kept_beside(tmp_path: Path) -> None:
    oracle("pyarrow")
    from pyarrow import parquet

    told = {"input": ["a.wav", "b.wav"], "start_s": True, "rate_hz": 16000, "layout": None}
    with (tmp_path / "x").open("w+b") as file:
        writer = ROW.writer(file)
        writer.add("a", noise(3, 5), {**told, "id": "another", "shape": [15]})
        writer.finish({})
    (row,) = parquet.read_table(tmp_path / "x").to_pylist()
    assert (row["id"], row["rate_hz"], row["shape"]) == ("a", 16000.0, [3, 5])
    assert (row["input"], row["start_s"], row["layout"]) == (None, None, None)
    assert json.loads(row["extra"]) == {
        "input": ["a.wav", "b.wav"],
        "start_s": True,
        "layout": None,
        "id": "another",
        "shape": [15],
    }


def test_rows_are_grouped_by_their_size(tmp_path: Path) -> None:
    oracle("pyarrow")
    from pyarrow import parquet

    small, large = noise(1 << 14, 64), noise(3 << 14, 64)  # 4 and 12 MB
    clips = [(f"a{number}", small) for number in range(5)]
    sharded(tmp_path / "x", "parquet", [*clips, ("large", large), ("last", small)])
    metadata = parquet.read_metadata(tmp_path / "x")
    groups = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert groups == [2, 2, 1, 1, 1]


def test_memory_of_arrow_does_not_grow(tmp_path: Path) -> None:
    pa = oracle("pyarrow")
    values = noise(1 << 12, 64)
    before = pa.total_allocated_bytes()
    most = 0
    with (tmp_path / "x").open("w+b") as file:
        writer = ROW.writer(file)
        for number in range(60):
            writer.add(f"a{number}", values, {})
            most = max(most, pa.total_allocated_bytes() - before)
        writer.finish({})
    for _ in ROW.read_arrays(tmp_path / "x"):
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < 24 << 20


def test_one_type_a_shard(tmp_path: Path) -> None:
    oracle("pyarrow")
    with (tmp_path / "x").open("w+b") as file:
        writer = ROW.writer(file)
        writer.add("a", noise(3, 5), {})
        with pytest.raises(SettingsError, match=r"'b' is of float64, and .* float32"):
            writer.add("b", noise(3, 5).astype(np.float64), {})
        writer.add("c", noise(3, 5).astype(">f4"), {})
        writer.finish({})
    assert [key for key, *_ in ROW.read(tmp_path / "x")] == ["a", "c"]


def test_the_callers_array_may_change(tmp_path: Path) -> None:
    oracle("pyarrow")
    values = noise(3, 5)
    wanted = values.copy()
    with (tmp_path / "x").open("w+b") as file:
        writer = ROW.writer(file)
        writer.add("a", values, {})
        values[:] = 0
        writer.finish({})
    ((_, got),) = ROW.read_arrays(tmp_path / "x")
    assert_same_bits(got, wanted)


def written(path: Path, columns: dict[str, Any]) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table(columns), path, compression="none", use_dictionary=False)
    return path


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"x": [1]}, "no columns id, features and shape"),
        ({"id": ["a"], "features": [["x"]], "shape": [[1]]}, "no columns"),
        ({"id": ["a"], "features": [[1.0]], "shape": [[2]]}, r"1 values for .* shape \(2,\)"),
        ({"id": ["a"], "features": [[1.0]], "shape": [[-1]]}, "its shape is"),
        ({"id": ["a"], "features": [[1.0]], "shape": [[1] * 40]}, "its shape is"),
        ({"id": ["a"], "features": [[None, 1.0]], "shape": [[2]]}, "2 values|1 values"),
        ({"id": ["a", None], "features": [[1.0]] * 2, "shape": [[1]] * 2}, "has no id"),
        ({"id": ["a", "a"], "features": [[1.0]] * 2, "shape": [[1]] * 2}, "two arrays"),
    ],
    ids=range(8),
)
def test_other_tables_are_refused(tmp_path: Path, columns: dict[str, Any], words: str) -> None:
    oracle("pyarrow")
    with pytest.raises(ValueError, match=words):
        list(ROW.read_arrays(written(tmp_path / "x", columns)))


@pytest.mark.parametrize("options", [{"compression": "snappy"}, {"use_dictionary": True}])
def test_packed_columns_are_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    pa = oracle("pyarrow")
    from pyarrow import parquet

    table = pa.table({"id": ["a"], "features": [[1.0] * 99], "shape": [[99]]})
    plain = {"compression": "none", "use_dictionary": False}
    parquet.write_table(table, tmp_path / "x", **{**plain, **options})
    for read in (ROW.read, ROW.read_arrays):
        with pytest.raises(ValueError, match="packed: only plain ones are read"):
            list(read(tmp_path / "x"))


def with_footer(path: Path, footer: bytes) -> Path:
    path.write_bytes(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    return path


@pytest.mark.parametrize(
    ("footer", "words"),
    [
        (b"", "does not end as Parquet does"),
        (b"\0", "its field 4 is missing"),
        (b"\x1c" * 5000, "nested too deeply"),
        (b"\x19" * 5000, "nested too deeply"),
        (b"\x15" + b"\xff" * 20, "a number without an end"),
        (b"\x19\xf1\xff\xff\xff\xff\x07", "ends early"),
        (b"\x18\xff\xff\xff\xff\x07", "ends early"),
        (b"\x1b\0", "a value of kind 11"),
        # One group of 2 rows, and one column "id" from byte 4 on, of 5 values in 1000 bytes.
        (
            b"\x49\x1c\x19\x1c\x3c\x39\x18\x02id\x15\0\x16\x0a\x26\xd0\x0f\x26\x08\0\0\x26\4\0\0",
            "claims 1000 bytes, of",
        ),
    ],
    ids=range(9),
)
def test_footers_that_lie_are_refused(tmp_path: Path, footer: bytes, words: str) -> None:
    oracle("pyarrow")
    with pytest.raises(ValueError, match=words):
        list(ROW.read(with_footer(tmp_path / "x", footer)))


def varint(value: int) -> bytes:
    """Write a whole number as a page's header has it."""
    value *= 2
    content = bytearray()
    while value > 127:
        content.append(value & 127 | 128)
        value >>= 7
    return bytes([*content, value])


@pytest.mark.parametrize(
    ("place", "lie", "words"),
    [
        (varint(50_000), b"\xff\xff\x7f", "header of a page is broken"),
        (varint(50_000), b"\xfe\xff\x7f", "claims 50000 values, and has 1048575"),
        (b"\x15\0\x15", b"\x15\4\x15", "its pages are packed"),
        (b"\x15\0\x15", b"\x16\0\x19", "missing|ends early|kind"),
    ],
    ids=range(4),
)
def test_pages_that_lie_are_refused_before_they_are_believed(
    tmp_path: Path, place: bytes, lie: bytes, words: str
) -> None:
    oracle("pyarrow")
    from pyarrow import parquet

    sharded(tmp_path / "x", "parquet", [("a", noise(1000, 50))])
    content = (tmp_path / "x").read_bytes()
    column = parquet.read_metadata(tmp_path / "x").row_group(0).column(1)
    assert column.path_in_schema == "features.list.element"
    at = content.index(place, column.data_page_offset)
    assert at < column.data_page_offset + 40
    (tmp_path / "x").write_bytes(content[:at] + lie + content[at + len(lie) :])
    for read in (ROW.read, ROW.read_arrays):
        with pytest.raises(ValueError, match=words):
            list(read(tmp_path / "x"))


def test_a_changed_value_is_noticed(tmp_path: Path) -> None:
    values = noise(100, 50)
    sharded(tmp_path / "x", "parquet", [("a", values)])
    content = bytearray((tmp_path / "x").read_bytes())
    content[content.index(values[50, :2].tobytes())] ^= 1
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match=r"(?i)crc|checksum"):
        list(ROW.read_arrays(tmp_path / "x"))

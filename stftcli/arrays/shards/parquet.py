"""Shards as tables: a .parquet file with a row for each array.

Values stand in one list a row, frame after frame, beside the array's shape: whatever reads Parquet
has them at once, and one `reshape` makes the array. Lists within lists would be walked one by one.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.keys import readable, to_json
from stftcli.arrays.shards.shard_row import (
    Arrays,
    Heads,
    Seen,
    ShardRow,
    ShardWriter,
    as_value_error,
)
from stftcli.arrays.writer import refuse_complex
from stftcli.errors import MissingExtraError, SettingsError
from stftcli.files.parquet import check_columns
from stftcli.files.untrusted import check_shape
from stftcli.settings.choices import Layout

_GROUP_BYTES = 1 << 23
"""Values that are kept until they are written together; a longer array is written alone."""
_MAX_VALUES = (1 << 31) - 1
_FACTS: dict[str, type] = {
    "input": str,
    "start_s": float,
    "duration_s": float,
    "rate_hz": float,
    "layout": str,
}
"""What is told of an array in a column of its own; the same ones in every file."""
_METADATA = "stftcli"
_READ_BYTES = 1 << 20
_SMALLEST = (("id", 4), ("features.list.element", 2), ("shape.list.element", 8))
"""The bytes of one value at least: a text begins with its length."""
_ROWS = 1 << 10
_MAX_FOOTER_ITEMS = 1 << 24


class ParquetWriter(ShardWriter):
    """A .parquet file of columns id, features, shape, some facts, and the others as JSON.

    Nothing is compressed: noise gains a tenth by it, and every reader can map the values.
    """

    name = "parquet"

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._table: Any = None
        self._dtype = np.dtype("<f4")
        self._clear()

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:  # noqa: ARG003  # both have a shape
        """Raise SettingsError for complex values, MissingExtraError without pyarrow."""
        refuse_complex("parquet", dtype)
        _pyarrow()

    @classmethod
    def stored_key(cls, key: str) -> str:
        """Give the text in the column id."""
        return readable(key)

    def finish(self, shared: Mapping[str, Any]) -> None:
        """Write what is left, and the facts of all arrays into the file's metadata."""
        self._write()
        self._table.add_key_value_metadata({_METADATA: to_json(shared)})
        self._table.close()

    def _names(self, key: str, features: NDArray[Any]) -> list[str]:
        if self._keys and features.dtype.newbyteorder("<") != self._dtype:
            raise SettingsError(
                f"{key!r} is of {features.dtype}, and what stands before it of {self._dtype}: "
                "a column has one type"
            )
        if features.size > _MAX_VALUES:
            raise SettingsError(
                f"{key!r} has {features.size} values: a list in parquet takes {_MAX_VALUES}"
            )
        return super()._names(key, features)

    def _put(self, key: str, features: NDArray[Any], told: Mapping[str, Any]) -> None:
        self._dtype = features.dtype
        row = _row(key, features.shape, told)
        if self._bytes + features.nbytes > _GROUP_BYTES:
            self._write()
        self._rows.append(row)
        # The caller may use its array again before this is written.
        self._values.append(features.reshape(-1).copy())
        self._bytes += features.nbytes

    def _write(self) -> None:
        """Write the rows that are kept as one group; the file is begun if it is not."""
        pa = _pyarrow()
        schema = _schema(self._dtype)
        if self._table is None:
            self._table = _begin(self._file, schema)
        if self._rows:
            ends = np.cumsum([0, *map(len, self._values)], dtype=np.int32)
            values = self._values[0] if len(self._values) == 1 else np.concatenate(self._values)
            lists = pa.ListArray.from_arrays(pa.array(ends), pa.array(values))
            columns = {
                name: pa.array([row[name] for row in self._rows], schema.field(name).type)
                for name in schema.names
                if name != "features"
            }
            columns["features"] = lists
            table = pa.table([columns[name] for name in schema.names], schema=schema)
            self._table.write_table(table, row_group_size=len(self._rows))
        self._clear()

    def _clear(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._values: list[NDArray[Any]] = []
        self._bytes = 0


def _row(key: str, shape: tuple[int, ...], told: Mapping[str, Any]) -> dict[str, Any]:
    """Put what is told of an array into columns; what has none, or another type, into `extra`."""
    row: dict[str, Any] = {"id": key, "shape": list(shape), **dict.fromkeys(_FACTS)}
    known = {"id": key, "shape": list(shape)}
    extra = {}
    for name, value in json.loads(to_json(told)).items():
        kind = _FACTS.get(name)
        if kind is not None and type(value) in (kind, int if kind is float else kind):
            row[name] = kind(value)
        elif name not in known or value != known[name]:
            extra[name] = value
    return {**row, "extra": to_json(extra)}


def _schema(dtype: np.dtype[Any]) -> Any:
    pa = _pyarrow()
    kinds = {str: pa.string(), float: pa.float64()}
    return pa.schema(
        {
            "id": pa.string(),
            "features": pa.list_(pa.from_numpy_dtype(dtype)),
            "shape": pa.list_(pa.int64()),
            **{name: kinds[kind] for name, kind in _FACTS.items()},
            "extra": pa.string(),
        }
    )


def _begin(file: IO[bytes], schema: Any) -> Any:
    from pyarrow import parquet

    class Writer(parquet.ParquetWriter):  # type: ignore[misc]
        def __del__(self) -> None:
            """Leave a file alone that was given up, and may be closed."""

    return Writer(
        file,
        schema,
        compression="none",
        use_dictionary=False,
        write_statistics=["id", *_FACTS],
        write_page_checksum=True,
        # Without Arrow's own copy of the schema, metadata that comes last is the schema's too.
        store_schema=False,
    )


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError:
        raise MissingExtraError("a parquet shard", "pyarrow", "parquet") from None
    return pa


def _read(path: Path) -> Heads:
    seen = Seen()
    with _open(path) as table:
        dtype = _check_schema(table.schema_arrow)
        for batch in _batches(table, _ROWS, ["id", "shape"]):
            for row in batch.to_pylist():
                yield seen.check(_text(row["id"])), check_shape(row["shape"]), dtype


def _read_arrays(path: Path) -> Arrays:
    seen = Seen()
    with _open(path) as table:
        _check_schema(table.schema_arrow)
        columns = ["id", "features", "shape"]
        for batch in _batches(table, 1, columns):
            ((key,), lists, (lengths,)) = (batch.column(name) for name in columns)
            shape = check_shape(lengths.as_py())
            values = lists.flatten()
            if values.null_count or len(values) != prod(shape):
                raise ValueError(f"it has {len(values)} values for an array of shape {shape}")
            array = values.to_numpy(zero_copy_only=False).reshape(shape)
            yield seen.check(_text(key.as_py())), array


def _text(key: Any) -> str:
    if not isinstance(key, str):
        raise ValueError("an array of it has no id")  # noqa: TRY004
    return key


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    """Open a table, a page at a time; what pyarrow says of broken ones is a ValueError.

    What the file claims is checked here, the checksums of its pages by pyarrow. pyarrow's own
    description of columns is left alone: on some broken files it ends the whole process.
    """
    _pyarrow()
    from pyarrow import parquet

    with path.open("rb") as file, as_value_error():
        check_columns(file, _SMALLEST)
        file.seek(0)
        yield parquet.ParquetFile(
            file,
            pre_buffer=False,
            buffer_size=_READ_BYTES,
            page_checksum_verification=True,
            thrift_string_size_limit=_MAX_FOOTER_ITEMS,
            thrift_container_size_limit=_MAX_FOOTER_ITEMS,
        )


def _batches(table: Any, rows: int, columns: list[str]) -> Iterator[Any]:
    if table.num_row_groups:  # earlier versions want one
        yield from table.iter_batches(rows, columns=columns, use_threads=False)


def _check_schema(schema: Any) -> str:
    """Give the type of the values; ValueError for a table without arrays."""
    pa = _pyarrow()
    places = [schema.get_field_index(name) for name in ("id", "features", "shape")]
    types = [schema.field(place).type if place >= 0 else None for place in places]
    for name in ("float16", "float32", "float64"):
        values = pa.list_(pa.from_numpy_dtype(name))
        if types == [pa.string(), values, pa.list_(pa.int64())]:
            return name
    raise ValueError("it has no columns id, features and shape of arrays")


PARQUET = ShardRow(".parquet", ParquetWriter, _read, _read_arrays)

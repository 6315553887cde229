"""Tables as .parquet: a column for each."""

from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from stftcli.arrays.tables.table_spec import TableRows, TableSpec
from stftcli.errors import MissingExtraError

_METADATA = b"stftcli"
_GROUP_ROWS = 1 << 16


def write_parquet(file: IO[bytes], spec: TableSpec, batches: Iterator[TableRows]) -> None:
    """Write a .parquet file; how it was made stands in its metadata."""
    pa = check_parquet()
    schema = pa.schema(_fields(pa, spec), {_METADATA: spec.settings.encode()})
    with pa.parquet.ParquetWriter(file, schema) as writer:
        for group in _groups(batches):
            arrays = [
                pa.array(column, field.type, from_pandas=True)
                for column, field in zip(_columns(spec, group), schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def check_parquet() -> Any:
    """Give pyarrow; MissingExtraError without it."""
    try:
        import pyarrow as pa
        from pyarrow import parquet  # noqa: F401  # which pyarrow does not load by itself
    except ImportError:
        raise MissingExtraError("a table as Parquet", "pyarrow", "parquet") from None
    return pa


def _fields(pa: Any, spec: TableSpec) -> list[tuple[str, Any]]:
    of_rows = [pa.int64(), pa.float64()][: len(spec.row_columns)]
    of_table = [
        pa.from_numpy_dtype(cells.dtype) if isinstance(cells, np.ndarray) else pa.string()
        for cells in (spec.columns[name] for name in spec.kept)
    ]
    features = [pa.from_numpy_dtype(spec.dtype)] * len(spec.features)
    return list(zip(spec.names, (*of_rows, *of_table, *features), strict=True))


def _groups(batches: Iterator[TableRows]) -> Iterator[list[TableRows]]:
    """Give batches together until they are a few: readers are slow at many small groups."""
    held: list[TableRows] = []
    for rows in batches:
        held.append(rows)
        if sum(len(one.segments) for one in held) >= _GROUP_ROWS:
            yield held
            held = []
    if held:
        yield held


def _columns(spec: TableSpec, group: list[TableRows]) -> list[Any]:
    segments = np.concatenate([rows.segments for rows in group])
    numbers = zip(*[rows.numbers for rows in group], strict=True)
    values = np.concatenate([rows.values for rows in group])
    cells = [
        [_utf_8(cell) for cell in column] if column and isinstance(column[0], str) else column
        for column in spec.cells(segments)
    ]
    return [*map(np.concatenate, numbers), *cells, *np.ascontiguousarray(values.T)]


def _utf_8(text: str) -> str:
    return text.encode("utf-8", "replace").decode()

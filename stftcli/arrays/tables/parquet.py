"""Tables as .parquet: a column for each."""

from typing import IO, Any

import numpy as np

from stftcli.arrays.tables.table_spec import TableRows, TableSpec, cells_at
from stftcli.errors import MissingExtraError

_METADATA = b"stftcli"
_GROUP_ROWS = 1 << 16


class ParquetTable:
    """A .parquet file; how it was made stands in its metadata."""

    def __init__(self, file: IO[bytes], spec: TableSpec) -> None:
        pyarrow = check_parquet()
        self._spec, self._pyarrow = spec, pyarrow
        self._held: list[TableRows] = []
        self._schema = pyarrow.schema(self._fields(), {_METADATA: spec.settings.encode()})
        self._writer = pyarrow.parquet.ParquetWriter(file, self._schema)

    def write(self, rows: TableRows) -> None:
        """Add some rows."""
        self._held.append(rows)
        if sum(len(held.segments) for held in self._held) >= _GROUP_ROWS:
            self._write_held()

    def finish(self) -> None:
        """Write what is left, and the end."""
        self._write_held()
        self._writer.close()

    def _write_held(self) -> None:
        if not self._held:
            return
        segments = np.concatenate([rows.segments for rows in self._held])
        numbers = zip(*[rows.numbers for rows in self._held], strict=True)
        values = np.concatenate([rows.values for rows in self._held])
        columns: list[Any] = [
            *map(np.concatenate, numbers),
            *(self._cells(name, segments) for name in self._spec.kept),
            *np.ascontiguousarray(values.T),
        ]
        arrays = [
            self._pyarrow.array(column, field.type, from_pandas=True)
            for column, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_table(self._pyarrow.Table.from_arrays(arrays, schema=self._schema))
        self._held = []

    def _cells(self, name: str, segments: Any) -> Any:
        cells = self._spec.columns[name]
        if isinstance(cells, np.ndarray):
            return cells[segments]
        return [text.encode("utf-8", "replace").decode() for text in cells_at(cells, segments)]

    def _fields(self) -> list[tuple[str, Any]]:
        pyarrow, spec = self._pyarrow, self._spec
        of_rows = [pyarrow.int64(), pyarrow.float64()][: len(spec.row_columns)]
        texts = [
            pyarrow.float64() if isinstance(spec.columns[name], np.ndarray) else pyarrow.string()
            for name in spec.kept
        ]
        features = [pyarrow.from_numpy_dtype(spec.dtype)] * len(spec.features)
        return list(zip(spec.names, (*of_rows, *texts, *features), strict=True))


def check_parquet() -> Any:
    """Give pyarrow; MissingExtraError without it."""
    try:
        import pyarrow as pa
        from pyarrow import parquet  # noqa: F401  # which pyarrow does not load by itself
    except ImportError:
        raise MissingExtraError("a table as Parquet", "pyarrow", "parquet") from None
    return pa

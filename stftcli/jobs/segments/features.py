"""From sounds and a table of their segments to a table of the features of each."""

import json
from collections.abc import Iterator, Sequence
from itertools import count
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.tables.table_spec import Cells, TableRows, TableSpec
from stftcli.errors import SettingsError, SomeFailedError
from stftcli.files.atomic import STANDARD, atomic_write
from stftcli.files.distinct import Outputs
from stftcli.frozen import Frozen
from stftcli.jobs.provenance import description
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.jobs.segments.computed import Computed
from stftcli.jobs.segments.formats import FORMATS, choose_table_format
from stftcli.jobs.segments.how import How
from stftcli.jobs.segments.sounds import sounds_of
from stftcli.jobs.segments.store import Store
from stftcli.segments.read import read_segments
from stftcli.segments.table import Segments
from stftcli.settings.choices import TableFormat

_ROW_COLUMNS = ("segment", "time_s")


class SegmentReport(Frozen):
    """What was written: how many of each, and whether rows are frames."""

    segments: int
    sounds: int
    rows: int
    features: int
    per_frame: bool

    def __str__(self) -> str:
        of_sounds = f" of {self.sounds} sounds" if self.sounds > 1 else ""
        rows = f", {self.rows} rows" if self.per_frame else ""
        segments = "1 segment" if self.segments == 1 else f"{self.segments} segments"
        return f"{segments}{of_sounds}{rows}, {self.features} features"


def write_segment_features(
    paths: Sequence[str],
    table: str,
    output: str,
    how: How,
    *,
    tier: str | None = None,
    table_format: TableFormat | None = None,
    other_inputs: Sequence[str] = (),
    reporter: Reporter = SILENT,
) -> SegmentReport:
    """Write the features of segments as a table: a row for each, or for each of their frames.

    Each sound is read once, whatever the number of its segments; once for each channel if they
    name several.

    Parameters
    ----------
    paths : sequence of str
        The sound; or several, or folders of them, where the table names the sounds of its segments.
        None if those lie beside the table.
    table : str
        The table: a file, a URL, or "-" for standard input.
    output : str
        Where the result goes: a file, or "-" for standard output.
    how : How
        What is computed. With a pooling of the whole sound a segment has one row.
    tier : str, optional
        Of which tier the segments are; of all if None.
    table_format : {"csv", "jsonl", "parquet", "npz", "raven", "audacity"}, optional
        How the result is written; by the ending of `output` if None.
    other_inputs : sequence of str
        Files that the caller has read; no result may take their place.
    reporter : Reporter, optional
        Hears of progress and warnings.

    Raises
    ------
    SomeFailedError
        If some of several sounds cannot be used; the others have been written.
    StftcliError
        Whatever else is wrong; no result is left then.
    """
    name = choose_table_format(table_format, output)
    settings = how.settings
    FORMATS[name].check()
    if FORMATS[name].marks and not settings.features.is_one_row:
        raise SettingsError(
            f"a table of {name} has one row for each segment: give `stats` or `pool='all'`, or "
            "another `format`"
        )
    if table == STANDARD and STANDARD in paths:
        raise SettingsError("the sound and `segments` cannot both be standard input")
    segments = read_segments(table, tier)
    sounds = sounds_of(segments, paths, reporter)
    outputs = Outputs(output)
    outputs.check_inputs(table, *settings.files, *other_inputs)
    with Computed(segments, how, reporter) as computed:
        failed = computed.add(sounds, outputs)
        rows = np.sort(np.concatenate([sound.rows for sound in sounds]))
        computed.fill(rows)
        with atomic_write(output, seekable=FORMATS[name].goes_back) as file:
            report = _write(file, name, segments, computed, rows, reporter)
    if failed:
        raise SomeFailedError(failed, len(sounds))
    return report


def _write(
    file: IO[bytes],
    name: TableFormat,
    table: Segments,
    computed: Computed,
    rows: NDArray[np.int64],
    reporter: Reporter,
) -> SegmentReport:
    """Write what was computed of the segments at these rows of their table."""
    store, per_frame = computed.store, computed.chain.axis.per_frame
    segments = table if len(rows) == len(table) else table.chosen(rows)
    row_columns = _ROW_COLUMNS if per_frame else ()
    columns = FORMATS[name].columns(segments, computed.top_hz[rows])
    spec = TableSpec(
        _beside(columns, row_columns, table.name, reporter),
        row_columns,
        computed.names,
        store.dtype,
        int(store.counts.sum()),
        store.counts[rows],
        json.dumps(description(computed.chain, _made_of(table, computed))),
        computed.chain.axis.frequencies_hz,
    )
    FORMATS[name].write(file, spec, _table_rows(store, rows, per_frame=per_frame))
    return SegmentReport(len(rows), len(computed.sounds), spec.rows, len(spec.features), per_frame)


def _beside(
    columns: dict[str, Cells], taken: Sequence[str], table: str, reporter: Reporter
) -> dict[str, Cells]:
    """Give the columns other names where theirs are those of rows, and say so."""
    names = {name: name for name in columns}
    for name in [name for name in columns if name in taken]:
        names[name] = next(
            free for number in count(2) if (free := f"{name}_{number}") not in columns
        )
        reporter.warn(f"the column {name} of {table} is called {names[name]} in the result")
    return {names[name]: cells for name, cells in columns.items()}


def _table_rows(store: Store, rows: NDArray[np.int64], *, per_frame: bool) -> Iterator[TableRows]:
    for batch in store.batches():
        numbers = (batch.segments + 1, batch.times_s) if per_frame else ()
        yield TableRows(np.searchsorted(rows, batch.segments), numbers, batch.values)


def _made_of(table: Segments, computed: Computed) -> dict[str, Any]:
    sounds = computed.sounds
    return {
        "name": sounds[0] if len(sounds) == 1 else f"{len(sounds)} sounds",
        "rate_hz": computed.chain.sound_rate_hz,
        "segments": table.name,
    }

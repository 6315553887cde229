"""Feature arrays of a corpus, a file for each sound."""

from functools import partial
from typing import Any

from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.formats import FORMAT_ENDINGS, FORMATS
from stftcli.features.extractor import Extractor
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.attempt import Notes, attempt, output_path, size_of
from stftcli.jobs.corpus.inputs import segment_of
from stftcli.jobs.corpus.results import Result
from stftcli.jobs.corpus.unit import Item, Unit
from stftcli.jobs.features import write_features
from stftcli.settings.choices import ArrayFormat


class FeatureFiles(Frozen):
    """Writes the features of each sound into a file of its own.

    Parameters
    ----------
    extractor : Extractor
        What is computed.
    array_format : str
        How it is written.
    sidecar : bool
        Whether its description stands beside it.
    strict : bool
        Whether sound that is missing or left over is an error.
    """

    extractor: Extractor
    array_format: ArrayFormat
    sidecar: bool = False
    strict: bool = False

    @property
    def row(self) -> FormatRow:
        """The format of the files."""
        return FORMATS[self.array_format]

    @property
    def ending(self) -> str:
        """What their names end in."""
        return FORMAT_ENDINGS[self.array_format][0]

    def run(self, unit: Unit) -> list[Result]:
        """Write the files of a unit, and tell what became of each sound."""
        return [
            attempt(unit, item, partial(self._make, unit, item), strict=self.strict)
            for item in unit.items
        ]

    def _make(self, unit: Unit, item: Item, notes: Notes) -> dict[str, Any]:
        path = output_path(unit, item.output)
        report = write_features(
            item.entry.audio,
            path,
            self.extractor,
            segment=segment_of(item.entry, self.extractor.settings.segment),
            array_format=self.array_format,
            key=item.id if self.row.has_keys else None,
            sidecar=self.sidecar,
            other_inputs=unit.other_inputs,
            threads=1,
            reporter=notes,
            durable=False,
        )
        return {"bytes": size_of(path), "shape": list(report.shape), "dtype": report.dtype}

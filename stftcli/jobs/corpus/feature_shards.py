"""Feature arrays of a corpus, those of many sounds in one file."""

from functools import partial
from typing import Any

from stftcli.arrays.shards.shard_row import ShardRow, ShardWriter
from stftcli.arrays.shards.shards import SHARDS
from stftcli.audio.source import Source
from stftcli.errors import OutputError
from stftcli.features.extractor import Extractor
from stftcli.files.atomic import all_or_nothing, atomic_write
from stftcli.files.urls import with_ending
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.attempt import Notes, attempt, describe_input, output_path, size_of
from stftcli.jobs.corpus.inputs import segment_of
from stftcli.jobs.corpus.results import Result
from stftcli.jobs.corpus.unit import Item, Unit
from stftcli.jobs.provenance import unit_of
from stftcli.jobs.stream import chain_for, features_of_source
from stftcli.settings.choices import ShardFormat


class FeatureShards(Frozen):
    """Writes the features of all sounds of a unit into one file.

    The features of one sound are in memory at a time.

    Parameters
    ----------
    extractor : Extractor
        What is computed.
    shard_format : str
        How the file is written.
    strict : bool
        Whether sound that is missing or left over is an error.
    """

    extractor: Extractor
    shard_format: ShardFormat
    strict: bool = False

    @property
    def row(self) -> ShardRow:
        """The format of the file."""
        return SHARDS[self.shard_format]

    @property
    def ending(self) -> str:
        """What its name ends in."""
        return self.row.ending

    def run(self, unit: Unit) -> list[Result]:
        """Write the file of a unit, and tell what became of each sound."""
        path = output_path(unit, unit.items[0].output)
        ending = self.row.index_ending
        index = None if ending is None else with_ending(path, ending)
        try:
            with unit.taking_notes() as note, all_or_nothing():
                with atomic_write(path, durable=False) as file:
                    writer = self.row.writer(file)
                    results = [self._add(writer, unit, item, note(item)) for item in unit.items]
                    writer.finish({"settings": self.extractor.settings.to_dict()})
                if index is not None:
                    with atomic_write(index, durable=False) as file:
                        file.write(writer.index(path))
        except OutputError as error:
            return [{"id": unit.items[0].id, "fatal": str(error)}]
        whole = {"bytes": size_of(path), "sharing": len(unit.items)}
        return [result if "error" in result else {**result, **whole} for result in results]

    def _add(self, writer: ShardWriter, unit: Unit, item: Item, _: None) -> Result:
        return attempt(unit, item, partial(self._make, writer, item), strict=self.strict)

    def _make(self, writer: ShardWriter, item: Item, notes: Notes) -> dict[str, Any]:
        segment = segment_of(item.entry, self.extractor.settings.segment)
        with Source(item.entry.audio) as source:
            chain = chain_for(self.extractor, source, notes, segment=segment)
            features = features_of_source(source, chain, 1, notes)
        if chain.settings.layout == "bins-first":
            features = features.transpose(*range(1, features.ndim), 0)
        told = {
            **describe_input(item.id, item.entry),
            "rate_hz": chain.rate_hz,
            "layout": chain.settings.layout,
            "shape": list(features.shape),
            "names": list(chain.axis.names),
            "unit": unit_of(chain.axis),
        }
        try:
            writer.add(item.id, features, told)
        except OSError as error:  # half of it may be in the file
            raise OutputError(f"{item.output} cannot be written: {error.strerror}") from error
        key = writer.stored_key(item.id)
        return {"key": key, "shape": list(features.shape), "dtype": str(features.dtype)}

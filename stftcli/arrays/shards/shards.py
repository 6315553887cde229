"""The table of the formats of shards."""

from os import PathLike

from stftcli.arrays.shards.ark import ARK_SHARD
from stftcli.arrays.shards.parquet import PARQUET
from stftcli.arrays.shards.shard_row import ShardRow
from stftcli.arrays.shards.tar import TAR
from stftcli.arrays.shards.zarr import ZARR
from stftcli.errors import InputError
from stftcli.settings.choices import ShardFormat

SHARDS: dict[ShardFormat, ShardRow] = {
    "tar": TAR,
    "parquet": PARQUET,
    "zarr": ZARR,
    "ark": ARK_SHARD,
}


def shard_of(path: str | PathLike[str]) -> ShardRow:
    """Give the format of a shard by the ending of its name; InputError if it is none."""
    for row in SHARDS.values():
        if str(path).endswith(row.ending):
            return row
    endings = ", ".join(row.ending for row in SHARDS.values())
    raise InputError(f"{path} is no shard: their names end in {endings}")

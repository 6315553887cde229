"""The table of the formats of shards."""

from stftcli.arrays.shards.ark import ARK_SHARD
from stftcli.arrays.shards.parquet import PARQUET
from stftcli.arrays.shards.shard_row import ShardRow
from stftcli.arrays.shards.tar import TAR
from stftcli.arrays.shards.zarr import ZARR
from stftcli.settings.choices import ShardFormat

SHARDS: dict[ShardFormat, ShardRow] = {
    "tar": TAR,
    "parquet": PARQUET,
    "zarr": ZARR,
    "ark": ARK_SHARD,
}

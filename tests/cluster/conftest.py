"""Clusters of Dask on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.dask_cluster import DaskCluster, dask_cluster
from tests.oracles.conftest import oracle


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Two workers for tests that let them live."""
    oracle("distributed")
    with dask_cluster(tmp_path_factory.mktemp("dask") / "shared") as cluster:
        yield cluster


@pytest.fixture
def own(tmp_path: Path) -> Iterator[DaskCluster]:
    """Two workers that come back when they are killed."""
    oracle("distributed")
    with dask_cluster(tmp_path / "own") as cluster:
        yield cluster


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[DaskCluster]:
    """Two workers that nobody starts again."""
    oracle("distributed")
    with dask_cluster(tmp_path / "mortal", 2, "--no-nanny") as cluster:
        yield cluster


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[DaskCluster]:
    """A scheduler alone."""
    oracle("distributed")
    with dask_cluster(tmp_path / "empty", 0) as cluster:
        yield cluster

"""The modules of torch; without torch none of these tests is run."""

from tests.oracles.conftest import oracle

oracle("torch")

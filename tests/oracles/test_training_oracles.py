"""An Extractor in the data loaders that networks are trained with."""

from typing import Any

import numpy as np
import pytest

from stftcli import Extractor, InputError
from tests.oracles.conftest import oracle
from tests.signals import assert_same_bits, noise

RATE_HZ = 16_000


def extractor() -> Extractor:
    return Extractor.preset("whisper", mel=40)


class Clips:
    """A map-style dataset of clips, computed where they are asked for."""

    def __init__(self) -> None:
        self.extractor = extractor()
        self.extractor(noise(4000), RATE_HZ)  # something is built already

    def __len__(self) -> int:
        return 8

    def __getitem__(self, number: int) -> Any:
        return self.extractor(noise(8000, seed=number), RATE_HZ)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_a_data_loader_with_two_workers(method: str) -> None:
    torch = oracle("torch")
    clips = Clips()
    loader = torch.utils.data.DataLoader(
        clips, batch_size=2, num_workers=2, multiprocessing_context=method
    )
    batches = [batch.numpy() for batch in loader]
    assert len(batches) == 4
    for got, wanted in zip(
        np.concatenate(batches), [clips[number] for number in range(8)], strict=True
    ):
        assert_same_bits(got, wanted)


def test_datasets_map_with_two_processes() -> None:
    datasets = oracle("datasets")
    x = extractor()
    signals = [noise(8000, seed=number) for number in range(8)]

    def compute(row: dict[str, Any]) -> dict[str, Any]:
        return {"features": x(np.asarray(row["audio"], np.float32), RATE_HZ)}

    datasets.disable_progress_bars()
    table = datasets.Dataset.from_dict({"audio": [signal.tolist() for signal in signals]})
    table = table.map(compute, num_proc=2)
    for row, signal in zip(table["features"], signals, strict=True):
        assert_same_bits(np.asarray(row, np.float32), x(signal, RATE_HZ))


def test_a_tensor_is_taken_as_an_array() -> None:
    torch = oracle("torch")
    x, signal = extractor(), noise(8000)
    assert_same_bits(x(torch.from_numpy(signal), RATE_HZ), x(signal, RATE_HZ))
    learned = torch.from_numpy(signal).requires_grad_()
    with pytest.raises(InputError, match=r"x\.detach\(\)\.cpu\(\)"):
        x(learned, RATE_HZ)
    with pytest.raises(InputError, match=r"x\.detach\(\)\.cpu\(\)"):
        x(torch.zeros(8000, device="meta"), RATE_HZ)

"""An Extractor as the callable of Ray Data's `map_batches`.

Run it from the root of the repository, with ``pip install 'ray[data]'``::

    python examples/ray_data.py
"""

from typing import Any

import ray

from stftcli import Extractor


class AddFeatures:
    """Adds the features of the sounds that a batch names.

    Parameters
    ----------
    extractor : Extractor
        What is computed; it is sent to the workers as its settings.
    """

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Give a batch with its features, lists as the sounds differ in length."""
        features = [self.extractor.file(path, threads=1) for path in batch["audio"]]
        return {**batch, "features": features}


def main() -> None:
    """Compute the features of two samples and say what came of it."""
    ray.init(log_to_driver=False, num_cpus=2)
    ray.data.DataContext.get_current().enable_progress_bars = False
    names = [{"audio": "sample_audio/speech.wav"}, {"audio": "sample_audio/birds.wav"}]
    logmel = Extractor(n_fft="25ms", hop_length="10ms", mel=80, log="db")
    rows = ray.data.from_items(names).map_batches(AddFeatures(logmel), batch_size=1).take_all()
    print("ray.data:", *sorted(row["features"].shape for row in rows))


if __name__ == "__main__":
    main()

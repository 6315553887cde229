"""An Extractor as the callable of `datasets.Dataset.map`, in two processes.

Run it from the root of the repository, with ``pip install datasets``::

    python examples/datasets_map.py
"""

from typing import Any

import soundfile
from datasets import Dataset

from stftcli import Extractor


class AddFeatures:
    """Adds the features of the sound that a row names.

    Parameters
    ----------
    extractor : Extractor
        What is computed; it is sent to the processes as its settings.
    """

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Give what is new in a row."""
        waveform, rate_hz = soundfile.read(row["audio"], dtype="float32")
        return {"features": self.extractor(waveform, rate_hz)}


def main() -> None:
    """Compute the features of two samples and say what came of it."""
    sounds = Dataset.from_dict({"audio": ["sample_audio/speech.wav", "sample_audio/birds.wav"]})
    logmel = Extractor(n_fft="25ms", hop_length="10ms", mel=80, log="db")
    dataset = sounds.map(AddFeatures(logmel), num_proc=2).with_format("numpy")
    print("datasets:", *(row["features"].shape for row in dataset))


if __name__ == "__main__":
    main()

"""An Extractor in a DoFn of Apache Beam.

Run it from the root of the repository, with ``pip install apache-beam``::

    python examples/beam_pardo.py
"""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam

from stftcli import Extractor


class AddFeatures(beam.DoFn):  # type: ignore[misc]  # Beam says nothing of its types
    """Gives each sound with its features.

    Parameters
    ----------
    extractor : Extractor
        What is computed; it is sent to the workers as its settings.
    """

    def __init__(self, extractor: Extractor) -> None:
        self.extractor = extractor

    def process(self, path: str) -> Iterator[tuple[str, Any]]:
        """Compute one."""
        yield path, self.extractor.file(path, threads=1)


def main() -> None:
    """Compute the features of two samples and say what came of it."""
    logmel = Extractor(n_fft="25ms", hop_length="10ms", mel=80, log="db")
    with beam.Pipeline() as pipeline:
        sounds = pipeline | beam.Create(["sample_audio/speech.wav", "sample_audio/birds.wav"])
        features = sounds | beam.ParDo(AddFeatures(logmel))
        _ = features | beam.Map(lambda pair: print("beam:", pair[0], pair[1].shape))


if __name__ == "__main__":
    main()

"""Kaldi's fbank of 80 bands of a folder, computed and stored by lhotse: CLIPS OUT JOBS."""

import sys
from pathlib import Path

from lhotse import CutSet, Fbank, FbankConfig, NumpyFilesWriter, Recording


def main(clips: str, out: str, jobs: str, most: str = "") -> None:
    """Work through a folder."""
    sounds = sorted(Path(clips).iterdir())[: int(most) if most else None]
    cuts = CutSet.from_items(Recording.from_file(sound).to_cut() for sound in sounds)
    cuts.to_eager().compute_and_store_features(
        Fbank(FbankConfig(num_mel_bins=80)), out, num_jobs=int(jobs), storage_type=NumpyFilesWriter
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

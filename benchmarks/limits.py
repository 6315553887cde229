"""The least that a job takes: its parts alone, run as ``python benchmarks/limits.py PART SOUND``.

decode
    Reading all 16-bit samples with soundfile.
fft
    As many transforms of 2048 samples, with a hop of 512, by ducc0 on one thread.
write, write-complex
    Writing as many bytes as the 128 bands, or the complex bins, of these frames, to the disk and
    not only to its cache, as a result that appears whole has to be.
overlapped
    Decoding, transforming and writing (128 bands) by two threads, with nothing else between.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from collections.abc import Callable
from threading import Lock, Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

N_FFT, HOP, FRAMES = 2048, 512, 64


def decode(sound: str) -> None:
    """Read the samples."""
    import soundfile

    buffer = np.empty((1 << 16, 1), np.int16)
    with soundfile.SoundFile(sound) as file:
        while len(file.read(out=buffer)):
            pass


def fft(sound: str) -> None:
    """Transform the same frames again and again, in pieces that suit ducc0."""
    arrays = _arrays()
    for _ in range(_batches(sound)):
        _transform(*arrays)


def write(sound: str, values: int = 128, dtype: str = "float32") -> None:
    """Write batches of ones."""
    batch = np.ones((FRAMES, values), dtype)
    with open("limit.raw", "wb", 0) as file:  # noqa: PTH123  # nothing of pathlib here
        for _ in range(_batches(sound)):
            file.write(batch.data)
        os.fsync(file.fileno())


def write_complex(sound: str) -> None:
    """Write batches of complex bins."""
    write(sound, N_FFT // 2 + 1, "complex64")


def overlapped(sound: str) -> None:
    """Let two threads take turns at reading and writing, and transform side by side."""
    import soundfile

    lock = Lock()
    bands = np.ones((FRAMES, 128), np.float32)
    with soundfile.SoundFile(sound) as file, open("limit.raw", "wb", 0) as result:  # noqa: PTH123

        def work() -> None:
            samples, arrays = np.empty((FRAMES * HOP, 1), np.int16), _arrays()
            while True:
                with lock:
                    if not len(file.read(out=samples)):
                        return
                _transform(*arrays)
                with lock:
                    result.write(bands.data)

        helper = Thread(target=work)
        helper.start()
        work()
        helper.join()
        os.fsync(result.fileno())


def _batches(sound: str) -> int:
    samples = (os.path.getsize(sound) - 44) // 2  # noqa: PTH202  # nothing of pathlib here
    return 1 + samples // HOP // FRAMES


def _arrays() -> tuple[NDArray[Any], NDArray[Any]]:
    return (
        np.ones((FRAMES, N_FFT), np.float32),
        np.empty((FRAMES, N_FFT // 2 + 1), np.complex64),
    )


def _transform(frames: NDArray[Any], spectra: NDArray[Any]) -> None:
    import ducc0

    for first in range(0, FRAMES, 12):
        some = slice(first, first + 12)
        ducc0.fft.r2c(frames[some], axes=(1,), out=spectra[some], nthreads=1)


PARTS: dict[str, Callable[[str], None]] = {
    "decode": decode,
    "fft": fft,
    "write": write,
    "write-complex": write_complex,
    "overlapped": overlapped,
}

if __name__ == "__main__":
    PARTS[sys.argv[1]](sys.argv[2])

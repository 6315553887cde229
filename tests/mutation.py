"""Files with a few bytes changed: cut anywhere, flipped, or with sizes that lie."""

import os
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random

from stftcli.errors import InputError, MissingExtraError, SettingsError

# What stands for a length in some format, in four or eight bytes, either end first, or in digits.
_LIES = [
    number.to_bytes(size, order, signed=True)
    for size in (2, 4, 8)
    for order in ("little", "big")
    for number in (-1, 0, (1 << (8 * size - 1)) - 1, 1 << (8 * size - 4))
]
_WORDS = [b"9" * 400, b"1e999", b"NaN", b'"\\ud800"', b"-1", b"[" * 500, b"\x1b[2J", b"\xff", b","]
_MOST_CUTS = 700

EVERY = 1 if "STFTCLI_ORACLES" in os.environ else 4
"""At a desk one mutation of four is tried; where CI runs the tests with all oracles, all are."""


def mutations(content: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """Give every beginning of a file, or 700 of a large one, and `count` other changes.

    Or one of `EVERY` of them.
    """
    return islice(_all_mutations(content, count, seed), 0, None, EVERY)


def _all_mutations(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    step = max(1, len(content) // _MOST_CUTS)
    yield from (content[:end] for end in range(0, len(content), step))
    random = Random(seed)
    for number in range(count):
        changed = bytearray(content)
        at = random.randrange(len(content))
        kind = number % 3
        if kind == 0:
            changed[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            lie = random.choice(_LIES)
            changed[at : at + len(lie)] = lie
        else:
            word = random.choice(_WORDS)
            changed[at : at + random.randrange(len(word) + 1)] = word
        yield bytes(changed)


def assert_all_explained(
    path: Path, content: bytes, count: int, read: Callable[[Path], None], max_bytes: int = 64 << 20
) -> tuple[int, int]:
    """Read every mutation: it must end well, or as one line that names the file.

    Gives how many there were, and how many of them were refused.
    """
    read_well = refused = 0
    tracemalloc.start()
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            for changed in mutations(content, count):
                path.unlink(missing_ok=True)  # some disks make who overwrites a file wait
                path.write_bytes(changed)
                try:
                    read(path)
                    read_well += 1
                except (InputError, SettingsError, MissingExtraError) as error:
                    refused += 1
                    assert path.name in str(error)
                    assert str(error).isprintable()
                    assert len(str(error)) < 800 + len(str(path))
        assert not [str(warning.message) for warning in warned]
        assert tracemalloc.get_traced_memory()[1] < max_bytes
    finally:
        tracemalloc.stop()
    return read_well + refused, refused

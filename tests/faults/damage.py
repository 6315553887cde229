"""Damage to the bytes of a file, the same for the same seed."""

from collections.abc import Callable, Iterator
from random import Random

# What stands for a length in some format, in two to eight bytes, either end first.
LIES = [
    number.to_bytes(size, order, signed=True)
    for size in (2, 4, 8)
    for order in ("little", "big")
    for number in (-1, 0, 1, (1 << (8 * size - 1)) - 1, 1 << (8 * size - 4), -(1 << (8 * size - 1)))
]
WORDS = [
    *(b"9" * 400, b"9" * 5000, b"1e999", b"-1e308", b"NaN", b"inf", b"null", b"true", b"-1", b"0"),
    *(b'"\\ud800"', b"[" * 500, b'{"a":' * 500, b"\x1b[2J", b"\xff\xfe", b"\0", b",", b"\n", b'"'),
]
_HEADER = 200
"""Bytes in which most formats say what follows."""

_Damage = Callable[[bytearray, int, Random], None]


def damaged(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Give so many damaged copies: half of them cut, or changed in their first bytes."""
    random = Random(seed)
    for number in range(count):
        if number % 4 == 0:
            yield content[: random.randrange(_reach(content, random) + 1)]
            continue
        changed = bytearray(content)
        for _ in range(random.choice((1, 1, 1, 2, 4))):
            at = random.randrange(max(1, min(len(changed), _reach(content, random))))
            random.choice(_KINDS)(changed, at, random)
        yield bytes(changed)


def _reach(content: bytes, random: Random) -> int:
    return random.choice((min(_HEADER, len(content)), len(content)))


def _flip(changed: bytearray, at: int, random: Random) -> None:
    if changed:
        changed[min(at, len(changed) - 1)] ^= 1 << random.randrange(8)


def _lie(changed: bytearray, at: int, random: Random) -> None:
    lie = random.choice(LIES)
    changed[at : at + len(lie)] = lie


def _say(changed: bytearray, at: int, random: Random) -> None:
    word = random.choice(WORDS)
    changed[at : at + random.randrange(len(word) + 1)] = word


def _scramble(changed: bytearray, at: int, random: Random) -> None:
    size = random.choice((1, 2, 4, 100))
    changed[at : at + size] = random.randbytes(size)


def _remove(changed: bytearray, at: int, random: Random) -> None:
    del changed[at : at + random.choice((1, 2, 4, 100))]


def _repeat(changed: bytearray, at: int, random: Random) -> None:
    changed[at:at] = changed[at : at + random.choice((4, 16, 100))] * random.choice((1, 1, 30))


def _move(changed: bytearray, at: int, random: Random) -> None:
    size, to = random.choice((4, 16, 100)), random.randrange(len(changed) + 1)
    piece = changed[at : at + size]
    del changed[at : at + size]
    changed[to:to] = piece


def _begin_again(changed: bytearray, at: int, _: Random) -> None:
    changed += changed[at:]


_KINDS: tuple[_Damage, ...] = (
    *(_flip, _lie, _lie, _say, _scramble, _remove, _repeat, _move, _begin_again),
)

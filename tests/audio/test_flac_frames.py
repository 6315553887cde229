"""The checksum at the end of FLAC's frames, against one that goes byte by byte."""

from itertools import product
from random import Random

import pytest

from stftcli.audio.flac_frames import is_checked
from tests.marks import only_long_but


def crc16(content: bytes) -> int:
    """Divide by x^16 + x^15 + x^2 + 1, as RFC 9639 defines it in section 9.3."""
    crc = 0
    for byte in content:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x8005 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


@pytest.mark.parametrize("size", [0, 1, 2, 3, 15, 16, 29, 30, 31, 255, 256, 4095, 8192])
def test_what_ends_with_its_checksum_is_right(size: int) -> None:
    content = Random(size).randbytes(size)
    checked = content + crc16(content).to_bytes(2, "big")
    assert is_checked(checked)
    assert is_checked(bytes(5) + checked)
    assert is_checked(checked + bytes(3)), "zeros behind it are no fault of the frame"


@pytest.mark.parametrize("size", only_long_but([2, 3, 30], [2, 3, 30, 700]))
def test_no_change_of_a_byte_or_two_passes(size: int) -> None:
    random = Random(size)
    content = random.randbytes(size)
    checked = content + crc16(content).to_bytes(2, "big")
    for at, bit in product(range(len(checked)), range(8)):
        changed = bytearray(checked)
        changed[at] ^= 1 << bit
        assert not is_checked(bytes(changed))
        changed[random.randrange(len(checked))] ^= random.randrange(1, 256)
        assert is_checked(bytes(changed)) == (crc16(bytes(changed)) == 0)


def test_of_any_bytes_it_says_what_division_says() -> None:
    random = Random(0)
    for size in range(400):
        content = random.randbytes(size)
        assert is_checked(content) == (crc16(content) == 0)
    assert all(
        is_checked(bytes(pair)) == (crc16(bytes(pair)) == 0)
        for pair in product(range(256), repeat=2)
    )

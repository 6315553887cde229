"""Texts of PNG pictures: every way that the format has for them, and no trust in any."""

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stftcli.arrays.read import read_settings
from stftcli.errors import InputError
from stftcli.files.png import read_png_text

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, content: bytes, length: int | None = None) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content) if length is None else length) + (
        kind + content + struct.pack(">I", checksum)
    )


HEADER = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
PIXELS = chunk(b"IDAT", zlib.compress(b"\0\0"))
END = chunk(b"IEND", b"")


def png(*chunks: bytes) -> bytes:
    return SIGNATURE + HEADER + b"".join(chunks) + PIXELS + END


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("international", [False, True])
@pytest.mark.parametrize("text", ["{}", '{"a": "é"}', "", "x" * 100_000])
def test_a_text_is_the_one_that_pillow_wrote(
    tmp_path: Path, text: str, international: bool, packed: bool
) -> None:
    info = PngInfo()
    for keyword, value in (("Set", "1"), ("Settings of others", "2"), ("Settings", text)):
        add = info.add_itxt if international else info.add_text
        add(keyword, value, zip=packed)
    Image.new("L", (3, 2)).save(tmp_path / "x.png", pnginfo=info)
    assert read_png_text(tmp_path / "x.png", "Settings") == text
    assert read_png_text(tmp_path / "x.png", "Set") == "1"
    assert read_png_text(tmp_path / "x.png", "Sett") is None


def test_a_text_after_the_pixels_is_found(tmp_path: Path) -> None:
    content = SIGNATURE + HEADER + PIXELS + chunk(b"tEXt", b"Settings\0{}") + END
    (tmp_path / "x.png").write_bytes(content)
    assert read_png_text(tmp_path / "x.png", "Settings") == "{}"


BOMB = zlib.compress(bytes(1 << 24), 9)
BROKEN = {
    "empty": b"",
    "no PNG": b"GIF89a" + bytes(20),
    "cut in a chunk": png(chunk(b"tEXt", b"Settings\0{}"))[:40],
    "no end": SIGNATURE + HEADER,
    "a chunk of gigabytes": png(chunk(b"tEXt", b"Settings\0{}", 1 << 31)),
    "a wrong checksum": png(chunk(b"tEXt", b"Settings\0{}").replace(b"{}", b"[]")),
    "a text of 5 MB": png(chunk(b"tEXt", b"Settings\0" + b" " * (5 << 20))),
    "a text that unpacks to 16 MB": png(chunk(b"zTXt", b"Settings\0\0" + BOMB)),
    "such an international one": png(chunk(b"iTXt", b"Settings\0\1\0\0\0" + BOMB)),
    "packed in an unknown way": png(chunk(b"zTXt", b"Settings\0\7" + zlib.compress(b"{}"))),
    "packed and cut": png(chunk(b"zTXt", b"Settings\0\0" + zlib.compress(b"{}")[:-3])),
    "packed and none": png(chunk(b"zTXt", b"Settings\0\0{}")),
    "no room for a language": png(chunk(b"iTXt", b"Settings\0\0\0")),
    "no UTF-8": png(chunk(b"iTXt", b"Settings\0\0\0\0\0\xff")),
    "chunks without end": SIGNATURE + chunk(b"tEXt", b"") * 300_000 + END,
    "settings of others": png(chunk(b"tEXt", b"Settings\0quality=9")),
    "settings that are a list": png(chunk(b"tEXt", b"Settings\0[]")),
    "half a character": png(chunk(b"tEXt", b'Settings\0{"a": "\\ud800"}')),
    "control characters": png(chunk(b"tEXt", b'Settings\0{"\x1b[31m": 1}')),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_picture_is_one_error_of_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.png is not a PNG picture with settings: .") as caught:
        read_settings(str(path))
    assert str(caught.value).isprintable()


def test_a_missing_picture_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x\.png cannot be read: No such file"):
        read_settings(str(tmp_path / "x.png"))

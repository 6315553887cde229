"""Pixels to a PNG or WebP file."""

import zlib
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stftcli.errors import SettingsError
from stftcli.settings.choices import PictureFormat

_WEBP_SIDE = 16_383
# Most spectra repeat nothing but neighbours: to look for more takes half as long again.
_PNG_STRATEGY = zlib.Z_RLE


def write_bitmap(
    file: IO[bytes],
    picture_format: PictureFormat,
    pixels: NDArray[Any],
    texts: dict[str, str],
    dpi: int | None = None,
) -> None:
    """Write pixels as they are.

    Parameters
    ----------
    file : binary file
        Takes the picture.
    picture_format : {"png", "webp"}
        How it is written; WebP without loss.
    pixels : ndarray of uint8 or uint16, shape (height, width) or (height, width, 3)
        Grey or red, green and blue; the highest row first. Only PNG takes uint16, and only grey.
    texts : dict of str to str
        What a PNG says of itself.
    dpi : int, optional
        Pixels of an inch.

    Raises
    ------
    SettingsError
        If the format has no such pictures.
    """
    if picture_format == "webp":
        _check_webp(pixels)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    options: dict[str, Any] = {} if dpi is None else {"dpi": (dpi, dpi)}
    if picture_format == "png":
        info = PngInfo()
        for name, text in texts.items():
            info.add_itxt(name, text) if not text.isascii() else info.add_text(name, text)
        image.save(file, "PNG", pnginfo=info, compress_type=_PNG_STRATEGY, **options)
    else:
        image.save(file, "WEBP", lossless=True, quality=0, method=0)


def _check_webp(pixels: NDArray[Any]) -> None:
    height, width = pixels.shape[:2]
    if max(height, width) > _WEBP_SIDE:
        raise SettingsError(
            f"the picture is {width}x{height} and WebP has at most {_WEBP_SIDE} pixels a side: "
            "give a smaller `size`, or write .png"
        )
    if pixels.dtype == np.uint16:
        raise SettingsError("WebP has 8 bits: write 16 as .png")

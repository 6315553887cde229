"""What arrays are called in a shard, and what is told of them: texts that can stand there.

Names of files may hold any bytes, and what `os.fsdecode` makes of those that are no UTF-8 cannot be
written. What cannot stand in a name becomes "%XX", a byte each, as in a URL; the rest stays as it
is. So two keys can become one: a shard refuses the second.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

_HALVES = re.compile("[\ud800-\udfff]")
_NOT_IN_WORDS = re.compile(r"[\x00-\x1f\x7f]")
_RESERVED = re.compile(r"^_(?=_)|^\.(?=\.*$)")
_NOT_IN_PATHS = re.compile(r"[\x00-\x1f\x7f\\]")


def readable(text: str) -> str:
    """Give a text whose bytes that are no UTF-8 are written as "%XX"."""
    return _HALVES.sub(_percent, text)


def word_of(key: str) -> str:
    """Give a key without blanks, each stretch of which becomes "_", and without control signs."""
    return _NOT_IN_WORDS.sub(_percent, readable("_".join(key.split()))) or "_"


def path_parts(key: str) -> list[str]:
    """Give the folders and the name of a key, of which none leads upwards or to the root.

    What begins with two underscores is not for others in zarr, and passed over by WebDataset.
    """
    parts = [part for part in readable(key).split("/") if part not in ("", ".")] or ["_"]
    return [_NOT_IN_PATHS.sub(_percent, _RESERVED.sub(_percent, part)) for part in parts]


def to_json(facts: Mapping[str, Any]) -> str:
    """Write facts as JSON that is UTF-8; ValueError for NaN and infinite numbers."""
    # Half a character can only stand within a text, where "%XX" needs no backslash.
    return readable(json.dumps(dict(facts), ensure_ascii=False, allow_nan=False))


def _percent(match: re.Match[str]) -> str:
    sign = match[0]
    try:
        content = sign.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character that comes from no file name
        content = sign.encode("utf-8", "surrogatepass")
    return "".join(f"%{byte:02X}" for byte in content)

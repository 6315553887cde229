"""URLs among paths: which texts are some, and what is done with them as texts."""

import os
import posixpath
import re

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_LOCAL = "file://"
_LOCAL_PATH = f"{_LOCAL}/"
_DRIVE = re.compile(r"/[A-Za-z]:/")
_SECRETS = re.compile(r"(?<=://)[^/@]*@")
WEB = ("http://", "https://")
"""How URLs begin whose objects a web server gives."""


def is_url(path: str) -> bool:
    """Say whether a path is a URL, such as s3://bucket/talk.flac.

    Whatever begins with a scheme and :// is one; a file of such a name is given as ./NAME.
    """
    # Nearly all paths are told apart by the first look, and there may be a million.
    return "://" in path and _SCHEME.match(path) is not None


def without_file_scheme(path: str) -> str:
    """Give the path of file:///talk.wav, which is a file as others are; all else as it is."""
    if not path.startswith(_LOCAL_PATH):
        return path
    local = path.removeprefix(_LOCAL)
    return local.removeprefix("/") if _DRIVE.match(local) and os.sep != "/" else local


def join_path(folder: str, path: str) -> str:
    """Give a path or URL from the current folder on that is told from another folder, or URL."""
    if is_url(path):
        return path
    if not is_url(folder):
        return os.path.join(folder, path)  # noqa: PTH118  # keeps ./
    if posixpath.isabs(path):
        return path
    # Object stores take dots and double slashes for names.
    scheme, _, place = folder.partition("://")
    return f"{scheme}://{posixpath.normpath(posixpath.join(place, path))}"


def with_ending(path: str, ending: str) -> str:
    """Give a path another ending in the place of its own."""
    return f"{os.path.splitext(path)[0]}{ending}"  # noqa: PTH122  # or a URL


def plain_name(path: str) -> str:
    """Leave out of a URL what may be a secret: a password, and the signature behind "?"."""
    if not is_url(path):
        return path
    named = path.partition("?")[0] if path.startswith(WEB) else path
    return _SECRETS.sub("", named)

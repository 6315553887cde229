"""The SHA-256 of an input, as it was delivered."""

from stftcli.files.system import read_at

_HASH_BYTES = 1 << 20


class HashingTee:
    """The SHA-256 of bytes that are seen once, as they pass through a pipe."""

    def __init__(self) -> None:
        from hashlib import sha256

        self._hash, self._ended = sha256(), False

    def see(self, piece: bytes) -> None:
        """Take the next bytes; none are the end."""
        self._hash.update(piece)
        self._ended = not piece

    def sha256(self) -> str | None:
        """Give the hash of all that has passed; None before the end."""
        return self._hash.hexdigest() if self._ended else None


def file_sha256(descriptor: int) -> str:
    """Hash a whole file; where it is read next stays as it was."""
    from hashlib import sha256

    digest, offset = sha256(), 0
    while piece := read_at(descriptor, _HASH_BYTES, offset):
        digest.update(piece)
        offset += len(piece)
    return digest.hexdigest()

"""Ogg: pages, and the links of a chain, each of which is a sound of its own."""

from stftcli.audio.incoming import Incoming
from stftcli.audio.parts import Findings, Parts

_HEADER_BYTES = 27
_BEGINS, _ENDS = 2, 4


def ogg_parts(incoming: Incoming, findings: Findings) -> Parts:
    """Give the links of an Ogg chain, page by page; libsndfile reads no further than one.

    A link begins with the first pages of its streams, so another begins where such a page comes
    after others (RFC 3533, section 4).
    """
    inside, ended = False, False
    while len(ahead := incoming.peek(_HEADER_BYTES + 255)) >= _HEADER_BYTES:
        if not ahead.startswith(b"OggS"):
            # libsndfile finds the next page by itself.
            at = ahead.find(b"OggS", 1)
            yield incoming.take(at if at > 0 else max(1, len(ahead) - 3))
            continue
        begins = bool(ahead[5] & _BEGINS)
        if begins and inside:
            findings.cut_off |= not ended
            yield None
        inside, ended = not begins, bool(ahead[5] & _ENDS)
        size = page_bytes(ahead)
        page = incoming.take(size)
        ended = ended and len(page) == size
        yield page
    yield from incoming.pieces()
    findings.cut_off |= not ended


def page_bytes(ahead: bytes) -> int:
    """Give the size of a page from its header, of which the table of segments is the last part."""
    segments = ahead[26]
    return _HEADER_BYTES + segments + sum(ahead[_HEADER_BYTES : _HEADER_BYTES + segments])

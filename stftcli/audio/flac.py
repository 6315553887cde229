"""FLAC: its frames, found without decoding, so that no header has to be believed.

libsndfile reads FLAC from files alone, no further than the header says, and nothing of a file that
is cut off. Frames do not depend on each other, so some of them behind a header make a file.
"""

import os
import re
from collections.abc import Iterator

from stftcli.audio.flac_frames import (
    HEADER_BYTES,
    MIN_FRAME_BYTES,
    FrameHeader,
    checked_ends,
    frame_header,
    is_checked,
)
from stftcli.audio.incoming import FileBytes, Incoming
from stftcli.audio.parts import Findings, Parts, leave
from stftcli.audio.wav import TAGS
from stftcli.files.system import read_at
from stftcli.frozen import Frozen

MAGIC = b"fLaC"
_STREAMINFO_BYTES = 34
_PART_SAMPLES = 1 << 18
# The largest frame that is looked for.
_MAX_FRAME_BYTES = 1 << 22
_LOOK_BYTES = 64
_STEP_BYTES = 1 << 16
_TAIL_BYTES = 1 << 18
_SYNC = re.compile(rb"\xff[\xf8\xf9]")


class StreamInfo(Frozen):
    """The 34 bytes that begin every FLAC (RFC 9639, section 8.2)."""

    content: bytes

    @property
    def samples(self) -> int:
        """How many samples the header tells of; 0 where its writer did not know."""
        return int.from_bytes(self.content[13:18], "big") & ((1 << 36) - 1)

    @property
    def max_block(self) -> int:
        """The most samples of a frame."""
        return int.from_bytes(self.content[2:4], "big")

    def file_of(self, frames: bytes, samples: int) -> bytes:
        """Give a whole file of some of the frames: without a checksum of all samples."""
        high = self.content[13] & 0xF0
        count = (high << 32 | samples).to_bytes(5, "big")
        info = self.content[:13] + count + bytes(16)
        return MAGIC + b"\x80" + _STREAMINFO_BYTES.to_bytes(3, "big") + info + frames


def flac_parts(incoming: Incoming, findings: Findings) -> Parts:
    """Give files of some seconds each, of all whole frames of each FLAC in a row of joined ones."""
    first = True
    while (info := _take_header(incoming)) is not None:
        findings.claims.append(info.samples or None)
        waiting, samples = [], 0
        for frame, header in _frames(incoming, findings):
            waiting.append(frame)
            samples += header.samples
            if samples >= _PART_SAMPLES:
                yield from _part(info, waiting, samples, first)
                first, waiting, samples = False, [], 0
        if waiting:
            yield from _part(info, waiting, samples, first)
            first = False
    if findings.cut_off:
        # What there is of a frame is no sound yet.
        incoming.jump(_MAX_FRAME_BYTES)
    leave(incoming, findings)


def _part(info: StreamInfo, frames: list[bytes], samples: int, first: bool) -> Parts:
    if not first:
        yield None
    yield info.file_of(b"".join(frames), samples)


def _take_header(incoming: Incoming) -> StreamInfo | None:
    """Take the blocks before the first frame; None where no FLAC begins."""
    start = incoming.peek(8 + _STREAMINFO_BYTES)
    if not is_flac(start):
        return None
    info, last = StreamInfo(start[8 : 8 + _STREAMINFO_BYTES]), bool(start[4] & 0x80)
    incoming.jump(8 + _STREAMINFO_BYTES)
    while not last and len(block := incoming.take(4)) == 4:
        last = bool(block[0] & 0x80)
        incoming.jump(int.from_bytes(block[1:], "big"))
    return info


def is_flac(ahead: bytes) -> bool:
    """Say whether a FLAC begins here: its magic, then a block of type 0 and 34 bytes."""
    return (
        ahead.startswith(MAGIC)
        and len(ahead) >= 8 + _STREAMINFO_BYTES
        and ahead[4] & 0x7F == 0
        and ahead[5:8] == _STREAMINFO_BYTES.to_bytes(3, "big")
    )


def _frames(incoming: Incoming, findings: Findings) -> Iterator[tuple[bytes, FrameHeader]]:
    """Give each whole frame; what is left of one that is cut off is taken down."""
    header = frame_header(incoming.peek(HEADER_BYTES), 0)
    while header is not None:
        size, following = _frame_bytes(incoming, header)
        if size == 0:
            findings.cut_off = True
            return
        yield incoming.take(size), header
        header = following


def _frame_bytes(incoming: Incoming, header: FrameHeader) -> tuple[int, FrameHeader | None]:
    """Give the size of the frame that comes next, 0 if it is cut off, and the header after it."""
    looked, wanted = MIN_FRAME_BYTES, _STEP_BYTES
    while looked < _MAX_FRAME_BYTES:
        ahead = incoming.peek(wanted)
        ended = len(ahead) < wanted
        end = len(ahead) if ended else len(ahead) - _LOOK_BYTES
        at, following = _next_frame(ahead, looked, end, header)
        joined = ahead.find(MAGIC, looked, at)
        if joined >= 0 and is_flac(ahead[joined : joined + _LOOK_BYTES]):
            return joined, None
        if following is not None:
            return at, following
        if ended:
            return _last_frame_bytes(ahead), None
        looked, wanted = max(looked, end), len(ahead) + _STEP_BYTES
    # No frame is so long: the next is broken, as the decoder will say.
    return looked, None


def _next_frame(
    ahead: bytes, start: int, end: int, header: FrameHeader
) -> tuple[int, FrameHeader | None]:
    """Find the frame after the one that has this header; without one, give the end."""
    sync, at = bytes((0xFF, 0xF8 | header.variable)), start
    while (at := ahead.find(sync, at, end)) >= 0:
        following = frame_header(ahead, at)
        if following is not None and following.comes_after(header):
            return at, following
        at += 1
    return end, None


def _last_frame_bytes(ahead: bytes) -> int:
    """Give the size of the last frame, which ends with a checksum; 0 if it is cut off.

    A tag or zeros may follow it. Of anything else the checksum says too little: within a frame that
    is cut off, one of 65,536 places seems to be its end.
    """
    for end in reversed(checked_ends(ahead)):
        rest = ahead[end:]
        if rest.startswith(TAGS) or not rest.strip(b"\0"):
            return end
    return 0


def is_whole(descriptor: int) -> bool:
    """Say whether a FLAC file ends with the last frame that its header tells of."""
    start = read_at(descriptor, 8 + _STREAMINFO_BYTES, 0)
    if not is_flac(start):
        return False
    info, size = StreamInfo(start[8:]), os.fstat(descriptor).st_size
    tail = read_at(descriptor, _TAIL_BYTES, max(0, size - _TAIL_BYTES))
    for match in reversed(list(_SYNC.finditer(tail))):
        header = frame_header(tail, match.start())
        # Within a frame others may seem to begin; they do not end the sound.
        if header is not None and header.end_sample(info.max_block) == info.samples:
            return is_checked(tail[match.start() :])
    return False


def flac_rest(descriptor: int, incoming: FileBytes, findings: Findings) -> Parts:
    """Give what follows a FLAC of a file that was read to its end: others, as parts."""
    position = os.lseek(descriptor, 0, os.SEEK_CUR)
    at = _another_flac_at(descriptor, max(8, position - _TAIL_BYTES))
    if at is not None:
        incoming.jump(at)
        yield from flac_parts(incoming, findings)


def _another_flac_at(descriptor: int, start: int) -> int | None:
    joined = b""
    while piece := read_at(descriptor, _STEP_BYTES, start):
        joined = joined[-_LOOK_BYTES:] + piece
        start += len(piece)
        at = joined.find(MAGIC)
        while at >= 0:
            if is_flac(joined[at : at + _LOOK_BYTES]):
                return start - len(joined) + at
            at = joined.find(MAGIC, at + 1)
    return None

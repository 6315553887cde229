"""The sounds in one input, separated so that libsndfile reads all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from stftcli.audio.incoming import Incoming
from stftcli.audio.wav import TAGS

Parts: TypeAlias = Iterator[bytes | None]
"""The bytes of one sound after another; None stands between two, which are decoded one by one."""


@dataclass
class Findings:
    """How an input differs from what its headers say.

    Attributes
    ----------
    claims : list of int or None
        How many samples the header of each sound promises; None where it cannot know.
    left_bytes : int
        What follows the sound and is neither sound that can be read nor a chunk or tag.
    cut_off : bool
        Whether the input ends where more must follow.
    """

    claims: list[int | None] = field(default_factory=list)
    left_bytes: int = 0
    cut_off: bool = False

    @property
    def claimed_samples(self) -> int | None:
        """What all headers promise together, if they do."""
        known = [claim for claim in self.claims if claim is not None]
        return sum(known) if known and len(known) == len(self.claims) else None


def leave(incoming: Incoming, findings: Findings) -> None:
    """Pass over all that is left, and take down its size if it may be sound."""
    tag, silent = incoming.peek(16).startswith(TAGS), True
    before = incoming.position
    for piece in incoming.pieces():
        silent = silent and piece.count(0) == len(piece)
    # Zeros fill a file up to a whole block.
    if not tag and not silent:
        findings.left_bytes += incoming.position - before

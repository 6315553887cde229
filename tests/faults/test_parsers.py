"""Every parser of ours, given bytes that hypothesis makes: an orderly answer, or one that explains.

`STFTCLI_FAULTS=10` tries ten times as many examples of each.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stftcli.arrays.read import read_description, read_rows
from stftcli.audio.clocks import clocks_of
from stftcli.audio.incoming import Incoming
from stftcli.audio.kinds import kind_of, skip_tags
from stftcli.audio.notes import notes_in_head
from stftcli.audio.parts import Findings
from stftcli.audio.wav import known_head
from stftcli.errors import StftcliError
from stftcli.files.curves import read_curve
from stftcli.files.kernels import read_kernel
from stftcli.files.layers import read_layer
from stftcli.jobs.config import read_config
from stftcli.manifests.read import read_manifest
from stftcli.segments.read import read_segments
from tests.cli.shell import Shell
from tests.faults.damage import LIES, WORDS
from tests.faults.inputs import KINDS, write_good

EXAMPLES = round(settings().max_examples * float(os.environ.get("STFTCLI_FAULTS", "1")))
MAX_PARTS_BYTES = 1 << 24


class Parser(NamedTuple):
    """A parser, and the kinds of good inputs (`KINDS`) whose bytes are changed for it."""

    parse: Callable[[Path], object]
    kinds: tuple[str, ...]


def take_apart(path: Path) -> None:
    """Find the sounds in an input, as it comes from a pipe, a few bytes at a time."""
    content = path.read_bytes()
    pieces = (content[at : at + 700] for at in range(0, len(content), 700))
    incoming = Incoming(lambda: next(pieces, b""))
    skip_tags(incoming)
    kind = kind_of(incoming, path.name)
    head = known_head(incoming)
    notes = notes_in_head(head) if kind.wav is not None else {}
    assert len(clocks_of(path.name, notes, 8000)) <= 10
    assert _size(kind.split(incoming, Findings())) < MAX_PARTS_BYTES


def _size(parts: Iterator[bytes | None]) -> int:
    return sum(len(part or b"") for part in parts)


def all_rows(path: Path) -> None:
    for batch in read_rows(str(path)):
        assert batch.ndim == 2


def all_entries(path: Path) -> None:
    for number, _ in enumerate(read_manifest(str(path))):
        assert number < 10_000


def all_segments(path: Path) -> None:
    assert len(read_segments(str(path)).start_s) < 10_000


SOUNDS = ("wav", "wavex", "rf64", "w64", "aiff", "au", "caf", "nist", "flac", "ogg", "mp3")
SEGMENTS = tuple(kind for kind in KINDS if kind.startswith("segments "))
WEIGHTS = ("weights npy", "weights npz", "packed npz", "weights safetensors", "weights pt")
ARRAYS = ("array npy", "array npz", "array safetensors", "array ark", "array csv")
PARSERS = {
    "sounds": Parser(take_apart, SOUNDS),
    "layers": Parser(read_layer, WEIGHTS),
    "kernels": Parser(lambda path: read_kernel(str(path)), WEIGHTS),
    "rows": Parser(all_rows, ARRAYS),
    "descriptions": Parser(lambda path: read_description(str(path)), ARRAYS),
    "settings": Parser(lambda path: read_config(str(path)), ("toml", "array npz", "picture")),
    "lists": Parser(all_entries, ("list jsonl", "list csv", "list kaldi")),
    "segments": Parser(all_segments, SEGMENTS),
    "curves": Parser(lambda path: read_curve(str(path)), ("curve",)),
}
CASES = [(name, kind) for name, parser in PARSERS.items() for kind in parser.kinds]

pieces = st.binary(max_size=24) | st.sampled_from([*LIES, *WORDS])
changes = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 24), pieces), min_size=1, max_size=4)


def changed(content: bytes, edits: list[tuple[float, int, bytes]], near: bool) -> bytes:
    """Put pieces into the place of others, near the beginning or anywhere."""
    bytes_ = bytearray(content)
    for place, size, piece in edits:
        reach = min(len(bytes_), 300) if near else len(bytes_)
        at = round(place * reach)
        bytes_[at : at + size] = piece
    return bytes(bytes_)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, bytes]]:
    """A function that makes a good input of a kind once; gives its path and its bytes."""
    made: dict[str, tuple[Path, bytes]] = {}

    def make(kind: str) -> tuple[Path, bytes]:
        if kind not in made:
            folder = tmp_path_factory.mktemp("good")
            content = write_good(Shell(folder), kind)
            made[kind] = folder / KINDS[kind].name, content
        return made[kind]

    return make


@pytest.mark.parametrize(("name", "kind"), CASES)
@pytest.mark.filterwarnings("error")
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(edits=changes, near=st.booleans(), end=st.floats(0, 4))
def test_bytes_are_parsed_or_explained(
    good: Any, name: str, kind: str, edits: list[tuple[float, int, bytes]], near: bool, end: float
) -> None:
    path, content = good(kind)
    path.unlink(missing_ok=True)
    path.write_bytes(changed(content, edits, near)[: round(end * len(content)) or None])
    try:
        PARSERS[name].parse(path)
    except StftcliError as error:
        assert path.name in str(error)
        assert "\n" not in str(error)


def test_each_kind_of_input_has_its_parser() -> None:
    like_others = {"float wav", "stereo flac", "targets", "sidecar"}
    of_packages = {"graph"}
    seen = {kind for parser in PARSERS.values() for kind in parser.kinds}
    assert set(KINDS) - seen == {*like_others, *of_packages}

"""Pieces of a long sound: together they are the whole, whoever works on them."""

import os
import pickle
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stftcli import Extractor
from stftcli.audio.source import Source
from stftcli.errors import InputError
from stftcli.features.chain import Chain
from stftcli.jobs.features import write_features
from stftcli.jobs.pieces import cut
from stftcli.jobs.pieces.crew import Crew
from stftcli.jobs.pieces.cut import Piece, pieces_of
from stftcli.jobs.pieces.features import features_of
from stftcli.jobs.pieces.worker import piece_features
from stftcli.jobs.reporter import Silence
from stftcli.jobs.stream import features_of_source, stream_features
from tests.audio.wav import wav_bytes
from tests.recordings import pcm

RATE_HZ = 8000
SAMPLES = 600_123


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut seconds, as else hours are cut."""
    monkeypatch.setattr(cut, "_MIN_FRAME_SAMPLES", 0)
    monkeypatch.setattr(cut, "_PIECE_SAMPLES", 1)


@pytest.fixture(scope="module")
def signals() -> Any:
    """Give noise of two channels."""
    return 0.3 * np.random.default_rng(0).standard_normal((SAMPLES, 2)).astype(np.float32)


def written(signals: Any, path: Path, **options: Any) -> Path:
    soundfile.write(path, signals, RATE_HZ, **options)
    return path


@contextmanager
def opened(path: Path, **options: Any) -> Iterator[tuple[Source, Chain]]:
    with Source(str(path)) as source:
        yield source, Extractor(**{"n_fft": 256, **options}).chain(source.rate_hz)


def of_pieces(source: Source, chain: Chain, pieces: list[Piece]) -> list[Any]:
    return [
        np.concatenate(list(piece_features(source, chain, piece.first, piece.samples)))
        for piece in pieces
    ]


CASES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no padding": {"center": False},
    "causal": {"padding": "causal"},
    "Kaldi's": {"padding": "kaldi", "hop_length": 79, "win_length": 200, "win_align": "left"},
    "snip": {"padding": "snip", "remove_dc": True, "frame_preemphasis": 0.97},
    "constant": {"pad_mode": "constant"},
    "a hop longer than the frame": {"n_fft": 64, "hop_length": 301},
    "an odd hop": {"hop_length": 77},
    "pre-emphasis of the signal": {"preemphasis": 0.97},
    "all channels": {"channel": "all"},
    "a start": {"start": 1.2345},
    "a duration": {"duration": 55.5},
    "a part": {"start": 0.01, "duration": 70},
    "bands, of rows of their own lengths": {"bands": "third"},
    "mel": {"mel": 20, "log": "db", "dtype": "float64"},
    "complex": {"spectrum": "complex"},
}


@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_the_frames_of_all_pieces_are_those_of_the_whole(
    options: dict[str, Any], signals: Any, tmp_path: Path
) -> None:
    path = written(signals, tmp_path / "a.wav")
    with opened(path, **options) as (source, chain):
        pieces = pieces_of(source, chain)
        assert len(pieces) > 2
        found = of_pieces(source, chain, pieces)
    assert [len(one) for one in found] == [piece.frames for piece in pieces]
    assert [piece.frame for piece in pieces] == np.cumsum([0, *map(len, found)])[:-1].tolist()
    with opened(path, **options) as (source, chain):
        whole = np.concatenate(list(stream_features(source, chain, 1)))
    assert np.concatenate(found).tobytes() == whole.tobytes()


@pytest.mark.parametrize("options", [{}, {"duration": 65.536}, {"start": 1, "duration": 65.536}])
def test_a_piece_that_would_be_one_frame_goes_with_the_one_before(
    options: dict[str, Any], signals: Any, tmp_path: Path
) -> None:
    # Batches of 512 frames, 64 samples apart: 16 of them, and the frame on the last sample.
    samples = 16 * 512 * 64
    long = np.concatenate((signals, signals))[: samples if not options else None]
    path = written(long, tmp_path / "a.wav")
    with opened(path, **options) as (source, chain):
        pieces = pieces_of(source, chain)
        found = np.concatenate(of_pieces(source, chain, pieces))
    assert [piece.frames for piece in pieces] == [*[512] * 15, 513]
    assert found.tobytes() == Extractor(n_fft=256, **options).file(path, threads=1).tobytes()


@pytest.mark.parametrize("name", ["a.flac", "a.aiff", "a.caf", "a.au"])
def test_pieces_are_read_from_any_file_that_is_not_lossy(
    name: str, signals: Any, tmp_path: Path
) -> None:
    path = written(signals, tmp_path / name)
    with opened(path) as (source, chain):
        pieces = pieces_of(source, chain)
        assert len(pieces) > 2
        found = np.concatenate(of_pieces(source, chain, pieces))
    assert np.array_equal(found, Extractor(n_fft=256).file(path))


@pytest.mark.parametrize(
    "options",
    [
        {"rate": 16000},
        {"pad_to": 90},
        {"pad_mode": "wrap"},
        {"start": 1, "segment_padding": "own"},
        {"nonfinite": "zero"},
    ],
    ids=str,
)
def test_what_depends_on_all_that_was_before_is_not_cut(
    options: dict[str, Any], signals: Any, tmp_path: Path
) -> None:
    path = written(signals, tmp_path / "a.wav", subtype="FLOAT")
    with opened(path, **options) as (source, chain):
        assert pieces_of(source, chain) == []


STEPS: list[dict[str, Any]] = [
    *({"bands": bands} for bands in ("octave", "third", "decidecade", "millidecade")),
    *({option: 12} for option in ("mel", "mfcc", "chroma", "linear_out")),
    {"weighting": "A", "spectrum": "power"},
    {"descriptors": "all"},
    {"mel": 12, "pcen": True},
    {"mel": 12, "log": "db", "ref": "max", "top_db": 60, "deltas": 1, "normalize": "meanvar"},
    {"mel": 12, "log": "db", "pool": "100ms:mean,p10", "background": "median"},
    {"mfcc": 12, "energy": True, "stats": "all"},
    {"preemphasis": 0.97, "dtype": "float64"},
]


@pytest.mark.parametrize("options", STEPS, ids=str)
def test_a_chain_that_has_travelled_gives_the_same_bytes(
    options: dict[str, Any], signals: Any
) -> None:
    chain = Extractor(n_fft=1024, **options).chain(16000)
    block = signals[:20_000, 0].astype(chain.framewise.stft.dtype)[np.newaxis]
    there = pickle.loads(pickle.dumps(chain))
    found, wanted = (np.concatenate(list(one.batches([block]))).tobytes() for one in (there, chain))
    assert found == wanted


def test_lossy_and_short_sounds_are_not_cut(
    signals: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(written(signals, tmp_path / "a.ogg")) as (source, chain):
        assert pieces_of(source, chain) == []
    monkeypatch.undo()
    with opened(written(signals, tmp_path / "a.wav")) as (source, chain):
        assert pieces_of(source, chain) == []


# Below, processes are started, and waited for: else such short sounds are done before.


@pytest.fixture
def awaited(monkeypatch: pytest.MonkeyPatch) -> list[Piece]:
    """Let work begin when all processes are there, and take down what they are given."""
    enter, give, given = Crew.__enter__, Crew.give, []

    def enter_and_wait(crew: Crew) -> Crew:
        while any(worker.is_awaited for worker in crew._workers):
            crew.hear(wait=True)
        return enter(crew)

    def give_and_note(crew: Crew, piece: Piece, offset: int) -> Any:
        given.append(piece)
        return give(crew, piece, offset)

    monkeypatch.setattr(Crew, "__enter__", enter_and_wait)
    monkeypatch.setattr(Crew, "give", give_and_note)
    return given


def features(path: Path, threads: int, **options: Any) -> Any:
    with opened(path, **options) as (source, chain):
        batches = list(features_of(source, chain, threads))
    return np.concatenate(batches)


@pytest.mark.parametrize(
    "options",
    [{"mel": 20, "log": "db", "top_db": 30, "deltas": 1, "channel": "all"}, {"duration": 60}],
    ids=str,
)
def test_several_processes_give_the_same_bytes(
    options: dict[str, Any], signals: Any, tmp_path: Path, awaited: list[Piece]
) -> None:
    path = written(signals, tmp_path / "a.wav")
    with opened(path, **options) as (source, chain):
        whole = features_of_source(source, chain, 1, Silence())
    assert features(path, 3, **options).tobytes() == whole.tobytes()
    assert awaited


@pytest.mark.parametrize("ending", [".npy", ".npz", ".raw", ".csv", ".safetensors"])
def test_several_processes_write_the_same_file(
    ending: str, signals: Any, tmp_path: Path, awaited: list[Piece]
) -> None:
    path = written(signals, tmp_path / "a.wav")
    settings = Extractor(n_fft=256, mel=20, dtype="float16")
    found = [tmp_path / f"{threads}{ending}" for threads in (1, 2)]
    reports = [
        write_features(str(path), str(file), settings, threads=threads)
        for threads, file in enumerate(found, 1)
    ]
    assert reports[0] == reports[1]
    assert found[0].read_bytes() == found[1].read_bytes()
    assert awaited


class Worries(Silence):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def complain(self, text: str) -> None:
        self.told.append(text)


def test_a_sound_that_ends_early_is_read_to_its_end_and_told_of(
    signals: Any, tmp_path: Path
) -> None:
    path = tmp_path / "a.wav"
    content = wav_bytes(pcm(signals[:, 0]), rate_hz=RATE_HZ)
    path.write_bytes(content[: len(content) // 2])
    found = []
    for threads in (1, 2):
        with opened(path) as (source, chain):
            worries = Worries()
            batches = list(features_of(source, chain, threads, worries))
        found.append((np.concatenate(batches).tobytes(), worries.told))
    assert found[0] == found[1]
    assert "ends early" in found[1][1][0]


def test_the_first_sample_that_is_not_finite_is_named(
    signals: Any, tmp_path: Path, awaited: list[Piece]
) -> None:
    spoiled = signals.copy()
    spoiled[[310_000, 500_000]] = np.nan
    path = written(spoiled, tmp_path / "a.wav", subtype="FLOAT")
    with pytest.raises(InputError, match=r"the first at sample 310000 \(38.750 s"):
        features(path, 2)
    assert awaited


def test_processes_that_die_cost_nothing_but_time(
    signals: Any, tmp_path: Path, awaited: list[Piece], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(signals, tmp_path / "a.wav")
    give = Crew.give

    def give_and_kill(crew: Crew, piece: Piece, offset: int) -> Any:
        errand = give(crew, piece, offset)
        if len(awaited) == 3:
            for worker in crew._workers:
                os.kill(worker.process.pid, signal.SIGKILL)
        return errand

    monkeypatch.setattr(Crew, "give", give_and_kill)
    found = features(path, 3)
    assert len(awaited) >= 3
    assert np.array_equal(found, Extractor(n_fft=256).file(path))


def test_a_file_that_another_takes_the_place_of_is_read_on(
    signals: Any, tmp_path: Path, awaited: list[Piece]
) -> None:
    path = written(signals, tmp_path / "a.wav")
    expected = Extractor(n_fft=256).file(path)
    with opened(path) as (source, chain):
        batches = features_of(source, chain, 2)
        path.rename(tmp_path / "b.wav")
        written(0 * signals, path)
        found = np.concatenate(list(batches))
    assert np.array_equal(found, expected)
    assert awaited

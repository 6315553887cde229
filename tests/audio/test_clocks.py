"""When a sound was recorded, as names and notes say it."""

import os
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stftcli.audio.clocks import Clock, clocks_of
from stftcli.audio.source import Source
from tests.audio.wav import chunk, wav_bytes
from tests.recordings import audiomoth, bext, guano, record

NOON = datetime(2024, 1, 31, 5, 45)
EAST = timezone(timedelta(hours=1))


def said(path: Path) -> list[tuple[str, datetime]]:
    with Source(str(path)) as source:
        return [(clock.said_by, clock.at) for clock in source.clocks()]


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("20240131_054500.WAV", NOON),
        ("SITE_20240131_054500.wav", NOON),
        ("SM4A01_20240131_054500.wav", NOON),
        ("SM4A01_20240131$054500.wav", NOON),
        ("SM3_0+1_20240131_054500_000.wav", NOON),
        ("2024-01-31T05-45-00Z.wav", NOON.replace(tzinfo=UTC)),
        ("2024-01-31T05:45:00+01:00.wav", NOON.replace(tzinfo=EAST)),
        ("rec_2024-01-31_05-45-00.flac", NOON),
        ("2024-01-31 05.45.00.wav", NOON),
        ("20240131T054500.250Z.flac", NOON.replace(tzinfo=UTC, microsecond=250_000)),
        ("20240131054500.wav", NOON),
        ("5146.240131054500.wav", NOON),
        ("2003_SITE_20240131_054500.wav", NOON),
        ("5C2E3A40.WAV", datetime(2019, 1, 3, 16, 37, 20, tzinfo=UTC)),
    ],
)
def test_names(name: str, at: datetime) -> None:
    (clock,) = clocks_of(f"folder/{name}", {}, 8000)
    assert clock == Clock(at, "its name")
    assert clocks_of(f"s3://bucket/{name}", {}, 8000) == [clock]


@pytest.mark.parametrize(
    "name",
    [
        *("speech.wav", "20240131.wav", "12345678.wav", "00000000.WAV", "take_054500.wav"),
        *("20241331_054500.wav", "20240230_054500.wav", "20240131_246000.wav", ""),
        *("120240131_0545001.wav", "20240131_054500.wav.d/x.wav", "5c2e3a40.wav"),
    ],
)
def test_names_without_a_clock(name: str) -> None:
    assert clocks_of(name, {}, 8000) == []


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("2024-01-31T05:45:00", NOON),
        ("2024-01-31 05:45:00", NOON),
        ("2024-01-31T05:45:00Z", NOON.replace(tzinfo=UTC)),
        ("2024-01-31T05:45:00+01:00", NOON.replace(tzinfo=EAST)),
        ("2024-01-31T05:45:00+0100\r", NOON.replace(tzinfo=EAST)),
        ("2024-01-31T05:45:00.250000", NOON.replace(microsecond=250_000)),
    ],
)
@pytest.mark.parametrize("behind", [False, True])
def test_guano(tmp_path: Path, timestamp: str, at: datetime, behind: bool) -> None:
    note = guano(timestamp)
    record(tmp_path / "in.wav", before=b"" if behind else note, after=note if behind else b"")
    assert said(tmp_path / "in.wav") == [("its GUANO note", at)]


@pytest.mark.parametrize(
    ("recorded", "at"),
    [
        ("05:45:00 31/01/2024 (UTC)", NOON.replace(tzinfo=UTC)),
        ("05:45:00 31/01/2024 (UTC+1)", NOON.replace(tzinfo=EAST)),
        ("05:45:00 31/01/2024 (UTC-3:30)", NOON.replace(tzinfo=timezone(-timedelta(hours=3.5)))),
        ("05:45:00.250 31/01/2024 (UTC)", NOON.replace(tzinfo=UTC, microsecond=250_000)),
    ],
)
def test_audiomoth(tmp_path: Path, recorded: str, at: datetime) -> None:
    record(tmp_path / "in.wav", before=audiomoth(recorded))
    assert said(tmp_path / "in.wav") == [("its AudioMoth comment", at)]


@pytest.mark.parametrize("date", ["2024-01-31", "2024:01:31", "2024_01_31"])
def test_bext(tmp_path: Path, date: str) -> None:
    record(tmp_path / "in.wav", before=bext(date, "05:45:00"))
    assert said(tmp_path / "in.wav") == [("its bext chunk", NOON)]


def test_the_samples_since_midnight_say_the_fraction(tmp_path: Path) -> None:
    since_midnight = (5 * 3600 + 45 * 60) * 8000 + 2000
    record(tmp_path / "in.wav", before=bext("2024-01-31", "05:45:00", since_midnight))
    assert said(tmp_path / "in.wav") == [("its bext chunk", NOON.replace(microsecond=250_000))]


def test_samples_since_midnight_that_contradict_are_a_clock_of_their_own(tmp_path: Path) -> None:
    record(tmp_path / "in.wav", before=bext("2024-01-31", "05:45:00", 3600 * 8000))
    assert said(tmp_path / "in.wav") == [
        ("its bext chunk", NOON),
        ("its TimeReference", NOON.replace(hour=1, minute=0)),
    ]


def test_notes_are_trusted_before_the_name(tmp_path: Path) -> None:
    path = tmp_path / "20240131_054500.wav"
    notes = audiomoth("05:45:00 31/01/2024 (UTC)") + bext("2024-01-31", "05:45:00")
    record(path, before=notes, after=guano("2024-01-31T05:45:00Z"))
    assert [name for name, _ in said(path)] == [
        *("its GUANO note", "its AudioMoth comment", "its bext chunk", "its name"),
    ]


def test_a_pipe_tells_what_stands_before_its_samples(tmp_path: Path) -> None:
    path = tmp_path / "20240131_054500.wav"
    record(path, before=audiomoth("05:45:00 31/01/2024 (UTC)"))
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_bytes(path.read_bytes()))
    writer.start()
    assert said(fifo) == [("its AudioMoth comment", NOON.replace(tzinfo=UTC))]
    writer.join()


@pytest.mark.parametrize("data", [b"\0" * 7, b"\0" * 8])
@pytest.mark.parametrize("claimed", [None, 0, 1 << 31])
def test_notes_behind_data_of_any_size(tmp_path: Path, data: bytes, claimed: int | None) -> None:
    path = tmp_path / "in.wav"
    padding = b"\0" * (len(data) % 2)
    after = padding + guano("2024-01-31T05:45:00")
    path.write_bytes(wav_bytes(data, bits=8, claimed_bytes=claimed, after=after))
    wanted = [("its GUANO note", NOON)] if claimed is None else []
    assert said(path) == wanted


@pytest.mark.parametrize(
    "content", [b"", b"Timestamp: yesterday\n", b"\xff\xfe\0", b"Timestamp: 9999-12-31T23:59:59"]
)
@pytest.mark.parametrize("name", [b"guan", b"bext", b"LIST"])
def test_notes_that_are_broken_are_none(tmp_path: Path, name: bytes, content: bytes) -> None:
    record(tmp_path / "in.wav", before=chunk(name, content))
    assert said(tmp_path / "in.wav") == []


@given(st.dictionaries(st.sampled_from([b"guan", b"ICMT", b"bext"]), st.binary(max_size=400)))
def test_any_bytes_are_taken(notes: dict[bytes, bytes]) -> None:
    assert all(isinstance(clock, Clock) for clock in clocks_of("x", notes, 8000))


@given(st.text())
def test_any_name_is_taken(name: str) -> None:
    assert len(clocks_of(name, {}, 8000)) <= 1


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (NOON, NOON, True),
        (NOON, NOON + timedelta(seconds=1.9), True),
        (NOON, NOON + timedelta(seconds=2), False),
        (NOON.replace(tzinfo=EAST), NOON, True),
        (NOON.replace(tzinfo=EAST), NOON - timedelta(hours=1), True),
        (NOON.replace(tzinfo=EAST), NOON + timedelta(hours=1), False),
        (NOON.replace(tzinfo=EAST), (NOON - timedelta(hours=1)).replace(tzinfo=UTC), True),
        (NOON.replace(tzinfo=EAST), NOON.replace(tzinfo=UTC), False),
    ],
)
def test_which_clocks_agree(one: datetime, other: datetime, agree: bool) -> None:
    first, second = Clock(one, "a"), Clock(other, "b")
    assert first.agrees_with(second) is agree
    assert second.agrees_with(first) is agree

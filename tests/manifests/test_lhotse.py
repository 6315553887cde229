"""Lhotse's recordings and cuts: those that are a stretch of a file, and those that are not."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stftcli.manifests.entry import Entry
from stftcli.manifests.read import read_manifest
from tests.manifests.reading import read, read_text, refusal_of

RATE_HZ = 8000


def recording(*sources: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = list(sources) or [source("a.wav", 0)]
    return {"id": "r", "sources": given, "sampling_rate": 8000, "num_samples": 8000, **more}


def source(path: str, *channels: int, kind: str = "file") -> dict[str, Any]:
    return {"type": kind, "channels": list(channels), "source": path}


def cut(channel: Any = 0, *sources: dict[str, Any], **more: Any) -> dict[str, Any]:
    kind = "MultiCut" if isinstance(channel, list) else "MonoCut"
    values = {"id": "c", "start": 0.5, "duration": 0.25, "channel": channel, "type": kind}
    return {**values, "recording": recording(*sources), **more}


def entry_of(folder: Path, values: dict[str, Any]) -> Entry:
    (entry,) = read_text(folder, json.dumps(values))
    return entry


def test_recordings_are_whole_files_from_the_current_folder(tmp_path: Path) -> None:
    values = recording(source("x/./a.wav", 0, 1), duration=1.0, channel_ids=[0, 1], note="loud")
    expected = Entry("x/./a.wav", "x/a.wav", "r", extra={"note": "loud"})
    assert entry_of(tmp_path, values) == expected


@pytest.mark.parametrize("url", ["https://a.b/c.wav", "s3://bucket/c.wav"])
def test_urls_stay_as_they_are(tmp_path: Path, url: str) -> None:
    entry = entry_of(tmp_path, recording(source(url, 0, kind="url")))
    assert (entry.audio, entry.listed) == (url, url)


def test_cuts_are_stretches_with_what_is_said_in_them(tmp_path: Path) -> None:
    said = [{"id": "s", "recording_id": "r", "start": 0, "duration": 0.2, "text": "yes"}]
    entry = entry_of(tmp_path, cut(supervisions=said, custom={"split": 1}, features={"x": 1}))
    extra = {"supervisions": said, "custom": {"split": 1}}
    assert entry == Entry("a.wav", "a.wav", "c", 0.5, 0.25, 1, extra)


def test_of_what_is_said_no_more_is_kept_than_is_small(tmp_path: Path) -> None:
    assert entry_of(tmp_path, cut(supervisions=[{"text": "x" * 20_000}])).extra == {}


@pytest.mark.parametrize(
    ("channel", "sources", "expected"),
    [
        (1, [source("a.wav", 0, 1)], ("a.wav", 2)),
        (7, [source("a.wav", 3, 7)], ("a.wav", 2)),
        (1, [source("a.wav", 0), source("b.wav", 1)], ("b.wav", 1)),
        ([0, 1], [source("a.wav", 0, 1)], ("a.wav", "all")),
        ([1], [source("a.wav", 0, 1)], ("a.wav", 2)),
        ([2, 3], [source("a.wav", 0, 1), source("b.wav", 2, 3)], ("b.wav", "all")),
    ],
)
def test_channels_count_from_one_in_their_file(
    tmp_path: Path, channel: Any, sources: list[dict[str, Any]], expected: tuple[str, Any]
) -> None:
    entry = entry_of(tmp_path, cut(channel, *sources))
    assert (entry.audio, entry.channel) == expected


STEREO = source("a.wav", 0, 1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (recording(source("cat a |", 0, kind="command")), "of the type command, which is not run"),
        (recording(source("UklG", 0, kind="memory")), "of the type memory"),
        (recording(source("", 0, kind="shar")), "of the type shar"),
        (recording(source("a.wav", 0, kind="url")), "it must be a file or a URL"),
        (recording(source("a.wav", 0), source("b.wav", 1)), "its channels are in 2 files"),
        (recording(transforms=[{"name": "Speed"}, {"name": "Volume"}]), "changed by Speed, Volume"),
        (recording(transforms="x"), "its recording is changed by 'x'"),
        ({"id": "r", "sources": []}, "its recording has no sources"),
        ({"id": "r", "sources": {"a": 1}}, "its recording has no sources"),
        ({"id": "r", "sources": [3]}, "its source is 3"),
        ({"id": "r", "sources": [source("a.wav")]}, "its channels are []"),
        (recording(source("a\0", 0)), "a path has no NUL"),
        (recording(id=[1]), "its id is [1]"),
        ({"type": "MixedCut", "id": "m", "tracks": []}, "it is a MixedCut, which is several"),
        ({"type": "PaddingCut", "id": "p", "duration": 1}, "it is a PaddingCut, which is silence"),
        ({"type": ["MonoCut"], "id": "p"}, "its type is ['MonoCut']"),
        ({"id": "p"}, "it is neither a recording nor a cut: its type is None"),
        (cut(recording=None), "it is a cut without a recording, of features alone"),
        (cut(recording=recording(transforms=[{"name": "Resample"}])), "changed by Resample"),
        (cut([0, 1], source("a.wav", 0, 1, 2)), "its channels are [0, 1] of [0, 1, 2]"),
        (cut([0, 1], source("a.wav", 0), source("b.wav", 1)), "[0, 1] are in several files"),
        (cut(2, STEREO), "its channels [2] are in no file of its recording"),
        (cut(None), "its channels are [None]"),
        (cut([]), "its channels are []"),
        (cut(-1), "its channels are [-1]"),
        (cut(start=-1), "its start is -1"),
        (cut(duration=0), "its duration is 0"),
        (cut(duration="x"), "its duration is 'x'"),
    ],
)
def test_what_is_no_stretch_of_a_file_is_told_with_its_line(
    tmp_path: Path, values: dict[str, Any], said: str
) -> None:
    told = refusal_of(tmp_path, f"{json.dumps(cut())}\n\n{json.dumps(values)}\n")
    assert told.startswith("line 3: ")
    assert said in told


@pytest.mark.parametrize("kind", ["MixedCut", "PaddingCut"])
def test_a_list_may_begin_with_what_is_refused(tmp_path: Path, kind: str) -> None:
    assert f"line 1: it is a {kind}" in refusal_of(tmp_path, f'{{"type": "{kind}"}}')


def test_other_lists_may_use_its_words(tmp_path: Path) -> None:
    entry = entry_of(tmp_path, {"audio": "/a.wav", "type": "MonoCut", "sources": 2})
    assert entry.extra == {"type": "MonoCut", "sources": 2}


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz"])
def test_what_lhotse_writes_is_the_sound_that_lhotse_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    lhotse = pytest.importorskip("lhotse")
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (RATE_HZ, 2))
    for name, samples in [("one.wav", noise[:, 0]), ("two.wav", noise)]:
        soundfile.write(name, samples, RATE_HZ)
    recordings = lhotse.RecordingSet.from_recordings(
        lhotse.Recording.from_file(name) for name in ("one.wav", "two.wav")
    )
    recordings.to_file(f"recordings.{ending}")
    one, two = lhotse.CutSet.from_manifests(recordings=recordings)
    single = lhotse.MonoCut("single", 0.125, 0.5, 1, recording=two.recording)
    cuts = [one.truncate(offset=0.25, duration=0.5), two, single]
    lhotse.CutSet.from_cuts(cuts).to_file(f"cuts.{ending}")

    whole = read(f"recordings.{ending}")
    assert [(entry.audio, entry.id) for entry in whole] == [("one.wav", "one"), ("two.wav", "two")]
    for entry, wanted in zip(read_manifest(f"cuts.{ending}"), cuts, strict=True):
        assert entry.id == wanted.id
        np.testing.assert_array_equal(samples_of(entry), wanted.load_audio())


def samples_of(entry: Entry) -> Any:
    assert entry.duration_s is not None
    first, count = round(entry.start_s * RATE_HZ), round(entry.duration_s * RATE_HZ)
    samples, _ = soundfile.read(entry.audio, count, first, dtype="float32", always_2d=True)
    if entry.channel == "all":
        return samples.T
    assert isinstance(entry.channel, int)
    return samples.T[entry.channel - 1 : entry.channel]

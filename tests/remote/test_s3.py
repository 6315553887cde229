"""Sounds, corpora and results in a server on loopback that speaks S3."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli.files import remote
from stftcli.jobs.corpus import remote_results
from tests.audio.wav import wav_bytes
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import STFTCLI, Shell
from tests.remote.conftest import SOUNDS

s3fs = pytest.importorskip("s3fs")
pytest.importorskip("moto.server")
boto3 = pytest.importorskip("boto3")

THREADS = ("--executor", "threads", "--jobs", "2")
KEY = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
MEASURED = """
import sys
from pathlib import Path
from stftcli.__main__ import main
try:
    main()
finally:
    status = Path("/proc/self/status").read_text()
    print(status.partition("VmHWM:")[2].split()[0], file=sys.stderr)
"""


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def s3(endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """What the tests themselves speak to the server with."""
    places = {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
    nothing = dict.fromkeys(
        ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), str(tmp_path / "no")
    )
    for name, text in {**KEY, **places, **nothing, "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, text)
    # Those of another test may have other credentials.
    s3fs.S3FileSystem.clear_instance_cache()
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")


@pytest.fixture
def bucket(s3: Any, sounds: Path) -> str:
    """A bucket of the test's own, which holds the sounds."""
    name = f"bucket-{os.urandom(8).hex()}"
    s3.create_bucket(Bucket=name)
    for sound in SOUNDS:
        s3.upload_file(str(sounds / sound), name, f"clips/{sound}")
    return name


def keys(s3: Any, bucket: str, prefix: str = "out/") -> list[str]:
    told = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [item["Key"].removeprefix(prefix) for item in told.get("Contents", [])]


def content(s3: Any, bucket: str, key: str) -> bytes:
    return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def manifest(s3: Any, bucket: str) -> dict[str, dict[str, Any]]:
    lines = content(s3, bucket, "out/manifest.jsonl").splitlines()
    return {told["id"]: told for told in map(json.loads, lines)}


def features(shell: Shell, bucket: str, *words: str) -> str:
    url = f"s3://{bucket}"
    called = ("features", f"{url}/clips/", "--out-dir", f"{url}/out", *THREADS, *words)
    return ok_inside(shell, *called).err


def test_one_sound_from_s3_to_s3(s3: Any, shell: Shell, bucket: str, sounds: Path) -> None:
    ok_inside(shell, "features", f"s3://{bucket}/clips/a.wav", "--out", f"s3://{bucket}/out/a.npy")
    ok_inside(shell, "features", sounds / "a.wav", "--out", "a.npy")
    assert content(s3, bucket, "out/a.npy") == (shell.folder / "a.npy").read_bytes()


def test_a_corpus_from_s3_to_s3(s3: Any, shell: Shell, bucket: str, sounds: Path) -> None:
    features(shell, bucket)
    ok_inside(shell, "features", sounds, "--out-dir", "out", *THREADS)
    arrays = [f"{Path(name).with_suffix('')}.npy" for name in SOUNDS]
    assert sorted(keys(s3, bucket)) == sorted([*arrays, "corpus.json", "manifest.jsonl"])
    for name in arrays:
        assert content(s3, bucket, f"out/{name}") == (shell.folder / "out" / name).read_bytes()
    told = manifest(s3, bucket)
    assert list(told) == ["a", "b", "d", "deep/c"]
    assert told["a"]["input"] == f"s3://{bucket}/clips/a.wav"
    assert told["a"]["input_bytes"] == (sounds / "a.wav").stat().st_size


def test_processes_and_local_folders_mix_with_s3(s3: Any, shell: Shell, bucket: str) -> None:
    words = ("features", f"s3://{bucket}/clips/", "--out-dir", "here", "--jobs", "1")
    # The processes of a run have the environment that it was begun with.
    environment = {name: text for name, text in os.environ.items() if name.startswith("AWS_")}
    shell.ok(*words, **environment)
    assert {"a.npy", "manifest.jsonl"} <= set(shell.names("here"))
    assert " 4 were there" in shell.ok(*words, **environment).err
    assert keys(s3, bucket) == []


def test_what_is_there_and_true_is_kept(s3: Any, shell: Shell, bucket: str, sounds: Path) -> None:
    assert ": 4 done" in features(shell, bucket)
    assert ": 0 done, 4 were there" in features(shell, bucket)
    s3.upload_file(str(sounds / "b.flac"), bucket, "clips/a.wav")
    s3.delete_object(Bucket=bucket, Key="out/d.npy")
    assert ": 2 done, 2 were there" in features(shell, bucket)
    assert content(s3, bucket, "out/a.npy") == content(s3, bucket, "out/b.npy")
    assert ": 4 done" in features(shell, bucket, "--checksum")
    assert ": 0 done, 4 were there" in features(shell, bucket, "--checksum")


def test_a_run_goes_on_from_the_manifest_that_was_sent(s3: Any, shell: Shell, bucket: str) -> None:
    features(shell, bucket)
    whole = content(s3, bucket, "out/manifest.jsonl")
    first = whole.splitlines(keepends=True)[0]
    s3.put_object(Bucket=bucket, Key="out/manifest.jsonl", Body=first + b'{"id": "b", "inp')
    assert ": 3 done, 1 were there" in features(shell, bucket)
    assert list(manifest(s3, bucket)) == ["a", "b", "d", "deep/c"]


def test_the_manifest_is_sent_on_the_way(
    s3: Any, shell: Shell, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_results, "_MIN_WAIT_S", 0)
    monkeypatch.setattr(remote_results, "_WAIT_FOR_SENDING", 0)
    sent = []
    real = remote.upload

    def upload(file: Any, url: str) -> None:
        real(file, url)
        sent.append(len(manifest(s3, bucket)))

    monkeypatch.setattr(remote_results, "upload", upload)
    features(shell, bucket)
    assert sent[:4] == [1, 2, 3, 4]


def test_two_runs_at_once_are_told(
    s3: Any, shell: Shell, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_results, "_MIN_WAIT_S", 0)
    real = remote.upload

    def upload(file: Any, url: str) -> None:
        real(file, url)
        s3.put_object(Bucket=bucket, Key="out/manifest.jsonl", Body=b"another's\n")

    monkeypatch.setattr(remote_results, "upload", upload)
    monkeypatch.setattr(remote_results, "_WAIT_FOR_SENDING", 0)
    monkeypatch.setattr(remote_results, "stat_remote", _only_before(remote.stat_remote))
    url = f"s3://{bucket}"
    done = run_inside(shell, "features", f"{url}/clips/", "--out-dir", f"{url}/out", *THREADS)
    assert done.code == 2
    assert f"another run is writing {url}/out/manifest.jsonl: wait for it" in done.err
    assert content(s3, bucket, "out/manifest.jsonl") == b"another's\n"


def _only_before(real: Any) -> Any:
    """Tell of the version that this run has sent itself, as if the other had come after that."""
    calls = []

    def stat_remote(url: str) -> Any:
        calls.append(url)
        return remote.RemoteStat(1, "its own") if len(calls) == 3 else real(url)

    return stat_remote


def test_other_settings_are_not_mixed(shell: Shell, bucket: str) -> None:
    features(shell, bucket)
    url = f"s3://{bucket}"
    words = ("features", f"{url}/clips/", "--out-dir", f"{url}/out", *THREADS, "--mel", "40")
    done = run_inside(shell, *words)
    assert done.code == 2
    assert "holds results of other settings" in done.err
    assert ": 4 done" in ok_inside(shell, *words, "--overwrite").err


def test_parts_are_merged_and_verified(s3: Any, shell: Shell, bucket: str) -> None:
    for part in ("1/2", "2/2"):
        features(shell, bucket, "--shard", part)
    url = f"s3://{bucket}/out"
    ok_inside(shell, "corpus", "merge", url)
    assert set(manifest(s3, bucket)) == {"a", "b", "d", "deep/c"}
    assert "4 results are whole, 0 are not" in ok_inside(shell, "corpus", "verify", url).err
    assert "4 inputs" in ok_inside(shell, "corpus", "stats", url).err
    s3.put_object(Bucket=bucket, Key="out/a.npy", Body=b"short")
    done = run_inside(shell, "corpus", "verify", url)
    assert done.code != 0
    assert f"{url}/a.npy has 5 bytes" in done.err + done.out.decode()


def test_shards_have_their_indexes(s3: Any, shell: Shell, bucket: str) -> None:
    features(shell, bucket, "--format", "ark", "--shard-size", "3")
    assert {"shard-000000.ark", "shard-000000.scp", "shard-000001.ark", "feats.scp"} <= set(
        keys(s3, bucket)
    )
    lines = content(s3, bucket, "out/feats.scp").decode().splitlines()
    assert [line.split()[0] for line in lines] == ["a", "b", "d", "deep/c"]
    assert lines[0].split()[1].startswith(f"s3://{bucket}/out/shard-000000.ark:")
    features(shell, bucket, "--format", "ark", "--shard-size", "4", "--overwrite")
    assert "shard-000001.ark" not in keys(s3, bucket)
    assert "shard-000001.scp" not in keys(s3, bucket)


def test_a_large_result_is_sent_in_parts(s3: Any, bucket: str, tmp_path: Path) -> None:
    large = np.random.default_rng(0).bytes(20_000_001)
    (tmp_path / "large").write_bytes(large)
    with (tmp_path / "large").open("rb") as file:
        remote.upload(file, f"s3://{bucket}/out/large")
    assert content(s3, bucket, "out/large") == large
    assert s3.head_object(Bucket=bucket, Key="out/large")["ETag"].endswith('-3"')


def test_parts_that_fail_leave_nothing(
    s3: Any, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = s3fs.core.S3File._call_s3
    parts = []

    def call(self: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        parts.append(method)
        if parts.count("upload_part") == 2:
            raise PermissionError("the token has expired")
        return real(self, method, *args, **kwargs)

    monkeypatch.setattr(s3fs.core.S3File, "_call_s3", call)
    (tmp_path / "large").write_bytes(bytes(20_000_000))
    with (
        (tmp_path / "large").open("rb") as file,
        pytest.raises(remote.RemoteError, match="the token has expired"),
    ):
        remote.upload(file, f"s3://{bucket}/out/large")
    assert parts[-1] == "upload_part"
    assert keys(s3, bucket) == []
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("s3://BUCKET/none.wav",), "s3://BUCKET/none.wav cannot be read: there is no such object"),
        (("s3://none-such/a.wav",), "The specified bucket does not exist"),
        (("s3://none-such/", "--out-dir", "out"), "The specified bucket does not exist"),
        (("s3://BUCKET/clips/a.wav", "--out", "s3://none-such/a.npy"), "s3://none-such/a.npy cann"),
        (("s3://BUCKET/clips/", "--out-dir", "s3://none-such/out"), "bucket does not exist"),
        (("--manifest", "s3://BUCKET/none.jsonl", "--out-dir", "out"), "there is no such object"),
        (("s3://BUCKET/none/", "--out-dir", "out"), "there is no such object"),
    ],
)
def test_what_is_missing_is_told_in_a_line(
    shell: Shell, bucket: str, words: tuple[str, ...], text: str
) -> None:
    done = run_inside(shell, "features", *(word.replace("BUCKET", bucket) for word in words))
    assert done.code == 1
    assert text.replace("BUCKET", bucket) in done.err
    assert done.err.count("\n") == 1


def test_credentials_that_are_missing_are_told(
    shell: Shell, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEY:
        monkeypatch.delenv(name)
    s3fs.S3FileSystem.clear_instance_cache()
    done = run_inside(shell, "features", f"s3://{bucket}/clips/a.wav")
    text = f"stftcli: s3://{bucket}/clips/a.wav cannot be read: Unable to locate credentials\n"
    assert (done.code, done.err) == (1, text)


def test_a_sound_that_is_missing_is_one_of_the_failures(s3: Any, shell: Shell, bucket: str) -> None:
    (shell.folder / "list").write_text(f"s3://{bucket}/clips/a.wav\ns3://{bucket}/none.wav\n")
    url = f"s3://{bucket}/out"
    words = ("--root", f"s3://{bucket}", "--out-dir", url, *THREADS)
    assert run_inside(shell, "features", "--files-from", "list", *words).code == 3
    told = manifest(s3, bucket)
    assert told["none"]["error"].endswith("none.wav cannot be read: there is no such object")
    assert "shape" in told["clips/a"]


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_memory_does_not_grow_with_the_object(s3: Any, shell: Shell, bucket: str) -> None:
    peaks = []
    for size in (1_000_000, 100_000_000):
        s3.put_object(Bucket=bucket, Key="clips/long.wav", Body=wav_bytes(bytes(size)))
        url = f"s3://{bucket}/clips/long.wav"
        words = ("features", url, "--mel", "20", "--threads", "1", "--out", "out.npy", "--quiet")
        done = subprocess.run(
            [*STFTCLI[:1], "-c", MEASURED, *words],
            cwd=shell.folder,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        peaks.append(int(done.stderr) * 1024)
    assert peaks[1] - peaks[0] < 40_000_000

"""The examples run as they stand, where what they need is installed."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.cli.shell import Shell
from tests.cluster.corpora import read_files, read_manifest, write_sounds
from tests.oracles.conftest import oracle
from tests.signals import assert_close

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"

SCRIPTS = {
    "datasets_map": ("datasets", "datasets: (301, 80) (201, 80)"),
    "ray_data": ("ray", "ray.data: (201, 80) (301, 80)"),
    "beam_pardo": ("apache_beam", "beam: sample_audio/speech.wav (301, 80)"),
}
PARTS = 3


def environment(home: Path, **more: str) -> dict[str, str]:
    """Give an environment in which nothing is written but below this folder."""
    path = os.pathsep.join([str(home / "bin"), os.environ["PATH"]])
    modules = os.pathsep.join([str(ROOT), str(EXAMPLES)])
    kept = {name: text for name, text in os.environ.items() if not name.startswith("STFTCLI_")}
    caches = {"HOME": str(home), "HF_HOME": str(home)}
    return {**kept, **caches, "PATH": path, "PYTHONPATH": modules, **more}


# Ray takes ten seconds to begin on a machine that does nothing else.
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_say_what_came_of_it(tmp_path: Path, name: str) -> None:
    package, wanted = SCRIPTS[name]
    if package == "datasets":
        oracle(package)
    elif find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    shutil.copytree(ROOT / "sample_audio", tmp_path / "sample_audio")
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert wanted in done.stdout


@pytest.mark.timeout(300)
def test_ray_gives_the_bytes_of_local_workers(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    shell = Shell(tmp_path)
    write_sounds(tmp_path / "clips", 10)
    (tmp_path / "clips" / "bad.wav").write_bytes(b"RIFF")
    call = ("features", "clips", "--mel", "8", "--out-dir")
    shell.run(*call, "local", "--jobs", "2")
    remote = ("remote", "--executor", "ray_executor:make")
    here = environment(tmp_path)
    done = shell.run(*call, *remote, PYTHONPATH=here["PYTHONPATH"], HOME=here["HOME"])
    assert done.code == 3, done.err
    assert read_files(tmp_path / "remote") == read_files(tmp_path / "local")
    assert read_manifest(tmp_path / "remote") == read_manifest(tmp_path / "local")


@pytest.mark.long
def test_what_a_front_end_has_learned_is_what_the_command_gives(tmp_path: Path) -> None:
    for package in ("torch", "soxr"):
        oracle(package)
    shutil.copytree(ROOT / "sample_audio", tmp_path / "sample_audio")
    done = subprocess.run(
        [sys.executable, EXAMPLES / "train_frontend.py"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    before, after = map(int, re.findall(r"(\d+)%", done.stdout))
    assert before < 50
    assert after > 75
    shell = Shell(tmp_path)
    got = shell.features("sample_audio/birds.wav", "--config", "frontend.toml")
    assert_close(got, np.load(tmp_path / "birds.npy"), 2e-6)
    assert (got.argmax(axis=1) == 2).mean() > 0.8


def put_program(folder: Path) -> None:
    """Put a program of that name where it is found first, which runs the one that is tested."""
    folder.mkdir()
    program = folder / "stftcli"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m stftcli "$@"\n')
    program.chmod(0o755)


def check_parts(tmp_path: Path, command: list[str], names: dict[str, str]) -> None:
    """Run a command once for each part, and see that all together are the whole."""
    write_sounds(tmp_path / "clips", 12)
    put_program(tmp_path / "bin")
    Shell(tmp_path).ok("features", "clips", "--mel", "80", "--log", "db", "--out-dir", "whole")
    for number in range(PARTS):
        here = environment(tmp_path, **{names["number"]: str(number), names["parts"]: str(PARTS)})
        done = subprocess.run(
            command, cwd=tmp_path, env=here, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    Shell(tmp_path).ok("corpus", "merge", "feats")
    for number in range(PARTS):
        (tmp_path / "feats" / f"manifest-{number + 1}-of-{PARTS}.jsonl").unlink()
    assert read_files(tmp_path / "feats") == read_files(tmp_path / "whole")
    assert read_manifest(tmp_path / "feats") == read_manifest(tmp_path / "whole")


def test_the_array_of_slurm_is_the_whole(tmp_path: Path) -> None:
    names = {"number": "SLURM_ARRAY_TASK_ID", "parts": "SLURM_ARRAY_TASK_COUNT"}
    check_parts(tmp_path, ["sh", str(EXAMPLES / "slurm-array.sh")], names)


def test_the_indexed_job_of_kubernetes_is_the_whole(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    text = (EXAMPLES / "kubernetes-indexed-job.yaml").read_text(encoding="utf-8")
    features, merge = yaml.safe_load_all(text)
    assert features["spec"]["completionMode"] == "Indexed"
    container = features["spec"]["template"]["spec"]["containers"][0]
    told = {one["name"]: one["value"] for one in container["env"]}
    assert told["PARTS"] == str(features["spec"]["completions"])
    assert merge["spec"]["suspend"]
    assert merge["spec"]["template"]["spec"]["containers"][0]["command"] == [
        *("stftcli", "corpus", "merge", "feats")
    ]
    names = {"number": "JOB_COMPLETION_INDEX", "parts": "PARTS"}
    check_parts(tmp_path, [*container["command"], *container["args"]], names)


def test_all_examples_are_run() -> None:
    scripts = {path.stem for path in EXAMPLES.iterdir() if path.suffix in {".py", ".sh", ".yaml"}}
    others = {"ray_executor", "slurm-array", "kubernetes-indexed-job", "train_frontend"}
    assert scripts == {*SCRIPTS, *others}

"""Where the work is done: the same bytes everywhere, clear words where it cannot be."""

import time
from pathlib import Path

import pytest

import stftcli
from stftcli.jobs.corpus.executors import Workers
from tests.cli.corpus.clips import (
    SHORT,
    arrays,
    features,
    make_clip,
    make_clips,
    results,
    settled,
)
from tests.cli.inside import run_inside
from tests.cli.shell import Done, Shell
from tests.marks import only_long_but

ROOT = str(Path(__file__).parents[3])
DYING = "tests.cli.corpus.dying"


def by(shell: Shell, executor: str, *words: str, out: str = "out") -> Done:
    """Run with an executor, as a process of its own."""
    words = (*words, "--executor", executor, "-j", "2", "--out-dir", out, *SHORT)
    return shell.run("features", "clips", *words, PYTHONPATH=ROOT)


def test_all_executors_give_the_same_bytes(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 40)
    for number in range(0, 40, 10):
        make_clip(shell.folder / "clips" / f"long{number}.wav", number, 50_000)
    names = ["processes", "threads", f"{DYING}:threads", f"{DYING}:pool"]
    for number, name in enumerate(names):
        done = by(shell, name, out=f"out{number}")
        assert done.code == 0, done.err
    wanted = arrays(shell.folder / "out0"), settled(results(shell, "out0"))
    assert len(wanted[0]) == 44
    for number in range(1, len(names)):
        out = f"out{number}"
        assert (arrays(shell.folder / out), settled(results(shell, out))) == wanted


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("nonsense", 2, ["--executor", "nonsense", "processes", "threads"]),
        ("", 2, ["--executor"]),
        ("no.such.module:make", 2, ["no.such.module"]),
        (":make", 2, ["--executor"]),
        (".relative:make", 2, ["--executor"]),
        (f"{DYING}:no_such", 2, ["no_such"]),
        (f"{DYING}:ROOT", 2, ["ROOT"]),
        (f"{DYING}:raising", 1, ["the cluster is on holiday"]),
        (f"{DYING}:nothing", 2, ["Executor"]),
        (f"{DYING}:stillborn", 1, ["worker"]),
    ],
)
def test_what_cannot_be_an_executor_is_named(
    shell: Shell, name: str, code: int, words: list[str]
) -> None:
    make_clips(shell.folder / "clips", 2)
    words_of_it = ("--executor", name, "-j", "2", "--out-dir", "out", *SHORT)
    done = run_inside(shell, "features", "clips", *words_of_it)
    assert done.code == code, done.err
    assert len(done.err.splitlines()) == 1
    assert all(word in done.err for word in words), done.err
    assert "fault of stftcli" not in done.err


def test_a_module_that_cannot_be_imported_is_named(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 2)
    (shell.folder / "broken.py").write_text("def make(:\n")
    done = by(shell, "broken:make")
    assert done.code == 1
    assert "broken" in done.err and "SyntaxError" in done.err
    assert len(done.err.splitlines()) == 1


def test_an_executor_that_never_answers_is_not_waited_for(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clips(shell.folder / "clips", 2)
    monkeypatch.setattr(Workers, "answer_s", 0.2)
    words = ("--out-dir", "out", "--executor", f"{DYING}:silent")
    begun = time.monotonic()
    done = run_inside(shell, "features", "clips", *words)
    assert time.monotonic() - begun < 20
    assert done.code == 1
    assert "has not answered" in done.err and f"{DYING}:silent" in done.err


def test_workers_of_another_version_are_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clips(shell.folder / "clips", 2)
    monkeypatch.setattr(stftcli, "__version__", "0.0.1")
    words = ("--out-dir", "out", "--executor", f"{DYING}:pool")
    done = run_inside(shell, "features", "clips", *words)
    assert done.code == 1
    assert "0.0.1" in done.err and "install the same" in done.err


@pytest.mark.parametrize("executor", only_long_but(["processes"], ["processes", f"{DYING}:dying"]))
def test_a_sound_that_its_workers_do_not_survive_fails_alone(shell: Shell, executor: str) -> None:
    make_clips(shell.folder / "clips", 60)
    # A hook in each process that Python starts here: the sound of that name is its end.
    (shell.folder / "sitecustomize.py").write_text(
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        f"from {DYING} import watch\n"
        "watch()\n"
    )
    for name in ("kills.wav", "aborts.wav", "kills2.wav"):
        make_clip(shell.folder / "clips" / name)
    place = f"{shell.folder}:{ROOT}"
    words = ("--executor", executor, "-j", "2", "--out-dir", "out", *SHORT)
    done = shell.run("features", "clips", *words, PYTHONPATH=place)
    assert done.code == 3, done.err
    failed = {result["id"]: result["error"] for result in results(shell) if "error" in result}
    assert set(failed) == {"kills", "kills2", "aborts"}
    assert all("its worker died of it" in text for text in failed.values())
    assert all(f"clips/{name}.wav" in done.err for name in failed)
    assert len(arrays(shell.folder / "out")) == 60
    assert "Traceback" not in done.err
    assert not list((shell.folder / "out").glob(".stftcli-*"))


def test_a_factory_is_called_anew_when_its_workers_died(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 10)
    make_clip(shell.folder / "clips" / "kills.wav")
    assert by(shell, f"{DYING}:dying").code == 3
    assert len(arrays(shell.folder / "out")) == 10


def test_the_work_is_shared_by_all_threads(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 200)
    assert features(shell, "clips").code == 0
    alone = run_inside(
        shell, "features", "clips", "--out-dir", "alone", "--executor", "threads", "-j", "1", *SHORT
    )
    assert alone.code == 0
    assert arrays(shell.folder / "out") == arrays(shell.folder / "alone")

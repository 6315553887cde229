"""Parts of a corpus, for the jobs of an array."""

import pytest

from tests.cli.corpus.clips import arrays, features, make_clip, make_clips, ok, results
from tests.cli.shell import Shell


def parts_of(shell: Shell, of: int) -> list[set[str]]:
    """Run all parts and name what each has done."""
    for number in range(1, of + 1):
        ok(shell, "clips", "--shard", f"{number}/{of}")
    names = [f"manifest-{number}-of-{of}.jsonl" for number in range(1, of + 1)]
    return [{result["id"] for result in results(shell, "out", name)} for name in names]


def test_parts_are_disjoint_and_together_all(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 60)
    parts = parts_of(shell, 3)
    assert sum(len(part) for part in parts) == len(set.union(*parts)) == 60
    assert all(10 <= len(part) <= 30 for part in parts)
    assert len(arrays(shell.folder / "out")) == 60


def test_a_sound_stays_in_its_part_when_others_are_added(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 30)
    before = parts_of(shell, 3)
    for number in range(20):
        make_clip(shell.folder / "clips" / f"added/{number}.wav", number)
    after = parts_of(shell, 3)
    assert all(one <= two for one, two in zip(before, after, strict=True))
    assert len(set.union(*after)) == 50


def test_parts_give_the_same_bytes_as_the_whole(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 10)
    parts_of(shell, 4)
    parted = arrays(shell.folder / "out")
    (shell.folder / "out").rename(shell.folder / "parts")
    ok(shell, "clips")
    assert arrays(shell.folder / "out") == parted


def test_more_parts_than_sounds(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 2)
    parts = parts_of(shell, 7)
    assert sorted(map(len, parts)) in ([0] * 5 + [1, 1], [0] * 6 + [2])


@pytest.mark.parametrize(
    "part", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2", "1/2/3", "1/", "", "1/²"]
)
def test_what_is_no_part_is_refused(shell: Shell, part: str) -> None:
    make_clips(shell.folder / "clips", 1)
    done = features(shell, "clips", "--shard", part)
    assert done.code == 2
    assert "--shard" in done.err
    assert len(done.err.splitlines()) == 1
    assert not (shell.folder / "out").exists()


def test_parts_have_one_set_of_settings(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 12)  # so that each part has some
    ok(shell, "clips", "--shard", "1/2")
    assert features(shell, "clips", "--shard", "2/2", "--mel", "8").code == 2

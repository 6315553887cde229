"""Sounds that hold NaN or infinite samples: refused, replaced by zeros, or let through."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stftcli import Extractor
from stftcli.errors import InputError
from stftcli.settings.choices import NONFINITE
from tests.cli.computing import features_inside
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.signals import assert_same_bits, blocks_of, noise

RATE_HZ = 8000
BAD = {500: np.nan, 501: np.inf, 3000: -np.inf}
OPTIONS: dict[str, Any] = {"n_fft": 64, "hop_length": 16, "mel": 8}
REPLACED = "holds NaN or infinite samples: 3 of them count as 0"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def broken(samples: NDArray[Any]) -> NDArray[Any]:
    changed = samples.copy()
    for at, value in BAD.items():
        changed[..., at] = value
    return changed


def zeroed(samples: NDArray[Any]) -> NDArray[Any]:
    changed = samples.copy()
    changed[..., list(BAD)] = 0
    return changed


def written(path: Path, samples: NDArray[Any]) -> Path:
    soundfile.write(path, samples.T, RATE_HZ, subtype="FLOAT")
    return path


class TestZero:
    def test_arrays_are_as_if_zeros_were_there(self) -> None:
        sound, extractor = noise(2, 4000), Extractor(nonfinite="zero", **OPTIONS)
        with pytest.warns(UserWarning, match="6 of them count as 0"):
            got = extractor(broken(sound), RATE_HZ)
        assert_same_bits(got, Extractor(**OPTIONS)(zeroed(sound), RATE_HZ))

    @pytest.mark.parametrize("block", [1, 17, 4000])
    def test_streams_too(self, block: int) -> None:
        sound, extractor = noise(4000), Extractor(nonfinite="zero", **OPTIONS)
        with pytest.warns(UserWarning, match="of them count as 0"):
            got = np.concatenate(list(extractor.stream(blocks_of(broken(sound), block), RATE_HZ)))
        assert_same_bits(got, Extractor(**OPTIONS)(zeroed(sound), RATE_HZ))

    @pytest.mark.parametrize("channel", ["mix", "all", 2])
    def test_files_are_mended_before_channels_are_mixed(self, tmp_path: Path, channel: Any) -> None:
        sound = noise(2, 4000)
        bad = np.stack((sound[0], broken(sound[1])))
        good = np.stack((sound[0], zeroed(sound[1])))
        extractor = Extractor(nonfinite="zero", channel=channel, **OPTIONS)
        with pytest.warns(UserWarning, match=REPLACED):
            got = extractor.file(written(tmp_path / "bad.wav", bad))
        wanted = Extractor(channel=channel, **OPTIONS)
        assert_same_bits(got, wanted.file(written(tmp_path / "good.wav", good)))

    def test_what_is_not_used_is_not_counted(self, tmp_path: Path) -> None:
        sound = noise(2, 4000)
        path = written(tmp_path / "bad.wav", np.stack((sound[0], broken(sound[1]))))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            Extractor(nonfinite="zero", channel=1, **OPTIONS).file(path)

    def test_a_warning_counts_them(self, shell: Shell) -> None:
        written(shell.folder / "x.wav", broken(noise(4000)))
        done = ok_inside(
            shell, "features", "x.wav", "--nonfinite", "zero", "--out", "x.npy", "--quiet"
        )
        assert done.err == f"stftcli: warning: x.wav {REPLACED}\n"

    def test_pictures_and_pipes(self, shell: Shell) -> None:
        path = written(shell.folder / "x.wav", broken(noise(4000)))
        done = shell.ok(
            "spectrogram", "--nonfinite", "zero", "--out", "x.png", stdin=path.read_bytes()
        )
        assert "stdin" in done.err.replace("standard input", "stdin")
        assert "3 of them count as 0" in done.err


class TestKeep:
    def test_only_frames_that_hold_one_are_touched(self) -> None:
        sound, extractor = noise(4000), Extractor(nonfinite="keep", **OPTIONS)
        got = extractor(broken(sound), RATE_HZ)
        wanted = Extractor(**OPTIONS)(zeroed(sound), RATE_HZ)
        firsts = np.arange(len(got)) * 16 - 32
        touched = np.any([(firsts <= at) & (at < firsts + 64) for at in BAD], axis=0)
        assert not np.isfinite(got[touched]).any()
        assert_same_bits(got[~touched], wanted[~touched])

    @pytest.mark.parametrize("more", [{}, {"deltas": 2, "normalize": "frame"}, {"pcen": True}])
    def test_files_and_threads(self, tmp_path: Path, more: dict[str, Any]) -> None:
        path = written(tmp_path / "x.wav", broken(noise(40_000)))
        extractor = Extractor(nonfinite="keep", **OPTIONS, **more)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            one, two = (extractor.file(path, threads=threads) for threads in (1, 2))
        assert np.isnan(one).any()
        assert_same_bits(one, two)

    @pytest.mark.parametrize("more", [{"normalize": "mean"}, {"stats": "mean"}])
    def test_statistics_of_the_whole_sound_refuse_them(self, more: dict[str, Any]) -> None:
        with pytest.raises(InputError, match="NaN or infinite"):
            Extractor(nonfinite="keep", **OPTIONS, **more)(broken(noise(4000)), RATE_HZ)

    def test_the_command_writes_nan(self, shell: Shell) -> None:
        written(shell.folder / "x.wav", broken(noise(4000)))
        assert np.isnan(features_inside(shell, "x.wav", "--nonfinite", "keep")).any()

    @pytest.mark.parametrize("command", ["spectrogram", "show"])
    def test_pictures_say_what_to_do(self, shell: Shell, command: str) -> None:
        written(shell.folder / "x.wav", broken(noise(4000)))
        done = run_inside(shell, command, "x.wav", "--nonfinite", "keep")
        assert done.code == 2
        assert "--nonfinite zero" in done.err


class TestError:
    def test_it_names_the_time_and_the_ways_out(self, shell: Shell) -> None:
        written(shell.folder / "x.wav", broken(noise(4000)))
        done = run_inside(shell, "features", "x.wav", "--out", "x.npy")
        assert done.code == 1
        assert "sample 500 (0.062 s)" in done.err
        assert "--nonfinite zero" in done.err
        assert shell.names() == ["x.wav"]

    def test_of_an_array(self) -> None:
        with pytest.raises(InputError, match=r"first at \[500\].*`nonfinite='zero'`"):
            Extractor(**OPTIONS)(broken(noise(4000)), RATE_HZ)


@pytest.mark.parametrize("nonfinite", NONFINITE)
def test_a_good_sound_is_the_same_whatever_is_asked_for(nonfinite: Any) -> None:
    sound = noise(4000)
    got = Extractor(nonfinite=nonfinite, **OPTIONS)(sound, RATE_HZ)
    assert_same_bits(got, Extractor(**OPTIONS)(sound, RATE_HZ))

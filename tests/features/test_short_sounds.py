"""Sounds too short for a frame: said so, from Python and from the shell, with what would do."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stftcli import Extractor, InputError
from tests.cli.inside import run_inside
from tests.cli.shell import Shell
from tests.signals import noise

RATE_HZ = 16_000

each_tool = pytest.mark.parametrize(
    ("name", "needed"),
    [("whisper", 160), ("nemo", 160), ("kaldi-fbank", 400), ("kaldi-mfcc", 400)],
)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@each_tool
def test_the_warning_says_how_long_it_must_be_and_that_is_enough(name: str, needed: int) -> None:
    extractor = Extractor.preset(name)
    told = rf"the waveform gives no frame: {needed - 1} samples .* {needed} \({needed / 16e3:g} s\)"
    with pytest.warns(UserWarning, match=told) as caught:
        assert len(extractor(noise(needed - 1), RATE_HZ)) == 0
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(extractor(noise(needed), RATE_HZ)) == 1


@each_tool
def test_streams_batches_and_files_warn_too(tmp_path: Path, name: str, needed: int) -> None:
    extractor, short = Extractor.preset(name), noise(needed - 1) / 8
    path = tmp_path / "short.wav"
    soundfile.write(path, short, RATE_HZ)
    with pytest.warns(UserWarning, match="gives no frame") as caught:
        assert list(extractor.stream([short[:50], short[50:]], RATE_HZ)) == []
        padded, lengths = extractor.batch([short, noise(4000)], RATE_HZ)
    assert lengths[0] == 0 < lengths[1] == padded.shape[1]
    assert [warning.filename for warning in caught] == [__file__] * 2
    with pytest.warns(UserWarning, match=r"short\.wav gives no frame") as caught:
        assert extractor.file(path).shape == (0, padded.shape[2])
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ({"padding": "snip", "n_fft": 64}, 64),
        ({"padding": "kaldi", "n_fft": 64, "hop_length": 20}, 10),
        ({"drop_last": True, "n_fft": 64, "hop_length": 20}, 20),
        ({"drop_last": True, "n_fft": 64, "hop_length": 20, "rate": 8000}, 39),
    ],
)
def test_what_it_takes_follows_the_settings(options: dict[str, Any], needed: int) -> None:
    if "rate" in options:
        pytest.importorskip("soxr")
    extractor = Extractor(**options)
    with pytest.warns(UserWarning, match=rf"with these settings it takes {needed} \("):
        assert len(extractor(noise(needed - 1), RATE_HZ)) == 0
    assert len(extractor(noise(needed), RATE_HZ)) == 1


def test_zeros_make_a_frame_of_what_is_too_short() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        extractor = Extractor.preset("kaldi-fbank", pad_to="25ms")
        assert extractor(noise(10), RATE_HZ).shape == (1, 23)


@pytest.mark.parametrize("names", ["mean", "all"])
def test_statistics_of_no_frame_are_an_error(names: str) -> None:
    extractor = Extractor.preset("nemo", stats=names)
    with (
        warnings.catch_warnings(),
        pytest.raises(InputError, match="the waveform gives no frame: 100 samples"),
    ):
        warnings.simplefilter("error")
        extractor(noise(100), RATE_HZ)


class TestCommands:
    @pytest.fixture(autouse=True)
    def short(self, shell: Shell) -> None:
        soundfile.write(shell.folder / "short.wav", noise(100) / 8, RATE_HZ)

    def test_features_warn(self, shell: Shell) -> None:
        done = run_inside(shell, "features", "short.wav", "--preset", "whisper", "--out", "x.npy")
        assert done.code == 0
        assert (
            "warning: short.wav gives no frame: 100 samples (0.00625 s) are too few, with these "
            "settings it takes 160 (0.01 s); --pad-to appends zeros"
        ) in done.err
        assert np.load(shell.folder / "x.npy").shape == (0, 80)

    @pytest.mark.parametrize(
        "words",
        [
            ("features", "short.wav", "--stats", "mean", "--out", "x.npy"),
            ("features", "short.wav", "--stats", "all", "--out", "x.npy"),
            ("spectrogram", "short.wav", "--out", "x.png"),
            ("show", "short.wav"),
        ],
    )
    def test_what_cannot_be_without_frames_is_an_error(
        self, shell: Shell, words: tuple[str, ...]
    ) -> None:
        done = run_inside(shell, *words, "--preset", "nemo")
        assert done.code == 1
        (line,) = done.err.splitlines()
        assert line.startswith("stftcli: short.wav gives no frame: 100 samples (0.00625 s)")
        assert shell.names() == ["short.wav"]

    def test_a_fit_goes_on_without_it(self, shell: Shell) -> None:
        soundfile.write(shell.folder / "long.wav", noise(16_000) / 8, RATE_HZ)
        words = ("short.wav", "long.wav", "--preset", "kaldi-fbank", "--out", "l.npz")
        done = run_inside(shell, "linear", "fit", "pca", *words)
        assert done.code == 0
        assert "warning: short.wav gives no frame" in done.err
        assert "fitted to 98 frames" in done.err

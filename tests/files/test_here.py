"""Relative paths of inputs that begin elsewhere than in the folder of the process."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import soundfile

from stftcli import Extractor, InputError, Linear
from stftcli.files.here import located, paths_begin_in
from tests.signals import noise


def test_paths_begin_there_for_one_thread_and_for_a_while(tmp_path: Path) -> None:
    with paths_begin_in(str(tmp_path)), ThreadPoolExecutor(1) as other:
        assert located("a/b.wav") == str(tmp_path / "a" / "b.wav")
        assert located("/a.wav") == "/a.wav"
        assert located("s3://bucket/a.wav") == "s3://bucket/a.wav"
        assert other.submit(located, "a.wav").result() == "a.wav"
        with paths_begin_in("/elsewhere"):
            assert located("a.wav") == "/elsewhere/a.wav"
        assert located("a.wav") == str(tmp_path / "a.wav")
    assert [located(path) for path in ("a.wav", "", "a/")] == ["a.wav", "", "a/"]


def test_sounds_and_weights_are_found_and_called_as_they_were_given(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", 0.1 * noise(4000), 8000)
    Linear(8, 2, seed=1).save(tmp_path / "layer.npz")
    with paths_begin_in(str(tmp_path)):
        assert Extractor(mel=8, linear="layer.npz").file("a.wav").shape[1] == 2
        with pytest.raises(InputError, match=r"^missing\.wav cannot be read"):
            Extractor(mel=8).file("missing.wav")
    with pytest.raises(InputError, match=r"^a\.wav cannot be read"):
        Extractor(mel=8).file("a.wav")

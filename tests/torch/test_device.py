"""--device computes the frames through torch: of one sound, of many, with what memory there is."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from stftcli import Extractor, SettingsError
from stftcli.torch import DeviceExtractor, Frontend
from tests.cli.corpora import manifest_of, write_sounds
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.signals import assert_close, noise

RATE_HZ = 8000
CHAINS: dict[str, dict[str, Any]] = {
    "magnitudes": {},
    "complex": {"spectrum": "complex"},
    "relative decibels": {"mel": 20, "log": "db", "ref": "max", "deltas": 1},
    "energy": {"mel": 20, "log": "ln", "energy": True, "remove_dc": True, "normalize": "meanvar"},
    "mfcc": {"mfcc": 13, "frame_preemphasis": 0.97, "window": "povey", "stats": "mean,std"},
    "descriptors": {"descriptors": "rms,zcr,centroid,flux", "fmin": 100, "remove_dc": True},
    "pcen": {"mel": 20, "pcen": True, "rate": RATE_HZ},
    "calibrated": {"full_scale": "2V", "bands": "octave", "n_fft": 1024},
    "new linear": {"mel": 20, "linear_out": 4, "seed": 1, "dtype": "float64"},
}


@pytest.fixture
def many(shell: Shell) -> Shell:
    write_sounds(shell.folder / "clips", "a.wav", "b/c.wav", "d.wav")
    return shell


@pytest.mark.parametrize("chain", CHAINS)
class TestNumbers:
    def test_are_those_of_numpy(self, chain: str, device: str) -> None:
        samples = noise(2, 40_000) / 8
        got = DeviceExtractor(**CHAINS[chain], device=device)(samples, RATE_HZ)
        wanted = Extractor(**CHAINS[chain])(samples, RATE_HZ)
        assert got.dtype == wanted.dtype
        assert_close(got, wanted, 5e-6)

    def test_do_not_depend_on_blocks(self, chain: str, device: str) -> None:
        samples = noise(40_000) / 8
        extractor = DeviceExtractor(**CHAINS[chain], device=device)
        blocks = (samples[:1], samples[1:9000], samples[9000:])
        got = np.concatenate(list(extractor.stream(blocks, RATE_HZ)))
        assert_close(got, extractor(samples, RATE_HZ), 1e-6)


class TestCommand:
    @pytest.mark.parametrize("words", ["--mel 20 --log db", "--channel all --threads 2"])
    def test_writes_the_same_array(self, shell: Shell, device: str, words: str) -> None:
        soundfile.write(shell.folder / "in.wav", noise(2, 30_000).T / 8, RATE_HZ)
        there = ok_inside(
            shell, "features", "in.wav", *words.split(), "-o", "there.npz", "--device", device
        )
        here = ok_inside(shell, "features", "in.wav", *words.split(), "-o", "here.npz")
        assert there.err == here.err.replace("here", "there")
        with np.load(shell.folder / "there.npz") as got, np.load(shell.folder / "here.npz") as all_:
            assert_close(got["features"], all_["features"], 2e-6)
            assert set(got) == set(all_)
            for name in set(all_) - {"features"}:
                np.testing.assert_array_equal(got[name], all_[name])

    @pytest.mark.parametrize("words", ["--format npy", "--format tar --shard-size 2"])
    def test_writes_a_corpus_and_knows_it_again(self, many: Shell, device: str, words: str) -> None:
        call = ("features", "clips", "--mel", "20", "--executor", "threads", *words.split())
        ok_inside(many, *call, "--out-dir", "there", "--device", device)
        ok_inside(many, *call, "--out-dir", "here")
        there, here = (manifest_of(many.folder / name) for name in ("there", "here"))
        assert there.keys() == here.keys()
        for name, result in there.items():
            assert result["settings"] == here[name]["settings"]
            assert result["shape"] == here[name]["shape"]
            if "tar" not in words:
                got, wanted = (
                    np.load(many.folder / at / f"{name}.npy") for at in ("there", "here")
                )
                assert_close(got, wanted, 2e-6)
        again = ok_inside(many, *call, "--out-dir", "there", "--device", device)
        assert "0 done, 3 were there" in again.err

    @pytest.mark.long
    def test_works_in_processes(self, many: Shell, device: str) -> None:
        many.ok("features", "clips", "--out-dir", "there", "--device", device, "--jobs", "1")
        got = np.load(many.folder / "there" / "a.npy")
        assert_close(got, many.features("clips/a.wav"), 2e-6)


def full_beyond(frames: int) -> Callable[..., Any]:
    """Give a way to compute features that has room for so many frames alone."""
    whole = Frontend.features

    def features(self: Any, samples: Any, rows: Any = None) -> Any:
        if samples.shape[1] > frames:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return whole(self, samples, rows)

    return features


class TestMemory:
    @pytest.mark.parametrize("hop_length", [64, 200])
    def test_smaller_batches_are_tried_once(
        self, monkeypatch: pytest.MonkeyPatch, hop_length: int
    ) -> None:
        samples = noise(2, 60_001) / 8
        extractor = DeviceExtractor(n_fft=128, hop_length=hop_length, mel=10)
        wanted = extractor(samples, RATE_HZ)
        assert len(wanted[0]) > 64
        monkeypatch.setattr(Frontend, "features", full_beyond(64))
        assert_close(extractor(samples, RATE_HZ), wanted, 1e-6)

    def test_that_does_not_suffice_is_told_of(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        soundfile.write(shell.folder / "in.wav", noise(30_000) / 8, RATE_HZ)
        monkeypatch.setattr(Frontend, "features", full_beyond(1))
        done = run_inside(shell, "features", "in.wav", "--out", "x.npy", "--device", "cpu")
        assert done.code == 2
        assert "--device cpu does not work: it has too little memory" in done.err
        assert shell.names() == ["in.wav"]


class TestBad:
    @pytest.mark.parametrize("device", ["cuda:77", "abacus", "meta", ""])
    def test_devices(self, many: Shell, device: str) -> None:
        for words in (("clips/a.wav", "--out", "x.npy"), ("clips", "--out-dir", "feats")):
            done = run_inside(many, "features", *words, "--device", device)
            assert done.code == 2
            assert len(done.err.splitlines()) == 1
            assert f"--device is {device!r}" in done.err
            assert "there are cpu" in done.err
        assert many.names() == ["clips"]

    def test_failures_of_the_device(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any) -> None:
            raise RuntimeError("CUDA error: unspecified launch failure\nand much more")

        monkeypatch.setattr(Frontend, "features", fail)
        extractor = DeviceExtractor(n_fft=128)
        with pytest.raises(SettingsError, match="does not work: CUDA error: unspecified launch f"):
            extractor(noise(2000), RATE_HZ)


def test_extractors_are_told_apart_by_their_device_and_pickled_with_it() -> None:
    extractor = DeviceExtractor.preset("whisper", device="cpu")
    again = pickle.loads(pickle.dumps(extractor))
    assert type(again) is DeviceExtractor
    assert again == extractor
    assert hash(again) == hash(extractor)
    assert repr(again).endswith(", device='cpu')")
    assert again != DeviceExtractor.preset("whisper", device="cuda")
    assert again != Extractor.preset("whisper")

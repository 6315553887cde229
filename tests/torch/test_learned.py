"""The way back: what a module has learned computes in numpy, and from the command line."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import soundfile
import torch

from stftcli import Extractor, InputError, SettingsError
from stftcli.torch import STFT
from tests.cli.shell import Shell
from tests.signals import assert_close, noise

RATE_HZ = 8000


@pytest.fixture
def sound(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The samples of in.wav, in the folder of which we are."""
    monkeypatch.chdir(shell.folder)
    samples = noise(3000, seed=1) / 8
    soundfile.write("in.wav", samples, RATE_HZ, subtype="FLOAT")
    return samples


def changed(module: Any, *names: str) -> Any:
    """Move the parameters whose names begin so, as training would; all if none is named."""
    torch.manual_seed(0)
    with torch.no_grad():
        for name, weight in module.named_parameters():
            if name.startswith(names or ""):
                weight.mul_(1 + 0.1 * torch.rand_like(weight))
    return module


def features(module: Any, samples: Any, device: str = "cpu") -> Any:
    return module(torch.from_numpy(samples).to(device)).detach().cpu().numpy()


class TestStateDict:
    @pytest.mark.parametrize("ending", [".pt", ".safetensors"])
    def test_of_a_chain_is_read_as_it_is(self, shell: Shell, sound: Any, ending: str) -> None:
        frames: dict[str, Any] = {"n_fft": 64, "hop_length": 16}
        made = Extractor(**frames, spectrum="power", linear_out=5, seed=1)
        module = changed(made.to_torch(RATE_HZ, freeze_parameters=False))
        save = torch.save if ending == ".pt" else safetensors.torch.save_file
        save(module.state_dict(), f"learned{ending}")
        words = ("--spectrum", "power", "--linear", f"learned{ending}:steps.0")
        kernel = ("--kernel", f"learned{ending}:stft", "--hop-length", "16")
        got = shell.features("in.wav", *kernel, *words)
        assert_close(got, features(module, sound), 2e-6)
        assert not np.allclose(got, made(sound, RATE_HZ), rtol=0.01, atol=0)

    def test_of_a_checkpoint_is_read_too(self, shell: Shell, sound: Any) -> None:
        module = changed(Extractor(n_fft=64, linear_out=5, seed=1).to_torch(RATE_HZ))
        torch.save(module.state_dict(), "plain.pt")
        torch.save({"epoch": 3, "state_dict": module.state_dict()}, "checkpoint.pt")
        words = ("--n-fft", "64", "--linear")
        plain = shell.features("in.wav", *words, "plain.pt:steps.0")
        assert_close(plain, features(module, sound), 2e-6)
        assert np.array_equal(shell.features("in.wav", *words, "checkpoint.pt:steps.0"), plain)

    @pytest.mark.parametrize("prefix", ["", ":kernel"])
    def test_of_an_stft_alone(self, shell: Shell, sound: Any, prefix: str) -> None:
        stft = changed(STFT(64, 16, freeze_parameters=False))
        torch.save(stft.state_dict(), "stft.pt")
        words = ("--kernel", f"stft.pt{prefix}", "--hop-length", "16", "--spectrum", "complex")
        assert_close(shell.features("in.wav", *words), features(stft, sound), 2e-6)

    def test_of_its_kernel_has_the_window_beside_it(self, shell: Shell, sound: Any) -> None:
        made = Extractor(n_fft=64, hop_length=16)
        module = changed(made.to_torch(RATE_HZ, freeze_parameters=False))
        torch.save(module.state_dict(), "learned.pt")
        words = ("--kernel", "learned.pt:stft.kernel", "--hop-length", "16")
        assert_close(shell.features("in.wav", *words), features(module, sound), 2e-6)


class TestTwin:
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.parametrize("align", ["center", "left"])
    def test_has_the_numbers_and_so_has_the_command(
        self, shell: Shell, sound: Any, dtype: str, align: str, device: str
    ) -> None:
        frames: dict[str, Any] = {
            "n_fft": 64,
            "win_length": 50,
            "win_align": align,
            "periodic": False,
        }
        made = Extractor(**frames, mel=10, pcen=True, linear_out=4, seed=2, dtype=dtype)
        module = changed(made.to_torch(RATE_HZ, freeze_parameters=False, device=device))
        samples = sound.astype(dtype)
        wanted = features(module, samples, device)
        twin = Extractor.from_torch(module, "learned.safetensors")
        tolerance = 2e-6 if dtype == "float32" else 1e-9
        assert_close(twin(samples, RATE_HZ), wanted, tolerance)
        twin.save("learned.toml")
        assert_close(shell.features("in.wav", "--config", "learned.toml"), wanted, tolerance)
        assert not np.allclose(made(samples, RATE_HZ), wanted, rtol=0, atol=1e-3)

    def test_of_what_has_not_learned_is_as_it_was(self, sound: Any) -> None:
        made = Extractor(n_fft=64, mel=10, pcen=True, linear_out=4, seed=2)
        module = made.to_torch(RATE_HZ, freeze_parameters=False)
        twin = Extractor.from_torch(torch.compile(module))
        assert twin.settings == made.chain(RATE_HZ).settings
        np.testing.assert_array_equal(twin(sound, RATE_HZ), made(sound, RATE_HZ))

    def test_names_no_file_for_numbers(self, sound: Any) -> None:
        made = Extractor(n_fft=64, mel=10, pcen=True)
        module = changed(made.to_torch(RATE_HZ), "steps.1")
        twin = Extractor.from_torch(module)
        assert twin.settings.files == ()
        assert_close(twin(sound, RATE_HZ), features(module, sound), 1e-5)
        assert not np.allclose(twin(sound, RATE_HZ), made(sound, RATE_HZ), rtol=1e-2, atol=0)

    def test_names_it_for_what_learned_alone(self, sound: Any) -> None:
        made = Extractor(n_fft=64, mel=10, log="db", linear_out=4, seed=2)
        module = changed(made.to_torch(RATE_HZ), "steps.0")
        twin = Extractor.from_torch(module, "mel.npz")
        assert twin.settings.files == ("mel.npz:steps.0",)
        with np.load("mel.npz") as stored:
            assert set(stored) == {"steps.0.weight"}
        assert_close(twin(sound, RATE_HZ), features(module, sound), 2e-6)

    def test_of_a_frozen_stft_that_was_given_a_window_or_a_kernel(self, sound: Any) -> None:
        made = Extractor(n_fft=64, spectrum="power")
        module = made.to_torch(RATE_HZ)
        module.stft.window = torch.rand(64)
        twin = Extractor.from_torch(module, "window.npz")
        assert_close(twin(sound, RATE_HZ), features(module, sound), 2e-6)
        module.stft.kernel = torch.rand(66, 64)
        twin = Extractor.from_torch(module, "kernel.pt")
        assert_close(twin(sound, RATE_HZ), features(module, sound), 2e-6)

    def test_of_a_module_in_half_precision(self, sound: Any) -> None:
        made = Extractor(n_fft=64, linear_out=4, seed=2)
        module = changed(made.to_torch(RATE_HZ)).bfloat16()
        twin = Extractor.from_torch(module, "half.safetensors")
        # The window was rounded as well, which is no learning.
        assert_close(twin(sound, RATE_HZ), features(module.float(), sound), 4e-3)


class TestBad:
    @pytest.fixture
    def module(self) -> Any:
        return Extractor(n_fft=64, mel=10, pcen=True, linear_out=4, seed=2).to_torch(RATE_HZ)

    def test_weights_that_need_a_file(self, module: Any) -> None:
        with pytest.raises(SettingsError, match=r"steps\.0, steps\.2 of the module.*weights="):
            Extractor.from_torch(changed(module))

    @pytest.mark.usefixtures("sound")
    def test_nan_is_named(self, module: Any, shell: Shell) -> None:
        with torch.no_grad():
            module.steps[2].bias[1] = torch.nan
        with pytest.raises(InputError, match=r"steps\.2\.bias of the module holds NaN"):
            Extractor.from_torch(module, "nan.pt")
        torch.save(module.state_dict(), "nan.pt")
        words = ("--n-fft", "18", "--linear", "nan.pt:steps.2", "--out", "x.npy")
        done = shell.run("features", "in.wav", *words)
        assert done.code == 1
        assert "nan.pt:steps.2: the bias holds NaN" in done.err

    @pytest.mark.parametrize(
        ("name", "value", "text"),
        [
            ("smoothing", 1.5, "smoothing that PCEN has learned is 1.5"),
            ("gain", -0.5, "`gain` is -0.5"),
            ("power", 0.0, "`power` is 0.0"),
        ],
    )
    def test_numbers_that_no_step_has(
        self, module: Any, name: str, value: float, text: str
    ) -> None:
        with torch.no_grad():
            getattr(module.steps[1], name).fill_(value)
        with pytest.raises(SettingsError, match=text):
            Extractor.from_torch(module)

    def test_another_module(self, module: Any) -> None:
        with pytest.raises(SettingsError, match=r"Sequential is no stftcli\.torch\.Frontend"):
            Extractor.from_torch(torch.nn.Sequential(module))

    def test_a_file_that_the_settings_read(self, tmp_path: Path) -> None:
        file = str(tmp_path / "w.npz")
        np.savez(file, weight=noise(3, 33))
        module = changed(Extractor(n_fft=64, linear=file).to_torch(RATE_HZ))
        with pytest.raises(SettingsError, match="would overwrite"):
            Extractor.from_torch(module, file)

    @pytest.mark.parametrize(
        "options",
        [{"spectrum": "psd"}, {"bands": "octave", "n_fft": 1024}, {"full_scale": "2V"}],
        ids=str,
    )
    def test_a_spectrum_that_takes_no_kernel(self, options: dict[str, Any]) -> None:
        extractor = Extractor(**{"n_fft": 64, **options})
        extractor.to_torch(RATE_HZ)
        with pytest.raises(SettingsError, match="`freeze_parameters=False` makes the transform"):
            extractor.to_torch(RATE_HZ, freeze_parameters=False)

    @pytest.mark.usefixtures("sound")
    @pytest.mark.parametrize("bad", ["spectrum", "smoothing"])
    def test_they_leave_the_file_as_it_was(self, shell: Shell, bad: str) -> None:
        made = Extractor(n_fft=64, mel=10, pcen=True, linear_out=4, seed=2)
        if bad == "spectrum":
            made = Extractor(n_fft=64, spectrum="psd", mel=10, linear_out=4, seed=2)
        module = changed(made.to_torch(RATE_HZ))
        if bad == "spectrum":
            module.stft.window = torch.rand(64)
        else:
            torch.nn.init.constant_(module.steps[1].smoothing, 1.5)
        (shell.folder / "w.npz").write_bytes(b"of yesterday")
        with pytest.raises(SettingsError, match=r"psd|smoothing"):
            Extractor.from_torch(module, "w.npz")
        assert (shell.folder / "w.npz").read_bytes() == b"of yesterday"
        assert shell.names() == ["in.wav", "w.npz"]


def test_a_module_within_another_that_spreads_it_over_devices() -> None:
    module = Extractor(n_fft=64, mel=5, pcen=True).to_torch(RATE_HZ)
    with torch.no_grad():
        module.steps[1].gain.fill_(0.7)
    found = Extractor.from_torch(torch.nn.DataParallel(module))
    assert found == Extractor.from_torch(module)
    assert vars(found.settings.features.steps[1])["gain"] == pytest.approx(0.7)

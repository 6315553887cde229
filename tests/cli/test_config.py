"""--config: settings from TOML, and those that made an array, give the same array again."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file

from stftcli.features.toml import VERSION
from tests.cli.computing import features_inside, noisy_rise, settings_of, write_sound
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.oracles.conftest import oracle
from tests.signals import assert_same_bits

RATE_HZ = 16000

RECIPES = {
    "spectrum": "--n-fft 25ms --hop-length 10ms --window kaiser:8 --spectrum db",
    "complex": "--spectrum complex --causal",
    "drawn": "--preset whisper --linear-out 5",
    "drawn twice": "--mel 20 --log ln --linear-out 9 --log log1p --linear-out 4 --deltas 1",
    "cepstra": "--mfcc 13 --lifter 22 --top-db 60 --normalize meanvar --deltas 2",
    "chroma": "--chroma 12 --tuning 0.2 --normalize frame",
    "descriptors": "--descriptors rms,zcr,contrast --stats mean,kurtosis",
    "kaldi": "--preset kaldi-mfcc --padding kaldi --int16-scale --preemphasis 0.5",
    "part": "--start 0.2 --duration 0.5 --channel 2 --pad-to 0.75 --mel 10",
    "ref": "--mel 40 --log db --ref max --floor 1e-8 --standardize 1,2",
    "offset": "--mel 40 --log log10 --log-offset 1e-3 --remove-dc --frame-preemphasis 0.9",
    "float64": "--preset librosa-mel --dtype float64 --layout bins-first",
}

each_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)


@pytest.fixture
def folder(shell: Shell) -> Path:
    """A folder with in.wav, one second of two channels."""
    left = noisy_rise(RATE_HZ)
    write_sound(shell, "in.wav", np.stack((left, left[::-1] / 2)), RATE_HZ)
    return shell.folder


def read(path: Path) -> NDArray[Any]:
    """Read an array of any format that has its own shape."""
    if path.suffix == ".safetensors":
        return np.asarray(load_file(path)["features"])
    loaded = np.load(path)
    return np.asarray(loaded["features"] if path.suffix == ".npz" else loaded)


@each_recipe
def test_printed_settings_give_the_same_bytes(shell: Shell, folder: Path, recipe: str) -> None:
    words = [*recipe.split(), *(["--seed", "7"] if "linear-out" in recipe else [])]
    printed = ok_inside(shell, "features", *words, "--print-config").out
    (folder / "mine.toml").write_bytes(printed)
    wanted = features_inside(shell, "in.wav", *words)
    assert_same_bits(features_inside(shell, "in.wav", "--config", "mine.toml"), wanted)
    again = ok_inside(shell, "features", "--config", "mine.toml", "--print-config").out
    assert again == printed


@pytest.mark.parametrize(
    ("out", "config"),
    [
        ("a.npz", "a.npz"),
        ("a.safetensors", "a.safetensors"),
        ("a.npy", "a.npy"),
        ("a.npy", "a.npy.json"),
    ],
)
@each_recipe
def test_the_settings_of_an_array_make_it_again(
    shell: Shell, folder: Path, recipe: str, out: str, config: str
) -> None:
    # What is drawn without --seed is drawn again too.
    sidecar = ["--sidecar"] if "npy" in out else []
    ok_inside(shell, "features", "in.wav", *recipe.split(), "--out", out, *sidecar)
    ok_inside(shell, "features", "in.wav", "--config", config, "--out", f"again-{out}", *sidecar)
    assert_same_bits(read(folder / f"again-{out}"), read(folder / out))
    if out == config:
        first, second = ((folder / name).read_bytes() for name in (out, f"again-{out}"))
        assert second == first


@pytest.mark.parametrize("ending", ["csv", "raw", "ark"])
def test_a_sidecar_stands_for_arrays_that_say_nothing(
    shell: Shell, folder: Path, ending: str
) -> None:
    if ending == "ark":
        oracle("kaldiio")
    words = ("--mel", "8", "--linear-out", "3")
    ok_inside(shell, "features", "in.wav", *words, "--out", f"a.{ending}", "--sidecar")
    again = ("--config", f"a.{ending}", "--out", f"b.{ending}")
    ok_inside(shell, "features", "in.wav", *again)
    first, second = ((folder / f"{name}.{ending}").read_bytes() for name in "ab")
    assert second == first


@pytest.mark.usefixtures("folder")
def test_what_is_drawn_without_a_seed_differs(shell: Shell) -> None:
    words = ("in.wav", "--mel", "8", "--linear-out", "3")
    assert np.abs(features_inside(shell, *words) - features_inside(shell, *words)).max() > 0


def test_options_change_a_configuration(shell: Shell, folder: Path) -> None:
    (folder / "mine.toml").write_text('[[features.steps]]\nstep = "mel"\nbands = 20\n')
    by_config = ("in.wav", "--config", "mine.toml", "--mel", "30", "--log", "db")
    wanted = features_inside(shell, "in.wav", "--mel", "30", "--log", "db")
    assert_same_bits(features_inside(shell, *by_config), wanted)


def test_an_empty_configuration_is_that_of_no_options(shell: Shell, folder: Path) -> None:
    (folder / "empty.toml").write_text("")
    wanted = features_inside(shell, "in.wav")
    assert_same_bits(features_inside(shell, "in.wav", "--config", "empty.toml"), wanted)


def test_other_commands_take_it_too(shell: Shell, folder: Path) -> None:
    (folder / "mine.toml").write_text("[frames]\nfilter_length = 500\n")
    done = ok_inside(shell, "info", "in.wav", "--config", "mine.toml", "--json")
    assert json.loads(done.out)["filter_length"] == 500
    ok_inside(shell, "spectrogram", "in.wav", "--config", "mine.toml", "--out", "x.png")


@pytest.mark.usefixtures("folder")
def test_the_settings_name_what_was_computed(shell: Shell) -> None:
    ok_inside(shell, "features", "in.wav", "--n-fft", "25ms", "--mel", "8", "--out", "a.npz")
    settings = settings_of(shell, "--config", "a.npz")
    assert settings["frames"]["filter_length"] == 400
    assert settings["frames"]["hop_length"] == 100
    assert settings["signal"]["rate_hz"] == RATE_HZ
    assert settings["features"]["spectrum"] == "power"


@pytest.mark.usefixtures("folder")
def test_settings_for_another_rate_do_not_fit_a_sound(shell: Shell) -> None:
    ok_inside(shell, "features", "in.wav", "--mel", "8", "--out", "a.npz")
    write_sound(shell, "slow.wav", noisy_rise(8000), 8000)
    done = run_inside(shell, "features", "slow.wav", "--config", "a.npz", "--out", "b.npy")
    assert_explained(done, 1, "8000 Hz", "16000 Hz", "--rate 16000")


class TestNewerSettings:
    @pytest.mark.parametrize("ending", ["npz", "safetensors", "json", "toml"])
    def test_are_refused(self, shell: Shell, folder: Path, ending: str) -> None:
        name = "a.npy" if ending == "json" else f"a.{ending}"
        if ending == "toml":
            (folder / name).write_text(f"settings_version = {VERSION + 1}\n")
        else:
            ok_inside(shell, "features", "in.wav", "--mel", "8", "--out", name, "--sidecar")
            self.make_newer(folder / name)
        config = f"{name}.json" if ending == "json" else name
        done = run_inside(shell, "features", "in.wav", "--config", config, "--out", "b.npy")
        assert_explained(
            done, 2, config, f"version {VERSION + 1}", f"up to {VERSION}", "newer stftcli"
        )

    def make_newer(self, path: Path) -> None:
        """Raise the version in what an array says of itself."""
        if path.suffix == ".npz":
            with np.load(path) as archive:
                arrays = dict(archive)
            text = str(arrays["settings"])
            arrays["settings"] = np.array(
                text.replace(f'_version": {VERSION}', f'_version": {VERSION + 1}')
            )
            np.savez(path, **arrays)
        else:
            place = path if path.suffix == ".safetensors" else Path(f"{path}.json")
            content = place.read_bytes()
            assert b"settings_version" in content
            for quote in (b'_version\\": ', b'_version": '):
                content = content.replace(quote + b"%d" % VERSION, quote + b"%d" % (VERSION + 1))
            place.write_bytes(content)


BAD_TOML = {
    "an unknown setting": ("[frames]\n\nhop_lenght = 3\n", "line 3|'hop_lenght'|mean hop_length"),
    "an unknown table": ("[frame]\nhop_length = 3\n", "line 1|'frame'|did you mean frames"),
    "an unknown step": ('[[features.steps]]\nstep = "lag"\n', "line 2|'lag'|did you mean log"),
    "an unknown field": (
        '[[features.steps]]\nstep = "mel"\n\n[[features.steps]]\nstep = "log"\nbands = 3\n',
        "line 6|'bands'|floor",
    ),
    "a step without its name": ("[[features.steps]]\nbands = 3\n", "line 1|step|mel, chroma"),
    "a text for a number": (
        '[[features.steps]]\nstep = "mel"\nfmin_hz = "low"\n',
        "line 3|fmin_hz",
    ),
    "a broken length": ('[frames]\nhop_length = "x"\n', "bad.toml|length is 'x'|25ms"),
    "half a sample": ("[frames]\nhop_length = 1.5\n", "line 2|hop_length is 1.5|whole number"),
    "true for a number": ("[frames]\nhop_length = true\n", "line 2|hop_length is True"),
    "a number for a table": ("frames = 3\n", "line 1|frames is 3|table"),
    "a number for a step": ("[features]\nsteps = [3]\n", "line 2|steps holds 3|table"),
    "descriptors of a bank": (
        '[[features.steps]]\nstep = "mel"\n'
        '[[features.steps]]\nstep = "descriptors"\nnames = ["rms"]\n',
        "descriptors|before other steps",
    ),
    "a table for a list": ('[features.steps]\nstep = "mel"\n', "steps|list"),
    "an unknown choice": ('dtype = "int8"\n', "line 1|dtype is 'int8'|float32, float64"),
    "not a number": ('[[features.steps]]\nstep = "log"\nfloor = nan\n', "line 3|floor is nan"),
    "an unknown window": ('[frames]\nwindow = "hannn"\n', "'hannn'|hann"),
    "an unknown statistic": (
        '[[features.steps]]\nstep = "stats"\nnames = ["mean", "meen"]\n',
        "line 1|'meen'|did you mean mean",
    ),
    "no statistic": (
        '[[features.steps]]\nstep = "stats"\nnames = []\n',
        "name one or more|mean, std",
    ),
    "a step after statistics": (
        '[[features.steps]]\nstep = "stats"\n[[features.steps]]\nstep = "log"\n',
        "statistics come last|log",
    ),
    "a floor of zero": ('[[features.steps]]\nstep = "log"\nfloor = 0\n', "floor is 0|above 0"),
    "deltas of order 5": (
        '[[features.steps]]\nstep = "deltas"\norder = 5\n',
        "order is 5|1 to 2",
    ),
    "no bands": ('[[features.steps]]\nstep = "mel"\nbands = 0\n', "bands is 0|from 1 to 10000"),
    "no rate": ('[signal]\nrate_hz = 0\nresample = "HQ"\n', "rate"),
    "a time before the beginning": ("[segment]\nstart_s = -1.0\n", "start"),
    "a negative length to fill up to": ("[signal]\npad_to_s = -5.0\n", "pad_to"),
    "no TOML": ("a = = 3\n", "bad.toml is not TOML|line 1"),
    "a number of 5,000 digits": (f"a = {'9' * 5000}\n", "bad.toml is not TOML|digits"),
    "a number of 400 digits": (f"a = -{'9' * 400}\n", "bad.toml is not TOML|digits"),
    "a number beyond all": ("[features]\nepsilon = 1e999\n", "bad.toml, line 2|inf"),
    "lists in lists": (f"a = {'[' * 500}{']' * 500}\n", "bad.toml is not TOML|nested"),
    "names of names": (f"[{'.'.join('a' * 5000)}]\n", "bad.toml is not TOML|nested"),
    "a long text": (f"[features]\nspectrum = '{'a' * 9999}'\n", "bad.toml, line 2|one of complex"),
}


@pytest.mark.parametrize("case", BAD_TOML)
def test_what_no_settings_can_be_made_of(shell: Shell, folder: Path, case: str) -> None:
    content, words = BAD_TOML[case]
    (folder / "bad.toml").write_text(content)
    done = run_inside(shell, "features", "in.wav", "--config", "bad.toml", "--out", "x.npy")
    assert_explained(done, 2, *words.split("|"))
    assert "x.npy" not in shell.names()


def test_bands_beyond_all_measure_are_refused_as_by_the_option(shell: Shell, folder: Path) -> None:
    # Few enough that a machine survives it where they are not.
    (folder / "bad.toml").write_text('[[features.steps]]\nstep = "mel"\nbands = 20000\n')
    words = ("features", "in.wav", "--n-fft", "16", "--duration", "0.01", "--out", "x.npy")
    assert_explained(run_inside(shell, *words, "--mel", "20000"), 2, "--mel", "10000")
    assert_explained(run_inside(shell, *words, "--config", "bad.toml"), 2, "bands", "20000")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.toml", None, "missing.toml|No such file"),
        ("missing.npz", None, "missing.npz|No such file"),
        ("latin.toml", b"title = '\xe9'\n", "latin.toml|UTF-8"),
        ("plain.npy", b"", "plain.npy"),
        ("broken.npz", b"PK\3\4", "broken.npz"),
        ("broken.safetensors", b"\xff" * 50, "broken.safetensors"),
        ("other.json", b'{"a": 1}', "other.json|settings"),
        ("list.json", b"[1, 2]", "list.json|JSON"),
    ],
)
def test_files_that_are_no_configuration(
    shell: Shell, folder: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    done = run_inside(shell, "features", "in.wav", "--config", name, "--out", "x.npy")
    assert_explained(done, 1, *words.split("|"))
    assert "x.npy" not in shell.names()


@pytest.mark.parametrize("name", ["folder.toml", "folder.npz", "folder"])
def test_a_folder_is_no_configuration(shell: Shell, folder: Path, name: str) -> None:
    (folder / name).mkdir()
    done = run_inside(shell, "features", "in.wav", "--config", name, "--out", "x.npy")
    assert_explained(done, 1, name, "Is a directory")


def test_an_array_without_settings_is_no_configuration(shell: Shell, folder: Path) -> None:
    np.save(folder / "plain.npy", np.ones((3, 4)))
    np.savez(folder / "plain.npz", features=np.ones((3, 4)))
    for name in ("plain.npy", "plain.npz"):
        done = run_inside(shell, "features", "in.wav", "--config", name, "--out", "x.npy")
        assert_explained(done, 1, name, "holds no settings", "TOML")


def test_a_sidecar_of_another_array_is_not_believed(shell: Shell, folder: Path) -> None:
    ok_inside(shell, "features", "in.wav", "--mel", "8", "--out", "a.npy", "--sidecar")
    np.save(folder / "a.npy", np.ones((3, 4), np.float32))
    done = run_inside(shell, "features", "in.wav", "--config", "a.npy", "--out", "x.npy")
    assert_explained(done, 1, "a.npy.json", "(3, 4)")


@pytest.mark.usefixtures("folder")
def test_an_array_written_anew_is_not_described_as_the_old_one(shell: Shell) -> None:
    ok_inside(shell, "features", "in.wav", "--mel", "8", "--out", "a.npy", "--sidecar")
    ok_inside(shell, "features", "in.wav", "--mel", "8", "--log", "ln", "--out", "a.npy")
    done = run_inside(shell, "features", "in.wav", "--config", "a.npy", "--out", "b.npy")
    # Either nothing is known of it, or what is known is true.
    if done.code == 0:
        assert_same_bits(np.load(shell.folder / "b.npy"), np.load(shell.folder / "a.npy"))
    else:
        assert_explained(done, 1, "a.npy")


def test_any_file_that_is_no_array_is_read_as_toml(shell: Shell, folder: Path) -> None:
    (folder / "notes.txt").write_text("no settings")
    done = run_inside(shell, "features", "in.wav", "--config", "notes.txt", "--out", "x.npy")
    assert_explained(done, 2, "notes.txt is not TOML")

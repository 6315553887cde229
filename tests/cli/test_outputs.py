"""What `features` writes: every format with its values and its description, whole or not at all."""

import csv
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors import safe_open

import stftcli
from stftcli.dsp.filterbanks import band_centers_hz
from stftcli.features.settings import FeatureSettings
from tests.cli.computing import features_inside, noisy_rise, write_sound
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import STFTCLI, Shell
from tests.cli.test_bad_input import assert_explained
from tests.oracles.conftest import oracle
from tests.signals import assert_same_bits, noise

RATE_HZ = 16000
FORMATS = ["npy", "npz", "safetensors", "csv", "jsonl", "raw", "ark"]
DESCRIBED = ["npz", "safetensors", "json"]

each_format = pytest.mark.parametrize("ending", FORMATS)
each_sound = pytest.mark.parametrize("sound", ["mono", "stereo"])


@pytest.fixture
def folder(shell: Shell) -> Path:
    """A folder with mono.wav and stereo.wav."""
    rise = noisy_rise(RATE_HZ)
    write_sound(shell, "mono.wav", rise, RATE_HZ)
    write_sound(shell, "stereo.wav", np.stack((rise, noise(len(rise)) / 8)), RATE_HZ)
    return shell.folder


def read(path: Path, shape: tuple[int, ...]) -> NDArray[Any]:
    """Read an array of any format; its shape is given for those that have none."""
    match path.suffix:
        case ".npy":
            return np.asarray(np.load(path))
        case ".npz":
            return np.asarray(np.load(path)["features"])
        case ".safetensors":
            with safe_open(path, "numpy") as file:
                return np.asarray(file.get_tensor("features"))
        case ".csv" | ".jsonl":
            return read_text(path, shape)
        case ".raw":
            return np.fromfile(path, np.float32).reshape(shape)
    matrices = [matrix for _, matrix in oracle("kaldiio").load_ark(str(path))]
    return np.stack(matrices, axis=1).reshape(shape)


def read_text(path: Path, shape: tuple[int, ...]) -> NDArray[Any]:
    """Read an array that is a line for each frame."""
    lines = path.read_text().splitlines()
    if path.suffix == ".jsonl":
        return np.array([json.loads(line)["values"] for line in lines], np.float32).reshape(shape)
    rows = [line.split(",") for line in lines[1:]]
    skipped = 1 if rows and len(rows[0]) > np.prod(shape[1:]) else 0
    return np.array(rows, np.float64)[:, skipped:].astype(np.float32).reshape(shape)


def settings_in(path: Path) -> dict[str, Any]:
    """Read what an array or its sidecar says of how it was made."""
    if path.suffix == ".npz":
        with np.load(path) as archive:
            return dict(json.loads(str(archive["settings"])))
    if path.suffix == ".safetensors":
        with safe_open(path, "numpy") as file:
            return dict(json.loads(file.metadata()["settings"]))
    return dict(json.loads(path.read_text())["settings"])


class TestFormats:
    @each_format
    @each_sound
    @pytest.mark.parametrize("words", ["--mel 20 --log db", "--mfcc 13 --stats mean,std"])
    def test_values(self, shell: Shell, folder: Path, ending: str, sound: str, words: str) -> None:
        if ending == "ark":
            oracle("kaldiio")
        call = (f"{sound}.wav", *words.split(), "--n-fft", "400", "--channel", "all")
        wanted = features_inside(shell, *call)
        assert wanted.ndim == {"mono": 2, "stereo": 3}[sound]
        done = ok_inside(shell, "features", *call, "--out", f"x.{ending}")
        assert_same_bits(read(folder / f"x.{ending}", wanted.shape), wanted)
        assert done.err == f"x.{ending}: {' x '.join(map(str, wanted.shape))} float32\n"

    @pytest.mark.parametrize("ending", ["npy", "npz", "safetensors", "raw"])
    @each_sound
    def test_bins_first(self, shell: Shell, folder: Path, ending: str, sound: str) -> None:
        call = (f"{sound}.wav", "--mel", "20", "--n-fft", "400", "--channel", "all")
        wanted = features_inside(shell, *call)
        wanted = np.moveaxis(wanted, 0, -1)
        ok_inside(shell, "features", *call, "--layout", "bins-first", "--out", f"x.{ending}")
        got = read(folder / f"x.{ending}", wanted.shape)
        np.testing.assert_array_equal(got, wanted)

    @pytest.mark.parametrize("ending", ["npy", "npz", "safetensors"])
    def test_complex_values(self, shell: Shell, folder: Path, ending: str) -> None:
        call = ("stereo.wav", "--preset", "librosa-stft", "--channel", "all")
        wanted = features_inside(shell, *call)
        ok_inside(shell, "features", *call, "--out", f"x.{ending}")
        assert_same_bits(read(folder / f"x.{ending}", wanted.shape), wanted)

    @each_format
    def test_pipes_carry_the_bytes_of_the_file(
        self, shell: Shell, folder: Path, ending: str
    ) -> None:
        if ending == "ark":
            oracle("kaldiio")
        words = ("features", "--mel", "20", "--format", ending)
        sound = (folder / "mono.wav").read_bytes()
        piped = shell.ok(*words, stdin=sound, STFTCLI_THREADS="1").out
        ok_inside(shell, *words, "mono.wav", "--out", "x")
        written = (folder / "x").read_bytes()
        # The name of the input stands in some: as text, or as Kaldi's key.
        if ending in ("npy", "csv", "jsonl", "raw"):
            assert piped == written
        else:
            assert abs(len(piped) - len(written)) < 100
            (folder / f"piped.{ending}").write_bytes(piped)
            wanted = features_inside(shell, "mono.wav", "--mel", "20")
            assert_same_bits(read(folder / f"piped.{ending}", wanted.shape), wanted)


class TestCsv:
    @pytest.mark.parametrize(
        ("words", "names"),
        [
            ("--mel 3", "time_s mel_1 mel_2 mel_3"),
            ("--mfcc 3", "time_s mfcc_0 mfcc_1 mfcc_2"),
            ("--chroma 12", "time_s C C# D D# E F F# G G# A A# B"),
            ("--descriptors zcr,rms", "time_s zcr rms"),
            ("--linear-out 2", "time_s linear_1 linear_2"),
            ("--mel 1 --deltas 2", "time_s mel_1 delta_mel_1 delta2_mel_1"),
            ("--mel 2 --log ln --energy", "time_s energy mel_1 mel_2"),
            ("--mel 2 --stats mean,max", "mel_1_mean mel_2_mean mel_1_max mel_2_max"),
            ("--mel 2 --channel all", "time_s ch1_mel_1 ch1_mel_2 ch2_mel_1 ch2_mel_2"),
        ],
    )
    @pytest.mark.usefixtures("folder")
    def test_columns_have_names(self, shell: Shell, words: str, names: str) -> None:
        out = ok_inside(
            shell, "features", "stereo.wav", *words.split(), "--format", "csv", "--out", "-"
        ).out.decode()
        header, *rows = csv.reader(out.splitlines())
        assert header == names.split()
        assert {len(row) for row in rows} == {len(header)}

    def test_bins_are_named_by_their_frequency(self, shell: Shell, folder: Path) -> None:
        words = ("mono.wav", "--n-fft", "8", "--duration", "0.001", "--out", "x.csv")
        ok_inside(shell, "features", *words)
        header, *rows = csv.reader((folder / "x.csv").read_text().splitlines())
        assert header == ["time_s", "0 Hz", "2000 Hz", "4000 Hz", "6000 Hz", "8000 Hz"]
        assert [float(row[0]) for row in rows] == [t * 2 / RATE_HZ for t in range(len(rows))]


class TestKaldi:
    def test_the_index_leads_to_the_matrices(self, shell: Shell, folder: Path) -> None:
        kaldiio = oracle("kaldiio")
        wanted = features_inside(shell, "stereo.wav", "--mel", "20", "--channel", "all")
        words = ("--mel", "20", "--channel", "all", "--out", str(folder / "x.ark"))
        ok_inside(shell, "features", "stereo.wav", *words)
        matrices = kaldiio.load_scp(str(folder / "x.scp"))
        assert list(matrices) == ["stereo-ch1", "stereo-ch2"]
        for channel, matrix in enumerate(matrices.values()):
            np.testing.assert_array_equal(matrix, wanted[:, channel])

    @pytest.mark.parametrize(("key", "stored"), [("spk1-utt 2", "spk1-utt_2"), ("", "_")])
    def test_a_key_names_the_matrix(
        self, shell: Shell, folder: Path, key: str, stored: str
    ) -> None:
        kaldiio = oracle("kaldiio")
        out = str(folder / "x.ark")
        ok_inside(shell, "features", "mono.wav", "--mel", "3", "--key", key, "--out", out)
        assert list(kaldiio.load_scp(str(folder / "x.scp"))) == [stored]

    @pytest.mark.parametrize("ending", ["npy", "npz", "csv"])
    def test_other_formats_have_no_key(self, shell: Shell, folder: Path, ending: str) -> None:
        done = run_inside(shell, "features", "mono.wav", "--key", "a", "--out", f"x.{ending}")
        assert_explained(done, 2, "--key is what a matrix is called in .ark", "leave it out")
        assert sorted(path.name for path in folder.iterdir()) == ["mono.wav", "stereo.wav"]

    def test_a_pipe_has_no_index(self, shell: Shell, folder: Path) -> None:
        oracle("kaldiio")
        ok_inside(shell, "features", "mono.wav", "--mel", "3", "--format", "ark", "--out", "-")
        assert sorted(path.name for path in folder.iterdir()) == ["mono.wav", "stereo.wav"]


class TestDescription:
    @pytest.mark.parametrize("kind", DESCRIBED)
    @each_sound
    def test_settings(self, shell: Shell, folder: Path, kind: str, sound: str) -> None:
        out = "x.npy" if kind == "json" else f"x.{kind}"
        words = ("--preset", "whisper", "--channel", "all", "--start", "0.25", "--sidecar")
        ok_inside(shell, "features", f"{sound}.wav", *words, "--out", out)
        stored = settings_in(folder / ("x.npy.json" if kind == "json" else out))
        content = (folder / f"{sound}.wav").read_bytes()
        assert stored["input"] == {
            "name": f"{sound}.wav",
            "rate_hz": RATE_HZ,
            "channels": {"mono": 1, "stereo": 2}[sound],
            "samples": 12_000,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        assert stored["stftcli"] == stftcli.__version__
        assert stored["fft"] in ("ducc0", "numpy")
        assert stored["settings_version"] == 3
        settings = FeatureSettings.from_dict(stored["features"])
        assert settings.based_on == "the preset whisper (version 1)"
        assert (settings.segment.start_s, settings.segment.channel) == (0.25, "all")
        assert settings.frames.filter_length == 400
        assert [step.step for step in settings.features.steps][:2] == ["mel", "log"]

    @pytest.mark.parametrize("ending", ["npz", "safetensors"])
    @pytest.mark.parametrize("follows", [0, 5, 300_000])
    def test_a_pipe_is_hashed_to_its_last_byte(
        self, folder: Path, ending: str, follows: int
    ) -> None:
        content = (folder / "mono.wav").read_bytes() + b"junk!" * (follows // 5)
        with (folder / f"x.{ending}").open("wb") as out:
            subprocess.run(
                [*STFTCLI, "features", "--mel", "4", "--format", ending, "--out", "-"],
                input=content,
                stdout=out,
                check=True,
            )
        stored = settings_in(folder / f"x.{ending}")["input"]
        assert stored["sha256"] == hashlib.sha256(content).hexdigest()
        assert stored["name"] == "standard input"

    def test_a_part_of_a_pipe_has_no_hash(self, shell: Shell, folder: Path) -> None:
        content = (folder / "mono.wav").read_bytes()
        words = ("--duration", "0.1", "--out", "x.npz")
        shell.ok("features", "--mel", "4", *words, stdin=content)
        assert settings_in(folder / "x.npz")["input"]["sha256"] is None
        assert "sha256    not known" in ok_inside(shell, "info", "x.npz").out.decode()
        ok_inside(shell, "features", "mono.wav", "--mel", "4", *words)
        digest = hashlib.sha256(content).hexdigest()
        assert settings_in(folder / "x.npz")["input"]["sha256"] == digest

    @each_format
    @each_sound
    def test_sidecar(self, shell: Shell, folder: Path, ending: str, sound: str) -> None:
        if ending == "ark":
            oracle("kaldiio")
        words = ("--mel", "3", "--channel", "all", "--n-fft", "400", "--hop-length", "160")
        part = ("--start", "0.5", "--sidecar", "--out", f"x.{ending}")
        ok_inside(shell, "features", f"{sound}.wav", *words, *part)
        beside = json.loads((folder / f"x.{ending}.json").read_text())
        channels = [2] if sound == "stereo" else []
        assert beside["shape"] == [51, *channels, 3]
        assert (beside["dtype"], beside["layout"]) == ("float32", "frames-first")
        assert beside["names"] == ["mel_1", "mel_2", "mel_3"]
        assert beside["times_s"] == pytest.approx({"first": 0.5, "step": 0.01})
        assert beside["settings"]["features"]["segment"]["start_s"] == 0.5

    @pytest.mark.parametrize("ending", ["npz", "safetensors"])
    def test_axes(self, shell: Shell, folder: Path, ending: str) -> None:
        for words, arrays in (
            ("", {"features", "times", "freqs"}),
            ("--mel 3", {"features", "times", "freqs"}),
            ("--mfcc 3 --mel 5", {"features", "times"}),
            ("--mel 3 --stats mean", {"features"}),
        ):
            ok_inside(shell, "features", "mono.wav", *words.split(), "--out", f"x.{ending}")
            if ending == "npz":
                with np.load(folder / "x.npz") as archive:
                    held = {name: archive[name] for name in archive}
                assert set(held) == arrays | {"settings", "names"}
                assert held["names"].shape == held["features"].shape[1:]
            else:
                with safe_open(folder / "x.safetensors", "numpy") as file:
                    held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                assert set(held) == arrays
            if "times" in arrays:
                wanted = np.arange(len(held["features"])) * 512 / RATE_HZ
                np.testing.assert_allclose(held["times"], wanted, atol=1e-12)
            if "freqs" in arrays:
                bins_hz = np.fft.rfftfreq(2048, 1 / RATE_HZ)
                places_hz = band_centers_hz(RATE_HZ, 3) if words else bins_hz
                np.testing.assert_allclose(held["freqs"], places_hz)


class TestInfo:
    @each_format
    def test_of_an_array_with_a_sidecar(self, shell: Shell, folder: Path, ending: str) -> None:
        if ending == "ark":
            oracle("kaldiio")
        words = ("--preset", "vggish", "--sidecar", "--out", f"x.{ending}")
        ok_inside(shell, "features", "mono.wav", *words)
        told = ok_inside(shell, "info", f"x.{ending}").out.decode()
        digest = hashlib.sha256((folder / "mono.wav").read_bytes()).hexdigest()
        for text in (
            *(f"x.{ending}", "98 x 64 float32", "mel_1 ... mel_64", "mono.wav, 16000 Hz"),
            *(digest, f"stftcli {stftcli.__version__}", 'step = "mel"', "offset = 0.01"),
        ):
            assert text in told
        described = json.loads(ok_inside(shell, "info", "--json", f"x.{ending}").out)
        assert described["shape"] == [98, 64]
        assert described["settings"]["input"]["sha256"] == digest

    @pytest.mark.parametrize("name", ["x.npz", "x.safetensors", "x.npy.json"])
    @each_sound
    @pytest.mark.usefixtures("folder")
    def test_json_is_one_line(self, shell: Shell, name: str, sound: str) -> None:
        out = name.removesuffix(".json")
        words = ("--mel", "3", "--channel", "all", "--sidecar", "--out", out)
        ok_inside(shell, "features", f"{sound}.wav", *words)
        told = ok_inside(shell, "info", "--json", name, "mono.wav").out.decode()
        array, other = (json.loads(line) for line in told.splitlines())
        assert array["dtype"] == "float32"
        assert len(array["shape"]) == {"mono": 2, "stereo": 3}[sound]
        assert array["names"] == ["mel_1", "mel_2", "mel_3"]
        assert other["rate_hz"] == RATE_HZ

    @pytest.mark.parametrize("name", ["x.npy", "x.npz"])
    def test_of_an_array_of_others(self, shell: Shell, folder: Path, name: str) -> None:
        values = np.ones((3, 4))
        if name == "x.npz":
            np.savez(folder / name, features=values)
        else:
            np.save(folder / name, values)
        told = ok_inside(shell, "info", name).out.decode()
        assert "3 x 4 float64" in told
        assert "nothing says how it was made" in told
        assert json.loads(ok_inside(shell, "info", "--json", name).out)["settings"] is None

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("missing.npz", "missing.npz|No such file"),
            ("x.csv", "x.csv|x.csv.json"),
            ("x.npz", "x.npz|array"),
            ("x.json", "x.json|description"),
        ],
    )
    def test_of_what_is_none(self, shell: Shell, folder: Path, name: str, words: str) -> None:
        if not name.startswith("missing"):
            (folder / name).write_bytes(b"nothing")
        assert_explained(run_inside(shell, "info", name), 1, *words.split("|"))


FAILURES = {
    "NaN late in the sound": ("late.wav", 1, "NaN or infinite"),
    "an unknown channel": ("mono.wav --channel 3", 1, "no channel 3"),
    "too large for float16": (
        "mono.wav --dtype float16 --int16-scale --spectrum power",
        2,
        "65504",
    ),
    "settings that do not fit": ("mono.wav --mfcc 200", 2, "200 coefficients of 128 bands"),
}


class TestNothingIsLeftBehind:
    @each_format
    @pytest.mark.parametrize("case", FAILURES)
    def test_after_a_failure(self, shell: Shell, folder: Path, ending: str, case: str) -> None:
        words, code, told = FAILURES[case]
        if ending == "ark":
            oracle("kaldiio")
            if "float16" in words:
                told = "ark has no float16"
        samples = noise(20 * RATE_HZ) / 8
        samples[-100] = np.nan
        write_sound(shell, "late.wav", samples, RATE_HZ)
        before = shell.names()
        out = ("--out", f"x.{ending}", "--sidecar")
        recipe = () if "mfcc" in words else ("--linear-out", "3", "--save-linear", "w.npz")
        if "float16" in words:
            recipe = ()
        done = run_inside(shell, "features", *words.split(), *recipe, *out)
        assert_explained(done, code, told)
        assert shell.names() == before
        assert folder.is_dir()

    @each_format
    def test_old_results_stay_as_they_were(self, shell: Shell, folder: Path, ending: str) -> None:
        if ending == "ark":
            oracle("kaldiio")
        samples = noise(3 * RATE_HZ) / 8
        samples[-100] = np.nan
        write_sound(shell, "late.wav", samples, RATE_HZ)
        old = {f"x.{ending}": b"old", f"x.{ending}.json": b"{}", "x.scp": b"old index"}
        for name, content in old.items():
            (folder / name).write_bytes(content)
        words = ("late.wav", "--preset", "whisper", "--out", f"x.{ending}", "--sidecar")
        assert run_inside(shell, "features", *words).code == 1
        assert {name: (folder / name).read_bytes() for name in old} == old

    @pytest.mark.parametrize(
        ("out", "blocked"),
        [("x.npy", "x.npy.json"), ("x.npz", "x.npz.json"), ("x.ark", "x.scp")],
    )
    def test_where_what_stands_beside_it_cannot_be_written(
        self, shell: Shell, folder: Path, out: str, blocked: str
    ) -> None:
        if out == "x.ark":
            oracle("kaldiio")
        (folder / blocked).mkdir()
        before = shell.names()
        words = ("mono.wav", "--mel", "4", "--out", out)
        sidecar = (
            () if out == "x.ark" else ("--sidecar", "--linear-out", "3", "--save-linear", "w.npz")
        )
        done = run_inside(shell, "features", *words, *sidecar)
        assert_explained(done, 1, blocked, "Is a directory")
        assert shell.names() == before

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ("--out - --sidecar", "beside"),
            ("--out x.npy --layout bins-first --format csv", "--layout bins-first"),
            ("--out x.ark --layout bins-first", "--layout bins-first"),
            ("--out x.csv --spectrum complex", "complex64"),
            ("--out x.ark --spectrum complex", "complex64"),
            ("--out x.safetensors --spectrum complex --dtype float64", "complex128"),
            ("--out mono.wav --format raw", "overwrite"),
            ("--out x.jpg", "x.jpg"),
        ],
    )
    def test_calls_that_are_refused(
        self, shell: Shell, folder: Path, words: str, told: str
    ) -> None:
        if "ark" in words:
            oracle("kaldiio")
        before = (folder / "mono.wav").read_bytes()
        done = run_inside(shell, "features", "mono.wav", *words.split())
        assert_explained(done, 2, told)
        assert shell.names() == ["mono.wav", "stereo.wav"]
        assert (folder / "mono.wav").read_bytes() == before


@pytest.mark.parametrize("words", ["--mel 20", "--spectrum db --n-fft 512", "--preset kaldi-fbank"])
@pytest.mark.parametrize("dtype", ["float16", "float64"])
@pytest.mark.usefixtures("folder")
def test_types(shell: Shell, words: str, dtype: str) -> None:
    single = features_inside(shell, "mono.wav", *words.split())
    got = features_inside(shell, "mono.wav", *words.split(), "--dtype", dtype)
    assert got.dtype == dtype
    if dtype == "float16":
        np.testing.assert_array_equal(got, single.astype(np.float16))
    else:
        np.testing.assert_allclose(got, single, rtol=1e-4, atol=1e-3)
        assert (got != single).any()

"""--linear, --linear-out and --log: what stands on the command line is done in that order."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stftcli import Linear
from stftcli.dsp.filterbanks import band_centers_hz, dct_weights, mel_weights
from stftcli.features.build import build_chain
from stftcli.features.settings import FeatureSettings, Recipe
from stftcli.features.step import Step
from stftcli.features.steps import Dct, Deltas, LinearFile, Log, TopDb
from stftcli.jobs.drawing.rows import row_axis
from stftcli.pictures.axes import RowAxis
from stftcli.settings.frames import FrameSettings
from stftcli.settings.pictures import ViewSettings
from tests.cli import layers
from tests.cli.computing import step_names
from tests.cli.inside import run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.cli.test_spectrogram import texts
from tests.signals import assert_close, assert_same_bits, brute_force_stft, hann, noise

Floats = NDArray[Any]

RATE_HZ = 8000
SMALL = ("--n-fft", "64", "--hop-length", "16")
BINS = 33

MEL = mel_weights(RATE_HZ, 64, 8)
DCT = dct_weights(5, 8)
SQUARE = noise(BINS, BINS, seed=7).astype(np.float64) / BINS
OFFSET = noise(BINS, seed=8).astype(np.float64)

LOGS: dict[str, Any] = {
    "ln": lambda y: np.log(np.maximum(y, 1e-10)),
    "log10": lambda y: np.log10(np.maximum(y, 1e-10)),
    "db": lambda y: 10 * np.log10(np.maximum(y, 1e-10)),
    "log1p": lambda y: np.log1p(np.maximum(y, 0)),
}


@pytest.fixture
def power(shell: Shell) -> NDArray[np.float64]:
    """The power spectra of in.wav, which has silence in it; the layers lie beside it."""
    samples = noise(3000, seed=1) / 8
    samples[1000:1500] = 0
    soundfile.write(shell.folder / "in.wav", samples, RATE_HZ, subtype="FLOAT")
    layers.write(shell.folder / "mel.npy", weight=MEL)
    layers.write(shell.folder / "dct.safetensors", weight=DCT)
    layers.write(shell.folder / "square.npz", weight=SQUARE, bias=OFFSET)
    return np.abs(brute_force_stft(samples, 64, 16, hann(64))) ** 2


def of_power(shell: Shell, *words: str) -> NDArray[Any]:
    return shell.features("in.wav", *SMALL, "--spectrum", "power", *words)


ORDERS: dict[str, Any] = {
    "--linear mel.npy --log ln --linear dct.safetensors": lambda x: LOGS["ln"](x @ MEL.T) @ DCT.T,
    "--log ln --linear mel.npy --linear dct.safetensors": lambda x: LOGS["ln"](x) @ MEL.T @ DCT.T,
    "--linear mel.npy --linear dct.safetensors --log ln": lambda x: LOGS["ln"](x @ MEL.T @ DCT.T),
    "--linear=mel.npy --log=db --log log1p --linear=dct.safetensors": lambda x: (
        LOGS["log1p"](LOGS["db"](x @ MEL.T)) @ DCT.T
    ),
    "--linear square.npz --linear mel.npy": lambda x: (x @ SQUARE.T + OFFSET) @ MEL.T,
    "--linear square.npz --log log1p --linear square.npz": lambda x: (
        LOGS["log1p"](x @ SQUARE.T + OFFSET) @ SQUARE.T + OFFSET
    ),
}


class TestOrder:
    @pytest.mark.parametrize(("words", "wanted"), ORDERS.items(), ids=ORDERS)
    def test_is_that_of_the_command_line(
        self, shell: Shell, power: Floats, words: str, wanted: Any
    ) -> None:
        got = of_power(shell, *words.split(), "--dtype", "float64")
        assert_close(got, wanted(power), 1e-9)

    def test_another_order_gives_other_numbers(self, shell: Shell, power: Floats) -> None:
        results = [of_power(shell, *order.split()) for order in list(ORDERS)[:3]]
        for first, second in ((0, 1), (0, 2), (1, 2)):
            distance = np.abs(results[first] - results[second]).max()
            assert distance > 0.1 * np.abs(results[first]).max()
        assert len(results[0]) == len(power)

    def test_the_spectrum_comes_first_wherever_it_stands(self, shell: Shell, power: Floats) -> None:
        words = ("--linear", "mel.npy", "--log", "ln", "--spectrum", "power", "--n-fft", "64")
        got = shell.features("--hop-length", "16", *words, "in.wav")
        assert_close(got, LOGS["ln"](power @ MEL.T), 1e-5)

    def test_new_layers_have_a_place_in_it(self, shell: Shell, power: Floats) -> None:
        words = ("--linear", "mel.npy", "--linear-out", "4", "--log", "log1p", "--seed", "3")
        new = Linear(8, 4, dtype="float64", seed=3)
        wanted = LOGS["log1p"](new(power @ MEL.T))
        assert_close(of_power(shell, *words), wanted, 1e-5)

    def test_a_new_layer_between_others_is_the_one_that_is_saved(
        self, shell: Shell, power: Floats
    ) -> None:
        words = ("--linear", "mel.npy", "--linear-out", "8", "--linear", "dct.safetensors")
        shell.ok("features", "in.wav", *SMALL, *words, "--seed", "3", "--save-linear", "new.npz")
        wanted = Linear(8, 8, seed=3)
        assert wanted.bias is not None
        got = layers.read(shell.folder / "new.npz")
        assert_same_bits(got["weight"], wanted.weight)
        assert_same_bits(got["bias"], wanted.bias)
        assert len(power)

    def test_is_written_down_beside_the_features(self, shell: Shell, power: Floats) -> None:
        words = ("--linear", "mel.npy", "--log", "ln", "--linear", "dct.safetensors")
        shell.ok("features", "in.wav", *SMALL, *words, "--out", "out.npz")
        with np.load(shell.folder / "out.npz") as archive:
            settings = json.loads(str(archive["settings"]))
            assert archive["features"].shape == (len(power), 5)
        wanted = [
            {"step": "linear", "file": "mel.npy"},
            {"step": "log", "kind": "ln", "ref": 1.0},
            {"step": "linear", "file": "dct.safetensors"},
        ]
        assert settings["features"]["features"]["steps"] == wanted

    def test_the_help_states_it(self, shell: Shell) -> None:
        for command in (["features"], ["spectrogram"], ["linear", "fit", "pca"]):
            told = " ".join(shell.ok(*command, "--help", "features").out.decode().split())
            assert "Several, and logarithms between them, are applied in the order given" in told


class TestLog:
    @pytest.mark.parametrize("kind", LOGS)
    def test_of_the_bins_themselves(self, shell: Shell, power: Floats, kind: str) -> None:
        wanted = LOGS[kind](power)
        assert_close(of_power(shell, "--log", kind), wanted, 1e-5)
        assert (power < 1e-12).any()  # so that the floor is tried

    @pytest.mark.parametrize("kind", LOGS)
    def test_of_what_is_below_zero(self, shell: Shell, power: Floats, kind: str) -> None:
        projected = power @ SQUARE.T + OFFSET
        assert (projected < -0.1).any()
        got = of_power(shell, "--linear", "square.npz", "--log", kind, "--dtype", "float64")
        assert np.isfinite(got).all()
        assert_close(got, LOGS[kind](projected), 1e-9)

    def test_alone_leaves_the_bins_their_frequencies(self, shell: Shell, power: Floats) -> None:
        shell.ok("features", "in.wav", *SMALL, "--log", "ln", "--out", "out.npz")
        with np.load(shell.folder / "out.npz") as archive:
            np.testing.assert_array_equal(archive["freqs"], np.arange(BINS) * 125)
            assert len(archive["features"]) == len(power)

    def test_of_each_channel(self, shell: Shell, power: Floats) -> None:
        stereo = noise(3000, 2, seed=3) / 8
        soundfile.write(shell.folder / "stereo.wav", stereo, RATE_HZ, subtype="FLOAT")
        words = (*SMALL, "--linear", "mel.npy", "--log", "ln")
        both = shell.features("stereo.wav", *words, "--channel", "all")
        for channel in (1, 2):
            alone = shell.features("stereo.wav", *words, "--channel", str(channel))
            assert_close(both[:, channel - 1], alone)
        assert both.shape == (len(power), 2, 8)


class TestLayersOfOneFile:
    @pytest.fixture
    def model(self, shell: Shell, power: Floats) -> Path:
        arrays = {"mel.weight": MEL, "head.0.weight": SQUARE[:3, :8], "head.0.bias": OFFSET[:3]}
        layers.write(shell.folder / "model.npz", **arrays)
        assert len(power)
        return shell.folder / "model.npz"

    @pytest.mark.usefixtures("model")
    def test_are_applied_by_their_prefixes(self, shell: Shell, power: Floats) -> None:
        words = ("--linear", "model.npz:mel", "--log", "ln", "--linear", "model.npz:head.0")
        wanted = LOGS["ln"](power @ MEL.T) @ SQUARE[:3, :8].T + OFFSET[:3]
        assert_close(of_power(shell, *words), wanted, 1e-5)

    @pytest.mark.usefixtures("model")
    @pytest.mark.parametrize("command", ["features in.wav", "linear fit pca in.wav"])
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("model.npz", "several layers|model.npz:PREFIX|'mel', 'head.0'"),
            ("model.npz:head", "no layer 'head'|'mel', 'head.0'"),
        ],
    )
    def test_are_listed_where_none_is_named(
        self, shell: Shell, command: str, name: str, words: str
    ) -> None:
        before = shell.names()
        done = run_inside(shell, *command.split(), *SMALL, "--linear", name, "-o", "x.npz")
        assert_explained(done, 2, *words.split("|"))
        assert shell.names() == before


@pytest.mark.usefixtures("power")
class TestWidths:
    @pytest.mark.parametrize(
        ("stages", "words"),
        [
            (
                "--linear dct.safetensors",
                "dct.safetensors takes 8|the spectrum (--n-fft 64) gives 33",
            ),
            ("--linear mel.npy --linear square.npz", "square.npz takes 33|mel.npy gives 8"),
            (
                "--linear mel.npy --log ln --linear dct.safetensors --log db --linear mel.npy",
                "mel.npy takes 33|dct.safetensors gives 5",
            ),
            ("--linear-out 4 --linear mel.npy", "mel.npy takes 33|the new Linear gives 4"),
            ("--log ln --linear square.npz:fc", "square.npz holds no layer 'fc'"),
        ],
    )
    def test_that_do_not_fit_are_named_with_where_they_come_from(
        self, shell: Shell, stages: str, words: str
    ) -> None:
        before = shell.names()
        done = run_inside(shell, "features", "in.wav", *SMALL, *stages.split(), "--out", "x.npy")
        assert_explained(done, 2, *words.split("|"))
        done = run_inside(shell, "spectrogram", "in.wav", *SMALL, *stages.split(), "--out", "x.svg")
        assert_explained(done, 2, *words.split("|"))
        assert shell.names() == before

    def test_follow_the_length_of_the_transform(self, shell: Shell) -> None:
        done = run_inside(shell, "features", "in.wav", "--linear", "mel.npy", "--out", "x.npy")
        assert_explained(done, 2, "mel.npy takes 33", "(--n-fft 2048) gives 1025")

    @pytest.mark.parametrize("stage", ["--log ln", "--linear mel.npy"])
    def test_complex_numbers_fit_nothing(self, shell: Shell, stage: str) -> None:
        words = (*SMALL, "--spectrum", "complex", *stage.split(), "--out", "x.npy")
        done = run_inside(shell, "features", "in.wav", *words)
        assert_explained(done, 2, "real", "--spectrum")

    def test_an_unknown_log_is_answered_with_all(self, shell: Shell) -> None:
        done = run_inside(shell, "features", "in.wav", "--log", "log2", "--out", "x.npy")
        assert_explained(done, 2, "--log", "'log2'", *LOGS)


BANK = "--rate 8000 --n-fft 512 --bands 40"


@pytest.mark.usefixtures("power")
class TestPictures:
    def drawn(self, shell: Shell, *words: str) -> list[str]:
        done = shell.ok("spectrogram", "in.wav", *words, "--out", "-", "--format", "svg")
        assert "Warning" not in done.err
        return texts(done.out)

    def test_a_mel_bank_has_its_centres_on_the_axis(self, shell: Shell) -> None:
        shell.ok("linear", "mel", *BANK.split(), "-o", "bank.npz")
        got = self.drawn(shell, "--n-fft", "512", "--linear", "bank.npz")
        assert {"Frequency (Hz)", "100", "500", "1k", "2k", "Level (dB)"} <= set(got)
        assert not {"Output", "5k", "Level (dBFS)"} & set(got)

    def test_a_log_mel_bank_too_and_its_values_are_logarithms(self, shell: Shell) -> None:
        shell.ok("linear", "mel", *BANK.split(), "-o", "bank.npz")
        got = self.drawn(shell, "--n-fft", "512", "--linear", "bank.npz", "--log", "ln")
        assert {"Frequency (Hz)", "1k", "Value (ln)"} <= set(got)

    def test_principal_components_are_counted(self, shell: Shell) -> None:
        words = ("pca", "in.wav", *SMALL, "--spectrum", "power", "--components", "6")
        shell.ok("linear", "fit", *words, "-o", "pca.npz")
        got = self.drawn(shell, *SMALL, "--linear", "pca.npz")
        assert {"Output", "1", "6", "Value"} <= set(got)
        assert "Frequency (Hz)" not in got

    def test_what_is_made_of_a_bank_is_counted(self, shell: Shell) -> None:
        words = ("--linear", "mel.npy", "--log", "ln", "--linear", "dct.safetensors")
        got = self.drawn(shell, *SMALL, *words)
        assert {"Output", "Value"} <= set(got)
        assert "Frequency (Hz)" not in got


MakeAxis = Callable[..., RowAxis]


MOST_TICKS = 10


@pytest.fixture
def axis_of(tmp_path: Path) -> MakeAxis:
    """Makes the axis of a picture of one bank, and of what is done with it later."""

    def make(
        weight: Floats, filter_length: int, *later: Step, bias: Floats | None = None
    ) -> RowAxis:
        bank = tmp_path / "bank.npz"
        Linear.from_weights(weight, bias).save(bank)
        settings = FeatureSettings(
            frames=FrameSettings(filter_length),
            features=Recipe("power", steps=(LinearFile(str(bank)), *later)),
        )
        chain = build_chain(settings, RATE_HZ)
        return row_axis(chain, chain.axis, 1, ViewSettings())

    return make


class TestTicks:
    @pytest.mark.parametrize("bands", [40, 64, 128])
    def test_stand_where_the_bands_are(self, axis_of: MakeAxis, bands: int) -> None:
        axis = axis_of(mel_weights(RATE_HZ, 2048, bands), 2048)
        ticks = axis.ticks(MOST_TICKS)
        assert len(ticks) >= 3
        centers_hz = band_centers_hz(RATE_HZ, bands)
        for place, text in ticks.items():
            there_hz = np.interp(place, np.arange(1, bands + 1), centers_hz)
            assert there_hz == pytest.approx(float(text.replace("k", "e3")), rel=0.03)

    def test_keep_apart(self, axis_of: MakeAxis) -> None:
        axis = axis_of(mel_weights(RATE_HZ, 2048, 64), 2048)
        assert np.diff(sorted(axis.ticks(MOST_TICKS))).min() >= 63 / MOST_TICKS

    @pytest.mark.parametrize(
        ("weight", "bias"),
        [
            (-mel_weights(RATE_HZ, 2048, 40), None),
            (mel_weights(RATE_HZ, 2048, 40)[::-1], None),
            (mel_weights(RATE_HZ, 2048, 40), np.ones(40)),
            (noise(40, 1025) ** 2, None),
        ],
        ids=["negative", "falling", "with a bias", "dense"],
    )
    def test_are_numbers_where_the_outputs_are_no_bands(
        self, axis_of: MakeAxis, weight: Floats, bias: Floats | None
    ) -> None:
        axis = axis_of(weight, 2048, bias=bias)
        assert axis.label == "Output"
        assert all(text == f"{place:g}" for place, text in axis.ticks(MOST_TICKS).items())

    def test_are_numbers_where_something_is_made_of_the_bands(
        self, axis_of: MakeAxis, tmp_path: Path
    ) -> None:
        bank = mel_weights(RATE_HZ, 2048, 40)
        layers.write(tmp_path / "rising.npy", weight=mel_weights(RATE_HZ, 78, 20))
        rising = LinearFile(str(tmp_path / "rising.npy"))
        assert axis_of(bank, 2048, Log("ln")).label == "Frequency (Hz)"
        for later in ((rising,), (Deltas(),), (Log("db"), TopDb(), Deltas())):
            assert axis_of(bank, 2048, *later).label == "Output"
        assert axis_of(bank, 2048, Log("ln"), Dct(5)).label == "MFCC"

    @pytest.mark.parametrize(("bands", "filter_length"), [(12, 256), (32, 1024)])
    def test_do_not_hang_on_how_the_bank_is_multiplied(
        self, axis_of: MakeAxis, bands: int, filter_length: int
    ) -> None:
        axis = axis_of(mel_weights(RATE_HZ, filter_length, bands), filter_length)
        assert axis.label == "Frequency (Hz)"

    @pytest.mark.filterwarnings("error")
    def test_of_a_bank_with_empty_bands_stand_where_the_others_are(self, axis_of: MakeAxis) -> None:
        weight = mel_weights(RATE_HZ, 2048, 40)
        whole = axis_of(weight, 2048)
        weight[[0, 17, 39]] = 0
        holed = axis_of(weight, 2048)
        got, wanted = (
            {text: place for place, text in axis.ticks(MOST_TICKS).items()}
            for axis in (holed, whole)
        )
        # The lowest band is gone, and with it what is written there.
        common = got.keys() & wanted.keys()
        assert len(common) >= 3
        for text in common:
            assert got[text] == pytest.approx(wanted[text], abs=0.1)

    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize("bands", [40, 99])
    def test_of_bands_that_share_their_bins_are_numbers(
        self, axis_of: MakeAxis, bands: int
    ) -> None:
        assert axis_of(mel_weights(RATE_HZ, 64, bands), 64).label == "Output"


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("--mfcc 13 --top-db 60", "mel log top_db dct"),
        ("--mel 20 --mfcc 13 --top-db 60", "mel log top_db dct"),
        ("--top-db 60 --mfcc 13 --mel 20", "mel log top_db dct"),
        ("--preset librosa-mel --mfcc 13 --top-db 60", "mel log top_db dct"),
        ("--preset kaldi-mfcc --top-db 50", "mel log top_db dct energy"),
        (
            "--mel 20 --mfcc 13 --standardize 1,2 --top-db 9 --deltas 1 --stats mean",
            "mel log top_db dct standardize deltas stats",
        ),
        ("--spectrum db --mel 20 --top-db 60", "top_db mel"),
        ("--mel 20 --log db --top-db 9 --linear-out 3 --seed 1", "mel log top_db linear_out"),
    ],
)
def test_what_stands_at_a_place_of_its_own_goes_there(shell: Shell, words: str, names: str) -> None:
    assert step_names(shell, *words.split()) == names.split()

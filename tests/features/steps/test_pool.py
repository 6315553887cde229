"""Pooled frames are numpy's statistics of each stretch, however the sound arrives."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import Extractor, Log, Mel, Pool, SettingsError
from stftcli.settings.choices import PADDINGS
from tests.signals import assert_same_bits, blocks_of, noise

Array = NDArray[Any]

RATE_HZ = 8000
SOUND = noise(19_777) * np.linspace(0.01, 1, 19_777, dtype=np.float32)
FRAMES: dict[str, Any] = {"n_fft": 256, "hop_length": 80}

NUMPYS: dict[str, Callable[[Array], Array]] = {
    "mean": lambda rows: np.asarray(rows.mean(axis=0)),
    "std": lambda rows: np.asarray(rows.std(axis=0)),
    "min": lambda rows: np.asarray(rows.min(axis=0)),
    "max": lambda rows: np.asarray(rows.max(axis=0)),
    "median": lambda rows: np.asarray(np.median(rows, axis=0)),
    "p10": lambda rows: np.asarray(np.percentile(rows, 10, axis=0)),
    "p99.5": lambda rows: np.asarray(np.percentile(rows, 99.5, axis=0)),
}


def stretches_of(rows: Array, times_s: Array, period_s: float | None) -> list[Array]:
    """Cut rows where a new stretch begins; what is centred on the very end begins none."""
    if period_s is None:
        return [rows]
    period = Fraction(repr(period_s))
    centers = [Fraction(round(float(time) * RATE_HZ), RATE_HZ) for time in times_s]
    number = [max(0, center // period) for center in centers]
    if centers[-1] % period == 0:
        number[-1] = number[-2]
    return [rows[np.equal(number, one)] for one in sorted(set(number))]


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("period_s", [0.01, 0.1, 0.333, 1.0, 60.0, None])
def test_rows_are_numpys_statistics(padding: str, period_s: float | None) -> None:
    frames = Extractor(spectrum="power", padding=padding, dtype="float64", **FRAMES)
    rows = frames(SOUND, RATE_HZ)
    parts = stretches_of(rows, frames.times_s(len(rows), RATE_HZ), period_s)
    pooled = Extractor(padding=padding, dtype="float64", pool=(period_s, list(NUMPYS)), **FRAMES)
    got = pooled(SOUND, RATE_HZ)
    wanted = [np.concatenate([of(part) for of in NUMPYS.values()]) for part in parts]
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12)
    assert len(got) == pooled.frames(len(SOUND), RATE_HZ)


@pytest.mark.parametrize(
    "options",
    [
        {"pool": "100ms:mean,p10"},
        {"pool": "0.0333:max,median,std", "mel": 8},
        {"pool": "10ms"},
        {"pool": "all:mean,p90", "log": "db"},
        {"pool": "0.5", "drop_last": True, "causal": True},
        {"background": "p10", "log": "db"},
        {"pool": "100ms", "background": "median"},
    ],
    ids=str,
)
def test_no_block_and_no_thread_changes_a_bit(options: dict[str, Any]) -> None:
    extractor = Extractor(**FRAMES, **options)
    whole = extractor(SOUND, RATE_HZ)
    assert_same_bits(extractor(SOUND, RATE_HZ, threads=3), whole, "threads")
    for size in (17, 79, 80, 81, 5000):
        parts = list(extractor.stream(blocks_of(SOUND, size), RATE_HZ))
        assert_same_bits(np.concatenate(parts), whole, f"blocks of {size}")


def test_a_row_is_given_as_soon_as_the_next_one_has_begun() -> None:
    extractor = Extractor(**FRAMES, pool=0.1, padding="none")
    given = 0

    def blocks() -> Any:
        nonlocal given
        for block in blocks_of(SOUND, 80):
            given += len(block)
            yield block

    first = next(extractor.stream(blocks(), RATE_HZ))
    assert first.shape == (1, 129)
    assert given <= 800 + 256 + 2 * 80


@pytest.mark.parametrize("log", ["db", "ln", "log10", "log1p"])
def test_the_mean_of_levels_is_the_level_of_the_mean_power(log: str) -> None:
    powers = Extractor(**FRAMES, mel=8, pool=0.1, dtype="float64")(SOUND, RATE_HZ)
    levels = Extractor(**FRAMES, mel=8, pool=0.1, log=log, dtype="float64")(SOUND, RATE_HZ)
    of: dict[str, Callable[[Array], Array]] = {
        "db": lambda y: np.asarray(10 * np.log10(y)),
        "ln": np.log,
        "log10": np.log10,
        "log1p": np.log1p,
    }
    np.testing.assert_allclose(levels, of[log](powers), rtol=1e-9)


@pytest.mark.parametrize(("spectrum", "factor"), [("db", 10), ("dbfs", 10), ("log", 0.5)])
def test_so_it_is_of_spectra_that_are_levels(spectrum: str, factor: float) -> None:
    frames = Extractor(**FRAMES, spectrum=spectrum, dtype="float64")(SOUND, RATE_HZ)
    got = Extractor(**FRAMES, spectrum=spectrum, pool="all", dtype="float64")(SOUND, RATE_HZ)
    base = np.e if spectrum == "log" else 10
    mean = (base ** (frames / factor)).mean(axis=0)
    np.testing.assert_allclose(got[0], factor * np.log(mean) / np.log(base), rtol=1e-9, atol=1e-9)


def test_of_levels_it_is_the_mean_of_decibels_as_with_stats() -> None:
    levels = Extractor(**FRAMES, mel=8, log="db")(SOUND, RATE_HZ)
    pooled = Extractor(**FRAMES, mel=8, log="db", pool="all", pool_of="levels")
    got = pooled(SOUND, RATE_HZ)
    np.testing.assert_allclose(got[0], levels.mean(axis=0, dtype=np.float64), rtol=1e-6)
    stats = Extractor(**FRAMES, mel=8, log="db", stats="mean")
    assert_same_bits(got, stats(SOUND, RATE_HZ))
    power = Extractor(**FRAMES, mel=8, log="db", pool="all")(SOUND, RATE_HZ)
    assert (power > got).all()


@pytest.mark.parametrize("name", ["max", "min", "median", "p25"])
def test_to_others_a_logarithm_makes_no_difference(name: str) -> None:
    # An odd number of frames, so that no percentile lies between two.
    options: dict[str, Any] = {**FRAMES, "padding": "none", "pool": ("1h", [name])}
    sound = SOUND[: 80 * 40 + 256]  # 41 frames
    powers = Extractor(**options, dtype="float64")(sound, RATE_HZ)
    levels = Extractor(**options, log="db", dtype="float64")(sound, RATE_HZ)
    assert len(powers) == 1
    np.testing.assert_allclose(levels, 10 * np.log10(powers), rtol=1e-12)


def test_stats_take_percentiles_too() -> None:
    rows = Extractor(**FRAMES, mel=8)(SOUND, RATE_HZ)
    extractor = Extractor(**FRAMES, mel=8, stats="p90,median")
    wanted = np.percentile(rows.astype(np.float64), [90, 50], axis=0).reshape(1, -1)
    np.testing.assert_allclose(extractor(SOUND, RATE_HZ), wanted, rtol=1e-6)
    assert extractor.names[7:9] == ("mel_8_p90", "mel_1_median")


def test_channels_and_names() -> None:
    chain = Extractor(**FRAMES, mel=3, pool="1s:mean,p10").chain(RATE_HZ)
    rows = np.concatenate(list(chain.batches([np.stack((SOUND, SOUND[::-1]))])))
    assert rows.shape == (3, 2, 6)
    assert chain.axis.names[2:4] == ("mel_3_mean", "mel_1_p10")
    np.testing.assert_array_equal(chain.times_s(0, 3), [0, 1, 2])
    alone = Extractor(**FRAMES, pool="1s").axis(RATE_HZ)
    assert alone.bins
    assert alone.names[:2] == ("0 Hz", "31.25 Hz")
    assert alone.statistics == ("mean",)


def test_statistics_have_the_units_of_what_they_are_of() -> None:
    axis = Extractor(**FRAMES, spectrum="dbfs", pool="1s:max,kurtosis").axis(RATE_HZ)
    assert (axis.units[0], axis.units[-1], axis.unit) == ("dBFS", "", None)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("60s:mean", (60.0, ("mean",))),
        ("1min:p10,p50", (60.0, ("p10", "p50"))),
        ("2h", (7200.0, ("mean",))),
        (0.5, (0.5, ("mean",))),
        ("all", (None, ("mean",))),
        ("all:max", (None, ("max",))),
        ((None, ["max"]), (None, ("max",))),
    ],
)
def test_what_it_takes(value: Any, wanted: Any) -> None:
    (step,) = Extractor(pool=value).settings.features.steps
    assert isinstance(step, Pool)
    assert (step.period_s, step.statistics) == wanted


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0s", "a time above 0"),
        ("-1", "a time above 0"),
        ("nan", "a time above 0"),
        ("60x:mean", "a time above 0"),
        (":mean", "a time above 0"),
        ("60s:meen", "no 'meen': did you mean mean"),
        ("60s:p101", "no 'p101'"),
        ("10s:mean,p10,mean", "it names mean twice"),
        ("60s:", None),
        ((1, ()), "name one or more"),
        (True, "a time above 0"),
    ],
)
def test_what_it_does_not_take(value: Any, words: str | None) -> None:
    if words is None:
        assert Extractor(pool=value) == Extractor(pool="60s")
        return
    with pytest.raises(SettingsError, match=f"`pool`.*{words}"):
        Extractor(pool=value)


def test_two_of_them_are_refused() -> None:
    steps = [Mel(8), Pool(0.1), Log("db"), Pool(1.0)]
    with pytest.raises(SettingsError, match="pooled once"):
        Extractor(steps=steps, **FRAMES)(SOUND, RATE_HZ)
    assert Extractor(steps=steps[:3], **FRAMES)(SOUND, RATE_HZ).shape == (25, 8)


def test_angles_are_refused() -> None:
    with pytest.raises(SettingsError, match="`pool` is for numbers in order, and angles"):
        Extractor(spectrum="phase", pool="1s").axis(RATE_HZ)


def test_beside_deltas_the_mean_is_of_levels_which_is_said() -> None:
    options: dict[str, Any] = {**FRAMES, "mel": 4, "log": "db", "pool": "all"}
    extractor = Extractor(**options, deltas=1)
    with pytest.warns(UserWarning, match="with `deltas`, `pool` takes the mean of the levels"):
        got = extractor(SOUND, RATE_HZ)
    levels = Extractor(**options, pool_of="levels")(SOUND, RATE_HZ)
    np.testing.assert_allclose(got[:, :4], levels, rtol=1e-6)
    silent: list[dict[str, Any]] = [
        {**options, "pool_of": "levels"},
        {**options, "pool": "all:max"},
        {**options, "mfcc": 3},
    ]
    for other in silent:
        assert not Extractor(**other, deltas=1).chain(RATE_HZ).warnings


def test_it_comes_last_whatever_the_order_of_options() -> None:
    names = [
        step.step
        for step in Extractor(
            stats="max", background="median", pool="1s", deltas=1, log="db", mel=8
        ).settings.features.steps
    ]
    assert names == ["mel", "log", "deltas", "pool", "background", "stats"]
    base = Extractor(pool="1s", background="p10").settings
    assert [step.step for step in Extractor(base, log="db", mel=8).settings.features.steps] == [
        *("mel", "log", "pool", "background"),
    ]

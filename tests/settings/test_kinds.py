"""Every kind reads texts and Python's values by one rule, and says what is allowed."""

import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stftcli.features.keywords import all_options
from stftcli.settings.kinds import (
    Choice,
    FileName,
    Flag,
    Frequency,
    Kind,
    Names,
    Number,
    Pair,
    Text,
    Time,
    Whole,
    WholeChoice,
)
from stftcli.settings.lengths import LengthKind
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.pitch import PitchKind
from stftcli.settings.reading import RawKind
from stftcli.settings.segment import ChannelKind, TimeOriginKind
from stftcli.settings.sizes import SizeKind
from stftcli.settings.statistics import PercentileName, Pooling, StatisticNames
from stftcli.settings.units import Reference, SensitivityKind, Voltage

NAN, INF = float("nan"), float("inf")


class Case(NamedTuple):
    """A kind, what it takes and what becomes of it, what it refuses, and what is said then."""

    kind: Kind
    good: list[tuple[Any, Any]]
    bad: list[Any]
    said: str


CASES = {
    "flag": Case(
        Flag(),
        [(True, True), (False, False)],
        ["yes", "true", "", 1, 0, None],
        "it must be True or False",
    ),
    "flag of other values": Case(
        Flag("center", "none"),
        [(True, "center"), (False, "none")],
        ["center", 1],
        "it must be True or False",
    ),
    "whole": Case(
        Whole(1, 100),
        [("1", 1), ("100", 100), ("007", 7), (5, 5), (np.int64(5), 5), (np.uint8(5), 5)],
        ["0", "101", "1.0", "ten", "", "0x10", 0, 101, 1.0, 1.5, True, None, [1], np.float32(1)],
        "it must be a whole number from 1 to 100",
    ),
    "number": Case(
        Number(0, 1e3),
        [("0", 0), ("1e3", 1000), ("0.5", 0.5), (".5", 0.5), (1, 1), (np.float32(0.5), 0.5)],
        ["-1", "1001", "nan", "inf", "x", "", "1,5", -1, NAN, INF, True, None, [1, 2]],
        "it must be a number from 0 to 1000",
    ),
    "number above": Case(
        Number(0, 1e3, above=True),
        [("1e-9", 1e-9), (1000, 1000)],
        ["0", "-0", 0, 0.0, -1, 1001, "nan"],
        "it must be a number above 0, at most 1000",
    ),
    "number or a word": Case(
        Number(0, 1e3, "max"),
        [("max", "max"), ("2", 2), (2.5, 2.5)],
        ["min", "Max", "", "-1", NAN],
        "it must be a number from 0 to 1000, or max",
    ),
    "frequency": Case(
        Frequency(0, 1e9),
        [
            *(("16000", 16_000), ("16000Hz", 16_000), ("16000 Hz", 16_000), ("16k", 16_000)),
            *(("16kHz", 16_000), ("16 khz", 16_000), ("44.1k", 44_100), ("0", 0), (".5k", 500)),
            *((16_000, 16_000), (440.5, 440.5), (np.int32(8000), 8000), ("1000000k", 1e9)),
        ],
        ["-5", "low", "", "16M", "16kk", "k", "1 000", "2000000k", -5, 2e9, NAN, INF, True, None],
        "it must be Hz from 0 to 1000000000, as in 16000 or 16k",
    ),
    "whole frequency": Case(
        Frequency(1, 1e6, whole=True),
        [("44.1k", 44_100), (16_000, 16_000), (16_000.0, 16_000), ("8000.0", 8000)],
        ["0", "22050.5", "44.1234k", 0.5, 2e6, NAN],
        "it must be a whole number of Hz from 1 to 1000000, as in 16000 or 16k",
    ),
    "time": Case(
        Time(0, 1e9),
        [
            *(("90", 90), ("1.5", 1.5), ("1.5s", 1.5), ("1.5 s", 1.5), ("500ms", 0.5)),
            *(("1:30", 90), ("1:30.25", 90.25), ("1:02:03.5", 3723.5), ("90:00", 5400)),
            *((90, 90), (0.25, 0.25), ("0", 0), ("0:05", 5), ("1:.5", 60.5), ("1:75", 135)),
        ],
        ["-1", "noon", "", "1:", ":30", "1:2:3:4", "5min", "1:30s", "1:-3", -1, NAN, INF, None],
        "as in 90, 1:30 or 500ms",
    ),
    "time above": Case(
        Time(0, 1e9, above=True),
        [("1ms", 0.001), (0.5, 0.5)],
        ["0", "0:00", "0ms", 0, -1],
        "it must be a time above 0",
    ),
    "choice": Case(
        Choice(("hann", "hamming", "boxcar")),
        [("hann", "hann"), ("boxcar", "boxcar")],
        ["Hann ", "", None, 3, ["hann"]],
        "hann",
    ),
    "whole choice": Case(
        WholeChoice((8, 16)),
        [("8", 8), (16, 16), (np.int64(8), 8)],
        ["12", "8.0", "", 12, 8.0, None, True],
        "it must be one of 8, 16",
    ),
    "names or none": Case(
        Names(("rms", "zcr"), none=True),
        [("none", ()), ((), ()), ([], ()), ("zcr", ("zcr",)), ("all", ("rms", "zcr"))],
        [3, None],
        "name one or more of rms, zcr, or all or none",
    ),
    "names": Case(
        Names(("rms", "zcr", "flux")),
        [
            *(("rms", ("rms",)), ("zcr,rms", ("zcr", "rms")), ("all", ("rms", "zcr", "flux"))),
            *((["rms"], ("rms",)), (("flux", "rms"), ("flux", "rms"))),
        ],
        ["rms,", "", "rms, zcr", "loud", ["loud"], [3]],
        "there is no ",
    ),
    "pair": Case(
        Pair(),
        [
            *(("-4.27,9.14", (-4.27, 9.14)), ("1, 2", (1, 2)), ([1, 2], (1, 2))),
            *((np.array([1.5, 2]), (1.5, 2)), ("none", "none")),
        ],
        ["3", "1,2,3", "a,b", "", "1,nan", "1,1e31", 3, [1], (1, INF), None],
        "it must be two numbers, as in -4.27,9.14, or none",
    ),
    "text": Case(Text(), [("", ""), ("a b", "a b")], [3, None, b"x"], "it must be a text"),
    "file": Case(
        FileName(),
        [("a/b.npz:fc", "a/b.npz:fc"), (Path("a") / "b.npz", "a/b.npz")],
        [3, None, ["a"]],
        "it must be the name of a file",
    ),
    "length": Case(
        LengthKind(),
        [
            *(("512", 512), (512, 512), (np.int64(512), 512), ("25ms", "25ms"), ("2.5ms", "2.5ms")),
            *(("25 ms", "25 ms"), ("0.5ms", "0.5ms")),
        ],
        ["0", "0ms", "0.0ms", "-5", "1e3ms", "5s", "many", "", "٣ms", "pow2", 0, -1, 1.5, True],
        "give samples (512) or milliseconds (25ms), above zero",
    ),
    "length or a power of two": Case(
        LengthKind(pow2=True),
        [("pow2", "pow2"), ("512", 512)],
        ["pow3", "0", 2.5],
        "give samples (512) or milliseconds (25ms), above zero, or pow2",
    ),
    "time origin": Case(
        TimeOriginKind(),
        [
            ("auto", "auto"),
            ("none", "none"),
            ("2024-01-31T05:45:00Z", "2024-01-31T05:45:00+00:00"),
            ("2024-01-31 05:45", "2024-01-31T05:45:00"),
            ("20240131T054500.5+0100", "2024-01-31T05:45:00.500000+01:00"),
            (datetime(2024, 1, 31, 5, 45), "2024-01-31T05:45:00"),
        ],
        ["", "now", "5:45", "2024-13-01", "1799-12-31", "9999-12-31", 5, None, 1.5],
        "give auto, none, or a time as in 2024-01-31T05:45:00+01:00",
    ),
    "channel": Case(
        ChannelKind(),
        [("mix", "mix"), ("all", "all"), ("1", 1), (2, 2), (np.int64(2), 2)],
        ["0", "left", "", "-1", "1.0", "01", "1000000", 0, 1.0, True, None],
        "give mix, all, or a channel's number from 1",
    ),
    "sensitivity": Case(
        SensitivityKind(),
        [
            (text, text)
            for text in (
                *(
                    "-176.2dBV/uPa",
                    "-176.2 dB re 1 V/uPa",
                    "-176.2dB-re-1V/µPa",
                    "-165 dBV re 1 uPa",
                ),
                *(
                    "-38dBV/Pa",
                    "-38 dBV re 1 Pa",
                    "12.5mV/Pa",
                    "12.5 mV/Pa",
                    "1e-8V/uPa",
                    "3nV/uPa",
                ),
                *("-176.2dB/uPa", "-56 dB re 1/Pa", "0.05/Pa", "+3dB/Pa"),
            )
        ]
        + [("-176.2", "-176.2dBV/uPa"), (-38, "-38dBV/Pa"), ("-60dB", "-60dBV/Pa")],
        [
            *("", "-500", -401, "-38dBV", "-38dB/V", "-38dBmV/Pa", "-38 dB/mPa"),
            *("0V/Pa", "-1V/Pa", "nanV/Pa", "-500dB/Pa", "1e30V/Pa", "-38dBV/Pa2", "dBV/Pa"),
            *("50MV/Pa", "50 mv/pa", None, True, NAN, ["-38dBV/Pa"]),
        ],
        "it must name its unit: ",
    ),
    "voltage": Case(
        Voltage(),
        [("1", 1), ("1.0V", 1), ("1.25 V", 1.25), ("500mV", 0.5), ("20 uV", 2e-5), (2, 2)],
        ["0", "0V", "-1V", "", "1 W", "1MV", "1vv", 0, -1, 2e6, NAN, INF, True, None],
        "it must be a voltage above 0, at most 1e+06 V, as in 1.25V",
    ),
    "reference": Case(
        Reference(),
        [
            *(("max", "max"), ("1", 1), ("20u", 2e-5), ("20µ", 2e-5), ("1m", 1e-3), (0.5, 0.5)),
            *(("20uPa", "20uPa"), ("1 µPa", "1 µPa"), ("1Pa", "1Pa"), ("1V", "1V")),
        ],
        ["0", "-1", "", "min", "0Pa", "-20uPa", "20uHz", "20 upa", 0, NAN, INF, True, None, [1]],
        "it must be a number above 0, at most 1e+30, or max; of calibrated sound a pressure",
    ),
    "statistics": Case(
        StatisticNames(),
        [
            ("mean", ("mean",)),
            ("p10,median", ("p10", "median")),
            (["max", "p99.5"], ("max", "p99.5")),
            ("all", ("mean", "std", "min", "max", "skewness", "kurtosis")),
        ],
        ["mode", "p100", "p", "mean,", "p-1", ["modal"]],
        "there is no ",
    ),
    "percentile": Case(
        PercentileName("none"),
        [("median", "median"), ("p10", "p10"), ("p0.5", "p0.5"), ("none", "none")],
        ["mean", "p100", "", "10", 10, None],
        "it must be median, or a percentile such as p10, or none",
    ),
    "pooling": Case(
        Pooling(),
        [
            ("60s", (60, ("mean",))),
            ("500ms:max", (0.5, ("max",))),
            ("10min:p10,p90", (600, ("p10", "p90"))),
            ("all", (None, ("mean",))),
            (1.5, (1.5, ("mean",))),
            (("2h", "min"), (7200, ("min",))),
        ],
        ["0", "-1s", "1e10", 0, NAN],
        "it must be a time above 0, as in 60s:mean, 10min:max, or all:p10,p90",
    ),
    "size": Case(
        SizeKind(),
        [
            *(("1200x600", (1200, 600)), ((1200, 600), (1200, 600)), ([8, 9], (8, 9))),
            *(("8.5x5cm", "8.5x5cm"), ("85x50 mm", "85x50 mm"), ("3.35x2in", "3.35x2in")),
        ],
        [
            *("12", "-5x5", "1200X600", "1x2x3", "", "99999999x1", 3, None, (1,), (1, 2, 3)),
            *((1.5, 2), "8.5x5", "0x5cm", "8.5x0.0cm", "8,5x5cm", "5cm", "5x5ft", "-5x5cm"),
            *("1e2x5cm", "٣x٣cm", ("8.5", "5cm", "x")),
        ],
        "give a width and a height in pixels, as in 1200x600, or in cm, mm or in, as in 8.5x5cm",
    ),
}
GOOD = [(name, value, read) for name, case in CASES.items() for value, read in case.good]
BAD = [(name, value) for name, case in CASES.items() for value in case.bad]


@pytest.mark.parametrize(("name", "value", "read"), GOOD)
def test_what_is_taken(name: str, value: Any, read: Any) -> None:
    kind = CASES[name].kind
    got = kind.read(value)
    assert got == pytest.approx(read, rel=1e-15) if isinstance(read, float) else got == read
    assert isinstance(got, bool | int | float | str | tuple)
    assert type(got).__module__ == "builtins"


# But for a flag that keeps other values than it is given.
READ_AGAIN = [(name, value) for name, value, _ in GOOD if name != "flag of other values"]


@pytest.mark.parametrize(("name", "value"), READ_AGAIN)
def test_what_was_read_is_read_again_as_it_is(name: str, value: Any) -> None:
    kind = CASES[name].kind
    once = kind.read(value)
    again = kind.read(once)
    assert (again, type(again)) == (once, type(once))


@pytest.mark.parametrize(("name", "value"), BAD)
def test_what_is_refused_says_what_is_allowed(name: str, value: Any) -> None:
    case = CASES[name]
    with pytest.raises(ValueError, match=re.escape(case.said)):
        case.kind.read(value)


def kinds_of(kind: type[Kind]) -> set[type[Kind]]:
    inner = {one for below in kind.__subclasses__() for one in kinds_of(below)}
    return {kind, *inner}


def test_every_kind_is_tried() -> None:
    options = (*all_options().values(), *ViewSettings.options, *FigureSettings.options)
    used = {type(option.kind) for option in options}
    tried = {type(case.kind) for case in CASES.values()}
    assert tried >= used
    ours = {one for one in kinds_of(Kind) if one.__module__.startswith("stftcli")}
    # Those that only commands have are tried with these.
    assert tried == ours - {Kind, RawKind, PitchKind}


@pytest.mark.parametrize("name", CASES)
def test_choices_are_taken(name: str) -> None:
    for choice in CASES[name].kind.choices:
        CASES[name].kind.read(choice)


@pytest.mark.parametrize("name", CASES)
def test_the_help_has_a_word_for_all_but_flags(name: str) -> None:
    kind = CASES[name].kind
    assert kind.is_flag or kind.metavar or len(kind.choices) > 1


class TestNames:
    def test_one_that_is_near_is_offered(self) -> None:
        with pytest.raises(ValueError, match="did you mean hamming"):
            CASES["choice"].kind.read("haming")
        with pytest.raises(ValueError, match=r"there is no 'rmss': did you mean rms\?"):
            CASES["names"].kind.read("zcr,rmss")

    @pytest.mark.parametrize("name", ["haming", "qqqq", ""])
    def test_a_wrong_choice_is_answered_with_all(self, name: str) -> None:
        with pytest.raises(ValueError, match="hann, hamming, boxcar"):
            CASES["choice"].kind.read(name)

    @pytest.mark.parametrize("nothing", [(), [], 3, None])
    def test_none_at_all_are_refused(self, nothing: Any) -> None:
        with pytest.raises(ValueError, match="rms, zcr, flux"):
            CASES["names"].kind.read(nothing)

    def test_a_name_like_no_other_is_answered_with_all(self) -> None:
        with pytest.raises(ValueError, match="there is no 'loud': there are rms, zcr, flux"):
            CASES["names"].kind.read("rms,loud")


class TestNumbers:
    @given(number=st.floats(0, 1e30))
    def test_of_any_size_survive_a_text(self, number: float) -> None:
        assert Number(0, 1e30).read(repr(number)) == number

    @given(seconds=st.integers(0, 10**6), part=st.integers(0, 999))
    def test_times_are_the_same_in_every_spelling(self, seconds: int, part: int) -> None:
        kind = Time(0, 1e9)
        plain = kind.read(f"{seconds}.{part:03}")
        assert plain == pytest.approx(seconds + part / 1000, rel=1e-15)
        minutes, rest = divmod(seconds, 60)
        assert kind.read(f"{minutes}:{rest:02}.{part:03}") == pytest.approx(plain, rel=1e-15)
        assert kind.read(f"{1000 * seconds + part}ms") == pytest.approx(plain, rel=1e-15)
        assert kind.read(f"{seconds}.{part:03}s") == pytest.approx(plain, rel=1e-15)

    @given(hertz=st.integers(1, 10**6))
    def test_frequencies_in_kilohertz_are_those_in_hertz(self, hertz: int) -> None:
        kilo = f"{hertz // 1000}.{hertz % 1000:03}"
        assert Frequency(0, 1e9).read(f"{kilo}k") == pytest.approx(hertz, rel=1e-15)
        assert Frequency(1, 10**7, whole=True).read(f"{kilo}kHz") == hertz

    @given(text=st.text(max_size=8))
    def test_no_text_is_another_error(self, text: str) -> None:
        for case in CASES.values():
            try:
                read = case.kind.read(text)
            except ValueError:
                continue
            assert not (isinstance(read, float) and math.isnan(read))


class TestSizes:
    @pytest.mark.parametrize(
        ("size", "said"),
        [
            ("0x100", "0x100: each side must be 1 to 65000"),
            ("65001x1", "65001x1: each side must be 1 to 65000"),
            ("60000x60000", "67 are the most"),
        ],
    )
    def test_no_picture_has_are_refused(self, size: str, said: str) -> None:
        with pytest.raises(Exception, match=said):
            SizeKind().read(size)

"""The contract of all settings: they survive JSON and TOML, and say what is wrong and where."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date, datetime
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from stftcli.errors import SettingsError
from stftcli.features.build import build_chain
from stftcli.features.presets import load_preset
from stftcli.features.settings import FeatureSettings, Recipe
from stftcli.features.step import Step
from stftcli.features.steps import (
    STEPS,
    Background,
    Bands,
    Chroma,
    Crop,
    Dct,
    Deltas,
    Descriptors,
    Energy,
    LinearFile,
    LinearOut,
    Log,
    Mel,
    Normalize,
    Pcen,
    Pool,
    Standardize,
    Stats,
    TopDb,
    Weighting,
)
from stftcli.features.toml import VERSION, format_settings, parse_settings, settings_from
from stftcli.presets import preset_names, preset_text
from stftcli.settings.calibration import CalibrationSettings
from stftcli.settings.frames import FrameSettings, ResolvedFrames
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.record import MisplacedError, Record
from stftcli.settings.segment import SegmentSettings
from stftcli.settings.signal import SignalSettings

RECORDS: list[type[Record]] = [
    SegmentSettings,
    SignalSettings,
    CalibrationSettings,
    FrameSettings,
    ResolvedFrames,
    Recipe,
    FeatureSettings,
    *STEPS.values(),
]
PICTURE_RECORDS: list[type[Record]] = [ViewSettings, FigureSettings]
"""Those that no file of settings holds, but a picture."""

OTHER_STEPS: tuple[Step, ...] = (
    Crop(20.0, 3800.5),
    Weighting("K"),
    Mel(23, 20.0, 3800.5, "htk", "none", "mel", "torchaudio"),
    Chroma(24, -0.25),
    Bands("millidecade", "density", 20.0, 3800.5),
    Descriptors(("rms", "contrast", "flux")),
    Pcen(0.8, 10.0, 0.25, 0.06, 1e-8, "first"),
    LinearFile("a folder/päß \\ 'x'.npz:head.0"),
    LinearOut(40),
    Log("db", 1e-7, 0.5, "max"),
    TopDb(60.5),
    Dct(20, 22.0, "htk"),
    Energy(replace=False, floor=1e-9),
    Standardize(-4.2677393, 4.5689974),
    Normalize("mean", 1, 1e-5),
    Deltas(2, 4),
    Pool(60.5, ("p10", "max"), "levels"),
    Background("p12.5"),
    Stats(("max", "p90")),
)
"""Each of another value than its default in every field."""

OTHER_SETTINGS = FeatureSettings(
    SegmentSettings(1.5, 2.25, 2, "own", "2024-01-31T05:45:00+01:00"),
    SignalSettings("zero", 16_000, "VHQ", 30.0, int16_scale=True, preemphasis=0.97),
    CalibrationSettings(
        *("-176.2 dB re 1 V/uPa", 1.25, "20uPa", "päß.csv", "add"),
        curve=((20.0, -1.5), (20_000.0, 2.25)),
    ),
    FrameSettings(
        *("pow2", "10ms", "25ms", "kaiser:8.6"),
        periodic=False,
        win_align="left",
        padding="kaldi",
        pad_mode="edge",
        drop_last=True,
        remove_dc=True,
        preemphasis=0.9,
    ),
    Recipe("power", 1e-9, OTHER_STEPS, 7, "kernel.npz:stft"),
    "float64",
    "bins-first",
    "the preset kaldi-mfcc (version 1)",
)

each_record = pytest.mark.parametrize("record", RECORDS)
each_preset = pytest.mark.parametrize("name", preset_names())

SECONDS, SHARES = st.floats(0, 1e9), st.floats(0, 1)
ABOVE_ZERO = st.floats(0, 1e30, exclude_min=True)
LENGTHS = st.integers(1, 1 << 24) | st.from_regex(r"[1-9]\d{0,4}(\.\d{1,3})? ?ms", fullmatch=True)
PERCENTILES = st.just("median") | st.from_regex(r"p[0-9]{2}(\.[0-9]{1,3})?", fullmatch=True)
WITHIN: dict[str, st.SearchStrategy[Any]] = {
    "start_s": SECONDS,
    "duration_s": SECONDS,
    "time_origin": st.sampled_from(["auto", "none"])
    | st.datetimes(datetime(1800, 1, 1), datetime(2500, 12, 31)).map(datetime.isoformat),
    "pad_to_s": SECONDS,
    "channel": st.sampled_from(["mix", "all"]) | st.integers(1, 999_999),
    "rate_hz": st.integers(1, 10_000_000),
    "preemphasis": SHARES,
    "filter_length": LENGTHS | st.just("pow2"),
    "hop_length": LENGTHS,
    "win_length": LENGTHS,
    "bands": st.integers(1, 10_000),
    "outputs": st.integers(1, 10_000),
    "order": st.integers(1, 2),
    "Deltas.window": st.integers(1, 1000),
    "size": st.tuples(st.integers(1, 8000), st.integers(1, 8000))
    | st.sampled_from(["8.5x5cm", "85x50mm", "0.5x0.25in"]),
    "FigureSettings.axes": st.sampled_from([(), ("time",), ("frequency",), ("time", "frequency")]),
    "font_size": st.floats(1, 100),
    "bits": st.just(8),  # 16 are refused but with one other choice
    "dpi": st.integers(10, 2400),
    "span": st.floats(0.1, 400) | st.just("auto"),
    "top_db": st.floats(-1000, 1000),
    "fmin_hz": st.floats(0, 1e9),
    "fmax_hz": st.floats(0, 1e9),
    "floor": ABOVE_ZERO,
    "offset": ABOVE_ZERO,
    "db": st.floats(0, 1e4, exclude_min=True),
    "Log.ref": ABOVE_ZERO | st.just("max"),
    "ddof": st.integers(0, 1000),
    "gain": st.floats(0, 1e3),
    "bias": ABOVE_ZERO,
    "power": st.floats(0, 1e3, exclude_min=True),
    "time_constant_s": st.floats(0, 1e6, exclude_min=True),
    "Pcen.epsilon": st.floats(1e-30, 1),
    "initial": st.floats(0, 1e30) | st.just("first"),
    "epsilon": SHARES,
    "sensitivity": st.sampled_from(["-176.2dBV/uPa", "-38 dB re 1 V/Pa", "12.5mV/Pa", "0.1/Pa"]),
    "full_scale_v": st.floats(0, 1e6, exclude_min=True),
    "reference": ABOVE_ZERO | st.sampled_from(["20uPa", "1 V", "1 µPa"]),
    "CalibrationSettings.curve": st.dictionaries(
        st.floats(0, 1e9, exclude_min=True), st.floats(-400, 400), max_size=5
    ).map(lambda points: tuple(sorted(points.items()))),
    "period_s": st.floats(0, 1e9, exclude_min=True),
    "statistics": PERCENTILES.map(lambda name: (name, "mean")),
    "percentile": PERCENTILES,
    "Stats.names": PERCENTILES.map(lambda name: ("kurtosis", name)),
}
"""Values of fields that do not take any; those of one record by its name too."""


def strategy_for(hint: Any) -> st.SearchStrategy[Any]:
    """Any values of a type, but numbers that JSON does not have."""
    if hint is Step:
        return st.one_of([values_of(kind) for kind in STEPS.values()])
    if isinstance(hint, type) and issubclass(hint, Record):
        names = [item.name for item in fields_of(hint)]
        return made(hint, st.fixed_dictionaries({n: values_of_field(hint, n) for n in names}))
    if get_origin(hint) is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=4).map(tuple)
    return st.from_type(hint).filter(lambda value: not isinstance(value, float) or finite(value))


values_of: Callable[[Any], st.SearchStrategy[Any]] = cache(strategy_for)


def values_of_field(record: type[Record], name: str) -> st.SearchStrategy[Any]:
    hint = get_type_hints(record)[name]
    within = WITHIN.get(f"{record.__name__}.{name}", WITHIN.get(name))
    if within is None:
        return values_of(hint)
    if record is ResolvedFrames and name.endswith("_length"):
        return st.integers(1, 1 << 24)
    return st.none() | within if type(None) in get_args(hint) else within


@st.composite
def made(draw: st.DrawFn, record: type[Record], parts: st.SearchStrategy[Any]) -> Record:
    """What can be made of these values, and is not refused."""
    try:
        return record(**draw(parts))
    except SettingsError:
        reject()


def finite(value: float) -> bool:
    return abs(value) < float("inf")


def fields_of(record: Any) -> tuple[Any, ...]:
    return fields(record)


def through_json(settings: Record) -> Any:
    return json.loads(json.dumps(settings.to_dict(), allow_nan=False))


def within(record: Record) -> FeatureSettings:
    """Put a record where it belongs within all settings."""
    homes: dict[type, str] = {
        SegmentSettings: "segment",
        SignalSettings: "signal",
        CalibrationSettings: "calibration",
        FrameSettings: "frames",
        ResolvedFrames: "frames",
        Recipe: "features",
    }
    if isinstance(record, FeatureSettings):
        return record
    if isinstance(record, Step):
        return FeatureSettings(features=Recipe(steps=(record,)))
    return replace(FeatureSettings(), **{homes[type(record)]: record})  # type: ignore[arg-type]


class TestRoundTrip:
    @pytest.mark.parametrize("record", [*RECORDS, *PICTURE_RECORDS])
    @given(data=st.data())
    def test_of_any_values_through_json(self, record: type[Record], data: st.DataObject) -> None:
        before = data.draw(values_of(record))
        after = (Step if issubclass(record, Step) else record).from_dict(through_json(before))
        assert after == before
        assert type(after) is record
        assert after.to_dict() == before.to_dict()

    @each_record
    @given(data=st.data())
    def test_of_any_values_through_toml(self, record: type[Record], data: st.DataObject) -> None:
        before = within(data.draw(values_of(record)))
        after = parse_settings(format_settings(before), "x.toml")
        assert after.to_dict() == before.to_dict()
        if record is not ResolvedFrames:
            assert after == before

    @pytest.mark.parametrize("step", [*(kind() for kind in STEPS.values()), *OTHER_STEPS], ids=str)
    def test_of_every_step(self, step: Step) -> None:
        assert through_json(step)["step"] == step.step
        assert Step.from_dict(step.to_dict()) == step
        assert Step.from_dict(through_json(step)) == step
        assert parse_settings(format_settings(within(step)), "x.toml") == within(step)

    @pytest.mark.parametrize(
        "values",
        [
            {"size": (1,)},
            {"size": (1, 2, 3)},
            {"size": (0, 5)},
            {"dpi": 9},
            {"size": "8.5x5ft"},
            {"font_size": 0.5},
            {"axes": ("level",)},
            {"span": 0.0},
            {"top": float("nan")},
            {"fmin_hz": -1.0},
            {"fmax_hz": 2e9},
        ],
        ids=str,
    )
    def test_of_what_no_picture_has_is_refused_by_name(self, values: dict[str, Any]) -> None:
        record = ViewSettings if hasattr(ViewSettings(), next(iter(values))) else FigureSettings
        name = next(iter(values))
        with pytest.raises(SettingsError, match="0x5" if values == {"size": (0, 5)} else name):
            record(**values)

    def test_covers_every_step_and_every_field_with_other_values(self) -> None:
        assert [type(step) for step in OTHER_STEPS] == list(STEPS.values())
        for record in (OTHER_SETTINGS, *parts_of(OTHER_SETTINGS), *OTHER_STEPS):
            usual = type(record)()
            for item in fields_of(record):
                assert getattr(record, item.name) != getattr(usual, item.name), item.name

    def test_of_everything_at_once(self) -> None:
        assert FeatureSettings.from_dict(through_json(OTHER_SETTINGS)) == OTHER_SETTINGS
        assert parse_settings(format_settings(OTHER_SETTINGS), "x.toml") == OTHER_SETTINGS

    def test_keeps_the_order_of_steps(self) -> None:
        for steps in (OTHER_STEPS, OTHER_STEPS[::-1], OTHER_STEPS * 2):
            settings = FeatureSettings(features=Recipe(steps=steps))
            assert parse_settings(format_settings(settings), "x.toml").features.steps == steps

    def test_keeps_types_and_can_be_hashed(self) -> None:
        after = FeatureSettings.from_dict(through_json(FeatureSettings()))
        assert type(after.frames) is FrameSettings
        assert hash(after) == hash(FeatureSettings())
        assert hash(FeatureSettings.from_dict(through_json(OTHER_SETTINGS))) == hash(OTHER_SETTINGS)

    def test_of_lengths_in_samples_says_the_same_of_every_sound(self) -> None:
        sampled = FrameSettings("25ms", "10ms").resolve(16_000)
        again = FrameSettings.from_dict(through_json(sampled))
        assert again.resolve(8000) == sampled == again.resolve(16_000)

    @each_record
    def test_of_nothing_is_the_default(self, record: type[Record]) -> None:
        assert record.from_dict(needed(record)) == record(**needed(record))

    @each_record
    def test_whole_numbers_may_stand_for_numbers(self, record: type[Record]) -> None:
        hints = get_type_hints(record)
        for item in fields_of(record):
            if hints[item.name] is float:
                values = {**needed(record), item.name: 1}
                value = getattr(record.from_dict(values), item.name)
                assert (value, type(value)) == (1.0, float)


def parts_of(settings: FeatureSettings) -> tuple[Record, ...]:
    return (settings.segment, settings.signal, settings.frames, settings.features)


def needed(record: type[Record]) -> dict[str, Any]:
    """Give values of the fields that have no default."""
    lengths = {"filter_length": 64, "hop_length": 16, "win_length": 64}
    return dict(lengths) if record is ResolvedFrames else {}


@each_record
class TestDictionaries:
    def test_with_an_unknown_name_are_answered_with_the_nearest(self, record: Any) -> None:
        for item in fields_of(record):
            name = item.name + item.name[-1]
            with pytest.raises(MisplacedError, match=f"'{name}'.*did you mean.* {item.name}") as e:
                record.from_dict({name: 1})
            assert e.value.place == (name,)

    def test_with_a_name_like_no_other_are_answered_with_all(self, record: Any) -> None:
        with pytest.raises(MisplacedError, match="no setting 'qqqqq'") as caught:
            record.from_dict({"qqqqq": 1})
        assert all(item.name in str(caught.value) for item in fields_of(record))

    @pytest.mark.parametrize("value", [date(2000, 1, 1), b"x", None, {"a": 1}, [[1]], 1j])
    def test_with_values_of_no_kind_are_refused_by_name(self, record: Any, value: Any) -> None:
        for item in fields_of(record):
            if value is None and type(None) in get_args(get_type_hints(record)[item.name]):
                continue
            with pytest.raises(MisplacedError) as caught:
                record.from_dict({**needed(record), item.name: value})
            assert caught.value.place[0] == item.name

    def test_with_values_of_another_kind_are_refused_with_what_is_allowed(
        self, record: Any
    ) -> None:
        hints = get_type_hints(record)
        for item in fields_of(record):
            for value, words in wrong_values(hints[item.name]):
                with pytest.raises(MisplacedError, match=words) as caught:
                    record.from_dict({**needed(record), item.name: value})
                assert caught.value.place[0] == item.name


def wrong_values(hint: Any) -> Iterator[tuple[Any, str]]:
    """Give values that a simple type does not take, and what is said then."""
    kinds = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}
    samples: dict[type, Any] = {bool: True, str: "text", float: 0.5}
    if hint in kinds:
        for kind, sample in samples.items():
            if kind is not hint:
                yield sample, f"is {sample!r}: it must be {kinds[hint]}"
    if hint is float:
        for number in ("inf", "-inf", "nan"):
            yield float(number), f"is {number}: it must be a number"
    if choices := [choice for choice in get_args(hint) if isinstance(choice, str)]:
        yield "none such", f"one of {', '.join(choices)}"


@pytest.mark.parametrize(
    ("record", "name", "beyond", "allowed"),
    [
        (SegmentSettings, "start_s", [-0.5, 2e9], "0 to 1000000000"),
        (SegmentSettings, "duration_s", [0, -0.5, 2e9], "above 0.* 1000000000"),
        (SignalSettings, "rate_hz", [0, -8000, 10_000_001], "1 to 10000000"),
        (SignalSettings, "pad_to_s", [0, -0.5, 2e9], "above 0.* 1000000000"),
        (SignalSettings, "preemphasis", [-0.5, 1.5], "0 to 1"),
        (CalibrationSettings, "full_scale_v", [0, -1.0, 2e6], "above 0, at most 1e\\+06"),
        (FrameSettings, "preemphasis", [-0.5, 1.5], "0 to 1"),
        (Mel, "bands", [0, -1, 10_001], "1 to 10000"),
        (Mel, "fmin_hz", [-1.0, 2e9], "0 to 1000000000"),
        (Crop, "fmin_hz", [-1.0, 2e9], "0 to 1000000000"),
        (Bands, "fmax_hz", [-1.0, 2e9], "0 to 1000000000"),
        (Chroma, "bands", [0, -1, 10_001], "1 to 10000"),
        (LinearOut, "outputs", [0, -1, 1_000_001], "1 to 1000000"),
        (Log, "floor", [0.0, -1.0, 2e30], "above 0, at most 1e\\+30"),
        (Log, "offset", [0.0, -1.0, 2e30], "above 0, at most 1e\\+30"),
        (Log, "ref", [0.0, -1.0, 2e30], "above 0, at most 1e\\+30"),
        (TopDb, "db", [0.0, -1.0, 1e5], "above 0, at most 10000"),
        (Deltas, "order", [0, -1, 3], "1 to 2"),
        (Deltas, "window", [0, -1, 1001], "1 to 1000"),
    ],
)
def test_numbers_beyond_bounds_are_refused_by_name(
    record: type[Record], name: str, beyond: list[float], allowed: str
) -> None:
    for value in beyond:
        given = re.escape(str(value))
        with pytest.raises(SettingsError, match=rf"`?{name}`? is {given}: it must be .*{allowed}"):
            record.from_dict({name: value})
        with pytest.raises(SettingsError, match=rf"`?{name}`? is {given}: it must be .*{allowed}"):
            record(**{name: value})


class TestWithinOthers:
    def test_an_unknown_name_is_an_error_too(self) -> None:
        with pytest.raises(MisplacedError, match=r"'hop'.*hop_length") as caught:
            FeatureSettings.from_dict({"frames": {"hop": 1}})
        assert caught.value.place == ("frames", "hop")

    @pytest.mark.parametrize("value", [1, "x", [], None])
    def test_a_table_is_needed(self, value: Any) -> None:
        with pytest.raises(MisplacedError, match=r"frames is .*table of settings"):
            FeatureSettings.from_dict({"frames": value})
        with pytest.raises(MisplacedError, match=r"steps holds .*table of settings") as caught:
            FeatureSettings.from_dict({"features": {"steps": [{"step": "log"}, value]}})
        assert caught.value.place == ("features", "steps", 1)

    @pytest.mark.parametrize(
        ("name", "words"),
        [("logg", "did you mean log"), ("qqqq", "mel, chroma"), (None, "mel"), (3, "mel")],
    )
    def test_an_unknown_step_is_answered_with_the_nearest(self, name: Any, words: str) -> None:
        step = {} if name is None else {"step": name}
        with pytest.raises(MisplacedError, match=f"no step {name!r}: .*{words}") as caught:
            FeatureSettings.from_dict({"features": {"steps": [{"step": "mel"}, step]}})
        assert caught.value.place == ("features", "steps", 1, "step")

    def test_a_step_is_not_made_as_another(self) -> None:
        with pytest.raises(MisplacedError, match="no setting 'bands'"):
            Step.from_dict({"step": "log", "bands": 3})

    def test_what_is_given_is_not_changed(self) -> None:
        values = {"features": {"steps": [{"step": "mel", "bands": 3}]}}
        before = json.dumps(values)
        FeatureSettings.from_dict(values)
        assert json.dumps(values) == before


LINES = format_settings(OTHER_SETTINGS).splitlines()
SIMPLE = [
    number
    for number, line in enumerate(LINES, start=1)
    if re.match(r"\w+ = [^\[]+$", line) and not line.startswith(("settings_version", "step "))
]


@pytest.mark.parametrize("number", SIMPLE)
class TestLines:
    def test_a_wrong_type_is_reported_with_its_line(self, number: int) -> None:
        name = LINES[number - 1].split(" = ")[0]
        text = with_line(number, f"{name} = 2000-01-01")
        with pytest.raises(SettingsError, match=rf"x\.toml, line {number}: {name} is datetime"):
            parse_settings(text, "x.toml")

    def test_an_unknown_name_is_reported_with_its_line_and_the_nearest(self, number: int) -> None:
        name, value = LINES[number - 1].split(" = ")
        text = with_line(number, f"{name}{name[-1]} = {value}")
        words = rf"x\.toml, line {number}: there is no setting '{name}{name[-1]}'.*{name}"
        with pytest.raises(SettingsError, match=words):
            parse_settings(text, "x.toml")


def with_line(number: int, line: str) -> str:
    return "\n".join([*LINES[: number - 1], line, *LINES[number:]])


def test_lines_are_tried_in_every_table() -> None:
    assert len(SIMPLE) > 40
    assert LINES.count("[[features.steps]]") == len(STEPS)


STEP = "[[features.steps]]\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f'{STEP}step = "mel"\n\n{STEP}step = "log"\nfloor = "a"\n', 6, "floor is 'a'"),
        (f'{STEP}step = "mel"\nbands = 2\n\n{STEP}step = "mel"\nbands = "a"\n', 7, "bands is 'a'"),
        (f'{STEP}step = "mel"\nbands = "a"\n\n{STEP}step = "mel"\nbands = 2\n', 3, "bands is 'a'"),
        (f'{STEP}step = "mel"\n# floor = 1\n{STEP}\nstep = "lg"\n', 6, "no step 'lg'.*log"),
        (f'{STEP}step = "mel"\n\n{STEP}bands = 3\n', 4, "no step None"),
        (f'{STEP}step = "descriptors"\nnames = [\n  "rms",\n  "lms",\n]\n', 3, "names holds 'lms'"),
        (
            '[[ features . steps ]]\nstep = "mel"\n\n[[ features . steps ]]\nstep = 3\n',
            5,
            "no step 3",
        ),
        ("frames.hop_length = 1\nframes.hop_lenght = 3\n", 2, "hop_length"),
        ("[frames]\n'hop_lenght' = 3\n", 2, "hop_length"),
        ("[features]\nsteps = [\n{step = 'mel'},\n{step = 'mel', bnds = 3}]\n", 2, "bands"),
        ("\n\n[frame]\nhop_length = 3\n", 3, "'frame'.*did you mean frames"),
        ("[frames]\n\nhop_length = 'x'\n", None, "hop_length is 'x': give samples.*25ms"),
        ("[frames]\nhop_length = true\n", 2, "hop_length is True.*a whole number or a text"),
        ("[segment]\nchannel = 'left'\n", 2, "channel is 'left'.*mix, all.*whole number"),
    ],
)
def test_where_an_error_is_reported(text: str, line: int | None, words: str) -> None:
    place = r"line \d+" if line is None else f"line {line}"
    with pytest.raises(SettingsError, match=rf"^x\.toml, {place}: .*{words}"):
        parse_settings(text, "x.toml")


def test_what_is_no_toml_is_reported_with_its_line() -> None:
    with pytest.raises(SettingsError, match=r"^x\.toml is not TOML: .*line 3"):
        parse_settings("[frames]\n\nhop_length = = 3\n", "x.toml")


class TestVersion:
    @pytest.mark.parametrize("version", [VERSION + 1, 1000, 1.5, "1", "newest"])
    def test_a_newer_one_is_refused(self, version: Any) -> None:
        with pytest.raises(
            SettingsError, match=rf"a\.npz holds .*{version!r}.*up to {VERSION}.*new"
        ):
            settings_from({"settings_version": version}, "a.npz")
        text = f"settings_version = {json.dumps(version)}\n"
        with pytest.raises(SettingsError, match=r"x\.toml .*install a newer stftcli"):
            parse_settings(text, "x.toml")

    def test_a_newer_one_may_hold_what_is_not_known_here(self) -> None:
        with pytest.raises(SettingsError, match="newer stftcli"):
            parse_settings(f"settings_version = {VERSION + 1}\n[later]\nx = 1\n", "x.toml")

    @pytest.mark.parametrize("segment", ["part", "segment"])
    def test_files_of_version_1_are_read_by_their_names(self, segment: str) -> None:
        text = format_settings(OTHER_SETTINGS)
        old = (
            text.replace(f"settings_version = {VERSION}\n", "settings_version = 1\n")
            .replace("[segment]", f"[{segment}]")
            .replace("[features]", "[values]")
            .replace("[[features.steps]]", "[[values.steps]]")
        )
        assert "[[values.steps]]" in old
        assert parse_settings(old, "x.toml") == OTHER_SETTINGS
        again = through_json(OTHER_SETTINGS)
        again[segment], again["values"] = again.pop("segment"), again.pop("features")
        assert settings_from({"settings_version": 1, **again}, "a.npz") == OTHER_SETTINGS

    def test_names_of_version_1_are_unknown_in_later_files(self) -> None:
        for name in ("part", "values"):
            with pytest.raises(SettingsError, match=rf"x\.toml, line 1: .*no setting '{name}'"):
                parse_settings(f"[{name}]\n", "x.toml")

    @pytest.mark.parametrize("version", [1, 2])
    @pytest.mark.parametrize("segment", [None, {"start_s": 1.5}])
    def test_segments_of_older_files_are_padded_as_they_were(
        self, version: int, segment: dict[str, Any] | None
    ) -> None:
        values = {} if segment is None else {"segment": segment}
        old = settings_from({"settings_version": version, **values}, "a.npz")
        assert old.segment == SegmentSettings(**(segment or {}), segment_padding="own")
        given = {"settings_version": version, "segment": {"segment_padding": "neighbours"}}
        assert settings_from(given, "a.npz").segment == SegmentSettings()
        assert settings_from(values, "a.npz").segment == SegmentSettings(**(segment or {}))

    def test_a_segment_of_an_older_file_that_is_no_table_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="segment is 3"):
            settings_from({"settings_version": 2, "segment": 3}, "a.npz")

    def test_errors_in_files_of_version_1_name_the_line(self) -> None:
        text = 'settings_version = 1\n\n[[values.steps]]\nstep = "mel"\nbnds = 3\n'
        with pytest.raises(SettingsError, match=r"x\.toml, line 5: .*'bnds'.*bands"):
            parse_settings(text, "x.toml")

    def test_is_written_first_and_need_not_be_given(self) -> None:
        text = format_settings(OTHER_SETTINGS)
        first, rest = text.split("\n", 1)
        assert first == f"settings_version = {VERSION}"
        assert parse_settings(rest, "x.toml") == OTHER_SETTINGS


class TestPresets:
    @each_preset
    def test_load_and_survive_toml_and_json(self, name: str) -> None:
        preset = load_preset(name)
        assert preset.name == name
        assert preset.version >= 1
        assert preset.title
        assert preset.equals
        settings = preset.settings
        assert settings.based_on == f"the preset {name} (version {preset.version})"
        assert parse_settings(format_settings(settings), name) == settings
        assert FeatureSettings.from_dict(through_json(settings)) == settings

    @each_preset
    def test_may_be_given_as_a_configuration(self, name: str) -> None:
        settings = parse_settings(preset_text(name), name)
        assert replace(settings, based_on=load_preset(name).settings.based_on) == (
            load_preset(name).settings
        )

    def test_are_of_different_numbers(self) -> None:
        settings = [replace(load_preset(name).settings, based_on=None) for name in preset_names()]
        assert len(set(settings)) == len(preset_names()) > 10

    @pytest.mark.parametrize(
        ("name", "near"), [("wisper", "whisper"), ("kaldi_fbank", "kaldi-fbank")]
    )
    def test_that_are_none_are_answered_with_the_nearest(self, name: str, near: str) -> None:
        for read in (load_preset, preset_text):
            with pytest.raises(SettingsError, match=f"no preset '{name}'.*{near}"):
                read(name)

    @pytest.mark.parametrize("name", ["", "../settings/x", "whisper.toml", "/etc/passwd"])
    def test_are_no_files(self, name: str) -> None:
        with pytest.raises(SettingsError, match="no preset"):
            preset_text(name)


class TestLengths:
    @pytest.mark.parametrize("name", ["filter_length", "hop_length", "win_length"])
    @pytest.mark.parametrize("length", ["x", "0", "0ms", "-5", "1e3ms", "5 s", "", "٣ms"])
    def test_that_are_none_are_refused(self, name: str, length: str) -> None:
        with pytest.raises(
            SettingsError, match=rf"`{name}` is {length!r}: give samples.*25ms.*above zero"
        ):
            FrameSettings(**{name: length})  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", ["hop_length", "win_length"])
    def test_only_a_transform_is_a_power_of_two(self, name: str) -> None:
        with pytest.raises(SettingsError, match=rf"`{name}` is 'pow2': give samples.*above zero$"):
            FrameSettings(**{name: "pow2"})  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", ["filter_length", "hop_length", "win_length"])
    @pytest.mark.parametrize("length", [0, -1])
    def test_below_one_are_refused_and_not_taken_for_none(self, name: str, length: int) -> None:
        with pytest.raises(SettingsError, match=f"`?{name}`? is {length}: .*above zero"):
            build_chain(parse_settings(f"[frames]\n{name} = {length}\n", "x.toml"), 8000)

    @pytest.mark.parametrize(
        ("win_length", "rate_hz", "filter_length"),
        [
            ("25ms", 16_000, 512),
            ("25ms", 8000, 256),
            ("25ms", 44_100, 2048),
            ("32ms", 16_000, 512),
            (512, 16_000, 512),
            (513, 16_000, 1024),
            (1, 16_000, 1),
            (None, 16_000, 2048),
        ],
    )
    def test_a_power_of_two_holds_the_window(
        self, win_length: Any, rate_hz: int, filter_length: int
    ) -> None:
        frames = FrameSettings("pow2", win_length=win_length).resolve(rate_hz)
        assert frames.filter_length == filter_length
        assert frames.hop_length == max(1, filter_length // 4)
        assert frames.win_length <= filter_length < 2 * max(1, frames.win_length)

    @pytest.mark.parametrize("name", ["hop_length", "win_length"])
    def test_too_short_for_the_rate_are_refused_by_name(self, name: str) -> None:
        frames = FrameSettings(**{name: "1ms"})  # type: ignore[arg-type]
        with pytest.raises(SettingsError, match=f"`{name}` is 0: .*above zero"):
            build_chain(FeatureSettings(frames=frames), 999)
        assert getattr(frames.resolve(1000), name) == 1

    @given(frames=values_of(FrameSettings), rate_hz=st.integers(1000, 192_000))
    def test_become_samples_and_leave_the_rest_alone(
        self, frames: FrameSettings, rate_hz: int
    ) -> None:
        sampled = frames.resolve(rate_hz)
        assert all(
            type(length) is int
            for length in (sampled.filter_length, sampled.hop_length, sampled.win_length)
        )
        for item in fields_of(frames)[3:]:
            assert getattr(sampled, item.name) == getattr(frames, item.name)


@pytest.mark.parametrize("kind", [Normalize, TopDb, Log])
def test_what_takes_a_step_away_is_no_setting_of_one(kind: type[Step]) -> None:
    """`normalize="none"` is for options: a step that is there has a value."""
    with pytest.raises(SettingsError, match="none"):
        kind("none")

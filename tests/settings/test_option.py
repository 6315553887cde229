"""A row of the table of options: what it reads, what it sets, and that all rows fit together."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from stftcli.errors import SettingsError
from stftcli.features.keywords import all_options
from stftcli.features.settings import FeatureSettings, Recipe
from stftcli.features.steps import STEPS
from stftcli.settings.calibration import CalibrationSettings
from stftcli.settings.frames import FrameSettings
from stftcli.settings.kinds import Flag, Pair, Whole
from stftcli.settings.option import Option
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.record import Record
from stftcli.settings.segment import SegmentSettings
from stftcli.settings.signal import SignalSettings

RECORDS: list[type[Record]] = [
    *(
        SegmentSettings,
        SignalSettings,
        CalibrationSettings,
        FrameSettings,
        Recipe,
        FeatureSettings,
        *STEPS.values(),
    ),
    *(ViewSettings, FigureSettings),
]
ROWS = {
    f"{record.__name__}.{option.name}": (record, option)
    for record in RECORDS
    for option in record.options
}

each_row = pytest.mark.parametrize(("record", "option"), ROWS.values(), ids=ROWS)


class TestReading:
    option = Option("mel", Whole(1, 10_000), "Bands.", "bands")

    @pytest.mark.parametrize("value", ["80", 80, np.int64(80)])
    def test_gives_what_the_kind_gives(self, value: Any) -> None:
        got = self.option.read(value)
        assert (got, type(got)) == (80, int)

    @pytest.mark.parametrize(
        ("value", "shown"),
        [("0", "'0'"), (0, "0"), (1.5, "1.5"), ([80], "[80]"), ("a b", "'a b'"), (True, "True")],
    )
    def test_an_error_names_the_option_what_was_given_and_what_is_allowed(
        self, value: Any, shown: str
    ) -> None:
        with pytest.raises(SettingsError) as caught:
            self.option.read(value)
        told = str(caught.value)
        assert told == f"`mel` is {shown}: it must be a whole number from 1 to 10000"
        assert caught.value.exit_code == 2
        assert caught.value.__cause__ is None

    @pytest.mark.parametrize("value", ["9" * 400, [0] * 400, np.zeros((8, 8))])
    def test_an_error_is_short_whatever_was_given(self, value: Any) -> None:
        with pytest.raises(SettingsError) as caught:
            self.option.read(value)
        assert len(str(caught.value)) < 130
        assert "…: it must be a whole number" in str(caught.value)
        assert str(caught.value).startswith("`mel` is ")


class TestFields:
    def test_are_one(self) -> None:
        assert Option("mel", Whole(1, 9), "", "bands").fields(5) == {"bands": 5}

    def test_are_two_of_a_pair(self) -> None:
        option = Option("standardize", Pair(), "", ("mean", "deviation"))
        assert option.fields((1.5, 2.0)) == {"mean": 1.5, "deviation": 2.0}

    def test_are_none_where_code_decides(self) -> None:
        assert Option("causal", Flag("causal", None), "").fields("causal") == {}


class TestTable:
    def test_has_every_name_once(self) -> None:
        table = [option for _, option in ROWS.values()]
        taken = [name for option in table for name in (option.name, option.off, option.alias)]
        # Every step that lays out frequencies has these.
        given = [name for name in taken if name and name not in ("fmin", "fmax")]
        assert len(given) == len(set(given)) > 60

    def test_is_that_of_the_keywords(self) -> None:
        of_pictures = {
            option.name for record in (ViewSettings, FigureSettings) for option in record.options
        }
        assert set(all_options()) == {option.name for _, option in ROWS.values()} - of_pictures

    @each_row
    def test_sets_fields_that_are_there(self, record: type[Record], option: Option) -> None:
        names = {item.name for item in fields(record)}
        wanted = (option.field,) if isinstance(option.field, str) else option.field
        assert set(wanted) - {""} <= names

    @each_row
    def test_explains_itself(self, record: type[Record], option: Option) -> None:  # noqa: ARG002
        assert option.help.endswith(".")
        assert option.name.isidentifier()
        assert "`" not in option.help

    @each_row
    def test_off_is_of_flags_and_what_is_excluded_is_there(
        self, record: type[Record], option: Option
    ) -> None:
        assert not option.off or option.kind.is_flag
        assert not option.excludes or option.excludes in {one.name for one in record.options}
        assert not option.repeats or option.makes

    @each_row
    def test_defaults_of_records_are_allowed(self, record: type[Record], option: Option) -> None:
        if isinstance(option.field, str) and option.field and not option.kind.is_flag:
            value = getattr(record(), option.field)
            if value is not None:
                assert record(**{option.field: value}) == record()

    @each_row
    def test_holds_records_to_the_same_rule(self, record: type[Record], option: Option) -> None:
        """What an option does not take, a record does not take for its field either."""
        if not isinstance(option.field, str) or not option.field or option.kind.is_flag:
            return
        for wrong in (object(), float("nan"), (object(),)):
            with pytest.raises(ValueError, match=r"\S") as by_kind:
                option.kind.read(wrong)
            # A step whose option has a word that takes it away does not take that word.
            said = f"`{option.field}`|no {option.name} " if option.makes else f"`{option.field}`"
            with pytest.raises(SettingsError, match=said) as by_record:
                record(**{option.field: wrong})
            with pytest.raises(SettingsError, match=f"`{option.name}`") as by_option:
                option.read(wrong)
            if option.removed_by is None:
                assert str(by_record.value).endswith(str(by_kind.value))
            assert str(by_option.value).endswith(str(by_kind.value))

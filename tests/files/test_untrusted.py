"""Errors of one line, texts that a terminal may see, JSON whose every value can be used."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stftcli.errors import InputError, SettingsError
from stftcli.files.untrusted import as_input_error, parse_object, printable, read_exactly


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("two\n   lines"), "x.npz is not an array: two lines"),
        (KeyError("\x1b[31mred\x07"), "x.npz is not an array: '\\x1b[31mred\\x07'"),
        (ValueError("\x1b[31mred\x07"), "x.npz is not an array: \ufffd[31mred\ufffd"),
        (MemoryError(), "x.npz is not an array: MemoryError"),
        (ValueError("long" * 1000), f"x.npz is not an array: {'long' * 75}..."),
        (FileNotFoundError(2, "No such file"), "x.npz cannot be read: No such file"),
    ],
    ids=range(6),
)
def test_whatever_goes_wrong_is_one_line(error: Exception, told: str) -> None:
    with pytest.raises(InputError) as caught, as_input_error("x.npz", "an array"):
        raise error
    assert str(caught.value) == told


def test_errors_of_ours_stay_as_they_are() -> None:
    with pytest.raises(SettingsError, match="mine"), as_input_error("x.npz", "an array"):
        raise SettingsError("mine")


def test_what_a_terminal_would_obey_is_shown_as_a_sign() -> None:
    assert printable("a é 音 \x1b[2J\r\n\x07\u202e\ud800") == "a é 音 \ufffd[2J" + "\ufffd" * 5


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Expecting value"),
        ("[]", "JSON object"),
        ('{"a": 1e309}', "it holds 1e309, which is beyond the largest number"),
        ('{"a": NaN}', "it holds NaN"),
        ('{"a": [-Infinity]}', "it holds -Infinity"),
        ('{"a": ' + "1" * 5000 + "}", "a number of 5000 digits"),
        ('{"a": -' + "1" * 301 + "}", "a number of 301 digits"),
        (nested(33), "deeper than 32"),
        (nested(500), "deeper than 32"),
        (nested(100_000), "nested"),
        ('{"a": ["\\ud800"]}', "half a character"),
        ('{"\\udfff": 1}', "half a character"),
    ],
    ids=range(12),
)
def test_json_that_would_fail_later_fails_at_once(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_object(text)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300) + 1, 10**300 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("aé"), inner),
    max_leaves=20,
)


@settings(max_examples=50)
@given(st.dictionaries(st.text("ab"), VALUES))
def test_json_of_numbers_and_texts_comes_back(values: dict[str, Any]) -> None:
    assert parse_object(json.dumps(values)) == values
    assert parse_object(nested(32))


def test_bytes_are_read_to_their_number(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000  # 2.5 pieces
    (tmp_path / "x").write_bytes(content)
    with (tmp_path / "x").open("rb") as file:
        assert read_exactly(file, len(content)) == content
        assert read_exactly(file, 0) == b""
    with pytest.raises(ValueError, match="it ends early: 5 bytes were promised, 3 are there"):
        read_exactly(io.BytesIO(b"abc"), 5)

"""Values become numbers of pixels and come back, within half a step."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stftcli.errors import SettingsError
from stftcli.pictures.colours import colour_table, shades

each_depth = pytest.mark.parametrize(("bits", "dtype"), [(8, np.uint8), (16, np.uint16)])


@each_depth
@example(lowest=-129.97769670272896, span=1.1)
@given(lowest=st.floats(-200, 100), span=st.floats(1, 300))
def test_a_value_is_found_again_within_half_a_step(
    bits: int, dtype: type, lowest: float, span: float
) -> None:
    highest = lowest + span
    values = np.linspace(lowest, highest, 999)
    pixels = shades(values, lowest, highest, bits)
    assert pixels.dtype == dtype
    last = 2**bits - 1
    assert (pixels[0], pixels[-1]) == (0, last)
    back = lowest + pixels / last * (highest - lowest)
    # Half a step, and what float32 leaves of such numbers.
    assert np.abs(values - back).max() <= 0.5 * span / last + 4e-5


@each_depth
def test_what_lies_outside_becomes_an_end(bits: int, dtype: type) -> None:
    values = np.array([-1e30, -80.1, 0.1, 1e30])
    np.testing.assert_array_equal(
        shades(values, -80.0, 0.0, bits), np.array([0, 0, 1, 1], dtype) * (2**bits - 1)
    )


@pytest.mark.filterwarnings("error")
def test_values_that_are_all_the_same_are_drawn() -> None:
    assert set(shades(np.full(5, 3.0), 3.0, 3.0)) == {0}


def test_a_table_has_the_colours_of_matplotlib() -> None:
    table = colour_table("magma")
    assert table.dtype == np.uint8
    assert table.shape == (256, 3)
    assert table[0].tolist() == [0, 0, 4]
    assert table[-1].tolist() == [252, 253, 191]
    np.testing.assert_array_equal(colour_table("magma_r"), table[::-1])


def test_the_greys_of_a_table_are_those_without_one() -> None:
    np.testing.assert_array_equal(colour_table("gray"), np.arange(256)[:, np.newaxis].repeat(3, 1))


@pytest.mark.parametrize("name", ["gray", "viridis", "RdBu_r", "tab10", "twilight"])
def test_maps_of_any_kind_have_256_colours(name: str) -> None:
    assert colour_table(name).shape == (256, 3)


def test_maps_of_fewer_and_more_colours_are_used_from_end_to_end() -> None:
    few = colour_table("tab10")
    np.testing.assert_array_equal(
        few[[0, 128, 255]], [[31, 119, 180], [140, 86, 75], [23, 190, 207]]
    )
    _, counts = np.unique(few, axis=0, return_counts=True)
    assert len(counts) == 10
    assert counts.max() - counts.min() <= 1
    # It ends in the colour that it began with.
    round_about = colour_table("twilight").astype(int)
    assert np.abs(round_about[0] - round_about[-1]).max() <= 2


@pytest.mark.parametrize(
    ("name", "offered"), [("magmma", "magma"), ("Viridis", "viridis"), ("grey2", "gray"), ("", "")]
)
def test_a_map_that_is_none_is_answered_with_the_nearest(name: str, offered: str) -> None:
    with pytest.raises(SettingsError, match=f"no colour map '{name}'.*{offered}") as caught:
        colour_table(name)
    assert len(str(caught.value)) < 150


@pytest.mark.filterwarnings("error")
def test_ends_that_are_far_apart_keep_their_middle() -> None:
    values = np.array([-3e38, 0, 3e38])
    np.testing.assert_allclose(shades(values, -3e38, 3e38), [0, 127.5, 255], atol=0.5)

"""Everything has a place of its own within the figure."""

from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stftcli.errors import SettingsError
from stftcli.pictures.layout import Box, Characters, Grid, Layout, arrange, lay_out
from stftcli.settings.pictures import FigureSettings

PLAIN = FigureSettings()
GRIDS = st.builds(
    Grid,
    st.integers(1, 6),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
    own_times=st.booleans(),
    own_rows=st.booleans(),
)
SIZES = st.tuples(st.integers(200, 3000), st.integers(150, 3000))


def boxes(layout: Layout) -> list[Box]:
    return [*layout.panels, *layout.waves, *layout.bars]


def apart(one: Box, other: Box) -> bool:
    beside = one.left + one.width <= other.left or other.left + other.width <= one.left
    below = one.bottom + one.height <= other.bottom or other.bottom + other.height <= one.bottom
    return beside or below


FIGURES = st.builds(
    FigureSettings,
    size=st.none() | SIZES | st.sampled_from(["8.5x5cm", "17x20cm"]),
    dpi=st.none() | st.integers(10, 300),
    font_size=st.none() | st.floats(4, 12),
    framed=st.booleans(),
    axes=st.sampled_from([(), ("time",), ("frequency",), ("time", "frequency")]),
    colorbar=st.booleans(),
)


@given(GRIDS, FIGURES, st.booleans())
def test_boxes_lie_within_the_figure_and_not_on_each_other(
    grid: Grid, figure: FigureSettings, titled: bool
) -> None:
    try:
        layout = lay_out(grid, figure, titled=titled)
    except SettingsError:
        assume(False)
    canvas = layout.canvas
    assert len(layout.panels) == grid.rows * grid.columns
    assert len(layout.waves) == (len(layout.panels) if grid.waves else 0)
    assert len(layout.bars) == (figure.framed and figure.colorbar)
    for box in boxes(layout):
        assert min(*box.size, box.left + 1, box.bottom + 1) >= 1
        assert box.left + box.width <= canvas.width
        assert box.bottom + box.height <= canvas.height
    assert all(apart(one, other) for one, other in combinations(boxes(layout), 2))
    assert len({box.size for box in layout.panels}) == 1
    if isinstance(figure.size, tuple):
        assert (canvas.width, canvas.height) == figure.size
    assert figure.dpi in (None, canvas.dpi)
    assert figure.font_size in (None, canvas.points)


def test_panels_go_row_after_row_from_the_top() -> None:
    panels = lay_out(Grid(2, 3), PLAIN).panels
    lefts, bottoms = [box.left for box in panels], [box.bottom for box in panels]
    assert lefts[:3] == lefts[3:] == sorted(set(lefts))
    assert len(set(bottoms[:3])) == len(set(bottoms[3:])) == 1
    assert bottoms[0] > bottoms[3]


def test_a_wave_lies_above_its_panel_and_is_as_wide() -> None:
    layout = lay_out(Grid(2, 2, waves=True), PLAIN)
    for panel, wave in zip(layout.panels, layout.waves, strict=True):
        assert (wave.left, wave.width) == (panel.left, panel.width)
        assert 0 < wave.bottom - (panel.bottom + panel.height) < panel.height / 4
        assert wave.height < panel.height / 2


def test_without_a_frame_a_panel_is_the_whole_figure() -> None:
    assert lay_out(Grid(1, 1), FigureSettings(size=(321, 123), framed=False)).panels == [
        Box(0, 0, 321, 123)
    ]


def test_long_texts_get_room_on_either_side() -> None:
    usual = lay_out(Grid(1, 1), PLAIN)
    wide = lay_out(Grid(1, 1), PLAIN, characters=Characters(14, 8))
    assert wide.panels[0].left - usual.panels[0].left == pytest.approx(6.2 * usual.canvas.em, abs=1)
    assert usual.bars[0].left - wide.bars[0].left == pytest.approx(2.48 * usual.canvas.em, abs=1)


@pytest.mark.parametrize("scaled", [(), (4,), (1, 3), (2, 2), (1, 1, 2)])
def test_each_scale_has_a_bar_as_high_as_its_panels(scaled: tuple[int, ...]) -> None:
    layout = lay_out(Grid(4, 1, scaled=scaled), PLAIN)
    first = 0
    for bar, count in zip(layout.bars, scaled or (4,), strict=True):
        beside = layout.panels[first : first + count]
        assert bar.bottom == beside[-1].bottom
        assert bar.bottom + bar.height == beside[0].bottom + beside[0].height
        assert bar.left >= beside[0].left + beside[0].width
        first += count
    assert first == len(layout.panels)


@pytest.mark.parametrize(
    ("count", "in_grid", "shape"),
    [
        (1, False, (1, 1)),
        (8, False, (8, 1)),
        (3, True, (3, 1)),
        (4, True, (2, 2)),
        (9, True, (3, 3)),
        (20, True, (5, 4)),
    ],
)
def test_a_grid_has_room_for_all(count: int, in_grid: bool, shape: tuple[int, int]) -> None:
    grid = arrange(count, in_grid=in_grid, named=True, waves=False)
    assert (grid.rows, grid.columns) == shape


@pytest.mark.parametrize(
    ("grid", "size", "dpi", "framed"),
    [
        (Grid(1, 1), (60, 400), None, True),
        (Grid(1, 1), (400, 60), None, True),
        (Grid(1, 1), (800, 600), 1200, True),
        (Grid(40, 1), (800, 600), None, True),
        (Grid(40, 1), (800, 30), None, False),
        (Grid(1, 1, waves=True), (1, 1), None, False),
    ],
)
def test_too_little_room_is_told_with_its_numbers(
    grid: Grid, size: tuple[int, int], dpi: int | None, framed: bool
) -> None:
    with pytest.raises(SettingsError, match="`size`") as caught:
        lay_out(grid, FigureSettings(size=size, dpi=dpi, framed=framed))
    assert f"{size[0]}x{size[1]} pixels at " in str(caught.value)
    count = grid.rows * grid.columns
    assert ("for a panel:" if count == 1 else f"for {count} panels:") in str(caught.value)

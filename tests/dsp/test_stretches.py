"""Stretches hold the frames that are centred in them: none drifts, none overlaps."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from stftcli.dsp.plan import FramePlan
from stftcli.dsp.stretches import Stretches
from stftcli.errors import SettingsError
from stftcli.settings.choices import PADDINGS, Padding

PERIODS_S = [0.0102, 0.1, 0.333, 0.5, 1.0, 60.0]
HOPS = [80, 81, 1]

each_padding = pytest.mark.parametrize("padding", PADDINGS)


def rows_of(plan: FramePlan, frames: int, period: Fraction) -> list[int]:
    """Say to which stretch each frame belongs, frame by frame."""
    centers = plan.centers(range(frames))
    places = [max(0, center // period) for center in map(Fraction, centers)]
    if frames > 1 and (Fraction(centers[-1]) / period).denominator == 1:
        places[-1] = places[-2]  # centred on the end of a stretch
    return [place - places[0] for place in places]


@each_padding
@pytest.mark.parametrize("period_s", PERIODS_S)
@pytest.mark.parametrize("hop", HOPS)
def test_holds_the_frames_that_are_centred_in_it(
    padding: Padding, period_s: float, hop: int
) -> None:
    rate_hz, plan = 8000, FramePlan.make(200, hop, padding)
    stretches = Stretches.of_time(plan, period_s, rate_hz)
    for frames in (1, 2, 3, 100, 101, 102, 1000):
        rows = rows_of(plan, frames, Fraction(repr(period_s)) * rate_hz)
        assert stretches.rows(frames) == rows[-1] + 1
        if not stretches.ends_before(frames - 1):
            wanted = [0, *(at for at, (one, two) in enumerate(pairwise(rows), 1) if one != two)]
            assert [stretches.first_frame(row) for row in range(rows[-1] + 1)] == wanted


def test_a_day_does_not_drift() -> None:
    plan = FramePlan.make(2048, 512)
    stretches = Stretches.of_time(plan, 0.1, 44_100)
    tenths = 24 * 36_000
    assert stretches.first_frame(tenths) == -(-24 * 3600 * 44_100 // 512)
    assert stretches.starts_s(range(tenths, tenths + 1), 44_100)[0] == 24 * 3600


@pytest.mark.parametrize("seconds", [1, 2, 60])
def test_a_sound_of_whole_stretches_has_no_row_for_a_frame_at_its_end(seconds: int) -> None:
    plan = FramePlan.make(1000, 500)
    stretches = Stretches.of_time(plan, 1, 1000)
    frames = plan.frames(seconds * 1000)
    assert plan.centers(range(frames))[-1] == seconds * 1000
    assert stretches.rows(frames) == seconds
    assert stretches.rows(plan.frames(seconds * 1000 + 500)) == seconds + 1


def test_rows_begin_with_the_stretch_of_the_first_frame() -> None:
    stretches = Stretches.of_time(FramePlan.make(10_000, 500, "none"), 1, 1000)
    np.testing.assert_array_equal(stretches.starts_s(range(3), 1000), [5, 6, 7])
    assert stretches.first_frame(1) == 2


def test_one_that_is_shorter_than_a_hop_is_refused() -> None:
    plan = FramePlan.make(400, 160)
    assert Stretches.of_time(plan, 0.01, 16_000).rows(100) == 99
    with pytest.raises(SettingsError, match=r"`pool` is 0.009 s and a hop 0.01 s: .*hop_length"):
        Stretches.of_time(plan, 0.009, 16_000)

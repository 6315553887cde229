"""Presets against numbers that their tools gave once, for where these are not installed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.presets import preset_names
from tests.cli.computing import features_inside, noisy_rise, write_sound
from tests.cli.shell import Shell
from tests.golden.make_presets import FILE, SECONDS, kept
from tests.peers import LOGARITHMIC, RATES


@pytest.fixture(scope="module")
def golden() -> dict[str, NDArray[Any]]:
    with np.load(FILE) as file:
        return dict(file)


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_gives_the_stored_numbers(
    tmp_path: Path, golden: dict[str, NDArray[Any]], name: str
) -> None:
    shell, rate_hz = Shell(tmp_path), RATES[name]
    write_sound(shell, "in.wav", noisy_rise(rate_hz, SECONDS), rate_hz)
    got = features_inside(shell, "in.wav", "--preset", name)
    wanted = golden[f"{name} values"]
    assert got.shape == tuple(golden[f"{name} shape"])
    assert got.dtype == wanted.dtype
    if name in LOGARITHMIC:
        np.testing.assert_allclose(kept(got), wanted, rtol=0, atol=1e-3)
    else:
        peak = np.abs(wanted).max()
        np.testing.assert_allclose(kept(got), wanted, rtol=1e-4, atol=1e-6 * peak)


def test_every_preset_is_stored_and_the_file_is_small(golden: dict[str, NDArray[Any]]) -> None:
    assert set(golden) == {
        f"{name} {what}" for name in preset_names() for what in ("shape", "values")
    }
    assert FILE.stat().st_size < 150_000

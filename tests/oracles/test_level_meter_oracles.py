"""Levels against SoX's `stats` and ffmpeg's `astats`, where they are installed."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stftcli.audio.source import Source
from stftcli.dsp.level_meter import Levels
from stftcli.jobs.levels import measure_levels
from stftcli.jobs.reporter import SILENT
from stftcli.settings.segment import SegmentSettings

RATE_HZ = 32_000


@pytest.fixture(params=["PCM_16", "PCM_24", "FLOAT"])
def sound(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    random = np.random.default_rng(11)
    signal = random.standard_normal((RATE_HZ + 123, 3)) * (0.05, 0.1, 0.01) + (0.01, -0.02, 0)
    path = tmp_path / "in.wav"
    soundfile.write(path, signal, RATE_HZ, subtype=request.param)
    return path


def measured(path: Path) -> tuple[Levels, ...]:
    with Source(str(path)) as source:
        return measure_levels(source, SegmentSettings(), SILENT)


def said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def test_sox(sound: Path) -> None:
    text = said("sox", str(sound), "-n", "stats")

    def row(name: str) -> list[float]:
        (line,) = re.findall(rf"^{name} +(.*)$", text, re.MULTILINE)
        return [float(number) for number in line.split()[1:]]  # the first is of all channels

    levels = measured(sound)
    assert [one.dc_offset for one in levels] == pytest.approx(row("DC offset"), abs=6e-7)
    assert [one.peak_dbfs for one in levels] == pytest.approx(row("Pk lev dB"), abs=0.006)
    assert [one.rms_dbfs for one in levels] == pytest.approx(row("RMS lev dB"), abs=0.006)
    assert [one.crest_factor for one in levels] == pytest.approx(row("Crest factor"), abs=0.006)


def test_ffmpeg(sound: Path) -> None:
    text = said("ffmpeg", "-nostats", "-i", str(sound), "-af", "astats", "-f", "null", "-")
    text = text.partition("] Overall")[0]

    def row(name: str) -> list[float]:
        return [float(number) for number in re.findall(rf"{name}: (\S+)", text)]

    levels = measured(sound)
    assert [one.dc_offset for one in levels] == pytest.approx(row("DC offset"), abs=1e-6)
    assert [one.peak_dbfs for one in levels] == pytest.approx(row("Peak level dB"), abs=1e-3)
    # ffmpeg takes 32767 for the full scale of 16 bits, which is 0.00027 dB.
    assert [one.rms_dbfs for one in levels] == pytest.approx(row("RMS level dB"), abs=3e-4)
    assert [one.crest_factor for one in levels] == pytest.approx(row("Crest factor"), abs=1e-3)


@pytest.mark.parametrize("cutoff_hz", [7000, 11_000])
def test_the_cut_off_that_lame_is_told(tmp_path: Path, cutoff_hz: int) -> None:
    whole, lossy = tmp_path / "in.wav", tmp_path / "out.mp3"
    signal = 0.2 * np.random.default_rng(2).standard_normal(4 * RATE_HZ)
    soundfile.write(whole, signal, RATE_HZ)
    how = ("-c:a", "libmp3lame", "-b:a", "128k", "-cutoff", str(cutoff_hz))
    said("ffmpeg", "-v", "error", "-i", str(whole), *how, str(lossy))
    (levels,) = measured(lossy)
    # Its filter takes some hundred Hz to come down.
    assert levels.cutoff_hz == pytest.approx(cutoff_hz, abs=1000)
    assert measured(whole)[0].cutoff_hz == RATE_HZ / 2

"""Make the sample sound files that lie beside this script.

Run as ``python sample_audio/make.py [FOLDER] [--only NAME...]``. Needs numpy and soundfile, and
espeak-ng for the voice.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf  # type: ignore[import-untyped,unused-ignore]

Array = npt.NDArray[np.float64]

SENTENCE = "Every sound you hear is a sum of simple waves."


def from_db(level: float) -> float:
    """Turn a level in decibels into an amplitude ratio."""
    return float(10.0 ** (level / 20.0))


def set_peak(x: Array, level: float) -> Array:
    """Scale a signal to a peak level in dBFS."""
    return x * (from_db(level) / float(np.max(np.abs(x))))


def fade(x: Array, rate: int, fade_in: float, fade_out: float) -> Array:
    """Fade a mono signal in and out with raised-cosine ramps, lengths in seconds."""
    y = x.copy()
    n_in, n_out = round(fade_in * rate), round(fade_out * rate)
    y[:n_in] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(n_in) / n_in)
    y[-n_out:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, n_out + 1) / n_out)
    return y


def shaped_noise(length: int, gain: Array, rng: np.random.Generator) -> Array:
    """Make Gaussian noise of unit RMS, its spectrum weighted by ``gain`` (rfft bins)."""
    y: Array = np.fft.irfft(np.fft.rfft(rng.standard_normal(length)) * gain, length)
    return y / float(np.sqrt(np.mean(y**2)))


def room_noise(length: int, rate: int, level: float, rng: np.random.Generator) -> Array:
    """Make pink noise above 40 Hz at an RMS level in dBFS."""
    freq = np.fft.rfftfreq(length, 1.0 / rate)
    gain = np.where(freq < 40.0, 0.0, 1.0 / np.sqrt(np.maximum(freq, 40.0)))
    return from_db(level) * shaped_noise(length, gain, rng)


def speech() -> tuple[Array, int]:
    """Have espeak-ng speak one sentence, trim it and lay it over quiet room noise."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "speech.wav")
        command = ["espeak-ng", "-v", "en-gb", "-s", "150", "-p", "42", "-w", str(path), SENTENCE]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            raise SystemExit("speech.wav not made: espeak-ng is not installed") from None
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"speech.wav not made: espeak-ng: {error.stderr.strip()}") from None
        x, rate = sf.read(path, dtype="float64")
    loud = np.flatnonzero(np.abs(x) > from_db(-45.0) * np.max(np.abs(x)))
    voice = set_peak(fade(x[loud[0] : loud[-1] + 1], rate, 0.002, 0.01), -3.0)
    voice = np.pad(voice, round(0.12 * rate))
    noise = room_noise(len(voice), rate, -70.0, np.random.default_rng(1))
    return set_peak(voice + noise, -3.0), rate


def pluck(midi: int, seconds: float, ring: float, bright: float, rate: int) -> Array:
    """Pluck a string that rings for ``ring`` seconds; partials above ``bright`` Hz die sooner."""
    t = np.arange(round(seconds * rate)) / rate
    f0 = 440.0 * 2.0 ** ((midi - 69) / 12.0)
    y = np.zeros(len(t))
    for k in range(1, int(12000.0 / f0) + 1):
        # Stiffness stretches the partials; picking at 0.17 of the string thins every sixth.
        freq = f0 * k * np.sqrt(1.0 + 5e-5 * k**2)
        decay = np.exp(-t * (1.0 + freq / bright) / ring)
        if freq < 0.45 * rate:
            y += np.sin(0.17 * np.pi * k) / k**1.3 * decay * np.sin(2.0 * np.pi * freq * t)
    return fade(y, rate, 0.002, 0.03)


def hi_hat(seconds: float, decay: float, rate: int, rng: np.random.Generator) -> Array:
    """Strike a hi-hat: a short burst of noise above about 7 kHz."""
    n = round(seconds * rate)
    gain = 1.0 / (1.0 + (7000.0 / np.maximum(np.fft.rfftfreq(n, 1.0 / rate), 1.0)) ** 12)
    return shaped_noise(n, gain, rng) * np.exp(-np.arange(n) / (decay * rate))


def music() -> tuple[Array, int]:
    """Play two bars and a last chord in D: arpeggio left, melody right, bass and hi-hat."""
    rate, beat = 44100, 0.5
    y, rng = np.zeros((round(5.0 * rate), 2)), np.random.default_rng(2)

    def add(x: Array, at: float, gain: float, pan: float) -> None:
        """Mix a note in at a beat, with a constant-power pan from 0 (left) to 1 (right)."""
        start = round(at * beat * rate)
        x = gain * x[: len(y) - start]
        sides = np.cos(pan * np.pi / 2.0), np.sin(pan * np.pi / 2.0)
        y[start : start + len(x)] += np.outer(x, sides)

    chords = [(50, 57, 62, 66), (47, 59, 62, 66), (43, 55, 59, 62), (45, 57, 61, 64)]
    for i, (root, *tones) in enumerate(chords):
        add(pluck(root - 12, 0.8, 0.9, 300.0, rate), 2 * i, 0.6, 0.5)
        add(pluck(root, 0.3, 0.5, 300.0, rate), 2 * i + 1.5, 0.4, 0.5)
        for j, step in enumerate((0, 1, 2, 1)):
            add(pluck(tones[step], 0.7, 0.6, 1500.0, rate), 2 * i + 0.5 * j, 0.5, 0.05)

    melody = [(0.0, 78), (1.0, 81), (1.5, 83), (2.0, 86), (3.0, 83), (3.5, 81), (4.0, 83)]
    melody += [(4.75, 81), (5.0, 79), (5.5, 78), (6.0, 76), (6.5, 78), (7.0, 73), (8.0, 74)]
    for at, midi in melody:
        note = pluck(midi, 1.0, 0.55, 2500.0, rate)
        add(note, at, 0.8, 0.95)
        add(note, at + 0.75, 0.08, 0.05)

    for j in range(16):
        decay, level = ((0.014, 0.1), (0.02, 0.14), (0.014, 0.1), (0.05, 0.14))[j % 4]
        add(hi_hat(0.24, decay, rate, rng), 0.5 * j, level, 0.6)

    add(pluck(38, 1.0, 1.2, 400.0, rate), 8.0, 0.6, 0.5)
    for at, midi in ((8.0, 57), (8.06, 62), (8.12, 66), (8.18, 69)):
        add(pluck(midi, 1.0, 1.0, 2000.0, rate), at, 0.35, 0.05)
    y = np.column_stack([fade(side, rate, 0.002, 0.25) for side in y.T])
    return set_peak(y, -1.0), rate


def sweep() -> tuple[Array, int]:
    """Make a logarithmic sine sweep from 20 Hz to 20 kHz."""
    rate, seconds, low, high = 48000, 2.0, 20.0, 20000.0
    t, growth = np.arange(round(seconds * rate)) / rate, np.log(high / low) / seconds
    x = from_db(-6.0) * np.sin(2.0 * np.pi * low * np.expm1(growth * t) / growth)
    return fade(x, rate, 0.01, 0.01), rate


def whistle(freq: Array, rate: int) -> Array:
    """Follow a frequency contour in Hz with a tone that has a weak second harmonic."""
    phase = 2.0 * np.pi * np.cumsum(freq) / rate
    swell = np.hanning(len(freq) + 2)[1:-1] ** 0.35
    return (np.sin(phase) + 0.04 * np.sin(2.0 * phase)) * swell


def glide(start: float, end: float, seconds: float, rate: int) -> Array:
    """Draw a frequency contour from ``start`` to ``end`` in Hz, straight in pitch."""
    return np.geomspace(start, end, round(seconds * rate))


def birds() -> tuple[Array, int]:
    """Sing whistles, a trill, a warble and a flourish, with a second, distant bird."""
    rate = 32000
    y = room_noise(2 * rate, rate, -66.0, np.random.default_rng(3))

    def add(freq: Array, at: float, gain: float) -> None:
        """Mix a note in at a time in seconds."""
        start = round(at * rate)
        y[start : start + len(freq)] += gain * whistle(freq, rate)

    for j in range(3):
        add(glide(5400.0 - 350.0 * j, 4300.0 - 350.0 * j, 0.11, rate), 0.06 + 0.15 * j, 0.5)
    for j in range(11):
        note = glide(7000.0 - 110.0 * j, 3600.0 - 60.0 * j, 0.034, rate)
        add(note, 0.54 + 0.042 * j, 0.3 + 0.03 * j)
    vibrato = 0.16 * np.sin(2.0 * np.pi * 27.0 * np.arange(round(0.4 * rate)) / rate)
    add(glide(3400.0, 4800.0, 0.4, rate) * (1.0 + vibrato), 1.07, 0.6)
    add(np.append(glide(3000.0, 7200.0, 0.09, rate), glide(7200.0, 4200.0, 0.16, rate)), 1.53, 0.7)
    for at in (0.3, 0.95, 1.82):
        for j in range(2):
            add(glide(2300.0 - 300.0 * j, 2150.0 - 300.0 * j, 0.08, rate), at + 0.085 * j, 0.05)
    return set_peak(y, -3.0), rate


def bat() -> tuple[Array, int]:
    """Call twice as a pipistrelle does: 6 ms down from 95 kHz, slower and slower, to 45 kHz."""
    rate = 384_000
    y = room_noise(round(0.16 * rate), rate, -62.0, np.random.default_rng(4))
    share = np.arange(round(0.006 * rate)) / (0.006 * rate)
    contour = 45_000.0 + 50_000.0 * np.exp(-4.5 * share)
    phase = 2.0 * np.pi * np.cumsum(contour) / rate
    swell = np.hanning(len(share) + 2)[1:-1] ** 0.5
    call = swell * (np.sin(phase) + 0.06 * np.sin(2.0 * phase))
    for at, gain in ((0.03, 0.4), (0.0375, 0.02), (0.112, 0.5), (0.1205, 0.03)):  # with echoes
        start = round(at * rate)
        y[start : start + len(call)] += gain * call
    return y, rate


def whale() -> tuple[Array, int]:
    """Let a right whale call upwards, a humpback moan and a fin whale pulse at 20 Hz."""
    rate = 2000
    y = room_noise(24 * rate, rate, -40.0, np.random.default_rng(5))

    def add(freq: Array, at: float, gain: float, partials: int = 1) -> None:
        """Mix a call and its weaker partials in at a time in seconds."""
        phase, start = 2.0 * np.pi * np.cumsum(freq) / rate, round(at * rate)
        swell = np.hanning(len(freq) + 2)[1:-1] ** 0.7
        voices = sum(np.sin(k * phase) / k**1.5 for k in range(1, partials + 1))
        y[start : start + len(freq)] += gain * swell * voices

    for at in (1.0, 9.5, 18.0):
        add(glide(70.0, 190.0, 1.0, rate), at, 0.2, 2)
    for at, low, high in ((3.5, 320.0, 260.0), (6.0, 180.0, 420.0), (12.0, 300.0, 240.0)):
        add(glide(low, high, 1.6, rate), at, 0.12, 3)
    for at in np.arange(2.0, 23.0, 4.0):
        add(glide(24.0, 18.0, 0.9, rate), float(at), 0.3)
    return set_peak(y, -6.0), rate


def machine() -> tuple[Array, int]:
    """Run a gear box up to speed; a damaged bearing makes it ring at 12 kHz."""
    rate, seconds = 50_000, 3.0
    t = np.arange(round(seconds * rate)) / rate
    turns = np.cumsum(np.interp(t, (0.0, 2.0), (18.0, 34.0))) / rate
    y = room_noise(len(t), rate, -50.0, np.random.default_rng(6))
    for mesh in (31, 62, 93):
        wobble = 1.0 + 0.3 * np.sin(2.0 * np.pi * turns)
        y += 3.0 / mesh * wobble * np.sin(2.0 * np.pi * mesh * turns)
    ring = np.arange(round(0.004 * rate)) / rate
    knock = 0.25 * np.exp(-ring / 0.0006) * np.sin(2.0 * np.pi * 12_000.0 * ring)
    for start in np.flatnonzero(np.diff(np.floor(4.6 * turns)) > 0):
        y[start : start + len(ring)] += knock[: len(y) - start]
    return set_peak(y, -3.0), rate


def around(hz: float, octaves: float, length: int, rate: int) -> Array:
    """Weight a spectrum around a frequency in Hz, as a bell over a log axis."""
    freq = np.maximum(np.fft.rfftfreq(length, 1.0 / rate), 1e-9)
    return np.asarray(np.exp(-0.5 * (np.log2(freq / hz) / octaves) ** 2))


def earthquake(seconds: float, rate: int, rng: np.random.Generator) -> Array:
    """Shake with P waves at once, S waves after 35 s and surface waves after 60 s."""
    t = np.arange(round(seconds * rate)) / rate
    y = np.zeros(len(t))
    for at, hz, ring, gain in (
        (0.0, 8.0, 12.0, 0.2),
        (35.0, 3.0, 20.0, 0.7),
        (60.0, 0.12, 45.0, 1.0),
    ):
        since = np.maximum(t - at, 0.0) / ring
        noise = shaped_noise(len(t), around(hz, 0.8, len(t), rate), rng)
        y += gain * since * np.exp(1.0 - since) * noise
    return y


def seismic() -> tuple[Array, int]:
    """Record five minutes of a seismometer, with an earthquake after one."""
    rate, rng = 100, np.random.default_rng(7)
    n = 300 * rate
    y = 0.01 * shaped_noise(n, around(0.2, 0.6, n, rate), rng)
    y += 0.001 * shaped_noise(n, around(20.0, 3.0, n, rate), rng)
    y[60 * rate :] += earthquake(240.0, rate, rng)
    return set_peak(y, -6.0), rate


def day() -> tuple[Array, int]:
    """Record a day of a seismometer: microseism, traffic by day, trains and three earthquakes."""
    rate, rng = 20, np.random.default_rng(8)
    n = 86_400 * rate
    hour = np.arange(n) / rate / 3600.0
    y = 0.05 * shaped_noise(n, around(0.2, 0.5, n, rate), rng) * (1.0 + 0.4 * hour / 24.0)
    y += 0.002 * shaped_noise(n, around(3.0, 4.0, n, rate), rng)
    busy = 1.0 / (1.0 + np.exp(-3.0 * (hour - 6.5))) / (1.0 + np.exp(2.0 * (hour - 18.5)))
    y += 0.03 * busy * shaped_noise(n, around(5.0, 0.6, n, rate), rng)
    passing = np.hanning(240 * rate)
    for at in np.arange(5.2, 23.0, 0.97):
        start = round(at * 3600.0 * rate)
        train = shaped_noise(len(passing), around(2.5, 0.3, len(passing), rate), rng)
        y[start : start + len(passing)] += 0.06 * passing * train
    for at, gain in ((2.4, 0.3), (13.1, 1.0), (20.6, 0.15)):
        start = round(at * 3600.0 * rate)
        y[start : start + 1200 * rate] += gain * earthquake(1200.0, rate, rng)
    return set_peak(y, -6.0), rate


def write(path: Path, signal: tuple[Array, int], subtype: str) -> None:
    """Write a sound file and say so."""
    x, rate = signal
    sf.write(path, x, rate, subtype=subtype)
    if subtype == "FLOAT":
        # libsndfile stamps the PEAK chunk with the time: clear it so that runs agree.
        data = bytearray(path.read_bytes())
        stamp = data.index(b"PEAK") + 12
        data[stamp : stamp + 4] = bytes(4)
        path.write_bytes(data)
    print(f"{path}: {len(x) / rate:.2f} s, {path.stat().st_size} bytes")


STORED: dict[str, tuple[Callable[[], tuple[Array, int]], str]] = {
    "music.flac": (music, "PCM_16"),
    "sweep.wav": (sweep, "FLOAT"),
    "birds.wav": (birds, "PCM_24"),
    "speech.wav": (speech, "PCM_16"),  # last, for it needs another program
}
"""What lies beside this script."""

ON_REQUEST: dict[str, tuple[Callable[[], tuple[Array, int]], str]] = {
    "bat.wav": (bat, "PCM_16"),
    "whale.wav": (whale, "PCM_16"),
    "machine.wav": (machine, "PCM_16"),
    "seismic.wav": (seismic, "PCM_16"),
    "day.wav": (day, "PCM_16"),
}
"""What is made where it is wanted."""


def main() -> None:
    """Write the files that are stored, or those that are named."""
    parser = argparse.ArgumentParser(description="Make the sample sound files.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--only", nargs="+", choices=[*STORED, *ON_REQUEST], default=[*STORED])
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        make, subtype = {**STORED, **ON_REQUEST}[name]
        write(folder / name, make(), subtype)


if __name__ == "__main__":
    main()

"""From a waveform to its spectrum, in the words of a library."""

from collections.abc import Sequence

from stftcli.errors import SettingsError
from stftcli.features.chain import Chain
from stftcli.features.steps import Energy
from stftcli.jobs.export.script import Script
from stftcli.jobs.export.words import pad_mode, window
from stftcli.settings.choices import FLOOR

_SPECTRA = ("complex", "magnitude", "power", "db", "log", "phase")


def write_spectrum(script: Script, chain: Chain) -> None:
    """Write what makes `x`, shape (bins, frames), of the waveform.

    Raises
    ------
    SettingsError
        If a setting has no such words; it is named.
    """
    _check(chain)
    _write_signal(script, chain)
    if _takes_frames(chain):
        _write_own_frames(script, chain)
    else:
        _write_stft(script, chain)
    if chain.frames.drop_last:
        script.add("x = x[:, :-1]")
        if _energies(chain):
            script.add("energy = energy[:-1]")
    _write_scale(script, chain)


def _check(chain: Chain) -> None:
    settings, spectrum = chain.settings, chain.framewise.spectrum
    refused = {
        "`kernel`": settings.features.kernel is not None,
        "`calibration`": settings.calibration.is_absolute or bool(settings.calibration.curve),
        f"the spectrum {spectrum}": spectrum not in _SPECTRA,
    }
    for name, is_there in refused.items():
        if is_there:
            raise SettingsError(
                f"{name} has no form as a script: leave it out, or run stftcli itself"
            )


def _energies(chain: Chain) -> Sequence[Energy]:
    return [step for step in chain.settings.features.steps if isinstance(step, Energy)]


def _takes_frames(chain: Chain) -> bool:
    """Say whether frames are cut by themselves: an STFT would not show them, nor end so early."""
    stft = chain.framewise.stft
    shorter = stft.plan.frame_length < stft.plan.filter_length
    return shorter or bool(stft.conditioning) or bool(_energies(chain))


def _write_signal(script: Script, chain: Chain) -> None:
    signal = chain.settings.signal
    script.let("y", "waveform")
    if signal.pad_to_s is not None:
        script.let("y", "zero_pad", samples=round(signal.pad_to_s * chain.rate_hz))
    if signal.int16_scale:
        script.add(f"y = y * {chain.settings.full_scale}")
    if signal.preemphasis:
        script.let("y", "emphasized", coefficient=signal.preemphasis)


def _write_padding(script: Script, chain: Chain) -> None:
    stft = chain.framewise.stft
    left, right = stft.plan.left, stft.plan.right
    if left or right:
        script.let("y", f"pad_{stft.pad_mode}", left=left, right=right)


def _write_stft(script: Script, chain: Chain) -> None:
    frames, stft, library = chain.frames, chain.framewise.stft, script.library
    mode = pad_mode(library, stft.pad_mode)
    # librosa pads the samples of the last frames alone, which with long hops may be one too few.
    mirrors_few = (
        library == "librosa"
        and stft.pad_mode == "reflect"
        and 2 * frames.hop_length >= frames.filter_length
    )
    centered = frames.padding == "center" and mode is not None and not mirrors_few
    if not centered:
        _write_padding(script, chain)
    named = library == "librosa" and frames.periodic and frames.window.isalpha()
    if named and frames.window != "povey":
        shape = f'"{frames.window}"'
    else:
        shape = "window"
        script.add(f"window = {window(library, frames.window, stft.win_length, frames.periodic)}")
    words = [
        f"n_fft={frames.filter_length}",
        f"hop_length={frames.hop_length}",
        *([f"win_length={stft.win_length}"] if stft.win_length < frames.filter_length else []),
        f"window={shape}",
        f'pad_mode="{mode}"' if centered else "center=False",
        *(["return_complex=True"] if library == "torch" else []),
    ]
    script.call("x", f"{library}.stft", "y", *words)


def _write_own_frames(script: Script, chain: Chain) -> None:
    frames, stft = chain.frames, chain.framewise.stft
    length = stft.plan.frame_length
    _write_padding(script, chain)
    script.let("frames", "frames", length=length, hop=frames.hop_length)
    if frames.remove_dc:
        script.let("frames", "without_mean")
    for energy in _energies(chain):
        script.let("energy", "energy", floor=energy.floor)
    if frames.preemphasis:
        script.let("frames", "frames_emphasized", coefficient=frames.preemphasis)
    made = window(script.library, frames.window, stft.win_length, frames.periodic)
    script.add(f"window = {made}")
    if stft.win_length < length:
        left = (length - stft.win_length) // 2
        right = length - stft.win_length - left
        script.let("window", "window_in_frame", left=left, right=right)
    script.let("x", "transformed", length=frames.filter_length)


def _write_scale(script: Script, chain: Chain) -> None:
    spectrum, epsilon = chain.framewise.spectrum, chain.settings.features.epsilon
    if spectrum != "complex":
        script.let(
            "x", f"{spectrum}_epsilon" if epsilon else spectrum, epsilon=epsilon, floor=FLOOR
        )

"""Sound out: any format and encoding that libsndfile writes, clipped where it must be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import IO, Any, NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from stftcli.audio.header import SUBTYPES
from stftcli.errors import OutputError, SettingsError
from stftcli.files.atomic import is_stream
from stftcli.files.system import SHARES_DESCRIPTORS
from stftcli.frozen import Frozen

# Ending -> libsndfile's names of the container and, where it is not the container's usual one, of
# the encoding.
ENDINGS: dict[str, tuple[str, str | None]] = {
    ".wav": ("WAV", None),
    ".flac": ("FLAC", None),
    ".ogg": ("OGG", None),
    ".opus": ("OGG", "OPUS"),
    ".mp3": ("MP3", None),
    ".aiff": ("AIFF", None),
    ".aif": ("AIFF", None),
    ".au": ("AU", None),
    ".caf": ("CAF", None),
    ".w64": ("W64", None),
    ".rf64": ("RF64", None),
}

_MAX_WAV_BYTES = (1 << 32) - (1 << 16)
_ADD_PEAK_CHUNK = 0x1050


class _Integers(NamedTuple):
    """How integers of an encoding are given: full scale, the type, and places to the left."""

    full_scale: int
    dtype: type[Any]
    shift: int


# libsndfile itself would round towards the lower integer, and takes 32767 for full scale where it
# reads 32768: the sound of a 16-bit file would come back with other samples.
_INTEGERS = {
    "PCM_S8": _Integers(1 << 7, np.int16, 8),
    "PCM_U8": _Integers(1 << 7, np.int16, 8),
    "PCM_16": _Integers(1 << 15, np.int16, 0),
    "PCM_24": _Integers(1 << 23, np.int32, 8),
    "PCM_32": _Integers(1 << 31, np.int32, 0),
}
_UNLIMITED = ("FLOAT", "DOUBLE")


class SoundFormat(Frozen):
    """A container and an encoding, by libsndfile's names."""

    container: str
    subtype: str

    @property
    def sample_bytes(self) -> int:
        """Bytes of a sample, as far as they are known."""
        return {"PCM_24": 3, "PCM_32": 4, "FLOAT": 4, "DOUBLE": 8}.get(self.subtype, 2)


def choose_sound_format(output: str, subtype: str | None) -> SoundFormat:
    """Give the format that an output's ending means (WAV for a pipe), in this encoding.

    Raises
    ------
    SettingsError
        If the ending is none of a sound, or the container has no such encoding.
    """
    ending = PurePath(output).suffix.lower()
    if is_stream(output):
        ending = ".wav"
    if ending not in ENDINGS:
        raise SettingsError(
            f"cannot tell the format from the name {output}: use {', '.join(ENDINGS)}"
        )
    container, usual = ENDINGS[ending]
    if container not in soundfile.available_formats():
        raise SettingsError(f"this libsndfile writes no {container}: choose another ending")
    chosen = (subtype or usual or soundfile.default_subtype(container)).upper()
    # What libsndfile writes but stftcli does not read is left out.
    known = [name for name in soundfile.available_subtypes(container) if name in SUBTYPES]
    if chosen not in known:
        raise SettingsError(f"`subtype` is {subtype!r}: {container} has {', '.join(known)}")
    return SoundFormat(container, chosen)


class SoundWriter:
    """Takes blocks of a sound, and counts what does not fit.

    Attributes
    ----------
    samples : int
        Written so far, of each channel.
    clipped : int
        Values beyond full scale, which were written as full scale.
    peak : float
        The largest magnitude.
    """

    def __init__(self, sound: soundfile.SoundFile, name: str, form: SoundFormat) -> None:
        self._sound, self._name = sound, name
        self._integers = _INTEGERS.get(form.subtype)
        self._limited = form.subtype not in _UNLIMITED
        self.samples, self.clipped, self.peak = 0, 0, 0.0

    def write(self, block: NDArray[Any]) -> None:
        """Append samples of shape (channels, any), full scale being 1."""
        sizes = np.abs(block)
        peak = float(sizes.max(initial=0))
        self.peak = max(self.peak, peak)
        if self._limited and peak > 1:
            self.clipped += int(np.count_nonzero(sizes > 1))
            block = np.clip(block, -1, 1)
        with _write_errors(self._name):
            self._sound.write(self._encoded(block).T)
        self.samples += block.shape[-1]

    def _encoded(self, block: NDArray[Any]) -> NDArray[Any]:
        if self._integers is None:
            return block
        full, dtype, shift = self._integers
        # A float32 has no more than 24 bits, so nothing but the widest needs more.
        wide = block.astype(np.float64) if full > 1 << 15 else block
        integers = np.clip(np.rint(wide * full), -full, full - 1).astype(dtype)
        return np.asarray(np.left_shift(integers, shift))


@contextmanager
def sound_writer(
    file: IO[bytes], name: str, form: SoundFormat, rate_hz: int, channels: int
) -> Iterator[SoundWriter]:
    """Give the writer of a sound in a file that can be sought.

    Raises
    ------
    SettingsError
        If the format has no such rate or number of channels.
    OutputError
        If the file cannot be written.
    """
    try:
        sound = soundfile.SoundFile(
            file.fileno() if SHARES_DESCRIPTORS else file,
            "w",
            rate_hz,
            channels,
            form.subtype,
            format=form.container,
            closefd=False,
        )
    except soundfile.SoundFileError as error:
        raise SettingsError(
            f"{form.container} with {form.subtype} cannot hold {channels} channels of {rate_hz} "
            "Hz: choose another ending or `subtype`"
        ) from error
    # The chunk of peaks holds the time of day: the same sound would never be the same file.
    soundfile._snd.sf_command(sound._file, _ADD_PEAK_CHUNK, soundfile._ffi.NULL, 0)
    with _write_errors(name), sound:
        yield SoundWriter(sound, name, form)


def check_size(form: SoundFormat, samples: int, channels: int) -> None:
    """Raise SettingsError for a sound that is too long for WAV."""
    if form.container == "WAV" and samples * channels * form.sample_bytes > _MAX_WAV_BYTES:
        raise SettingsError(
            f"{samples} samples of {channels} channels are more than a WAV can hold (4 GB): choose "
            ".w64, .rf64 or .flac"
        )


@contextmanager
def _write_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (soundfile.SoundFileError, AssertionError) as error:
        # It writes fewer samples than it was given where the disk is full.
        raise OutputError(f"{name} cannot be written: is there room for it?") from error

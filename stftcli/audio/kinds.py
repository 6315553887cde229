"""How an input of each kind is taken apart, and whether libsndfile may read it as it is."""

from collections.abc import Callable
from functools import partial

from stftcli.audio.chunks import (
    ends_with_chunks,
    ends_with_data,
    goes_on,
    mpeg_in_wav,
    passed,
    plain_parts,
    wav_parts,
)
from stftcli.audio.flac import flac_parts, flac_rest, is_whole
from stftcli.audio.header import CONTAINERS, MIN_HEAD_BYTES, Container, foreign_format, sniff
from stftcli.audio.incoming import FileBytes, Incoming
from stftcli.audio.mpeg import mpeg_parts, tag_bytes
from stftcli.audio.ogg import ogg_parts
from stftcli.audio.parts import Findings, Parts
from stftcli.audio.plain import PlainData
from stftcli.audio.plain_heads import plain_data
from stftcli.audio.wav import (
    ADPCM_IN_WAV,
    MPEG_IN_WAV,
    PLAIN_IN_WAV,
    WavData,
    find_wav_data,
    known_head,
)
from stftcli.errors import InputError
from stftcli.frozen import Frozen
from stftcli.settings.reading import RawFormat

_IN_CHUNKS = ("AIFF", "W64", "AU")
_ONLY_PLAIN = ("RIFX", "SPHERE")

Split = Callable[[Incoming, Findings], Parts]


class Kind(Frozen):
    """What the first bytes of an input say.

    Attributes
    ----------
    container : Container
        The kind of file.
    wav : WavData or None
        Where the data of a WAV is.
    plain : PlainData or None
        Where the data of another file is that libsndfile is given under another header.
    """

    container: Container
    wav: WavData | None
    plain: PlainData | None = None

    @property
    def streams(self) -> bool:
        """Whether libsndfile reads it from a pipe."""
        if self.wav is not None and self.wav.encoding in ADPCM_IN_WAV:
            return False
        return self.container.streams or self.plain is not None

    @property
    def _is_endless(self) -> bool:
        return self.plain is not None and self.plain.data_bytes is None

    @property
    def in_files(self) -> bool:
        """Whether libsndfile must be able to go back in it."""
        return self.container.name == "FLAC"

    @property
    def split(self) -> Split:
        """What gives the bytes of the sounds in it, one after another."""
        name = self.container.name
        if self.wav is not None and self.wav.encoding in MPEG_IN_WAV:
            return mpeg_in_wav
        if self.wav is not None and self.wav.encoding in PLAIN_IN_WAV:
            return wav_parts
        if self.plain is not None:
            return partial(plain_parts, plain=self.plain, name=name)
        if name in _IN_CHUNKS:
            return partial(passed, name=name)
        return {"FLAC": flac_parts, "OGG": ogg_parts, "MP3": mpeg_parts}.get(name, unchanged)

    def is_believable(self, descriptor: int) -> bool:
        """Say whether libsndfile reads all of a regular file of this kind by itself."""
        if self.container.name == "CAF" and not self._is_endless:
            return ends_with_chunks(descriptor, "CAF")
        if self.plain is not None or self.split in (ogg_parts, mpeg_parts, mpeg_in_wav):
            # Of these it takes the length from a part of the file, or from nowhere.
            return False
        if self.split is flac_parts:
            return is_whole(descriptor)
        if self.container.name in _IN_CHUNKS:
            return ends_with_chunks(descriptor, self.container.name)
        if self.split is not wav_parts:
            return True
        assert self.wav is not None
        is_usual = self.wav.stored_bits == self.wav.bits and self.wav.is_sized
        return is_usual and ends_with_data(descriptor, self.wav)

    def is_understated(self, descriptor: int) -> bool:
        """Say whether the header of a WAV file claims less than there is."""
        if self.wav is None or self.split is not wav_parts:
            return False
        return goes_on(descriptor, self.wav)

    def rest(self, descriptor: int, incoming: FileBytes, findings: Findings) -> Parts:
        """Give what follows the first sound of a regular file that libsndfile has read itself."""
        if self.split is flac_parts:
            yield from flac_rest(descriptor, incoming, findings)


def raw_kind(raw: RawFormat) -> Kind:
    """Give the kind of samples without a header."""
    return Kind(CONTAINERS["RAW"], None, PlainData.raw(raw))


def kind_of(incoming: Incoming, name: str) -> Kind:
    """Tell what comes; nothing of it is taken.

    Raises
    ------
    InputError
        If it is no sound that is read.
    """
    head = known_head(incoming)
    if not head:
        raise InputError(f"{name} is empty")
    container = sniff(head)
    if container is None:
        foreign = foreign_format(head)
        what = f"is {foreign}" if foreign else "is not a supported sound file"
        raise InputError(
            f"{name} {what}: give WAV, FLAC, AIFF, Ogg or MP3, or let ffmpeg decode it: "
            "ffmpeg -i FILE -f wav - | stftcli ...; `input_format` reads samples without a header"
        )
    wav = find_wav_data(head) if container.name in ("WAV", "RF64") else None
    if wav is not None and wav.encoding in PLAIN_IN_WAV and wav.stored_bits is None:
        raise InputError(
            f"{name} cannot be read as sound: its header puts {wav.channels} channels of "
            f"{wav.bits} bits into {wav.sample_bytes} bytes"
        )
    if wav is not None and wav.encoding in ADPCM_IN_WAV and not wav.is_sound_adpcm:
        raise InputError(
            f"{name} cannot be read as sound: its header's blocks of {wav.sample_bytes} bytes are "
            "none of ADPCM in one or two channels"
        )
    plain = plain_data(container.name, incoming)
    if plain is None and container.name in _ONLY_PLAIN:
        raise InputError(
            f"{name} is {container.name} with samples of a kind that is not read: let SoX decode "
            "it: sox FILE -t wav - | stftcli ..."
        )
    return Kind(container, wav, plain)


def skip_tags(incoming: Incoming) -> int:
    """Pass over tags that taggers of MP3 put before any sound; give how many bytes those were."""
    while size := tag_bytes(incoming.peek(MIN_HEAD_BYTES)):
        incoming.jump(size)
    return incoming.position


def unchanged(incoming: Incoming, findings: Findings) -> Parts:
    """Give an input as it is, as one sound."""
    del findings
    yield from incoming.pieces()

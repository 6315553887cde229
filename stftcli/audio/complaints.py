"""What is said of a sound that is not as long as its header promises, or is followed by more."""

from stftcli.audio.chunks import wav_parts
from stftcli.audio.header import COMPRESSED, SAMPLE_BYTES
from stftcli.audio.opening import Opened
from stftcli.audio.sounds import Sounds

# Of these, a header that claims less than there is has been passed over.
_COUNTED = ("WAV", "RF64", "FLAC")
# What an MPEG decoder keeps back is less than two frames.
_MPEG_SLACK_SAMPLES = 2 * 1152


def complaints(opened: Opened, sounds: Sounds, samples: int, rate_hz: int) -> list[str]:
    """Say of an input that has been read to its end what is missing in it, and what is too much.

    Parameters
    ----------
    opened, sounds
        The input and its decoders.
    samples, rate_hz : int
        How many samples there were, and their rate.

    Returns
    -------
    list of str
        What can follow the input's name, nothing where all is well.
    """
    told = (_of_length(opened, sounds, samples, rate_hz), _of_rest(opened, sounds, rate_hz))
    return [text for text in told if text is not None]


def _of_length(opened: Opened, sounds: Sounds, samples: int, rate_hz: int) -> str | None:
    claimed, there_s = opened.findings.claimed_samples, samples / rate_hz
    if claimed is not None and samples + _slack_samples(opened, sounds) < claimed:
        promised = f"its header promises {claimed / rate_hz:.2f} s"
        return f"ends early: {promised}, {there_s:.2f} s are there"
    if opened.findings.cut_off or sounds.broken:
        return f"ends early: it is cut off after {there_s:.2f} s"
    if opened.seekable and opened.kind.split is not wav_parts and sounds.longer_by_header():
        return "ends early: its header promises more than the file holds"
    if claimed is not None and claimed < samples and opened.kind.container.name in _COUNTED:
        promised = f"which promises {claimed / rate_hz:.2f} s"
        return f"goes on beyond its header, {promised}: all {there_s:.2f} s were read"
    return None


def _slack_samples(opened: Opened, sounds: Sounds) -> int:
    if sounds.decoder.subtype.startswith("MPEG"):
        return _MPEG_SLACK_SAMPLES
    # Some writers count the header as data.
    wav = opened.kind.wav
    return 0 if wav is None else wav.data_at // max(1, wav.sample_bytes)


def _of_rest(opened: Opened, sounds: Sounds, rate_hz: int) -> str | None:
    left_bytes, left_s = opened.findings.left_bytes, 0.0
    decoder = sounds.decoder
    if opened.kind.container.name not in COMPRESSED and decoder.subtype in SAMPLE_BYTES:
        left_s = left_bytes / (rate_hz * decoder.channels * SAMPLE_BYTES[decoder.subtype])
    left_bytes, left_s = left_bytes + sounds.left_bytes, left_s + sounds.left_s
    if not left_bytes:
        return None
    length = f" ({left_s:.2f} s of sound)" if left_s else ""
    return f"is followed by {left_bytes} bytes{length} that do not belong to it: left out"

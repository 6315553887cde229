"""The sounds in one input, decoded one after another as if they were one."""

import os
import re
from contextlib import ExitStack, suppress
from math import inf

import numpy as np
import soundfile

from stftcli.audio.arrivals import Arrivals
from stftcli.audio.chunks import wav_parts
from stftcli.audio.decoder import Decoder
from stftcli.audio.flac import flac_parts
from stftcli.audio.header import SAMPLE_BYTES
from stftcli.audio.opening import Opened
from stftcli.errors import InputError

# Decoders of Ogg and MP3 read so much at a time.
_PACKET_BYTES = 1 << 13
_DRAIN_BYTES = 1 << 16
_COUNT_SAMPLES = 1 << 16
# SoX puts a size of this or more into an AIFF or AU that it pipes, since it cannot know it.
_UNKNOWN_BYTES = 0x7F000000
# Some writers count their own header as data.
_SLACK_BYTES = 64


class Sounds:
    """Decoders of the sounds that follow each other in an input, one at a time.

    Attributes
    ----------
    decoder : Decoder
        That of the sound which is being read.
    arrivals : Arrivals or None
        What of it has arrived, where it comes through a pipe.
    broken : bool
        Whether the decoding of one of them has stopped within it.
    left_bytes, left_s : int, float
        The size and length of those that are left out, since they do not fit the first.

    Raises
    ------
    InputError
        If the first of them cannot be decoded.
    """

    def __init__(self, opened: Opened, name: str, latency_s: float | None = None) -> None:
        self._latency_s = latency_s
        self.arrivals: Arrivals | None = None
        self.left_bytes, self.left_s, self.broken = 0, 0.0, False
        self._opened, self._name, self._part = opened, name, 0
        self._stack = ExitStack()
        descriptor = opened.next_part()
        if descriptor is None:
            raise InputError(f"{name} holds no samples")
        try:
            self.decoder = self._first(descriptor)
        except BaseException:
            self.close()
            raise
        self._claim()

    def go_on(self) -> bool:
        """Go to the next sound that fits the first; False when there is none."""
        first = self.decoder
        self.broken |= first.broken
        form = (first.samplerate, first.channels)
        self.close()
        while (descriptor := self._opened.next_part()) is not None:
            self._part += 1
            try:
                self.decoder = self._decode(descriptor)
            except InputError:
                self._leave_out(descriptor, 0.0)
                continue
            if (self.decoder.samplerate, self.decoder.channels) == form:
                self._claim()
                return True
            self._leave_out(descriptor, self._seconds())
        self.decoder = first
        return False

    def take_apart(self, position: int) -> bool:
        """Take a file apart that libsndfile could not read as it is, and go to a sample of it.

        That is so for a FLAC which others follow. False where there is no other way to read it.
        """
        if not self._opened.take_apart():
            return False
        self.close()
        self._part = -1
        with suppress(soundfile.SoundFileError):
            while self.go_on():
                position -= self._pass_over(position)
                if position == 0:
                    return True
        return False

    def close(self) -> None:
        """Close the sound that is being read."""
        self.arrivals = None
        self._stack.close()

    def longer_by_header(self) -> bool:
        """Say whether a header in a file promises more than libsndfile has found there.

        libsndfile tells of a length that it did not believe only in its log.
        """
        claims = re.findall(r": (\d+) \(should be (\d+)\)", self._log)
        return any(int(real) + _SLACK_BYTES < int(claim) < _UNKNOWN_BYTES for claim, real in claims)

    def _first(self, descriptor: int) -> Decoder:
        try:
            return self._decode(descriptor)
        except InputError as error:
            # What libsndfile refuses for its header may still be found in the file.
            self.close()
            again = self._opened.next_part() if self._opened.take_apart() else None
            if again is None:
                raise
            try:
                return self._decode(again)
            except InputError:
                raise error from None

    def _decode(self, descriptor: int) -> Decoder:
        self._stack.callback(os.close, descriptor)
        decoder: Decoder = self._stack.enter_context(Decoder(descriptor, self._name))
        sample_bytes = SAMPLE_BYTES.get(decoder.subtype, 0) * decoder.channels
        needed = sample_bytes or _PACKET_BYTES
        self.arrivals = Arrivals.of(descriptor, self._latency_s, needed)
        self._log = str(decoder.extra_info)
        return decoder

    def _claim(self) -> None:
        """Take down what the header of the sound promises, unless it has been taken down."""
        kind, claims = self._opened.kind, self._opened.findings.claims
        direct = self._opened.seekable and self._part == 0
        if kind.split is wav_parts and direct and kind.wav is not None:
            claims.append(kind.wav.claimed_samples)
        elif direct or (kind.plain is None and kind.split not in (wav_parts, flac_parts)):
            frames = int(self.decoder.frames)
            unknown = kind.container.name in ("AIFF", "AU") and (
                frames * self.decoder.channels * SAMPLE_BYTES.get(self.decoder.subtype, 1)
                >= _UNKNOWN_BYTES
            )
            # Where there is no length, libsndfile puts a huge number.
            claims.append(frames if 0 < frames < 1 << 48 and not unknown else None)

    def _leave_out(self, descriptor: int, seconds: float) -> None:
        # What the decoder has not taken is still to come.
        while os.read(descriptor, _DRAIN_BYTES):
            pass
        self.left_bytes += self._opened.part_bytes(self._part)
        self.left_s += seconds
        self.close()

    def _pass_over(self, samples: float) -> int:
        """Read so many samples, or as many as there are, and give how many there were."""
        buffer = np.empty((_COUNT_SAMPLES, self.decoder.channels), np.float32)
        there = 0
        while wanted := int(min(samples - there, _COUNT_SAMPLES)):
            count = len(self.decoder.read(out=buffer[:wanted]))
            there += count
            if count < wanted:
                break
        return there

    def _seconds(self) -> float:
        with suppress(soundfile.SoundFileError):
            return self._pass_over(inf) / float(self.decoder.samplerate)
        return 0.0

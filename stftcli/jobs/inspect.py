"""What a sound is, and what array would become of it."""

from dataclasses import asdict, dataclass
from typing import Any

from stftcli.audio.source import Source
from stftcli.jobs.engine import make_stft
from stftcli.jobs.watch import SILENCE, Watcher
from stftcli.settings import FrameSettings


@dataclass(frozen=True)
class SoundInfo:
    """A sound, and the array that `features` makes of one channel of it.

    Attributes
    ----------
    input, container, encoding : str
        The name, the kind of file, the format of its samples.
    rate_hz, channels, samples, duration_s
        Its measures; a sample is one time step of all channels.
    filter_length, hop_length, win_length : int
        The frame settings, in samples.
    frames, bins : int
        Shape of the array.
    bin_hz : float
        From one bin to the next.
    first_s, last_s : float
        Times that the first and the last frame are centred on.
    array_bytes : int
        Size of the array in float32.
    """

    input: str
    container: str
    encoding: str
    rate_hz: int
    channels: int
    samples: int
    duration_s: float
    filter_length: int
    hop_length: int
    win_length: int
    frames: int
    bins: int
    bin_hz: float
    first_s: float
    last_s: float
    array_bytes: int

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as JSON's own types."""
        return asdict(self)


def inspect_sound(path: str, frames: FrameSettings, *, watcher: Watcher = SILENCE) -> SoundInfo:
    """Tell what a sound is; one whose header does not say its length is read to the end.

    Parameters
    ----------
    path : str
        The sound: a file, a pipe, or "-" for standard input.
    frames : FrameSettings
        How it would be cut.
    watcher : Watcher, optional
        Hears of warnings.

    Raises
    ------
    StftcliError
        If it cannot be read, or the settings do not fit.
    """
    with Source(path) as source:
        samples = source.count()
        if complaint := source.ended_early():
            watcher.warn(complaint)
        rate_hz = source.rate_hz
        cut = frames.at(rate_hz)
        plan = make_stft(cut).plan
        centers = plan.centers(plan.frames(samples))
        return SoundInfo(
            input=source.name,
            container=source.container,
            encoding=source.encoding,
            rate_hz=rate_hz,
            channels=source.channels,
            samples=samples,
            duration_s=samples / rate_hz,
            filter_length=cut.filter_length,
            hop_length=cut.hop_length,
            win_length=cut.win_length,
            frames=len(centers),
            bins=plan.bins,
            bin_hz=rate_hz / plan.filter_length,
            first_s=centers[0] / rate_hz,
            last_s=centers[-1] / rate_hz,
            array_bytes=4 * len(centers) * plan.bins,
        )

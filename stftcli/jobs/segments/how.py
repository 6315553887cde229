"""How the segments of a table are computed."""

from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.settings.choices import SegmentFrames
from stftcli.settings.reading import AS_IT_IS, Reading


class How(Frozen):
    """How segments are computed.

    Attributes
    ----------
    settings : FeatureSettings
        What is computed.
    frames : {"slice", "cut"}
        Whether a segment has the frames of the sound whose middle lies in it, or is computed as if
        it were asked for by `start` and `duration`.
    band : bool
        Whether the frequencies of a segment limit descriptors and pooled levels.
    threads : int, optional
        Threads that compute; None for the usual number.
    reading : Reading
        How sounds are read.
    device : str, optional
        What torch computes frames on; without one numpy does.
    """

    settings: FeatureSettings
    frames: SegmentFrames = "slice"
    band: bool = True
    threads: int | None = None
    reading: Reading = AS_IT_IS
    device: str | None = None

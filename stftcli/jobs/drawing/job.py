"""One picture to be made."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import IO, TYPE_CHECKING

from stftcli.features.chain import Chain
from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.jobs.drawing.images import ChannelImage
from stftcli.jobs.drawing.reduced import ReducedSound, reduce_sound
from stftcli.jobs.drawing.wanted import Wanted
from stftcli.jobs.provenance import description
from stftcli.jobs.reporter import Reporter
from stftcli.pictures.axes import ColourScale
from stftcli.settings.choices import PictureFormat
from stftcli.settings.frames import OPEN_FRAMES
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.reading import AS_IT_IS, Reading

if TYPE_CHECKING:
    from stftcli.pictures.marks import Marks
    from stftcli.segments.table import Segments


class PictureJob(Frozen):
    """What is to be drawn, and how; where it goes, and who hears of it.

    `segments` are those that are drawn over each sound, by its name.
    """

    file: IO[bytes]
    picture_format: PictureFormat
    settings: FeatureSettings
    view: ViewSettings
    figure: FigureSettings
    threads: int | None
    reporter: Reporter
    reading: Reading = AS_IT_IS
    segments: "Mapping[str, Segments] | None" = None

    def reduce(self, path: str, wanted: Wanted) -> ReducedSound:
        """Read a sound as columns."""
        return reduce_sound(path, self.settings, wanted, self.threads, self.reporter, self.reading)

    def reduce_timeline(self, paths: Sequence[str], wanted: Wanted) -> ReducedSound:
        """Read several sounds as columns on one time line."""
        from stftcli.jobs.drawing.timeline import reduce_timeline

        return reduce_timeline(
            paths, self.settings, wanted, self.threads, self.reporter, self.reading
        )

    def marks(self, sound: ReducedSound, image: ChannelImage) -> "Marks | None":
        """Give the segments that are drawn over a channel, if a table has some of the sound."""
        if self.segments is None or sound.name not in self.segments:
            return None
        from stftcli.jobs.drawing.marks import marks_of

        channel = sound.chain.settings.segment.channel
        number = image.channel + 1 if channel == "all" else channel
        return marks_of(self.segments[sound.name], image.rows, number)

    def tell_unseen(self, sound: ReducedSound) -> None:
        """Warn if no segment lies in what is drawn of a sound, or some behind its end."""
        if self.segments is None or sound.name not in self.segments:
            return
        segments, (first_s, last_s) = self.segments[sound.name], sound.time.shown_s
        if not ((segments.start_s <= last_s) & (segments.end_s >= first_s)).any():
            self.reporter.warn(
                f"no segment of {segments.name} lies in what is drawn of {sound.name}, from "
                f"{first_s:.4g} to {last_s:.4g} s"
            )
        elif self.settings.segment.duration_s is None and (late := segments.start_s > last_s).any():
            begin_s = segments.start_s[late].min()
            self.reporter.warn(
                f"{late.sum()} of {len(segments)} segments of {segments.name} cannot be drawn: "
                f"{sound.name} ends at {last_s:.4g} s, and the first begins at {begin_s:g} s"
            )

    def title(self, sounds: Sequence[ReducedSound]) -> str:
        """Give what stands above the picture; of several sounds each has its name elsewhere."""
        if self.figure.title is not None:
            return self.figure.title
        return PurePath(sounds[0].name).name if len(sounds) == 1 else ""

    def subtitle(self, sounds: Sequence[ReducedSound]) -> str:
        """Give the rate and the frames, if the sounds share them."""
        return frames_told(sound.chain for sound in sounds)

    def texts(self, sounds: Sequence[ReducedSound], colours: ColourScale) -> dict[str, str]:
        """Tell how the picture was made, as a PNG keeps it."""
        picture = {
            "view": self.view.to_dict(),
            "figure": self.figure.to_dict(),
            "lowest": colours.lowest,
            "highest": colours.highest,
            "label": colours.label,
            "chosen": chosen_fields(self.settings),
        }
        told = description(sounds[0].chain, [sound.sound for sound in sounds])
        return {"Software": "stftcli", "Settings": json.dumps({**told, "picture": picture})}


def chosen_fields(settings: FeatureSettings) -> list[str]:
    """Name what a picture chooses for its own sound, because these settings leave it open."""
    rate = ["rate_hz"] if settings.signal.rate_hz is None else []
    return rate + [name for name in OPEN_FRAMES if getattr(settings.frames, name) is None]


def frames_told(chains: Iterable[Chain]) -> str:
    """Tell the rate and the frames, if the chains share them."""
    texts = {f"{_rate(chain.rate_hz)}, {chain.frames}" for chain in chains}
    return texts.pop() if len(texts) == 1 else ""


def _rate(rate_hz: int) -> str:
    return f"{rate_hz} Hz" if rate_hz < 1000 else f"{rate_hz / 1000:g} kHz"


class PictureReport(Frozen):
    """What was drawn: the length of the longest sound, and its frames, or rows of several."""

    duration_s: float
    frames: int
    pooled: bool = False

    @classmethod
    def of(cls, sounds: Sequence[ReducedSound]) -> "PictureReport":
        """Report on the sounds of a picture."""
        longest = max(sounds, key=lambda sound: sound.duration_s)
        return cls(longest.duration_s, longest.frames, bool(longest.axis.statistics))

    def __str__(self) -> str:
        rows = ("row" if self.frames == 1 else "rows") if self.pooled else "frames"
        return f"{self.duration_s:.2f} s, {self.frames} {rows}"

"""A sound watched in the terminal while it sounds."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.errors import SettingsError
from stftcli.features.build import Defaults
from stftcli.features.chain import Chain
from stftcli.features.extractor import Extractor
from stftcli.features.settings import FeatureSettings
from stftcli.jobs.drawing.colours import colour_scale, drawn_rows, referred
from stftcli.jobs.drawing.images import reduce_rows
from stftcli.jobs.drawing.rows import row_axis
from stftcli.jobs.drawing.wanted import check_drawable, picture_length
from stftcli.jobs.origin import find_origin
from stftcli.jobs.reporter import SILENT
from stftcli.jobs.stream import chain_for, stream_features
from stftcli.pictures.axes import RowAxis, TimeAxis
from stftcli.pictures.reduce import reduce_groups
from stftcli.pictures.terminal import Picture, plot_size, render
from stftcli.settings.choices import FrequencyScale, Reduction
from stftcli.settings.pictures import Screen, ViewSettings
from stftcli.settings.reading import AS_IT_IS, Reading

PICTURES_PER_S = 20
_MAX_COLUMNS = 2000
_TOP_DBFS = 0.0  # one that followed the sound would flicker
_BLOCK_S = 0.25 / PICTURES_PER_S


def follow_sound(
    path: str,
    settings: FeatureSettings,
    view: ViewSettings,
    room: Callable[[], Screen],
    *,
    reading: Reading = AS_IT_IS,
) -> Iterator[Picture]:
    """Draw the last seconds of a sound again and again while it is read, until it ends.

    A column is as long as a picture stands, so that the picture moves on by one each time.

    Parameters
    ----------
    path : str
        The sound: usually "-", standard input.
    settings : FeatureSettings
        What is drawn.
    view : ViewSettings
        Which frequencies and levels are shown, and in which colours.
    room : function
        Gives the room that there is at the moment.
    reading : Reading, optional
        How the input is read.

    Yields
    ------
    Segments
        What rich prints, 20 times a second and once at the end.

    Raises
    ------
    StftcliError
        Whatever is wrong with the input or the settings.
    """
    with Source(path, block_s=_BLOCK_S, reading=reading) as source:
        chain = _chain(source, settings, view.scale)
        rows = row_axis(chain, chain.axis, 1, view)
        columns = _Columns(source, chain, view.reduce)
        origin = find_origin(source, settings.segment, SILENT)
        with columns:
            due, ended = time.monotonic(), False
            while not ended:
                ended = columns.ended.wait(due - time.monotonic())
                # Pictures that were missed, as while the process was stopped, are not made up for.
                due = max(due + 1 / PICTURES_PER_S, time.monotonic())
                if columns.count:
                    yield _picture(columns, chain, view, rows, origin, room(), source.name)
        columns.check()


def _chain(source: Source, settings: FeatureSettings, scale: FrequencyScale) -> Chain:
    rate_hz = settings.signal.rate_hz or source.rate_hz
    hop = partial(_hop_within, rate_hz / PICTURES_PER_S)
    length = picture_length(settings, source.rate_hz, scale)
    defaults = Defaults(length, hop, "power", drawn=True)
    chain = chain_for(Extractor(settings), source, defaults=defaults)
    check_drawable(chain)
    if chain.operations:
        raise SettingsError(
            "`follow` draws each frame as it comes: leave out what needs those after it, as "
            "`deltas`, `normalize`, `top_db` or `drop_last` do"
        )
    return chain


def _hop_within(column: float, filter_length: int) -> int:
    """Give the longest hop that divides a column and leaves no sample out."""
    frames = -(-column // max(1, filter_length // 2))
    return max(1, round(column / frames))


class _Columns:
    """The last columns of a sound, read by a thread of its own while the block lasts."""

    def __init__(self, source: Source, chain: Chain, reduction: Reduction) -> None:
        self.count = 0
        self.ended = threading.Event()
        hop_s = chain.frames.hop_length / chain.rate_hz
        self._frames = max(1, round(1 / PICTURES_PER_S / hop_s))
        self.column_s = self._frames * hop_s
        self._source, self._chain, self._reduction = source, chain, reduction
        self._columns: deque[NDArray[Any]] = deque(maxlen=_MAX_COLUMNS)
        self._lock = threading.Lock()
        self._left = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._read, name="stftcli-follow", daemon=True)

    def __enter__(self) -> "_Columns":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left = True
        self._source.interrupt()  # the thread may be waiting for it
        self._thread.join()

    def last(self, most: int) -> tuple[int, NDArray[Any]]:
        """Give the number of the first of at most so many, and them, shape (features, columns)."""
        with self._lock:
            count, columns = self.count, list(self._columns)[-most:]
        return count - len(columns), np.stack(columns, axis=-1)

    def check(self) -> None:
        """Raise what went wrong while the sound was read."""
        if self._error is not None:
            raise self._error

    def _read(self) -> None:
        waiting: list[NDArray[Any]] = []
        try:
            for batch in stream_features(self._source, self._chain, 1):
                for frame in batch:
                    waiting.append(frame)
                    if len(waiting) == self._frames:
                        self._append(waiting)
                if self._left:
                    return
            if waiting:
                self._append(waiting)
        except Exception as error:  # raised again by check
            self._error = error
        finally:
            self.ended.set()

    def _append(self, frames: list[NDArray[Any]]) -> None:
        reduced = reduce_groups(np.array(frames), np.array([0]), 0, self._reduction)
        with self._lock:
            self._columns.append(reduced[0])
            self.count += 1
        frames.clear()


def _picture(
    columns: _Columns,
    chain: Chain,
    view: ViewSettings,
    rows: RowAxis,
    origin: datetime | None,
    screen: Screen,
    name: str,
) -> Picture:
    wide, high = plot_size(screen)
    first, values = columns.last(wide)
    pixels = reduce_rows(values, rows, high, chain.axis, view)
    (levels,) = referred(
        [drawn_rows(pixels, chain, chain.axis, non_negative=bool(pixels.min() >= 0))], view
    )
    colours = colour_scale([levels], view, default_top_dbfs=_TOP_DBFS)
    start_s = chain.settings.segment.start_s + first * columns.column_s
    shown_s = (start_s, start_s + wide * columns.column_s)
    times = TimeAxis(start_s, columns.column_s, shown_s, origin)
    return render(levels.values, times, (rows, colours), screen, PurePath(name).name)

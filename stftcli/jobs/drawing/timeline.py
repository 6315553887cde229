"""From several recordings on one time line to the columns of a picture."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stftcli.errors import InputError, SettingsError
from stftcli.features.parallel import choose_threads
from stftcli.features.settings import FeatureSettings
from stftcli.jobs.drawing.reduced import ReducedSound, time_axis
from stftcli.jobs.drawing.wanted import Wanted, picture_chain
from stftcli.jobs.line_grid import Gap
from stftcli.jobs.reporter import Reporter
from stftcli.jobs.timeline import Timeline
from stftcli.pictures.reduce import ColumnReducer
from stftcli.settings.reading import AS_IT_IS, Reading


def reduce_timeline(
    paths: Sequence[str],
    settings: FeatureSettings,
    wanted: Wanted,
    threads: int | None,
    reporter: Reporter,
    reading: Reading = AS_IT_IS,
) -> ReducedSound:
    """Read recordings and reduce their features into columns; those of gaps are NaN.

    `reading` says how each is read.

    Raises
    ------
    StftcliError
        If a recording cannot be read, or they do not fit together.
    """
    if wanted.envelope:
        raise SettingsError("`waveform` is of one sound: leave it out with `timeline`")
    timeline = Timeline.of(paths, settings, reporter, reading)
    segment = replace(timeline.segment, channel=settings.segment.channel or wanted.default_channel)
    settings = replace(settings, segment=segment)
    samples = round(timeline.length_s() * (settings.signal.rate_hz or timeline.rate_hz))
    chain = picture_chain(timeline, settings, wanted, samples, reporter)
    channels = timeline.channels if segment.channel == "all" else 1
    reducer = ColumnReducer(
        channels, chain.features, 2 * wanted.pixels, wanted.reduce, dtype=chain.dtype
    )
    is_empty = True
    for piece in timeline.pieces(chain, choose_threads(threads), reporter):
        if isinstance(piece, Gap):
            reducer.skip(piece.rows)
        else:
            reducer.write(piece.reshape(len(piece), channels, chain.features))
            is_empty = False
    if is_empty:
        raise InputError("the recordings of the time line are too short for a frame")
    row_s = float(np.diff(chain.times_s(0, 2))[0])
    # Not every header says how long its sound is.
    end_s = max(timeline.length_s(), (reducer.frames - 1) * row_s) or row_s
    return ReducedSound(
        timeline.title,
        timeline.described(),
        chain,
        chain.axis,
        reducer.picture(),
        reducer.frames,
        reducer.bins_per_row,
        replace(time_axis(reducer, chain, 0.0, end_s), origin=timeline.origin),
        None,
    )

"""From a table of segments to a contact sheet of them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from math import floor, log10
from pathlib import PurePath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError
from stftcli.features.chain import Chain
from stftcli.features.parallel import choose_threads
from stftcli.features.settings import FeatureSettings
from stftcli.files.atomic import all_or_nothing, atomic_write, is_stream
from stftcli.files.temporary import temp_space_errors, temporary_file
from stftcli.frozen import Frozen
from stftcli.jobs.drawing.belonging import sounds_of
from stftcli.jobs.drawing.colours import Drawn, colour_scale, drawn, referred
from stftcli.jobs.drawing.cuttings import Cutting, Knife
from stftcli.jobs.drawing.job import frames_told
from stftcli.jobs.drawing.reduced import Wanted, picture_chain
from stftcli.jobs.drawing.rows import row_axis
from stftcli.jobs.drawing.sharing import check_alike, shared_views
from stftcli.jobs.provenance import description
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.jobs.spectrogram import check_pictures
from stftcli.pictures.formats import choose_format
from stftcli.pictures.sheet_layout import (
    Cut,
    SheetLayout,
    cut_segments,
    default_margin_s,
    default_span_s,
    lay_out_sheet,
)
from stftcli.pictures.ticks import clock
from stftcli.segments.table import Segments
from stftcli.settings.choices import PictureFormat
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.reading import AS_IT_IS, Reading
from stftcli.settings.sheet import SheetSettings

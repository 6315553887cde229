"""Tables of segments for tests: one of each kind, with the same segments, and how they are read."""

from pathlib import Path

import pytest

from stftcli.errors import InputError
from stftcli.segments.read import read_segments
from stftcli.segments.table import Segments

RAVEN = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\t"
    "Annotation\n"
    "1\tWaveform 1\t1\t0.25\t0.75\t500.0\t1500.0\tsong\n"
    "1\tSpectrogram 1\t1\t0.25\t0.75\t500.0\t1500.0\tsong\n"
    "2\tWaveform 1\t1\t0.50\t1.00\t1000.0\t2000.0\tcall\n"
    "2\tSpectrogram 1\t1\t0.50\t1.00\t1000.0\t2000.0\tcall\n"
)
AUDACITY = (
    "0.250000\t0.750000\tsong\n\\\t500.000000\t1500.000000\n"
    "0.500000\t1.000000\tcall\n\\\t1000.000000\t2000.000000\n"
)
LONG_TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "birds"
        xmin = 0
        xmax = 2
        intervals: size = 4
        intervals [1]:
            xmin = 0
            xmax = 0.25
            text = ""
        intervals [2]:
            xmin = 0.25
            xmax = 0.75
            text = "song"
        intervals [3]:
            xmin = 0.5
            xmax = 1
            text = "call"
        intervals [4]:
            xmin = 1
            xmax = 2
            text = " "
"""
SHORT_TEXTGRID = """File type = "ooTextFile"
"TextGrid"

0
2
<exists>
1
"IntervalTier"
"birds"
0
2
2
0.25
0.75
"song"
0.5
1
"call"
"""
RTTM = (
    "SPKR-INFO rec 1 <NA> <NA> <NA> unknown song <NA> <NA>\n"
    "SPEAKER rec 1 0.25 0.5 <NA> <NA> song <NA> <NA>\n"
    "SPEAKER rec 1 0.50 0.5 <NA> <NA> call <NA> <NA>\n"
)
CSV = "onset,offset,event_label\n0.25,0.75,song\n0.5,1,call\n"
TSV = "Start (ms)\tDuration (ms)\tSpecies\n250\t500\tsong\n500\t500\tcall\n"
GERMAN = "start;end;label\n0,25;0,75;song\n0,5;1,0;call\n"
JSONL = (
    '{"offset": 0.25, "duration": 0.5, "label": "song"}\n'
    '{"label": "call", "start": 0.5, "end": "0:01"}\n'
)

TABLES = {
    "raven": RAVEN,
    "audacity": AUDACITY,
    "long textgrid": LONG_TEXTGRID,
    "short textgrid": SHORT_TEXTGRID,
    "rttm": RTTM,
    "csv": CSV,
    "tsv": TSV,
    "semicolons and commas": GERMAN,
    "jsonl": JSONL,
}
"""The same two segments."""


def read_text(folder: Path, text: str | bytes, tier: str | None = None) -> Segments:
    """Read a table of this text."""
    path = folder / "table"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_segments(str(path), tier)


def refusal_of(folder: Path, text: str | bytes, tier: str | None = None) -> str:
    """Give what is said of a table that cannot be used, without its folder."""
    with pytest.raises(InputError) as caught:
        read_text(folder, text, tier)
    return str(caught.value).replace(f"{folder}/", "")

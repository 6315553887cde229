"""Calibration curves as microphones and hydrophones come with them, and files that are none."""

from pathlib import Path

import pytest

from stftcli.errors import InputError
from stftcli.files.curves import read_curve

POINTS = ((20.0, -1.5), (1000.0, 0.0), (20_000.0, 2.25))
KINDS = {
    "commas": "20,-1.5\n1000,0\n20000,2.25\n",
    "commas and blanks": "  20, -1.5\n1000 , 0.0\n2e4,  +2.25",
    "semicolons": "20;-1.5\n1000;0\n20000;2.25\n",
    "decimal commas": "20,0;-1,5\n1000;0\n20000,00;2,25\n",
    "tabs": "20\t-1.5\n1000\t0\n20000\t2.25\n",
    "tabs and decimal commas": "20\t-1,5\n1000,0\t0\n20000\t2,25\n",
    "blanks": "20 -1.5\n  1000    0\n20000 2.25  \n",
    "a header": "Frequency (Hz),Level (dB)\n20,-1.5\n1000,0\n20000,2.25\n",
    "headers of a maker": '"Sens Factor =-1.3dB, SERNO: 7"\nHz Data\n20 -1.5\n1000 0\n20000 2.25',
    "comments": "* mic 7\n# Hz dB\n20 -1.5\n; loud\n1000 0\n\n% end\n20000 2.25\n",
    "a phase": "20 -1.5 12.5\n1000 0 0\n20000 2.25 -30\n",
    "ends of lines": "20 -1.5\r\n1000 0\r20000 2.25\r\n",
    "0 Hz": "0 -20\n20 -1.5\n1000 0\n20000 2.25\n",
}


@pytest.mark.parametrize("text", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_are_read(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "curve.txt"
    path.write_bytes(text.encode(encoding))
    assert read_curve(str(path)) == POINTS


def test_letters_of_another_code_page_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "curve.txt"
    path.write_bytes(b"* phase in \xb0\n20 -1.5\n1000 0\n20000 2.25 \xb0\n")
    assert read_curve(str(path)) == POINTS


BAD = {
    "nothing": (b"", "no line of two numbers"),
    "words": (b"Hz dB\nnone none\n", "no line of two numbers"),
    "bytes": (bytes(range(256)) * 4, "no line of two numbers"),
    "one point": (b"100 1\n", "1 line of two numbers"),
    "one column": (b"20\n30\n", "line 1 is '20'"),
    "a word below": (b"Hz dB\n20 1\nloud 3\n", "line 3 is 'loud 3'"),
    "a word for a level": (b"20 1\n30 loud\n", "line 2 is '30 loud'"),
    "no number": (b"20 1\n30 nan\n", "line 2 is '30 nan'"),
    "no end": (b"20 1\n30 inf\n", "line 2 is '30 inf'"),
    "a negative frequency": (b"-5 1\n20 1\n", "line 1 has -5 Hz.*negative"),
    "falling frequencies": (b"200 1\n100 1\n", "line 2 has 100 Hz after 200 Hz.*rise"),
    "a frequency twice": (b"100 1\n100 2\n", "line 2 has 100 Hz after 100 Hz.*once"),
    "too much": (b"20 1\n" * 300_000, "longer than"),
}


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_said_with_the_file(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "curve.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"curve\.txt is not a calibration curve: .*{said}") as e:
        read_curve(str(path))
    assert str(e.value).isprintable()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"curve\.csv cannot be read: No such file"):
        read_curve(str(tmp_path / "curve.csv"))

"""A script that is being written: its lines, and what it imports."""

from stftcli.jobs.export.words import word
from stftcli.settings.choices import ScriptLibrary

_MAX_LINE = 96
"""Of what is indented by four."""

_MODULES = {
    "np.": "import numpy as np",
    "librosa.": "import librosa",
    "scipy.fft.": "import scipy.fft",
    "scipy.signal.": "import scipy.signal",
    "soundfile.": "import soundfile",
    "torch.": "import torch",
    "torchaudio.": "import torchaudio",
    "F.": "import torch.nn.functional as F",
}


class Script:
    """The body of a function of `waveform`, line by line.

    Parameters
    ----------
    library : {"librosa", "torch"}
        Whose words it is written in.

    Attributes
    ----------
    lines : list of str
        Those that there are.
    helpers : list of str
        Functions that it needs beside the library's.
    """

    def __init__(self, library: ScriptLibrary) -> None:
        self.library = library
        self.lines: list[str] = []
        self.helpers: list[str] = []

    def let(self, target: str, name: str, **values: object) -> None:
        """Assign what the library calls so; `values` go into its words."""
        self.add(f"{target} = {word(self.library, name, values)}")

    def add(self, line: str) -> None:
        """Add a line as it is."""
        self.lines.append(line)

    def call(self, target: str, function: str, *words: str, then: str = "") -> None:
        """Assign what a function gives for these arguments, on as few lines as they fit on."""
        line, inside = f"{target} = {function}({', '.join(words)}){then}", f"    {', '.join(words)}"
        if len(line) <= _MAX_LINE:
            self.lines.append(line)
            return
        each = [inside] if len(inside) <= _MAX_LINE else [f"    {word}," for word in words]
        self.lines += [f"{target} = {function}(", *each, f"){then}"]

    def note(self, text: str) -> None:
        """Add a comment."""
        self.lines.append(f"# {text}")

    def imports(self, *more: str) -> str:
        """Give the imports that the lines, the helpers and some more text need, besides sys."""
        text = "\n".join((*self.lines, *self.helpers, *more))
        needed = [line for start, line in _MODULES.items() if _calls(text, start)]
        return "\n".join(("import sys", "", *sorted(needed, key=lambda line: line.split()[1])))


def _calls(text: str, start: str) -> bool:
    """Say whether a text names a module, not as the end of another name."""
    at = text.find(start)
    while at > 0 and (text[at - 1].isalnum() or text[at - 1] in "._"):
        at = text.find(start, at + 1)
    return at >= 0

"""Make the pictures of the README and of the pages again, by the commands that stand above them.

Run as ``python docs/gallery.py`` with stftcli installed.
"""

import io
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

DOCS = Path(__file__).parent
ROOT = DOCS.parent
COLUMNS = 90
COLOUR = {"FORCE_COLOR": "1", "COLORTERM": "truecolor", "COLUMNS": str(COLUMNS)}


def main() -> None:
    """Run each block of commands that a picture follows, and keep what it made."""
    pages = [(ROOT / "README.md"), *sorted(DOCS.glob("*.md"))]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    image = r"(?:!\[[^]]*\]\((?:docs/)?|<img src=\")\2[)\"]"
    shown = re.findall(rf"```sh\n([^`]*?--out (\S+))\n```\n\n{image}", text)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "sample_audio", folder / "sample_audio")
        for commands, picture in shown:
            subprocess.run(["bash", "-euc", commands], cwd=folder, check=True)
            shutil.copy(folder / picture, DOCS)
        pictures_page = (DOCS / "pictures.md").read_text(encoding="utf-8")
        command = next(re.finditer(r"^stftcli show .*$", pictures_page, re.MULTILINE))[0]
        environment = {**os.environ, **COLOUR}
        done = subprocess.run(
            ["bash", "-euc", command], cwd=folder, env=environment, capture_output=True, check=True
        )
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(done.stdout.decode()), end="")
    console.save_svg(str(DOCS / "show.svg"), title=command)


if __name__ == "__main__":
    main()

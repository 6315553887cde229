"""--device where there is no torch."""

import sys

import pytest

from tests.cli.inside import run_inside
from tests.cli.shell import Shell


@pytest.mark.usefixtures("mono")
@pytest.mark.parametrize("words", ["mono.wav --out x.npy", "mono.wav --out-dir feats"])
def test_what_to_install_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    for name in [name for name in sys.modules if name.startswith("stftcli.torch")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    done = run_inside(shell, "features", *words.split(), "--device", "cpu")
    assert done.code == 2
    assert done.err == "stftcli: stftcli.torch needs torch: pip install 'stftcli[torch]'\n"
    assert shell.names() == ["mono.wav"]

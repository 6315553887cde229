"""What a shell offers where a value is begun."""

import pytest
from click.shell_completion import ShellComplete

from stftcli.cli.main import cli


def offered(words: str, begun: str) -> list[str]:
    """Give what is offered behind words of a command line."""
    complete = ShellComplete(cli, {}, "stftcli", "_STFTCLI_COMPLETE")
    return [item.value for item in complete.get_completions(words.split(), begun)]


@pytest.mark.parametrize(
    ("words", "begun", "wanted"),
    [
        ("spectrogram --colormap", "vir", ["viridis", "viridis_r"]),
        ("show --colormap", "cool", ["coolwarm"]),
        ("features --window", "ham", ["hamming"]),
        ("features --descriptors", "ce", ["centroid"]),
        ("features --descriptors", "rms,z", ["rms,zcr"]),
        ("features --descriptors", "rms,r", ["rms,rolloff"]),
        ("features --descriptors", "rms,a", []),
        ("features --stats", "me", ["mean", "median"]),
        ("features --stats", "mean,me", ["mean,median"]),
        ("spectrogram --axes", "", ["time", "frequency", "all", "none"]),
        ("spectrogram --range", "a", ["auto"]),
        ("spectrogram --scale", "b", ["bark"]),
        ("features --device", "", ["cpu", "cuda", "mps"]),
    ],
)
def test_what_is_begun_is_completed(words: str, begun: str, wanted: list[str]) -> None:
    assert offered(words, begun) == wanted


def test_every_colour_map_that_is_offered_is_there() -> None:
    from matplotlib import colormaps

    names = offered("spectrogram --colormap", "")
    assert len(names) > 10
    assert set(names) <= set(colormaps)

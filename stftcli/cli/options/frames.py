"""The options of FrameSettings."""

from typing import Any

import click

from stftcli.cli import types
from stftcli.cli.sections import Decorator, stacked, under
from stftcli.errors import SettingsError
from stftcli.settings.choices import PAD_MODES, PADDINGS, WINDOW_ALIGNS, window_names


def frame_options(default_length: str, default_hop: str) -> Decorator:
    """Add the options; the help says `default_length` of --n-fft, `default_hop` of --hop-length."""
    option = under("Frames")
    return stacked(
        option(
            "--n-fft",
            "--filter-length",
            "frames__filter_length",
            type=types.transform_length,
            metavar="SAMPLES|MS|pow2",
            help="Length of a frame and of its transform; pow2 is the power of two that holds "
            f"--win-length.  [default: {default_length}]",
        ),
        option(
            "--hop-length",
            "frames__hop_length",
            type=types.length,
            metavar="SAMPLES|MS",
            help=f"From one frame to the next.  [default: {default_hop}]",
        ),
        option(
            "--win-length",
            "frames__win_length",
            type=types.length,
            metavar="SAMPLES|MS",
            help="Length of the window.  [default: --n-fft]",
        ),
        option(
            "--window",
            "frames__window",
            metavar="NAME[:X]",
            help=f"One of {window_names()}.  [default: hann]",
        ),
        option(
            "--periodic/--symmetric",
            "frames__periodic",
            default=None,
            help="Form of the window.  [default: --periodic]",
        ),
        option(
            "--win-align",
            "frames__win_align",
            type=click.Choice(WINDOW_ALIGNS),
            help="Where a shorter window lies: in the middle of the frame, or at its beginning, "
            "with zeros after it.  [default: center]",
        ),
        option(
            "--center/--no-center",
            "center",
            default=None,
            help="Pad both ends, so that frame t is centred on sample t * hop; or pad nothing.  "
            "[default: --center]",
        ),
        option(
            "--causal",
            "causal",
            is_flag=True,
            help="Pad n-fft minus hop zeros on the left only: no frame sees the future.",
        ),
        option(
            "--padding",
            "frames__padding",
            type=click.Choice(list(PADDINGS)),
            help="; ".join(f"{name}: {meaning}" for name, meaning in PADDINGS.items()) + ".",
        ),
        option(
            "--pad-mode",
            "frames__pad_mode",
            type=click.Choice(PAD_MODES),
            help="What is padded; wrap holds the whole sound in memory.  [default: reflect]",
        ),
        option(
            "--drop-last/--keep-last",
            "frames__drop_last",
            default=None,
            help="Leave out the last frame, as Whisper does.  [default: --keep-last]",
        ),
        option(
            "--remove-dc/--keep-dc",
            "frames__remove_dc",
            default=None,
            help="Subtract the mean of each frame.  [default: --keep-dc]",
        ),
        option(
            "--frame-preemphasis",
            "frames__preemphasis",
            type=types.number(0, 1),
            metavar="A",
            help="Pre-emphasis within each frame, as in Kaldi.  [default: 0]",
        ),
    )


def chosen_padding(values: dict[str, Any]) -> str | None:
    """Take the padding out of the values of options, whichever of them gave it."""
    flags = {"center": values.pop("center"), "causal": values.pop("causal") or None}
    asked = {values.pop("frames__padding"), "causal" if flags["causal"] else None}
    if flags["center"] is not None and not (flags["causal"] and flags["center"] is False):
        asked.add("center" if flags["center"] else "none")
    asked.discard(None)
    if len(asked) > 1:
        raise SettingsError(
            f"frames are padded in one way, {' and '.join(sorted(map(str, asked)))} were asked for"
        )
    return asked.pop() if asked else None

"""`stftcli inverse`: features in, sound out."""

from typing import Any

import click

from stftcli.cli import options, types
from stftcli.cli.output import choose_input, choose_output, other_inputs
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import SectionedCommand, under
from stftcli.features.settings import FeatureSettings
from stftcli.files.atomic import STANDARD


@click.command(
    "inverse",
    cls=SectionedCommand,
    epilog="""\b
Examples:
  stftcli inverse spectra.npz
  stftcli inverse spectra.npz --subtype FLOAT --out again.wav
  stftcli inverse mel.npz --griffin-lim 32 --out heard.flac
  stftcli inverse whisper.npy --preset whisper --griffin-lim 64 --out heard.wav
  stftcli features in.wav --spectrum complex --out - | python edit.py |
    stftcli inverse - --rate 44100 --out out.wav""",
)
@click.argument("path", metavar="[FEATS]", required=False, type=types.FILE)
@under("output")(
    "-o",
    "--out",
    "--output",
    "out",
    type=types.FILE,
    metavar="FILE|-",
    help="Where the sound goes, by its ending: .wav, .flac, .ogg, .opus, .mp3, .aiff and others; - "
    "is standard output, as WAV.  [default: the name of FEATS with .wav, here; - for standard "
    "input]",
)
@under("output")(
    "--griffin-lim",
    type=click.IntRange(0, 100_000),
    metavar="N",
    help="Find the phase that was lost, in N rounds: 32 are usual, more sound a little better.",
)
@under("output")(
    "--length",
    type=click.IntRange(0, 1 << 40),
    metavar="SAMPLES",
    help="Length of the sound.  [default: what FEATS says, or what its frames fill]",
)
@under("output")(
    "--subtype",
    metavar="NAME",
    help="Encoding of the samples: PCM_16, PCM_24, FLOAT and others.  [default: PCM_16, or what is "
    "usual in the format]",
)
@under("output")(
    "--seed",
    "phase_seed",
    type=click.IntRange(0, (1 << 63) - 1),
    default=0,
    metavar="S",
    common=False,
    help="Seed of the phases that --griffin-lim begins with.  [default: 0]",
)
@options.inverse_options
@options.quiet
def inverse(
    path: str | None,
    out: str | None,
    griffin_lim: int | None,
    length: int | None,
    subtype: str | None,
    phase_seed: int,
    base: FeatureSettings | None,
    given: list[tuple[str, Any]],
    quiet: bool,
) -> None:
    """Turn spectra and features back into sound.

    FEATS is an array that `stftcli features` wrote, - or nothing for a .npy from standard input.
    Complex spectra give the sound itself; magnitudes, mel bands and MFCC one that is like it, with
    --griffin-lim. How FEATS was made stands in .npz, .safetensors and beside an array with its
    sidecar; else --config, --preset or the options of `stftcli features` say it.
    """
    path = choose_input(path, "an array")
    out = choose_output(out, path, "wav")

    from stftcli.jobs.inverse import write_sound

    with TerminalReporter(quiet) as reporter:
        report = write_sound(
            path,
            out,
            base,
            given=given,
            length=length,
            griffin_lim=griffin_lim,
            seed=phase_seed,
            subtype=subtype,
            other_inputs=other_inputs(),
            reporter=reporter,
        )
        if out != STANDARD or report.convergence is not None:
            reporter.report(f"{'standard output' if out == STANDARD else out}: {report}")

"""`stftcli features`: sounds in, arrays out."""

from typing import TYPE_CHECKING, Any

import click

from stftcli.cli import options, types
from stftcli.cli.corpus_options import CorpusOptions, corpus_options, timeline_option
from stftcli.cli.output import choose_input, choose_output, other_inputs, writes_to_terminal
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import SectionedCommand, under
from stftcli.cli.segments import SegmentOptions, segment_options
from stftcli.errors import SettingsError
from stftcli.features.settings import FeatureSettings
from stftcli.files.atomic import STANDARD
from stftcli.settings.choices import (
    ARRAY_FORMATS,
    SHARD_FORMATS,
    TABLE_FORMATS,
    ArrayFormat,
    ShardFormat,
    TableFormat,
)
from stftcli.settings.reading import Reading

if TYPE_CHECKING:
    from stftcli.cli.corpus_progress import CorpusProgress
    from stftcli.jobs.corpus.run import CorpusReport

_ENDINGS = {"raven": "selections.txt", "audacity": "labels.txt"}
"""Of results that are tables of segments again; of others the name of the format."""


@click.command(
    "features",
    cls=SectionedCommand,
    epilog="""\b
Examples:
  stftcli features in.wav --out feats.npy
  stftcli features in.wav --preset whisper --rate 16000 --out mel.npz
  stftcli features in.wav --mel 80 --log db --n-fft 25ms --hop-length 10ms --out mel.npz
  stftcli features in.wav --mfcc 13 --deltas 2 --stats mean,std --out row.csv
  stftcli features in.wav --pool all --log db --out -
  stftcli features in.wav --preset kaldi-fbank --mel 80 --out feats.ark
  stftcli features in.wav --config mel.npz --out again.npz
  stftcli features recorder/ --timeline --mel 40 --n-fft 1000ms --hop-length 1000ms --out day.npz
  stftcli features clips/ --preset whisper --rate 16000 --out-dir feats
  stftcli features in.wav --segments in.selections.txt --descriptors all --stats mean --out in.csv
  cat in.wav | stftcli features --linear proj.safetensors --out feats.npy
  ffmpeg -i talk.mp4 -f wav - | stftcli features --out - | python train.py
  arecord -f S16_LE -r 16000 | stftcli features --mel 40 --format jsonl --out -""",
)
@click.argument("paths", metavar="[INPUT]...", nargs=-1, type=types.FILE)
@under("output")(
    "-o",
    "--out",
    "--output",
    "out",
    type=types.FILE,
    metavar="FILE|-",
    help="Where the array goes; - is standard output.  [default: the input's name with .npy, here; "
    "- for standard input]",
)
@under("output")(
    "--format",
    "any_format",
    type=click.Choice(tuple(dict.fromkeys((*ARRAY_FORMATS, *SHARD_FORMATS, *TABLE_FORMATS)))),
    metavar="NAME",
    help="How it is written: npy, npz, safetensors, csv, jsonl, ark, or raw, which is numbers "
    "alone. tar (for WebDataset), parquet, zarr and ark hold the arrays of many inputs. Of "
    "--segments csv, jsonl, parquet, npz, raven or audacity.  [default: by the ending of --out, or "
    "npy; csv of one row in a terminal, and of --segments]",
)
@segment_options(frames=True)
@timeline_option
@corpus_options(shards=True)
@options.settings_options(array=True)
@under("output")(
    "--key",
    metavar="TEXT",
    common=False,
    help="What the matrix is called in .ark.  [default: the input's name]",
)
@under("output")(
    "--sidecar",
    is_flag=True,
    common=False,
    help="Describe the array in FILE.json as well.",
)
@under("output")(
    "--save-linear",
    type=types.FILE,
    metavar="FILE",
    common=False,
    help="Write the weights that --linear-out drew.",
)
@options.reading(live=True)
@options.threads
@options.device
@options.quiet
def features(  # noqa: PLR0913, PLR0917  # all that the command can be asked for
    paths: tuple[str, ...],
    out: str | None,
    any_format: ArrayFormat | ShardFormat | TableFormat | None,
    key: str | None,
    sidecar: bool,
    settings: FeatureSettings,
    save_linear: str | None,
    marked: SegmentOptions,
    timeline: bool,
    corpus: CorpusOptions,
    reading: Reading,
    threads: int | None,
    device: str | None,
    quiet: bool,
) -> None:
    """Write the spectra of sounds as arrays.

    An array has a row for each frame. INPUT is a sound file (WAV, FLAC, AIFF, Ogg, MP3 and more),
    - or nothing for standard input; it is read as a stream, however long it is. With --out-dir
    there may be many INPUTs, and folders among them.
    """
    new = sum(step.step == "linear_out" for step in settings.features.steps)
    if new != 1 and save_linear is not None:
        raise SettingsError("`save_linear` writes what one `linear_out` draws: give both")
    if marked.segments is not None:
        corpus.check_one_result("segments")
        marked.check(settings, key=key, sidecar=sidecar, save_linear=save_linear, timeline=timeline)
        how = {"threads": threads, "reading": reading, "device": device}
        _write_segments(paths, out, any_format, marked, settings, how, quiet)
        return
    array_format = _of_arrays(any_format)
    if timeline:
        corpus.check_timeline(out)
    elif corpus.are_many(paths):
        corpus.check_many(
            paths,
            out=out,
            key=key,
            save_linear=save_linear,
            input_format=reading.raw,
            latency=reading.latency_s,
            input_rate=reading.rate_hz,
        )
        how = {"array_format": array_format or "npy", "sidecar": sidecar, "device": device}
        _write_many(paths, corpus, settings, quiet, strict=reading.strict, **how)
        return
    if array_format is not None and array_format not in ARRAY_FORMATS:
        raise SettingsError("shards hold the arrays of many inputs: give `out_dir`")
    path = ""
    if not timeline:
        corpus.check_one()
        path = choose_input(paths[0] if paths else None)
    one_row = settings.features.is_one_row
    if array_format is None and out == STANDARD and writes_to_terminal() and one_row:
        array_format = "csv"
    out = choose_output(out, path, array_format or "npy", text=array_format in ("csv", "jsonl"))

    from stftcli.jobs.features import write_features

    with TerminalReporter(quiet, strict=reading.strict) as reporter:
        report = write_features(
            corpus.recordings(paths, reporter.warn) if timeline else path,
            out,
            settings,
            array_format=array_format,
            key=key,
            sidecar=sidecar,
            save_linear=save_linear,
            other_inputs=other_inputs(),
            threads=threads,
            device=device,
            reading=reading,
            reporter=reporter,
        )
        if out != STANDARD:
            reporter.report(f"{out}: {report}")


def _of_arrays(
    name: ArrayFormat | ShardFormat | TableFormat | None,
) -> ArrayFormat | ShardFormat | None:
    if name is None or name in ARRAY_FORMATS or name in SHARD_FORMATS:
        return name
    raise SettingsError(f"`format` {name} is of marked segments: give `segments`")


def _write_many(
    paths: tuple[str, ...],
    corpus: CorpusOptions,
    settings: FeatureSettings,
    quiet: bool,
    **how: Any,
) -> None:
    corpus.begin_workers()  # which import as much as follows, at the same time
    from stftcli.cli.corpus_progress import run_many
    from stftcli.jobs.corpus.features import write_corpus

    def write(progress: "CorpusProgress") -> "CorpusReport":
        return write_corpus(
            corpus.inputs(paths),
            settings,
            corpus.settings(),
            listener=progress,
            **how,
        )

    run_many(corpus, quiet, write)


def _write_segments(
    paths: tuple[str, ...],
    out: str | None,
    table_format: ArrayFormat | ShardFormat | TableFormat | None,
    marked: SegmentOptions,
    settings: FeatureSettings,
    how: dict[str, Any],
    quiet: bool,
) -> None:
    assert marked.segments is not None
    if table_format is not None and table_format not in TABLE_FORMATS:
        raise SettingsError(
            f"`segments` make a table: `format` is {', '.join(TABLE_FORMATS)}, not {table_format}"
        )
    named = paths[0] if len(paths) == 1 else marked.segments
    text = table_format not in ("npz", "parquet")
    out = choose_output(
        out, named, _ENDINGS.get(table_format or "csv", table_format or "csv"), text=text
    )

    from stftcli.jobs.segments.features import write_segment_features
    from stftcli.jobs.segments.how import How

    frames, band = marked.segment_frames, marked.segment_band
    with TerminalReporter(quiet, strict=how["reading"].strict) as reporter:
        report = write_segment_features(
            paths,
            marked.segments,
            out,
            How(settings, frames, band, **how),
            tier=marked.tier,
            table_format=table_format,
            other_inputs=other_inputs(),
            reporter=reporter,
        )
        if out != STANDARD:
            reporter.report(f"{out}: {report}")

"""`stftcli info`: what a sound is, and what would become of it."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from stftcli.cli import options, types
from stftcli.cli.many import for_each
from stftcli.cli.output import choose_input
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import SectionedCommand, under
from stftcli.cli.segments import SegmentOptions, segment_options, segments_in_words
from stftcli.cli.words import say
from stftcli.features.settings import FeatureSettings
from stftcli.files.urls import plain_name
from stftcli.settings.reading import Reading

if TYPE_CHECKING:
    from stftcli.jobs.inspect import ArrayInfo, SoundInfo


@click.command(
    "info",
    cls=SectionedCommand,
    epilog="""\b
Examples:
  stftcli info in.wav
  stftcli info --n-fft 25ms --hop-length 10ms recordings/*.wav
  stftcli info in.wav --preset whisper --rate 16000
  stftcli info --json *.flac | jq .duration_s
  stftcli info --levels recordings/*.wav
  stftcli info in.wav --segments in.selections.txt
  stftcli info feats.npz
  stftcli info fe.onnx
  stftcli info in.png""",
)
@click.argument("paths", metavar="[INPUT]...", nargs=-1, type=types.FILE)
@under("output")("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@under("output")(
    "--levels",
    is_flag=True,
    help="Measure each channel, for which all of the sound is read: peak, RMS (a full-scale sine "
    "is at -3.01 dBFS, as in SoX, ffmpeg and Audacity), crest factor, noise floor (a tenth of all "
    "frames of 50 ms have a lower RMS), DC, clipped samples (three or more in a row at full "
    "scale), and the frequency above which nothing is.",
)
@segment_options()
@options.settings_options(brief=True)
@options.reading()
def info(
    paths: tuple[str, ...],
    as_json: bool,
    levels: bool,
    marked: SegmentOptions,
    settings: FeatureSettings,
    reading: Reading,
) -> None:
    """Show what a sound is and gives, or how an array was made.

    INPUT is a sound file, - or nothing for standard input, or an array with its description:
    .npz, .safetensors, or any other with its .json beside it; or a graph of ONNX, or a .png
    picture. The options of `stftcli features` say what the array of a sound would be. With
    --segments it tells of the segments instead, those of the INPUTs, or all of the table.
    """
    if marked.segments is not None:
        _tell_segments(paths, marked, reading, as_json=as_json)
        return
    inputs = [choose_input(path) for path in paths or (None,)]

    from stftcli.jobs.config import is_array, is_graph, is_png, read_graph_settings, read_stored
    from stftcli.jobs.inspect import inspect_array, inspect_sound

    with TerminalReporter(strict=reading.strict) as reporter:

        def tell(told: dict[str, Any], in_words: Callable[[], list[str]]) -> None:
            if as_json:
                click.echo(json.dumps(told, allow_nan=False))
                return
            for line in in_words():
                say(line, err=False)

        def show(path: str) -> None:
            if reading.raw is None and is_array(path):
                array = inspect_array(path)
                tell(asdict(array), partial(_array_in_words, path, array))
            elif reading.raw is None and is_graph(path):
                graph = read_graph_settings(path) or {}
                tell({**graph, "input": path}, partial(_graph_in_words, path, graph))
            elif reading.raw is None and is_png(path):
                picture = read_stored(path)
                tell({**picture, "input": path}, partial(_picture_in_words, path, picture))
            else:
                sound = inspect_sound(
                    path, settings, levels=levels, reading=reading, reporter=reporter
                )
                tell(sound.to_dict(), partial(_sound_in_words, sound))

        for_each(inputs, show, reporter, name=plain_name)


def _tell_segments(
    paths: tuple[str, ...], marked: SegmentOptions, reading: Reading, *, as_json: bool
) -> None:
    from stftcli.jobs.segments.inspect import inspect_segments

    assert marked.segments is not None
    with TerminalReporter(strict=reading.strict) as reporter:
        for info in inspect_segments(paths, marked.segments, marked.tier, reading, reporter):
            if as_json:
                click.echo(json.dumps(info.to_dict(), allow_nan=False))
                continue
            for line in segments_in_words(info):
                say(line, err=False)


def _graph_in_words(path: str, graph: dict[str, Any]) -> list[str]:
    rows = {}
    if isinstance(names := graph.get("names"), list) and names:
        rows["graph"] = f"samples at {graph.get('rate_hz')} Hz to {len(names)} features"
        rows["names"] = f"{names[0]} ... {names[-1]}"
    if unit := _unit(graph.get("unit")):
        rows["unit"] = unit
    if graph:
        rows["made by"] = f"stftcli {graph.get('stftcli')}"
    lines = [path, *(f"  {name:<9} {text}" for name, text in rows.items())]
    return [*lines, *_settings_in_words(graph.get("features"))]


def _picture_in_words(path: str, stored: dict[str, Any]) -> list[str]:
    sounds, picture = stored.get("input"), stored.get("picture")
    rows = {"picture": ", ".join(_sound_of_picture(one) for one in _listed(sounds))}
    if unit := _unit(stored.get("unit")):
        rows["unit"] = unit
    rows["made by"] = f"stftcli {stored.get('stftcli')}, FFT {stored.get('fft')}"
    lines = [path, *(f"  {name:<9} {text}" for name, text in rows.items() if text)]
    look = picture if isinstance(picture, dict) else {}
    tables = {name: look[name] for name in ("view", "figure") if isinstance(look.get(name), dict)}
    return [*lines, *_settings_in_words({**stored["features"], **tables})]


def _sound_of_picture(told: object) -> str:
    return f"{told.get('name')}, {told.get('rate_hz')} Hz" if isinstance(told, dict) else str(told)


def _listed(several: object) -> list[object]:
    return several if isinstance(several, list) else []


def _array_in_words(path: str, array: "ArrayInfo") -> list[str]:
    stored = array.settings or {}
    sound, features = stored.get("input") or {}, stored.get("features")
    rows = {"array": f"{' x '.join(map(str, array.shape))} {array.dtype}"}
    if array.names:
        rows["names"] = f"{array.names[0]} ... {array.names[-1]}"
    if sound:
        rows["input"] = f"{sound.get('name')}, {sound.get('rate_hz')} Hz"
    if "time_origin" in sound:
        rows["recorded"] = str(sound["time_origin"])
    if "recordings" in sound:
        rows["time line"] = f"of {sound['recordings']} recordings"
    elif "segments" in sound:
        rows["segments"] = f"of {sound['segments']}"
    elif sound:
        rows["sha256"] = sound.get("sha256") or "not known, for the pipe was not read to its end"
    if unit := _unit(stored.get("unit")):
        rows["unit"] = unit
    if stored:
        rows["made by"] = f"stftcli {stored.get('stftcli')}, FFT {stored.get('fft')}"
    lines = [path, *(f"  {name:<9} {text}" for name, text in rows.items())]
    return [*lines, *_settings_in_words(features)]


def _settings_in_words(features: dict[str, Any] | None) -> list[str]:
    """Give the lines that settings are told in, as TOML."""
    if features is None:
        return ["  nothing says how it was made"]
    from stftcli.features.toml import format_toml

    settings = format_toml(_shortened(features)).strip()
    return ["", *(f"  {line}".rstrip() for line in settings.split("\n"))]


def _shortened(features: dict[str, Any]) -> dict[str, Any]:
    """Say of a curve how many points it has."""
    calibration = features.get("calibration")
    if not isinstance(calibration, dict) or not isinstance(calibration.get("curve"), list):
        return features
    curve = {"curve": f"{len(calibration['curve'])} points"} if calibration["curve"] else {}
    told = {name: value for name, value in calibration.items() if name != "curve"}
    return {**features, "calibration": {**told, **curve}}


def _sound_in_words(sound: "SoundInfo") -> list[str]:
    window = "" if sound.win_length == sound.filter_length else f", windows of {sound.win_length}"
    rows = {
        "format": f"{sound.container}, {sound.encoding}",
        "rate": f"{sound.rate_hz} Hz{_resampled(sound)}",
        "channels": f"{sound.channels}",
        "duration": f"{sound.duration_s:.3f} s ({sound.samples} samples)",
        "frames": f"{sound.frames} of {sound.filter_length} samples{window}, one every "
        f"{sound.hop_length} ({1000 * sound.hop_length / sound.used_rate_hz:.4g} ms)",
        "bins": f"{sound.bins}, one every {sound.bin_hz:.4g} Hz "
        f"up to {sound.used_rate_hz / 2:g} Hz",
        "times": "none"
        if sound.first_s is None
        else f"{sound.first_s:.3f} to {sound.last_s:.3f} s",
        "inverse": _inverse(sound),
        "array": f"{' x '.join(map(str, sound.shape))} {sound.dtype}, {_size(sound.array_bytes)}",
    }
    if sound.time_origin is not None:
        rows["recorded"] = sound.time_origin
    if unit := _unit(sound.unit):
        rows["unit"] = unit
    rows |= _levels_in_words(sound)
    return [sound.input, *(f"  {name:<9} {text}" for name, text in rows.items())]


def _levels_in_words(sound: "SoundInfo") -> dict[str, str]:
    """Give a row for each measure, with the channels beside each other."""
    levels = sound.levels or ()

    def row(name: str, form: str, none: str) -> str:
        values = [getattr(channel, name) for channel in levels]
        return ", ".join(none if value is None else format(value, form) for value in values)

    if not levels:
        return {}
    return {
        "peak": f"{row('peak_dbfs', '.2f', '-inf')} dBFS",
        "RMS": f"{row('rms_dbfs', '.2f', '-inf')} dBFS (a full-scale sine: -3.01)",
        "crest": row("crest_factor", ".2f", "-"),
        "noise": f"{row('noise_floor_dbfs', '.1f', '-inf')} dBFS (10 % of frames are quieter)",
        "DC": row("dc_offset", "+.6f", ""),
        "clipped": f"{row('clipped_samples', 'd', '')} samples in "
        f"{row('clipped_runs', 'd', '')} runs",
        "cut-off": f"{row('cutoff_hz', '.0f', '-')} Hz of {sound.rate_hz / 2:g}",
    }


def _unit(unit: object) -> str:
    """Give a unit, or those of several features; a file may hold anything in its place."""
    units = unit if isinstance(unit, list) else [unit]
    return ", ".join(dict.fromkeys(str(one) for one in units if one))


def _inverse(sound: "SoundInfo") -> str:
    if not sound.invertible:
        return f"none: {sound.inverse}"
    how = "exact" if sound.inverse == "exactly" else "with --griffin-lim"
    return (
        f"{how}; windows add up to within {100 * sound.overlap_error:.3g} %, redundancy "
        f"{sound.redundancy:.3g}"
    )


def _resampled(sound: "SoundInfo") -> str:
    return "" if sound.used_rate_hz == sound.rate_hz else f", to {sound.used_rate_hz} Hz"


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"

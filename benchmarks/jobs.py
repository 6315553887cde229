"""The table of jobs: what stftcli, its peers and the limits are asked to do."""

from dataclasses import dataclass

MINUTE, HOUR = 60, 3600
DAY = 24 * HOUR


@dataclass(frozen=True)
class Job:
    """One piece of work.

    Parameters
    ----------
    title : str
        What is done.
    seconds : int
        Length of the sound; 0 where there is none.
    ours, limits : mapping of str to str
        What the table calls a command, and the command. ``{sound}``, ``{out}`` and ``{extra}``
        stand for files, ``{stftcli}``, ``{limit}`` and ``{python}`` for the programs; the first of
        `ours` is what all others are compared with.
    peers : tuple of str
        Names of `benchmarks.peers_table.PEERS`.
    rate_hz : int
        Of the sound.
    extra : str
        What is given beside the sound: one of `benchmarks.sounds.EXTRAS`, or nothing.
    decibels : bool or None
        Whether results are arrays of decibels, or others; None where they are no arrays.
    on_request : bool
        Whether it is left out unless it is named.
    """

    title: str
    seconds: int
    ours: dict[str, str]
    peers: tuple[str, ...] = ()
    limits: dict[str, str] | None = None
    rate_hz: int = 44_100
    extra: str = ""
    decibels: bool | None = None
    on_request: bool = False


_MEL_OPTIONS = "--mel 128 --log db"
_MEL = {
    "stftcli": f"{{stftcli}} features {{sound}} {_MEL_OPTIONS} --out {{out}}",
    "stftcli, one thread": f"{{stftcli}} features {{sound}} {_MEL_OPTIONS} --out {{out}} "
    "--threads 1",
    "stftcli, numpy's FFT": f"STFTCLI_FFT=numpy {{stftcli}} features {{sound}} {_MEL_OPTIONS} "
    "--out {out}",
}
_IMPORTS = {"import numpy, soundfile, click": "{python} -c 'import numpy, soundfile, click'"}
_MEL_LIMITS = {
    **_IMPORTS,
    "limit: decoding": "{limit} decode {sound}",
    "limit: FFT": "{limit} fft {sound}",
    "limit: writing": "{limit} write {sound}",
    "limit: these overlapped": "{limit} overlapped {sound}",
}
_MEL_PEERS = (
    *("auvux_mel", "librosa_mel", "librosa_stream_mel", "torch_mel", "scipy_mel", "kaldi_mel"),
    *("essentia_mel", "audioflux_mel", "opensmile_mel"),
)
_COMPLEX = {
    "stftcli": "{stftcli} features {sound} --spectrum complex --out {out}",
    "stftcli, one thread": "{stftcli} features {sound} --spectrum complex --out {out} --threads 1",
    "stftcli, numpy's FFT": "STFTCLI_FFT=numpy {stftcli} features {sound} --spectrum complex "
    "--out {out}",
}
_COMPLEX_LIMITS = {"limit: writing": "{limit} write-complex {sound}"}
_COMPLEX_PEERS = ("auvux_stft", "librosa_stft", "torch_stft", "scipy_stft")
_PICTURE = {"stftcli": "{stftcli} spectrogram {sound} --out {out}.png"}
_PICTURE_LIMITS = {"import matplotlib.figure": "{python} -c 'import matplotlib.figure'"}
# As many pixels as sox draws by itself.
_BARE = {
    "stftcli --bare": "{stftcli} spectrogram {sound} --bare --size 800x513 --out {out}.png",
}
_BARE_LIMITS = {"import numpy, soundfile": "{python} -c 'import numpy, soundfile'"}
_PROGRAMS = ("sox", "ffmpeg")
_SECONDS = "--n-fft 1000ms --hop-length 1000ms --padding none --spectrum psd --log db"
_LEVELS = {
    "stftcli": f"{{stftcli}} features {{sound}} {_SECONDS} --pool 60s:mean --out {{out}}",
    "stftcli, one thread": f"{{stftcli}} features {{sound}} {_SECONDS} --pool 60s:mean "
    "--out {out} --threads 1",
}
_LTSA = {"stftcli": "{stftcli} spectrogram {sound} --pool 60s:mean --out {out}.png"}
_DESCRIBED = (
    "{stftcli} features {sound} --descriptors all --stats mean,std --format csv --out {out}"
)
_MARKED = {
    "stftcli": _DESCRIBED,
    "stftcli --segments": f"{_DESCRIBED} --segments {{extra}}",
    "stftcli --segments, cut": f"{_DESCRIBED} --segments {{extra}} --segment-frames cut",
}


def _mel(seconds: int) -> Job:
    title = "log-mel of 128 bands"
    return Job(title, seconds, _MEL, _MEL_PEERS, _MEL_LIMITS, extra="mel bank", decibels=True)


def _complex(seconds: int) -> Job:
    title = "complex STFT to complex64 .npy"
    return Job(title, seconds, _COMPLEX, _COMPLEX_PEERS, _COMPLEX_LIMITS, decibels=False)


def _picture(seconds: int, peers: tuple[str, ...] = _PROGRAMS) -> Job:
    late = seconds > HOUR
    return Job("labelled picture", seconds, _PICTURE, peers, _PICTURE_LIMITS, on_request=late)


def _bare(seconds: int) -> Job:
    late = seconds > HOUR
    return Job("bare picture", seconds, _BARE, _PROGRAMS, _BARE_LIMITS, on_request=late)


def _preset(title: str, options: str, *peers: str) -> Job:
    words = f"{{stftcli}} features {{sound}} --preset {options} --out {{out}}"
    ours = {
        "stftcli": words,
        "stftcli, one thread": f"{words} --threads 1",
        "stftcli, numpy's FFT": f"STFTCLI_FFT=numpy {words}",
    }
    return Job(f"{title} at 16 kHz", HOUR, ours, peers, rate_hz=16_000, decibels=False)


def _ltsa(seconds: int) -> Job:
    return Job("long-term picture, minute means", seconds, _LTSA, on_request=seconds > HOUR)


def _segments(hours: int) -> Job:
    title = f"{1000 * hours:,} segments, their descriptors beside those of the whole sound"
    return Job(
        title, hours * HOUR, _MARKED, extra=f"{1000 * hours:,} segments", on_request=hours > 1
    )


def _length(seconds: int) -> Job:
    return Job("cost against length, log-mel", seconds, _MEL, on_request=seconds > HOUR)


JOBS = {
    "help": Job(
        "the help",
        0,
        {"stftcli": "{stftcli} --help", "stftcli features": "{stftcli} features --help"},
        limits={"import click": "{python} -c 'import click'"},
    ),
    "mel-5s": _mel(5),
    "mel-1min": _mel(MINUTE),
    "mel-1h": _mel(HOUR),
    "stft-1min": _complex(MINUTE),
    "stft-1h": _complex(HOUR),
    "linear-1h": Job(
        "magnitude through a dense Linear(1025, 64)",
        HOUR,
        {"stftcli": "{stftcli} features {sound} --linear {extra} --out {out}"},
        ("librosa_linear",),
        extra="layer",
        decibels=False,
    ),
    "kaldi-1h": _preset("Kaldi's fbank", "kaldi-fbank", "kaldi_fbank"),
    "whisper-1h": _preset(
        "Whisper's log-mel",
        "whisper",
        *("whisper_asrfront", "whisper_faster", "whisper_transformers"),
    ),
    "nemo-1h": _preset(
        "NeMo's log-mel of Parakeet", "nemo --win-length 25ms --mel 80", "nemo_transformers"
    ),
    "pipe-1h": Job(
        "log-mel through a pipe from ffmpeg",
        HOUR,
        {
            "stftcli": "ffmpeg -v error -i {sound} -f wav - | {stftcli} features - --out {out} "
            f"{_MEL_OPTIONS}"
        },
        ("librosa_pipe",),
        {"limit: ffmpeg alone": "ffmpeg -v error -i {sound} -f wav -y /dev/null"},
        extra="mel bank",
        decibels=True,
    ),
    "picture-1min": _picture(MINUTE, (*_PROGRAMS, "librosa_picture")),
    "picture-1h": _picture(HOUR),
    "picture-10h": _picture(10 * HOUR),
    "bare-1min": _bare(MINUTE),
    "bare-1h": _bare(HOUR),
    "bare-10h": _bare(10 * HOUR),
    "levels-1h": Job(
        "minute means of 48001 densities, windows of 1 s",
        HOUR,
        _LEVELS,
        ("scipy_levels",),
        rate_hz=96_000,
        decibels=True,
    ),
    "segments-1h": _segments(1),
    "segments-10h": _segments(10),
    "ltsa-1h": _ltsa(HOUR),
    "sheet-1h": Job(
        "contact sheet of 100 segments",
        HOUR,
        {
            "stftcli": "{stftcli} spectrogram {sound} --segments {extra} --sheet --out {out}.png",
            "stftcli, one PDF": "{stftcli} spectrogram {sound} --segments {extra} --sheet "
            "--out {out}.pdf",
        },
        limits=_PICTURE_LIMITS,
        extra="100 segments",
    ),
    "ltsa-24h": _ltsa(DAY),
    **{
        f"length-{seconds}s": _length(seconds)
        for seconds in (1, 10, MINUTE, 10 * MINUTE, HOUR, 10 * HOUR)
    },
}
"""By the names that the command line takes."""

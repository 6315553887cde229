"""What a run was made on and with."""

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    *("stftcli", "numpy", "ducc0", "soundfile", "click", "librosa", "torch", "scipy", "auvux-dsp"),
    *("kaldi-native-fbank", "essentia", "audioflux", "opensmile"),
)


def describe() -> str:
    """Name the processor, the versions, and what in the environment changes the speed."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    model = re.search(r"model name\s*: (.*)", cpuinfo)
    cores = len(os.sched_getaffinity(0))
    lines = [
        f"{cores} cores of {model[1] if model else platform.machine()}, "
        f"load {os.getloadavg()[0]:.1f} at the beginning, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name))),
    ]
    programs = [
        _program(name, flag) for name, flag in (("sox", "--version"), ("ffmpeg", "-version"))
    ]
    lines += [", ".join(filter(None, programs))]
    chosen = [f"{name}={value}" for name, value in os.environ.items() if _matters(name)]
    lines += [f"with {', '.join(chosen)} in the environment" if chosen else ""]
    return "  \n".join(filter(None, lines))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _program(name: str, flag: str) -> str | None:
    if shutil.which(name) is None:
        return None
    said = subprocess.run([name, flag], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\d+(\.\d+)+", said)
    return f"{name} {number[0]}" if number else name


def _matters(name: str) -> bool:
    return name.startswith(("OPENBLAS_", "OMP_", "MKL_", "STFTCLI_"))

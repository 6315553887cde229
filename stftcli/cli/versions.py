"""The versions of what stftcli works with, found without importing numpy."""

import platform
from ctypes import CDLL, c_char_p
from ctypes.util import find_library
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import stftcli
from stftcli.dsp.fft import provider_name


def versions() -> str:
    """Name stftcli, Python, numpy, libsndfile and the FFT in use, with their versions."""
    return "\n".join(
        (
            f"stftcli {stftcli.__version__}",
            f"Python {platform.python_version()}",
            f"numpy {_version('numpy')}",
            f"soundfile {_version('soundfile')} with {_libsndfile()}",
            f"FFT {provider_name()} {_version(provider_name())}",
        )
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(version unknown)"


def _libsndfile() -> str:
    # soundfile knows, but would import numpy to tell. Its wheel carries the library in a package.
    wheel = find_spec("_soundfile_data")
    carried = [
        str(file)
        for folder in (wheel.submodule_search_locations or () if wheel else ())
        for file in Path(folder).glob("libsndfile*")
    ]
    for library in (*carried, find_library("sndfile")):
        if library:
            version_string = CDLL(library).sf_version_string
            version_string.restype = c_char_p
            return str(version_string().decode())
    return "libsndfile (version unknown)"

"""Settings as a script: what it is, a function of a waveform, and how it is run."""

from textwrap import indent

from stftcli.features.settings import FeatureSettings
from stftcli.files.untrusted import printable
from stftcli.jobs.export.chain import exported_chain
from stftcli.jobs.export.frames import write_spectrum
from stftcli.jobs.export.script import Script
from stftcli.jobs.export.steps import write_step
from stftcli.jobs.export.tolerance import Tolerance
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.settings.choices import ScriptLibrary

_MAIN = """\
if __name__ == "__main__":
    waveform, rate_hz = soundfile.read(sys.argv[1], dtype="float32")
    if rate_hz != {rate_hz} or waveform.ndim > 1:
        sys.exit("give a sound of {rate_hz} Hz and one channel")
    np.save(sys.argv[2], features(waveform))
"""


def python_script(
    settings: FeatureSettings, library: ScriptLibrary, reporter: Reporter = SILENT
) -> str:
    """Give settings as a script of a library's calls.

    Parameters
    ----------
    settings : FeatureSettings
        What is to be computed.
    library : {"librosa", "torch"}
        Whose calls.
    reporter : Reporter, optional
        Hears of warnings.

    Returns
    -------
    str
        A module with a function ``features(waveform)``; as a program it takes a sound and writes
        an array.

    Raises
    ------
    StftcliError
        If the rate is open, or a setting has no form in the library's words; it is named.
    """
    chain = exported_chain(settings, reporter)
    script = Script(library)
    write_spectrum(script, chain)
    for stage in chain.stages:
        write_step(script, chain, stage)
    if library == "torch":
        script.add("x = x.numpy()")
    bins_first = chain.settings.layout == "bins-first"
    script.add("return x" if bins_first else "return x.T")
    axes = "(features, frames)" if bins_first else "(frames, features)"
    function = (
        "def features(waveform):\n"
        f'    """Give features, shape {axes}, of samples at {chain.rate_hz} Hz, full scale 1."""\n'
        + indent("\n".join(script.lines), "    ")
    )
    origin = printable(" ".join(settings.origin.split()))
    heading = (
        f"# {origin[0].upper()}{origin[1:]}, in calls of {library}.\n"
        f"# The numbers are those of `stftcli features`, to within {Tolerance.of(chain)}."
    )
    main = _MAIN.format(rate_hz=chain.rate_hz)
    beginning = f"{heading}\n\n{script.imports(function, main)}\n"
    return "\n\n".join((beginning, *script.helpers, f"{function}\n", main))

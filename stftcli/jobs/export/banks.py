"""Banks and the cosine transform in the words of a library."""

from stftcli.errors import SettingsError
from stftcli.features.builder import Stage
from stftcli.features.chain import Chain
from stftcli.features.steps import Chroma, Dct, Mel
from stftcli.jobs.export.script import Script

_TRIANGLES = '''\
def triangles_over_mel(sr, n_fft, n_mels, fmin, fmax, htk):
    """Give a mel bank of triangles over mel, as Kaldi's; librosa's are over Hz."""
    mel = librosa.hz_to_mel(librosa.fft_frequencies(sr=sr, n_fft=n_fft), htk=htk)
    low, high = librosa.hz_to_mel([fmin, fmax], htk=htk)
    edges = np.linspace(low, high, n_mels + 2)[:, None]
    rising = (mel - edges[:-2]) / np.diff(edges, axis=0)[:-1]
    falling = (edges[2:] - mel) / np.diff(edges, axis=0)[1:]
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
'''


def write_mel(script: Script, chain: Chain, stage: Stage) -> None:
    """Write a mel bank; it is librosa's in both libraries, unless torchaudio computes it.

    Raises
    ------
    SettingsError
        If neither has such a bank.
    """
    step, rate_hz = stage.step, chain.rate_hz
    assert isinstance(step, Mel)
    high_hz = rate_hz / 2 if step.fmax_hz is None else step.fmax_hz
    if step.computed == "torchaudio" and script.library == "torch":
        _write_torchaudio_bank(script, chain, step)
    elif step.computed == "torchaudio" and rate_hz % 2:
        raise SettingsError(
            f"the mel bank that torchaudio computes at {rate_hz} Hz has no form in librosa: give "
            "`library='torch'`"
        )
    elif step.triangles == "mel" and step.norm != "none":
        raise SettingsError(
            "a mel bank of triangles over mel has no form as a script but for `mel_norm='none'`"
        )
    else:
        words: dict[str, object] = {
            "sr": rate_hz,
            "n_fft": chain.plan.filter_length,
            "n_mels": step.bands,
            "fmin": step.fmin_hz,
            "fmax": float(high_hz),
        }
        of_mel = step.triangles == "mel"
        if of_mel:
            script.helpers.append(_TRIANGLES)
        if of_mel or step.scale == "htk":
            words["htk"] = step.scale == "htk"
        if not of_mel and step.norm == "none":
            words["norm"] = None
        call = "triangles_over_mel" if of_mel else "librosa.filters.mel"
        script.call("bank", call, *(f"{key}={value}" for key, value in words.items()))
    _write_projection(script, chain, stage)


def _write_torchaudio_bank(script: Script, chain: Chain, step: Mel) -> None:
    high_hz = chain.rate_hz // 2 if step.fmax_hz is None else step.fmax_hz
    norm = None if step.norm == "none" else f'"{step.norm}"'
    words = (chain.plan.bins, step.fmin_hz, float(high_hz), step.bands, chain.rate_hz)
    script.call(
        *("bank", "torchaudio.functional.melscale_fbanks", *map(str, words)),
        *(f"norm={norm}", f'mel_scale="{step.scale}"'),
        then=".T.numpy()",
    )


def write_chroma(script: Script, chain: Chain, stage: Stage) -> None:
    """Write a chroma bank."""
    step = stage.step
    assert isinstance(step, Chroma)
    script.call(
        *("bank", "librosa.filters.chroma"),
        *(f"sr={chain.rate_hz}", f"n_fft={chain.plan.filter_length}"),
        *(f"n_chroma={step.bands}", f"tuning={step.tuning}"),
    )
    _write_projection(script, chain, stage)


def write_dct(script: Script, _: Chain, stage: Stage) -> None:
    """Write the cosine transform, with its lifter."""
    step, bands = stage.step, len(stage.before.names)
    assert isinstance(step, Dct)
    script.add(f'bank = scipy.fft.dct(np.eye({bands}), axis=0, norm="ortho")[:{step.outputs}]')
    if step.lifter:
        first = 1 if step.lifter_form == "librosa" else 0
        script.add(f"order = np.arange({first}, {first + step.outputs})[:, None]")
        script.add(f"bank *= 1 + {step.lifter / 2} * np.sin(np.pi * order / {step.lifter})")
    script.add("bank = bank.astype(np.float32)")
    script.let("x", "bank")


def _write_projection(script: Script, chain: Chain, stage: Stage) -> None:
    """Write the product, with those bins of the bank that there are."""
    hz = stage.before.frequencies_hz
    assert hz is not None
    first = round(float(hz[0]) * chain.plan.filter_length / chain.rate_hz)
    if len(hz) < chain.plan.bins:
        script.add(f"bank = bank[:, {first}:{first + len(hz)}]")
    script.let("x", "bank")

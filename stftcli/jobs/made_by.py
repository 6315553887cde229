"""How an array was made: the chain, and the length of the sound, as far as they are told."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from stftcli.arrays.stored import StoredArray
from stftcli.errors import InputError, SettingsError
from stftcli.features.axis import AMOUNTS
from stftcli.features.chain import Chain
from stftcli.features.extractor import Extractor
from stftcli.features.keywords import change
from stftcli.features.resample import resampled_samples
from stftcli.features.settings import FeatureSettings
from stftcli.jobs.config import stored_settings
from stftcli.jobs.reporter import Reporter

_MAX_LENGTH = 1 << 40


def chain_of(
    array: StoredArray,
    settings: FeatureSettings | None,
    given: list[tuple[str, Any]],
    reporter: Reporter,
) -> Chain:
    """Give the chain that made an array: by settings, or what it says itself, changed by options.

    Raises
    ------
    StftcliError
        If nothing says how it was made, or that cannot be.
    """
    if settings is None and array.settings is not None:
        settings = stored_settings(array.settings, array.name)
    if settings is None and not given:
        raise InputError(
            f"{array.name} does not say how it was made: give `config` or `preset`, or the options "
            "that it was made with, such as `n_fft` and `rate`"
        )
    base = settings or FeatureSettings()
    settings = change(base, given)
    if base.signal.rate_hz not in (None, settings.signal.rate_hz):
        reporter.warn(
            f"{base.origin} are for {base.signal.rate_hz} Hz, not {settings.signal.rate_hz}"
        )
    if settings.features.spectrum is None and array.is_complex:
        settings = replace(settings, features=replace(settings.features, spectrum="complex"))
    if settings.signal.rate_hz is None:
        raise SettingsError(f"nothing says how many samples a second {array.name} is of: `rate`")
    return Extractor(settings).chain(settings.signal.rate_hz)


def check_features(array: StoredArray, shape: tuple[int, ...] | None, chain: Chain) -> None:
    """Raise InputError unless an array holds numbers, and as many, as a chain gives."""
    spectrum = chain.settings.features.spectrum
    if array.is_complex != (spectrum == "complex"):
        holds = "complex" if array.is_complex else "real"
        hint = "complex" if array.is_complex else "magnitude"
        raise InputError(
            f"{array.name} holds {holds} numbers, and its settings are of the {spectrum} spectrum: "
            f"give `spectrum={hint!r}` if that is what they are"
        )
    if shape is not None:
        _check_width(array, shape, chain)


def _check_width(array: StoredArray, shape: tuple[int, ...], chain: Chain) -> None:
    features = shape[-1]
    if features == chain.features:
        return
    hint = ""
    if chain.features in shape[:-1]:
        hint = ": is the other `layout` meant?"
    elif not chain.stages and features > 1:
        hint = f": {features} bins are those of `n_fft` {2 * (features - 1)}"
    raise InputError(
        f"{array.name} has {features} features a frame, and its settings give {chain.features}"
        f"{hint}"
    )


def checked(
    array: StoredArray, chain: Chain, batches: Iterator[NDArray[Any]], reporter: Reporter
) -> Iterator[NDArray[Any]]:
    """Give batches; InputError if one has other features than the chain, or there are no frames.

    The reporter is warned of values that the chain cannot have given.
    """
    frames, below = 0, False
    for batch in batches:
        _check_width(array, batch.shape, chain)
        frames += len(batch)
        below = below or _is_below_zero(chain, batch)
        yield batch
    if not frames:
        raise InputError(f"{array.name} has no frames: there is no sound in it")
    if below:
        reporter.warn(
            f"{array.name} holds values below 0, which were taken for 0, for its settings make it "
            f"a {chain.axis.quantity}: if they are levels, say so, as with `spectrum='db'`"
        )


def _is_below_zero(chain: Chain, batch: NDArray[Any]) -> bool:
    is_amount = chain.axis.log is None and chain.axis.quantity in AMOUNTS
    return is_amount and bool((batch < 0).any())


def stored_length(
    array: StoredArray, shape: tuple[int, ...] | None, chain: Chain, reporter: Reporter
) -> int | None:
    """Give the samples of the sound that an array says it was made of, if that may be believed."""
    sound = (array.settings or {}).get("input", {})
    samples, rate_hz = sound.get("samples"), sound.get("rate_hz")
    whole = all(type(value) is int and 0 < value < _MAX_LENGTH for value in (samples, rate_hz))
    if not whole or shape is None:
        return None
    length = resampled_samples(samples, rate_hz, chain.rate_hz)
    if chain.frames_of(length) == shape[0]:
        return length
    reporter.warn(
        f"{array.name} has {shape[0]} frames, and its sound had {chain.frames_of(length)}: the "
        "length is that of the frames (`length` sets it)"
    )
    return None


def with_zeros(length: int, chain: Chain) -> int:
    """Give the length with the zeros that the sound was filled up with."""
    return max(length, round((chain.settings.signal.pad_to_s or 0) * chain.rate_hz))

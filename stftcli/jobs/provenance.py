"""How a result was made, and what it was made of; it is stored beside the numbers."""

from datetime import datetime
from typing import Any

import stftcli
from stftcli.audio.source import Source
from stftcli.dsp.fft import provider_name
from stftcli.features.axis import Axis
from stftcli.features.chain import Chain
from stftcli.features.toml import VERSION


def description(chain: Chain, made_of: Any) -> dict[str, Any]:
    """Describe how features were made; `made_of` describes the input."""
    return {
        "stftcli": stftcli.__version__,
        "fft": provider_name(),
        "input": made_of,
        "unit": unit_of(chain.axis),
        "settings_version": VERSION,
        "features": chain.settings.to_dict(),
    }


def unit_of(axis: Axis) -> str | list[str]:
    """Give the unit of the values, or of each of them where they differ."""
    return list(axis.units) if axis.unit is None else axis.unit


def describe_source(chain: Chain, source: Source, origin: datetime | None = None) -> dict[str, Any]:
    """Describe a source that was read, and what of it features were made of; it is hashed for that.

    `origin` is when the sound begins, if that is known.
    """
    sound: dict[str, Any] = {
        "name": source.name,
        "rate_hz": source.rate_hz,
        "channels": source.channels,
        "samples": _used_samples(chain, source),
        "sha256": source.sha256(),
    }
    if origin is not None:
        sound["time_origin"] = origin.isoformat()
    return sound


def _used_samples(chain: Chain, source: Source) -> int:
    """Give how long the segment is, without its neighbours: the way back needs to know."""
    segment = chain.settings.segment
    end = min(source.read_samples, segment.last(source.rate_hz))
    return int(end) - segment.first(source.rate_hz)

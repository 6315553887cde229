"""Sound into spectra: features by one Extractor, an STFT and a Linear layer, in numpy."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stftcli.dsp.filterbanks import bark_weights as bark_weights
    from stftcli.dsp.filterbanks import chroma_weights as chroma_weights
    from stftcli.dsp.filterbanks import dct_weights as dct_weights
    from stftcli.dsp.filterbanks import erb_weights as erb_weights
    from stftcli.dsp.filterbanks import mel_weights as mel_weights
    from stftcli.dsp.inverse import ISTFT as ISTFT
    from stftcli.dsp.linear import Linear as Linear
    from stftcli.dsp.stft import STFT as STFT
    from stftcli.errors import InputError as InputError
    from stftcli.errors import MissingExtraError as MissingExtraError
    from stftcli.errors import OutputError as OutputError
    from stftcli.errors import SettingsError as SettingsError
    from stftcli.errors import StftcliError as StftcliError
    from stftcli.features.axis import Axis as Axis
    from stftcli.features.extractor import Extractor as Extractor
    from stftcli.features.settings import FeatureSettings as FeatureSettings
    from stftcli.features.settings import Recipe as Recipe
    from stftcli.features.steps import *  # noqa: F403
    from stftcli.settings.frames import FrameSettings as FrameSettings
    from stftcli.settings.segment import SegmentSettings as SegmentSettings
    from stftcli.settings.signal import SignalSettings as SignalSettings

__version__ = "0.1.0"

# Module -> what it offers; imported when it is asked for, so that `--help` pays for nothing.
_OFFERS = {
    "dsp.filterbanks": (
        *("bark_weights", "chroma_weights", "dct_weights", "erb_weights", "mel_weights"),
    ),
    "dsp.inverse": ("ISTFT",),
    "dsp.linear": ("Linear",),
    "dsp.stft": ("STFT",),
    "errors": ("InputError", "MissingExtraError", "OutputError", "SettingsError", "StftcliError"),
    "features.axis": ("Axis",),
    "features.extractor": ("Extractor",),
    "features.settings": ("FeatureSettings", "Recipe"),
    "settings.frames": ("FrameSettings",),
    "settings.segment": ("SegmentSettings",),
    "settings.signal": ("SignalSettings",),
}
_HOMES = {name: module for module, names in _OFFERS.items() for name in names}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "__all__":
        return __dir__()
    if name.startswith("_") or name not in __dir__():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"stftcli.{_HOMES.get(name, 'features.steps')}"), name)


def __dir__() -> list[str]:
    from stftcli.features.steps import STEPS

    return sorted(["__version__", *_HOMES, *(kind.__name__ for kind in STEPS.values())])

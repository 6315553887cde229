"""The chain that is exported: of one rate, in float32."""

from stftcli.errors import SettingsError
from stftcli.features.build import build_chain
from stftcli.features.chain import Chain
from stftcli.features.settings import FeatureSettings
from stftcli.jobs.reporter import SILENT, Reporter


def exported_chain(settings: FeatureSettings, reporter: Reporter = SILENT) -> Chain:
    """Build the chain of settings that say for which rate they are, and tell of its warnings.

    Raises
    ------
    StftcliError
        If they do not say it, compute in another type than float32, or do not fit each other.
    """
    rate_hz = settings.signal.rate_hz
    if rate_hz is None:
        raise SettingsError(
            f"{settings.origin} are for any rate: say for which they are exported, as `rate=16000`"
        )
    if settings.dtype != "float32":
        raise SettingsError(f"`dtype` is {settings.dtype}: what is exported computes in float32")
    chain = build_chain(settings, rate_hz)
    for text in chain.warnings:
        reporter.warn(text)
    return chain

"""The steps, one file each; a new one is a file and a row here."""

from stftcli.features.step import Step

# In the order in which options put them together.
# isort: off
from stftcli.features.steps.crop import Crop as Crop
from stftcli.features.steps.weighting import Weighting as Weighting
from stftcli.features.steps.mel import Mel as Mel
from stftcli.features.steps.chroma import Chroma as Chroma
from stftcli.features.steps.bands import Bands as Bands
from stftcli.features.steps.descriptors import Descriptors as Descriptors
from stftcli.features.steps.pcen import Pcen as Pcen
from stftcli.features.steps.linear import LinearFile as LinearFile
from stftcli.features.steps.linear import LinearOut as LinearOut
from stftcli.features.steps.log import Log as Log
from stftcli.features.steps.top_db import TopDb as TopDb
from stftcli.features.steps.dct import Dct as Dct
from stftcli.features.steps.energy import Energy as Energy
from stftcli.features.steps.standardize import Standardize as Standardize
from stftcli.features.steps.normalize import Normalize as Normalize
from stftcli.features.steps.deltas import Deltas as Deltas
from stftcli.features.steps.stats import Stats as Stats
# isort: on

STEPS: dict[str, type[Step]] = {kind.step: kind for kind in Step.__subclasses__()}
"""Every step by its name."""

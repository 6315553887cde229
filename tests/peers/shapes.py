"""What a peer takes and gives."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Waveform: TypeAlias = NDArray[np.float32]
"""Samples of one channel, from -1 to 1: (samples,)."""

Features: TypeAlias = NDArray[Any]
"""What a tool makes of them, time first: (frames, features)."""

Peer: TypeAlias = Callable[[Waveform, int], Features]
"""A tool: called with a waveform and its rate in Hz."""

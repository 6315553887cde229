"""Write presets.npz: what the tools that presets are named after give for half a second of sound.

Run from the root of the repository, with the oracles installed:
``python -m tests.golden.make_presets``.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.cli.computing import noisy_rise
from tests.peers import PEERS, RATES

FILE = Path(__file__).parent / "presets.npz"
SECONDS = 0.5

_EDGE_FRAMES = 3
_FRAME_STEP, _FEATURE_STEP = 4, 7
_WIDE = 200


def kept(features: NDArray[Any]) -> NDArray[Any]:
    """Give what is stored: frames at both ends, every fourth between, of wide ones some bins."""
    frames = np.arange(len(features))
    inner = (frames >= _EDGE_FRAMES) & (frames < len(frames) - _EDGE_FRAMES)
    rows = features[~inner | (frames % _FRAME_STEP == 0)]
    return np.asarray(rows[:, ::_FEATURE_STEP] if features.shape[1] > _WIDE else rows)


def stored(name: str) -> dict[str, NDArray[Any]]:
    """Give the arrays of one preset: the shape that its tool gives, and the values kept of it."""
    features = PEERS[name](noisy_rise(RATES[name], SECONDS), RATES[name])
    single = np.complex64 if np.iscomplexobj(features) else np.float32
    return {
        f"{name} shape": np.array(features.shape),
        f"{name} values": kept(features).astype(single),
    }


def main() -> None:
    """Write the file."""
    from stftcli.presets import preset_names

    arrays: dict[str, Any] = {}
    for name in preset_names():
        arrays |= stored(name)
    np.savez_compressed(FILE, **arrays)


if __name__ == "__main__":
    main()

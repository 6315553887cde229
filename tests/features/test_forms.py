"""Every step has a form for torch and ONNX, or says why it has none; without either of them."""

import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli import Extractor, MissingExtraError, Pcen, SettingsError
from stftcli.features.build import build_chain
from stftcli.features.form import Form, Projection
from stftcli.features.presets import load_preset
from stftcli.features.settings import FeatureSettings, Recipe
from stftcli.features.step import Step
from stftcli.features.steps import STEPS, Log, Mel
from stftcli.presets import preset_names
from tests.peers import RATES

BEFORE: dict[str, tuple[Step, ...]] = {
    "top_db": (Log("db"),),
    "dct": (Mel(40), Log("db")),
    "energy": (Mel(40), Log("db")),
}
"""What comes before a step that cannot stand alone."""

WITHOUT = {
    "descriptors": "zcr is no sum of values",
    "pool": "stretches of time",
    "background": "a percentile",
}
"""Why some have none, in their own words."""


def forms(*steps: Step) -> tuple[Form, ...]:
    settings = FeatureSettings(features=Recipe(steps=steps))
    return build_chain(settings, 16_000).forms()


def made(name: str) -> Step:
    """Give a step of each kind, with what it needs."""
    needed: dict[str, dict[str, Any]] = {"linear": {"file": "head.npz"}, "pool": {"period_s": 1.0}}
    return STEPS[name](**needed.get(name, {}))


@pytest.mark.parametrize("name", STEPS)
def test_of_every_step_or_why_not(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("head.npz", weight=np.ones((5, 1025)), bias=np.zeros(5))
    steps = (*BEFORE.get(name, ()), made(name))
    if name in WITHOUT:
        with pytest.raises(SettingsError, match=f"the step {name} has no form.*{WITHOUT[name]}"):
            forms(*steps)
        return
    form = forms(*steps)[-1]
    again = pickle.loads(pickle.dumps(form))
    assert type(again) is type(form)
    assert again.weights.keys() == form.weights.keys()
    assert form.learns is (name in {"pcen", "linear", "linear_out"})


@pytest.mark.parametrize("name", preset_names())
def test_of_every_preset(name: str) -> None:
    chain = build_chain(load_preset(name).settings, RATES[name])
    given = chain.forms()
    assert len(given) == len(chain.stages)
    for form, stage in zip(given, chain.stages, strict=True):
        assert isinstance(form, Projection) is (stage.linear is not None)


def test_of_pcen_has_its_numbers_as_weights() -> None:
    form = forms(Mel(40), Pcen(0.8, 10.0, 0.25, 0.4))[-1]
    frames = 0.4 * 16_000 / 512
    smoothing = (np.sqrt(1 + 4 * frames**2) - 1) / (2 * frames**2)
    got = {name: float(value) for name, value in form.weights.items()}
    assert got == pytest.approx({"gain": 0.8, "bias": 10, "power": 0.25, "smoothing": smoothing})


def test_without_torch_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("stftcli.torch")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match="torch"):
        Extractor(mel=40).to_torch(16_000)

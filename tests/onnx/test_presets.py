"""Every preset as a graph: the numbers of stftcli, sounds from 0.1 s to 60 s, alone and three."""

import numpy as np
import onnx
import pytest

from stftcli import Extractor
from stftcli.features.presets import load_preset
from stftcli.onnx.model import model_of
from stftcli.presets import preset_names
from tests.cli.computing import noisy_rise
from tests.onnx.running import features_of, graph_of
from tests.oracles.test_preset_oracles import LOG_LIMIT, SPEECH_LIMIT
from tests.peers import LOGARITHMIC, RATES

TWICE = {name: 2 * limit for name, limit in LOG_LIMIT.items()}
"""What logarithms may be off in noise: twice what a preset is held to against its tool."""

each_preset = pytest.mark.parametrize("name", preset_names())


def extractor_of(name: str) -> Extractor:
    own = load_preset(name).settings.signal.rate_hz is not None
    return Extractor.preset(name, **({} if own else {"rate": RATES[name]}))


def check(name: str, seconds: float, batch: int, log_limit: dict[str, float]) -> None:
    """Compare different sounds: logarithms within limits, other numbers by their peak."""
    extractor, rate_hz = extractor_of(name), RATES[name]
    rise = noisy_rise(rate_hz, seconds)
    sounds = np.array([rise, rise[::-1] / 3, np.roll(rise, 77) / 9], np.float32)[:batch]
    got, wanted = features_of(graph_of(extractor, rate_hz), sounds), extractor(sounds, rate_hz)
    assert got.shape == wanted.shape
    if name in LOGARITHMIC:
        np.testing.assert_allclose(got, wanted, rtol=0, atol=log_limit[name])
    else:
        assert np.abs(got - wanted).max() <= 1e-6 * np.abs(wanted).max()


@each_preset
def test_presets(name: str) -> None:
    check(name, 0.1, 3, TWICE)
    check(name, 1.7, 1, TWICE)


@pytest.mark.long
@each_preset
@pytest.mark.parametrize(("seconds", "batch"), [(60.0, 1), (10.0, 3)])
def test_long_sounds(name: str, seconds: float, batch: int) -> None:
    # A tone that rises for so long is far above some bands, as speech is.
    check(name, seconds, batch, SPEECH_LIMIT)


@each_preset
def test_graphs_are_small_and_of_standard_operators(name: str) -> None:
    extractor = extractor_of(name)
    model = model_of(extractor.chain(RATES[name]), {})
    onnx.checker.check_model(model, full_check=True)
    assert {(each.domain, each.version) for each in model.opset_import} == {("", 17)}
    assert {node.domain for node in model.graph.node} == {""}
    length = extractor.chain(RATES[name]).plan.filter_length
    assert len(model.SerializeToString()) < max(2e6, 5 * length * length)

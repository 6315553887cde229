"""The way back: settings with the numbers of a module as it has become, and a file of weights."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from stftcli.dsp.kernel import dft_kernel
from stftcli.errors import InputError, SettingsError
from stftcli.features.build import build_chain
from stftcli.features.builder import Stage
from stftcli.features.settings import FeatureSettings
from stftcli.features.step import Step
from stftcli.features.steps import LinearFile
from stftcli.files.distinct import Outputs
from stftcli.files.tensors import split_prefix, write_tensors
from stftcli.settings.frames import FrameSettings
from stftcli.torch.frontend import Frontend

State = dict[str, Tensor]


def learned_settings(module: nn.Module, weights: str | None) -> FeatureSettings:
    """Give settings whose numbers are those of a module as it is now.

    Parameters
    ----------
    module : Frontend
        Trained or not; compiled too.
    weights : str or None
        The file that takes its state dict, which the settings name where a kernel, a window or a
        Linear has learned.

    Returns
    -------
    FeatureSettings
        For the rate of the module. What has not learned is as it was.

    Raises
    ------
    InputError
        If a weight is NaN or infinite: it is named.
    SettingsError
        If this is no `Frontend`, a file is needed and not given, or a number that was learned is
        outside of what its step allows.
    """
    frontend = _frontend_of(module)
    settings, now = frontend.settings, _finite_state(frontend)
    rate_hz = settings.signal.rate_hz
    assert rate_hz is not None
    chain = build_chain(settings, rate_hz)
    then = Frontend(chain, freeze_parameters=frontend.stft.freeze_parameters).state_dict()
    learned = _learned_places(then, now)
    in_file = [place for place in learned if _is_matrix(frontend.get_submodule(place))]
    if in_file:
        _write(weights, now, in_file, settings)
    steps = [
        _learned_step(stage, step, f"{weights}:steps.{at}") if f"steps.{at}" in learned else None
        for at, (stage, step) in enumerate(zip(chain.stages, frontend.steps, strict=True))
    ]
    recipe = settings.features
    taken = tuple(new or old for new, old in zip(steps, recipe.steps, strict=True))
    settings = replace(settings, features=replace(recipe, steps=taken))
    if "stft" in learned:
        settings = _with_kernel(settings, f"{weights}:stft")
    build_chain(settings, rate_hz)  # so that what does not fit is said here
    return settings


def _frontend_of(module: nn.Module) -> Frontend:
    found = getattr(module, "_orig_mod", module)  # of torch.compile
    if not isinstance(found, Frontend):
        raise SettingsError(
            f"{type(found).__name__} is no stftcli.torch.Frontend: give the module that "
            "Extractor.to_torch made, as model.frontend"
        )
    return found


def _finite_state(frontend: Frontend) -> State:
    """Give its state dict on the CPU."""
    state = {name: tensor.detach().cpu() for name, tensor in frontend.state_dict().items()}
    for name, tensor in state.items():
        if not tensor.isfinite().all():
            raise InputError(
                f"{name} of the module holds NaN or infinite values: its training has diverged, "
                "take an earlier state"
            )
    return state


def _learned_places(then: State, now: State) -> list[str]:
    """Give what holds a weight that is not as it was: stft, or a step by its number."""
    changed = (
        name
        for name, tensor in now.items()
        if name not in then or not torch.equal(then[name].to(tensor), tensor)
    )
    return list(dict.fromkeys(name.rpartition(".")[0] for name in changed))


def _is_matrix(module: nn.Module) -> bool:
    """Say whether settings can only name a file of its weights."""
    return isinstance(module, nn.Linear) or hasattr(module, "kernel")


def _write(
    weights: str | None, state: State, learned: list[str], settings: FeatureSettings
) -> None:
    if weights is None:
        raise SettingsError(
            f"{', '.join(learned)} of the module learned, and settings name weights by their file: "
            "give one that takes them, as weights='learned.safetensors'"
        )
    Outputs(weights).check_inputs(*map(split_prefix, settings.files))
    if "stft.kernel" not in state:
        window = state["stft.window"]
        kernel = torch.from_numpy(dft_kernel(len(window), np.float64))
        state = {**state, "stft.kernel": kernel.to(window)}
    write_tensors(Path(weights), {name: _array(tensor) for name, tensor in state.items()})


def _array(tensor: Tensor) -> NDArray[Any]:
    # numpy has no bfloat16.
    return np.asarray(tensor.to(torch.promote_types(tensor.dtype, torch.float32)).numpy())


def _learned_step(stage: Stage, module: nn.Module, file: str) -> Step:
    if _is_matrix(module):
        return LinearFile(file)
    return stage.step.learned(stage, {name: one.item() for name, one in module.named_parameters()})


def _with_kernel(settings: FeatureSettings, file: str) -> FeatureSettings:
    default = FrameSettings()
    # The window stands beside the kernel.
    frames = replace(settings.frames, window=default.window, periodic=default.periodic)
    return replace(settings, frames=frames, features=replace(settings.features, kernel=file))

"""The way back: settings with the numbers of a module as it has become, and a file of weights."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
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
from stftcli.files.prefix import split_prefix
from stftcli.files.tensors import write_tensors
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
        The file that takes what has learned of kernel, window and Linears, by the names of the
        state dict; the settings name it. Where that fails it is left as it was.

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
    recipe, trained = settings.features, frontend.steps
    numbers = {
        at: _learned_step(chain.stages[at], trained[at])
        for at in range(len(trained))
        if f"steps.{at}" in learned and f"steps.{at}" not in in_file
    }
    steps = tuple(numbers.get(at, step) for at, step in enumerate(recipe.steps))
    settings = replace(settings, features=replace(recipe, steps=steps))
    if not in_file:
        build_chain(settings, rate_hz)  # so that what does not fit is said here
        return settings
    path = _checked_file(weights, in_file, frontend.settings)
    tensors = _of_places(in_file, now)
    _try(settings, in_file, tensors, path)
    write_tensors(path, tensors)
    return _naming(settings, in_file, str(weights))


def _frontend_of(module: nn.Module) -> Frontend:
    found = getattr(module, "_orig_mod", module)  # of torch.compile
    found = getattr(found, "module", found)  # of DataParallel and its like
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


def _checked_file(weights: str | None, learned: list[str], settings: FeatureSettings) -> Path:
    if weights is None:
        raise SettingsError(
            f"{', '.join(learned)} of the module learned, and settings name weights by their file: "
            "give one that takes them, as weights='learned.safetensors'"
        )
    Outputs(weights).check_inputs(*map(split_prefix, settings.files))
    return Path(weights)


def _of_places(places: list[str], state: State) -> dict[str, NDArray[Any]]:
    """Give the tensors of these places; beside a window that learned, the kernel too."""
    tensors = {name: one for name, one in state.items() if name.rpartition(".")[0] in places}
    if "stft" in places and "stft.kernel" not in tensors:
        window = tensors["stft.window"]
        kernel = torch.from_numpy(dft_kernel(len(window), np.float64))
        tensors["stft.kernel"] = kernel.to(window)
    return {name: _array(tensor) for name, tensor in tensors.items()}


def _try(
    settings: FeatureSettings, places: list[str], tensors: dict[str, NDArray[Any]], path: Path
) -> None:
    """Build what the settings will say, so that the file is not touched if it does not fit."""
    assert settings.signal.rate_hz is not None
    with TemporaryDirectory() as folder:
        trial = Path(folder, f"weights{path.suffix}")
        try:
            write_tensors(trial, tensors)
            build_chain(_naming(settings, places, str(trial)), settings.signal.rate_hz)
        except (InputError, SettingsError) as error:
            raise type(error)(str(error).replace(str(trial), str(path))) from None


def _array(tensor: Tensor) -> NDArray[Any]:
    # numpy has no bfloat16.
    return np.asarray(tensor.to(torch.promote_types(tensor.dtype, torch.float32)).numpy())


def _learned_step(stage: Stage, module: nn.Module) -> Step:
    return stage.step.learned(stage, {name: one.item() for name, one in module.named_parameters()})


def _naming(settings: FeatureSettings, places: list[str], file: str) -> FeatureSettings:
    """Give settings that take what lies at these places from a file."""
    recipe = settings.features
    steps = tuple(
        LinearFile(f"{file}:steps.{at}") if f"steps.{at}" in places else step
        for at, step in enumerate(recipe.steps)
    )
    settings = replace(settings, features=replace(recipe, steps=steps))
    return _with_kernel(settings, f"{file}:stft") if "stft" in places else settings


def _with_kernel(settings: FeatureSettings, file: str) -> FeatureSettings:
    default = FrameSettings()
    # The window stands beside the kernel.
    frames = replace(settings.frames, window=default.window, periodic=default.periodic)
    return replace(settings, frames=frames, features=replace(settings.features, kernel=file))

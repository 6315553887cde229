"""A Linear fitted to data that is larger than memory."""

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.linear import Linear
from stftcli.dsp.logistic import Round, fit_logistic
from stftcli.dsp.moments import Moments, Principal, principal_components, ridge
from stftcli.errors import InputError
from stftcli.files.atomic import all_or_nothing, atomic_write
from stftcli.files.layers import check_layer_name
from stftcli.files.prefix import split_prefix
from stftcli.files.tensors import open_tensors
from stftcli.frozen import Frozen
from stftcli.jobs.rows import Rows, gather
from stftcli.jobs.spool import Split, Spool, hold_out
from stftcli.pictures.formats import choose_format


class FitReport(Frozen):
    """How many frames a layer was fitted to, and the layer."""

    frames: int
    linear: Linear

    def __str__(self) -> str:
        return f"{self.linear}, fitted to {self.frames} frames"


def fit_pca(
    rows: Rows,
    output: str,
    components: int | None = None,
    *,
    whiten: bool = False,
    plot: str | None = None,
) -> tuple[FitReport, Principal]:
    """Fit principal components and write them as a Linear, the mean in its bias.

    Parameters
    ----------
    rows : Rows
        The data, gone through once.
    output : str
        File of the layer.
    components : int, optional
        How many are kept; all of them if None.
    whiten : bool, default False
        Scale each component to a variance of 1.
    plot : str, optional
        File of a picture of what they explain.

    Raises
    ------
    StftcliError
        Whatever is wrong with the inputs, the settings or the outputs.
    """
    picture_format = None if plot is None else choose_format(None, plot)
    rows.check_outputs(split_prefix(output), plot)
    check_layer_name(output, bias=True)
    moments: Moments | None = None
    for batch in gather(rows.batches()):
        moments = moments or Moments(batch.shape[1])
        moments.add(batch)
    if moments is None:
        raise InputError("the inputs hold no frames")
    principal = principal_components(moments, components, whiten=whiten)
    linear = Linear.from_weights(principal.weight, principal.bias)
    if plot is None or picture_format is None:
        linear.save(output)
    else:
        # Deferred: matplotlib takes half a second to import.
        from stftcli.pictures.charts import plot_variance

        with all_or_nothing():
            with atomic_write(plot) as file:
                plot_variance(file, picture_format, principal.ratio, title=PurePath(output).name)
            linear.save(output)
    return FitReport(moments.count, linear), principal


def fit_ridge(rows: Rows, targets: str, output: str, alpha: float = 1.0) -> FitReport:
    """Fit targets by regularised least squares and write the Linear that predicts them.

    Parameters
    ----------
    rows : Rows
        The data, gone through once.
    targets : str
        A .npy file of shape (frames, targets) or (frames,), a row for each row of the data.
    output : str
        File of the layer.
    alpha : float, default 1.0
        Weight of the L2 penalty.

    Raises
    ------
    StftcliError
        Whatever is wrong with the inputs, the targets, the settings or the output.
    """
    rows.check_outputs(split_prefix(output), inputs=[targets])
    check_layer_name(output, bias=True)
    wanted = _read_targets(targets)
    if wanted.ndim == 1:
        wanted = wanted[:, np.newaxis]
    moments: Moments | None = None
    seen = 0
    for batch in gather(rows.batches()):
        matching = wanted[seen : seen + len(batch)]
        seen += len(batch)
        if len(matching) == len(batch):
            moments = moments or Moments(batch.shape[1] + wanted.shape[1])
            moments.add(np.hstack((batch, matching)))
    if moments is None or seen != len(wanted):
        raise InputError(f"{targets} has {len(wanted)} rows, the inputs give {seen} frames")
    linear = Linear.from_weights(*ridge(moments, wanted.shape[1], alpha))
    linear.save(output)
    return FitReport(seen, linear)


class ClassReport(FitReport):
    """How a classifier was fitted; `accuracy` is None if nothing was held out."""

    rounds: int
    accuracy: float | None

    def __str__(self) -> str:
        held_out = "" if self.accuracy is None else f", held-out accuracy {self.accuracy:.1%}"
        return f"{super().__str__()} in {self.rounds} rounds{held_out}"


def fit_classes(
    rows: Rows,
    targets: str,
    output: str,
    *,
    alpha: float = 1.0,
    held_out: float = 0.1,
    max_rounds: int = 500,
    patience: int = 10,
    watch: Callable[[Round], None] = lambda _: None,
) -> ClassReport:
    """Fit a linear probe: class scores by multinomial logistic regression.

    Parameters
    ----------
    rows : Rows
        The data; it is kept in a temporary file, as it is gone through in every round.
    targets : str
        A .npy file of integer labels from 0 on, one for each row, or one for each input.
    output : str
        File of the layer; its outputs are the scores of the classes.
    alpha : float, default 1.0
        Weight of the L2 penalty.
    held_out : float, default 0.1
        Share of the rows that decide when to stop; 0: none.
    max_rounds, patience : int
        Rounds in all, and rounds without a better held-out accuracy, after which it ends.
    watch : callable
        Hears of every round.

    Raises
    ------
    StftcliError
        Whatever is wrong with the inputs, the targets, the settings or the output.
    """
    rows.check_outputs(split_prefix(output), inputs=[targets])
    check_layer_name(output, bias=True)
    labels = _read_labels(targets)
    spool = Spool(rows)
    if len(labels) == len(rows.inputs) != len(spool.rows):
        labels = np.repeat(labels, spool.counts)
    if len(labels) != len(spool.rows):
        raise InputError(
            f"{targets} has {len(labels)} labels: expected {len(spool.rows)} (one per frame) or "
            f"{len(rows.inputs)} (one per input)"
        )
    classes = int(labels.max()) + 1
    split = hold_out(spool.counts, held_out, labels)
    _check_classes(labels, split, classes, targets)
    moments = Moments(spool.rows.shape[1])
    for batch, _ in spool.batches(split.train, labels):
        moments.add(batch)
    history: list[Round] = []

    def note(done: Round) -> None:
        history.append(done)
        watch(done)

    weight, bias = fit_logistic(
        lambda: spool.batches(split.train, labels),
        (lambda: spool.batches(split.held_out, labels)) if split.held_out else None,
        moments,
        classes,
        alpha=alpha,
        max_rounds=max_rounds,
        patience=patience,
        watch=note,
    )
    linear = Linear.from_weights(weight, bias)
    linear.save(output)
    best = max((done.accuracy for done in history if done.accuracy is not None), default=None)
    return ClassReport(len(spool.rows), linear, len(history), best)


def _read_targets(path: str) -> NDArray[Any]:
    with open_tensors(Path(path)) as tensors:
        targets = tensors.read(tensors.names[0])
    if targets.ndim not in (1, 2) or not targets.size:
        raise InputError(f"{path} has shape {targets.shape}: it must be (frames, targets)")
    if not np.isfinite(targets).all():
        raise InputError(f"{path} holds NaN or infinite values")
    return targets


def _read_labels(path: str) -> NDArray[Any]:
    labels = _read_targets(path)
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise InputError(
            f"{path} holds {labels.dtype} of shape {labels.shape}: labels are one axis of whole "
            "numbers from 0 on"
        )
    return labels


def _check_classes(labels: NDArray[Any], split: Split, classes: int, targets: str) -> None:
    if classes > len(labels):
        raise InputError(f"{targets} names class {classes - 1}, and there are {len(labels)} frames")
    learned = [labels[first:last] for first, last in split.train]
    counts = np.bincount(np.concatenate([*learned, labels[:0]]), minlength=classes)
    if missing := np.flatnonzero(counts == 0).tolist():
        raise InputError(
            f"{targets}: class {missing[0]} of 0 to {classes - 1} has no frames to learn from; "
            "number the classes without gaps, or give `held_out=0`"
        )

"""How features change from frame to frame, by regression over the frames around each."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from stftcli.dsp.tensors import Tensors, Value
from stftcli.features.form import Form, Sound, Weights
from stftcli.features.operations import Batch, Batches, FrameOperation
from stftcli.features.step import AT_THE_END, Names, Step
from stftcli.settings.kinds import Whole
from stftcli.settings.option import Option
from stftcli.settings.record import check_between

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage

MAX_WINDOW = 1000
_PREFIXES = ("", "delta_", "delta2_")


class Deltas(Step):
    """Append regression deltas of the features, and with order 2 those of the deltas."""

    step = "deltas"
    order: int = 1
    window: int = 2

    before = AT_THE_END
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "deltas",
            Whole(0, 2, "0|1|2"),
            "Append deltas, and with 2 those of the deltas.",
            "order",
            makes=True,
            removed_by=0,
        ),
        Option(
            "delta_window",
            Whole(1, MAX_WINDOW),
            "Frames on either side that a delta takes in.",
            "window",
            default="2",
        ),
    )

    def __post_init__(self) -> None:
        check_between("order", self.order, 1, 2)  # as an option, 0 takes the step away
        super().__post_init__()

    def feature_names(self, before: Names) -> Names:
        """Name the features again, once for each order."""
        return tuple(f"{prefix}{name}" for prefix in _PREFIXES[: self.order + 1] for name in before)

    def build(self, builder: "Builder") -> None:
        """Filter the stream of frames."""
        builder.stream(partial(add_deltas, order=self.order, window=self.window))
        before = builder.axis
        per_frame = ("/frame", "/frame²")[: self.order]
        changes = before.units_of("std")
        units = (*before.units, *(unit and unit + per for per in per_frame for unit in changes))
        axis = before.renamed(
            self.feature_names(before.names), before.label, units=units, first=before.first
        )
        builder.become(axis, "the deltas")

    def undo(self, stage: "Stage") -> FrameOperation:
        """Leave them out."""
        return partial(first_features, count=len(stage.before.names))

    def form(self, stage: "Stage") -> Form:  # noqa: ARG002
        """Filter the frames of each sound."""
        return DeltasForm(tuple(_filters(self.order, self.window)[1:]))


def first_features(batch: Batch, count: int) -> Batch:
    """Give the first features alone."""
    return batch[..., :count]


def add_deltas(batches: Batches, order: int, window: int = 2) -> Batches:
    """Append deltas to the features, and with order 2 the deltas of those.

    The delta of a feature c is its slope over the frames around t,
    ``d_t = sum_n n (c_{t+n} - c_{t-n}) / (2 sum_n n^2)``, n = 1 .. window (S. Young et al., "The
    HTK Book", section 5.9). The filter of order 2 is that of order 1 convolved with itself, and
    beyond both ends the first or last frame of the features themselves is repeated, as Kaldi's
    add-deltas has it.

    Parameters
    ----------
    batches : iterator of ndarray, shape (any, [channels,] features)
        Neighbouring frames of one sound, in order.
    order : {1, 2}
        How often the difference is taken.
    window : int, default 2
        Frames on either side that a delta looks at.

    Yields
    ------
    ndarray, shape (some, [channels,] (order + 1) * features)
        As many frames in all, of the same type: features, deltas, deltas of deltas. They lag
        ``order * window`` frames behind, and twice as many are remembered.
    """
    import numpy as np

    filters, reach = _filters(order, window), order * window
    kept: Batch | None = None
    for batch in batches:
        if not len(batch):
            continue
        before = np.repeat(batch[:1], reach, axis=0) if kept is None else kept
        joined = np.concatenate((before, batch))
        kept = joined[-2 * reach :].copy()
        if len(joined) > 2 * reach:
            yield _filtered(joined, filters, reach)
    if kept is not None:
        after = np.repeat(kept[-1:], reach, axis=0)
        yield _filtered(np.concatenate((kept, after)), filters, reach)


def _filters(order: int, window: int) -> list[list[float]]:
    import numpy as np

    slope = np.arange(-window, window + 1) / (2 * sum(n * n for n in range(1, window + 1)))
    filters = [np.ones(1)]
    for _ in range(order):
        filters.append(np.convolve(filters[-1], slope))
    # Plain numbers, so that float32 stays float32.
    return [weights.tolist() for weights in filters]


def _filtered(joined: Batch, filters: list[list[float]], reach: int) -> Batch:
    import numpy as np

    frames, features = len(joined) - 2 * reach, joined.shape[-1]
    shape = (frames, *joined.shape[1:-1], len(filters) * features)
    out = np.zeros(shape, joined.dtype)
    for number, weights in enumerate(filters):
        part = out[..., number * features : (number + 1) * features]
        first = reach - len(weights) // 2
        for shift, weight in enumerate(weights, first):
            if weight:
                part += weight * joined[shift : shift + frames]
    return out


class DeltasForm(Form):
    """What `add_deltas` does."""

    filters: tuple[list[float], ...]

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Append the deltas of each order."""
        return t.join([x, *(sound.filtered(x, each) for each in self.filters)])

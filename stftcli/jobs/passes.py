"""What is done with all the frames of a sound, batch after batch, beyond one frame at a time."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.stages import Stage, run_stages
from stftcli.dsp.whole import WholeFileStep
from stftcli.files.temporary import temp_space_errors, temporary_file

Batch = NDArray[Any]
Batches = Iterator[Batch]
Pass = Callable[[Batches], Batches]


def each_batch(stage: Stage) -> Pass:
    """Make a pass of a stage that works on each frame alone."""
    return partial(map, partial(_staged, stage))


def _staged(stage: Stage, batch: Batch) -> Batch:
    return run_stages((stage,), batch)


def second_pass(make_step: Callable[[], WholeFileStep]) -> Pass:
    """Make a pass of a step over the whole file, which waits on disk meanwhile.

    `make_step` is called for each file.
    """

    def run(batches: Batches) -> Batches:
        step = make_step()
        with temp_space_errors(), temporary_file() as spool:
            shape: tuple[int, ...] = ()
            dtype = np.dtype(np.float32)
            for batch in batches:
                step.observe(batch)
                spool.write(np.ascontiguousarray(batch).data)
                shape, dtype = shape or batch.shape, batch.dtype
            spool.seek(0)
            frame_bytes = dtype.itemsize * int(np.prod(shape[1:]))
            while shape and (content := spool.read(shape[0] * frame_bytes)):
                # A copy, for bytes cannot be overwritten.
                yield step.apply(np.frombuffer(content, dtype).reshape(-1, *shape[1:]).copy())

    return run


def without_last(batches: Batches) -> Batches:
    """Leave out the last frame."""
    waiting: Batch | None = None
    for batch in batches:
        if waiting is not None:
            yield waiting
        waiting = batch
    if waiting is not None and len(waiting) > 1:
        yield waiting[:-1]

"""Pixels as an artist of matplotlib, put onto the figure as they are."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from numpy.typing import NDArray


class Pixels(Artist):
    """Colours that become pixels of the figure one by one.

    matplotlib's own images are resampled to the axes, which takes 80 MB and moves edges.

    Parameters
    ----------
    axes : Axes
        Where they are drawn; its box has to lie on whole pixels.
    colours : ndarray of uint8, shape (height, width, 3)
        The lowest row first.
    corner : (float, float)
        Where the lower left corner of the first one lies, in the data of the axes.
    """

    def __init__(self, axes: Axes, colours: NDArray[np.uint8], corner: tuple[float, float]) -> None:
        super().__init__()
        self._corner = corner
        self._colours = np.full((*colours.shape[:2], 4), 255, np.uint8)
        self._colours[..., :3] = colours
        self.set_zorder(0)
        axes.add_artist(self)

    def draw(self, renderer: RendererBase, *_: Any, **__: Any) -> None:
        """Draw them."""
        assert self.axes is not None
        left, bottom = self.axes.transData.transform(self._corner)
        context = renderer.new_gc()
        # What matplotlib computes of whole pixels may lie a little below them.
        renderer.draw_image(context, round(left, 3), round(bottom, 3), self._colours)
        context.restore()

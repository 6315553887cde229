"""The linear layer, the one projection of stftcli."""

import os
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from stftcli.dsp.bands import Row, band_blocks, dense, row_blocks
from stftcli.dsp.checks import Reals, check_device, check_out, finite_array, real_array, real_dtype
from stftcli.dsp.rows import dense_blocks, multiply
from stftcli.errors import InputError, SettingsError
from stftcli.settings.memory import check_memory
from stftcli.settings.record import check_size

_WEIGHT_BYTES = 20
"""That a weight takes while a layer is drawn: as drawn, as kept, and as it is multiplied."""


class Linear:
    """Linear layer on the last axis: ``y = x A^T + b``.

    Parameters
    ----------
    in_features, out_features : int
        Lengths of the last axis of the input and of the output.
    bias : bool, default True
        Whether b is there.
    device : {None, "cpu"}, optional
        Where the layer lives; numpy has nothing but the CPU.
    dtype : {"float32", "float64"}, optional
        Precision of the weights and of the result; float32 if None.
    seed : int, optional
        Seed of the initialisation; the same seed gives the same weights.

    Attributes
    ----------
    weight : ndarray, shape (out_features, in_features)
        The matrix A. It is read-only; assign an array of the same shape to replace it.
    bias : ndarray, shape (out_features,), or None
        The vector b, replaced likewise.

    Raises
    ------
    SettingsError
        If a value is outside what is allowed; the message names it.

    Notes
    -----
    Weight and bias are drawn uniformly from (-sqrt(k), sqrt(k)), k = 1 / in_features, as
    torch.nn.Linear does it (with numpy's generator, so the same seed gives other numbers there).
    Where the rows of the weight touch few of its columns, as those of a mel bank do, only these are
    multiplied.

    A row of the result depends on its row of the input alone, to the last bit, and not on how many
    rows are projected with it.

    Examples
    --------
    >>> import numpy as np
    >>> from stftcli import Linear
    >>> layer = Linear.from_weights([[0.4956, -0.0664, -0.5577]], [0.2490])
    >>> layer(np.arange(12, dtype=np.float32).reshape(2, 2, 3)).round(4)
    array([[[-0.9328],
            [-1.3183]],
    <BLANKLINE>
           [[-1.7038],
            [-2.0893]]], dtype=float32)
    """

    _weight: Reals | None
    _rows: tuple[Row, ...]

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: str | None = None,
        dtype: DTypeLike | None = None,
        *,
        seed: int | None = None,
    ) -> None:
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            check_size(name, size)
        check_device(device, "torch.nn.Linear (Extractor.to_torch makes one)")
        self.in_features, self.out_features = in_features, out_features
        self.dtype = real_dtype(dtype)
        check_memory(
            _WEIGHT_BYTES * in_features * out_features,
            f"a Linear of {out_features} outputs of {in_features} inputs",
            "give fewer",
        )
        if seed is not None and seed < 0:
            raise SettingsError(f"`seed` is {seed}: it must be 0 or more")
        generator = np.random.default_rng(seed)
        bound = in_features**-0.5
        self.weight = generator.uniform(-bound, bound, (out_features, in_features))
        self.bias = generator.uniform(-bound, bound, out_features) if bias else None

    @classmethod
    def from_weights(
        cls, weight: ArrayLike, bias: ArrayLike | None = None, dtype: DTypeLike | None = None
    ) -> Self:
        """Make a layer of given weights.

        Parameters
        ----------
        weight : array_like, shape (out_features, in_features)
            The matrix A.
        bias : array_like, shape (out_features,), optional
            The vector b.
        dtype : {"float32", "float64"}, optional
            Precision; float32 if None.

        Raises
        ------
        SettingsError
            If the shapes do not fit or a value is not finite.
        """
        shape = real_array(weight, "weight").shape
        if len(shape) != 2 or 0 in shape:
            raise SettingsError(
                f"the weight has shape {shape}: it must be (out_features, in_features), not empty"
            )
        layer = cls.__new__(cls)
        layer.out_features, layer.in_features = shape
        layer.dtype = real_dtype(dtype)
        layer.weight = weight
        layer.bias = bias
        return layer

    @classmethod
    def from_rows(
        cls, rows: Sequence[Row], in_features: int, dtype: DTypeLike | None = None
    ) -> Self:
        """Make a layer without a bias, of rows that touch few columns.

        It computes what `from_weights` would, and needs a fraction of the memory: the weight is
        made as a whole only where somebody asks for it.

        Parameters
        ----------
        rows : sequence of Row
            What of the weight is not zero.
        in_features : int
            Number of columns.
        dtype : {"float32", "float64"}, optional
            Precision; float32 if None.
        """
        layer = cls.__new__(cls)
        layer.out_features, layer.in_features = len(rows), in_features
        layer.dtype, layer.bias = real_dtype(dtype), None
        layer._rows, layer._weight = tuple(rows), None
        layer._blocks, layer._banded = row_blocks(rows, layer.dtype), True
        return layer

    @property
    def weight(self) -> Reals:
        """The matrix A, shape (out_features, in_features), read-only."""
        if self._weight is None:
            weight = dense(self._rows, self.in_features)
            self._weight = self._checked("weight", weight, weight.shape)
        return self._weight

    @weight.setter
    def weight(self, values: ArrayLike) -> None:
        weight = self._checked("weight", values, (self.out_features, self.in_features))
        self._weight, self._rows = weight, ()
        banded = band_blocks(weight)
        self._banded = banded is not None
        # Products with contiguous blocks are up to twice as fast.
        self._blocks = tuple(
            block._replace(transposed=np.ascontiguousarray(block.transposed))
            for block in banded or dense_blocks(weight)
        )

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that it was made of; none if it was made of a whole weight."""
        return self._rows

    @property
    def bias(self) -> Reals | None:
        """The vector b, shape (out_features,), read-only, or None."""
        return self._bias

    @bias.setter
    def bias(self, values: ArrayLike | None) -> None:
        self._bias = None if values is None else self._checked("bias", values, (self.out_features,))

    @property
    def banded(self) -> bool:
        """Whether the rows of the weight touch so few columns that only these are multiplied."""
        return self._banded

    def __reduce__(self) -> tuple[Any, ...]:
        # The blocks are made again, laid out as they were so that no bit changes, and the arrays
        # are read-only again.
        if self._rows and self._bias is None:
            return type(self).from_rows, (self._rows, self.in_features, self.dtype)
        return type(self).from_weights, (self.weight, self._bias, self.dtype)

    def __str__(self) -> str:
        return f"{self.out_features} outputs of {self.in_features} inputs"

    def __repr__(self) -> str:
        return (
            f"Linear(in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}, dtype={self.dtype})"
        )

    def __call__(self, x: ArrayLike, out: Reals | None = None) -> Reals:
        """Project the last axis.

        Parameters
        ----------
        x : array_like, shape (..., in_features)
            Real values; the leading axes may be any number, and empty.
        out : ndarray, shape (..., out_features), optional
            A contiguous array of the layer's `dtype` that takes the result.

        Returns
        -------
        ndarray, shape (..., out_features)
            ``x A^T + b`` in the layer's `dtype`.

        Raises
        ------
        SettingsError
            If x is not real, its last axis not in_features long, or `out` does not fit.
        """
        values = real_array(x, "input")
        if values.ndim == 0 or values.shape[-1] != self.in_features:
            given = "no axis" if values.ndim == 0 else f"a last axis of {values.shape[-1]}"
            raise SettingsError(f"the input has {given}, the Linear takes {self.in_features}")
        shape = (*values.shape[:-1], self.out_features)
        if out is None:
            out = np.empty(shape, self.dtype)
        else:
            check_out(out, shape, self.dtype)
            if np.may_share_memory(values, out):
                raise SettingsError("out is the input's own memory: give another array")
        if values.size:
            rows = np.ascontiguousarray(values.reshape(-1, self.in_features), self.dtype)
            product = out.reshape(-1, self.out_features)
            multiply(self._blocks, rows, product)
            if self._bias is not None:
                product += self._bias
        return out

    @classmethod
    def load(cls, file: str | os.PathLike[str], dtype: DTypeLike | None = None) -> Self:
        """Read a layer from a file.

        Parameters
        ----------
        file : str or path
            A .npz or .safetensors file with torch's names (weight, bias), or a .npy file that is
            the weight. ``FILE:PREFIX`` picks one layer of several, as in
            ``model.safetensors:encoder.proj``.
        dtype : {"float32", "float64"}, optional
            Precision of the layer; None keeps float64 and makes float32 of all else.

        Raises
        ------
        InputError
            If the file cannot be read or holds no usable weights. Pickles are never opened.
        SettingsError
            If the prefix is missing or names no layer; the layers that are there are listed.
        """
        from stftcli.files.layers import read_layer

        weight, bias = read_layer(file)
        if dtype is None and weight.dtype == np.float64:
            dtype = np.float64
        try:
            return cls.from_weights(weight, bias, dtype)
        except SettingsError as error:
            raise InputError(f"{os.fspath(file)}: {error}") from None

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write the layer; the ending decides how, the prefix is as for `load`.

        Parameters
        ----------
        file : str or path
            Ends in .npz, .safetensors, or .npy (the weight alone, so not with a bias).

        Raises
        ------
        SettingsError
            If the ending is another, or a bias would be lost.
        OutputError
            If the file cannot be written.
        """
        from stftcli.files.layers import write_layer

        write_layer(file, self.weight, self._bias)

    def _checked(self, name: str, values: ArrayLike, shape: tuple[int, ...]) -> Reals:
        checked = finite_array(values, name, self.dtype)
        if checked.shape != shape:
            raise SettingsError(f"the {name} has shape {checked.shape}: it must be {shape}")
        checked.setflags(write=False)
        return checked

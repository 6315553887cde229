"""The Extractor: settings in, a callable out. Every command and every call computes through it."""

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stftcli.errors import SettingsError
from stftcli.features.chain import Chain, always
from stftcli.features.configured import Configured
from stftcli.features.parallel import choose_threads
from stftcli.features.telling import warn_caller
from stftcli.features.waveform import as_signals

if TYPE_CHECKING:
    import torch

    from stftcli.torch import Frontend

Features = NDArray[np.inexact[Any]]


class Extractor(Configured):
    """Turns sound into features, by the same settings and to the same bytes as the commands.

    Parameters
    ----------
    settings : FeatureSettings, optional
        What the options change; the defaults if None.
    steps : sequence of Step, optional
        The steps from the spectrum to the features, exactly: ``[Mel(80), Log("db"), Dct(13)]``.
    **options
        What the command line takes, with ``_`` for ``-``: ``n_fft="25ms"``, ``hop_length="10ms"``,
        ``mel=80``, ``log="db"``, ``spectrum="power"``, ``rate=16000`` and all others that
        ``stftcli features --help all`` lists. A flag is True or False, None is as if not given.
        ``linear`` and ``log`` are applied in the order in which they stand; a list gives several.
        ``start``, ``duration``, ``segment_padding``, ``channel`` and ``time_origin`` are of files:
        an array is used as it is.

    Attributes
    ----------
    settings : FeatureSettings
        All that decides the numbers.

    Raises
    ------
    SettingsError
        If an option is unknown, its value is not allowed, or two do not fit each other.

    See Also
    --------
    STFT : The transform alone. Linear : The projection alone.

    Notes
    -----
    An Extractor can be pickled and used by several threads and processes at once. What it needs
    for a sample rate is built at the first call with that rate and kept.

    Examples
    --------
    >>> import numpy as np
    >>> from stftcli import Extractor
    >>> waveform = np.sin(np.arange(16000, dtype=np.float32) / 5)
    >>> whisper = Extractor.preset("whisper")
    >>> whisper(waveform, 16000).shape
    (100, 80)
    >>> mfcc = Extractor(n_fft="25ms", hop_length="10ms", mfcc=13)
    >>> mfcc(waveform, 16000).shape, mfcc.names[:2]
    ((101, 13), ('mfcc_0', 'mfcc_1'))
    """

    def __call__(self, waveform: ArrayLike, rate_hz: int, *, threads: int | None = 1) -> Features:
        """Compute the features of whole signals.

        Parameters
        ----------
        waveform : array_like, shape (..., samples)
            Signals along the last axis, full scale being 1. Integers of 16 or 32 bits and unsigned
            ones of 8 are scaled to that, as they are when read from a file.
        rate_hz : int
            Samples per second.
        threads : int, default 1
            Threads that compute; they change no bit.

        Returns
        -------
        ndarray, shape (..., frames, features)
            float32, or what `dtype` and a complex spectrum make of it. Each signal is treated by
            itself, its loudest value and its statistics too.

        Raises
        ------
        InputError
            If the waveform is empty, not finite, or not real numbers; or the settings are for
            another rate.
        SettingsError
            If the settings do not fit each other at this rate.
        """
        chain, threads = self._told(rate_hz), choose_threads(threads)
        nonfinite = chain.settings.signal.nonfinite
        signals = as_signals(waveform, chain.framewise.stft.dtype, nonfinite=nonfinite)
        if signals.ndim == 1:
            return self._whole(chain, signals, threads)
        *leading, samples = signals.shape
        rows = [self._whole(chain, one, threads) for one in signals.reshape(-1, samples)]
        shape = rows[0].shape if rows else (chain.rows(samples), chain.features)
        return np.array(rows, chain.stored_dtype).reshape(*leading, *shape)

    def stream(self, blocks: Iterable[ArrayLike], rate_hz: int) -> Iterator[Features]:
        """Compute the features of one signal that arrives in blocks.

        Parameters
        ----------
        blocks : iterable of array_like, shape (any,)
            The signal, in pieces of any length.
        rate_hz : int
            Samples per second.

        Returns
        -------
        iterator of ndarray, shape (some, features)
            Frames in order, each as soon as its last sample is there; steps that look ahead or at
            the whole signal wait for what they need. Together they are what the whole gives, to
            the last bit.

        Raises
        ------
        InputError, SettingsError
            As from calling it.
        """
        if hasattr(blocks, "ndim"):
            raise SettingsError(
                "a stream takes blocks, one after another: give [waveform], or call the Extractor"
            )
        chain = self._told(rate_hz)
        dtype, nonfinite = chain.framewise.stft.dtype, chain.settings.signal.nonfinite

        def signals() -> Iterator[NDArray[Any]]:
            for block in blocks:
                signal = as_signals(block, dtype, empty=True, nonfinite=nonfinite)
                if signal.ndim != 1:
                    raise SettingsError(
                        f"a stream is one signal: a block of shape {signal.shape} was given"
                    )
                yield signal[np.newaxis]

        return chain.stored(chain.batches(signals(), pauses=always))

    def file(
        self,
        file: str | PathLike[str] | IO[bytes],
        *,
        threads: int | None = None,
        strict: bool = False,
    ) -> Features:
        """Compute the features of a sound file.

        Parameters
        ----------
        file : str, path or binary file
            What `stftcli features` reads; "-" is standard input.
        threads : int, optional
            Threads that compute; None for two where there are as many processors.
        strict : bool, default False
            Whether a sound that ends early, or goes on beyond its header, is an error; else it is a
            warning.

        Returns
        -------
        ndarray, shape (frames, features), or (frames, channels, features) for several channels
            The values of the command's array, frames first whatever `layout` says.

        Raises
        ------
        StftcliError
            Whatever is wrong with the file or the settings.
        """
        from stftcli.jobs.stream import features_of_file

        return features_of_file(file, self, choose_threads(threads), strict=strict)

    def batch(
        self, waveforms: Sequence[ArrayLike], rate_hz: int, *, threads: int | None = 1
    ) -> tuple[Features, NDArray[np.int64]]:
        """Compute the features of several signals, padded with zeros to one array.

        Parameters
        ----------
        waveforms : sequence of array_like, shape (samples,)
            The signals, each of its own length.
        rate_hz : int
            Samples per second.
        threads : int, default 1
            Threads that compute.

        Returns
        -------
        features : ndarray, shape (signals, longest, features)
            Zeros behind the frames of each.
        lengths : ndarray of int64, shape (signals,)
            How many frames each of them has.

        Raises
        ------
        InputError, SettingsError
            As from calling it.
        """
        chain = self._told(rate_hz)
        rows = [self(waveform, rate_hz, threads=threads) for waveform in waveforms]
        if any(row.ndim != 2 for row in rows):
            raise SettingsError("a batch is of signals of one axis: give their channels one by one")
        lengths = np.array([len(row) for row in rows], np.int64)
        shape = (len(rows), int(lengths.max(initial=0)), chain.features)
        padded = np.zeros(shape, chain.stored_dtype)
        for target, row in zip(padded, rows, strict=True):
            target[: len(row)] = row
        return padded, lengths

    def inverse(
        self,
        features: ArrayLike,
        rate_hz: int,
        *,
        length: int | None = None,
        griffin_lim: int | None = None,
        seed: int = 0,
    ) -> Features:
        """Give the signals of complex spectra, or of other features signals that have them.

        Parameters
        ----------
        features : array_like, shape (..., frames, features)
            As calling the Extractor gives them.
        rate_hz : int
            Samples per second, of what was cut into frames.
        length : int, optional
            Number of samples; what the frames fill for certain if None.
        griffin_lim : int, optional
            Rounds that find a phase where it was lost; 32 are usual.
        seed : int, default 0
            Of the phases that these begin with.

        Returns
        -------
        ndarray, shape (..., samples)
            The signals, full scale being 1.

        Raises
        ------
        InputError, SettingsError
            If the shape does not fit, or a step cannot be undone: it is named.
        """
        from stftcli.features.inverse import signals_of

        chain = self.chain(rate_hz)
        return signals_of(chain, features, length, griffin_lim=griffin_lim, seed=seed)

    def to_torch(
        self,
        rate_hz: int,
        *,
        freeze_parameters: bool = True,
        device: "torch.device | str | None" = None,
    ) -> "Frontend":
        """Make the same as a module of torch, which trains, for sound of one rate.

        Parameters
        ----------
        rate_hz : int
            Samples per second.
        freeze_parameters : bool, default True
            False: the window and the kernel of the STFT learn, as Linears and PCEN always may.
        device : torch.device or str, optional
            Where it computes.

        Returns
        -------
        stftcli.torch.Frontend
            Called with waveforms of shape (..., samples), it gives features of shape (..., frames,
            features); with ``lengths`` of a padded batch, also how many rows each has.

        Raises
        ------
        MissingExtraError
            If there is no torch.
        InputError, SettingsError
            As from calling it; or a step has no form for torch: it is named. Or the STFT is to
            learn, and the spectrum is none of a learned one.
        """
        from stftcli.torch import Frontend

        return Frontend(self._told(rate_hz), freeze_parameters=freeze_parameters, device=device)

    @classmethod
    def from_torch(cls, module: "torch.nn.Module", weights: str | None = None) -> Self:
        """Make the Extractor with the numbers of a trained module.

        Parameters
        ----------
        module : stftcli.torch.Frontend
            What `to_torch` made, as it is now; it may be compiled.
        weights : str, optional
            A file (.safetensors, .npz, .pt) for what has learned of kernel, window and Linears,
            which the settings then name. Numbers such as PCEN's stand in the settings themselves.

        Raises
        ------
        InputError
            If a weight is NaN or infinite: it is named.
        SettingsError
            If it is another module, `weights` is needed and missing, or a number that was learned
            is outside of what its step allows.
        OutputError
            If the file cannot be written.
        """
        from stftcli.torch.learned import learned_settings

        return cls(learned_settings(module, weights))

    def _told(self, rate_hz: int) -> Chain:
        """Give the chain, and warn of what the user should know when it is built."""
        known = len(self._chains)
        chain = self.chain(rate_hz)
        if len(self._chains) != known:
            for text in chain.warnings:
                warn_caller(text)
        return chain

    def _whole(self, chain: Chain, signal: NDArray[Any], threads: int) -> Features:
        batches = list(chain.stored(chain.batches([signal[np.newaxis]], threads=threads)))
        if len(batches) == 1:
            return batches[0]
        if not batches:
            return np.empty((0, chain.features), chain.stored_dtype)
        return np.concatenate(batches)

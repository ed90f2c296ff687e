"""What a training run leaves behind, and what it tells while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpdocs._checks import require_instance
from bpdocs.network import Network


@dataclass(frozen=True, eq=False)
class Progress:
    """Where a training run stands, after a step; what a callback receives.

    Attributes
    ----------
    step, n_steps : int
        The number of this step, from 1, and of all steps that are planned.
    epoch, n_epochs : int
        The number of this epoch, from 1, and of all.
    loss : float
        The loss of the step's batch before the step.
    network : Network
        After the step.

    Examples
    --------
    >>> import numpy as np
    >>> from bpdocs import SGD, Network, half_squared_error, train
    >>> rng = np.random.default_rng(0)
    >>> network = Network.from_sizes([1, 1], ["identity"], rng=rng)
    >>> X = np.ones((1, 3))
    >>> def tell(progress):
    ...     print(progress.step, "of", progress.n_steps)
    >>> plan = {"loss": half_squared_error, "optimizer": SGD(0.1), "n_epochs": 1, "batch_size": 2}
    >>> _, history = train(network, X, X, **plan, rng=rng, callback=tell)
    1 of 2
    2 of 2
    """

    step: int
    n_steps: int
    epoch: int
    n_epochs: int
    loss: float
    network: Network


@dataclass(frozen=True, eq=False)
class History:
    """The losses of a training run, as plain arrays.

    Attributes
    ----------
    step_loss : ndarray of shape (n_steps,), of float64
        The loss of each step's batch, a mean over its samples, before the step.
    step_size : ndarray of shape (n_steps,), of int64
        The number of samples in each batch.
    step_epoch : ndarray of shape (n_steps,), of int64
        The number of the epoch that each step belongs to, from 1.
    stopped : str or None
        Why training stopped before its end, in a sentence; None if it did not.

    Examples
    --------
    Two batches of an epoch, of three samples and of one; the epoch's loss is (3 · 1 + 1 · 5) / 4:

    >>> history = History.of_steps([(1.0, 3, 1), (5.0, 1, 1)])
    >>> history.epoch_loss
    array([2.])
    """

    step_loss: np.ndarray
    step_size: np.ndarray
    step_epoch: np.ndarray
    stopped: str | None = None

    @classmethod
    def of_steps(
        cls, steps: Sequence[tuple[float, int, int]], stopped: str | None = None
    ) -> "History":
        """Return the history of steps, each given by its loss, batch size and epoch.

        Parameters
        ----------
        steps : sequence of (float, int, int)
            In their order; there may be none.
        stopped : str or None
            Why there are no more.

        Returns
        -------
        History
            The same, as arrays.

        Raises
        ------
        TypeError
            If `steps` is not a sequence of triples.
        """
        require_instance("History.of_steps", "steps", steps, Sequence)
        for step in steps:
            if not isinstance(step, tuple) or len(step) != 3:
                raise TypeError(
                    f"History.of_steps: steps must be triples of loss, size and epoch, got {step!r}"
                )
        losses, sizes, epochs = zip(*steps, strict=True) if steps else ((), (), ())
        return cls(
            np.array(losses, np.float64),
            np.array(sizes, np.int64),
            np.array(epochs, np.int64),
            stopped,
        )

    @property
    def epoch(self) -> np.ndarray:
        """The numbers of the epochs, from 1, of shape (n_epochs,)."""
        return np.unique(self.step_epoch)

    @property
    def epoch_loss(self) -> np.ndarray:
        """The loss of each epoch, a mean over its samples, of shape (n_epochs,).

        A smaller last batch counts by its size. The parameters change during an epoch, so this is
        not the loss of any one network. Of an epoch that was stopped, it is that of what was seen.
        """
        _, row = np.unique(self.step_epoch, return_inverse=True)
        return np.bincount(row, self.step_loss * self.step_size) / np.bincount(row, self.step_size)

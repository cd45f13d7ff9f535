"""Lightning, imported so that it works beside any torchvision and keeps to what matters."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pyojeong.vision import vision

# torchmetrics, which Lightning imports, imports torchvision; this makes sure that it can.
vision()

from lightning.fabric.utilities.exceptions import MisconfigurationException  # noqa: E402
from lightning.pytorch import LightningDataModule, LightningModule, Trainer  # noqa: E402
from lightning.pytorch.callbacks import Checkpoint  # noqa: E402

__all__ = [
    "Checkpoint",
    "LightningDataModule",
    "LightningModule",
    "MisconfigurationException",
    "Trainer",
    "quiet_lightning",
]

_BESIDE_THE_POINT = (
    # The run decides these on purpose, or says them itself.
    ".*does not have many workers.*",
    ".*ended before the epoch ended and your dataloader is not resumable.*",
    ".*module\\(s\\) in eval mode at the start of training.*",
    ".*number of training batches .* is smaller than the logging interval.*",
    ".*GPU available but not used.*",
    ".*MPS available but not used.*",
    "Checkpoint directory .* exists and is not empty.*",
    # Of their own making.
    ".*isinstance\\(treespec, LeafSpec\\).* is deprecated.*",
    ".*`lr_scheduler.step\\(\\)` before `optimizer.step\\(\\)`.*",
    # Some layers have no deterministic twin on a GPU; the others are made deterministic.
    ".*does not have a deterministic implementation.*",
    # Loaders fork before they start a thread of their own.
    ".*use of fork\\(\\) may lead to deadlocks in the child.*",
)


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Within it, Lightning's remarks on what this package decided on purpose are left out."""
    loggers = [logging.getLogger(n) for n in ("lightning.pytorch", "lightning.fabric", "lightning")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            for message in _BESIDE_THE_POINT:
                warnings.filterwarnings("ignore", message=message)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)

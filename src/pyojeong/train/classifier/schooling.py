"""The data of a run: its three splits as squares, and the loaders of each device."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pyojeong.data.dataset import SPLITS, Dataset, Image
from pyojeong.errors import BadInput
from pyojeong.train.classifier.batches import Batches
from pyojeong.train.classifier.config import Augmentation, Config
from pyojeong.train.classifier.crops import Augmenter, Crops, Views, make_crops, together
from pyojeong.train.classifier.quiet import LightningDataModule

Splitter = Callable[[Dataset, tuple[float, float, float], int], Dataset]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The squares to learn from, to choose and calibrate by, and to measure on.

    measured: "test", or "val" where there is no test split. digest: of what was divided how.
    """

    train: Crops
    val: Crops
    test: Crops
    measured: str
    digest: str


def divide(dataset: Dataset, config: Config, splitter: Splitter) -> Dataset:
    """Rows that have no split get one; where there is no validation split, the training split
    gives a part of itself. Raises BadInput where too little is left.
    """
    shares, seed = config.data.shares, config.data.split_seed
    splits = np.asarray(dataset.splits)
    if not (splits == "train").any():
        dataset = splitter(dataset, (shares[0], shares[1], shares[2]), seed)
    elif not (splits == "val").any():
        at = np.flatnonzero(splits == "train")
        share = shares[1] or 0.1
        blank = replace(dataset.take(at), splits=np.full(len(at), "", "<U5"))
        part = splitter(blank, (1 - share, share, 0.0), seed)
        again = splits.astype("<U5")
        again[at] = part.splits
        dataset = replace(dataset, splits=again, notes=part.notes)
    counts = [int(((dataset.splits == s) & (dataset.labels >= 0)).sum()) for s in SPLITS]
    if counts[0] < 2 or counts[1] < 1:
        raise BadInput(
            f"{counts[0]} labelled pictures to learn from and {counts[1]} to validate with "
            "are too few.",
            f"학습할 사진 {counts[0]}장, 검증할 사진 {counts[1]}장은 너무 적습니다.",
        )
    return dataset


def make_parts(dataset: Dataset, config: Config, side: int) -> Parts:
    """The squares of a divided set; `side` in px. Raises BadInput where none can be read."""
    data, votes = config.data, config.loss.votes
    train, val, test = (
        make_crops(dataset.split(s), side, data.crop_margin, votes, data.cache) for s in SPLITS
    )
    if len(train) < 2 or not len(val):
        raise BadInput(
            f"Hardly any picture of {dataset.title} can be read.",
            f"{dataset.title}에서 읽을 수 있는 사진이 거의 없습니다.",
        )
    measured = "test" if len(test) else "val"
    return Parts(train, val, test if len(test) else val, measured, digest(dataset))


def digest(dataset: Dataset) -> str:
    """Of classes, labels, targets, boxes and splits: a resumed run must find the same."""
    made = hashlib.sha256("\0".join(dataset.classes).encode())
    for column in (dataset.rows, dataset.labels, dataset.targets, dataset.boxes):
        made.update(b"" if column is None else np.ascontiguousarray(column).tobytes())
    made.update("\0".join(dataset.splits.tolist()).encode())
    return made.hexdigest()[:16]


class OwnAugmenter:
    """`pyojeong.train.augment.make(settings)`, made anew in every process that uses it: networks
    inside (for the pose) do not survive a fork."""

    def __init__(self, settings: Augmentation) -> None:
        self.settings = settings
        self.made: tuple[int, Augmenter] | None = None

    def __call__(self, image: Image, random: np.random.Generator) -> Image:
        if self.made is None or self.made[0] != os.getpid():
            from pyojeong.train.augment import Augment, make

            settings = self.settings
            self.made = (os.getpid(), make(Augment(settings.kind, settings.file, settings.pose)))
        return self.made[1](image, random)


def augmenter(settings: Augmentation) -> Augmenter | None:
    """None where pictures are learned from as they are."""
    return OwnAugmenter(settings) if settings.kind != "none" or settings.pose else None


class School(LightningDataModule):
    """Loaders for one device of a run; knows which batches of an epoch are done."""

    def __init__(self, parts: Parts, config: Config, augment: Augmenter | None) -> None:
        super().__init__()
        self.parts, self.config, self.augment = parts, config, augment
        self.position = {"epoch": 0, "done": 0}

    def train_dataloader(self) -> Any:
        views = Views(self.parts.train, self.config.train.seed, self.augment)
        batches = self._batches(len(views), self.config.train.seed)
        batches.epoch, batches.skip = self.position["epoch"], self.position["done"]
        return self._loader(views, batches)

    def val_dataloader(self) -> Any:
        views = Views(self.parts.val, self.config.train.seed)
        return self._loader(views, self._batches(len(views), None))

    @property
    def _run(self) -> Any:
        """The Trainer; there is one whenever Lightning asks for something."""
        return self.trainer

    def _batches(self, rows: int, seed: int | None) -> Batches:
        rank, world = self._run.global_rank, self._run.world_size
        return Batches(rows, self.config.train.batch, seed, rank, world)

    def _loader(self, views: Views, batches: Batches) -> Any:
        from torch.utils.data import DataLoader

        # Squares in memory that are not changed are quicker copied than passed on.
        ready = views.crops.kept is not None and views.augment is None
        workers = 0 if ready else workers_of(self.config.train.workers)
        return DataLoader(
            views,  # type: ignore[arg-type]
            batch_sampler=batches,
            collate_fn=together,
            num_workers=workers,
            persistent_workers=workers > 0,
            prefetch_factor=4 if workers else None,
            worker_init_fn=_alone if workers else None,
            # Forked, the workers share the squares in memory.
            multiprocessing_context="fork" if workers and sys.platform == "linux" else None,
            pin_memory=self._run.strategy.root_device.type == "cuda",
        )

    def state_dict(self) -> dict[str, Any]:
        """Where to go on after the checkpoint that is being written."""
        loop = self._run.fit_loop
        done = loop.epoch_loop.batch_progress.current.processed
        if loop.epoch_progress.current.processed > loop.epoch_progress.current.completed:
            return {"epoch": loop.epoch_progress.current.processed, "done": 0}
        return {"epoch": self._run.current_epoch, "done": done}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.position = state


def workers_of(wanted: int) -> int:
    """Worker processes: as wanted, or for -1 one less than the cores this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return wanted if wanted >= 0 else min(8, (cores or 1) - 1)


def _alone(worker: int) -> None:
    """A worker is one of many: its libraries keep to one thread."""
    import cv2

    cv2.setNumThreads(0)

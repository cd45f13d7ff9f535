"""Training a picture classifier: against a hand-written loop, and what loading pictures costs.

    python benchmarks/bench_train.py [--steps 7] [--rounds 4]

Both loops teach the same ResNet-18 (torchvision, random weights, 112 px, 16 pictures a step, SGD)
the same noise pictures, kept in memory, through the same loader, in float32 with one thread. They
take turns, so that a busy machine slows both; the first step of each turn, which starts the
loader, is left out. A step is timed from the end of the one before to its own end; beside the time
on the clock stands that of the processor, which other programs on the machine hardly change. The
hand-written loop is `plain_loop` in the file.

Loading: what a batch costs of one core when nothing else is done ("read anew" decodes 160 px JPEG
files for every batch; "changed" flips, turns and lightens each picture by chance, as basic
augmentation does), and in a real run with one worker process, the share of the time between
two steps that was spent waiting for pictures.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import report
import torch

from pyojeong.data.dataset import Dataset, Image
from pyojeong.train.classifier.config import Config
from pyojeong.train.classifier.crops import Augmenter, make_crops
from pyojeong.train.classifier.lesson import Lesson
from pyojeong.train.classifier.placing import placing
from pyojeong.train.classifier.quiet import Trainer, quiet_lightning
from pyojeong.train.classifier.run import fit
from pyojeong.train.classifier.schooling import Parts, School
from pyojeong.train.classifier.teaching import make_optimizer, normalise, soft_loss

SIDE, BATCH, CLASSES = 112, 16, 7


class Coded:
    """JPEG pictures of 160 px in memory, decoded on every read."""

    def __init__(self, rows: int) -> None:
        random = np.random.default_rng(0)
        small = random.integers(0, 255, (rows, 20, 20, 3)).astype(np.uint8)
        large = (cv2.resize(s, (160, 160), interpolation=cv2.INTER_CUBIC) for s in small)
        self.files = [cv2.imencode(".jpg", picture)[1] for picture in large]

    def __len__(self) -> int:
        return len(self.files)

    def name(self, row: int) -> str:
        return str(row)

    def read(self, row: int) -> Image:
        return cv2.cvtColor(cv2.imdecode(self.files[row], cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def noise(rows: int) -> Dataset:
    return Dataset(
        "noise",
        tuple("abcdefg"),
        Coded(rows),
        np.arange(rows),
        np.arange(rows) % CLASSES,
        None,
        np.full((rows, 4), np.nan, np.float32),
        np.full(rows, ""),
        np.full(rows, "train"),
    )


Clocks = tuple[float, float]


def clocks() -> Clocks:
    """Seconds on the clock and of the processor."""
    return time.perf_counter(), time.process_time()


def durations(ends: list[Clocks]) -> np.ndarray:
    """(n, 2) seconds of each step on both clocks, without the first step."""
    return np.diff(np.array(ends), axis=0)[1:]


def changed(image: Image, random: np.random.Generator) -> Image:
    """Flipped, turned, scaled, lightened: what basic augmentation costs."""
    if random.random() < 0.5:
        image = np.ascontiguousarray(image[:, ::-1])
    middle = (SIDE / 2, SIDE / 2)
    turn = cv2.getRotationMatrix2D(middle, random.uniform(-10, 10), random.uniform(0.9, 1.1))
    image = cv2.warpAffine(image, turn, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return cv2.convertScaleAbs(image, alpha=random.uniform(0.8, 1.2), beta=random.uniform(-20, 20))


class Timed(Lesson):
    """Notes when each step began and ended."""

    def on_train_start(self) -> None:
        super().on_train_start()
        self.begins: list[float] = []
        self.ends = [clocks()]

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        self.begins.append(time.perf_counter())
        super().on_train_batch_start(batch, batch_idx)

    def on_train_batch_end(self, *given: Any) -> None:
        self.ends.append(clocks())


def network() -> torch.nn.Module:
    import torchvision

    torch.manual_seed(0)
    net = torchvision.models.resnet18(weights=None, num_classes=CLASSES)
    return net.to(memory_format=torch.channels_last)


def plain_loop(config: Config, net: torch.nn.Module, loader: Any) -> np.ndarray:
    """What one writes without any library; seconds per step."""
    mean, std = torch.full((3,), 0.5), torch.full((3,), 0.25)
    weights = torch.ones(CLASSES)
    optimizer = make_optimizer(config.optimizer, net)
    net.train()
    ends = [clocks()]
    for pictures, targets, _, counted in loader:
        logits = net(normalise(pictures, mean, std, gray=False))
        loss = soft_loss(logits, targets, counted, config.loss, weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ends.append(clocks())
    return durations(ends)


def our_loop(config: Config, parts: Parts, augment: Augmenter | None = None) -> Timed:
    lesson = Timed(config, network(), (0.5,) * 3, (0.25,) * 3, torch.ones(CLASSES))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "checkpoints").mkdir()
        school = School(parts, config, augment)
        fit(config, lesson, school, Path(folder), lambda text: None)
    return lesson


def loader_of(config: Config, parts: Parts, augment: Augmenter | None = None) -> Any:
    """The loader that our loop uses."""
    school = School(parts, config, augment)
    with quiet_lightning():
        school.trainer = Trainer(
            **placing(config.train),
            logger=False,
            enable_progress_bar=False,
            enable_checkpointing=False,
            enable_model_summary=False,
        )
    return school.train_dataloader()


def loading(config: Config, parts: Parts, augment: Augmenter | None, epochs: int = 3) -> float:
    """Processor seconds per batch when nothing else is done, in this process."""
    loader = loader_of(config.with_values({"train.workers": 0}), parts, augment)
    took = []
    for epoch in range(epochs):
        loader.batch_sampler.set_epoch(epoch)
        began = time.process_time()
        count = sum(1 for _ in loader)
        took.append((time.process_time() - began) / count)
    return median(took)


def waiting(config: Config, parts: Parts, augment: Augmenter | None) -> float:
    """Share of a run's time, first step left out, that was spent waiting for pictures."""
    lesson = our_loop(config, parts, augment)
    ends = [end for end, _ in lesson.ends]
    gaps = [begin - end for begin, end in zip(lesson.begins[1:], ends[1:-1], strict=True)]
    return sum(gaps) / (ends[-1] - ends[1])


def compare(config: Config, parts: Parts, rounds: int) -> tuple[list[list[str]], float]:
    """Rows of the table of steps, and processor seconds of one of ours."""
    plain, ours = [], []
    for _ in range(rounds):
        plain.append(plain_loop(config, network(), loader_of(config, parts)))
        ours.append(durations(our_loop(config, parts).ends))
    steps = [np.median(np.concatenate(made), axis=0) for made in (plain, ours)]
    rows = [
        [name, f"{1000 * wall:.0f}", f"{1000 * cpu:.0f}", f"{BATCH / cpu:.1f}",
         f"{steps[0][1] / cpu:.2f}"]
        for name, (wall, cpu) in zip(("hand-written", "pyojeong (Lightning)"), steps, strict=True)
    ]  # fmt: skip
    return rows, float(steps[1][1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=4)
    given = parser.parse_args()
    torch.set_num_threads(1)
    values = {
        "optimizer.name": "sgd",
        "train.epochs": 1,
        "train.batch": BATCH,
        "train.precision": "32",
        "train.workers": 1,
        "augment.kind": "none",
    }
    config = Config().with_values(values)
    data = noise(given.steps * BATCH)
    kept, anew = (make_crops(data, SIDE, 0.1, True, cache) for cache in ("memory", "none"))
    held = make_crops(data.take(range(2)), SIDE, 0.1, True, "memory")
    stores = {
        "in memory": Parts(kept, held, held, "val", ""),
        "read anew": Parts(anew, held, held, "val", ""),
    }
    rows, step = compare(config, stores["in memory"], given.rounds)
    loads = []
    for kind, augment in (("as they are", None), ("changed", changed)):
        for name, parts in stores.items():
            cost, wait = loading(config, parts, augment), waiting(config, parts, augment)
            loads += [[name, kind, f"{1000 * cost:.1f}", f"{cost / step:.1%}", f"{wait:.1%}"]]
    columns = ["loop", "ms a step", "processor ms", "pictures per processor second", "ratio"]
    about = ["pictures", "shown", "processor ms a batch", "of a step", "waiting"]
    report.PACKAGES = ("pyojeong", "torch", "torchvision", "lightning", "numpy")
    report.write_report(
        "train", __doc__ or "", {"A step (medians)": (columns, rows), "Loading": (about, loads)}
    )


if __name__ == "__main__":
    main()

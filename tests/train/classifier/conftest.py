"""A set of drawn pictures and a tiny network, so that whole runs take a second."""

import json
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from pyojeong.data.dataset import Dataset
from pyojeong.errors import BadInput

CLASSES = ("calm", "glad", "sad")


@dataclass(frozen=True)
class Drawn:
    """Pictures of 20 px whose bright third tells the class; `broken` ones cannot be read."""

    labels: np.ndarray
    broken: frozenset = frozenset()

    def __len__(self):
        return len(self.labels)

    def name(self, row):
        return f"drawn-{row}"

    def read(self, row):
        if row in self.broken:
            raise BadInput("broken", "깨짐")
        image = np.random.default_rng(row).integers(0, 120, (20, 20, 3)).astype(np.uint8)
        image[:, 7 * self.labels[row] : 7 * self.labels[row] + 7] += 60
        return image


def draw(rows=60, splits=(36, 12, 12), broken=frozenset()):
    labels = np.arange(rows) % 3
    names = np.repeat(["train", "val", "test"], splits) if splits else np.full(rows, "")
    return Dataset(
        "drawn",
        CLASSES,
        Drawn(labels, broken),
        np.arange(rows),
        labels.astype(np.int64),
        None,
        np.full((rows, 4), np.nan, np.float32),
        np.full(rows, ""),
        names,
    )


def build_tiny(name, classes, **settings):
    """As `zoo.build`: batch normalisation and dropout make a resumed run easy to get wrong."""
    from torch import nn

    net = nn.Sequential(
        nn.Conv2d(3, 6, 3, 2),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(4),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(96, classes),
    )
    if settings.get("part") == "head":
        net[:2].requires_grad_(False)
    return SimpleNamespace(
        net=net, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25), side=20, note="a tiny network"
    )


def export_nothing(net, path, **facts):
    """As `export_classifier.export`, but keeps only what it was given."""
    path.write_text(json.dumps({**facts, "labels": list(facts["labels"])}), "utf-8")


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    torch = pytest.importorskip("torch", reason="torch is in the train extra")
    pytest.importorskip("cv2")
    torch.set_num_threads(1)


@pytest.fixture
def drawn():
    return draw


@pytest.fixture
def tiny():
    return build_tiny


@pytest.fixture
def exported():
    return export_nothing


@pytest.fixture
def config():
    """A run of three epochs with five steps each, without worker processes."""
    from pyojeong.train.classifier.config import Config

    return Config().with_values(
        {
            "train.epochs": 3,
            "train.batch": 8,
            "train.workers": 0,
            "train.precision": "32",
            "augment.kind": "none",
            "optimizer.rate": 0.01,
        }
    )


@pytest.fixture
def train(tmp_path):
    """train(config, folder="run", resume=False, data=None) → the run's folder."""
    from pyojeong.train.classifier.run import run

    def call(config, folder="run", resume=False, data=None, build=build_tiny):
        told = []
        run(
            config,
            tmp_path / folder,
            resume,
            data=data or draw(),
            build=build,
            export=export_nothing,
            tell=told.append,
        )
        return tmp_path / folder

    return call

"""Tiny runs of StarGAN on drawn faces, a second or two each."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest


def _faces_made():
    path = Path(__file__).parents[1] / "faces_made.py"
    spec = importlib.util.spec_from_file_location("faces_made", path)
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look themselves up.
    sys.modules["faces_made"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    torch = pytest.importorskip("torch", reason="torch is in the train extra")
    pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def faces():
    return _faces_made()


@pytest.fixture(scope="session")
def emotions(faces):
    """Three expressions of nine drawn people."""
    made = faces.made_faces(people=9, takes=1, side=32)
    three = [faces.CLASSES.index(name) for name in ("happiness", "sadness", "surprise")]
    kept = made.take(np.isin(made.labels, three))
    from dataclasses import replace

    return replace(
        kept,
        title="emotions",
        classes=("happiness", "sadness", "surprise"),
        labels=np.searchsorted(three, kept.labels).astype(np.int64),
    )


@pytest.fixture(scope="session")
def celeba(faces, tmp_path_factory):
    """A folder in CelebA's layout."""
    return faces.write_celeba(tmp_path_factory.mktemp("celeba") / "looks", range(12), 1, 32, held=4)


@pytest.fixture(scope="session")
def tiny():
    """Six steps of the smallest networks."""
    from pyojeong.train.stargan.config import Config

    return Config().with_values(
        {
            "data.side": 32,
            "data.attributes": ["Black_Hair", "Brown_Hair", "Eyeglasses"],
            "net.width": 4,
            "net.blocks": 1,
            "net.critic_width": 4,
            "net.critic_layers": 3,
            "optimizer.rate": 1e-3,
            "optimizer.critic_rate": 1e-3,
            "optimizer.critic_steps": 2,
            "train.steps": 6,
            "train.batch": 4,
            "train.precision": "32",
            "train.log_steps": 2,
            "train.sheet_steps": 4,
            "train.save_seconds": 0.0,
            "train.judge_steps": 3,
        }
    )


@pytest.fixture(scope="session")
def sets(emotions, celeba, tiny):
    """Emotions and attributes, to be learned together."""
    from pyojeong.data.celeba import load_celeba

    return [load_celeba(celeba, "looks", tiny.data.attributes), emotions]


@pytest.fixture(scope="session")
def finished(tiny, sets, tmp_path_factory):
    """The folder of a finished joint run."""
    from pyojeong.train.stargan.run import run

    folder = tmp_path_factory.mktemp("stargan") / "joint"
    run(tiny, folder, sets=sets, tell=lambda text: None)
    return folder

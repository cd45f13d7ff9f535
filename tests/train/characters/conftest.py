"""Tiny sets of outlined pictures and tiny networks that learn from them, a second or two each."""

import numpy as np
import pytest

from pyojeong.data.cartoon.pictures import make_pictures
from pyojeong.data.cartoon.style import LABELS
from pyojeong.data.instances.types import InstanceSet, Outline, OutlinedPicture
from pyojeong.media.image import Picture, write_image


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    torch = pytest.importorskip("torch", reason="torch is in the train extra")
    pytest.importorskip("pyojeong.train.classifier.quiet", reason="lightning is in the train extra")
    pytest.importorskip("onnx", reason="onnx is in the train extra")
    torch.set_num_threads(1)


def runs_of(mask):
    """Lengths of runs, column by column, the first of nothing."""
    flat = mask.T.ravel()
    ends = np.flatnonzero(np.diff(flat.astype(int))) + 1
    runs = np.diff(np.concatenate([[0], ends, [flat.size]]))
    return np.concatenate([[0], runs] if flat[0] else [runs]).astype(np.int64)


@pytest.fixture(scope="session")
def outlined(tmp_path_factory):
    """Ten pictures to learn from and four to measure on, 128 × 72 px."""
    folder = tmp_path_factory.mktemp("outlined")
    made = []
    for number, picture in enumerate(make_pictures(14, 5, "train", (128, 72), 0.3)):
        file = folder / f"{number}.png"
        write_image(file, Picture(picture.image))
        outlines = tuple(
            Outline(int(one), (), runs_of(mask))
            for mask, one in zip(picture.masks, picture.classes, strict=True)
        )
        split = "train" if number < 10 else "val"
        made.append(OutlinedPicture(file, file.name, 128, 72, outlines, split))
    return InstanceSet("tiny", LABELS, tuple(made), ("One figure was mended.",))


@pytest.fixture(scope="session")
def tiny():
    """Six steps of a small network, measured twice."""
    from pyojeong.train.characters.config import Config

    return Config().with_values(
        {
            "net.side": 128,
            "net.widths": [8, 16, 16, 16, 16],
            "net.depths": [1, 1, 1, 1],
            "net.neck": 16,
            "net.start": "",
            "train.batch": 4,
            "train.steps": 6,
            "train.measure_epochs": 1,
            "train.precision": "32",
            "train.device": "cpu",
            "train.save_seconds": 0.0,
        }
    )


@pytest.fixture(scope="session")
def material(outlined, tiny, tmp_path_factory):
    from pyojeong.train.characters.gathering import gather

    return gather(tiny, tmp_path_factory.mktemp("run"), outlined)


@pytest.fixture(scope="session")
def finished(tiny, outlined, tmp_path_factory):
    """The folder of a finished run, and what it said."""
    from pyojeong.train.characters.run import run

    folder, told = tmp_path_factory.mktemp("characters") / "run", []
    run(tiny, folder, found=outlined, tell=told.append)
    return folder, told


@pytest.fixture(scope="session")
def sure(tmp_path_factory):
    """(network, its file): one that was never trained, made to find much and be sure of some."""
    import torch

    from pyojeong.train.characters.export import export
    from pyojeong.train.characters.net import SegNet, Shape

    torch.manual_seed(3)
    net = SegNet(len(LABELS), Shape((8, 16, 16, 16, 16), (1, 1, 1, 1), 16)).train()
    for _ in range(20):
        net(torch.rand(2, 3, 128, 128))
    net.eval()
    for head, grid in zip(net.head, net(torch.rand(1, 3, 128, 128))[0], strict=True):
        spread = grid[0, 4:].flatten(1).std(1)[:, None, None, None]
        head.weight.data[4:] *= 1.5 / spread
        head.bias.data[4 : 4 + net.classes] = -2.0
    path = tmp_path_factory.mktemp("export") / "small.onnx"
    export(net, path, 128, LABELS)
    return net, path

"""The exported file against a plain reading of what it should compute."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")
onnxruntime = pytest.importorskip("onnxruntime")

from pyojeong.errors import OutputFailed  # noqa: E402
from pyojeong.face.exported import ExportedClassifier  # noqa: E402
from pyojeong.train.export_classifier import export  # noqa: E402

LABELS = ("happy", "sad", "angry")


class Means(torch.nn.Module):
    """Mean of each colour, as logits."""

    def forward(self, x):
        return 10 * x.mean((2, 3))


def write(path, net=None, **changes):
    settings = {
        "labels": LABELS,
        "mean": (0.5, 0.4, 0.3),
        "std": (0.2, 0.3, 0.5),
        "side": 12,
        "temperature": 2.5,
        "crop_margin": 0.2,
        "gray": False,
        "notes": {"accuracy": 0.5},
    }
    export(net or Means(), path, **(settings | changes))
    return path


@pytest.mark.parametrize("gray", [False, True])
def test_normalisation_gray_and_temperature(tmp_path, gray):
    pictures = np.random.default_rng(0).integers(0, 256, (5, 12, 12, 3), dtype=np.uint8)
    x = pictures / 255.0
    if gray:
        x = np.repeat((x * [0.299, 0.587, 0.114]).sum(-1, keepdims=True), 3, -1)
    x = (x - [0.5, 0.4, 0.3]) / [0.2, 0.3, 0.5]
    raised = np.exp(10 * x.mean((1, 2)) / 2.5)
    file = write(tmp_path / "net.onnx", gray=gray)
    read = ExportedClassifier(file).probabilities(pictures)
    np.testing.assert_allclose(read, raised / raised.sum(1, keepdims=True), atol=1e-5)


def test_the_file_says_everything_about_itself(tmp_path):
    file = write(tmp_path / "net.onnx", boxes=False)
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    told = json.loads(session.get_modelmeta().custom_metadata_map["pyojeong"])
    assert told["labels"] == list(LABELS)
    assert told["crop"] == {"boxes": False, "margin": 0.2}
    assert told["notes"] == {"accuracy": 0.5}
    assert (told["side"], told["temperature"]) == (12, 2.5)


def test_a_network_that_cannot_be_written_leaves_the_older_file(tmp_path):
    class Strange(torch.nn.Module):
        def forward(self, x):
            return torch.linalg.eigvals(x.mean(1)).real[:, :3]

    file = write(tmp_path / "net.onnx")
    before = file.read_bytes()
    with pytest.raises(OutputFailed, match="ONNX"):
        write(file, net=Strange())
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_the_network_goes_on_as_it_was(tmp_path):
    net = torch.nn.Sequential(Means(), torch.nn.Dropout(0.5)).train()
    write(tmp_path / "net.onnx", net=net)
    assert net.training

"""Each ONNX file computes what the TFLite original computed in MediaPipe's own runtime
(`train/mediapipe_outputs.py` keeps those numbers)."""

from pathlib import Path

import numpy as np
import pytest

from pyojeong.assets import find_asset, verify_asset
from pyojeong.errors import InferenceFailed, MissingWeights
from pyojeong.face.facemesh import FaceMeshNet
from pyojeong.face.roi import Roi
from pyojeong.network import Network
from pyojeong.train.mediapipe_outputs import EVERY, MODELS, pattern

KEPT = Path(__file__).parent / "data/mediapipe.npz"


@pytest.fixture(scope="module")
def kept():
    with np.load(KEPT) as arrays:
        return dict(arrays)


def _rows(output, asset):
    """Anchors, or the pixels of a mask."""
    return output.ravel() if asset == "selfie_segmentation" else output


@pytest.mark.parametrize("kind", ["face", "pattern"])
@pytest.mark.parametrize("asset", MODELS)
def test_outputs_agree_with_the_original(asset, kind, kept, portrait):
    _, size, (low, high), count = MODELS[asset]
    x, y = kept["corner"]
    image = portrait[y : y + size, x : x + size] if kind == "face" else pattern(size)
    batch = image.astype(np.float32)[None] / np.float32(255) * (high - low) + low
    outputs = Network(asset).run(batch)
    assert len(outputs) == count
    for i, output in enumerate(outputs):
        rows = output if "facemesh" in asset else _rows(output[0], asset)[::EVERY]
        expected = kept[f"{asset}/{kind}/{i}"].ravel()
        # Coordinates are px of the input, scores are logits up to hundreds.
        np.testing.assert_allclose(rows.ravel(), expected, atol=1e-3, rtol=1e-5)


def test_the_mesh_agrees_with_mediapipes_whole_graph(kept, portrait):
    x, y, side, angle = (float(v) for v in kept["roi"])
    mesh = FaceMeshNet().look(portrait, Roi(x, y, side, angle))
    assert mesh.score > 0.99
    apart = np.linalg.norm(mesh.points[:, :2] - kept["mesh"][:, :2], axis=1)
    assert apart.max() < 0.05
    assert np.abs(mesh.points[:, 2] - kept["mesh"][:, 2]).max() < 0.05


@pytest.mark.parametrize("asset", MODELS)
def test_certificates_tell_the_truth(asset):
    certificate = find_asset(asset)
    assert verify_asset(certificate)
    assert certificate.licence == "Apache-2.0"


def test_a_wrong_input_fails_in_one_clear_error():
    with pytest.raises(InferenceFailed, match="blazeface_short failed"):
        Network("blazeface_short").run(np.zeros((1, 3, 3, 3), np.float32))


def test_an_unknown_asset_is_named():
    with pytest.raises(MissingWeights, match="no_such_asset"):
        Network("no_such_asset").run(np.zeros((1, 1), np.float32))


def test_a_damaged_file_is_said_to_be_damaged(tmp_path, monkeypatch):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a network")
    monkeypatch.setattr("pyojeong.network.asset_path", lambda name: broken)
    with pytest.raises(MissingWeights, match="damaged"):
        Network("broken").run(np.zeros((1, 1), np.float32))

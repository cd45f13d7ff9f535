"""Beginning with exported weights: the same function, ready to learn on."""

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("onnx", reason="onnx is in the train extra")

from pyojeong.assets import asset_path  # noqa: E402
from pyojeong.data.cartoon.pictures import make_pictures  # noqa: E402
from pyojeong.data.cartoon.style import LABELS  # noqa: E402
from pyojeong.errors import BadInput, BadSettings, MissingWeights  # noqa: E402
from pyojeong.train.characters.net import Exported, SegNet, Shape  # noqa: E402
from pyojeong.train.characters.start import begin_with  # noqa: E402

NAME = "cartoon_characters_v1"


@pytest.fixture(scope="module")
def pictures():
    made = [p.image for p in make_pictures(6, 4, "train", (160, 96))]
    return torch.from_numpy(np.stack(made)).permute(0, 3, 1, 2).float() / 255


def test_the_shipped_network_computes_the_same(pictures):
    net = SegNet(len(LABELS))
    assert begin_with(net, LABELS, NAME, pictures) == len(LABELS)
    session = onnxruntime.InferenceSession(str(asset_path(NAME)))
    # On pictures that the norms' statistics do not come from.
    for picture in make_pictures(2, 31, "test", (224, 128)):
        given = torch.from_numpy(picture.image).permute(2, 0, 1)[None].float() / 255
        with torch.no_grad():
            made = Exported(net.eval())(given)
        for ours, theirs in zip(made, session.run(None, {"images": given.numpy()}), strict=True):
            assert np.abs(ours.numpy() - theirs).max() < 2e-3 * np.abs(theirs).max()


def test_norms_hold_the_statistics_of_the_pictures(pictures):
    net = SegNet(len(LABELS))
    begin_with(net, LABELS, NAME, pictures)
    with torch.no_grad():
        calm, _ = net.eval()(pictures)
        # Batch statistics in place of the kept ones: nothing jumps when learning begins.
        lively, _ = net.train()(pictures)
    for a, b in zip(calm, lively, strict=True):
        assert (a - b).abs().max() < 0.05 * a.abs().max()


def test_other_classes_begin_fresh_and_known_ones_stay(pictures):
    torch.manual_seed(0)
    net = SegNet(3)
    fresh = [head.weight.detach().clone() for head in net.head]
    assert begin_with(net, ("robot", "miru", "cat"), NAME, pictures) == 1
    whole = SegNet(len(LABELS))
    begin_with(whole, LABELS, NAME, pictures)
    miru = LABELS.index("miru")
    for ours, theirs, new in zip(net.head, whole.head, fresh, strict=True):
        assert torch.equal(ours.weight[:4], theirs.weight[:4])
        assert torch.equal(ours.weight[7:], theirs.weight[4 + len(LABELS) :])
        assert torch.equal(ours.weight[5], theirs.weight[4 + miru])
        assert torch.equal(ours.weight[[4, 6]], new[[4, 6]])
        assert ours.bias[[4, 6]].tolist() == [-5, -5]


def test_a_run_of_ones_own_is_a_start(sure, pictures):
    net, path = sure
    again = SegNet(len(LABELS), Shape((8, 16, 16, 16, 16), (1, 1, 1, 1), 16))
    begin_with(again, LABELS, str(path), pictures)
    with torch.no_grad():
        for a, b in zip(Exported(net)(pictures), Exported(again.eval())(pictures), strict=True):
            assert (a - b).abs().max() < 1e-3 * a.abs().max()


def test_other_files_are_named(sure, pictures, tmp_path):
    with pytest.raises(BadSettings, match=r"net\.widths"):
        begin_with(SegNet(len(LABELS)), LABELS, str(sure[1]), pictures)
    with pytest.raises(BadSettings, match=r"net\.widths"):
        begin_with(SegNet(7), ("a",) * 7, str(asset_path("blazeface_short")), pictures)
    with pytest.raises(MissingWeights, match="nowhere"):
        begin_with(SegNet(2), ("a", "b"), "nowhere.onnx", pictures)
    (tmp_path / "torn.onnx").write_bytes(b"\x08\x09torn")
    with pytest.raises((BadSettings, BadInput)):
        begin_with(SegNet(2), ("a", "b"), str(tmp_path / "torn.onnx"), pictures)

"""Segmenter "mask-rcnn": torchvision's network, its files, and how published weights become one."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")
library = pytest.importorskip("safetensors.torch", reason="safetensors is in the train extra")

from pyojeong.data.cartoon.pictures import make_pictures  # noqa: E402
from pyojeong.errors import (  # noqa: E402
    BadInput,
    BadSettings,
    InferenceFailed,
    MissingWeights,
)
from pyojeong.film.convert import convert  # noqa: E402
from pyojeong.film.mask_rcnn import MaskRcnn, build  # noqa: E402
from pyojeong.film.weights import Notes, read_notes  # noqa: E402


@pytest.fixture(scope="module")
def file(mask_rcnn_file):
    return mask_rcnn_file()


@pytest.fixture(scope="module")
def second(mask_rcnn_file):
    return mask_rcnn_file("maskrcnn_resnet50_fpn_v2", names=("a",))


@pytest.fixture(scope="module")
def image():
    (made,) = make_pictures(1, 3, "test", size=(160, 90))
    return made.image


@pytest.mark.parametrize("which", ["file", "second"])
def test_it_reads_as_torchvision_does(request, which, image):
    """Its parts run one by one and its masks pasted one by one, against the whole."""
    segmenter = MaskRcnn(request.getfixturevalue(which), threshold=0.05)
    (found,) = segmenter.segment([image])
    with torch.inference_mode():
        (whole,) = segmenter._net([torch.tensor(image).permute(2, 0, 1) / 255])
    masks = (whole["masks"][:, 0] > 0.5).numpy()
    seen = masks.any((1, 2))
    assert seen.any()
    np.testing.assert_array_equal(found.masks, masks[seen])
    np.testing.assert_array_equal(found.boxes, whole["boxes"].numpy()[seen])
    np.testing.assert_array_equal(found.scores, whole["scores"].numpy()[seen])
    np.testing.assert_array_equal(found.classes, whole["labels"].numpy()[seen] - 1)


def test_masks_of_a_huge_picture_are_bounded(file, image, monkeypatch):
    monkeypatch.setattr("pyojeong.film.types.MASK_BYTES", 2 * image.shape[0] * image.shape[1])
    (found,) = MaskRcnn(file, threshold=0.05).segment([image])
    assert 1 <= len(found) <= 2


def test_names_are_those_of_the_file(file):
    assert MaskRcnn(file).labels == ("cat", "곰")


def test_what_torch_cannot_do_is_told(file, image, monkeypatch):
    segmenter = MaskRcnn(file)
    monkeypatch.setattr(segmenter._net, "rpn", None)
    with pytest.raises(InferenceFailed, match="failed"):
        segmenter.segment([image])


def renoted(file, path, **changes):
    """The same weights with other notes."""
    table = {**read_notes(file).table, **changes}
    library.save_file(library.load_file(file), path, metadata=table)
    return path


class TestFiles:
    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"architecture": "maskrcnn_resnet18"}, "maskrcnn_resnet18"),
            ({"architecture": "maskrcnn_resnet50_fpn_v2"}, "are not those of"),
            ({"names": '["a", "b", "c"]'}, "with 3 classes"),
            ({"min_size": "9999999"}, "min_size"),
            ({"max_size": "-1"}, "max_size"),
            ({"eps": "nan"}, "eps"),
            ({"eps": "x"}, "eps"),
        ],
    )
    def test_notes_that_do_not_fit(self, file, tmp_path, changes, told):
        with pytest.raises(BadInput, match=told):
            MaskRcnn(renoted(file, tmp_path / "a.safetensors", **changes))

    def test_half_a_file(self, file, tmp_path):
        (tmp_path / "a.safetensors").write_bytes(file.read_bytes()[:1_000_000])
        with pytest.raises(BadInput, match="are not those of"):
            MaskRcnn(tmp_path / "a.safetensors")

    def test_no_file(self, tmp_path):
        with pytest.raises(MissingWeights):
            MaskRcnn(tmp_path / "a.safetensors")


class TestConvert:
    def published(self, path, classes, architecture="maskrcnn_resnet50_fpn", frozen=True, under=""):
        marks = frozenset() if frozen else frozenset({"num_batches_tracked"})
        names = tuple(str(n) for n in range(classes - 1))
        state = build(Notes(path, architecture, names, {}, marks)).state_dict()
        torch.save({under: state} if under else state, path)
        return state

    @pytest.mark.parametrize(
        ("architecture", "frozen", "under"),
        [
            ("maskrcnn_resnet50_fpn", True, ""),
            ("maskrcnn_resnet50_fpn", False, "model"),
            ("maskrcnn_resnet50_fpn_v2", False, ""),
        ],
    )
    def test_a_state_dict_becomes_a_file(self, tmp_path, architecture, frozen, under):
        state = self.published(tmp_path / "a.pth", 3, architecture, frozen, under)
        done = convert(tmp_path / "a.pth", tmp_path / "b.safetensors", ["나", "b"])
        assert (done.architecture, done.names) == (architecture, ("나", "b"))
        kept = library.load_file(tmp_path / "b.safetensors")
        assert set(kept) == set(state)
        assert all(torch.equal(kept[name], state[name]) for name in state)
        segmenter = MaskRcnn(tmp_path / "b.safetensors")
        assert segmenter.labels == ("나", "b")
        layer = segmenter._net.backbone.body.bn1
        assert type(layer).__name__ == ("FrozenBatchNorm2d" if frozen else "BatchNorm2d")

    def test_torchvisions_own_know_their_names(self, tmp_path):
        self.published(tmp_path / "a.pth", 91)
        convert(tmp_path / "a.pth", tmp_path / "b.safetensors")
        segmenter = MaskRcnn(tmp_path / "b.safetensors")
        assert (segmenter.labels[0], len(segmenter.labels)) == ("person", 90)
        # They were learned with a normalisation that adds nothing.
        assert segmenter._net.backbone.body.bn1.eps == 0

    def test_names_must_be_as_many(self, tmp_path):
        self.published(tmp_path / "a.pth", 3)
        with pytest.raises(BadSettings, match="2 classes"):
            convert(tmp_path / "a.pth", tmp_path / "b.safetensors")
        with pytest.raises(BadSettings, match=r"\.safetensors"):
            convert(tmp_path / "a.pth", tmp_path / "b.pth")

    def test_pickles_are_not_run(self, tmp_path):
        ran = tmp_path / "ran"

        class Evil:
            def __reduce__(self):
                return ran.touch, ()

        torch.save({"model": Evil()}, tmp_path / "a.pt")
        with pytest.raises(BadInput, match=r"yolo export model=a\.pt format=onnx"):
            convert(tmp_path / "a.pt", tmp_path / "b.safetensors")
        assert not ran.exists()
        assert not (tmp_path / "b.safetensors").exists()

    @pytest.mark.parametrize("content", [b"x", b"PK\x03\x04 no zip"])
    def test_what_is_no_file_of_torch(self, tmp_path, content):
        (tmp_path / "a.pth").write_bytes(content)
        with pytest.raises(BadInput):
            convert(tmp_path / "a.pth", tmp_path / "b.safetensors")

    @pytest.mark.parametrize(
        "state",
        [
            {"a": torch.zeros(3)},
            [torch.zeros(3)],
            {"roi_heads.box_head.fc6.weight": torch.zeros(3)},
            {
                "roi_heads.box_head.fc6.weight": torch.zeros(3),
                "roi_heads.box_predictor.cls_score.weight": torch.zeros(2, 4),
            },
        ],
    )
    def test_other_weights(self, tmp_path, state):
        torch.save(state, tmp_path / "a.pth")
        with pytest.raises(BadInput):
            convert(tmp_path / "a.pth", tmp_path / "b.safetensors", ["a"])


def test_notes_are_json(file):
    assert json.loads(read_notes(file).table["names"]) == ["cat", "곰"]

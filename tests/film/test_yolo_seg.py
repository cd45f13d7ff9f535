"""Exported YOLOv8-seg files: read as their exporter means them, whoever wrote them."""

import json
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from pyojeong.assets import asset_path
from pyojeong.data.cartoon.pictures import make_pictures
from pyojeong.data.cartoon.style import LABELS
from pyojeong.data.instances.decoding import fitted, letterbox, names_of, pick
from pyojeong.errors import BadInput, BadSettings, InferenceFailed, MissingWeights
from pyojeong.film.yolo_seg import YoloSegOnnx
from pyojeong.registry import load

SIDE, CLASSES, PARTS = 64, 2, 4
NAMES = "{0: 'cat', 1: 'dog'}"


def written(
    path,
    rows=None,
    proto=None,
    names=NAMES,
    shape=(1, 3, SIDE, SIDE),
    outputs=2,
    kind=TensorProto.FLOAT,
    notes=None,
):
    """A file whose outputs are given: rows (m, 4 + classes + parts), proto (parts, h/4, w/4)."""
    rows = np.zeros((1, 4 + CLASSES + PARTS), np.float32) if rows is None else rows
    proto = np.zeros((PARTS, SIDE // 4, SIDE // 4), np.float32) if proto is None else proto
    given = helper.make_tensor_value_info("images", kind, shape)
    values = {
        "output0": np.asarray(rows, np.float32).T[None],
        "output1": np.asarray(proto, np.float32)[None],
    }
    values = dict(list(values.items())[:outputs])
    nodes = [
        helper.make_node("Constant", [], [n], value=numpy_helper.from_array(v))
        for n, v in values.items()
    ]
    made = [helper.make_tensor_value_info(n, TensorProto.FLOAT, v.shape) for n, v in values.items()]
    model = helper.make_model(
        helper.make_graph(nodes, "g", [given], made),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    if names is not None:
        helper.set_model_props(model, {**(notes or {}), "names": names})
    onnx.save(model, str(path))
    return path


def row(x, y, w, h, cat, dog, *parts):
    return [x, y, w, h, cat, dog, *parts]


@pytest.fixture
def halves():
    """Prototypes: everywhere; the left half; the upper half; nowhere."""
    proto = np.full((PARTS, SIDE // 4, SIDE // 4), -1.0, np.float32)
    proto[0] = 1
    proto[1, :, : SIDE // 8] = 1
    proto[2, : SIDE // 8] = 1
    return proto


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)


class TestDecoding:
    def test_boxes_classes_and_masks(self, tmp_path, halves, picture):
        rows = [
            row(32, 32, 40, 20, 0.9, 0.1, 1, 0, 0, 0),
            row(32, 32, 60, 60, 0.2, 0.6, 0, 1, 0, 0),
        ]
        segmenter = YoloSegOnnx(written(tmp_path / "a.onnx", rows, halves))
        assert segmenter.labels == ("cat", "dog")
        (found,) = segmenter.segment([picture])
        assert found.classes.tolist() == [0, 1]
        assert found.scores == pytest.approx([0.9, 0.6])
        assert found.boxes.tolist() == [[12, 22, 52, 42], [2, 2, 62, 62]]
        whole = np.zeros((SIDE, SIDE), bool)
        whole[22:42, 12:52] = True
        assert np.array_equal(found.masks[0], whole)
        left = np.zeros((SIDE, SIDE), bool)
        left[2:62, 2:32] = True
        assert np.array_equal(found.masks[1], left)

    def test_two_looks_at_one_figure_are_one(self, tmp_path, halves, picture):
        rows = [
            row(30, 30, 40, 40, 0.7, 0, 1, 0, 0, 0),
            row(31, 30, 40, 40, 0.9, 0, 1, 0, 0, 0),
            row(31, 31, 40, 40, 0, 0.8, 1, 0, 0, 0),
            row(31, 31, 40, 40, 0.2, 0.1, 1, 0, 0, 0),
        ]
        (found,) = YoloSegOnnx(written(tmp_path / "a.onnx", rows, halves)).segment([picture])
        assert found.scores == pytest.approx([0.9, 0.8])
        assert found.classes.tolist() == [0, 1]

    @pytest.mark.parametrize("size", [(64, 32), (32, 64), (128, 96), (300, 90), (33, 64), (1, 1)])
    def test_places_are_those_of_the_picture(self, tmp_path, halves, size):
        width, height = size
        scale = min(SIDE / width, SIDE / height)
        w, h = width * scale, height * scale
        # A box over the whole picture, wherever the letterbox put it.
        rows = [row(SIDE / 2, SIDE / 2, w, h, 0.9, 0, 0, 1, 0, 0)]
        segmenter = YoloSegOnnx(written(tmp_path / "a.onnx", rows, halves))
        (found,) = segmenter.segment([np.zeros((height, width, 3), np.uint8)])
        assert found.masks.shape[1:] == (height, width)
        if len(found):
            assert found.boxes[0] == pytest.approx([0, 0, width, height], abs=0.8 / scale)
            columns = found.masks[0].any(0)
            assert np.count_nonzero(columns) == pytest.approx(width / 2, abs=1)
            assert columns[:2].any()
            assert not columns[-1]

    def test_nothing_found_is_empty(self, tmp_path, picture):
        (found,) = YoloSegOnnx(written(tmp_path / "a.onnx")).segment([picture])
        assert len(found) == 0
        assert found.masks.shape == (0, SIDE, SIDE)
        assert YoloSegOnnx(tmp_path / "a.onnx").segment([]) == []

    def test_figures_without_a_pixel_are_left_out(self, tmp_path, halves, picture):
        rows = [
            row(32, 32, 40, 20, 0.9, 0.1, -1, 0, 0, 0),
            row(500, 500, 20, 20, 0.9, 0, 1, 0, 0, 0),
        ]
        (found,) = YoloSegOnnx(written(tmp_path / "a.onnx", rows, halves)).segment([picture])
        assert len(found) == 0

    def test_half_precision_is_given_what_it_asks_for(self, tmp_path, halves, picture):
        rows = [row(32, 32, 40, 20, 0.9, 0.1, 1, 0, 0, 0)]
        path = written(tmp_path / "a.onnx", rows, halves, kind=TensorProto.FLOAT16)
        assert len(YoloSegOnnx(path).segment([picture])[0]) == 1

    def test_masks_of_a_huge_picture_are_bounded(self, tmp_path, halves, picture, monkeypatch):
        rows = [row(8 + 10 * n, 32, 8, 20, 0.9 - n / 20, 0.1, 1, 0, 0, 0) for n in range(5)]
        segmenter = YoloSegOnnx(written(tmp_path / "a.onnx", rows, halves))
        (whole,) = segmenter.segment([picture])
        assert len(whole) > 2
        monkeypatch.setattr("pyojeong.film.types.MASK_BYTES", 2 * whole.masks[0].size)
        (found,) = segmenter.segment([picture])
        assert found.scores.tolist() == whole.scores[:2].tolist()

    def test_the_picture_is_not_changed(self, tmp_path, picture):
        before = picture.copy()
        picture.setflags(write=False)
        YoloSegOnnx(written(tmp_path / "a.onnx")).segment([picture])
        assert np.array_equal(picture, before)


@pytest.fixture(scope="module")
def recorded():
    """What Ultralytics made of files (exported/record.py)."""
    with np.load(Path(__file__).parent / "exported/recorded.npz", allow_pickle=False) as kept:
        return dict(kept)


def picture_of(png):
    return np.ascontiguousarray(cv2.imdecode(png, cv2.IMREAD_COLOR)[:, :, ::-1])


def agree(found, recorded, name):
    """Overlaps of masks, once number, order, classes, scores and boxes are the same."""
    assert len(found) == len(recorded[f"{name}_scores"]) > 0
    assert found.classes.tolist() == recorded[f"{name}_classes"].tolist()
    np.testing.assert_allclose(found.scores, recorded[f"{name}_scores"], atol=1e-3)
    np.testing.assert_allclose(found.boxes, recorded[f"{name}_boxes"], atol=0.05)
    width = found.masks.shape[2]
    masks = np.unpackbits(recorded[f"{name}_masks"], axis=-1, count=width).astype(bool)
    return (found.masks & masks).sum((1, 2)) / (found.masks | masks).sum((1, 2))


class TestAsUltralyticsReads:
    """The same files and pictures, read by Ultralytics 8.4.190 and by us."""

    # The last picture's margin is no whole number of cells: there theirs interpolates twice, which
    # shows in masks of an untrained network, that are noise.
    @pytest.mark.parametrize(
        ("number", "least"), [(0, 0.999), (1, 0.97), (2, 0.999), (3, 0.97), (4, 0.8)]
    )
    def test_a_network_of_theirs(self, tmp_path, recorded, number, least):
        name, notes = f"theirs{number}", json.loads(str(recorded["notes"]))
        given, shape, kind = json.loads(str(recorded["input"]))
        assert (given, kind) == ("images", "tensor(float)")
        image = picture_of(recorded[f"{name}_picture"])
        rows, proto = recorded[f"{name}_rows"], recorded[f"{name}_proto"]
        path = written(tmp_path / "a.onnx", rows, proto, notes.pop("names"), shape, notes=notes)
        segmenter = YoloSegOnnx(path, threshold=0.25, iou=0.7)
        assert segmenter.labels == ("곰", "it's", "fox")
        shared = agree(segmenter.segment([image])[0], recorded, name)
        assert shared.min() > least

    @pytest.mark.parametrize("number", range(5))
    def test_what_the_network_is_given(self, recorded, number):
        image = picture_of(recorded[f"theirs{number}_picture"])
        theirs = picture_of(recorded[f"theirs{number}_input"])
        fit = fitted(*image.shape[:2], *theirs.shape[:2])
        assert np.array_equal(letterbox(image, fit), theirs)

    def test_the_network_of_the_house(self, tmp_path, recorded):
        model = onnx.load(str(asset_path("cartoon_characters_v1")))
        notes = {p.key: p.value for p in model.metadata_props if p.key != "resize"}
        del model.metadata_props[:]
        helper.set_model_props(model, notes)
        onnx.save(model, str(tmp_path / "a.onnx"))
        segmenter = YoloSegOnnx(tmp_path / "a.onnx", threshold=0.25, iou=0.7)
        for number in range(3):
            image = picture_of(recorded[f"house{number}_picture"])
            shared = agree(segmenter.segment([image])[0], recorded, f"house{number}")
            assert shared.min() > 0.99

    def test_a_figure_that_the_edge_cuts_off_reaches_it(self, tmp_path):
        """Whatever the prototypes hold in the gray margin."""
        proto = np.full((PARTS, SIDE // 4, SIDE // 4), -1.0, np.float32)
        proto[0, 4:12] = 1  # the rows of a picture twice as wide as high, and no others
        rows = [row(32, 32, 64, 32, 0.9, 0, 1, 0, 0, 0)]
        segmenter = YoloSegOnnx(written(tmp_path / "a.onnx", rows, proto))
        (found,) = segmenter.segment([np.zeros((240, 480, 3), np.uint8)])
        assert found.masks.all()


class TestShippedNetwork:
    def test_it_is_the_default_and_knows_the_cast(self):
        segmenter = load("Segmenter")
        assert segmenter.labels == LABELS
        pictures = list(make_pictures(8, 99, "test", strangers=0.0))
        right = []
        for picture, found in zip(
            pictures, segmenter.segment([p.image for p in pictures]), strict=True
        ):
            assert found.masks.shape[1:] == picture.image.shape[:2]
            for mask, one in zip(picture.masks, picture.classes, strict=True):
                mine = found.masks[found.classes == one]
                shared = (mine & mask).sum((1, 2)) / np.maximum(1, (mine | mask).sum((1, 2)))
                right.append(shared.max(initial=0) > 0.8)
        assert len(right) > 8
        assert np.mean(right) > 0.8


class TestLetterbox:
    @pytest.mark.parametrize("size", [(64, 36), (36, 64), (50, 50), (640, 480), (3, 200)])
    def test_gray_around_the_middle(self, size):
        width, height = size
        image = np.full((height, width, 3), 250, np.uint8)
        fit = fitted(height, width, 96, 128)
        made = letterbox(image, fit)
        assert made.shape == (96, 128, 3)
        inside = (made[..., 0] == 250).any(0), (made[..., 0] == 250).any(1)
        assert abs(inside[0].sum() - max(1, width * fit.scale)) <= 0.5
        for shown in inside:
            rim = np.flatnonzero(shown)
            assert abs(rim[0] - (len(shown) - 1 - rim[-1])) <= 1
        assert set(np.unique(made)) <= {114, 250}


class TestHostileFiles:
    @pytest.mark.parametrize(
        "names",
        [
            None,
            "",
            "__import__('os').abort()",
            "{0: 'a', 2: 'b'}",
            "{}",
            "[",
            "(" * 5_000,
            "'abc'",
            "{0: 'a'}" + " " * 300_000,
            repr([str(n) for n in range(2_000)]),
            "-" * 100_000 + "1",
        ],
    )
    def test_names_are_read_and_never_run(self, tmp_path, names):
        with pytest.raises(BadInput, match="class names"):
            YoloSegOnnx(written(tmp_path / "a.onnx", names=names))

    def test_names_may_be_a_list(self, tmp_path):
        assert names_of("['나', \"b'c\"]", tmp_path) == ("나", "b'c")

    @pytest.mark.parametrize(
        "changes",
        [
            {"outputs": 1},
            {"shape": (1, 1, SIDE, SIDE)},
            {"shape": (2, 3, SIDE, SIDE)},
            {"shape": (3, SIDE, SIDE)},
            {"shape": (1, 3, 100_000, SIDE)},
            {"kind": TensorProto.INT64},
        ],
    )
    def test_other_networks_are_refused(self, tmp_path, changes):
        with pytest.raises(BadInput, match="no YOLOv8-seg"):
            YoloSegOnnx(written(tmp_path / "a.onnx", **changes))

    def test_no_file_and_no_network(self, tmp_path):
        with pytest.raises(MissingWeights):
            YoloSegOnnx(tmp_path / "none.onnx")
        (tmp_path / "a.onnx").write_bytes(b"\x80\x04not onnx")
        with pytest.raises(BadInput):
            YoloSegOnnx(tmp_path / "a.onnx")
        whole = written(tmp_path / "b.onnx").read_bytes()
        (tmp_path / "b.onnx").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(BadInput):
            YoloSegOnnx(tmp_path / "b.onnx")

    def test_names_that_do_not_fit_the_output(self, tmp_path, picture):
        path = written(tmp_path / "a.onnx", names="{0: 'a', 1: 'b', 2: 'c'}")
        with pytest.raises(InferenceFailed, match="3 classes"):
            YoloSegOnnx(path).segment([picture])

    def test_numbers_that_are_none(self, tmp_path, halves, picture):
        rows = [
            row(np.nan, 32, 40, 20, 0.9, 0.1, 1, 0, 0, 0),
            row(32, np.inf, 40, 20, 0.9, 0.1, 1, 0, 0, 0),
            row(32, 32, 40, 20, np.nan, 0.9, 1, 0, 0, 0),
            row(32, 32, 40, 20, 0.9, 0.1, np.nan, 0, 0, 0),
            row(32, 32, -40, 20, 0.9, 0.1, 1, 0, 0, 0),
            row(1e30, 1e30, 1e30, 1e30, 0.9, 0.1, 1, 0, 0, 0),
        ]
        (found,) = YoloSegOnnx(written(tmp_path / "a.onnx", rows, halves)).segment([picture])
        assert np.isfinite(found.boxes).all()
        assert len(found) <= 1

    def test_a_flood_of_boxes_is_bounded(self):
        rng = np.random.default_rng(1)
        rows = np.zeros((50_000, 4 + 1 + 2), np.float32)
        rows[:, :2] = rng.uniform(0, 640, (50_000, 2))
        rows[:, 2:4] = 3
        rows[:, 4] = rng.uniform(0.3, 1, 50_000)
        boxes, scores, kinds, parts = pick(rows, 1, 0.25, 0.7)
        assert len(boxes) == len(scores) == len(kinds) == len(parts) == 100
        assert (np.diff(scores) <= 0).all()

    @pytest.mark.parametrize(
        "wrong", [{"threshold": 0}, {"threshold": 1.5}, {"iou": 0}, {"iou": 2}]
    )
    def test_settings_out_of_range(self, tmp_path, wrong):
        with pytest.raises(BadSettings):
            YoloSegOnnx(written(tmp_path / "a.onnx"), **wrong)

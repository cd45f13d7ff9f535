"""Exported files as strangers send them."""

import json

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="onnx is in the train extra")

from pyojeong.emotion import LABEL_SETS, Emotion  # noqa: E402
from pyojeong.errors import BadInput, BadSettings, InferenceFailed, MissingWeights  # noqa: E402
from pyojeong.face.exported import KEY, ExportedClassifier  # noqa: E402
from pyojeong.face.square import around_box, cut_square, whole_square  # noqa: E402


def graph(classes, side, given="pictures", made="probabilities", kind=None, width=None):
    """Reads every picture as its first class, surely."""
    helper, proto = onnx.helper, onnx.TensorProto
    row = np.zeros((1, width or classes), np.float32)
    row[0, 0] = 1
    nodes = [
        helper.make_node("Cast", [given], ["x"], to=proto.FLOAT),
        helper.make_node("ReduceMean", ["x"], ["m"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["m", "column"], ["c"]),
        helper.make_node("Mul", ["c", "nothing"], ["zero"]),
        helper.make_node("Add", ["zero", "row"], [made]),
    ]
    values = {"column": np.array([-1, 1]), "nothing": np.zeros(1, np.float32), "row": row}
    whole = helper.make_graph(
        nodes,
        "first",
        [helper.make_tensor_value_info(given, kind or proto.UINT8, ["n", side, side, 3])],
        [helper.make_tensor_value_info(made, proto.FLOAT, ["n", "k"])],
        [onnx.numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    return helper.make_model(whole, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def saved(path, labels=("happy", "sad"), side=16, model=None, told=None, **card):
    model = model or graph(len(labels), side)
    facts = {"format": 1, "labels": list(labels), "side": side}
    facts |= {"crop": {"boxes": True, "margin": 0.1}} | card
    text = json.dumps(facts) if told is None else told
    onnx.helper.set_model_props(model, {KEY: text})
    onnx.save(model, str(path))
    return path


@pytest.mark.parametrize(
    ("labels", "first"),
    [
        (("기쁨", "슬픔"), Emotion.HAPPINESS),
        (("angry", "happy", "neutral"), Emotion.ANGER),
        (LABEL_SETS["fer-7"].labels, Emotion.ANGER),
        (LABEL_SETS["ferplus-8"].labels, Emotion.NEUTRAL),
        (("Fear", "disgust"), Emotion.FEAR),
    ],
)
def test_labels_find_their_emotions(tmp_path, labels, first):
    reader = ExportedClassifier(saved(tmp_path / "n.onnx", labels))
    (scores,) = reader.read(np.zeros((1, 16, 16, 3), np.uint8))
    assert scores.emotion is first
    assert scores.confidence == pytest.approx(1)
    assert scores.source == "onnx:n"


def test_a_known_label_set_is_told_in_its_own_order(tmp_path):
    labels = tuple(reversed(LABEL_SETS["fer-7"].labels))
    reader = ExportedClassifier(saved(tmp_path / "n.onnx", labels))
    (scores,) = reader.read(np.zeros((1, 16, 16, 3), np.uint8))
    assert dict(scores.label_sets)["fer-7"] == (0, 0, 0, 0, 0, 0, 1)


def test_labels_that_name_no_emotion_are_refused(tmp_path):
    with pytest.raises(BadSettings, match="teapot"):
        ExportedClassifier(saved(tmp_path / "n.onnx", ("happy", "teapot")))


def test_a_missing_file(tmp_path):
    with pytest.raises(MissingWeights):
        ExportedClassifier(tmp_path / "none.onnx")


@pytest.mark.parametrize("content", [b"", b"\x08\x09", b"PK\x03\x04" * 50, b"<html>" * 9])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "n.onnx").write_bytes(content)
    with pytest.raises(BadInput):
        ExportedClassifier(tmp_path / "n.onnx")


def test_a_truncated_file_is_refused(tmp_path):
    file = saved(tmp_path / "n.onnx")
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(BadInput):
        ExportedClassifier(file)


def test_a_file_cannot_draw_in_others(tmp_path):
    model = graph(2, 16)
    onnx.helper.set_model_props(model, {KEY: "{}"})
    onnx.save(
        model,
        str(tmp_path / "n.onnx"),
        save_as_external_data=True,
        size_threshold=0,
        location="beside.bin",
    )
    with pytest.raises(BadInput):
        ExportedClassifier(tmp_path / "n.onnx")


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[]",
        "null",
        "{",
        "{}",
        '{"format": 2}',
        '{"format": 1, "labels": ["happy", "sad"]}',
        '{"format": 1, "labels": ["happy", "sad"], "side": 16, "crop": 7}',
        '{"format": 1, "labels": 3, "side": 16, "crop": {"boxes": 1, "margin": 0}}',
        "[" * 100_000,
    ],
)
def test_garbled_metadata_is_refused(tmp_path, told):
    with pytest.raises(BadInput, match="classifier"):
        ExportedClassifier(saved(tmp_path / "n.onnx", told=told))


@pytest.mark.parametrize(
    "card",
    [
        {"side": 10**9},
        {"side": -4},
        {"labels": ["happy"] * 5000},
        {"labels": ["happy"]},
        {"crop": {"boxes": True, "margin": 1e9}},
        {"crop": {"boxes": True, "margin": float("nan")}},
    ],
)
def test_absurd_metadata_is_refused(tmp_path, card):
    with pytest.raises(BadInput):
        ExportedClassifier(saved(tmp_path / "n.onnx", **card))


def test_metadata_is_needed(tmp_path):
    onnx.save(graph(2, 16), str(tmp_path / "n.onnx"))
    with pytest.raises(BadInput, match="labels"):
        ExportedClassifier(tmp_path / "n.onnx")


@pytest.mark.parametrize(
    "model",
    [
        graph(2, 16, given="faces"),
        graph(2, 16, made="scores"),
        graph(2, 16, kind=onnx.TensorProto.FLOAT),
    ],
    ids=["input", "output", "type"],
)
def test_another_network_is_refused(tmp_path, model):
    with pytest.raises(BadInput):
        ExportedClassifier(saved(tmp_path / "n.onnx", model=model))


def test_a_network_with_other_classes_than_labels_fails_clearly(tmp_path):
    reader = ExportedClassifier(saved(tmp_path / "n.onnx", model=graph(2, 16, width=5)))
    with pytest.raises(InferenceFailed, match="2 labels"):
        reader.read(np.zeros((1, 16, 16, 3), np.uint8))


def picture(height=40, width=60):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_square_inside_the_picture_is_the_picture():
    image = picture()
    made = cut_square(image, np.array([30.0, 20.0]), 16, 16)
    np.testing.assert_array_equal(made, image[12:28, 22:38])


def test_beyond_the_edge_its_last_pixels_go_on():
    image = picture()
    made = cut_square(image, np.array([0.0, 20.0]), 16, 16)
    np.testing.assert_array_equal(made[:, :8], np.repeat(image[12:28, :1], 8, 1))


def test_a_box_is_widened_by_the_margin():
    image = picture()
    box = np.array([25, 15, 35, 25], np.float32)
    np.testing.assert_array_equal(around_box(image, box, 0.3, 16), image[12:28, 22:38])


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (3000, 2)])
def test_any_picture_has_a_square(shape):
    assert whole_square(picture(*shape), 24).shape == (24, 24, 3)


def test_a_box_outside_the_picture_is_survived():
    box = np.array([-500, -90, -400, -80], np.float32)
    assert around_box(picture(), box, 0.1, 8).shape == (8, 8, 3)

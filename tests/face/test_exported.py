"""Exported files as strangers send them."""

import json

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="onnx is in the train extra")

from pyojeong.emotion import EMOTIONS, LABEL_SETS, Emotion  # noqa: E402
from pyojeong.errors import BadInput, BadSettings, InferenceFailed, MissingWeights  # noqa: E402
from pyojeong.face.cropped import whole_picture  # noqa: E402
from pyojeong.face.exported import BATCH, KEY, ExportedClassifier  # noqa: E402
from pyojeong.face.types import FaceMesh  # noqa: E402


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


@pytest.mark.parametrize(
    "told",
    [
        '{"format":1,"labels":["happy","sad"],"side":1e999,"crop":{"boxes":true,"margin":0}}',
        '{"format":1,"labels":["happy","sad"],"side":16,"crop":{"boxes":true,"margin":0},'
        '"members":1e999}',
        '{"format":1,"labels":["happy","sad"],"side":16,"crop":{"boxes":true,"margin":0},'
        '"members":-4}',
    ],
)
def test_numbers_without_bound_are_refused(tmp_path, told):
    with pytest.raises(BadInput, match="classifier"):
        ExportedClassifier(saved(tmp_path / "n.onnx", told=told))


def test_metadata_that_is_no_text_is_refused(tmp_path):
    file = saved(tmp_path / "n.onnx")
    file.write_bytes(file.read_bytes().replace(b"happy", b"ha\xff\xfey"))
    with pytest.raises(BadInput):
        ExportedClassifier(file)


def test_a_side_that_is_not_the_networks_is_refused(tmp_path):
    with pytest.raises(BadInput, match="side 32"):
        ExportedClassifier(saved(tmp_path / "n.onnx", model=graph(2, 16), side=32))


def test_a_network_that_is_sure_of_nothing_is_neutral(tmp_path):
    labels = LABEL_SETS["fer-7"].labels
    model = graph(7, 16)
    (row,) = (value for value in model.graph.initializer if value.name == "row")
    row.CopyFrom(onnx.numpy_helper.from_array(np.zeros((1, 7), np.float32), "row"))
    reader = ExportedClassifier(saved(tmp_path / "n.onnx", labels, model=model))
    (scores,) = reader.read(np.zeros((1, 16, 16, 3), np.uint8))
    assert scores.emotion is Emotion.NEUTRAL
    assert scores.label_sets == ()


def seeing(side=16):
    """Reads the red at the centre: the share of the first class."""
    helper, proto = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Cast", ["pictures"], ["x"], to=proto.FLOAT),
        helper.make_node("Slice", ["x", "from", "to", "axes"], ["s"]),
        helper.make_node("ReduceMean", ["s"], ["m"], axes=[1, 2], keepdims=0),
        helper.make_node("Div", ["m", "most"], ["p"]),
        helper.make_node("Sub", ["one", "p"], ["q"]),
        helper.make_node("Concat", ["p", "q"], ["probabilities"], axis=1),
    ]
    values = {
        "from": np.array([0]),
        "to": np.array([1]),
        "axes": np.array([3]),
        "most": np.float32([255]),
        "one": np.float32([1]),
    }
    whole = helper.make_graph(
        nodes,
        "red",
        [helper.make_tensor_value_info("pictures", proto.UINT8, ["n", side, side, 3])],
        [helper.make_tensor_value_info("probabilities", proto.FLOAT, ["n", 2])],
        [onnx.numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    return helper.make_model(whole, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def red_share(reader, image, *meshes):
    """Of what the reader was shown, in 0-1, one per mesh."""
    return [
        scores.values[EMOTIONS.index(Emotion.HAPPINESS)]
        for scores in reader.classify(image, meshes)
    ]


def half_red(height=64, width=64):
    """Red in its right half."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, width // 2 :, 0] = 255
    return image


def mesh_in(left, top, right, bottom, score=0.9):
    """A mesh with this box; all else about it is even."""
    points = np.full((478, 3), ((left + right) / 2, (top + bottom) / 2, 0), np.float32)
    points[0, :2], points[1, :2] = (left, top), (right, bottom)
    return FaceMesh(points, score)


@pytest.mark.parametrize("boxes", [True, False])
def test_a_mesh_of_score_0_reads_the_whole_picture(tmp_path, boxes):
    crop = {"boxes": boxes, "margin": 0.1}
    reader = ExportedClassifier(saved(tmp_path / "n.onnx", model=seeing(), crop=crop))
    assert reader.whole_pictures is not boxes
    (share,) = red_share(reader, half_red(), whole_picture(64, 64))
    assert share == pytest.approx(0.5, abs=0.02)


def test_a_face_is_read_within_its_box(tmp_path):
    reader = ExportedClassifier(
        saved(tmp_path / "n.onnx", model=seeing(), crop={"boxes": True, "margin": 0})
    )
    sides = mesh_in(2, 20, 26, 44), mesh_in(36, 20, 60, 44), mesh_in(20, 20, 44, 44)
    assert red_share(reader, half_red(), *sides) == pytest.approx([0, 1, 0.5], abs=0.05)


@pytest.mark.parametrize("boxes", [True, False])
@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (2, 2)])
def test_the_smallest_pictures_are_read(tmp_path, boxes, shape):
    crop = {"boxes": boxes, "margin": 0.1}
    reader = ExportedClassifier(saved(tmp_path / "n.onnx", model=seeing(), crop=crop))
    image = picture(*shape)
    height, width = shape
    (scores,) = reader.classify(image, [whole_picture(width, height)])
    assert sum(scores.values) == pytest.approx(1)
    assert len(reader.classify(image, [mesh_in(0, 0, width, height)])) == 1


def test_reading_is_repeatable_and_leaves_the_picture(tmp_path):
    reader = ExportedClassifier(saved(tmp_path / "n.onnx", model=seeing()))
    image = picture(50, 70)
    kept = image.copy()
    image.flags.writeable = False
    meshes = [mesh_in(5, 5, 30, 40), whole_picture(70, 50)] * BATCH
    assert reader.classify(image, meshes) == reader.classify(image, meshes)
    np.testing.assert_array_equal(image, kept)
    assert reader.classify(image, []) == []


def test_a_crowd_reads_as_each_face_alone(tmp_path):
    reader = ExportedClassifier(saved(tmp_path / "n.onnx", model=seeing()))
    image = picture(60, 200)
    meshes = [mesh_in(x, 10, x + 30, 40) for x in range(0, 2 * BATCH + 3)]
    alone = [red_share(reader, image, mesh)[0] for mesh in meshes]
    assert red_share(reader, image, *meshes) == pytest.approx(alone, abs=1e-6)

"""The expression classifier: a contract every backend keeps, and what this one reads."""

import json

import cv2
import numpy as np
import pytest

from pyojeong.assets import asset_path
from pyojeong.emotion import EMOTIONS, LABEL_SETS, Emotion
from pyojeong.face.classifier import ASSET, BATCH, OnnxExpressionClassifier
from pyojeong.face.types import FaceMesh
from pyojeong.registry import backends, load


@pytest.fixture(
    scope="module", params=[b.name for b in backends() if b.capability == "ExpressionClassifier"]
)
def classifier(request, tmp_path_factory):
    if request.param != "onnx":
        return load("ExpressionClassifier", request.param)
    file = tmp_path_factory.mktemp("weights") / "reader.onnx"
    return load("ExpressionClassifier", "onnx", path=shipped_as_exported(file))


def shipped_as_exported(path):
    """The shipped FER+ reader, in a file of the kind that `pyojeong train expression` writes."""
    onnx = pytest.importorskip("onnx", reason="onnx is in the train extra")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    nodes = [
        helper.make_node("Cast", ["pictures"], ["colours"], to=onnx.TensorProto.FLOAT),
        helper.make_node("MatMul", ["colours", "luma"], ["last"]),
        helper.make_node("Transpose", ["last"], ["gray"], perm=[0, 3, 1, 2]),
    ]
    luma = np.array([[0.299], [0.587], [0.114]], np.float32)
    front = helper.make_graph(
        nodes,
        "front",
        [helper.make_tensor_value_info("pictures", onnx.TensorProto.UINT8, ["n", 48, 48, 3])],
        [helper.make_tensor_value_info("gray", onnx.TensorProto.FLOAT, ["n", 1, 48, 48])],
        [numpy_helper.from_array(luma, "luma")],
    )
    opset = [helper.make_opsetid("", 17)]
    shipped = onnx.load(str(asset_path(ASSET)))
    front = helper.make_model(front, opset_imports=opset, ir_version=shipped.ir_version)
    model = onnx.compose.merge_models(front, shipped, [("gray", "faces")], outputs=["ferplus"])
    model.graph.output[0].name = "probabilities"
    model.graph.node.append(helper.make_node("Identity", ["ferplus"], ["probabilities"]))
    labels = list(LABEL_SETS["ferplus-8"].labels)
    card = {"format": 1, "labels": labels, "side": 48, "crop": {"boxes": False, "margin": 0}}
    helper.set_model_props(model, {"pyojeong": json.dumps(card)})
    onnx.save(model, str(path))
    return path


@pytest.fixture(scope="module")
def mesh(portrait):
    found = load("FaceMesher").mesh(portrait, load("FaceDetector").detect(portrait)[:1])
    assert found[0] is not None
    return found[0]


def moved(mesh, matrix):
    """The mesh after a (2, 3) similarity of the picture; depth scales along."""
    points = mesh.points.copy()
    points[:, :2] = mesh.points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    points[:, 2] *= np.linalg.norm(matrix[0, :2])
    return FaceMesh(points.astype(np.float32), mesh.score)


def test_a_smile_reads_as_happiness(classifier, portrait, mesh):
    (scores,) = classifier.classify(portrait, [mesh])
    assert scores.emotion is Emotion.HAPPINESS
    assert scores.confidence > 0.8


def test_scores_are_probabilities_and_name_their_source(portrait, mesh):
    (scores,) = OnnxExpressionClassifier().classify(portrait, [mesh])
    assert len(scores.values) == len(EMOTIONS)
    assert sum(scores.values) == pytest.approx(1)
    assert min(scores.values) >= 0
    assert (scores.source, scores.label_set) == (ASSET, "ferplus-8")


def test_no_mesh_no_result(classifier, portrait):
    assert classifier.classify(portrait, []) == []


def test_results_keep_the_order_of_the_meshes(classifier, portrait, mesh):
    corner = moved(mesh, np.array([[0.2, 0, 380], [0, 0.2, 380]]))
    alone = [classifier.classify(portrait, [m])[0].values for m in (mesh, corner)]
    together = classifier.classify(portrait, [corner, mesh])
    assert together[0].values == pytest.approx(alone[1], abs=1e-4)
    assert together[1].values == pytest.approx(alone[0], abs=1e-4)


def test_a_crowd_reads_as_each_of_its_faces(classifier, portrait, mesh):
    (alone,) = classifier.classify(portrait, [mesh])
    crowd = classifier.classify(portrait, [mesh] * (BATCH + 3))
    assert len(crowd) == BATCH + 3
    assert all(s.values == pytest.approx(alone.values, abs=1e-4) for s in crowd)


@pytest.mark.parametrize("spread", [0.0, 1e-6, 0.4])
def test_one_pixel_and_a_mesh_folded_into_a_point(classifier, spread):
    points = np.linspace(-spread, spread, 478 * 3, dtype=np.float32).reshape(478, 3)
    (scores,) = classifier.classify(np.full((1, 1, 3), 90, np.uint8), [FaceMesh(points, 1.0)])
    assert sum(scores.values) == pytest.approx(1)


@pytest.mark.parametrize("shift", [(-330, 0), (250, 0), (0, -300), (0, 330), (-5000, 9000)])
def test_a_face_partly_or_wholly_outside(classifier, portrait, mesh, shift):
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], float)
    (scores,) = classifier.classify(portrait, [moved(mesh, matrix)])
    assert sum(scores.values) == pytest.approx(1)


@pytest.mark.parametrize("side", [24, 64, 96])
def test_small_pictures(classifier, portrait, mesh, side):
    zoom = side / 512
    small = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    matrix = np.array([[zoom, 0, 0], [0, zoom, 0]])
    (scores,) = classifier.classify(small, [moved(mesh, matrix)])
    assert sum(scores.values) == pytest.approx(1)
    if side > 64:
        assert scores.emotion is Emotion.HAPPINESS


def test_a_gray_picture_reads_the_same(classifier, portrait, mesh):
    gray = cv2.cvtColor(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    color, plain = (classifier.classify(p, [mesh])[0] for p in (portrait, gray))
    assert plain.values == pytest.approx(color.values, abs=0.02)


@pytest.mark.parametrize("degrees", [-60, 35, 180])
def test_a_tilted_head_reads_the_same(classifier, portrait, mesh, degrees):
    middle = tuple(float(v) for v in mesh.points[:468, :2].mean(0))
    matrix = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    turned = cv2.warpAffine(portrait, matrix, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    upright, tilted = (
        classifier.classify(p, [m])[0] for p, m in ((portrait, mesh), (turned, moved(mesh, matrix)))
    )
    assert tilted.emotion is upright.emotion
    assert tilted.values == pytest.approx(upright.values, abs=0.15)


def test_size_and_exposure_do_not_matter(classifier, portrait, mesh):
    large = cv2.resize(portrait, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    dim = (portrait * 0.55 + 20).astype(np.uint8)
    twice = moved(mesh, np.array([[2.0, 0, 0.5], [0, 2, 0.5]]))
    (plain,) = classifier.classify(portrait, [mesh])
    for picture, face in ((large, twice), (dim, mesh)):
        assert classifier.classify(picture, [face])[0].values == pytest.approx(
            plain.values, abs=0.1
        )


def test_same_input_same_result_and_input_untouched(classifier, portrait, mesh):
    picture, points = portrait.copy(), mesh.points.copy()
    first, second = (classifier.classify(picture, [mesh]) for _ in range(2))
    assert first == second
    assert np.array_equal(picture, portrait)
    assert np.array_equal(points, mesh.points)

"""What every face mesher keeps, whatever its method."""

import cv2
import numpy as np
import pytest

from pyojeong.face.types import Faces
from pyojeong.registry import backends, load

NAMES = [b.name for b in backends() if b.capability == "FaceMesher"]


@pytest.fixture(scope="module", params=NAMES)
def mesher(request):
    return load("FaceMesher", request.param)


@pytest.fixture(scope="module")
def faces(portrait):
    return load("FaceDetector").detect(portrait)


def one_face(box, keypoints=None):
    box = np.array(box, np.float32)
    if keypoints is None:
        keypoints = np.tile((box[:2] + box[2:]) / 2, (6, 1))
        keypoints[:2, 0] += [-3, 3]
    return Faces(box[None], np.ones(1, np.float32), np.array(keypoints, np.float32)[None])


def turned(faces, matrix):
    """The detection after a (2, 3) similarity of the picture."""
    move = matrix[:, :2].T, matrix[:, 2]
    keypoints = faces.keypoints[0] @ move[0] + move[1]
    x0, y0, x1, y1 = faces.boxes[0]
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) @ move[0] + move[1]
    middle = corners.mean(0)
    half = np.linalg.norm(corners[1] - corners[0]) / 2
    return one_face([*(middle - half), *(middle + half)], keypoints)


def test_no_faces_no_meshes(mesher, portrait):
    assert mesher.mesh(portrait, Faces.empty()) == []


def test_a_face_gets_its_mesh(mesher, portrait, faces):
    (mesh,) = mesher.mesh(portrait, faces)
    assert mesh.points.shape == (478, 3)
    assert mesh.points.dtype == np.float32
    assert np.isfinite(mesh.points).all()
    assert 0.9 < mesh.score <= 1


def test_landmarks_lie_where_they_should(mesher, portrait, faces):
    """Places read off the portrait by eye, to a few px."""
    (mesh,) = mesher.mesh(portrait, faces)
    places = {468: (203, 101), 473: (247, 103), 61: (204, 140), 291: (245, 141), 152: (221, 178)}
    for row, place in places.items():
        assert np.linalg.norm(mesh.points[row, :2] - place) < 4


def test_irises_lie_in_their_eyes(mesher, portrait, faces):
    (mesh,) = mesher.mesh(portrait, faces)
    xy = mesh.points[:, :2]
    for iris, inner, outer in ((468, 133, 33), (473, 362, 263)):
        low, high = sorted([xy[inner, 0], xy[outer, 0]])
        assert low < xy[iris, 0] < high
        width = high - low
        rim = np.linalg.norm(xy[iris + 1 : iris + 5] - xy[iris], axis=1)
        assert np.all((rim > 0.1 * width) & (rim < 0.4 * width))


def test_the_nose_is_nearer_than_the_ears(mesher, portrait, faces):
    (mesh,) = mesher.mesh(portrait, faces)
    depth, width = mesh.points[:, 2], np.ptp(mesh.points[:468, 0])
    assert depth[1] < depth[33] < depth[234]
    assert 0.3 * width < depth[234] - depth[1] < 1.2 * width


@pytest.mark.parametrize("angle", [-150, -60, 35, 90, 180])
def test_a_turned_picture_gives_a_turned_mesh(mesher, portrait, faces, angle):
    matrix = cv2.getRotationMatrix2D((224, 130), angle, 1.0)
    image = cv2.warpAffine(portrait, matrix, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    (mesh,) = mesher.mesh(image, turned(faces, matrix))
    (upright,) = mesher.mesh(portrait, faces)
    expected = upright.points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    apart = np.linalg.norm(mesh.points[:, :2] - expected, axis=1)
    assert apart.mean() < 2


@pytest.mark.parametrize("scale", [0.5, 3.0, 6.0])
def test_scale_of_the_picture_is_scale_of_the_mesh_and_its_depth(mesher, portrait, faces, scale):
    """Pixel centres lie at whole numbers: scaling about the corner of the picture moves them."""
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    image = cv2.resize(portrait[:256, 96:352], None, fx=scale, fy=scale, interpolation=method)
    shift = (scale - 1) / 2
    matrix = np.array([[scale, 0, shift - 96 * scale], [0, scale, shift]])
    (mesh,) = mesher.mesh(image, turned(faces, matrix))
    (plain,) = mesher.mesh(portrait, faces)
    expected = plain.points * scale + [*matrix[:, 2], 0]
    off = mesh.points - expected
    assert np.abs(off).mean() < 0.9 * scale
    assert np.abs(off.mean(0)).max() < 0.5 * scale


def test_order_and_number_follow_the_faces(mesher, portrait, faces):
    nowhere = one_face([400, 20, 500, 120])
    both = Faces(
        np.concatenate([nowhere.boxes, faces.boxes]),
        np.ones(2, np.float32),
        np.concatenate([nowhere.keypoints, faces.keypoints]),
    )
    first, second = mesher.mesh(portrait, both)
    assert first is None
    assert second is not None


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (64, 64), (300, 2)])
@pytest.mark.parametrize("fill", [0, 128, 255])
def test_a_wrong_detection_gets_none(mesher, shape, fill):
    image = np.full((*shape, 3), fill, np.uint8)
    (mesh,) = mesher.mesh(image, one_face([0, 0, shape[1], shape[0]]))
    assert mesh is None


@pytest.mark.parametrize("box", [[-400, -400, -300, -300], [9, 9, 9, 9], [0, 0, 5000, 5000]])
def test_a_senseless_box_is_survived(mesher, portrait, box):
    (mesh,) = mesher.mesh(portrait, one_face(box))
    assert mesh is None or np.isfinite(mesh.points).all()


def test_determinism_and_untouched_input(mesher, portrait, faces):
    image, boxes = portrait.copy(), faces.boxes.copy()
    (first,), (second,) = mesher.mesh(image, faces), mesher.mesh(image, faces)
    np.testing.assert_array_equal(first.points, second.points)
    np.testing.assert_array_equal(image, portrait)
    np.testing.assert_array_equal(faces.boxes, boxes)


def test_gray_is_as_good_as_colour(mesher, portrait, faces):
    gray = np.repeat(portrait.mean(2, keepdims=True).astype(np.uint8), 3, axis=2)
    (plain,), (colour,) = mesher.mesh(gray, faces), mesher.mesh(portrait, faces)
    assert np.linalg.norm(plain.points - colour.points, axis=1).mean() < 2

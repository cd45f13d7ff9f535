"""The built-in detector: sizes, crowds, edges, textures."""

import cv2
import numpy as np
import pytest

from pyojeong.errors import BadSettings
from pyojeong.face.blazeface import OVERLAP, PIECES, BlazeFace, parts, reach_of
from pyojeong.face.ssd import Part, View, cut, decode, full_range
from pyojeong.face.suppression import overlaps
from pyojeong.media.image import read_image

FACE = np.array([171, 72, 276, 177], np.float32)
"""Box of the portrait's face."""


@pytest.fixture(scope="module")
def detector():
    return BlazeFace()


def scene(portrait, width, height, faces, background=128):
    """A plain picture with copies of the portrait's head; faces: (x, y, face width in px) of each
    copy's upper left corner. Returns the picture and the true boxes."""
    head, corner = portrait[20:240, 130:320], np.array([130, 20])
    image = np.full((height, width, 3), background, np.uint8)
    truth = []
    for x, y, size in faces:
        scale = size / (FACE[2] - FACE[0])
        small = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image[y : y + small.shape[0], x : x + small.shape[1]] = small
        truth.append((FACE - np.tile(corner, 2)) * scale + np.array([x, y, x, y]))
    return image, np.array(truth, np.float32)


def found(faces, truth):
    return [len(faces) > 0 and overlaps(box, faces.boxes)[0].max() > 0.5 for box in truth]


@pytest.mark.parametrize("size", [45, 100, 300])
def test_face_sizes_in_a_wide_picture(detector, portrait, size):
    image, truth = scene(portrait, 1280, 853, [(500, 200, size)])
    faces = detector.detect(image)
    assert found(faces, truth) == [True]
    assert len(faces) == 1


@pytest.mark.parametrize("size", [3, 6, 12])
def test_tiny_faces_may_be_missed_but_nothing_false_is_found(detector, portrait, size):
    image, truth = scene(portrait, 640, 480, [(300, 200, size)])
    faces = detector.detect(image)
    assert len(faces) == sum(found(faces, truth))


def test_six_of_six(detector, portrait):
    spots = [(x, y, 150) for y in (60, 460) for x in (80, 500, 920)]
    image, truth = scene(portrait, 1280, 853, spots)
    faces = detector.detect(image)
    assert all(found(faces, truth))
    assert len(faces) == 6


@pytest.mark.parametrize("size", [27, 41])
def test_a_crowd_of_small_faces(detector, portrait, size):
    spots = [(30 + 3 * size * i, 20 + 3 * size * j, size) for i in range(6) for j in range(4)]
    image, truth = scene(portrait, 1280, 853, spots)
    faces = detector.detect(image)
    assert np.mean(found(faces, truth)) > 0.9
    assert len(faces) == sum(found(faces, truth))


def test_a_small_picture_with_many_small_faces_is_survived(detector, portrait):
    spots = [(30 * i, 35 * j, 14) for i in range(5) for j in range(3)]
    image, truth = scene(portrait, 150, 110, spots)
    faces = detector.detect(image)
    assert len(faces) == sum(found(faces, truth))


def test_large_and_small_together(detector, portrait):
    image, truth = scene(portrait, 1280, 853, [(40, 40, 330), (900, 120, 50), (1000, 600, 60)])
    faces = detector.detect(image)
    assert all(found(faces, truth))
    assert len(faces) == 3


@pytest.mark.parametrize("cut_at", ["left", "right", "top"])
def test_a_face_cut_by_the_edge(detector, portrait, cut_at):
    image = {
        "left": portrait[:, 205:],
        "right": portrait[:, :245],
        "top": portrait[95:],
    }[cut_at]
    faces = detector.detect(image)
    assert len(faces) == 1
    x0, y0, x1, _ = faces.boxes[0]
    assert {"left": x0 == 0, "right": x1 == image.shape[1], "top": y0 == 0}[cut_at]


@pytest.mark.parametrize("angle", [-90, -45, -25, 25, 45, 75])
def test_turned_heads(detector, portrait, angle):
    matrix = cv2.getRotationMatrix2D((224, 125), angle, 1.0)
    image = cv2.warpAffine(portrait, matrix, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    faces = detector.detect(image)
    assert faces.scores[0] > 0.85
    assert found(faces, FACE[None]) == [True]
    right, left = faces.keypoints[0, :2]
    assert np.degrees(np.arctan2(*(left - right)[::-1])) == pytest.approx(-angle + 4, abs=12)


def textures():
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:600, :800]
    leaves = sum(
        cv2.resize(rng.normal(size=(600 // s, 800 // s)).astype(np.float32), (800, 600))
        for s in (1, 4, 16, 64)
    )
    bricks = (
        120 + 60 * (((x + (y // 40 % 2) * 40) % 80 > 4) & (y % 40 > 4)) + rng.normal(0, 8, y.shape)
    )
    dots = np.full((600, 800), 200, np.uint8)
    for _ in range(400):
        at, radius = rng.integers(0, [800, 600]), int(rng.integers(3, 40))
        cv2.circle(dots, at.tolist(), radius, int(rng.integers(0, 255)), int(rng.integers(-1, 4)))
    rings = 127 + 120 * np.sin(np.hypot(x - 300, y - 250) / 9)
    return {"leaves": 128 + 40 * leaves, "bricks": bricks, "dots": dots, "rings": rings}


@pytest.mark.parametrize("name", ["leaves", "bricks", "dots", "rings"])
def test_no_faces_in_textures(detector, name):
    gray = np.clip(textures()[name], 0, 255).astype(np.uint8)
    assert len(detector.detect(np.repeat(gray[:, :, None], 3, axis=2))) == 0


def test_no_faces_in_the_rest_of_the_portrait(detector, portrait):
    assert len(detector.detect(portrait[200:])) == 0


def test_all_five_of_the_group(detector, data_folder):
    image = read_image(data_folder / "samples/pexels_max_group.jpeg").rgb
    middles = [[240, 335], [380, 95], [675, 130], [1005, 385], [1010, 25]]
    boxes = detector.detect(image).boxes
    assert len(boxes) == 5
    for x, y in middles:
        inside = (boxes[:, 0] < x) & (x < boxes[:, 2]) & (boxes[:, 1] < y) & (y < boxes[:, 3])
        assert inside.sum() == 1


@pytest.mark.parametrize("threshold", [0, 1, -0.1, 7])
def test_threshold_is_checked(threshold):
    with pytest.raises(BadSettings, match="threshold"):
        BlazeFace(threshold)


@pytest.mark.parametrize("shape", [(321, 200), (256, 384), (1300, 850), (300, 9000), (9000, 40)])
def test_parts_cover_the_picture_and_overlap(shape):
    image = np.broadcast_to(np.uint8(0), (*shape, 3))
    pieces = parts(image)
    seen = np.zeros(shape, int)
    for part in pieces:
        assert part.width <= PIECES[1]
        assert part.height <= PIECES[1]
        seen[part.y : part.y + part.height, part.x : part.x + part.width] += 1
    assert seen.min() == 1
    assert len(pieces) >= 2
    starts = sorted({part.x for part in pieces} if shape[1] > shape[0] else {p.y for p in pieces})
    longest = max(max(part.width, part.height) for part in pieces)
    assert np.all(np.diff(starts) <= longest - OVERLAP + 1)


def test_a_small_picture_is_one_part():
    assert parts(np.zeros((100, 180, 3), np.uint8)) == [Part(0, 0, 180, 100)]


@pytest.mark.parametrize("shape", [(853, 1280), (4000, 6000), (300, 9000), (9000, 40), (5, 5)])
def test_the_first_search_is_bounded(shape):
    image = np.broadcast_to(np.uint8(0), (*shape, 3))
    assert shape[0] * shape[1] / reach_of(image) ** 2 < 5.01


def test_the_network_sees_the_same_in_a_wider_picture(portrait):
    network = full_range()
    square = cv2.resize(portrait, (192, 192), interpolation=cv2.INTER_AREA)
    alone = network.look(square, View(0, 0, 192), 0.2)
    wide = np.zeros((224, 320, 3), np.uint8)
    wide[:192, 100:292] = square
    among = network.look_at(wide, Part(4, 0, 316, 224), 0.2)
    assert len(alone[0]) == len(among[0]) == 1
    np.testing.assert_allclose(among[0] - [[100, 0] * 2], alone[0], atol=2)
    np.testing.assert_allclose(among[2] - [100, 0], alone[2], atol=2)


def test_decoding_by_hand():
    raw = np.zeros((1, 16), np.float32)
    raw[0, :4] = [12.8, -12.8, 25.6, 51.2]
    raw[0, 4:6] = [0, 64]
    boxes, keypoints = decode(raw, np.array([[64, 64]], np.float32))
    np.testing.assert_allclose(boxes, [[64, 25.6, 89.6, 76.8]], atol=1e-4)
    np.testing.assert_allclose(keypoints[0, 0], [64, 128], atol=1e-4)


def test_a_view_of_its_own_size_is_the_picture():
    image = np.random.default_rng(0).integers(0, 256, (50, 60, 3), dtype=np.uint8)
    part = cut(image, View(10, 5, 32), 32)
    np.testing.assert_allclose(part, image[5:37, 10:42] / np.float32(255), atol=1e-6)


def test_a_view_over_the_edge_is_black_there():
    image = np.full((20, 20, 3), 255, np.uint8)
    part = cut(image, View(-10, -10, 40), 40)
    np.testing.assert_allclose(part[10:30, 10:30], 1)
    assert part.sum() == 20 * 20 * 3


@pytest.mark.parametrize("view", [View(-500, 0, 30), View(5, 900, 12), View(-40, -40, 1)])
def test_a_view_beside_the_picture_is_survived(view):
    part = cut(np.full((20, 20, 3), 255, np.uint8), view, 24)
    assert part.shape == (24, 24, 3)


def test_an_upside_down_face_alone_in_the_picture(detector, portrait):
    turned = np.ascontiguousarray(portrait[::-1, ::-1])
    faces = detector.detect(turned)
    size = turned.shape[0]
    assert found(faces, np.array([size - FACE[[2, 3, 0, 1]]])) == [True]
    right, left = faces.keypoints[0, :2]
    assert right[0] > left[0]


@pytest.mark.parametrize("size", [20, 26])
def test_one_small_face_alone_is_searched_for(detector, portrait, size):
    image, truth = scene(portrait, 640, 480, [(300, 200, size)])
    faces = detector.detect(image)
    assert found(faces, truth) == [True]
    assert len(faces) == 1

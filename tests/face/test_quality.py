"""Quality of faces: what each degradation does to the numbers, and the reasons they give."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS, EmotionScores, Unsure
from pyojeong.face.blazeface import BlazeFace
from pyojeong.face.facemesh import FaceMeshNet
from pyojeong.face.quality import FaceQuality, doubted, measure
from pyojeong.face.reader import FaceReader
from pyojeong.face.types import FaceMesh
from pyojeong.media.image import read_image, to_srgb

CLEAR = FaceQuality(1, 60, 0, 0, 0, 1, 0, 1)


@pytest.fixture(scope="module")
def mesh(portrait):
    (mesh,) = FaceMeshNet().mesh(portrait, BlazeFace().detect(portrait))
    assert mesh is not None
    return mesh


def scaled(image, mesh, factor):
    """The picture and its mesh at another size."""
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=method)
    points = mesh.points * np.float32(factor)
    points[:, :2] += (factor - 1) / 2
    return small, FaceMesh(points, mesh.score)


def scores(*values):
    return EmotionScores(values, "test")


SURE = scores(0.9, 0.1, 0, 0, 0, 0, 0)


def test_a_clear_face(portrait, mesh):
    quality = measure(portrait, mesh)
    assert quality.doubt is None
    assert quality.sharpness > 0.85
    assert quality.eyes_px == pytest.approx(41, abs=4)
    assert abs(quality.yaw) < 8
    assert quality.outside == 0
    assert quality.structure > 0.5


def test_sharpness_falls_with_blur(portrait, mesh):
    looks = [measure(cv2.GaussianBlur(portrait, (0, 0), s), mesh) for s in (0.5, 1.5, 3, 6)]
    levels = [look.sharpness for look in looks]
    assert levels == sorted(levels, reverse=True)
    assert looks[-1].doubt is Unsure.BLUR


def test_light_and_contrast_are_no_blur(portrait, mesh):
    dim = (portrait * 0.35 + 20).astype(np.uint8)
    assert measure(dim, mesh).sharpness == pytest.approx(measure(portrait, mesh).sharpness, abs=0.1)
    assert measure(dim, mesh).doubt is None


def test_a_small_face_stays_unsharp_when_enlarged(portrait, mesh):
    small, its_mesh = scaled(portrait, mesh, 3 / 41)
    assert measure(small, its_mesh).doubt is Unsure.SMALL
    large, large_mesh = scaled(small, its_mesh, 12)
    quality = measure(large, large_mesh)
    assert quality.eyes_px > 30
    assert quality.doubt is Unsure.BLUR


def test_a_large_photo_is_as_sharp_as_a_middling_one(portrait, mesh):
    large, large_mesh = scaled(portrait, mesh, 3)
    assert measure(large, large_mesh).doubt is None


@pytest.mark.parametrize("part", ["eyes", "mouth", "side"])
def test_a_plain_cover_is_noticed(portrait, mesh, part):
    x0, y0, x1, y1 = mesh.box.astype(int)
    middle = (y0 + y1) // 2
    corners = {
        "eyes": ((x0, y0), (x1, middle)),
        "mouth": ((x0, middle + 8), (x1, y1 + 5)),
        "side": ((x0 - 5, y0 - 5), ((x0 + x1) // 2, y1 + 5)),
    }[part]
    hidden = portrait.copy()
    cv2.rectangle(hidden, *corners, (90, 120, 200), -1)
    assert measure(hidden, mesh).doubt is Unsure.OCCLUDED


def test_a_face_beyond_the_edge(portrait, mesh):
    left = int(mesh.box[[0, 2]].mean())
    cut = FaceMesh(mesh.points - np.array([left, 0, 0], np.float32), 1.0)
    quality = measure(np.ascontiguousarray(portrait[:, left:]), cut)
    assert quality.outside == pytest.approx(0.5, abs=0.1)
    assert quality.doubt is Unsure.OCCLUDED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"eyes_px": 5.0}, Unsure.SMALL),
        ({"sharpness": 0.5}, Unsure.BLUR),
        ({"yaw": -55.0}, Unsure.POSE),
        ({"pitch": -35.0}, Unsure.POSE),
        ({"structure": 0.1}, Unsure.OCCLUDED),
        ({"outside": 0.6}, Unsure.OCCLUDED),
        ({"mesh_score": 0.1}, Unsure.OCCLUDED),
        ({"eyes_px": 5.0, "sharpness": 0.2}, Unsure.SMALL),
        ({"roll": 170.0}, None),
        ({"pitch": 20.0}, None),
    ],
)
def test_the_first_reason_is_told(change, reason):
    quality = replace(CLEAR, **change)
    assert quality.doubt is reason
    assert doubted(SURE, quality).unsure is reason


def test_flat_scores_are_doubted_last():
    flat = scores(*[1 / 7] * 7)
    assert doubted(flat, CLEAR).unsure is Unsure.FLAT
    assert doubted(flat, replace(CLEAR, sharpness=0.1)).unsure is Unsure.BLUR
    assert doubted(flat, None).unsure is Unsure.FLAT


def test_a_reason_given_by_the_classifier_stays():
    known = replace(SURE, unsure=Unsure.FLAT)
    assert doubted(known, replace(CLEAR, yaw=80.0)) is known
    assert doubted(SURE, None) is SURE


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (200, 2)])
@pytest.mark.parametrize("place", [0.0, 1.0, -500.0, 1e5])
def test_hostile_meshes_and_pictures(shape, place):
    image = np.zeros((*shape, 3), np.uint8)
    quality = measure(image, FaceMesh(np.full((478, 3), place, np.float32), 0.3))
    assert quality.doubt is Unsure.SMALL
    assert all(np.isfinite(value) for value in quality.as_dict().values())


def test_quality_leaves_the_picture_alone(portrait, mesh):
    before, points = portrait.copy(), mesh.points.copy()
    measure(portrait, mesh)
    assert np.array_equal(portrait, before)
    assert np.array_equal(mesh.points, points)


def test_every_read_face_has_its_quality(portrait):
    (face,) = FaceReader().read(portrait)
    assert face.scores is not None
    assert face.scores.unsure is None
    assert face.quality is not None
    assert len(EMOTIONS) == len(face.scores.values)


@pytest.mark.parametrize("name", ["happy-baby.jpeg", "angry.jpg", "neutral.jpeg"])
def test_clear_photos_are_not_doubted(data_folder, name):
    picture = to_srgb(read_image(data_folder / f"samples/pexels_max_{name}"))
    (face,) = FaceReader().read(picture.rgb)
    assert face.scores is not None
    assert face.scores.unsure is None


@pytest.mark.parametrize(
    "name", ["leonardo_mona_lisa", "sargent_portrait_a", "vermeer_pearl_earring"]
)
def test_paintings_are_read(data_folder, name):
    picture = to_srgb(read_image(data_folder / f"samples/pd_painting_{name}.jpg"))
    (face,) = FaceReader().read(picture.rgb)
    assert face.scores is not None
    assert face.scores.emotion == "neutral"
    assert face.scores.unsure is None


def test_a_face_hidden_to_the_nose_and_one_looking_down_are_doubted(data_folder):
    faces = FaceReader().read(read_image(data_folder / "samples/pexels_max_group.jpeg").rgb)
    reasons = {round(float(face.box[0])): face.scores.unsure for face in faces if face.scores}
    assert list(reasons.values()).count(None) == 3
    assert {r for r in reasons.values() if r} == {Unsure.OCCLUDED, Unsure.POSE}

"""Wider and tighter crops."""

import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS, Emotion, EmotionScores
from pyojeong.errors import BadSettings
from pyojeong.face.align import crop_matrix
from pyojeong.face.comparison.margins import (
    MARGINS,
    MarginTally,
    checked_margins,
    readings,
    widened,
)
from pyojeong.face.types import FaceMesh
from pyojeong.registry import load


@pytest.fixture(scope="module")
def mesh(portrait):
    faces = load("FaceDetector").detect(portrait)
    return load("FaceMesher").mesh(portrait, faces)[0]


def turned(mesh, degrees):
    angle = np.radians(degrees)
    turn = np.eye(3, dtype=np.float32)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return FaceMesh((mesh.points @ turn.T).astype(np.float32), mesh.score)


@pytest.mark.parametrize("degrees", [0, 25, -70])
@pytest.mark.parametrize("margin", [-0.2, 0.1, 0.6, 2])
def test_same_middle_same_angle_wider(mesh, margin, degrees):
    mesh = turned(mesh, degrees)
    plain, wide = (crop_matrix(m.points, 49) for m in (mesh, widened(mesh, margin)))
    np.testing.assert_allclose(wide[:, :2] * (1 + 2 * margin), plain[:, :2], rtol=1e-3, atol=1e-5)
    middle = np.linalg.solve(plain[:, :2], [24, 24] - plain[:, 2])
    np.testing.assert_allclose(wide[:, :2] @ middle + wide[:, 2], [24, 24], atol=0.05)


def test_no_margin_is_the_mesh_itself(mesh):
    assert widened(mesh, 0) is mesh


def test_far_wider_crops_lose_the_expression(portrait, mesh):
    """Sanity of the whole: at three times the width the face is a speck to the network."""
    margins = (0.0, 0.1, 1.0)
    read = readings(load("ExpressionClassifier"), portrait, [mesh], margins)
    happy = [scores[0][Emotion.HAPPINESS] for scores in read]
    assert read[0][0].emotion == read[1][0].emotion == Emotion.HAPPINESS
    assert happy[0] > happy[2]
    assert happy[1] > happy[2]


def test_checked():
    assert checked_margins([0.3, 0.1, 0.3]) == (0.0, 0.1, 0.3)
    assert checked_margins(MARGINS) == MARGINS
    for bad in ([-0.5], [4.0], [float("nan")], [n / 100 for n in range(1, 40)]):
        with pytest.raises(BadSettings):
            checked_margins(bad)


def reading(emotion, sure=0.7):
    values = [sure if e == emotion else (1 - sure) / 6 for e in EMOTIONS]
    return EmotionScores(tuple(values), "test", "house-7")


def test_tally():
    happy, sad = reading(Emotion.HAPPINESS), reading(Emotion.SADNESS, 0.5)
    tally = MarginTally(0.2)
    assert tally.agreement is tally.mean_confidence is tally.accuracy is None
    tally.add([happy, sad], [happy, happy], Emotion.HAPPINESS)
    tally.add([sad], [sad], Emotion.FEAR)
    tally.add([sad], [sad], None)
    tally.add([], [], Emotion.FEAR)
    assert tally.as_item() == {
        "margin": 0.2,
        "faces": 4,
        "agreement": 0.75,
        "mean_confidence": 0.55,
        "labelled": 2,
        "accuracy": 0.5,
    }

"""The photo stage: the mesh stays on the photo, and only what changes is drawn."""

import numpy as np
import pytest

from pyojeong.expression import Expression, emotion_expression
from pyojeong.face.reader import FaceReader
from pyojeong.media.subtitles import SubtitlePainter
from pyojeong.story.framing import Framing
from pyojeong.story.stage import place, set_stage


@pytest.mark.parametrize("scale", [0.2, 0.5, 1.0, 1.7, 3.0])
@pytest.mark.parametrize("offset", [(0.0, 0.0), (-37.4, 12.3), (20.0, -8.6)])
def test_points_stay_on_what_they_mark(scale, offset):
    h, w, at = 160, 200, (90, 70)
    y, x = np.mgrid[:h, :w]
    spot = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * (3 / min(scale, 1)) ** 2))
    photo = np.repeat((spot * 255).astype(np.uint8)[:, :, None], 3, axis=2)
    points = np.array([[*at, 4.0]], np.float32)
    visible, moved, _ = place(
        photo, points, Framing(scale, offset[0] * scale, offset[1] * scale), 400, 300
    )
    weight = visible[:, :, 0].astype(float)
    rows, columns = np.mgrid[: weight.shape[0], : weight.shape[1]]
    centre = (weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum()
    assert moved[0, :2] == pytest.approx(centre, abs=0.1)
    assert moved[0, 2] == pytest.approx(4 * scale)


@pytest.fixture(scope="module")
def stage_parts(portrait):
    (face,) = FaceReader().read(portrait)
    return portrait, face.mesh


def test_only_the_face_and_the_subtitle_change(stage_parts):
    stage = set_stage(*stage_parts, 640, 360)
    painter = SubtitlePainter(640, 360)
    still = stage.frame(Expression(), None).copy()
    subtitle = painter.paint("안녕하세요")
    moved = stage.frame(emotion_expression("surprise"), subtitle).copy()
    x0, y0, x1, y1 = stage.rig.zone
    dx, dy = stage.corner
    same = np.all(still == moved, axis=2)
    same[y0 + dy : y1 + dy, x0 + dx : x1 + dx] = True
    a, b, c, d = subtitle.box
    assert not same[b:d, a:c].all()
    same[b:d, a:c] = True
    assert same.all()
    assert np.array_equal(stage.frame(Expression(), None), still), "the subtitle is wiped away"


def test_a_frame_does_not_depend_on_the_ones_before(stage_parts):
    stage, fresh = set_stage(*stage_parts, 320, 180), set_stage(*stage_parts, 320, 180)
    for emotion in ("anger", "happiness", "fear"):
        stage.frame(emotion_expression(emotion), None)
    wanted = emotion_expression("disgust")
    assert np.array_equal(stage.frame(wanted, None), fresh.frame(wanted, None))

"""One wish on one photo: drawn, read back, reported."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pyojeong.edit.express import express_photo, mix_expression, relaxation
from pyojeong.edit.readback import judge
from pyojeong.emotion import EMOTIONS, Emotion, EmotionScores
from pyojeong.errors import BadSettings, NoFace
from pyojeong.expression import Expression
from pyojeong.face.reader import ReadFace


def scores(**values: float) -> EmotionScores:
    rest = 1 - sum(values.values())
    return EmotionScores.from_mapping({"neutral": rest, **values}, "a stub")


class StubReader:
    """Reads the given scores, one after the other, off a face that stays where it is."""

    def __init__(self, face, *readings):
        self.face, self.readings, self.seen = face, list(readings), []

    def read(self, image):
        self.seen.append(image)
        reading = self.readings.pop(0)
        if reading is None:
            return []
        return [ReadFace(self.face.box, 1.0, self.face.mesh, reading)]


@pytest.fixture
def face(portrait_mesh):
    return ReadFace(portrait_mesh.box, 1.0, portrait_mesh, scores(happiness=0.9))


def test_reached_at_once(portrait, face):
    reader = StubReader(face, scores(sadness=0.8))
    done = express_photo(portrait, face, {Emotion.SADNESS: 1.0}, {}, reader)
    assert done.verdict.reached
    assert done.verdict.intensity == 1.0
    assert len(reader.seen) == 1
    assert done.image.shape == portrait.shape


def test_tries_harder_within_limits_then_says_so(portrait, face):
    readings = [scores(sadness=0.2), scores(sadness=0.35), scores(sadness=0.3)]
    reader = StubReader(face, *readings)
    done = express_photo(portrait, face, {Emotion.SADNESS: 1.0}, {}, reader)
    assert len(reader.seen) == 3
    assert not done.verdict.reached
    assert done.verdict.intensity == 1.15, "the attempt that reads best is kept"
    assert "sadness only 35%" in done.verdict.failed[0].text("en")
    assert "슬픔" in done.verdict.failed[0].text("ko")


def test_a_faint_wish_need_only_be_felt(portrait, face):
    reader = StubReader(face, scores(happiness=0.6, sadness=0.2))
    done = express_photo(portrait, face, {Emotion.SADNESS: 0.3}, {}, reader)
    assert done.verdict.reached


def test_a_lost_face_is_a_failure(portrait, face):
    done = express_photo(portrait, face, {Emotion.ANGER: 1.0}, {}, StubReader(face, None))
    assert not done.verdict.reached
    assert done.verdict.after is None
    assert done.as_dict()["verdict"]["after"] is None


def test_coefficients_alone_are_added_and_have_no_emotion_to_reach(portrait, face):
    reader = StubReader(face, scores(happiness=0.9))
    done = express_photo(portrait, face, {}, {"browInnerUp": 0.6}, reader)
    assert done.verdict.reached
    lower = slice(int(face.box[3]) - 30, int(face.box[3]))
    columns = slice(int(face.box[0]), int(face.box[2]))
    assert (done.image[lower, columns] == portrait[lower, columns]).mean() > 0.9


def test_zero_intensity_is_the_same_picture(portrait, face):
    reader = StubReader(face, scores(happiness=0.9))
    done = express_photo(portrait, face, {Emotion.FEAR: 0.0}, {}, reader)
    assert (done.image == portrait).all()


def test_verdict_is_json(portrait, face):
    reader = StubReader(face, scores(surprise=0.7))
    done = express_photo(portrait, face, {Emotion.SURPRISE: 0.9}, {}, reader)
    told = json.loads(json.dumps(done.as_dict(), ensure_ascii=False))
    assert len(told["box"]) == 4
    verdict = told["verdict"]
    assert verdict["asked"] == {"surprise": 0.9}
    assert (
        set(verdict["before"]["scores"])
        == set(verdict["after"]["scores"])
        == {e.value for e in EMOTIONS}
    )
    assert verdict["after"]["emotion"] == "surprise"
    assert verdict["reached"] is True
    assert verdict["failed"] == []
    assert verdict["identity_drift_percent"] == 0


def test_unknown_coefficient_and_missing_mesh(portrait, face):
    with pytest.raises(BadSettings):
        express_photo(portrait, face, {}, {"mouthSmirk": 1}, StubReader(face))
    blind = ReadFace(face.box, 1.0, None, None)
    with pytest.raises(NoFace):
        express_photo(portrait, blind, {Emotion.FEAR: 1.0}, {}, StubReader(face))


def test_relaxation_goes_from_nothing_to_all():
    values = [relaxation(v) for v in (0, 0.1, 0.25, 0.5, 1)]
    assert values[0] == 0
    assert values[2] == pytest.approx(0.5)
    assert values[3] == values[4] == 1
    assert values == sorted(values)


def test_mix_adds_up():
    mix = mix_expression({Emotion.SADNESS: 0.5, Emotion.FEAR: 0.5})
    halves = mix_expression({Emotion.SADNESS: 0.5}) + mix_expression({Emotion.FEAR: 0.5})
    assert mix == halves
    assert mix_expression({}) == Expression()


def test_drift_of_points_that_should_stay_is_seen(face, portrait_mesh):
    from pyojeong.face.types import FaceMesh

    shifted = FaceMesh(portrait_mesh.points + np.array([30, -12, 0], np.float32), 1.0)
    verdict = judge({}, (portrait_mesh, None), (shifted, None), 1.0)
    assert verdict.identity_drift < 0.01, "a shifted face is the same face"
    bent = portrait_mesh.points.copy()
    bent[[33, 10, 234], 0] += 9
    verdict = judge({}, (portrait_mesh, None), (FaceMesh(bent, 1.0), None), 1.0)
    assert not verdict.reached
    assert "should stay" in verdict.failed[0].en

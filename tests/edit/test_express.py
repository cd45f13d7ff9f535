"""One wish on one photo: drawn, read back, reported."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pyojeong.edit.express import Sitting, express_photo
from pyojeong.edit.readback import judge
from pyojeong.edit.sketch import CLEAR, STRONGER, Sketch
from pyojeong.edit.wish import MOST_TURN, Wish
from pyojeong.emotion import EMOTIONS, Emotion, EmotionScores
from pyojeong.errors import BadSettings, NoFace
from pyojeong.expression import Expression, emotion_variants
from pyojeong.face.reader import ReadFace


def scores(**values: float) -> EmotionScores:
    rest = 1 - sum(values.values())
    return EmotionScores.from_mapping({"neutral": rest, **values}, "a stub")


class StubReader:
    """Reads the given scores, one after the other, off a face that stays where it is; sketches
    are read as `sketch` says."""

    def __init__(self, face, *readings, sketch=None):
        self.face, self.readings, self.seen = face, list(readings), []
        self.sketches = []
        self.sketch = sketch or (lambda number: scores(sadness=0.7, happiness=0.1))

    def read(self, image):
        self.seen.append(image)
        reading = self.readings.pop(0)
        if reading is None:
            return []
        return [ReadFace(self.face.box, 1.0, self.face.mesh, reading)]

    @property
    def classifier(self):
        return self

    def classify(self, image, meshes):
        assert len(meshes) == 1
        self.sketches.append(image)
        return [self.sketch(len(self.sketches) - 1)]


def express(portrait, face, wish, reader):
    return express_photo(portrait, [(face, wish)], reader)


@pytest.fixture
def face(portrait_mesh):
    return ReadFace(portrait_mesh.box, 1.0, portrait_mesh, scores(happiness=0.9))


def test_reached_at_once(portrait, face):
    reader = StubReader(face, scores(sadness=0.8))
    done = express(portrait, face, Wish({Emotion.SADNESS: 1.0}), reader)
    assert done.reached
    assert done.faces[0].verdict.intensity == 1.0
    assert len(reader.seen) == 1
    assert len(reader.sketches) == len(emotion_variants(Emotion.SADNESS))
    assert done.image.shape == portrait.shape


def test_the_clearest_variant_is_drawn(portrait, face):
    """Sketches are read in the order of the variants; the second reads best."""
    wanted = 1
    reader = StubReader(
        face, scores(anger=0.8), sketch=lambda n: scores(anger=0.9 if n == wanted else 0.3)
    )
    sitting = Sitting(portrait, face, reader)
    wish = Wish({Emotion.ANGER: 1.0})
    best = sitting.looks(wish)[0]
    source = sitting._sketch._rig.source
    variant = emotion_variants(Emotion.ANGER)[wanted]
    assert best.factor == 1.0
    assert best.share == pytest.approx(0.9)
    for name in variant.coefficients:
        assert best.expression[name] == pytest.approx(variant[name])
    assert source["mouthSmileLeft"] > 0.2, "the portrait smiles, and anger takes no notice"


def test_only_what_is_not_read_is_drawn_stronger(portrait, face):
    faint = StubReader(face, sketch=lambda n: scores(fear=CLEAR - 0.1))
    looks = Sitting(portrait, face, faint).looks(Wish({Emotion.FEAR: 1.0}))
    assert {look.factor for look in looks} == {1.0, *STRONGER}
    clear = StubReader(face, sketch=lambda n: scores(fear=CLEAR + 0.1))
    looks = Sitting(portrait, face, clear).looks(Wish({Emotion.FEAR: 1.0}))
    assert {look.factor for look in looks} == {1.0}


def test_a_faint_wish_is_drawn_as_faint_as_asked(portrait, face):
    reader = StubReader(face, scores(happiness=0.6, sadness=0.2))
    done = express(portrait, face, Wish({Emotion.SADNESS: 0.3}), reader)
    assert done.reached, "it need only be felt"
    assert done.faces[0].verdict.intensity == 1.0
    assert len(reader.seen) == 1


def test_another_look_is_tried_and_the_verdict_is_honest(portrait, face):
    readings = [scores(sadness=0.2), scores(sadness=0.35)]
    reader = StubReader(face, *readings)
    done = express(portrait, face, Wish({Emotion.SADNESS: 1.0}), reader)
    assert len(reader.seen) == 2
    assert not done.reached
    assert not (reader.seen[0] == reader.seen[1]).all()
    failed = done.faces[0].verdict.failed[0]
    assert "sadness only 35%" in failed.text("en")
    assert "슬픔" in failed.text("ko")


def test_a_lost_face_is_a_failure(portrait, face):
    done = express(portrait, face, Wish({Emotion.ANGER: 1.0}), StubReader(face, None))
    assert not done.reached
    assert done.faces[0].verdict.after is None
    assert done.as_dict()["faces"][0]["verdict"]["after"] is None


def test_coefficients_alone_are_added_and_have_no_emotion_to_reach(portrait, face):
    reader = StubReader(face, scores(happiness=0.9))
    wish = Wish({}, Expression({"browInnerUp": 0.6}))
    done = express(portrait, face, wish, reader)
    assert done.reached
    assert not reader.sketches
    lower = slice(int(face.box[3]) - 30, int(face.box[3]))
    columns = slice(int(face.box[0]), int(face.box[2]))
    assert (done.image[lower, columns] == portrait[lower, columns]).mean() > 0.9


def test_zero_intensity_is_the_same_picture(portrait, face):
    reader = StubReader(face, scores(happiness=0.9))
    done = express(portrait, face, Wish({Emotion.FEAR: 0.0}), reader)
    assert (done.image == portrait).all()


def test_verdict_is_json(portrait, face):
    reader = StubReader(face, scores(surprise=0.7))
    done = express(portrait, face, Wish({Emotion.SURPRISE: 0.9}), reader)
    told = json.loads(json.dumps(done.as_dict(), ensure_ascii=False))
    assert told["reached"] is True
    assert len(told["faces"][0]["box"]) == 4
    verdict = told["faces"][0]["verdict"]
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


def test_a_turned_head_is_no_drift(portrait, face):
    """The stub finds the mesh where it was: with the turn taken for granted, that is a drift."""
    still = StubReader(face, scores())
    turned = express(portrait, face, Wish({}, Expression({}, (0, 10, 0))), still)
    assert turned.faces[0].verdict.identity_drift > 4

    class Turning(StubReader):
        def read(self, image):
            found = super().read(image)
            points = self.face.mesh.points.copy()
            points[:468, :2] += self.turn
            return [
                ReadFace(self.face.box, 1.0, type(self.face.mesh)(points, 1.0), scores())
            ] * bool(found)

    reader = Turning(face, scores())
    sitting = Sitting(portrait, face, reader)
    wish = Wish({}, Expression({}, (0, 10, 0)))
    reader.turn = sitting._rig.turned(wish.added)
    assert sitting.express(wish).faces[0].verdict.identity_drift < 1.5


def test_a_smile_is_not_made_smaller_by_asking_for_happiness(portrait, face):
    """The muscles that happiness uses keep what the photo shows of them; others are relaxed."""
    sketch = Sketch(portrait, face.mesh, StubReader(face), face.scores)
    source = sketch._rig.source
    faint = Expression({"mouthSmileLeft": 0.1, "mouthSmileRight": 0.1})
    drawn = sketch.at(faint, 1.0, Wish({Emotion.HAPPINESS: 1.0}))
    assert drawn["mouthSmileLeft"] == pytest.approx(source["mouthSmileLeft"])
    assert drawn["jawOpen"] == 0
    other = sketch.at(faint, 1.0, Wish({Emotion.SURPRISE: 1.0}))
    assert other["mouthSmileLeft"] == pytest.approx(0.1)


def test_unknown_coefficient_and_missing_mesh(portrait, face):
    with pytest.raises(BadSettings):
        Wish({}, Expression({"mouthSmirk": 1}))
    blind = ReadFace(face.box, 1.0, None, None)
    with pytest.raises(NoFace):
        express(portrait, blind, Wish({Emotion.FEAR: 1.0}), StubReader(face))


def test_angles_have_limits():
    Wish({}, Expression({}, (MOST_TURN, -MOST_TURN, 0), (20, 20)))
    with pytest.raises(BadSettings, match="12"):
        Wish({}, Expression({}, (0, 13, 0)))
    with pytest.raises(BadSettings, match="30"):
        Wish({}, Expression({}, (0, 0, 0), (0, -31)))


def test_relaxation_goes_from_nothing_to_all():
    values = [Wish({Emotion.FEAR: v}).relaxation for v in (0, 0.1, 0.25, 0.5, 1)]
    assert values[0] == 0
    assert values[2] == pytest.approx(0.5)
    assert values[3] == values[4] == 1
    assert values == sorted(values)


def test_looks_of_a_mix_vary_the_main_emotion_and_add_the_other():
    wish = Wish({Emotion.SADNESS: 0.7, Emotion.FEAR: 0.3})
    fear = emotion_variants(Emotion.FEAR)[0] * 0.3
    wanted = [fear + look * 0.7 for look in emotion_variants(Emotion.SADNESS)]
    for look, sum_ in zip(wish.looks(), wanted, strict=True):
        assert look.vector() == pytest.approx(sum_.vector())
    assert Wish({}).looks() == (Expression(),)
    assert Wish({Emotion.NEUTRAL: 1.0}).looks() == (Expression(),)
    assert wish.scaled(0.5).mix == {Emotion.SADNESS: 0.35, Emotion.FEAR: 0.15}


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

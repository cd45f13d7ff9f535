"""The Python API: light to import, four verbs, clear errors."""

import numpy as np
import pytest

import pyojeong as pj
from pyojeong.api import choose_face
from pyojeong.errors import BadInput, BadSettings, NoFace, OutputFailed
from pyojeong.media.encode import VideoWriter


def test_public_names():
    assert sorted(pj.__all__) == pj.__all__
    assert set(pj.__all__) <= set(dir(pj))
    for name in pj.__all__:
        value = getattr(pj, name)
        assert value.__doc__ or name in ("ARKIT_52", "EMOTIONS"), name
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = pj.no_such_thing


def test_read_text():
    (first, second) = pj.read_text("너무 기뻐서 춤을 췄다. He was furious!")
    assert first.scores.emotion is pj.Emotion.HAPPINESS
    assert second.scores.emotion is pj.Emotion.ANGER


@pytest.mark.parametrize("text", ["", " \n"])
def test_empty_text(text):
    with pytest.raises(BadInput, match="empty"):
        pj.read_text(text)


def test_read_faces_takes_paths_and_arrays(portrait_path, portrait, tmp_path):
    (from_path,) = pj.read_faces(str(portrait_path))
    (from_array,) = pj.read_faces(portrait)
    assert np.array_equal(from_path.box, from_array.box)
    korean = tmp_path / "사진 폴더" / "얼굴.png"
    korean.parent.mkdir()
    korean.write_bytes(portrait_path.read_bytes())
    assert len(pj.read_faces(korean)) == 1


def test_report_faces(portrait_path, tmp_path):
    told = []
    outputs = [tmp_path / "r.csv", str(tmp_path / "r.json")]
    done = pj.report_faces(str(portrait_path), outputs, lang="ko", progress=told.append)
    assert (done.pictures, done.faces, done.failed) == (1, 1, 0)
    assert done.emotions[pj.Emotion.HAPPINESS].faces == 1
    assert len(told) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.csv", "r.json"]
    with pytest.raises(BadInput, match="no picture in"):
        pj.report_faces(tmp_path, tmp_path / "again.csv")


def test_report_film(tmp_path):
    film = tmp_path / "film.mp4"
    with VideoWriter(film, 160, 96, fps=24) as writer:
        for at in range(24):
            writer.write_frame(np.full((96, 160, 3), 60 + at, np.uint8))
    told = []
    reading = pj.report_film(str(film), tmp_path / "r", every=6, progress=told.append)
    assert reading.frames.tolist() == [0, 6, 12, 18]
    assert reading.characters == ()
    assert told == sorted(told)
    assert (tmp_path / "r/report.html").is_file()
    with pytest.raises(BadSettings, match="every and seconds"):
        pj.report_film(film, tmp_path / "r", every=6, seconds=1)
    with pytest.raises(OutputFailed, match="other files"):
        pj.report_film(film, tmp_path)


def test_express(portrait):
    done = pj.express(portrait, "surprise:0.9")
    assert done.image.shape == portrait.shape
    assert not np.array_equal(done.image, portrait)
    before = done.faces[0].verdict.before
    assert before is not None
    assert before.emotion is pj.Emotion.HAPPINESS
    assert np.array_equal(pj.express(portrait, "surprise:0").image, portrait)
    jaw = pj.express(portrait, coefficients={"jawOpen": 0.5})
    assert not np.array_equal(jaw.image, portrait)


@pytest.mark.parametrize("emotion", list(pj.Emotion))
def test_every_emotion_is_reached_on_the_smiling_portrait(portrait, emotion):
    verdict = pj.express(portrait, emotion.value).faces[0].verdict
    assert verdict.reached, verdict.as_dict()
    assert verdict.after is not None
    assert verdict.after.emotion is emotion


def test_nothing_to_draw(portrait):
    with pytest.raises(BadSettings, match="Nothing to draw"):
        pj.express(portrait)


def test_choosing_a_face(portrait):
    faces = pj.read_faces(portrait)
    assert choose_face(faces) is faces[0]
    assert choose_face(faces, 0) is faces[0]
    with pytest.raises(BadSettings, match="no face 1"):
        choose_face(faces, 1)
    with pytest.raises(BadSettings, match="no face -1"):
        choose_face(faces, -1)
    with pytest.raises(NoFace, match="No face found"):
        choose_face([])


def test_of_several_faces_the_largest_is_taken(portrait):
    from PIL import Image

    wide = np.full((512, 1024, 3), 128, np.uint8)
    wide[:, :512] = portrait
    small = np.asarray(Image.fromarray(portrait).resize((300, 300)))
    wide[100:400, 600:900] = small
    faces = pj.read_faces(wide)
    assert len(faces) == 2
    assert choose_face(faces).box[0] < 512 < choose_face(faces, 1).box[0]
    assert choose_face(faces, (731.0, 173.0)) is faces[1]
    with pytest.raises(BadSettings, match="no face at"):
        choose_face(faces, (1000.0, 20.0))
    edited = pj.express(wide, "anger", face_index=1).image
    assert np.array_equal(edited[:, :512], wide[:, :512])
    assert not np.array_equal(edited[:, 600:900], wide[:, 600:900])


def test_each_face_gets_its_own_wish(portrait):
    wide = np.hstack([portrait, portrait])
    wishes = {
        0: pj.Wish({pj.Emotion.ANGER: 1.0}),
        (736.0, 125.0): pj.Wish({pj.Emotion.SURPRISE: 1.0}),
    }
    left, right = (f.box[0] for f in pj.read_faces(wide))
    if left > right:  # two of a size: which is called the largest is a matter of pixels
        wishes = dict(zip([1, (736.0, 125.0)], wishes.values(), strict=True))
    done = pj.express_faces(wide, wishes)
    assert [face.verdict.asked for face in done.faces] == [w.mix for w in wishes.values()]
    read = {face.box[0] > 512: face.scores.emotion for face in pj.read_faces(done.image)}
    assert read == {False: pj.Emotion.ANGER, True: pj.Emotion.SURPRISE}
    assert done.reached
    everyone = pj.express_faces(wide, pj.Wish({pj.Emotion.SADNESS: 1.0}))
    assert len(everyone.faces) == 2
    with pytest.raises(BadSettings, match="twice"):
        pj.express_faces(portrait, {0: pj.Wish({}, pj.Expression({"jawOpen": 1})), None: pj.Wish()})


def test_one_sitting_draws_many(portrait):
    sitting = pj.sitting(portrait)
    first = sitting.express(pj.Wish({pj.Emotion.ANGER: 1.0}))
    again = pj.express(portrait, "anger")
    assert np.array_equal(first.image, again.image)
    assert first.as_dict() == again.as_dict()


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("오늘은 정말 신나고 행복해요!", pj.Emotion.HAPPINESS),
        ("I miss my dead dog so much. I cannot stop crying.", pj.Emotion.SADNESS),
        ("The table has four legs.", pj.Emotion.NEUTRAL),
    ],
)
def test_the_face_of_a_text(text, emotion):
    from pyojeong.api import mix_of_text

    mix = mix_of_text(text)
    assert max(mix, key=lambda e: mix[e]) is emotion
    assert 0 < sum(mix.values()) <= 1

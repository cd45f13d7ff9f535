"""Marked pictures: where labels lie, that they can be read, at any size and with any crowd."""

import itertools

import numpy as np
import pytest

from pyojeong.emotion import EMOTIONS, EmotionScores, Unsure
from pyojeong.face import annotate, palette
from pyojeong.face.annotate import Style, annotated
from pyojeong.face.label_art import card, legend, pill, text_of
from pyojeong.face.labels import Layout
from pyojeong.face.reader import ReadFace

SIZES = [(200, 150), (400, 400), (900, 2000)]


def scores(emotion: int, share: float = 0.7, unsure: Unsure | None = None) -> EmotionScores:
    values = np.full(7, (1 - share) / 6)
    values[emotion] = share
    return EmotionScores(tuple(values.tolist()), "test", unsure=unsure)


def crowd(rng, count: int, width: int, height: int) -> list[ReadFace]:
    faces = []
    for _ in range(count):
        side = rng.uniform(0.03, 0.4) * min(width, height)
        x, y = rng.uniform(-0.3 * side, width - 0.7 * side), rng.uniform(0, height - side / 2)
        box = np.clip([x, y, x + side, y + 1.1 * side], 0, [width, height] * 2)
        kind = rng.integers(0, 10)
        read = None if kind == 9 else scores(kind % 7, 0.5, Unsure.FLAT if kind == 8 else None)
        faces.append(ReadFace(box.astype(np.float32), 0.9, None, read))
    return faces


def drawing_of(faces, width, height, lang="ko"):
    boxes = np.stack([face.box for face in faces]).astype(np.float64)
    texts = [text_of(face.scores, lang) for face in faces]
    style = Style.of(width, height, boxes)
    layout, drawing = annotate._laid_out(width, height, boxes, texts, style)
    annotate._with_charts(layout, drawing, texts, lang)
    return boxes, drawing


def shared(a, b) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(0, width) * max(0, height)


@pytest.mark.parametrize("count", [1, 4, 12, 40])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_labels_overlap_neither_each_other_nor_other_faces_and_stay_inside(width, height, count):
    rng = np.random.default_rng(count * width)
    boxes, drawing = drawing_of(crowd(rng, count, width, height), width, height)
    labels = {row: place.box for row, place in drawing.places.items()}
    for (_, a), (_, b) in itertools.combinations(labels.items(), 2):
        assert shared(a, b) == 0
    for row, label in labels.items():
        assert label[0] >= 0
        assert label[1] >= 0
        assert label[2] <= width
        assert label[3] <= height
        assert drawing.patches[row].size == (label[2] - label[0], label[3] - label[1])
        assert all(shared(label, box) == 0 for at, box in enumerate(boxes) if at != row)
    assert count > 1 or len(labels) == count


def test_few_faces_in_a_roomy_picture_are_named_without_a_legend():
    faces = [ReadFace(np.float32([x, 200, x + 150, 380]), 1, None, scores(0)) for x in (100, 800)]
    _, drawing = drawing_of(faces, 1280, 720)
    assert not drawing.legend
    assert all(place.leader is None for place in drawing.places.values())


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("count", [0, 1, 3, 40])
def test_result_is_a_picture_as_wide_and_the_input_is_untouched(lang, count):
    rng = np.random.default_rng(count)
    image = rng.integers(0, 255, (240, 320, 3), np.uint8)
    before = image.copy()
    result = annotated(image, crowd(rng, count, 320, 240), lang)
    assert result.dtype == np.uint8
    assert result.shape[1] == 320
    assert result.shape[0] >= 240
    assert (image == before).all()
    assert result is not image
    assert (result[:240] == image).all() == (count == 0)


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (12, 9)])
def test_tiny_pictures_do_not_fail(size):
    height, width = size
    face = ReadFace(np.float32([0, 0, width, height]), 1, None, scores(1))
    assert annotated(np.zeros((height, width, 3), np.uint8), [face], "en").shape[1] == width


def test_a_face_that_fills_the_picture_is_named_inside_it():
    face = ReadFace(np.float32([0, 0, 800, 800]), 1, None, scores(0))
    _, drawing = drawing_of([face], 800, 800)
    assert list(drawing.places) == [0]


def test_sizes_grow_with_the_picture():
    fonts = [Style.of(w, w, np.array([[0, 0, w / 4, w / 4.0]])).font for w in (200, 1000, 6000)]
    assert fonts[0] >= annotate.SMALLEST
    assert fonts[0] < fonts[1] < fonts[2]
    assert fonts[2] == pytest.approx(6 * fonts[1], rel=0.05)


def test_ink_can_be_read_on_every_ground_and_colours_differ():
    for ground in (*palette.COLOURS.values(), palette.UNSURE, palette.PANEL):
        assert palette.contrast(palette.ink_on(ground), ground) >= 4.5
    assert set(palette.COLOURS) == set(EMOTIONS)
    for a, b in itertools.combinations(palette.COLOURS.values(), 2):
        assert np.abs(np.subtract(a, b)).sum() > 100


def test_doubt_is_said_with_its_reason():
    text = text_of(scores(0, 0.3, Unsure.FLAT), "ko")
    assert text.main == "기쁨? 30%"
    assert text.doubt == "불확실: 두드러진 감정 없음"
    assert text.colour == palette.UNSURE
    assert "unsure: no emotion" in text_of(scores(0, 0.3, Unsure.FLAT), "en").doubt
    assert text_of(None, "en").main == "not read"


def test_patches_have_ink():
    text = text_of(scores(2), "ko")
    for patch in (
        pill("기쁨", 20, text.colour),
        card(text, 20, "ko"),
        legend([(7, text)], 14, 300),
    ):
        assert patch.alpha.max() > 0.8
        assert len(np.unique(patch.rgb.reshape(-1, 3), axis=0)) > 8


def test_a_kept_slot_stays_when_there_is_nothing_better():
    face = np.array([[300, 300, 400, 400.0]])
    first = Layout(800, 800, face, 3).place_all({0: (80, 20)}, {0: 3})
    assert first[0].slot == 3


@pytest.mark.parametrize("image", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)])
def test_other_arrays_are_refused(image):
    with pytest.raises(ValueError, match="expected uint8"):
        annotated(image, [], "en")

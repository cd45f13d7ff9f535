"""What is seen in a block of frames."""

import numpy as np
import pytest

from pyojeong.assets import asset_path
from pyojeong.film.emotions import BuiltInEmotions, OwnEmotions, least_clear
from pyojeong.film.figures import MOST
from pyojeong.film.readers import CharacterBlocks, FaceBlocks, colours_of, once
from pyojeong.film.types import Frame, Instances


class Given:
    """A segmenter that always finds the same."""

    labels = ("her", "other")

    def __init__(self, instances):
        self._instances = instances

    def segment(self, images):
        return [self._instances for _ in images]


def boxed(boxes, scores, kinds, size):
    masks = np.zeros((len(boxes), *size), bool)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes, strict=True):
        mask[y0:y1, x0:x1] = True
    return Instances(np.float32(boxes), np.float32(scores), np.array(kinds, np.int64), masks)


@pytest.fixture
def whole(portrait):
    return boxed([(120, 30, 330, 300), (0, 400, 100, 512)], [0.9, 0.8], [0, 1], portrait.shape[:2])


def test_the_built_in_reader_reads_the_face_inside_a_figure(portrait, whole):
    reader = CharacterBlocks(Given(whole), BuiltInEmotions())
    (rows,) = reader.read([Frame(0, 0.0, np.asarray(portrait))])
    assert reader.emotions[int(rows[0]["raw"].argmax())] == "happiness"
    assert not rows[0]["doubt"]
    assert np.isnan(rows[1]["raw"]).all()
    assert rows[1]["doubt"]


def test_a_classifier_of_ones_own_brings_its_own_labels(portrait, whole):
    own = OwnEmotions(asset_path("cartoon_emotions_v1"))
    reader = CharacterBlocks(Given(whole), own)
    (rows,) = reader.read([Frame(0, 0.0, np.asarray(portrait))])
    assert len(own.emotions) == 5
    assert reader.emotions == own.emotions
    assert all(row["raw"].sum() == pytest.approx(1, abs=1e-4) for row in rows)


def test_faint_figures_are_kept_but_not_read(portrait):
    size = portrait.shape[:2]
    faint = boxed([(120, 30, 330, 300)], [0.1], [0], size)
    own = OwnEmotions(asset_path("cartoon_emotions_v1"))
    (rows,) = CharacterBlocks(Given(faint), own).read([Frame(0, 0.0, np.asarray(portrait))])
    assert np.isnan(rows[0]["raw"]).all()
    assert rows[0]["doubt"]


def test_human_faces_are_followed_and_measured(portrait):
    frames = [Frame(4 * k, k / 6, np.roll(np.asarray(portrait), 6 * k, 1)) for k in range(3)]
    found = FaceBlocks(BuiltInEmotions()).read(frames)
    assert [len(rows) for rows in found] == [1, 1, 1]
    looks = [rows[0]["look"] for rows in found]
    assert looks[0] @ looks[2] > 0.95
    boxes = [rows[0]["box"] for rows in found]
    assert boxes[2][0] - boxes[0][0] == pytest.approx(12, abs=3)


def test_one_figure_found_under_two_classes_is_one():
    double = boxed(
        [(10, 10, 50, 90), (11, 10, 51, 90), (60, 10, 99, 90)],
        [0.4, 0.9, 0.5],
        [0, 1, 0],
        (100, 100),
    )
    kept = once(double)
    assert kept.scores.tolist() == pytest.approx([0.9, 0.5])
    assert kept.classes.tolist() == [1, 0]


def test_a_crowd_is_bounded():
    crowd = boxed(
        [(k, 0, k + 1, 4) for k in range(100)], np.linspace(0.9, 0.1, 100), [0] * 100, (8, 128)
    )
    assert len(once(crowd)) == MOST


def test_colours_tell_figures_apart_and_light_hardly_changes_them(stage):
    image = stage.drawn(("joy", 60, 90, 40), ("anger", 220, 90, 40))
    (figures,) = stage.segmenter.segment([image])
    first, second = (colours_of(image, figures.masks[k], figures.boxes[k]) for k in (0, 1))
    darker = (image * 0.9).astype(np.uint8)
    assert first @ first == pytest.approx(1, abs=1e-5)
    assert first @ second < 0.3
    assert first @ colours_of(darker, figures.masks[0], figures.boxes[0]) > 0.8


@pytest.mark.parametrize(("count", "least"), [(2, 0.65), (3, 1.3 / 3), (5, 0.35), (7, 0.35)])
def test_what_counts_as_clear_depends_on_the_number_of_emotions(count, least):
    assert least_clear(count) == pytest.approx(least)

"""What every segmenter keeps, whatever its network."""

import numpy as np
import pytest

from pyojeong.assets import asset_path
from pyojeong.data.cartoon.pictures import make_pictures
from pyojeong.errors import BadSettings
from pyojeong.registry import backends, load

NAMES = [b.name for b in backends() if b.capability == "Segmenter"]


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture(params=NAMES)
def opened(request, kept):
    """opened(threshold) → a segmenter of that backend, with whatever network is at hand."""
    name = request.param
    path = asset_path("cartoon_characters_v1")
    if name == "mask-rcnn":
        path = request.getfixturevalue("random_file")
    elif name == "ultralytics":
        # Ultralytics itself is no part of the tests: a stand-in with its interface.
        request.getfixturevalue("fake_ultralytics")

    def open_it(threshold=0.25):
        if name == "ultralytics" or (name, threshold) not in kept:
            kept[name, threshold] = load("Segmenter", name, path=path, threshold=threshold)
        return kept[name, threshold]

    return open_it


@pytest.fixture(scope="module")
def random_file(mask_rcnn_file):
    return mask_rcnn_file()


@pytest.fixture(scope="module")
def picture():
    """A cartoon, with a red and a blue patch for the stand-in."""
    (made,) = make_pictures(1, 3, "test", size=(320, 180))
    image = made.image.copy()
    image[20:50, 10:60], image[100:140, 200:300] = (250, 10, 10), (10, 10, 250)
    image.setflags(write=False)
    return image


def check(found, image, labels, threshold=0.25):
    height, width = image.shape[:2]
    n = len(found)
    assert found.boxes.shape == (n, 4)
    assert found.masks.shape == (n, height, width)
    assert (found.boxes.dtype, found.scores.dtype) == (np.float32, np.float32)
    assert (found.classes.dtype, found.masks.dtype) == (np.int64, np.bool_)
    assert np.all((found.scores > threshold) & (found.scores <= 1))
    assert np.all(np.diff(found.scores) <= 0)
    assert np.all((found.classes >= 0) & (found.classes < len(labels)))
    assert np.all((found.boxes >= 0) & (found.boxes <= [width, height, width, height]))
    assert np.all(found.boxes[:, 2:] >= found.boxes[:, :2])
    assert found.masks.any((1, 2)).all()
    for box, mask in zip(found.boxes, found.masks, strict=True):
        ys, xs = np.nonzero(mask)
        assert np.all(box[:2] - 2 <= [xs.min(), ys.min()])
        assert np.all(box[2:] + 2 >= [xs.max(), ys.max()])


def test_labels_are_names(opened):
    labels = opened().labels
    assert isinstance(labels, tuple)
    assert labels
    assert all(isinstance(name, str) and name for name in labels)


def test_figures_are_found(opened, picture):
    segmenter = opened()
    (found,) = segmenter.segment([picture])
    check(found, picture, segmenter.labels)
    assert len(found) > 0


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 300), (64, 64), (7, 900), (2000, 5), (90, 320), (320, 90)]
)
def test_any_shape_of_picture(opened, shape):
    segmenter = opened()
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    (found,) = segmenter.segment([image])
    check(found, image, segmenter.labels)


@pytest.mark.parametrize("fill", [0, 128, 255])
def test_nobody_there_is_an_empty_result(opened, fill):
    segmenter = opened(0.99)
    image = np.full((90, 160, 3), fill, np.uint8)
    (found,) = segmenter.segment([image])
    assert len(found) == 0
    check(found, image, segmenter.labels, 0.99)


def test_no_picture(opened):
    assert opened().segment([]) == []


def test_gray_pictures(opened, picture):
    segmenter = opened()
    gray = np.repeat(picture.mean(2, keepdims=True).astype(np.uint8), 3, axis=2)
    (found,) = segmenter.segment([gray])
    check(found, gray, segmenter.labels)


def same(one, other):
    for name in ("boxes", "scores", "classes", "masks"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_picture_reads_the_same_whatever_comes_with_it(opened, picture):
    segmenter = opened()
    small = np.ascontiguousarray(picture[:90, :160])
    first, second = segmenter.segment([picture, small])
    same(first, segmenter.segment([picture])[0])
    same(second, segmenter.segment([small])[0])


def test_pictures_are_not_changed(opened, picture):
    image = picture.copy()
    opened().segment([image])
    np.testing.assert_array_equal(image, picture)


def test_strided_views_are_welcome(opened, picture):
    """A mirrored view has a negative stride."""
    segmenter = opened()
    mirrored = picture[:, ::-1]
    same(segmenter.segment([mirrored])[0], segmenter.segment([mirrored.copy()])[0])


def test_a_higher_threshold_leaves_the_sure_ones(opened, picture):
    (many,), (few,) = opened().segment([picture]), opened(0.99).segment([picture])
    check(few, picture, opened().labels, 0.99)
    assert len(few) < len(many)


@pytest.mark.parametrize("wrong", [0, 1, 1.5, -1])
def test_settings_out_of_range(opened, wrong):
    with pytest.raises(BadSettings):
        opened(wrong)

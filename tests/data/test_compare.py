"""Planted shifts come first, none is found where there is none, and names stay harmless."""

import json

import cv2
import numpy as np
import pytest

from pyojeong.data.assemble import assemble
from pyojeong.data.stores import ArrayPictures
from pyojeong.emotion import EmotionScores
from pyojeong.face.cropped import whole_picture
from pyojeong.face.quality import measure
from pyojeong.face.reader import ReadFace
from pyojeong.face.types import FaceMesh

pytest.importorskip("sklearn", reason="scikit-learn is in the train extra")

from pyojeong.data.compare.make import as_dict, compare
from pyojeong.data.compare.measure import measure_set
from pyojeong.data.compare.page import write_page
from pyojeong.data.compare.shifts import class_counts
from pyojeong.errors import BadInput

CLASSES = ("happy", "sad", "angry")


class FlatReader:
    """A face over the share of the picture that `share` says; reads happy where it is light."""

    def __init__(self, share=lambda image: 0.8):
        self.share = share

    def read(self, image):
        height, width = image.shape[:2]
        middle = np.array([width / 2, height / 2, 0], np.float32)
        points = (whole_picture(width, height).points - middle) * self.share(image) + middle
        points[200:202, :2] = (
            middle[:2] * (1 - self.share(image)),
            middle[:2] * (1 + self.share(image)),
        )
        mesh = FaceMesh(points.astype(np.float32), 1.0)
        values = [0.05] * 7
        values[0 if image.mean() > 110 else 2] = 0.7
        scores = EmotionScores(tuple(values), "fake", "house")
        box = np.array([0, 0, width, height], np.float32)
        return [ReadFace(box, 1.0, mesh, scores, measure(image, mesh))]


def pictures(seed, n=120, change=lambda image: image):
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        noise = cv2.GaussianBlur(rng.normal(0, 90, (64, 64, 3)).astype(np.float32), (0, 0), 0.9)
        light = rng.normal(120, 12)
        made.append(np.clip(change(noise + light), 0, 255).astype(np.uint8))
    return np.stack(made)


def labelled(made, seed=0, shares=(0.4, 0.3, 0.3), title="t", classes=CLASSES):
    labels = np.random.default_rng(seed).choice(len(classes), len(made), p=shares)
    names = [classes[label] for label in labels]
    return assemble(title, ArrayPictures(title, made), names, classes=classes)


def gray(image):
    # The same light in every channel, with the contrast of the coloured picture's luma.
    return np.repeat((image @ np.array([0.299, 0.587, 0.114]))[..., None], 3, axis=2)


def blurred(image):
    soft = cv2.GaussianBlur(image, (0, 0), 1.6)
    middle = soft.mean()
    return (soft - middle) * (image.std() / soft.std()) + middle


@pytest.mark.parametrize(
    ("name", "change"),
    [("light", lambda image: image - 60), ("sharpness", blurred), ("colour", gray)],
)
def test_planted_change_comes_first(name, change):
    a = labelled(pictures(1), 1)
    b = labelled(pictures(2, change=change), 2)
    made = compare(a, b, FlatReader())
    assert made.findings[0].name == name
    assert made.drift.low > 0.9


def test_wider_crop_comes_first():
    def wide(image):
        image[0, 0] = 0
        return image

    reader = FlatReader(lambda image: 0.5 if not image[0, 0].any() else 0.8)
    made = compare(labelled(pictures(1), 1), labelled(pictures(2, change=wide), 2), reader)
    assert made.findings[0].name == "face"
    assert "wider" in as_dict(made, "en")["sentences"][0]


def test_other_class_balance_comes_first():
    a = labelled(pictures(1), 1)
    b = labelled(pictures(2), 2, (0.05, 0.15, 0.8))
    assert [one.name for one in compare(a, b, FlatReader()).findings] == ["classes"]


def test_no_shift_gives_no_finding():
    for seed in range(3, 9, 2):
        a, b = labelled(pictures(seed), seed), labelled(pictures(seed + 1), seed + 1)
        made = compare(a, b, FlatReader())
        assert made.findings == []
        assert made.drift.low < 0.55
        assert "No property differs" in as_dict(made, "en")["sentences"][0]


def test_identical_sets():
    a = labelled(pictures(1), 1)
    made = compare(a, a, FlatReader())
    assert made.findings == []
    assert {one.distance for one in made.shifts} == {0}
    assert {one.psi for one in made.shifts} == {0}
    assert made.drift.low <= 0.5


def test_one_picture_a_side(tmp_path):
    a, b = labelled(pictures(1, 1), 1), labelled(pictures(2, 1), 2)
    made = compare(a, b, FlatReader())
    assert made.findings == []
    assert made.drift is None
    write_page(tmp_path / "r.html", made, "ko")
    json.dumps(as_dict(made, "ko"), allow_nan=False)


def test_most_is_a_seeded_sample():
    a = labelled(pictures(1, 60), 1)
    first, second = (compare(a, a, FlatReader(), 20, 5) for _ in range(2))
    assert len(first.a.rows) == 20
    assert (first.a.rows == second.a.rows).all()


def test_nothing_to_read():
    empty = labelled(pictures(1, 2), 1).take([])
    with pytest.raises(BadInput, match="no picture"):
        compare(empty, empty, FlatReader())


def test_failures_go_with_darkness():
    made = pictures(1, 200)
    made[::2] //= 2
    a = labelled(pictures(2), 1, (1.0, 0.0, 0.0))
    b = labelled(made, 1, (1.0, 0.0, 0.0))
    why = compare(a, b, FlatReader()).failure
    dark = np.array([image.mean() <= 110 for image in made])
    assert why.b.share == pytest.approx(1 - dark.mean())
    assert why.pairs == [("happiness", "sadness", int(dark.sum()))]
    assert why.lifts[0].name == "light"
    assert why.lifts[0].low > 1.5
    assert why.lifts[0].p < 1e-6
    assert why.mistakes
    assert all(true != read for _, true, read, _ in why.mistakes)


def test_one_class_however_it_is_spelled():
    """ "happy", "happiness" and "행복" are one; contempt is none of them."""
    a = labelled(pictures(1, 60), 1, classes=("happy", "sad", "contempt"))
    b = labelled(pictures(2, 60), 1, classes=("happiness", "슬픔", "disgust"))
    names, counts = class_counts(*(measure_set(one, FlatReader(), 60, 0) for one in (a, b)))
    assert names == ["happy", "sad", "contempt", "disgust"]
    assert counts[:, :2].tolist() == [counts[0, :2].tolist()] * 2
    assert (counts[0, 2], counts[1, 2]) == (counts[1, 3], 0)


def test_an_exported_classifier_is_the_reader(tmp_path, capsys, monkeypatch):
    torch = pytest.importorskip("torch", reason="torch is in the train extra")
    pytest.importorskip("onnx", reason="onnx is in the train extra")
    from pyojeong.cli.main import main
    from pyojeong.train.export_classifier import export

    class Light(torch.nn.Module):
        def forward(self, x):
            light = x.mean((1, 2, 3))
            return torch.stack([light * 40 - 18, 18 - light * 40], 1)

    export(
        Light().eval(), tmp_path / "light.onnx", labels=("happy", "sad"), mean=(0, 0, 0),
        std=(1, 1, 1), side=32, temperature=1.0, crop_margin=0.0, gray=False, notes={},
    )  # fmt: skip
    for name, seed, dark in (("a", 1, 0), ("b", 2, 40)):
        (tmp_path / name / "happy").mkdir(parents=True)
        for n, image in enumerate(pictures(seed, 30, lambda image, less=dark: image - less)):
            cv2.imwrite(str(tmp_path / name / "happy" / f"{n}.png"), image)
    words = ["data", "compare", str(tmp_path / "a"), str(tmp_path / "b"), "--json", "--quiet"]
    words += ["--classifier", str(tmp_path / "light.onnx")]
    monkeypatch.setattr("sys.argv", ["pyojeong", "--lang", "en", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    told = json.loads(capsys.readouterr().out)
    assert not stop.value.code
    assert told["findings"][0] == "light"
    assert told["failure"]["a"]["right"] > told["failure"]["b"]["right"]


def test_labels_that_are_no_emotions():
    a = labelled(pictures(1, 30), 1, classes=("cat", "dog", "cow"))
    assert compare(a, a, FlatReader()).failure is None


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_page_is_whole_and_escaped(tmp_path, lang):
    bad = "<script>alert(1)</script>\"'&"
    a = labelled(pictures(1, 40), 1, title=bad)
    b = labelled(
        pictures(2, 40, lambda image: image - 60), 2, (0.1, 0.1, 0.8), bad, (*CLASSES[:2], bad)
    )
    made = compare(a, b, FlatReader())
    write_page(tmp_path / "r.html", made, lang)
    text = (tmp_path / "r.html").read_text("utf-8")
    assert "<script" not in text
    assert "http:" not in text
    assert "https:" not in text
    assert "default-src 'none'" in text
    assert f'<html lang="{lang}">' in text
    assert ("더 어둡습니다" in text) == (lang == "ko")
    assert text.count("<svg") >= 5
    told = as_dict(made, lang)
    assert json.loads(json.dumps(told, allow_nan=False))["findings"][0] == "light"

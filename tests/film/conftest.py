"""Films of coloured discs for tests, with who is where: found by their colour, in no time."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from pyojeong.film.readers import CharacterBlocks
from pyojeong.film.types import Instances
from pyojeong.media.encode import VideoWriter

COLOURS = {"anger": (220, 40, 30), "joy": (240, 210, 40), "sadness": (40, 70, 220)}
EMOTIONS = ("joy", "gloom", "rage")


@dataclass
class ByColour:
    """A segmenter of discs."""

    labels: tuple[str, ...] = tuple(COLOURS)
    calls: list[int] = field(default_factory=list)

    def segment(self, images):
        self.calls.append(len(images))
        return [self._one(image) for image in images]

    def _one(self, image):
        rows = []
        for kind, colour in enumerate(COLOURS.values()):
            near = np.abs(image.astype(int) - colour).max(2) < 60
            _, marks, stats, _ = cv2.connectedComponentsWithStats(near.astype(np.uint8))
            for at, (x, y, w, h, area) in enumerate(stats[1:], start=1):
                if area > 60:
                    rows.append(((x, y, x + w, y + h), kind, marks == at))
        if not rows:
            return Instances.empty(*image.shape[:2])
        boxes, kinds, masks = zip(*rows, strict=True)
        scores = np.full(len(rows), 0.9, np.float32)
        return Instances(np.float32(boxes), scores, np.array(kinds, np.int64), np.stack(masks))


class BySize:
    """Emotions of figures: the larger, the more of the first."""

    emotions, reads_figures = EMOTIONS, True

    def of_figures(self, image, figures):
        sides = (figures.boxes[:, 2:] - figures.boxes[:, :2]).max(1, initial=0)
        share = np.minimum(sides, 100) / 100
        return np.stack([share, (1 - share) * 0.7, (1 - share) * 0.3], 1).reshape(-1, 3)

    def of_meshes(self, image, meshes):
        raise AssertionError("has no use for meshes")


def drawn(*figures, ground=(70, 90, 80), size=(180, 320)):
    """figures: (name, x, y, radius)."""
    canvas = np.empty((*size, 3), np.uint8)
    canvas[:] = ground
    for name, x, y, radius in figures:
        cv2.circle(canvas, (round(x), round(y)), radius, COLOURS[name], -1)
    return canvas


def acted(at):
    """Frame `at` of the test film, 24 a second: three shots of two seconds; two pass each other in
    the first, one alone, then both with one going behind the other's back (a gap)."""
    if at < 48:
        return drawn(("joy", 40 + 5 * at, 80, 24), ("anger", 280 - 5 * at, 100, 24))
    if at < 96:
        return drawn(("joy", 160, 90, 30 + at // 8), ground=(160, 120, 60))
    hidden = 108 <= at < 132
    figures = [("sadness", 60 + at - 96, 120, 22), ("joy", 230, 70, 40)]
    return drawn(*(figures[1:] if hidden else figures), ground=(90, 60, 120))


@pytest.fixture(scope="session")
def acted_film(tmp_path_factory):
    path = tmp_path_factory.mktemp("films") / "원판 film.mp4"
    with VideoWriter(path, 320, 180, fps=24, crf=12) as writer:
        for at in range(144):
            writer.write_frame(acted(at))
    return path


@pytest.fixture
def stage():
    """reader(), segmenter, drawn: the world of discs."""
    segmenter = ByColour()
    return SimpleNamespace(
        segmenter=segmenter,
        reader=CharacterBlocks(segmenter, BySize()),
        drawn=drawn,
        colours=COLOURS,
        emotions=EMOTIONS,
    )


@pytest.fixture(scope="session")
def mask_rcnn_file(tmp_path_factory):
    """mask_rcnn_file(architecture, names, frozen=True, **notes) → a .safetensors file with random
    weights, which finds some figures. By its notes pictures are read very small."""
    torch = pytest.importorskip("torch", reason="torch is in the train extra")
    library = pytest.importorskip("safetensors.torch", reason="safetensors is in the train extra")
    from pyojeong.film.mask_rcnn import build
    from pyojeong.film.weights import Notes

    made = []

    def make(architecture="maskrcnn_resnet50_fpn", names=("cat", "곰"), frozen=True, **notes):
        path = tmp_path_factory.mktemp("weights") / "random.safetensors"
        marks = frozenset() if frozen else frozenset({"num_batches_tracked"})
        torch.manual_seed(4)
        state = build(Notes(path, architecture, tuple(names), {}, marks)).state_dict()
        table = {"min_size": "64", "max_size": "128", **notes}
        table |= {"architecture": architecture, "names": json.dumps(list(names))}
        # Of the hundred figures that chance would find, those few that look best.
        state["roi_heads.box_predictor.cls_score.weight"] *= 2
        state["roi_heads.box_predictor.cls_score.bias"][0] = 9
        halves = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
        library.save_file(halves, path, metadata=table)
        made.append(path)
        return path

    yield make
    for path in made:
        path.unlink()


@pytest.fixture
def fake_ultralytics(monkeypatch):
    """Puts the stand-in for Ultralytics (fake_ultralytics/) where it is found, not yet imported."""
    pytest.importorskip("torch", reason="torch is in the train extra")

    def forget():
        for name in [n for n in sys.modules if n.split(".")[0] == "ultralytics"]:
            monkeypatch.delitem(sys.modules, name)

    forget()
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "fake_ultralytics"))
    yield
    forget()

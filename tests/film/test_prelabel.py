"""Outlines drawn by a network, to be corrected by people."""

import numpy as np
import pytest
from PIL import Image

from pyojeong.data.instances.load import load_instances
from pyojeong.data.instances.save import save_instances
from pyojeong.errors import BadInput, BadSettings
from pyojeong.film.drafts import Drafts
from pyojeong.film.prelabel import outlined
from pyojeong.film.types import Instances


@pytest.fixture
def frames(tmp_path, stage):
    """Two with figures, one without anybody, one broken, in two folders."""
    shown = {
        "a/0000000.png": [("joy", 60, 80, 30), ("anger", 200, 100, 40)],
        "a/0000004.png": [("sadness", 310, 170, 30)],
        "b/0000008.png": [],
    }
    for way, figures in shown.items():
        path = tmp_path / "frames" / way
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(stage.drawn(*figures)).save(path)
    (tmp_path / "frames/b/broken.jpg").write_text("x")
    return tmp_path / "frames"


def test_figures_become_outlines_that_survive_the_way_out_and_in(frames, tmp_path, stage):
    shares = []
    found = outlined(frames, stage.segmenter, progress=shares.append)
    assert (found.labels, found.title) == (stage.segmenter.labels, "frames")
    assert [p.name for p in found.pictures] == ["a/0000000.png", "a/0000004.png", "b/0000008.png"]
    assert [len(p.outlines) for p in found.pictures] == [2, 1, 0]
    assert shares[-1] <= 1
    assert shares == sorted(shares)
    assert len(found.notes) == 2
    assert "broken.jpg" in found.notes[0]
    assert "1 of 3" in found.notes[1]
    for form in ("yolo", "coco"):
        save_instances(found, tmp_path / form, form)
        back = load_instances(tmp_path / form)
        assert back.labels == found.labels
        for one, two in zip(found.pictures, back.pictures, strict=True):
            image = np.asarray(Image.open(one.file))
            (true,) = stage.segmenter.segment([image])
            assert [o.label for o in two.outlines] == true.classes.tolist()
            for mask, outline in zip(true.masks, two.outlines, strict=True):
                made = outline.mask(180, 320)
                assert (made & mask).sum() / (made | mask).sum() > 0.95
                assert sum(map(len, outline.rings)) < 40


class Speckled:
    """One sure figure with a speck and a hole of a pixel, and one doubtful."""

    labels = ("who",)

    def segment(self, images):
        height, width = images[0].shape[:2]
        masks = np.zeros((2, height, width), bool)
        masks[0, 20:80, 20:80] = masks[1, 100:120, 100:120] = True
        masks[0, 50, 50], masks[0, 5, 5] = False, True
        boxes = np.float32([(5, 5, 80, 80), (100, 100, 120, 120)])
        return [Instances(boxes, np.float32([0.9, 0.1]), np.zeros(2, np.int64), masks)]


def test_doubtful_figures_and_specks_are_nothing_to_correct(frames):
    for one in outlined(frames, Speckled()).pictures:
        assert [[len(ring) for ring in o.rings] for o in one.outlines] == [[4]]
    assert len(outlined(frames, Speckled(), 0.05).pictures[0].outlines) == 2


def test_folders_without_pictures(tmp_path, frames, stage):
    with pytest.raises(BadInput, match="no folder"):
        outlined(tmp_path / "absent", stage.segmenter)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="no picture"):
        outlined(tmp_path / "empty", stage.segmenter)
    for path in frames.rglob("*.png"):
        path.unlink()
    with pytest.raises(BadInput, match="broken"):
        outlined(frames, stage.segmenter)
    with pytest.raises(BadSettings):
        outlined(frames, stage.segmenter, 1.5)


def test_a_run_that_was_stopped_goes_on(frames, tmp_path, stage):
    weights = tmp_path / "w.onnx"
    weights.write_bytes(b"one")
    whole = outlined(frames, stage.segmenter)

    def stop_after(share):
        if share > 0.4:
            raise KeyboardInterrupt

    def drafts(threshold=0.25):
        return Drafts(tmp_path / "out", weights, threshold)

    first = drafts()
    with pytest.raises(KeyboardInterrupt):
        outlined(frames, stage.segmenter, drafts=first, progress=stop_after)
    first.close()
    assert not (tmp_path / "out").exists()
    # Killed in the middle of a line.
    with first.path.open("a") as stream:
        stream.write('\n{"of": "')
    stage.segmenter.calls.clear()
    again = drafts()
    found = outlined(frames, stage.segmenter, drafts=again)
    assert len(stage.segmenter.calls) == 1
    for one, two in zip(whole.pictures, found.pictures, strict=True):
        assert (one.name, one.width, one.height) == (two.name, two.width, two.height)
        for a, b in zip(one.outlines, two.outlines, strict=True):
            assert a.label == b.label
            assert (a.mask(180, 320) == b.mask(180, 320)).all()
    again.close()
    # Another threshold, another network and a changed picture are done anew.
    picture = frames / "a/0000000.png"
    assert drafts().found("a/0000000.png", picture)
    assert drafts(0.5).found("a/0000000.png", picture) is None
    Image.fromarray(stage.drawn(("joy", 60, 80, 20))).save(picture)
    assert drafts().found("a/0000000.png", picture) is None
    weights.write_bytes(b"two")
    assert drafts().found("b/0000008.png", frames / "b/0000008.png") is None
    again.remove()
    assert not again.path.exists()

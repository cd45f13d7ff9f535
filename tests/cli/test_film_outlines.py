"""`pyojeong film outlines`: from frames to annotations that people correct."""

import json

import pytest
from PIL import Image

from pyojeong.assets import asset_path
from pyojeong.data.cartoon.pictures import make_pictures
from pyojeong.data.instances.load import load_instances
from pyojeong.film.yolo_seg import ASSET


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    folder = tmp_path_factory.mktemp("film") / "프레임"
    folder.mkdir()
    for at, made in enumerate(make_pictures(3, 5, "test", strangers=0.0)):
        Image.fromarray(made.image).save(folder / f"{at:07d}_00h00m0{at}.000s.png")
    return folder


def test_drafts_are_sets_with_the_networks_classes(run, frames, tmp_path):
    weights = asset_path(ASSET)
    words = ("film", "outlines", frames, "--characters", weights, "-o")
    done = run(*words, tmp_path / "coco", "--json")
    told = json.loads(done.out)
    assert (done.code, told["pictures"]) == (0, {"": 3})
    assert sum(told["figures"][""].values()) >= 3
    found = load_instances(tmp_path / "coco")
    assert {p.file.name for p in found.pictures} == {p.name for p in frames.iterdir()}
    drawn = {n: c for n, c in told["figures"][""].items() if c}
    assert set(drawn) <= set(found.labels)
    words = (*words, tmp_path / "yolo", "--to", "yolo", "--segmenter", "yolo-seg-onnx")
    done = run(*words, "--lang", "ko")
    assert (done.code, "윤곽을 고치고" in done.err) == (0, True)
    assert load_instances(tmp_path / "yolo").labels == found.labels


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["{frames}/none", "-o", "{out}"], 3),
        (["{frames}", "-o", "{out}", "--to", "voc"], 5),
        (["{frames}", "-o", "{out}", "--threshold", "2"], 5),
        (["{frames}", "-o", "{frames}"], 10),
        (["{frames}", "-o", "{out}", "--characters", "missing.onnx"], 8),
        (["{frames}", "-o", "{out}", "--segmenter", "yolo-seg-onix"], 6),
    ],
)
def test_errors_have_their_exit_code(run, frames, tmp_path, words, code):
    given = [w.format(frames=frames, out=tmp_path / "out") for w in words]
    if "--characters" not in given:
        given += ["--characters", str(asset_path(ASSET))]
    done = run("film", "outlines", *given)
    assert (done.code, done.err.startswith("pyojeong: ")) == (code, True), done.err
    assert not (tmp_path / "out").exists()


def test_control_c_is_told_and_the_same_command_goes_on(run, frames, tmp_path, monkeypatch):
    from pyojeong.film.yolo_seg import YoloSegOnnx

    plain, seen = YoloSegOnnx.segment, []

    def stopping(self, images):
        seen.append(len(images))
        if len(seen) == 2:
            raise KeyboardInterrupt
        return plain(self, images)

    monkeypatch.setattr(YoloSegOnnx, "segment", stopping)
    words = ("film", "outlines", frames, "--characters", asset_path(ASSET), "-o", tmp_path / "out")
    done = run(*words)
    assert (done.code, "goes on from here" in done.err) == (130, True)
    assert [p.name for p in tmp_path.iterdir()] == [".out.parts"]
    assert run(*words).code == 0
    assert len(seen) == 4
    assert [p.name for p in tmp_path.iterdir()] == ["out"]

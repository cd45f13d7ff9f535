"""Segmenter "ultralytics": what is asked of the package, what is kept from it, and its files.

The package itself (AGPL-3.0) is no part of the tests; fake_ultralytics/ stands in for it.
"""

import os
import pickle
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")
library = pytest.importorskip("safetensors.torch", reason="safetensors is in the train extra")

from pyojeong.assets import asset_path  # noqa: E402
from pyojeong.errors import BadInput, InferenceFailed, MissingExtra, MissingWeights  # noqa: E402
from pyojeong.registry import find, load  # noqa: E402

ONNX = asset_path("cartoon_characters_v1")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("YOLO_CONFIG_DIR", raising=False)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def fake(fake_ultralytics, home):
    """Its last predictor, once something was opened."""

    def last():
        return sys.modules["ultralytics.models.yolo.segment"].MADE[-1]

    return last


@pytest.fixture
def picture():
    image = np.full((60, 80, 3), 120, np.uint8)
    image[10:30, 5:25], image[40:50, 30:70] = (250, 0, 0), (0, 0, 250)
    return image


def opened(path=ONNX, **settings):
    return load("Segmenter", "ultralytics", path=path, **settings)


def noted(path, **notes):
    """The house's network with other notes."""
    model = onnx.load(str(ONNX))
    table = {p.key: p.value for p in model.metadata_props} | notes
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, table)
    onnx.save(model, str(path))
    return path


def weights(path, architecture="yolov8n-seg", names='["a", "나", "c"]', size=3, **notes):
    table = {"architecture": architecture, "names": names, **notes}
    tensors = {"layer.weight": torch.ones(size, 2), "layer.bias": torch.ones(size)}
    library.save_file(tensors, path, metadata=table)
    return path


def test_its_results_become_ours(fake, picture):
    (found,) = opened().segment([picture])
    assert found.scores.tolist() == pytest.approx([0.9, 0.6])
    assert found.classes.tolist() == [1, 0]
    assert found.boxes.tolist() == [[30, 40, 70, 50], [5, 10, 25, 30]]
    assert np.array_equal(found.masks[1], picture[..., 0] == 250)


def test_what_is_asked_of_it(fake):
    opened(threshold=0.05, iou=0.6)
    args = fake().args
    asked = (args.conf, args.iou, args.device, args.save, args.retina_masks)
    assert asked == (0.05, 0.6, "cpu", False, True)
    assert args.imgsz == [416, 416]
    assert fake().model == str(ONNX)


def test_masks_of_a_huge_picture_are_bounded(fake, picture, monkeypatch):
    monkeypatch.setattr("pyojeong.film.types.MASK_BYTES", 60 * 80)
    (found,) = opened().segment([picture])
    assert (len(found), fake().args.max_det) == (1, 1)


def test_nothing_is_asked_of_the_network_or_left_at_home(fake, home):
    before = dict(os.environ)
    opened()
    told = sys.modules["ultralytics"].TOLD
    assert (told["YOLO_OFFLINE"], told["YOLO_AUTOINSTALL"]) == ("1", "0")
    settings = Path(told["YOLO_CONFIG_DIR"])
    assert (settings / "Ultralytics/settings.json").is_file()
    assert list(home.iterdir()) == []
    # The one that reports every use is among them.
    assert fake().callbacks == {}
    assert dict(os.environ) == before


def test_the_rest_of_the_program_is_left_as_it_was(fake):
    before = torch.save, cv2.getNumThreads(), torch.get_num_threads(), np.get_printoptions()
    opened()
    assert before == (
        torch.save,
        cv2.getNumThreads(),
        torch.get_num_threads(),
        np.get_printoptions(),
    )


def test_it_is_an_extra_and_its_licence_is_told(monkeypatch):
    monkeypatch.setattr("pyojeong.film.ultralytics.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r'AGPL-3\.0.*pip install "pyojeong\[ultralytics\]"'):
        opened()
    assert "AGPL-3.0" in find("Segmenter", "ultralytics").licence


class TestFiles:
    @pytest.mark.parametrize("name", ["yolov8n-seg.pt", "a.PT", "b.pth", "c.pkl"])
    def test_pickles_are_refused_unopened(self, tmp_path, name):
        ran = tmp_path / "ran"

        class Evil:
            def __reduce__(self):
                return ran.touch, ()

        (tmp_path / name).write_bytes(pickle.dumps(Evil()))
        with pytest.raises(BadInput, match=f"yolo export model={name} format=onnx"):
            opened(tmp_path / name)
        assert not ran.exists()

    def test_weights_go_into_the_plan_of_the_package(self, fake, tmp_path):
        segmenter = opened(weights(tmp_path / "a.safetensors", imgsz="96"))
        assert segmenter.labels == ("a", "나", "c")
        net = fake().model
        assert (net.plan["scale"], net.plan["nc"], net.layer.out_features) == ("n", 80, 3)
        assert net.names == {0: "a", 1: "나", 2: "c"}
        assert torch.equal(net.layer.weight, torch.ones(3, 2))
        assert not net.training
        assert fake().args.imgsz == [96, 96]

    def test_a_plan_that_lies_about_is_not_taken(self, fake, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "yolov8-seg.yaml").write_text("activation: print('ran')")
        (tmp_path / "yolov8n-seg.yaml").write_text("activation: print('ran')")
        opened(weights(tmp_path / "a.safetensors"))
        assert "activation" not in fake().model.plan

    @pytest.mark.parametrize(
        "architecture",
        ["yolov9n-seg", "yolov8n", "yolov8q-seg", "../yolov8n-seg", "yolov8n-seg.yaml", "yolo"],
    )
    def test_networks_that_it_does_not_know(self, fake, tmp_path, architecture):
        with pytest.raises(BadInput, match="knows no such network"):
            opened(weights(tmp_path / "a.safetensors", architecture))

    def test_weights_of_another_network(self, fake, tmp_path):
        with pytest.raises(BadInput, match="are not those of yolov8n-seg"):
            opened(weights(tmp_path / "a.safetensors", size=4))

    @pytest.mark.parametrize("key", ["names", "imgsz", "args", "end2end", "kpt_shape"])
    def test_notes_that_would_be_run(self, fake, tmp_path, key):
        path = noted(tmp_path / "a.onnx", **{key: "__import__('os').abort()"})
        with pytest.raises(BadInput):
            opened(path)

    def test_networks_that_do_not_segment(self, fake, tmp_path):
        with pytest.raises(BadInput, match="'detect'"):
            opened(noted(tmp_path / "a.onnx", task="detect"))

    def test_a_file_that_it_cannot_open(self, fake, tmp_path):
        path = noted(tmp_path / "broken.onnx")
        with pytest.raises(BadInput, match="not a loadable model"):
            opened(path)

    def test_no_file_and_other_files(self, fake, tmp_path):
        with pytest.raises(MissingWeights):
            opened(tmp_path / "a.onnx")
        (tmp_path / "a.bin8").write_bytes(b"x")
        with pytest.raises(BadInput, match=r"\.onnx and \.safetensors"):
            opened(tmp_path / "a.bin8")


@pytest.mark.parametrize("results", [RuntimeError("bad"), [], None, [object()]])
def test_its_failures_are_ours(fake, picture, results):
    segmenter = opened()

    def fails():
        if isinstance(results, Exception):
            raise results
        return results

    fake().fails = fails
    with pytest.raises(InferenceFailed, match="Ultralytics failed"):
        segmenter.segment([picture])


def test_figures_that_all_lost_their_masks(fake, picture):
    """As it gives them where masks of an end-to-end network are all empty."""
    segmenter = opened()
    results = fake()._results(picture[:, :, ::-1].astype(int))
    for name in ("xyxy", "conf", "cls"):
        setattr(results.boxes, name, getattr(results.boxes, name)[:0])
    results.masks.data = results.masks.data[:0]
    fake().fails = lambda: [results]
    (found,) = segmenter.segment([picture])
    assert found.masks.shape == (0, 60, 80)


def test_masks_of_another_size_are_a_failure(fake, picture):
    segmenter = opened()
    results = fake()._results(np.full((30, 40, 3), (0, 0, 250)))
    fake().fails = lambda: [results]
    with pytest.raises(InferenceFailed, match="masks of"):
        segmenter.segment([picture])

"""`pyojeong models convert`."""

import json

import pytest

from pyojeong.errors import EXIT_CODES, BadInput, BadSettings

torch = pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("safetensors", reason="safetensors is in the train extra")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    from pyojeong.film.mask_rcnn import build
    from pyojeong.film.weights import Notes

    path = tmp_path_factory.mktemp("weights") / "가중치.pth"
    notes = Notes(path, "maskrcnn_resnet50_fpn", ("a", "b"), {}, frozenset())
    torch.save(build(notes).state_dict(), path)
    yield path
    path.unlink()


def test_a_file_for_characters(run, published, tmp_path):
    out = tmp_path / "b.safetensors"
    done = run("models", "convert", published, "-o", out, "--names", "cat, 곰", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out) == {
        "file": str(out),
        "architecture": "maskrcnn_resnet50_fpn",
        "classes": ["cat", "곰"],
    }
    assert out.is_file()


def test_names_are_asked_for(run, published, tmp_path):
    done = run("models", "convert", published, "-o", tmp_path / "b.safetensors")
    assert done.code == EXIT_CODES[BadSettings]
    assert "--names" in done.err
    assert not list(tmp_path.iterdir())


def test_a_network_of_ultralytics_is_sent_elsewhere(run, tmp_path):
    (tmp_path / "x.pt").write_bytes(b"PK\x03\x04")
    done = run("models", "convert", tmp_path / "x.pt", "-o", tmp_path / "b.safetensors")
    assert done.code == EXIT_CODES[BadInput]
    assert "yolo export model=x.pt format=onnx" in done.err

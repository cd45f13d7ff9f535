"""`--classifier FILE.onnx`: a file of one's own reads photos, crops and films."""

import json
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="onnx is in the train extra")

import pyojeong as pj  # noqa: E402
from pyojeong.cli.main import main  # noqa: E402
from pyojeong.errors import BadInput, MissingWeights  # noqa: E402
from pyojeong.face.report.make import Asked, fingerprint  # noqa: E402

LABELS = ["기쁨", "분노", "슬픔"]


def classifier(path: Path, labels=LABELS, side=32, boxes=True, **changes):
    """A file whose first class is the surer the lighter the picture."""
    from onnx import TensorProto, helper, numpy_helper

    weights = np.zeros((1, len(labels)), np.float32)
    weights[0, 0] = 8
    nodes = [
        helper.make_node("Cast", ["pictures"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["x"], ["m"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["m", "column"], ["c"]),
        helper.make_node("Div", ["c", "white"], ["light"]),
        helper.make_node("MatMul", ["light", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    constants = {
        "column": np.array([-1, 1], np.int64),
        "white": np.array(255, np.float32),
        "weights": weights,
    }
    shape = ["n", side, side, 3]
    graph = helper.make_graph(
        nodes,
        "light",
        [helper.make_tensor_value_info("pictures", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(labels)])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    card = {"format": 1, "labels": labels, "side": side, "crop": {"boxes": boxes, "margin": 0.1}}
    helper.set_model_props(model, {"pyojeong": json.dumps(card | changes, ensure_ascii=False)})
    onnx.save(model, str(path))
    return path


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr("sys.argv", ["pyojeong", "--lang", "en", *map(str, words)])
    code = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code or 0
    return code, capsys.readouterr()


@pytest.fixture
def photo(examples):
    return examples / "portrait.png"


@pytest.fixture
def examples():
    return Path(__file__).parents[2] / "examples"


def test_a_photo_is_read_by_the_file(monkeypatch, capsys, tmp_path, photo):
    file = classifier(tmp_path / "mine.onnx")
    code, told = run(monkeypatch, capsys, "faces", photo, "--json", "--classifier", file)
    assert code == 0, told.err
    (face,) = json.loads(told.out)[0]["faces"]
    assert set(face["scores"]) == {e.value for e in pj.Emotion}
    assert face["scores"]["happiness"] > 0.9
    assert face["scores"]["fear"] == 0


@pytest.mark.parametrize("boxes", [True, False])
def test_crops_are_shown_as_they_were_learned(monkeypatch, capsys, tmp_path, boxes):
    from PIL import Image

    dark = np.zeros((48, 48), np.uint8)
    dark[:24] = 255
    Image.fromarray(dark).save(tmp_path / "crop.png")
    file = classifier(tmp_path / "mine.onnx", boxes=boxes)
    words = ("faces", tmp_path / "crop.png", "--cropped", "--json", "--classifier", file)
    code, told = run(monkeypatch, capsys, *words)
    assert code == 0, told.err
    (face,) = json.loads(told.out)[0]["faces"]
    # Half of the whole picture is light: e^4 / (e^4 + 2).
    assert face["scores"]["happiness"] == pytest.approx(np.exp(4) / (np.exp(4) + 2), abs=0.01)


def test_a_film_is_read_by_the_file(monkeypatch, capsys, tmp_path, film):
    file = classifier(tmp_path / "mine.onnx")
    out = tmp_path / "timeline.csv"
    code, told = run(monkeypatch, capsys, "faces", film, "-o", out, "--classifier", file)
    assert code == 0, told.err
    assert ",happiness," in out.read_text("utf-8-sig")


@pytest.fixture
def film(tmp_path, photo):
    import av
    from PIL import Image

    path = tmp_path / "clip.mp4"
    pixels = np.array(Image.open(photo).convert("RGB").resize((256, 256)))
    with av.open(str(path), "w") as made:
        stream = made.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 256
        for _ in range(5):
            made.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        made.mux(stream.encode())
    return path


def test_another_file_starts_a_report_anew(tmp_path):
    first = classifier(tmp_path / "a.onnx")
    second = classifier(tmp_path / "b.onnx", labels=["joy", "anger"])
    prints = [fingerprint(Asked(classifier=file), 0) for file in (first, second, None)]
    assert len({json.dumps(p, default=str) for p in prints}) == 3


def test_a_missing_file_is_told_before_anything_is_read(tmp_path, photo):
    with pytest.raises(MissingWeights, match=r"no\.onnx"):
        pj.report_faces(photo, tmp_path / "r.csv", classifier=tmp_path / "no.onnx")
    assert not list(tmp_path.iterdir())


def test_another_kind_of_file_is_refused(tmp_path, photo):
    (tmp_path / "notes.onnx").write_bytes(b"not a network")
    with pytest.raises(BadInput, match="ONNX"):
        pj.report_faces(photo, tmp_path / "r.csv", classifier=tmp_path / "notes.onnx")

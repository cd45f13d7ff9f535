"""Which segmenter reads which file, and how the choice travels through a reading."""

import json

import pytest

from pyojeong.assets import asset_path
from pyojeong.errors import BadInput, MissingWeights, UnknownBackend
from pyojeong.film.plan import Choices, fingerprint_of, planned
from pyojeong.film.segments import SegmentJob, segmenter_of
from pyojeong.film.weights import backend_of, read_notes
from pyojeong.film.yolo_seg import YoloSegOnnx


def headed(path, table, tensors=("a",), length=None):
    """A .safetensors file with nothing but its head."""
    head = {name: {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for name in tensors}
    data = json.dumps({"__metadata__": table, **head}).encode()
    path.write_bytes((length or len(data)).to_bytes(8, "little") + data)
    return path


def noted(path, architecture):
    return headed(path, {"architecture": architecture, "names": '["a"]'})


class TestBackendOfFile:
    @pytest.mark.parametrize("name", ["a.onnx", "b.ONNX", "c"])
    def test_exported_networks(self, tmp_path, name):
        assert backend_of(tmp_path / name) == "yolo-seg-onnx"

    @pytest.mark.parametrize(
        ("architecture", "backend"),
        [
            ("maskrcnn_resnet50_fpn", "mask-rcnn"),
            ("maskrcnn_resnet50_fpn_v2", "mask-rcnn"),
            ("yolov8n-seg", "ultralytics"),
            ("yolo11s-seg", "ultralytics"),
        ],
    )
    def test_weights_say_what_they_are_of(self, tmp_path, architecture, backend):
        assert backend_of(noted(tmp_path / "a.safetensors", architecture)) == backend

    def test_other_networks(self, tmp_path):
        with pytest.raises(BadInput, match="which no segmenter knows"):
            backend_of(noted(tmp_path / "a.safetensors", "bert"))

    @pytest.mark.parametrize("name", ["a.pt", "a.pth", "a.PKL", "a.ckpt"])
    def test_pickles(self, tmp_path, name):
        with pytest.raises(BadInput, match="yolo export model=") as caught:
            backend_of(tmp_path / name)
        assert "피클" in caught.value.ko
        assert "pyojeong models convert" in caught.value.en


class TestNotes:
    def test_what_they_hold(self, tmp_path):
        table = {"architecture": "x", "names": '["가", "b"]', "imgsz": "416"}
        notes = read_notes(headed(tmp_path / "a.safetensors", table, ("w", "v")))
        assert (notes.architecture, notes.names) == ("x", ("가", "b"))
        assert notes.tensors == {"w", "v"}
        assert (notes.size("imgsz", 640), notes.size("other", 640)) == (416, 640)

    @pytest.mark.parametrize(
        "table",
        [
            None,
            {},
            {"architecture": "x"},
            {"names": '["a"]'},
            {"architecture": "x", "names": "a"},
            {"architecture": "x", "names": "[]"},
            {"architecture": "x", "names": '{"0": "a"}'},
            {"architecture": "x", "names": json.dumps(["a"] * 1001)},
            {"architecture": "x", "names": "[" * 5000},
            {"architecture": "x", "names": ["a"]},
            ["architecture", "names"],
        ],
    )
    def test_notes_that_say_too_little(self, tmp_path, table):
        with pytest.raises(BadInput, match="architecture"):
            read_notes(headed(tmp_path / "a.safetensors", table))

    @pytest.mark.parametrize(
        "content",
        [b"", b"abc", b"\xff" * 8 + b"{}", b"\x02" + b"\0" * 7 + b"[]", b"\x80\x04pickle"],
    )
    def test_what_is_no_such_file(self, tmp_path, content):
        (tmp_path / "a.safetensors").write_bytes(content)
        with pytest.raises(BadInput):
            read_notes(tmp_path / "a.safetensors")

    def test_a_head_without_end_is_not_read(self, tmp_path):
        with pytest.raises(BadInput, match="a header of"):
            read_notes(headed(tmp_path / "a.safetensors", {}, length=2**40))

    def test_no_file(self, tmp_path):
        with pytest.raises(MissingWeights):
            read_notes(tmp_path / "a.safetensors")

    @pytest.mark.parametrize("size", ["", "0", "31", "4097", "1e3", "-640", "٦٤٠", "9" * 5000])
    def test_sizes_out_of_range(self, tmp_path, size):
        table = {"architecture": "x", "names": '["a"]', "imgsz": size}
        notes = read_notes(headed(tmp_path / "a.safetensors", table))
        with pytest.raises(BadInput, match="imgsz"):
            notes.size("imgsz", 640)


class TestReadings:
    """The name of the segmenter travels with the reading."""

    @pytest.fixture
    def file(self):
        return asset_path("cartoon_characters_v1")

    def test_it_is_found_by_the_file(self, tmp_path, file):
        weights = noted(tmp_path / "a.safetensors", "maskrcnn_resnet50_fpn")
        assert Choices().backend == ""
        assert Choices(characters=file).backend == "yolo-seg-onnx"
        assert Choices(characters=weights).backend == "mask-rcnn"
        assert Choices(characters=file, segmenter="ultralytics").backend == "ultralytics"
        with pytest.raises(UnknownBackend, match="Did you mean ultralytics"):
            _ = Choices(characters=file, segmenter="ultralitics").backend

    def test_jobs_carry_it(self, acted_film, tmp_path, file):
        choices = Choices(characters=file, segmenter="ultralytics")
        plan, _ = planned(acted_film, tmp_path, choices)
        assert {job.segmenter for job in plan.jobs} == {"ultralytics"}
        assert all(SegmentJob.from_json(job.as_json()) == job for job in plan.jobs)

    def test_a_reading_with_another_is_another_reading(self, acted_film, tmp_path, file):
        plain, same, other = (
            Choices(characters=file),
            Choices(characters=file, segmenter="yolo-seg-onnx"),
            Choices(characters=file, segmenter="ultralytics"),
        )
        assert fingerprint_of(acted_film, plain) == fingerprint_of(acted_film, same)
        assert fingerprint_of(acted_film, plain) != fingerprint_of(acted_film, other)
        planned(acted_film, tmp_path, plain)
        assert planned(acted_film, tmp_path, same)[1]
        assert not planned(acted_film, tmp_path, other)[1]

    def test_it_is_opened_by_name_or_file(self, file, fake_ultralytics):
        assert isinstance(segmenter_of(file), YoloSegOnnx)
        assert type(segmenter_of(str(file), "ultralytics")).__name__ == "Ultralytics"

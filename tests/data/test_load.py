"""Every layout is recognised by its content; hostile files give errors of the house."""

import csv
import json

import numpy as np
import pytest

from pyojeong.data.load import load_dataset
from pyojeong.data.save import save_dataset
from pyojeong.errors import BadInput, BadSettings

FERPLUS = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"]
FERPLUS += ["unknown", "NF"]


def table(path, rows, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def fer_csv(folder, n=4, pixels=None):
    text = " ".join(map(str, range(256))) + " 0" * (2304 - 256)
    rows = [["emotion", "pixels", "Usage"]]
    usages = ["Training", "PublicTest", "PrivateTest", "Training"]
    rows += [[i % 7, pixels or text, usages[i % 4]] for i in range(n)]
    return table(folder / "fer2013.csv", rows)


class TestFolders:
    def test_classes_and_splits(self, write, tmp_path, pattern):
        ways = ["train/화남/1.png", "train/joy/2.png", "valid/joy/deep/3.png", "test/화남/4.png"]
        found = load_dataset(write(tmp_path / "s", {w: i for i, w in enumerate(ways)}))
        assert found.classes == ("joy", "화남")
        assert sorted(found.splits.tolist()) == ["test", "train", "train", "val"]
        row = [found.name(r) for r in range(4)].index("valid/joy/deep/3.png")
        assert np.array_equal(found.read(row), pattern(2))

    def test_roboflow_copies_share_an_identity(self, write, tmp_path):
        mark = ".rf.0123456789abcdef0123456789abcdef.png"
        ways = [f"train/sad/kim_jpg{mark}", f"valid/sad/kim_jpg{mark.replace('0', 'f')}"]
        found = load_dataset(write(tmp_path, dict.fromkeys([*ways, "train/sad/b.png"], 1)))
        assert sorted(found.identities.tolist()) == ["", "kim_jpg", "kim_jpg"]
        assert any("Roboflow" in note for note in found.notes)

    def test_roboflow_tables(self, write, tmp_path, pattern):
        mark = ".rf.0123456789abcdef0123456789abcdef.png"
        ways = [
            f"train/a_jpg{mark}",
            "train/b.png",
            "train/c.png",
            "valid/d.png",
            "train/loose.png",
        ]
        write(tmp_path, {w: i for i, w in enumerate(ways)})
        head = ["filename", " Happy", " 슬픔"]
        rows = [head, [f"a_jpg{mark}", 1, ""], ["b.png", " 1", "1"], ["c.png", "0", ""]]
        table(tmp_path / "train/_classes.csv", rows)
        # The other table has its columns in another order and a class of its own.
        rows = [["filename", "슬픔", "Happy", "Calm"], ["d.png", "1", "0", "0"]]
        table(tmp_path / "valid/_classes.csv", rows)
        found = load_dataset(tmp_path)
        assert found.classes == ("Happy", "슬픔", "Calm")
        assert found.labels.tolist() == [0, -1, 1]
        assert found.splits.tolist() == ["train", "train", "val"]
        assert found.identities.tolist() == ["a_jpg", "", ""]
        assert np.array_equal(found.read(2), pattern(3))
        for words in (
            "1 pictures have several classes",
            "1 pictures have no class",
            "1 pictures are in no",
        ):
            assert any(note.startswith(words) for note in found.notes), words
        for one in (tmp_path / "valid", tmp_path / "valid/_classes.csv"):
            assert load_dataset(one).labels.tolist() == [0]
        assert load_dataset(tmp_path, classes=["슬픔"]).labels.tolist() == [-1, 0]

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            ([["filename", "a"], ["x.png", "2"]], "neither 0 nor 1"),
            ([["filename", "a"], ["gone.png", "1"]], "not there"),
            ([["filename", "a"], ["../x.png", "1"]], "not below"),
            ([["filename", "a"], ["x.png"]], "1 cells"),
            ([["filename", "a", "a"], ["x.png", "1", "0"]], "of its own"),
            ([["filename"], ["x.png"]], "of its own"),
            ([["a", "b"], ["1", "0"]], "of its own"),
            ([["filename", "a", "b"], ["x.png", "1", "1"]], "single class"),
        ],
    )
    def test_roboflow_tables_that_are_none(self, write, tmp_path, rows, reason):
        write(tmp_path, {"train/x.png": 1})
        table(tmp_path / "train/_classes.csv", rows)
        with pytest.raises(BadInput, match=reason):
            load_dataset(tmp_path)

    def test_without_classes_there_is_nothing(self, write, tmp_path):
        with pytest.raises(BadInput, match="one folder per class"):
            load_dataset(write(tmp_path, {"a.png": 0}))
        with pytest.raises(BadInput, match="no file"):
            load_dataset(tmp_path / "absent")

    def test_chosen_classes_and_split(self, write, tmp_path):
        ways = ["train/a/1.png", "train/b/2.png", "test/c/3.png"]
        folder = write(tmp_path, {w: i for i, w in enumerate(ways)})
        found = load_dataset(folder, classes=["c", "a"])
        assert (found.classes, len(found)) == (("c", "a"), 2)
        assert found.labels.tolist() == [0, 1] or found.labels.tolist() == [1, 0]
        assert len(load_dataset(folder, split="test")) == 1
        with pytest.raises(BadInput, match="no class"):
            load_dataset(folder, classes=["d"])
        with pytest.raises(BadSettings):
            load_dataset(folder, split="extra")


class TestFer:
    def test_csv(self, tmp_path):
        found = load_dataset(fer_csv(tmp_path))
        assert found.splits.tolist() == ["train", "val", "test", "train"]
        assert [found.classes[c] for c in found.labels] == ["angry", "disgust", "fear", "happy"]
        assert found.read(0)[0, 5].tolist() == [5, 5, 5]

    @pytest.mark.parametrize("pixels", ["1 2 3", "300 " * 2304, "x " * 2304, "-1 " * 2304])
    def test_pixels_that_are_none(self, tmp_path, pixels):
        with pytest.raises(BadInput, match="row 2"):
            load_dataset(fer_csv(tmp_path, pixels=pixels))

    def test_a_cell_without_end(self, tmp_path):
        with pytest.raises(BadInput, match="row 2"):
            load_dataset(fer_csv(tmp_path, pixels="1 " * 100_000))

    def test_votes_beside_it(self, tmp_path):
        fer_csv(tmp_path, 3)
        votes = [
            [0, 9, 1, 0, 0, 0, 0, 0, 0, 0],
            [5, 5, 0, 0, 0, 0, 0, 0, 0, 0],
            [1] + [0] * 8 + [9],
        ]
        rows = [["Usage", "Image name", *FERPLUS]]
        rows += [["Training", f"{i}.png", *v] for i, v in enumerate(votes)]
        path = table(tmp_path / "fer2013new.csv", rows)
        for source in (tmp_path, path, tmp_path / "fer2013.csv"):
            found = load_dataset(source)
            assert found.labels.tolist() == [1, -1, -1]
            assert found.targets[0].tolist() == pytest.approx([0, 0.9, 0.1, 0, 0, 0, 0, 0])
        assert load_dataset(tmp_path, classes=["angry", "fear"]).targets is None
        table(path, rows[:-1])
        with pytest.raises(BadInput, match="votes for 2"):
            load_dataset(tmp_path)

    def test_npz(self, tmp_path):
        path = tmp_path / "x.npz"
        np.savez(path, images=np.zeros((3, 48, 48), np.uint8), labels=np.array([0, -1, 6]))
        assert load_dataset(path).labels.tolist() == [0, -1, 6]
        assert load_dataset(path, split="val").splits.tolist() == ["val"] * 3

    @pytest.mark.parametrize(
        "arrays",
        [
            {"images": np.zeros((2, 48, 48), np.float32), "labels": np.zeros(2, int)},
            {"images": np.zeros((2, 48, 48), np.uint8), "labels": np.full(2, 99)},
            {"images": np.zeros((2, 48, 48), np.uint8), "labels": np.zeros(3, int)},
            {"images": np.array([{"a": 1}], object), "labels": np.zeros(1, int)},
        ],
    )
    def test_npz_that_is_none(self, tmp_path, arrays):
        path = tmp_path / "x.npz"
        np.savez(path, **arrays)
        with pytest.raises(BadInput):
            load_dataset(path)

    def test_cut_short(self, tmp_path):
        path = tmp_path / "x.npz"
        path.write_bytes(b"PK\x03\x04" + bytes(100))
        with pytest.raises(BadInput):
            load_dataset(path)


class TestTables:
    @pytest.mark.parametrize(
        "way", ["../a.png", "/etc/passwd", "a/../../b.png", "C:\\x.png", "..\\x"]
    )
    def test_no_path_leads_out(self, write, tmp_path, way):
        write(tmp_path, {"s/1.png": 0, "a.png": 1})
        path = table(tmp_path / "s/labels.csv", [["path", "label"], [way, "joy"]])
        with pytest.raises(BadInput, match="below the table"):
            load_dataset(path)

    def test_boxes_identities_and_korean(self, write, tmp_path, pattern):
        write(tmp_path, {"1.png": 0})
        rows = [["path", "label", "split", "identity", "left", "top", "right", "bottom"]]
        rows += [
            ["1.png", "기쁨", "valid", "kim", 10, 20, 40, 60],
            ["1.png", "", "", "", *[""] * 4],
        ]
        table(tmp_path / "labels.csv", rows, "cp949")
        found = load_dataset(tmp_path)
        assert found.classes == ("기쁨",)
        assert found.labels.tolist() == [0, -1]
        assert np.array_equal(found.read(0), pattern(0)[20:60, 10:40])
        assert (found.splits[0], found.identities[0]) == ("val", "kim")
        rows[1][4] = "nan"
        table(tmp_path / "labels.csv", rows)
        with pytest.raises(BadInput, match="row 2"):
            load_dataset(tmp_path)

    def test_ragged_missing_and_binary(self, tmp_path):
        path = table(tmp_path / "labels.csv", [["path", "label"], ["a.png", "x"]])
        with pytest.raises(BadInput, match="not there"):
            load_dataset(path)
        with pytest.raises(BadInput, match="cells"):
            load_dataset(table(path, [["path", "label"], ["a.png", "x", "y"]]))
        path.write_bytes(b"path,label\n\xff\xff\xfe\x80,x\n")
        with pytest.raises(BadInput, match="encoding"):
            load_dataset(path)
        path.write_text("hello\nthere\n")
        with pytest.raises(BadInput, match="no set"):
            load_dataset(path)


def record(name, box=(10, 10, 60, 60), label="기쁨", others=None):
    sides = dict(zip(("minX", "minY", "maxX", "maxY"), box, strict=True))
    boxes = {f"annot_{a}": {"boxes": sides, "faceExp": label} for a in "ABC"}
    return {"filename": name, "faceExp_uploader": label, **boxes, **(others or {})}


class TestAihub:
    PERSON = "5f656a0f627a3ef96dec882437e3e7ad"

    def make(self, write, folder, records, encoding="euc-kr"):
        names = [f"{self.PERSON}_여_30_기쁨_{i}.jpg" for i in range(3)]
        write(folder, {f"Training/원천/{n}": i for i, n in enumerate(names)})
        path = folder / "Training/label.json"
        path.write_bytes(json.dumps(records(names), ensure_ascii=False).encode(encoding))
        return folder

    @pytest.mark.parametrize("encoding", ["euc-kr", "utf-8"])
    def test_boxes_are_repaired_dropped_and_counted(self, write, tmp_path, encoding):
        far = {"boxes": {"minX": 500, "minY": 500, "maxX": 700, "maxY": 700}, "faceExp": "슬픔"}

        def records(names):
            return [
                record(names[0], (-5, 10, 60, 60)),
                record(names[1], others={"annot_B": far}),
                record(names[2], (500, 500, 600, 600), "상처"),
                record("absent.jpg"),
                record("../../" + names[0]),
                {"filename": 7},
                "text",
                record(names[0], label="행복"),
                record(names[0]),
            ]

        found = load_dataset(self.make(write, tmp_path, records, encoding))
        assert [found.classes[c] for c in found.labels] == ["기쁨", "기쁨", "상처"]
        assert found.boxes[0].tolist() == [0, 10, 60, 60]
        assert found.boxes[1].tolist() == [10, 10, 60, 60]
        assert np.isnan(found.boxes[2]).all()
        assert set(found.identities.tolist()) == {self.PERSON}
        assert set(found.splits.tolist()) == {"train"}
        assert found.targets[1, found.classes.index("슬픔")] == 0.25
        said = " ".join(found.notes)
        for part in (
            "3 boxes reached",
            "4 boxes lie",
            "1 pictures have no usable",
            "2 records name",
            "2 records are not",
            "1 records carry",
            "1 records repeat",
        ):
            assert part in said, part

    def test_two_boxes_outvote_one(self, write, tmp_path):
        other = {"boxes": {"minX": 70, "minY": 70, "maxX": 95, "maxY": 95}, "faceExp": "기쁨"}
        found = load_dataset(
            self.make(write, tmp_path, lambda n: [record(n[0], others={"annot_A": other})])
        )
        assert found.boxes[0].tolist() == [10, 10, 60, 60]

    @pytest.mark.parametrize(
        "text",
        [b'[{"faceExp_uploader": "x", ' + b"[" * 100_000, b'{"faceExp_uploader": \xff\xfe\xff'],
    )
    def test_hostile_json(self, tmp_path, text):
        (tmp_path / "l.json").write_bytes(text)
        with pytest.raises(BadInput):
            load_dataset(tmp_path)

    def test_huge_json(self, write, tmp_path, monkeypatch):
        monkeypatch.setattr("pyojeong.data.aihub.LARGEST", 100)
        with pytest.raises(BadInput, match="too large"):
            load_dataset(self.make(write, tmp_path, lambda n: [record(n[0])]))


class TestRoundTrip:
    @pytest.mark.parametrize("target", ["out.parquet", "out"])
    def test_what_is_written_reads_back(self, write, tmp_path, target):
        if target.endswith("parquet"):
            pytest.importorskip("pyarrow", reason="pyarrow is in the report extra")
        write(tmp_path / "in", {"a.png": 0, "b.jpg": 1})
        rows = [["path", "label", "split", "identity", "left", "top", "right", "bottom"]]
        rows += [
            ["a.png", "joy/../x", "train", "kim", 1, 2, 50, 60],
            ["b.jpg", "", "", "", *[""] * 4],
        ]
        first = load_dataset(table(tmp_path / "in/labels.csv", rows))
        save_dataset(first, tmp_path / target)
        again = load_dataset(tmp_path / target)
        for column in ("labels", "boxes", "identities", "splits"):
            assert np.array_equal(
                getattr(first, column), getattr(again, column), equal_nan=column == "boxes"
            )
        assert again.classes == first.classes
        assert all(np.array_equal(first.read(r), again.read(r)) for r in range(2))
        assert not [p for p in tmp_path.iterdir() if p.name.startswith(".part")]

    @pytest.mark.parametrize("target", ["out.parquet", "out"])
    def test_soft_targets_read_back_to_the_bit(self, write, tmp_path, target):
        if target.endswith("parquet"):
            pytest.importorskip("pyarrow", reason="pyarrow is in the report extra")
        write(tmp_path / "in", {"a.png": 0, "b.png": 1, "c.png": 2})
        # Not in the order of the alphabet, one class without a row, one with a comma.
        rows = [["path", "label", "target:Sad", "Target:기쁨", "target:an, other"]]
        rows += [
            ["a.png", "기쁨", 1, 6, 0],
            ["b.png", "Sad", 0.7, "", 0.3],
            ["c.png", "", "", "", ""],
        ]
        first = load_dataset(table(tmp_path / "in/labels.csv", rows))
        assert first.classes == ("Sad", "기쁨", "an, other")
        wanted = [[1 / 7, 6 / 7, 0], [0.7, 0, 0.3], [1 / 3] * 3]
        assert np.allclose(first.targets, wanted, atol=1e-7)
        save_dataset(first, tmp_path / target)
        again = load_dataset(tmp_path / target)
        assert again.classes == first.classes
        assert again.labels.tolist() == first.labels.tolist() == [1, 0, -1]
        assert again.targets.dtype == np.float32
        assert np.array_equal(again.targets, first.targets)

    @pytest.mark.parametrize(
        ("head", "cells", "reason"),
        [
            (["target:a"], ["-1"], "no shares or votes"),
            (["target:a"], ["nan"], "no shares or votes"),
            (["target:a"], ["much"], "no shares or votes"),
            (["target:b"], ["1"], "no column target:a"),
            (["target:a", "Target: a"], ["1", "0"], "of one class"),
            (["target:a", "target:"], ["1", "0"], "without a class"),
        ],
    )
    def test_targets_that_are_none(self, write, tmp_path, head, cells, reason):
        write(tmp_path, {"x.png": 1})
        rows = [["path", "label", *head], ["x.png", "a", *cells]]
        with pytest.raises(BadInput, match=reason):
            load_dataset(table(tmp_path / "labels.csv", rows))

    def test_foreign_parquet(self, tmp_path):
        pa = pytest.importorskip("pyarrow", reason="pyarrow is in the report extra")
        from pyarrow import parquet

        path = tmp_path / "x.parquet"
        parquet.write_table(pa.table({"image_path": ["../a.png"], "label": [1]}), path)
        with pytest.raises(BadInput, match="below"):
            load_dataset(path)
        parquet.write_table(pa.table({"other": [1]}), path)
        with pytest.raises(BadInput, match="no column"):
            load_dataset(path)
        path.write_bytes(b"PAR1" + bytes(50))
        with pytest.raises(BadInput):
            load_dataset(path)

"""Every row left out has its reason, once; the table of findings goes round."""

import csv
from dataclasses import replace

import cv2
import numpy as np
import pytest

from pyojeong.data.assemble import assemble
from pyojeong.data.boxes import consensus, overlap, repaired
from pyojeong.data.clean import apply, examine, read_findings, write_findings
from pyojeong.data.faults import blur, darkness, face_finder
from pyojeong.data.load import load_dataset
from pyojeong.errors import BadInput


@pytest.fixture
def messy(write, pattern, copied, tmp_path):
    """A folder with one defect of each kind, and what each is."""
    rng = np.random.default_rng(0)
    dark = (pattern(90) * 0.08).astype(np.uint8)
    soft = cv2.GaussianBlur(pattern(91), (0, 0), 6)
    write(
        tmp_path / "m",
        {
            "a/0.png": 0,
            "a/1.png": 1,
            "a/2-equal.png": 0,
            "b/3-crop.png": copied(pattern(1), "crop", rng),
            "b/4-dark.png": dark,
            "b/5-blurred.png": soft,
            "b/6.png": 6,
        },
    )
    (tmp_path / "m/b/7-broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    reasons = ["", "", "duplicate", "near-duplicate", "dark", "blurred", "", "unreadable"]
    return load_dataset(tmp_path / "m"), reasons


def test_each_defect_has_its_reason(messy):
    dataset, reasons = messy
    _, findings = examine(dataset)
    assert list(findings.reasons) == reasons
    assert findings.keep.tolist() == [not reason for reason in reasons]
    assert all(bool(d) == bool(r) for d, r in zip(findings.details, reasons, strict=True))
    assert findings.same_as.tolist() == [-1, -1, 0, 1, -1, -1, -1, -1]
    assert "the kept one is labelled a" in findings.details[3]
    clean = apply(dataset, findings)
    assert len(clean) == 3
    assert "left out 5 of 8" in clean.notes[-1]
    assert list(examine(clean)[1].reasons) == [""] * 3


def test_turned_copies_are_said_to_be_turned(write, pattern, tmp_path):
    write(tmp_path / "t", {"a/0.png": 0, "a/1.png": 1})
    for name, k in (("a/2.png", 1), ("a/3.png", 2)):
        turned = np.ascontiguousarray(np.rot90(pattern(0), k))
        cv2.imwrite(str(tmp_path / "t" / name), turned[:, :, ::-1])
    dataset = load_dataset(tmp_path / "t")
    assert list(examine(dataset)[1].reasons) == [""] * 4
    findings = examine(dataset, turned=True)[1]
    assert list(findings.reasons) == ["", "", "near-duplicate", "near-duplicate"]
    assert findings.details[2].endswith(", turned by a quarter")
    assert findings.details[3].endswith(", turned by half")


def test_the_table_goes_round_and_a_person_has_the_last_word(messy, tmp_path):
    dataset, _ = messy
    _, findings = examine(dataset)
    path = tmp_path / "f.csv"
    write_findings(path, dataset, findings)
    again = read_findings(path, dataset)
    assert (again.reasons, again.details) == (findings.reasons, findings.details)
    assert np.array_equal(again.keep, findings.keep)
    assert np.array_equal(again.same_as, findings.same_as)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    rows[3][2], rows[1][2] = "Yes", "no"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([rows[0], *reversed(rows[1:])])
    changed = read_findings(path, dataset)
    assert (changed.keep[2], changed.keep[0], changed.reasons[0]) == (True, False, "by hand")


@pytest.mark.parametrize(
    "line", ["99,a/0.png,no", "1,a/0.png,no", "0,a/0.png,perhaps", "-1,a/0.png,no", "x,a/0.png,no"]
)
def test_a_table_of_another_set_is_refused(messy, tmp_path, line):
    path = tmp_path / "f.csv"
    path.write_text(f"row,name,keep\n{line}\n")
    with pytest.raises(BadInput, match="no table of findings"):
        read_findings(path, messy[0])


def test_bad_boxes_are_repaired_or_left_out(messy):
    dataset = messy[0].take([0, 1, 6])
    boxes = np.array([[10, 10, 60, 200], [300, 300, 400, 400], [np.nan] * 4], np.float32)
    fixed, findings = examine(replace(dataset, boxes=boxes))
    assert list(findings.reasons) == ["", "bad box", ""]
    assert fixed.boxes[0].tolist() == [10, 10, 60, 96]
    assert findings.repaired == 1


class TestBoxes:
    def test_repair(self):
        size = (100, 80)
        assert repaired((10, 10, 50, 50), size) == ((10, 10, 50, 50), "whole")
        assert repaired((50, 50, 10, 10), size) == ((10, 10, 50, 50), "repaired")
        assert repaired((-5, 10, 50, 90), size) == ((0, 10, 50, 80), "repaired")
        for bad in (
            (200, 10, 300, 50),
            (10, 10, 12, 50),
            (-90, 0, 10, 50),
            (0, 0, np.inf, 9),
            (np.nan, 0, 9, 9),
            (1, 2, 3),
        ):
            assert repaired(bad, size) == (None, "dropped")

    def test_consensus(self):
        a, b, far = (0, 0, 40, 40), (2, 2, 42, 42), (60, 60, 90, 90)
        assert consensus([a, b, far]) == ((1, 1, 41, 41), True)
        assert consensus([a])[1]
        assert not consensus([a, far])[1]
        assert overlap(a, a) == 1
        assert overlap(a, far) == 0


class TestMeasures:
    def test_light_and_blur_are_ordered(self, portrait):
        face = portrait[60:260, 150:330]
        soft = [blur(cv2.GaussianBlur(face, (0, 0), s)) if s else blur(face) for s in (0, 4, 12)]
        assert soft[0] > soft[1] > soft[2]
        assert darkness((face * 0.1).astype(np.uint8)) < 30 < darkness(face)

    def test_no_face(self, portrait, pattern):
        finder = face_finder()
        images = [np.ascontiguousarray(portrait[40:260, 130:340]), pattern(2)]

        class Two:
            def __len__(self):
                return 2

            def name(self, row):
                return str(row)

            def read(self, row):
                return images[row]

        _, findings = examine(assemble("t", Two(), ["x", "x"]), finder=finder)
        assert findings.reasons == ("", "no face")

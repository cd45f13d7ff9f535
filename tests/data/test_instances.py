"""Sets of outlined pictures: what other tools export is read, mended, told, and written again."""

import json
import random
import shutil
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from PIL import Image

from pyojeong.data.cartoon.pictures import make_pictures
from pyojeong.data.instances.contours import area, joined, rings_of
from pyojeong.data.instances.data_yaml import read_data_yaml, write_data_yaml
from pyojeong.data.instances.divide import divided
from pyojeong.data.instances.load import load_instances
from pyojeong.data.instances.rle import runs_of, unpacked
from pyojeong.data.instances.save import save_instances
from pyojeong.data.instances.sound import clipped
from pyojeong.data.instances.types import InstanceSet, Outline, OutlinedPicture
from pyojeong.errors import BadInput, BadSettings, OutputFailed

W, H = 64, 48
SQUARE = [8, 8, 40, 8, 40, 32, 8, 32]
LINE = "{} 0.125 0.166667 0.625 0.166667 0.625 0.666667 0.125 0.666667\n"


def picture(path, seed=0, size=(W, H), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).save(path, **options)


def turned(path, orientation, seed=0, size=(W, H)):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture(path, seed, size, exif=exif)


def text(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")


def coco(path, images, annotations, categories=((1, "anger"), (2, "joy"))):
    """images: (id, name[, width, height]); annotations: dicts, or (image, category, rings)."""
    table = {
        "info": {"description": ""},
        "licenses": [],
        "categories": [
            c if isinstance(c, dict) else {"id": c[0], "name": c[1], "supercategory": ""}
            for c in categories
        ],
        "images": [
            {"id": i[0], "file_name": i[1], "width": (*i, W, H)[2], "height": (*i, W, H)[-1]}
            if len(i) == 2
            else {"id": i[0], "file_name": i[1], "width": i[2], "height": i[3]}
            for i in images
        ],
        "annotations": [
            {"id": n, "iscrowd": 0, "bbox": [0, 0, 1, 1], "area": 1}
            | (
                a
                if isinstance(a, dict)
                else dict(zip(("image_id", "category_id", "segmentation"), a, strict=True))
            )
            for n, a in enumerate(annotations, start=1)
        ],
    }
    text(path, json.dumps(table))


def square_of(outline, height=H, width=W):
    rows, columns = np.nonzero(outline.mask(height, width))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def told(found, words):
    return [note for note in found.notes if words in note]


def refused(path, words):
    with pytest.raises(BadInput) as error:
        load_instances(path)
    assert words in str(error.value), str(error.value)
    assert error.value.text("ko") != str(error.value)


# --- masks -----------------------------------------------------------------------------------


def inside(ring, height, width):
    """Even-odd point in polygon, one pixel middle after the other."""
    made = np.zeros((height, width), bool)
    for row in range(height):
        for column in range(width):
            x, y, odd = column + 0.5, row + 0.5, False
            for (ax, ay), (bx, by) in zip(ring, np.roll(ring, -1, 0), strict=True):
                if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
                    odd = not odd
            made[row, column] = odd
    return made


class TestMask:
    @pytest.mark.parametrize(
        ("box", "pixels"),
        [
            ((2, 3, 6, 8), (2, 3, 6, 8)),
            ((2.4, 3.4, 6.4, 8.4), (2, 3, 6, 8)),
            ((2.6, 3.6, 6.6, 8.6), (3, 4, 7, 9)),
            ((2.5, 3.5, 6.5, 8.5), (2, 3, 6, 8)),
            ((-5, -5, 3, 2), (0, 0, 3, 2)),
            ((15, 10, 90, 90), (15, 10, 20, 12)),
        ],
    )
    def test_a_rectangle_is_its_pixels(self, box, pixels):
        x0, y0, x1, y1 = box
        ring = np.float32([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
        wanted = np.zeros((12, 20), bool)
        wanted[pixels[1] : pixels[3], pixels[0] : pixels[2]] = True
        for way in (ring, ring[::-1]):
            assert (Outline(0, (way,)).mask(12, 20) == wanted).all()

    @pytest.mark.parametrize("seed", range(12))
    def test_any_ring_is_filled_as_point_in_polygon_says(self, seed):
        rng = np.random.default_rng(seed)
        ring = rng.uniform(-4, 24, (3 + 3 * (seed % 4), 2)).astype(np.float32)
        if seed % 3 == 0:
            ring = np.rint(ring * 2) / 2
        assert (Outline(0, (ring,)).mask(16, 20) == inside(ring, 16, 20)).all()

    def test_triangles_side_by_side_share_no_pixel(self):
        rng = np.random.default_rng(0)
        for _ in range(20):
            a, b, c, d = np.float32([(0, 0), (20, 0), (20, 16), (0, 16)])
            middle = rng.uniform(2, 14, 2).astype(np.float32)
            count = sum(
                Outline(0, (np.stack([p, q, middle]),)).mask(16, 20).astype(int)
                for p, q in ((a, b), (b, c), (c, d), (d, a))
            )
            assert (count == 1).all()

    def test_rings_together_are_one_figure(self):
        one = np.float32([(1, 1), (6, 1), (6, 6), (1, 6)])
        mask = Outline(0, (one, one + 3, one + np.float32([10, 0]))).mask(12, 20)
        assert mask.sum() == 25 + 25 - 4 + 25

    def test_nothing_and_next_to_nothing(self):
        for ring in (
            np.zeros((0, 2)),
            np.ones((1, 2)),
            np.ones((2, 2)),
            np.float32([(90, 90)] * 3),
        ):
            assert not Outline(0, (ring.astype(np.float32),)).mask(5, 5).any()

    def test_more_edges_than_are_looked_at_together(self):
        angle = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
        ring = np.stack([50 + 40 * np.cos(angle), 50 + 30 * np.sin(angle)], 1).astype(np.float32)
        y, x = np.mgrid[:100, :100] + 0.5
        true = ((x - 50) / 40) ** 2 + ((y - 50) / 30) ** 2 < 1
        assert np.count_nonzero(Outline(0, (ring,)).mask(100, 100) ^ true) <= 4


class TestContours:
    @pytest.mark.parametrize("seed", range(8))
    def test_rings_are_the_pixels_of_any_mask(self, seed):
        rng = np.random.default_rng(seed)
        noise = cv2.GaussianBlur(rng.random((40, 50)), (0, 0), 0.1 + seed / 2)
        mask = noise > np.quantile(noise, 0.55)
        rings = rings_of(mask)
        assert (Outline(0, tuple(rings)).mask(40, 50) == mask).all()
        assert (Outline(0, (joined(rings),)).mask(40, 50) == mask).all()
        sizes = [abs(area(ring)) for ring in rings]
        assert sizes == sorted(sizes, reverse=True)

    def test_noise_is_followed_in_its_largest_parts_only(self):
        mask = np.zeros((200, 200), bool)
        mask[::4, ::4] = True
        mask[100:150, 100:150] = True
        rings = rings_of(mask)
        assert len(rings) == 1_000
        assert abs(area(rings[0])) > 2_000

    def test_specks_are_passed_over_but_not_all(self):
        mask = np.zeros((60, 60), bool)
        mask[5:45, 5:45] = True
        mask[50:52, 50:52] = mask[10:11, 50:51] = True
        mask[20:21, 20:21] = False
        assert len(rings_of(mask)) == 3
        assert [len(ring) for ring in rings_of(mask, 1.0, 0.01)] == [4]
        assert len(rings_of(mask[48:, 48:], 1.0, 0.9)) == 1
        assert rings_of(np.zeros((5, 5), bool)) == []


# --- run lengths -----------------------------------------------------------------------------


def packed(runs):
    """COCO's compression, as its maskApi.c describes it."""
    made = ""
    for at, run in enumerate(runs):
        value = int(run - runs[at - 2]) if at > 2 else int(run)
        while True:
            code, value = value & 31, value >> 5
            more = value != (-1 if code & 16 else 0)
            made += chr(48 + (code | 32 * more))
            if not more:
                break
    return made


class TestRunLengths:
    @pytest.mark.parametrize(
        ("said", "runs"),
        [
            ("061M", [0, 6, 1, 3]),
            ("061", [0, 6, 1]),
            ("061K", [0, 6, 1, 1]),
            ("061O", [0, 6, 1, 5]),
            ("0610", [0, 6, 1, 6]),
            ("011101010", [0, 1, 1, 2, 1, 3, 1, 4, 1]),
            ("0PP1", [0, 1024]),
        ],
    )
    def test_published_examples(self, said, runs):
        assert unpacked(said).tolist() == runs == unpacked(packed(runs)).tolist()

    def test_any_mask_comes_back(self):
        rng = np.random.default_rng(0)
        for share in (0, 0.01, 0.5, 0.99, 1):
            mask = rng.random((37, 23)) < share
            runs = runs_of(mask)
            assert (unpacked(packed(runs)) == runs).all()
            assert (Outline(0, (), runs).mask(37, 23) == mask).all()

    @pytest.mark.parametrize("text", ["\x00", "o" * 60, "0P", "가", "~~~~~~~~~"])
    def test_other_text_is_refused(self, text):
        with pytest.raises(ValueError, match=r".+"):
            unpacked(text)


# --- data.yaml -------------------------------------------------------------------------------

HARD = [
    "anger", "joy: x", "기쁨", "it's", "a, b", "# no", "x # y", '"q"', "yes", "1", "\U0001f600",
    "- a", "[b]", "a" * 90 + " " + "b c " * 30 + "d",
]  # fmt: skip


class TestDataYaml:
    @pytest.mark.parametrize("table", [HARD, dict(enumerate(HARD))])
    @pytest.mark.parametrize("options", [{}, {"allow_unicode": True}, {"default_flow_style": None}])
    def test_what_yaml_writes_is_read(self, tmp_path, table, options):
        yaml = pytest.importorskip("yaml", reason="pyyaml is in the augment extra")
        whole = {"names": table, "nc": 3, "train": "../train/images", "val": ["a", "b"]}
        whole["roboflow"] = {"license": "CC", "names": "x"}
        text(tmp_path / "data.yaml", yaml.safe_dump(whole, **options))
        found = read_data_yaml(tmp_path / "data.yaml")
        assert list(found.names) == HARD
        assert found.splits == {"train": ("../train/images",), "val": ("a", "b")}

    def test_what_is_written_is_read_here_and_by_yaml(self, tmp_path):
        write_data_yaml(tmp_path / "data.yaml", HARD, {"train": "images/train"})
        assert list(read_data_yaml(tmp_path / "data.yaml").names) == HARD
        yaml = pytest.importorskip("yaml", reason="pyyaml is in the augment extra")
        whole = yaml.safe_load((tmp_path / "data.yaml").read_text("utf-8"))
        assert (whole["names"], whole["train"]) == (dict(enumerate(HARD)), "images/train")

    def test_as_ultralytics_writes_it(self, tmp_path):
        content = (
            "# Ultralytics\npath: ../datasets/x # dataset root dir\ntrain: images/train # 4 images\n"
            "val: images/val\ntest: # optional\n\n# Classes\nnames:\n  0: person\n  1: 'it''s' # c\n"
            "\n# Download\ndownload: |\n  import os\n  names: [x]\n"
        )
        text(tmp_path / "d.yaml", content)
        found = read_data_yaml(tmp_path / "d.yaml")
        assert (found.names, found.path) == (("person", "it's"), "../datasets/x")
        assert found.splits == {"train": ("images/train",), "val": ("images/val",)}

    @pytest.mark.parametrize(
        "content",
        [
            "names: *x", "names: [a", "names: a", "nc: 2", "names: {0: a, 2: b}", "names: [a, a]",
            "names: !!python/object/apply:os.system ['x']", "names: []", "names: {a b}", "[[[", "\0",
            "names: " + "[" * 9_000, "names: {0: a, 0: b}", "names: 'a", "train: [a, b]",
        ],
    )  # fmt: skip
    def test_anything_else_is_refused(self, tmp_path, content):
        text(tmp_path / "data.yaml", content)
        refused(tmp_path / "data.yaml", "data.yaml")


# --- YOLO as each tool writes it -------------------------------------------------------------


def roboflow(root):
    for at, split in enumerate(("train", "valid")):
        name = f"0000{at}_00h00m00-00{at}s_jpg.rf.0123456789abcdef0123456789abcdef"
        picture(root / split / "images" / f"{name}.jpg", at)
        text(root / split / "labels" / f"{name}.txt", LINE.format(at))
    text(
        root / "data.yaml",
        "names:\n- anger\n- joy\nnc: 2\nroboflow:\n  license: CC BY 4.0\n  project: film\n"
        "test: ../test/images\ntrain: ../train/images\nval: ../valid/images\n",
    )
    text(root / "README.roboflow.txt", "made")


def ultralytics(root):
    for at, split in enumerate(("train", "val")):
        picture(root / f"images/{split}/{at}.png", at)
        text(root / f"labels/{split}/{at}.txt", LINE.format(at))
    content = "path: film\ntrain: images/train\nval: [images/val]\nnames: {0: anger, 1: joy}\n"
    text(root / "film.yaml", content)


def cvat(root):
    for at, split in enumerate(("train", "val")):
        picture(root / f"images/{split}/{at}.png", at)
        text(root / f"labels/{split}/{at}.txt", LINE.format(at))
        text(root / f"{split}.txt", f"data/images/{split}/{at}.png\n")
    text(
        root / "data.yaml",
        "names:\n  0: anger\n  1: joy\npath: .\ntrain: train.txt\nval: val.txt\n",
    )


def label_studio(root):
    for at, mark in enumerate(("3f2a1b9c", "00ff11ee")):
        picture(root / f"images/{mark}-{at}.png", at)
        text(root / f"labels/{mark}-{at}.txt", LINE.format(at).replace("\n", "\r\n"))
    text(root / "classes.txt", "anger\njoy\n")
    notes = {"categories": [{"id": 0, "name": "anger"}], "info": {"contributor": "Label Studio"}}
    text(root / "notes.json", json.dumps(notes))


LAYOUTS = [roboflow, ultralytics, cvat, label_studio]


class TestYolo:
    @pytest.mark.parametrize("layout", LAYOUTS, ids=lambda made: made.__name__)
    def test_each_tool(self, tmp_path, layout):
        layout(tmp_path / "set")
        found = load_instances(tmp_path / "set")
        assert (found.labels, found.title) == (("anger", "joy"), "set")
        splits = ["", ""] if layout is label_studio else ["train", "val"]
        assert sorted(p.split for p in found.pictures) == splits
        for one in found.pictures:
            assert (one.width, one.height, one.file.is_file()) == (W, H, True)
            assert [square_of(o) for o in one.outlines] == [(8, 8, 40, 32)]
        assert {o.label for p in found.pictures for o in p.outlines} == {0, 1}
        assert len(found.split("train")) == splits.count("train")

    def test_an_archive_in_a_folder_of_its_own_and_the_file_itself(self, tmp_path):
        roboflow(tmp_path / "outer/film")
        for way in ("outer", "outer/film/data.yaml"):
            assert len(load_instances(tmp_path / way).pictures) == 2
        assert told(load_instances(tmp_path / "outer"), "splits are named in data.yaml")

    def test_labels_are_mended_and_counted(self, tmp_path):
        label_studio(tmp_path)
        lines = [
            "0 0.5 0.5 0.25 0.5",  # a box
            "0 0.5 0.5 0.25 0.5",  # the same again
            "1 -0.5 0.25 0.5 0.25 0.5 0.75 -0.5 0.75",  # reaches out to the left
            "0 1.2 1.2 1.4 1.2 1.4 1.4",  # outside altogether
            "0 nan 0.1 0.2 0.2 0.3 0.1",
            "1 0.1 0.1",
            "1 0.1 0.1 0.2 0.2 0.3 0.3",
            "",
        ]
        text(tmp_path / "labels/3f2a1b9c-0.txt", "\n".join(lines))
        text(tmp_path / "labels/00ff11ee-1.txt", "")
        text(tmp_path / "labels/gone.txt", LINE.format(0))
        picture(tmp_path / "images/plain.png", 5)
        text(tmp_path / "images/broken.jpg", "no picture")
        found = load_instances(tmp_path)
        by_name = {p.name: p for p in found.pictures}
        assert set(by_name) == {f"images/{n}.png" for n in ("3f2a1b9c-0", "00ff11ee-1", "plain")}
        boxes = [square_of(o) for o in by_name["images/3f2a1b9c-0.png"].outlines]
        assert boxes == [(24, 12, 40, 36), (0, 12, 32, 36)]
        for words in ("boxes", "reached out", "outside their", "no numbers", "three points"):
            assert told(found, words)[0].startswith("1 "), words
        for words in ("no area", "listed twice", "cannot be read", "file of labels", "no picture"):
            assert told(found, words), words
        assert len(found.notes) == 10

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("2 0.1 0.1 0.2 0.2 0.3 0.1", "no class 2"),
            ("-1 0.1 0.1 0.2 0.2 0.3 0.1", "no class -1"),
            ("anger 0.1 0.1 0.2 0.2 0.3 0.1", "not written as class"),
            ("0 0.1 0.1 0.2 0.2 0.9", "not written as class"),
            ("0.5 0.1 0.1 0.2 0.2 0.3 0.3", "not written as class"),
            ("inf 0.1 0.1 0.2 0.2 0.3 0.3", "not written as class"),
            ("0 10 10 40 10 40 40", "look like px"),
            ("\x89PNG\r", "not written as class"),
        ],
    )
    def test_labels_that_cannot_be_meant(self, tmp_path, line, words):
        label_studio(tmp_path)
        text(tmp_path / "labels/3f2a1b9c-0.txt", "\n" + line + "\n")
        refused(tmp_path, words)

    def test_sets_without_what_they_need(self, tmp_path):
        cvat(tmp_path / "a")
        shutil.rmtree(tmp_path / "a/images")
        refused(tmp_path / "a", "Save images")
        cvat(tmp_path / "b")
        shutil.rmtree(tmp_path / "b/labels")
        refused(tmp_path / "b", "labels/train/0.txt")
        cvat(tmp_path / "c")
        (tmp_path / "c/images/val/1.png").unlink()
        found = load_instances(tmp_path / "c")
        assert (len(found.pictures), len(told(found, "not there"))) == (1, 1)
        cvat(tmp_path / "d")
        text(tmp_path / "d/data.yaml", "kpt_shape: [17, 3]\nnames: [a, b]\ntrain: images\n")
        refused(tmp_path / "d", "skeletons")
        (tmp_path / "e").mkdir()
        refused(tmp_path / "e", "no set of outlined pictures")
        refused(tmp_path / "f", "no file")

    def test_nothing_outside_is_opened(self, tmp_path):
        picture(tmp_path / "secret/images/0.png")
        text(tmp_path / "secret/labels/0.txt", LINE.format(0))
        cvat(tmp_path / "set")
        for way in ("../secret/images", str(tmp_path / "secret/images"), "..", "\0", "x" * 5_000):
            text(tmp_path / "set/data.yaml", f"names: [anger, joy]\ntrain: '{way}'\n")
            try:
                files = [p.file for p in load_instances(tmp_path / "set").pictures]
            except BadInput:
                files = []
            assert all(f.is_relative_to(tmp_path / "set") for f in files)
        text(tmp_path / "set/data.yaml", "names: [anger, joy]\ntrain: train.txt\n")
        text(tmp_path / "set/train.txt", "../secret/images/0.png\n/etc/hosts\n")
        found = load_instances(tmp_path / "set")
        assert [p.name for p in found.pictures] == ["images/train/0.png"]

    def test_a_picture_on_its_side_and_twins(self, tmp_path):
        label_studio(tmp_path)
        turned(tmp_path / "images/side.jpg", 6, seed=3, size=(H, W))
        text(tmp_path / "labels/side.txt", LINE.format(0))
        shutil.copy(tmp_path / "images/3f2a1b9c-0.png", tmp_path / "images/twin.png")
        found = load_instances(tmp_path)
        side = next(p for p in found.pictures if p.name.endswith("side.jpg"))
        assert (side.width, side.height, square_of(side.outlines[0])) == (W, H, (8, 8, 40, 32))
        assert told(found, "equal an earlier one")

    def test_the_same_picture_in_two_splits(self, tmp_path):
        ultralytics(tmp_path)
        text(
            tmp_path / "film.yaml", "names: [anger, joy]\ntrain: images/train\nval: images/train\n"
        )
        found = load_instances(tmp_path)
        assert ([p.split for p in found.pictures], len(told(found, "once"))) == (["train"], 1)
        ultralytics(tmp_path)
        shutil.copy(tmp_path / "images/train/0.png", tmp_path / "images/val/1.png")
        assert told(load_instances(tmp_path), "too good")


# --- COCO as each tool writes it -------------------------------------------------------------


def coco_roboflow(root):
    heading = {"id": 0, "name": "film-figures", "supercategory": "none"}
    above = {"supercategory": "film-figures"}
    names = [above | {"id": n, "name": name} for n, name in ((1, "anger"), (2, "joy"))]
    for at, split in enumerate(("train", "valid")):
        name = f"0000{at}_jpg.rf.0123456789abcdef0123456789abcdef.jpg"
        picture(root / split / name, at)
        place = root / split / "_annotations.coco.json"
        coco(place, [(0, name)], [(0, at + 1, [SQUARE])], [heading, *names])


def coco_cvat(root):
    for at in range(2):
        picture(root / f"images/default/shot 1/{at}.png", at)
    images = [(1, "shot 1/0.png"), (2, "shot 1/1.png")]
    coco(root / "annotations/instances_default.json", images, [(1, 1, [SQUARE]), (2, 2, [SQUARE])])


def coco_label_studio(root):
    for at in range(2):
        picture(root / f"images/3f2a1b9c-{at}.png", at)
    images = [(0, "images/3f2a1b9c-0.png"), (1, "..\\..\\media\\upload\\4\\3f2a1b9c-1.png")]
    names = [{"id": 0, "name": "anger"}, {"id": 1, "name": "joy"}]
    coco(root / "result.json", images, [(0, 0, [SQUARE]), (1, 1, [SQUARE])], names)


def coco_itself(root):
    for at, split in enumerate(("train2017", "val2017")):
        picture(root / split / "000.png", at)
        place = root / f"annotations/instances_{split}.json"
        coco(place, [(7, "000.png")], [(7, 18 + at, [SQUARE])], [(18, "anger"), (19, "joy")])
        text(root / f"annotations/captions_{split}.json", '{"images": [], "annotations": []}')


COCO = [coco_roboflow, coco_cvat, coco_label_studio, coco_itself]


class TestCoco:
    @pytest.mark.parametrize("layout", COCO, ids=lambda made: made.__name__)
    def test_each_tool(self, tmp_path, layout):
        layout(tmp_path / "set")
        found = load_instances(tmp_path / "set")
        assert found.labels == ("anger", "joy")
        split = layout in (coco_roboflow, coco_itself)
        assert [p.split for p in found.pictures] == (["train", "val"] if split else ["", ""])
        for at, one in enumerate(found.pictures):
            assert (one.width, one.height, one.file.is_file()) == (W, H, True)
            assert [(o.label, square_of(o)) for o in one.outlines] == [(at, (8, 8, 40, 32))]
        assert len(found.notes) == (layout is coco_label_studio)
        for path in (tmp_path / "set").rglob("instances_default.json"):
            assert [p.name for p in load_instances(path).pictures] == [
                p.name for p in found.pictures
            ]

    def test_figures_are_mended_and_counted(self, tmp_path):
        picture(tmp_path / "images/a.png")
        picture(tmp_path / "images/empty.png", 1)
        mask = np.zeros((H, W), bool)
        mask[10:30, 20:40], mask[15:20, 25:30] = True, False
        runs = runs_of(mask).tolist()
        size = {"size": [H, W]}
        figures = [
            (1, 1, [SQUARE, [50, 5, 60, 5, 60, 15]]),
            (1, 2, size | {"counts": runs}),
            (1, 2, size | {"counts": packed(np.array(runs))}),
            (1, 1, [[8, 8, 40, 8, 100, 32, 8, 32]]),
            (1, 1, [[1, 1, 2, 2]]),
            (1, 1, [[1, 1, 2, 2, 3, 3]]),
            (1, 1, [[1, 1, float("nan"), 2, 3, 3]]),
            (1, 1, [["a"]]),
            (1, 1, [[1, 2, 3]]),
            (1, 1, {"size": [W, H], "counts": runs}),
            (1, 1, size | {"counts": [1, 2]}),
            (1, 1, size | {"counts": [-5, W * H + 5]}),
            (1, 1, size | {"counts": "\x01"}),
            (1, 1, size | {"counts": [10**30]}),
            {"image_id": 1, "category_id": 1, "segmentation": [], "bbox": [8, 8, 32, 24]},
            {"image_id": 1, "category_id": 1, "segmentation": [], "bbox": None},
            {"image_id": 1, "category_id": 1, "segmentation": [SQUARE], "iscrowd": 1},
            {"image_id": 99, "category_id": 1, "segmentation": [SQUARE]},
            {"image_id": None, "category_id": 1, "segmentation": [SQUARE]},
        ]
        images = [(1, "a.png"), (2, "empty.png"), (3, "gone.png")]
        coco(tmp_path / "annotations/instances_default.json", images, figures)
        found = load_instances(tmp_path)
        assert [len(p.outlines) for p in found.pictures] == [5, 0]
        first, second, third, fourth, fifth = found.pictures[0].outlines
        assert len(first.rings) == 2
        assert (second.mask(H, W) == mask).all()
        assert (third.mask(H, W) == mask).all()
        assert square_of(fourth)[2] == W
        assert square_of(fifth) == (8, 8, 40, 32)
        counts = {"reached out": 1, "three points": 1, "no area": 1, "no numbers": 1, "another size": 2,
                  "outlines cannot be read": 5, "boxes": 1, "neither": 1, "iscrowd": 1, "no picture": 2,
                  "not there": 1}  # fmt: skip
        for words, count in counts.items():
            assert told(found, words)[0].startswith(f"{count} "), (words, found.notes)
        assert len(found.notes) == len(counts)

    def test_pictures_of_another_size(self, tmp_path):
        mask = np.zeros((W, H), bool)
        mask[4:10, 2:20] = True
        runs = {"size": [W, H], "counts": runs_of(mask).tolist()}
        ring = [2, 4, 20, 4, 20, 10, 2, 10]
        for turn in range(5, 9):
            turned(tmp_path / f"images/{turn}.png", turn, turn, (H, W))
        picture(tmp_path / "images/half.png", 1, (2 * W, 2 * H))
        picture(tmp_path / "images/odd.png", 2, (W, W))
        images = [*((n, f"{n}.png", H, W) for n in range(5, 9)), (9, "half.png"), (10, "odd.png")]
        figures = [(n, 1, given) for n in range(5, 9) for given in ([ring], runs)]
        half = {"size": [H, W], "counts": runs_of(mask[:H].repeat(2, 1)[:, :W]).tolist()}
        coco(tmp_path / "result.json", images, [*figures, (9, 1, [SQUARE]), (9, 2, half)])
        found = load_instances(tmp_path)
        assert told(found, "lying on their side")[0].startswith("4 ")
        assert told(found, "scaled")
        assert told(found, "another shape")
        drawn = np.zeros((W, H, 3), np.uint8)
        drawn[mask] = 255
        for one in found.pictures[:4]:
            exif = Image.Exif()
            exif[0x0112] = int(one.file.stem)
            Image.fromarray(drawn).save(tmp_path / "drawn.png", exif=exif)
            from pyojeong.media.image import read_image

            true = read_image(tmp_path / "drawn.png").rgb[:, :, 0] > 0
            assert (one.width, one.height) == (W, H)
            for outline in one.outlines:
                assert (outline.mask(H, W) == true).all()
        polygon, masked = found.pictures[4].outlines
        assert square_of(polygon, 2 * H, 2 * W) == (16, 16, 80, 64)
        assert square_of(masked, 2 * H, 2 * W)[1] == 8

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"categories": []}, "no classes"),
            ({"categories": [{"id": "x", "name": "a"}]}, "proper id or name"),
            ({"categories": [{"id": 1, "name": " "}]}, "proper id or name"),
            ({"images": [{"id": 1}]}, "proper id or name"),
            ({"images": [{"id": 1, "file_name": "../../etc/passwd"}]}, "None of the pictures"),
            ({"images": {"1": 2}}, "no COCO set"),
            ({"annotations": [{"image_id": 1, "category_id": [7]}]}, "no category [7]"),
            ({"annotations": [{"image_id": 1, "category_id": 7}]}, "no category 7"),
            ({"annotations": [{"image_id": 1, "category_id": 1, "iscrowd": 1}]}, "its brush"),
        ],
    )
    def test_files_that_cannot_be_meant(self, tmp_path, change, words):
        coco_cvat(tmp_path)
        path = tmp_path / "annotations/instances_default.json"
        text(path, json.dumps(json.loads(path.read_text("utf-8")) | change))
        refused(tmp_path, words)
        refused(path, words)

    def test_a_picture_that_is_gone_is_not_another_splits(self, tmp_path):
        for at, split in enumerate(("train", "val")):
            picture(tmp_path / f"images/{split}/{at}.png", at)
            place = tmp_path / f"annotations/instances_{split}.json"
            coco(place, [(1, "0.png"), (2, "1.png")], [(1, 1, [SQUARE]), (2, 1, [SQUARE])])
        found = load_instances(tmp_path)
        names = [(p.split, p.name) for p in found.pictures]
        assert names == [("train", "images/train/0.png"), ("val", "images/val/1.png")]
        assert told(found, "not there")[0].startswith("2 ")

    @pytest.mark.parametrize(
        "content", ["", "{", "[" * 99_999, '{"images": 1}', "[1]", "\0\1", "null", "1" * 9_999]
    )
    def test_files_that_are_none(self, tmp_path, content):
        text(tmp_path / "result.json", content)
        refused(tmp_path / "result.json", "")
        refused(tmp_path, "no set of outlined")

    def test_whatever_stands_in_a_file_is_read_or_refused(self, tmp_path):
        odd = [None, True, -1, 1e308, 10**400, float("nan"), "", "\ud800", "\0", [], {}, [[]],
               {"counts": "zz"}, {"size": [H, W], "counts": [0, W * H]}, ["1", 2, 3], [[[1, 2]]]]  # fmt: skip
        coco_cvat(tmp_path)
        path = tmp_path / "annotations/instances_default.json"
        whole = path.read_text("utf-8")
        rng = random.Random(0)
        read = 0
        for _ in range(150):
            table = json.loads(whole)
            for _ in range(rng.choice((1, 1, 3))):
                at = table
                while True:
                    key = rng.choice(list(at) if isinstance(at, dict) else range(len(at)))
                    if not isinstance(at[key], dict | list) or not at[key] or rng.random() < 0.2:
                        break
                    at = at[key]
                at[key] = json.loads(json.dumps(rng.choice(odd)))
            text(path, json.dumps(table))
            try:
                found = load_instances(tmp_path)
            except BadInput:
                continue
            read += 1
            for one in found.pictures:
                assert all(o.mask(one.height, one.width).shape == (H, W) for o in one.outlines)
        assert 30 < read < 150

    def test_a_file_that_is_too_large_is_not_read(self, tmp_path, monkeypatch):
        from pyojeong.data.instances import coco_set
        from pyojeong.settings import Settings

        coco_cvat(tmp_path)
        small = Settings(max_annotation_bytes=100)
        monkeypatch.setattr(coco_set, "settings", lambda: small)
        refused(tmp_path, "PYOJEONG_MAX_ANNOTATION_BYTES")


def test_clipping_keeps_what_is_inside():
    rng = np.random.default_rng(0)
    for _ in range(50):
        ring = rng.uniform(-20, 40, (int(rng.integers(3, 9)), 2))
        cut = clipped(ring, 20, 16)
        assert not len(cut) or (cut.min() >= 0 and cut[:, 0].max() <= 20 and cut[:, 1].max() <= 16)
        whole = Outline(0, (ring.astype(np.float32),)).mask(16, 20)
        made = Outline(0, (cut.astype(np.float32),)).mask(16, 20)
        assert np.count_nonzero(whole ^ made) <= 1


# --- writing ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cartoon(tmp_path_factory):
    """Six pictures with the true masks as run lengths, among them one with a hole."""
    folder = tmp_path_factory.mktemp("cartoon")
    pictures = []
    for at, made in enumerate(make_pictures(6, 11, size=(320, 180))):
        path = folder / f"{at}.png"
        Image.fromarray(made.image).save(path)
        masks = made.masks.copy()
        if at == 1:
            rows, columns = np.nonzero(masks[0])
            y, x = int(rows.mean()), int(columns.mean())
            masks[0, y - 4 : y + 4, x - 4 : x + 4] = False
        outlines = tuple(
            Outline(int(k), (), runs_of(m)) for k, m in zip(made.classes, masks, strict=True)
        )
        split = ("train", "val", "")[at % 3]
        pictures.append(OutlinedPicture(path, f"shot/{at}.png", 320, 180, outlines, split))
    names = tuple(
        f"누구 {n}" for n in range(1 + max(o.label for p in pictures for o in p.outlines))
    )
    return InstanceSet("cartoon", names, tuple(pictures))


class TestSave:
    @pytest.mark.parametrize("form", ["yolo", "coco"])
    def test_what_is_written_reads_back(self, cartoon, tmp_path, form):
        save_instances(cartoon, tmp_path / "out", form)
        found = load_instances(tmp_path / "out")
        assert (found.labels, found.notes) == (cartoon.labels, ())
        read = {p.file.name: p for p in found.pictures}
        assert len(read) == 6
        for one in cartoon.pictures:
            back = read[one.file.name]
            assert back.split == (one.split or "train")
            assert back.file.read_bytes() == one.file.read_bytes()
            for true, got in zip(one.outlines, back.outlines, strict=True):
                a, b = true.mask(180, 320), got.mask(180, 320)
                assert true.label == got.label
                assert (a & b).sum() / (a | b).sum() > 0.98
        other = "coco" if form == "yolo" else "yolo"
        save_instances(found, tmp_path / "again", other)
        again = load_instances(tmp_path / "again")
        for one, two in zip(found.pictures, again.pictures, strict=True):
            for a, b in zip(one.outlines, two.outlines, strict=True):
                assert np.mean(a.mask(180, 320) ^ b.mask(180, 320)) < 3e-4

    def test_coco_has_what_others_ask_for(self, cartoon, tmp_path):
        save_instances(cartoon, tmp_path / "out", "coco")
        table = json.loads((tmp_path / "out/annotations/instances_train.json").read_text("utf-8"))
        assert [c["id"] for c in table["categories"]] == list(range(1, len(cartoon.labels) + 1))
        assert [a["id"] for a in table["annotations"]] == list(
            range(1, len(table["annotations"]) + 1)
        )
        for one in table["annotations"]:
            left, top, width, height = one["bbox"]
            points = np.concatenate([np.reshape(ring, (-1, 2)) for ring in one["segmentation"]])
            assert np.allclose(points.min(0), (left, top), atol=0.02)
            assert np.allclose(points.max(0), (left + width, top + height), atol=0.02)
            assert 0 < one["area"] <= (width + 1) * (height + 1)

    def test_parts_that_overlap_are_one_line_without_a_hole(self, tmp_path):
        picture(tmp_path / "a.png")
        one = np.float32([(5, 5), (30, 5), (30, 30), (5, 30)])
        outline = Outline(0, (one, one + 10, one[:, ::1] / 5 + (50, 0)))
        given = OutlinedPicture(tmp_path / "a.png", "a.png", W, H, (outline,))
        found = InstanceSet("x", ("a",), (given, replace(given, name="b/a.png", split="train")))
        save_instances(found, tmp_path / "out", "yolo")
        back = load_instances(tmp_path / "out")
        assert [p.file.name for p in back.pictures] == ["a-2.png", "a.png"]
        a, b = outline.mask(H, W), back.pictures[0].outlines[0].mask(H, W)
        assert (a & b).sum() / (a | b).sum() > 0.98

    def test_places_and_forms(self, cartoon, tmp_path):
        text(tmp_path / "full/x", "y")
        with pytest.raises(OutputFailed):
            save_instances(cartoon, tmp_path / "full", "yolo")
        with pytest.raises(BadSettings):
            save_instances(cartoon, tmp_path / "out", "voc")
        gone = replace(cartoon.pictures[0], file=tmp_path / "gone.png")
        with pytest.raises(OutputFailed, match="gone"):
            save_instances(replace(cartoon, pictures=(gone,)), tmp_path / "out", "yolo")
        assert sorted(p.name for p in tmp_path.iterdir()) == ["full"]


# --- dividing --------------------------------------------------------------------------------


def named(tmp_path, names):
    return InstanceSet(
        "x", ("a",), tuple(OutlinedPicture(tmp_path / n, n, W, H, ()) for n in names)
    )


class TestDivided:
    @pytest.mark.parametrize("n", [2, 3, 7, 20, 101, 400])
    @pytest.mark.parametrize("shares", [(0.8, 0.2), (0.7, 0.2, 0.1)])
    def test_runs_of_neighbours(self, tmp_path, n, shares):
        names = [f"train/{7 * k:07d}_00h00m{k % 60:02d}.000s.jpg" for k in range(n)]
        shuffled = np.random.default_rng(n).permutation(names).tolist()
        found = divided(named(tmp_path, shuffled), shares, seed=3)
        split = {p.name: p.split for p in found.pictures}
        assert [p.name for p in found.pictures] == shuffled
        in_order = [split[name] for name in names]
        borders = sum(a != b for a, b in pairwise(in_order))
        assert borders <= 5 * (2 + (len(shares) == 3))
        for name, share in zip(("train", "val", "test"), shares, strict=False):
            assert abs(in_order.count(name) - share * n) <= 5 or n < 8
        assert {"train", "val"} <= set(in_order)
        again = divided(named(tmp_path, names), shares, seed=3)
        assert {p.name: p.split for p in again.pictures} == split
        if n > 100:
            other = divided(named(tmp_path, names), shares, seed=4)
            assert {p.name: p.split for p in other.pictures} != split

    def test_what_tools_add_to_names_does_not_matter(self, tmp_path):
        rng = np.random.default_rng(0)
        names = []
        for k in range(60):
            marks = ["".join(rng.choice(list("0123456789abcdef"), n)) for n in (8, 32, 32)]
            names.append(f"images/{marks[0]}-frame_{k}.jpg")
            names += [f"train/film_{k}_jpg.rf.{mark}.jpg" for mark in marks[1:]]
        found = divided(named(tmp_path, names))
        split = {p.name: p.split for p in found.pictures}
        for k in range(60):
            assert split[names[3 * k + 1]] == split[names[3 * k + 2]]
        for start in (0, 1):
            row = [split[name] for name in names[start::3]]
            assert sum(a != b for a, b in pairwise(row)) <= 12

    @pytest.mark.parametrize("shares", [(1,), (0.5, 0.6), (-0.5, 1.5), (0.2,) * 5])
    def test_other_shares_are_refused(self, tmp_path, shares):
        with pytest.raises(BadSettings):
            divided(named(tmp_path, ["a.png", "b.png"]), shares)

    def test_one_picture_cannot_be_divided(self, tmp_path):
        with pytest.raises(BadInput):
            divided(named(tmp_path, ["a.png"]))

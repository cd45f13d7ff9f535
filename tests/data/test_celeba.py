"""CelebA's layout: the original text tables, the CSV ones, and what is wrong with either."""

import numpy as np
import pytest
from PIL import Image

from pyojeong.data.celeba import FACE, find_attributes, load_celeba
from pyojeong.errors import BadInput

ROWS = {"000001.jpg": (1, -1, 1), "000002.jpg": (-1, 1, 1), "000003.jpg": (-1, -1, -1)}
NAMES = "Black_Hair Male Young"


@pytest.fixture
def make(tmp_path):
    """make(size, table, partition) → a folder in CelebA's layout."""

    def call(size=(178, 218), table=None, partition="000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n"):
        pictures = tmp_path / "img_align_celeba"
        pictures.mkdir(exist_ok=True)
        for name in ROWS:
            Image.new("RGB", size, "gray").save(pictures / name)
        lines = [f"{name}  {' '.join(map(str, values))}" for name, values in ROWS.items()]
        text = "\n".join(["3", NAMES, *lines]) + "\n" if table is None else table
        (tmp_path / "list_attr_celeba.txt").write_text(text, "utf-8")
        if partition:
            (tmp_path / "list_eval_partition.txt").write_text(partition, "utf-8")
        return tmp_path

    return call


def test_all_attributes_and_splits(make):
    found = load_celeba(make(), "CelebA")
    assert found.classes == ("Black_Hair", "Male", "Young")
    assert found.targets.tolist() == [[1, 0, 1], [0, 1, 1], [0, 0, 0]]
    assert found.splits.tolist() == ["train", "val", "test"]
    assert (found.labels == -1).all()
    assert found.boxes[0].tolist() == list(FACE)
    assert found.pictures.read(0).shape == (218, 178, 3)


def test_chosen_attributes_whatever_their_case(make):
    found = load_celeba(make(), "CelebA", ["young", "Black_Hair"])
    assert found.classes == ("Young", "Black_Hair")
    assert found.targets.tolist() == [[1, 1], [1, 0], [0, 0]]
    with pytest.raises(BadInput, match=r"Black_Hair\?"):
        load_celeba(make(), "CelebA", ["Black_Hiar"])


def test_tables_in_folders_of_their_own_and_as_csv(make):
    root = make(partition="")
    (root / "list_attr_celeba.txt").unlink()
    (root / "Anno").mkdir()
    lines = [",".join((name, *map(str, values))) for name, values in ROWS.items()]
    text = "\n".join(["image_id," + NAMES.replace(" ", ","), *lines])
    (root / "Anno/list_attr_celeba.csv").write_text(text, "utf-8")
    found = load_celeba(root, "CelebA")
    assert found.targets.tolist() == [[1, 0, 1], [0, 1, 1], [0, 0, 0]]
    assert found.splits.tolist() == ["", "", ""]


def test_missing_pictures_are_left_out_and_said(make):
    root = make(size=(64, 64))
    (root / "img_align_celeba/000002.jpg").unlink()
    found = load_celeba(root, "CelebA")
    assert found.targets.tolist() == [[1, 0, 1], [0, 0, 0]]
    assert found.splits.tolist() == ["train", "test"]
    assert "1 pictures" in found.notes[0]
    assert np.isnan(found.boxes).all(), "only the aligned size is known"
    for name in ROWS:
        (root / "img_align_celeba" / name).unlink(missing_ok=True)
    with pytest.raises(BadInput, match="None of the 3"):
        load_celeba(root, "CelebA")


@pytest.mark.parametrize(
    "table",
    ["3\n", "3\nA B\n", "1\nA B\n000001.jpg 1\n", "1\nA\n000001.jpg yes\n",
     "1\nA\n../secret.jpg 1\n", "1\nA\n000001.jpg 1" + "0" * 5000],
)  # fmt: skip
def test_tables_that_are_none(make, table):
    with pytest.raises(BadInput, match="no table of attributes"):
        load_celeba(make(table=table), "CelebA")


def test_other_folders(tmp_path):
    assert find_attributes(tmp_path) is None
    assert find_attributes(tmp_path / "nowhere") is None
    with pytest.raises(BadInput, match="list_attr_celeba"):
        load_celeba(tmp_path, "x")

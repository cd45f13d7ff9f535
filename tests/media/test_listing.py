"""Files and folders to pictures: order, links, odd names."""

import os
import sys
from pathlib import Path

import pytest

from pyojeong.errors import BadInput
from pyojeong.media.listing import list_pictures


@pytest.fixture
def tree(tmp_path):
    for name in ("b.JPG", "a.png", "하위 폴더/가족.Jpeg", "하위 폴더/깊이/x.webp", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    for name in (".hidden.png", "._a.png", ".trash/z.png", "phone.HEIC"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    return tmp_path


def names(listed):
    return [found.relative.as_posix() for found in listed]


def test_folders_to_any_depth_sorted_whatever_the_case(tree):
    found = list(list_pictures([tree]))
    expected = ["a.png", "b.JPG", "phone.HEIC", "하위 폴더/가족.Jpeg", "하위 폴더/깊이/x.webp"]
    assert names(found) == expected
    assert [f.path for f in found] == [tree / name for name in expected]
    assert not any(f.given or f.error for f in found)


def test_files_given_come_as_given_even_twice_or_missing(tree):
    given = [tree / "notes.txt", tree / "nowhere.png", tree / "a.png", tree / "a.png"]
    found = list(list_pictures(given))
    assert [f.path for f in found] == given
    assert all(f.given for f in found)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_are_followed_but_lead_nowhere_twice(tree):
    (tree / "loop").symlink_to(tree, target_is_directory=True)
    (tree / "하위 폴더/up").symlink_to(tree, target_is_directory=True)
    (tree / "z.png").symlink_to(tree / "a.png")
    (tree / "broken.png").symlink_to(tree / "gone.png")
    found = names(list_pictures([tree]))
    assert len(found) == 7
    assert {"z.png", "broken.png"} <= set(found)


DEEP = 300


@pytest.fixture
def well(tmp_path):
    """Folders deeper than Python may recurse; taken down by steps, as pytest's own way recurses."""
    here = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(DEEP):
            os.mkdir("d")
            os.chdir("d")
        Path("deep.png").touch()
        yield tmp_path
        Path("deep.png").unlink()
        for _ in range(DEEP):
            os.chdir("..")
            os.rmdir("d")
    finally:
        os.chdir(here)


@pytest.mark.skipif(sys.platform == "win32", reason="paths are short there")
def test_deeper_than_python_recurses(well):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(DEEP)
    try:
        found = list(list_pictures([well]))
    finally:
        sys.setrecursionlimit(limit)
    assert names(found) == ["d/" * DEEP + "deep.png"]


def test_what_is_being_written_is_passed_over(tree):
    without = [tree / "하위 폴더", tree / "a.png", tree / "not there yet.png"]
    assert names(list_pictures([tree], without)) == ["b.JPG", "phone.HEIC"]


def test_a_folder_that_may_not_be_read(tree, monkeypatch):
    # Not by its mode: root may read all.
    listdir = os.listdir

    def refused(folder):
        if str(folder).endswith("하위 폴더"):
            raise PermissionError(13, "Permission denied", str(folder))
        return listdir(folder)

    monkeypatch.setattr(os, "listdir", refused)
    last = list(list_pictures([tree]))[-1]
    assert isinstance(last.error, BadInput)

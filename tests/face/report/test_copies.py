"""Annotated copies: their places, and that they are made again where they are missing."""

from pathlib import Path

import pytest
from PIL import Image

from pyojeong.face.report import copies
from pyojeong.face.report.make import Asked, make_report
from pyojeong.media.listing import Listed


@pytest.fixture
def drawn(monkeypatch):
    """Stands in for the drawing: what it was asked for."""
    seen = []

    def annotated(image, faces, lang):
        seen.append((image.shape, len(faces), lang))
        return image

    monkeypatch.setattr(copies, "annotated", annotated)
    return seen


def test_places(drawn, tmp_path):
    made = copies.AnnotatedCopies(tmp_path, "en")
    ways = ["a.png", "x/a.png", "A.PNG", "a.gif", "a.gif.png", "a.png", "noname", "가 나.JPG"]
    places = [made.place(Listed(Path("/o") / way, Path(way), True)) for way in ways]
    assert [str(p.relative_to(tmp_path)) for p in places] == [
        "a.png",
        "x/a.png",
        "A (2).PNG",
        "a.gif.png",
        "a.gif (2).png",
        "a (3).png",
        "noname.png",
        "가 나.JPG",
    ]


def test_copies_of_an_album(drawn, album, tmp_path, reader, photo):
    photo(album / "sub/a 가족.png", 1)
    marked = album / "marked"
    asked = Asked(annotated=marked, lang="ko")
    for _ in range(2):
        assert make_report([album], [tmp_path / "r.csv"], asked, reader=reader).pictures == 9
    names = sorted(p.relative_to(marked).as_posix() for p in marked.rglob("*") if p.is_file())
    assert len(names) == 6
    assert {"a 가족.png", "sub/a 가족.png"} <= set(names)
    assert drawn[0][2] == "ko"
    with Image.open(marked / "sub/a 가족.png") as picture:
        assert picture.size == (16, 12)


def test_a_missing_copy_is_made_again(drawn, album, tmp_path, reader):
    class Stopping:
        def read(self, image):
            if reader.seen == 4:
                raise KeyboardInterrupt
            return reader.read(image)

    asked = Asked(annotated=tmp_path / "marked")
    with pytest.raises(KeyboardInterrupt):
        make_report([album], [tmp_path / "r.csv"], asked, reader=Stopping())
    (first, *_), count = sorted((tmp_path / "marked").iterdir()), len(drawn)
    first.unlink()
    found = make_report([album], [tmp_path / "r.csv"], asked, reader=reader)
    assert first.exists()
    assert len(drawn) == count + 2
    assert found.reread == 1
    assert len(list((tmp_path / "marked").iterdir())) == 5

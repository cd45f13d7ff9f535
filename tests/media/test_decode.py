"""What is taken for a film before anything is decoded."""

import pytest

from pyojeong.media.decode import is_film


@pytest.mark.parametrize(
    ("head", "film"),
    [
        (b"\0\0\0\x18ftypisom", True),
        (b"\x1a\x45\xdf\xa3", True),
        (b"RIFF\0\0\0\0AVI ", True),
        (b"\0\0\0\x18ftypheic", False),
        (b"RIFF\0\0\0\0WEBP", False),
        (b"\x89PNG\r\n\x1a\n", False),
        (b"#EXTM3U\n", False),
        (b"x", False),
        (b"", False),
    ],
)
def test_content_decides(tmp_path, head, film):
    path = tmp_path / "이름만.mp4"
    path.write_bytes(head + bytes(64) if head else b"")
    assert is_film(path) is film


def test_what_cannot_be_read_is_none(tmp_path):
    assert not is_film(tmp_path)
    assert not is_film(tmp_path / "missing.mp4")
    assert not is_film(tmp_path / ("x" * 5000))

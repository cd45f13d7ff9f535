"""Small pictures, and a reader that needs no model."""

import numpy as np
import pytest
from PIL import Image

from pyojeong.emotion import EMOTIONS, EmotionScores
from pyojeong.face.reader import ReadFace


class FakeReader:
    """As many faces as the first pixel's red says; the emotion goes by its green, and a face with
    blue 255 has none. Counts the pictures it was shown."""

    def __init__(self):
        self.seen = 0

    def read(self, image):
        self.seen += 1
        count, green, blue = (int(v) for v in image[0, 0])
        return [self.face(image, number, green, blue) for number in range(count)]

    def face(self, image, number, green, blue):
        box = np.array([number, number, number + 4.26, number + 5], np.float32)
        values = [0.05] * 7
        values[(green + number) % 7] = 0.7
        scores = None if blue == 255 else EmotionScores(tuple(values), "fake")
        return ReadFace(box, 0.9, None, scores)


@pytest.fixture
def reader():
    return FakeReader()


@pytest.fixture
def photo():
    """photo(path, faces, emotion=0, unread=False): a picture as FakeReader reads it; lossless."""

    def make(path, faces, emotion=0, unread=False):
        path.parent.mkdir(parents=True, exist_ok=True)
        first = (faces, emotion, 255 if unread else 0)
        Image.new("RGB", (16, 12), first).save(path, "PNG")
        return path

    return make


@pytest.fixture
def album(tmp_path, photo):
    """Eight files: five pictures with 2 + 1 + 0 + 1 + 1 faces, and three that are broken."""
    folder = tmp_path / "album"
    photo(folder / "a 가족.png", 2)
    photo(folder / "b.PNG", 1, EMOTIONS.index("sadness"))
    photo(folder / "c nobody.png", 0)
    photo(folder / "=1+1.png", 1, 4)
    photo(folder / "<img src=x onerror=alert(1)>.png".replace("/", ""), 1, unread=True)
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "cut.png").write_bytes((folder / "a 가족.png").read_bytes()[:45])
    (folder / "text.jpg").write_text("사진이 아닙니다")
    return folder

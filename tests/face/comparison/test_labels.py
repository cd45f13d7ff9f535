"""True emotions from tables and folders."""

from pathlib import Path

import pytest

from pyojeong.emotion import Emotion
from pyojeong.errors import BadInput
from pyojeong.face.comparison.labels import Labels, emotion_of, read_labels
from pyojeong.media.listing import Listed


def listed(path):
    return Listed(Path("data") / path, Path(path), False)


@pytest.mark.parametrize(
    ("name", "emotion"),
    [
        ("happy", Emotion.HAPPINESS),
        ("Angry", Emotion.ANGER),
        ("슬픔", Emotion.SADNESS),
        ("당황", Emotion.SURPRISE),
        ("holiday 2024", None),
        ("", None),
    ],
)
def test_folders(name, emotion):
    assert emotion_of(name) == emotion
    assert Labels().of(listed(f"{name}/a.jpg" if name else "a.jpg")) == emotion


def test_only_the_nearest_folder_counts():
    assert Labels().of(listed("happy/holiday/a.jpg")) is None


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_table(tmp_path, separator):
    rows = [("Image", "note", "emotion"), ("x/가.jpg", "", "happy"), ("b.jpg", "", "sadness")]
    path = tmp_path / "l.csv"
    path.write_text("\n".join(separator.join(row) for row in rows), "utf-8-sig")
    labels = read_labels(path)
    assert labels.of(listed("x/가.jpg")) == Emotion.HAPPINESS
    assert labels.of(listed("deep/b.jpg")) == Emotion.SADNESS
    assert labels.of(listed("y/가.jpg")) is None
    assert labels.of(listed("happy/unknown.jpg")) is None


def test_korean_table_in_cp949(tmp_path):
    path = tmp_path / "l.csv"
    path.write_bytes("사진,감정\n가.jpg,기쁨\n나.jpg,슬픔\n".encode("cp949"))
    assert read_labels(path).of(listed("나.jpg")) == Emotion.SADNESS


@pytest.mark.parametrize(
    "text",
    [
        "image,emotion\n",
        "a,b\nc,d\n",
        "image,emotion\na.jpg,banana\n",
        "image,emotion\na.jpg\n",
        "image,emotion\n" + '"' + "x" * 200_000 + '",happy\n',
        "\n\n\nx",
    ],
)
def test_bad_tables(tmp_path, text):
    path = tmp_path / "l.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput):
        read_labels(path)

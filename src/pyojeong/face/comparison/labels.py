"""The true emotion of pictures: from a table, or from the names of their folders."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from pyojeong.emotion import Emotion
from pyojeong.errors import BadInput
from pyojeong.media.files import read_text_file
from pyojeong.media.listing import Listed
from pyojeong.text.label_map import known_labels, label_key

_PICTURE = ("image", "picture", "file", "filename", "path", "name", "사진", "파일", "이미지")
_LABEL = ("emotion", "label", "class", "expression", "감정", "라벨", "표정")
_CLEAR = 0.6
"""Least share of one emotion in a label that stands for several."""


class Labels:
    """Looks up pictures: in the table where there is one, else by the folder they lie in."""

    def __init__(self, table: Mapping[str, Emotion] | None = None) -> None:
        self._table = table

    def of(self, found: Listed) -> Emotion | None:
        if self._table is None:
            return emotion_of(found.path.parent.name)
        for name in (found.path.as_posix(), found.relative.as_posix(), found.path.name):
            emotion = self._table.get(_key(name))
            if emotion is not None:
                return emotion
        return None


def emotion_of(label: str) -> Emotion | None:
    """House emotion of a label of any set that Pyojeong reads; None for other words."""
    weights = known_labels().get(label_key(label))
    if not weights:
        return None
    emotion, share = max(weights.items(), key=lambda item: item[1])
    return emotion if share >= _CLEAR else None


def read_labels(path: Path) -> Labels:
    """A CSV or TSV with a line of headings, one column naming pictures (image, file, path ...) and
    one their emotion (emotion, label ...). Pictures are named by path, by their way from the
    folder read, or by file name. Raises BadInput.
    """
    lines = read_text_file(path).text.splitlines()
    separator = max(",\t;", key=lines[0].count)
    try:
        rows = list(csv.DictReader(lines, delimiter=separator))
    except csv.Error as error:
        raise BadInput(
            f"{path} is no table: {error}.", f"{path}은(는) 표가 아닙니다: {error}."
        ) from error
    headings = list(rows[0]) if rows else []
    picture, label = (_column(headings, known) for known in (_PICTURE, _LABEL))
    if picture is None or label is None:
        raise BadInput(
            f"{path} needs a line of headings with a column image and a column emotion, and rows "
            "below it.",
            f"{path}에는 image 열과 emotion 열이 있는 제목 줄과 그 아래 내용이 필요합니다.",
        )
    table: dict[str, Emotion] = {}
    for number, row in enumerate(rows, 2):
        emotion = emotion_of(row[label] or "")
        if emotion is None:
            raise BadInput(
                f"{path}, row {number}: {row[label]!r} is no known emotion.",
                f"{path} {number}번째 줄: {row[label]!r}은(는) 모르는 감정입니다.",
            )
        table[_key(row[picture] or "")] = emotion
    return Labels(table)


def _column(headings: list[str], known: tuple[str, ...]) -> str | None:
    return next((h for h in headings if h is not None and label_key(h) in known), None)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/")).removeprefix("./")

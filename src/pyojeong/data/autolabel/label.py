"""From words to a label: one row per picture, with where the label came from and what is doubtful.

How the Nota cartoon faces were labelled by hand: a name with words of one emotion gives the
label; words of several emotions, or several people, go to a person.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyojeong.data.autolabel.words import Word, Words, WordTable
from pyojeong.errors import BadInput, PyojeongError
from pyojeong.media.files import Note, read_bytes
from pyojeong.media.listing import PICTURES, list_pictures

NAME_ALONE, CAPTION_ALONE, BOTH = 0.7, 0.6, 0.85
"""Confidence of a label: a judgement before anything is measured, not a frequency. The reader of
faces (`reading.py`) moves it."""

LARGEST_CAPTION = 1_000_000
"""Bytes of a caption file that are read."""
_CAPTION_KEYS = frozenset(
    ("caption", "captions", "text", "title", "description", "alt", "tags", "keywords", "prompt",
     "name", "제목", "설명", "태그")
)  # fmt: skip
_DEEPEST = 6

NO_WORD = "no emotion word"
CONFLICT = "conflict"
SEVERAL = "several faces"
NEGATED = "negated"


@dataclass(frozen=True, slots=True)
class Row:
    """One picture. path: below the folder, with "/". label: "" where none could be given.
    confidence: in [0, 1]. status: "label" or "review". faces: how many were seen, None where
    nobody looked. reason: why it is for review. provenance: what the label rests on, in words.
    automatic: the label the program itself gave; differs from `label` where a person decided.
    """

    path: str
    label: str
    confidence: float
    status: str
    faces: int | None
    reason: str
    provenance: str
    automatic: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """rows: in the order of the folder. notes: caption files that could not be read."""

    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()


def label_folder(folder: Path, table: WordTable) -> Labelled:
    """A row for every picture of a folder, at any depth; no picture is opened.

    Raises BadInput where there is no such folder or no picture in it.
    """
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.", f"폴더가 없습니다: {folder}")
    rows, notes = [], []
    for path, relative, captions in _pictures(folder):
        if _UNWRITABLE.search(relative):
            notes.append(_unwritable(relative))
            continue
        text, note = _caption(captions)
        notes += note
        rows.append(label(relative, table.find(path.stem), table.find(text)))
    if not rows:
        raise BadInput(f"{folder} holds no pictures.", f"{folder}에 사진이 없습니다.")
    return Labelled(tuple(rows), tuple(notes))


_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""What cannot stand in a table: control characters, bytes that are no text."""


def _unwritable(path: str) -> Note:
    shown = path.encode("utf-8", "backslashreplace").decode("ascii", "backslashreplace")
    return Note(
        f"Left out: the name {shown!r} cannot be written into a table; rename the picture.",
        f"건너뜁니다: {shown!r}은(는) 표에 쓸 수 없는 이름입니다. 파일 이름을 바꾸세요.",
    )


def label(path: str, name: Words, caption: Words) -> Row:
    """The row of one picture by what its name and its caption say."""
    found = {w.label: None for w in (*name.found, *caption.found)}
    several = name.several or caption.several
    reasons = []
    if len(found) > 1:
        reasons.append(f"{CONFLICT}: {', '.join(found)}")
    elif not found:
        negated = (*name.negated, *caption.negated)
        reasons.append(f"{NEGATED}: '{negated[0].text}'" if negated else NO_WORD)
    if several and found:
        reasons.append(f"{SEVERAL}: '{several}'")
    chosen = next(iter(found)) if len(found) == 1 else ""
    confidence = 0.0
    if chosen:
        confidence = BOTH if name.found and caption.found else CAPTION_ALONE
        confidence = NAME_ALONE if not caption.found else confidence
    return Row(
        path,
        chosen,
        confidence,
        "review" if reasons else "label",
        None,
        "; ".join(reasons),
        "; ".join(filter(None, (_said("file name", name.found), _said("caption", caption.found)))),
        chosen,
    )


def _said(where: str, words: tuple[Word, ...]) -> str:
    texts = dict.fromkeys(f"'{w.text}'" for w in words)
    return f"{where}: {' '.join(texts)}" if texts else ""


# --- pictures and their captions -------------------------------------------------------------


def _pictures(folder: Path) -> Iterator[tuple[Path, str, list[Path]]]:
    """Each picture, its name below the folder and the caption files beside it."""
    beside: tuple[Path | None, frozenset[str]] = (None, frozenset())
    for listed in list_pictures([folder]):
        if listed.error is not None:
            raise listed.error
        path = listed.path
        if path.suffix.lower() not in PICTURES:
            continue
        parent = path.parent
        if beside[0] != parent:
            sidecars = (n for n in os.listdir(parent) if n.lower().endswith((".txt", ".json")))
            beside = parent, frozenset(sidecars)
        captions = []
        if beside[1]:
            stem, whole = path.stem, path.name
            wanted = (f"{root}{end}" for root in (stem, whole) for end in _ENDINGS)
            captions = [parent / name for name in wanted if name in beside[1]]
        yield path, listed.relative.as_posix(), captions


_ENDINGS = (".txt", ".json", ".TXT", ".JSON")


def _caption(paths: list[Path]) -> tuple[str, list[Note]]:
    texts, notes = [], []
    for path in paths:
        try:
            data = read_bytes(path, LARGEST_CAPTION, "max_text_bytes")
            texts.append(_text_of(data, path))
        except PyojeongError as error:
            notes.append(
                Note(f"Caption left out: {error.en}", f"설명 파일을 건너뜁니다: {error.ko}")
            )
    return " . ".join(texts), notes


def _text_of(data: bytes, path: Path) -> str:
    text = _decoded(data)
    if path.suffix.lower() != ".json":
        return text
    try:
        return " . ".join(_strings(json.loads(text), 0))
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{path} is not valid JSON ({error}).", f"{path}은(는) 올바른 JSON이 아닙니다({error})."
        ) from error


def _decoded(data: bytes) -> str:
    """UTF-8, or CP949 as older Korean tools write it; what neither knows becomes a mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp949", "replace")


def _strings(value: Any, depth: int) -> Iterator[str]:
    """Texts under the keys that captions are kept under; numbers, paths and notes are not read."""
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if str(key).lower() in _CAPTION_KEYS or isinstance(item, dict):
                yield from _strings(item, depth + 1)

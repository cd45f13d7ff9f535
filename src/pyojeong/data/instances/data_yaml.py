"""The file data.yaml of a YOLO set: names of the classes, and where the pictures of a split are.

Only what such files hold is understood (plain and quoted words, lists and tables of them, in
lines or in brackets), so that no YAML package is needed and nothing in the file can do anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyojeong.data.assemble import MOST_CLASSES, composed, split_of
from pyojeong.data.instances.places import is_text
from pyojeong.errors import BadInput
from pyojeong.media.files import read_text_file

Value = str | list[str] | dict[str, str]

_KEY = re.compile(
    r"""(?P<quote>["']?)(?P<key>[^\s"'#:\[\]{},&*!|>%@`-][^"':\n]*?)(?P=quote)[ \t]*:(?:\s|$)"""
)
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_OPENS = ("", "-", ",", "[", "{", ":")
"""What a quoted word stands behind; elsewhere a quote is an apostrophe."""

_LARGEST = 1_000_000
_SHORT = {"0": "\0", "a": "\a", "v": "\v", "e": "\x1b", " ": " ", "N": "\x85", "_": "\xa0"}


@dataclass(frozen=True, slots=True)
class DataYaml:
    """names: of the classes, by their number. path: the folder that the rest leads from, "" for
    the file's own. splits: where pictures are, folders or lists in files, by "train", "val" and
    "test". poses: whether the labels are those of skeletons."""

    names: tuple[str, ...]
    path: str
    splits: dict[str, tuple[str, ...]]
    poses: bool


def read_data_yaml(path: Path) -> DataYaml:
    """Raises BadInput for a file without names, or one written in another way than such files."""
    try:
        text = read_text_file(path).text
        if len(text) > _LARGEST:
            raise ValueError(f"{len(text):,} characters")
        entries = dict(_entries(text))
        names = _names(_value(entries["names"])) if "names" in entries else ()
        where = _value(entries.get("path", ""))
        splits = {split_of(key): _ways(_value(entries[key])) for key in entries if split_of(key)}
    except ValueError as error:
        raise BadInput(
            f"{path} is not written as a YOLO data.yaml is ({error}). It needs lines such as "
            "names: [anger, joy] and train: images/train.",
            f"{path}은(는) YOLO data.yaml 형식이 아닙니다({error}). names: [anger, joy]와 "
            "train: images/train 같은 줄이 필요합니다.",
        ) from error
    if not names:
        raise BadInput(
            f"{path} names no classes; it needs a line such as names: [anger, joy].",
            f"{path}에 클래스 이름이 없습니다. names: [anger, joy] 같은 줄이 필요합니다.",
        )
    place = where if isinstance(where, str) and where not in ("~", "null") else ""
    kept = {name: ways for name, ways in splits.items() if ways}
    return DataYaml(names, place, kept, "kpt_shape" in entries)


def write_data_yaml(path: Path, names: Sequence[str], splits: dict[str, str]) -> None:
    """Folders of the splits, from the file's own folder, and the names of the classes."""
    lines = [f"{name}: {way}" for name, way in splits.items()]
    lines += [f"nc: {len(names)}", "names:"]
    # A JSON text in quotes is a YAML text in quotes.
    lines += [f"  {n}: {json.dumps(name, ensure_ascii=False)}" for n, name in enumerate(names)]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _names(value: Value) -> tuple[str, ...]:
    if isinstance(value, dict):
        numbers = [int(key) for key in value]
        if sorted(numbers) != list(range(len(numbers))):
            raise ValueError(f"classes are numbered {numbers[:20]}, not from 0 without gaps")
        value = [name for _, name in sorted(zip(numbers, value.values(), strict=True))]
    if isinstance(value, str):
        raise ValueError("names is no list")
    names = tuple(composed(name.strip()) for name in value)
    if "" in names or len(set(names)) < len(names) or len(names) > MOST_CLASSES:
        raise ValueError(f"{len(names)} names, of which one is empty or twice, or too many")
    if not all(map(is_text, names)):
        raise ValueError("a name that is no text")
    return names


def _ways(value: Value) -> tuple[str, ...]:
    if isinstance(value, dict):
        raise ValueError("a split is a table")
    ways = [value] if isinstance(value, str) else value
    return tuple(way for way in ways if way not in ("", "~", "null"))


# --- YAML ------------------------------------------------------------------------------------


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Keys at the left rim and what stands behind and below each."""
    key, lines = "", list[str]()
    for line in text.split("\n"):
        begins = None if line[:1] in (" ", "\t", "#", "-") else _KEY.match(line)
        if not begins:
            lines.append(line)
            continue
        if key:
            yield key, "\n".join(lines)
        key, lines = begins["key"].strip(), [line[begins.end() :]]
    if key:
        yield key, "\n".join(lines)


def _value(text: str) -> Value:
    """Raises ValueError."""
    lines = [line for line in _without_comments(text).split("\n") if line.strip()]
    whole = "\n".join(lines).strip()
    if not whole:
        return ""
    if whole[0] in "[{":
        return _bracketed(whole)
    if whole.startswith("- ") or whole == "-":
        return [_word(item) for item in _items(lines)]
    if len(lines) == 1 or whole[0] in "\"'":
        pair = None if whole[0] in "\"'" and _QUOTED.fullmatch(whole) else _KEY.match(whole)
        return _table(lines) if pair else _word(whole)
    return _table(lines) if _KEY.match(whole) else _word(whole)


def _without_comments(text: str) -> str:
    kept, start, at, before = [], 0, 0, ""
    while at < len(text):
        quoted = _QUOTED.match(text, at) if before in _OPENS else None
        if not quoted and text[at] == "#" and (at == 0 or text[at - 1].isspace()):
            kept.append(text[start:at])
            start = at = (text + "\n").index("\n", at)
            continue
        if not text[at].isspace() or text[at] == "\n":
            before = text[at].strip()
        at = quoted.end() if quoted else at + 1
    return "".join([*kept, text[start:]])


def _items(lines: Sequence[str]) -> Iterator[str]:
    for bare in _unfolded(lines, re.compile(r"-(?:\s|$)")):
        yield bare[1:].strip()


def _table(lines: Sequence[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for bare in _unfolded(lines, _KEY):
        pair = _KEY.match(bare)
        if not pair or pair["key"].strip() in made:
            raise ValueError(f"{bare[:40]!r} in a table")
        made[pair["key"].strip()] = _word(bare[pair.end() :].strip())
    return made


def _unfolded(lines: Sequence[str], begins: re.Pattern[str]) -> Iterator[str]:
    """The entries of a list or table, with the lines that go on from a long one."""
    entry = ""
    for line in lines:
        bare = line.strip()
        if not begins.match(bare) and not entry:
            raise ValueError(f"{bare[:40]!r} in a list or table")
        if begins.match(bare) and entry:
            yield entry
            entry = ""
        entry += f"\n{bare}" if entry else bare
    yield entry


def _word(text: str) -> str:
    """A plain or quoted word; lines of a long one are joined."""
    if _QUOTED.fullmatch(text):
        return _unquoted(text)
    if text[:1] and text[0] in "&*!|>%@`\"'[{":
        raise ValueError(f"{text[:40]!r}")
    return " ".join(text.split())


def _unquoted(text: str) -> str:
    inner = re.sub(r"\s*(?<!\\)\n\s*", " ", text[1:-1])
    if text[0] == "'":
        return inner.replace("''", "'")
    inner = re.sub(r"\\\n\s*", "", inner)
    return str(json.loads('"' + _ESCAPE.sub(_as_json, inner).replace("\t", "\\t") + '"'))


def _as_json(escape: re.Match[str]) -> str:
    short, long, other = escape.groups()
    if other is None:
        return json.dumps(chr(int(short or long, 16)))[1:-1]
    return json.dumps(_SHORT[other])[1:-1] if other in _SHORT else escape[0]


def _bracketed(text: str) -> list[str] | dict[str, str]:
    """A list or table in brackets. Raises ValueError."""
    closing = "]" if text[0] == "[" else "}"
    words: list[str] = []
    at = 1
    while True:
        word, at = _until(text, at, "," + closing)
        if word or text[at] == ",":
            words.append(word)
        if text[at] == closing:
            break
        at += 1
    if text[at + 1 :].strip():
        raise ValueError(f"{text[at + 1 :].strip()[:40]!r} after {closing}")
    return [_word(word) for word in words] if closing == "]" else _table(words)


def _until(text: str, at: int, ends: str) -> tuple[str, int]:
    """What stands before the next of these marks outside quotes, and where that mark is."""
    start, before = at, ""
    while True:
        if at >= len(text):
            raise ValueError("a bracket that does not close")
        if text[at] in ends:
            return text[start:at].strip(), at
        quoted = _QUOTED.match(text, at) if before in _OPENS else None
        before = text[at] if not text[at].isspace() else before
        at = quoted.end() if quoted else at + 1

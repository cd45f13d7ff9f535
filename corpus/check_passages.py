"""Check the story passages and print their counts. Standard library only.

Exit status 1 when a passage lacks a field, has an unknown part, language or emotion, an id or
text that occurs twice, a speaker outside its cast, an intensity that does not fit its emotion,
or when a quote or sentence is not found, in order, in the text. Sentences must cover the text:
only white space may lie between them.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent / "passages"
EMOTIONS = ("happiness", "anger", "sadness", "fear", "surprise", "disgust", "neutral")
LANGUAGES = ("ko", "en")
PARTS = ("dev", "test")
FIELDS = ("id", "lang", "title", "part", "text", "cast", "quotes", "sentences")
SENTENCES = range(9, 17)
SCRIPT_NAME = re.compile(r"(?:^|\n)[^\n:“\"「『«]{1,24}: $")

Passage = dict[str, Any]


def header_faults(passage: Passage, lang: str, stem: str) -> Iterator[str]:
    """What is wrong with id, language, part, cast and aliases."""
    if passage["id"] != f"{lang}-{stem}" or passage["lang"] != lang:
        yield f"id {passage['id']!r} or lang {passage['lang']!r} does not fit its file"
    if passage["part"] not in PARTS:
        yield f"unknown part {passage['part']!r}"
    cast = passage["cast"]
    if len(set(cast)) != len(cast) or not all(cast):
        yield f"bad cast {cast}"
    for alias, name in passage.get("aliases", {}).items():
        if name not in cast or alias in cast:
            yield f"bad alias {alias!r} of {name!r}"


def quote_faults(passage: Passage) -> Iterator[str]:
    """Quotes that are not found in order, or whose speaker is not of the cast."""
    end = 0
    for quote in passage["quotes"]:
        start = passage["text"].find(quote["text"], end)
        if start < 0 or not quote["text"].strip():
            yield f"quote not found: {quote['text']!r}"
            continue
        end = start + len(quote["text"])
        if quote["speaker"] is not None and quote["speaker"] not in passage["cast"]:
            yield f"speaker {quote['speaker']!r} is not in the cast"


def label_faults(sentence: Passage) -> Iterator[str]:
    """What is wrong with the labels of one sentence."""
    emotion, intensity, second = (sentence[key] for key in ("emotion", "intensity", "second"))
    if emotion not in EMOTIONS:
        yield f"unknown emotion {emotion!r}"
    if second and (second not in EMOTIONS or second == emotion):
        yield f"bad second emotion {second!r}"
    low, high = (0.0, 0.2) if emotion == "neutral" else (0.3, 1.0)
    if not low <= intensity <= high:
        yield f"intensity {intensity} of {emotion}: {sentence['text']!r}"


def sentence_faults(passage: Passage) -> Iterator[str]:
    """Sentences that are not found in order, leave text between them, or are wrongly labelled."""
    text, end = passage["text"], 0
    if len(passage["sentences"]) not in SENTENCES:
        yield f"{len(passage['sentences'])} sentences"
    for sentence in passage["sentences"]:
        yield from label_faults(sentence)
        start = text.find(sentence["text"], end)
        if start < 0 or not sentence["text"].strip():
            yield f"sentence not found: {sentence['text']!r}"
            continue
        if text[end:start].strip():
            yield f"text between sentences: {text[end:start]!r}"
        end = start + len(sentence["text"])
    if text[end:].strip():
        yield f"text after the last sentence: {text[end:]!r}"


def quote_kind(passage: Passage, start: int, quote: Passage) -> str:
    """Kind of a quote for the counts: nobody, script line, thought mark or speech mark."""
    if quote["speaker"] is None:
        return "nobody"
    if SCRIPT_NAME.search(passage["text"][:start]):
        return "script line"
    return "single mark" if quote["text"][0] in "‘'" else "speech mark"


def count(passage: Passage, counts: Counter[tuple[str, str, str]]) -> None:
    """Add one sound passage to the counts, keyed by (language, part, what)."""
    key, end = (passage["lang"], passage["part"]), 0
    counts[(*key, "passages")] += 1
    counts[(*key, "without quotes")] += not passage["quotes"]
    for quote in passage["quotes"]:
        start = passage["text"].find(quote["text"], end)
        end = start + len(quote["text"])
        counts[(*key, "quotes")] += 1
        counts[(*key, quote_kind(passage, start, quote))] += 1
    for sentence in passage["sentences"]:
        counts[(*key, "sentences")] += 1
        counts[(*key, sentence["emotion"])] += 1


def passage_faults(passage: Passage, lang: str, stem: str) -> list[str]:
    """All faults of one passage."""
    missing = [field for field in FIELDS if field not in passage]
    if missing:
        return [f"missing {missing}"]
    return [
        *header_faults(passage, lang, stem),
        *quote_faults(passage),
        *sentence_faults(passage),
    ]


def check(root: Path) -> tuple[list[str], Counter[tuple[str, str, str]]]:
    """All faults of the passages under root, and counts by (language, part, what)."""
    faults: list[str] = []
    counts: Counter[tuple[str, str, str]] = Counter()
    seen: dict[str, str] = {}
    for path in sorted(root.glob("*/*.json")):
        lang, name = path.parent.name, f"{path.parent.name}/{path.name}"
        if lang not in LANGUAGES:
            faults.append(f"{name}: unknown language")
            continue
        passage = json.loads(path.read_text(encoding="utf-8"))
        found = passage_faults(passage, lang, path.stem)
        faults += [f"{name}: {fault}" for fault in found]
        if found:
            continue
        for once in (passage["id"], passage["text"]):
            if once in seen:
                faults.append(f"{name}: id or text also in {seen[once]}")
            seen[once] = name
        count(passage, counts)
    return faults, counts


def table(counts: Counter[tuple[str, str, str]], columns: tuple[str, ...]) -> str:
    """Counts as a Markdown table, one line per language and part."""
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for lang in LANGUAGES:
        for part in PARTS:
            cells = " | ".join(str(counts[lang, part, column]) for column in columns)
            lines.append(f"| {lang} {part} | {cells} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print counts and faults; 1 when there are faults."""
    faults, counts = check(ROOT)
    kinds = ("speech mark", "single mark", "script line", "nobody")
    sys.stdout.write(table(counts, ("passages", "without quotes", "quotes", *kinds)) + "\n")
    sys.stdout.write(table(counts, (*EMOTIONS, "sentences")))
    for fault in faults:
        sys.stderr.write(fault + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Who says what: `python benchmarks/bench_speakers.py`.

Speakers found in the passages under corpus/passages (hand-annotated; odd numbers were used for
development, even ones only scored) and in scenes under corpus/dialogues/check (never used for
development). The passages are hard on purpose: three or more figures talk in one paragraph and most
quotations have no tag; the scenes are set as most books are, a paragraph for each turn. "Told by" is
what the code went by: tags and scripts are grammar, "beat" is an action beside the quotation, "turn"
is turn-taking. A quotation counts as right when its speaker is the annotated one under any of its
aliases, or when both say that nobody speaks. The same words in the same passage are matched in
order. Speed: one process, the best of five runs.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from report import Table, best_of, write_report

from pyojeong.text.normalize import normalize
from pyojeong.text.speakers.attribution import SpeakerSpan, attribute
from pyojeong.train.speakers import unmarked

PASSAGES = Path(__file__).parents[1] / "corpus/passages"
CHECK = Path(__file__).parents[1] / "corpus/dialogues/check"
NOBODY = "nobody"
Score = dict[str, list[int]]


def passages(part: str, lang: str) -> list[dict[str, Any]]:
    every = [json.loads(p.read_text("utf-8")) for p in sorted((PASSAGES / lang).glob("*.json"))]
    return [p for p in every if p["part"] == part]


def judged(passage: dict[str, Any]) -> list[tuple[str, str | None, SpeakerSpan | None, bool]]:
    """(words, annotated speaker, span found, right) of each quotation of a passage."""
    text = normalize(passage["text"])
    spans = attribute(passage["text"]).spans
    aliases = {_plain(k): _plain(v) for k, v in passage.get("aliases", {}).items()}
    rows, at = [], 0
    for quote in passage["quotes"]:
        words = normalize(quote["text"])
        start = text.find(words, at)
        if start < 0:
            sys.exit(f"{passage['id']}: {words!r} is not in the text")
        at = start + len(words)
        span = max(spans, key=lambda s: min(s.end, at) - max(s.start, start), default=None)
        if span is not None and min(span.end, at) <= max(span.start, start):
            span = None
        found = span.speaker if span else None
        wanted = quote["speaker"]
        named = aliases.get(_plain(found), _plain(found)) if found else ""
        right = named == _plain(wanted or "")
        rows.append((words, wanted, span, right))
    return rows


def _plain(name: str) -> str:
    """A name without article, case and the stop of Mr."""
    return re.sub(r"^(?:the|an?|his|her|my) ", "", name.casefold()).replace(".", "")


def measure(part: str, lang: str) -> tuple[Score, int]:
    """{what told the speaker: [right, all]} and the number of passages."""
    score: Score = defaultdict(lambda: [0, 0])
    found = passages(part, lang)
    for passage in found:
        for _, wanted, span, right in judged(passage):
            kind = NOBODY if wanted is None else _kind(span)
            for key in ("all", kind):
                score[key][0] += right
                score[key][1] += 1
    return score, len(found)


def _kind(span: SpeakerSpan | None) -> str:
    if span is None:
        return "missed"
    return "thought" if span.kind == "thought" else span.clue


def accuracy() -> Table:
    scores = {(p, lang): measure(p, lang) for p in ("dev", "test") for lang in ("ko", "en")}
    kinds = ["all", *sorted({k for s, _ in scores.values() for k in s} - {"all"})]
    columns = ["told by", *(f"{p} {lang} ({n} passages)" for (p, lang), (_, n) in scores.items())]
    rows = []
    for kind in kinds:
        cells = [s.get(kind, [0, 0]) for s, _ in scores.values()]
        shown = [f"{r}/{n} ({r / n:.1%})" if n else "" for r, n in cells]
        rows.append([kind, *shown])
    return columns, rows


def check() -> Table:
    """The scenes under corpus/dialogues/check, written as books are set."""
    rows = []
    for lang in ("ko", "en"):
        score: Score = defaultdict(lambda: [0, 0])
        scenes = (CHECK / f"{lang}.txt").read_text("utf-8").split("\n###\n")
        for scene in scenes:
            text, names = unmarked(normalize(scene.strip()))
            spans = attribute(text).spans
            for start, end, name in names:
                span = next((s for s in spans if s.start < end and s.end > start), None)
                wanted = {_plain(each) for each in name.split("/")}
                right = span is not None and _plain(span.speaker) in wanted
                for key in ("all", _kind(span)):
                    score[key][0] += right
                    score[key][1] += 1
        shown = {key: f"{r}/{n} ({r / n:.1%})" for key, (r, n) in score.items()}
        rows.append([lang, len(scenes), shown["all"], shown.get("turn", ""), shown.get("beat", "")])
    return ["language", "scenes", "all", "told by turn-taking", "told by a beat"], rows


def speed() -> Table:
    texts = [p["text"] for part in ("dev",) for lang in ("ko", "en") for p in passages(part, lang)]
    story = "\n\n".join(texts)
    rows = {"characters per second": len(story) / best_of(5, lambda: attribute(story))}
    hostile = {
        "1 MB without a space": "가" * 10**6,
        "100,000 quotations": "“가” " * 10**5,
        "100,000 quotations with tags": "“가.” 하고 늑대가 말했다. " * 10**5,
        "100,000 opening marks": "“" * 10**5,
        "nested 1,000 deep": "“‘" * 500 + "가" + "’”" * 500,
    }
    rows |= {f"{n}, s": best_of(2, lambda t=t: attribute(t)) for n, t in hostile.items()}
    return ["what", "value"], [[n, f"{v:.3g}" if v < 100 else f"{v:.0f}"] for n, v in rows.items()]


def show_dev() -> None:
    """Every wrong one of the development part."""
    for lang in ("ko", "en"):
        for passage in passages("dev", lang):
            for words, wanted, span, right in judged(passage):
                if not right:
                    got = f"{span.speaker} ({span.clue}, {span.kind})" if span else "nobody"
                    print(passage["id"], words[:50], "| wanted", wanted, "| got", got)


def main() -> None:
    if "--dev" in sys.argv:
        show_dev()
        return
    tables = {"Accuracy": accuracy(), "Scenes never learned from": check(), "Speed": speed()}
    write_report("speakers", __doc__ or "", tables)


if __name__ == "__main__":
    main()

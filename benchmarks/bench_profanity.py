"""Accuracy, speed and size of the profanity guard: `scripts/bench profanity`.

The validation part of the comments and the story sentences need PYOJEONG_DATA; without it only the
lists of tricky lines, the corpus of this repository and the speeds are measured.
"""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import numpy as np
from report import best_of, write_report

from pyojeong.assets import find_asset
from pyojeong.text.lexicon import shipped_lexicon
from pyojeong.text.profanity import ProfanityGuard
from pyojeong.text.profanity_model import ASSET

ROOT = Path(__file__).parents[1]


def tricky(name: str) -> list[tuple[bool, str]]:
    with (ROOT / "tests/text" / name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    escaped = re.compile(r"\\u([0-9a-f]{4})")
    return [(r["label"] == "1", escaped.sub(lambda m: chr(int(m[1], 16)), r["text"])) for r in rows]


def corpus(lang: str) -> list[str]:
    """The sentences of the corpus, each a story's."""
    texts = []
    for path in sorted((ROOT / "corpus" / lang).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            texts += [row["text"] for row in csv.DictReader(stream)]
    return texts


def lists() -> list[list[str]]:
    """Both were looked at while the guard was mended: what is left, not what to expect."""
    guard = ProfanityGuard()
    table = []
    for name in ("profanity_tricky.tsv", "profanity_tricky_second.tsv"):
        rows = tricky(name)
        wanted = np.array([label for label, _ in rows])
        found = np.array([p.found for p in guard.find([text for _, text in rows])])
        table.append([
            name, f"{(found & wanted).sum()} of {wanted.sum()}",
            f"{(found & ~wanted).sum()} of {(~wanted).sum()}",
        ])  # fmt: skip
    return table


def false_alarms() -> list[list[str]]:
    guard, lexicon = ProfanityGuard(), shipped_lexicon()
    sources = {"corpus, Korean": corpus("ko"), "corpus, English": corpus("en")}
    if os.environ.get("PYOJEONG_DATA"):
        import pandas as pd

        from pyojeong.train.text_data import data_folder

        path = data_folder() / "ko_unlabeled_stories.parquet"
        sources["published stories, Korean"] = pd.read_parquet(path).text.tolist()
    table = []
    for name, texts in sources.items():
        listed = sum(bool(lexicon.spans(text)) for text in texts)
        both = sum(p.found for p in guard.find(texts))
        per_thousand = f"{1000 * both / len(texts):.2f}"
        table.append([name, str(len(texts)), str(listed), str(both - listed), per_thousand])
    return table


def validation() -> list[list[str]]:
    from pyojeong.train.profanity import f1_score
    from pyojeong.train.profanity_data import comments

    held, lexicon = comments("val"), shipped_lexicon()
    ways = {
        "word list alone": [bool(lexicon.spans(text)) for text in held.texts],
        "list and model": [p.found for p in ProfanityGuard().find(held.texts)],
    }
    table = []
    for name, marks in ways.items():
        found = np.array(marks)
        hits = (found & (held.labels == 1)).sum()
        table.append([
            name, f"{f1_score(found, held.labels):.3f}", f"{hits / found.sum():.3f}",
            f"{hits / held.labels.sum():.3f}", str(len(found)),
        ])  # fmt: skip
    return table


def speed() -> list[list[str]]:
    guard = ProfanityGuard()
    rows = {"model file, MB": find_asset(ASSET).size / 1e6}
    for name, texts in {
        "Korean story sentences": corpus("ko")[:500],
        "English story sentences": corpus("en")[:500],
        "tricky lines": [text for _, text in tricky("profanity_tricky.tsv")],
    }.items():
        guard.find(texts)
        rows[f"{name} per second"] = len(texts) / best_of(3, lambda: guard.find(texts))  # noqa: B023
    for name, text in {"가": "가" * 10**6, "a": "a" * 10**6}.items():
        rows[f"1,000,000 times {name}, s"] = best_of(1, lambda: guard.find([text]))  # noqa: B023
    return [[k, f"{v:.3g}" if v < 100 else f"{v:.0f}"] for k, v in rows.items()]


def main() -> None:
    tables = {
        "Tricky lines (tests/text)": (["list", "abuse found", "false alarms"], lists()),
        "False alarms in stories": (
            ["sentences", "n", "by the list", "by the model", "per 1,000"],
            false_alarms(),
        ),
        "Speed and size": (["what", "value"], speed()),
    }
    if os.environ.get("PYOJEONG_DATA"):
        columns = ["validation part of the comments", "F1", "precision", "recall", "n"]
        tables["Comments"] = (columns, validation())
    write_report("profanity", __doc__ or "", tables)


if __name__ == "__main__":
    main()

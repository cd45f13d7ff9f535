"""Labelled sentences for the text classifier: the data folder's tables and the corpus in the repo.

Every row gets a soft target over the seven house emotions and belongs to a named source. The test
part of the corpus is only ever read by `corpus_part("test")`, for the report.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pyojeong.emotion import EMOTIONS, LABEL_SETS, Emotion
from pyojeong.errors import BadSettings

KINDS = {
    "ko": ("corpus_ko", "goemotions_ko", "kote"),
    "en": ("corpus_en", "goemotions_en", "xed_en"),
}
"""Sources that stand for a kind of text of their own: stories, comments, film lines."""

CORPUS = Path(__file__).parents[3] / "corpus"


@dataclass(frozen=True, slots=True)
class Rows:
    """n labelled texts. targets: (n, 7) float32, rows sum to 1. sources: name of each row's.

    intensities: (n,) float32 in [0, 1], NaN where nobody said.
    """

    texts: list[str]
    targets: NDArray[np.float32]
    sources: NDArray[np.str_]
    intensities: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def labels(self) -> NDArray[np.int64]:
        return np.asarray(self.targets.argmax(1), np.int64)

    def of(self, source: str) -> Rows:
        """The rows of one source."""
        return self.where(self.sources == source)

    def where(self, chosen: NDArray[np.bool_]) -> Rows:
        texts = [t for t, c in zip(self.texts, chosen, strict=True) if c]
        return Rows(texts, self.targets[chosen], self.sources[chosen], self.intensities[chosen])


def join(parts: list[Rows]) -> Rows:
    return Rows(
        [t for p in parts for t in p.texts],
        np.concatenate([p.targets for p in parts]),
        np.concatenate([p.sources for p in parts]),
        np.concatenate([p.intensities for p in parts]),
    )


def unrated(texts: list[str], targets: NDArray[np.float32], sources: NDArray[np.str_]) -> Rows:
    """Rows without intensities."""
    return Rows(texts, targets, sources, np.full(len(texts), np.nan, np.float32))


def data_folder() -> Path:
    """`$PYOJEONG_DATA/text`. Raises BadSettings without it."""
    named = os.environ.get("PYOJEONG_DATA")
    if not named or not (Path(named) / "text").is_dir():
        raise BadSettings(
            "Set PYOJEONG_DATA to the folder that holds text/ (see docs/models/text_emotion.md).",
            "PYOJEONG_DATA를 text/가 있는 데이터 폴더로 지정하세요.",
        )
    return Path(named) / "text"


def training_rows() -> Rows:
    """Everything the model may learn from, without any validation, dev or test row."""
    xed = _xed()
    return join(
        [
            _table("emotion_ko_train"),
            _table("emotion_en_train"),
            _ambiguous(),
            xed.where(~_held_out(xed.texts)),
            _table("emotion_ko_weak_nsmc_train"),
            corpus_part("train"),
            story_labels(),
        ]
    )


def validation_rows() -> Rows:
    """KOTE, GoEmotions (both languages), a tenth of XED, and the dev part of the corpus."""
    xed = _xed()
    return join(
        [
            _table("emotion_ko_val"),
            _table("emotion_en_val"),
            xed.where(_held_out(xed.texts)),
            corpus_part("dev"),
        ]
    )


def corpus_part(part: str) -> Rows:
    """The corpus files of one part (train, dev, test), sources `corpus_ko` and `corpus_en`.

    Raises BadSettings outside a clone of the repository, where there is no corpus.
    """
    if not CORPUS.is_dir():
        raise BadSettings(
            f"No corpus at {CORPUS}. Train from a clone of the repository.",
            f"말뭉치가 없습니다: {CORPUS}. 저장소를 복제한 곳에서 학습하세요.",
        )
    texts, targets, sources, intensities = [], [], [], []
    for name in json.loads((CORPUS / "splits.json").read_text("utf-8")).get(part, []):
        with (CORPUS / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                texts.append(row["text"])
                second = row.get("second") or row["emotion"]
                targets.append(_mixed({row["emotion"]: 0.8, second: 0.2}))
                sources.append(f"corpus_{name[:2]}")
                intensities.append(float(row["intensity"]))
    if not texts:
        return unrated([], np.zeros((0, 7), np.float32), np.zeros(0, np.str_))
    return Rows(texts, np.stack(targets), np.array(sources), np.array(intensities, np.float32))


def story_labels() -> Rows:
    """The Korean story sentences of the data folder with the labels kept in the corpus.

    Source `corpus_ko`: they are stories. Raises BadSettings when the data folder's file is another.
    """
    table = pd.read_parquet(data_folder() / "ko_unlabeled_stories.parquet")
    texts, targets, intensities = [], [], []
    with (CORPUS / "labels" / "ko_stories.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            text = str(table.text.iloc[int(row["row"])])
            if f"{crc32(text.encode()):08x}" != row["text_crc32"]:
                raise BadSettings(
                    f"ko_unlabeled_stories.parquet is not the file that was labelled: row {row['row']}.",
                    f"ko_unlabeled_stories.parquet가 라벨을 붙인 파일과 다릅니다: {row['row']}행.",
                )
            if row["emotion"] != "-":
                texts.append(text)
                second = row["second"] or row["emotion"]
                targets.append(_mixed({row["emotion"]: 0.8, second: 0.2}))
                intensities.append(float(row["intensity"]))
    sources = np.array(["corpus_ko"] * len(texts))
    return Rows(texts, np.stack(targets), sources, np.array(intensities, np.float32))


def passages(part: str) -> list[dict[str, Any]]:
    """The annotated story passages of one part (dev, test), as their files hold them."""
    files = sorted((CORPUS / "passages").glob("*/*.json"))
    found = [json.loads(path.read_text("utf-8")) for path in files]
    return [passage for passage in found if passage["part"] == part]


def passage_rows(part: str) -> Rows:
    """The sentences of the passages, sources `corpus_ko` and `corpus_en`."""
    rows = [(p["lang"], s) for p in passages(part) for s in p["sentences"]]
    second = [s.get("second") or s["emotion"] for _, s in rows]
    targets = [_mixed({s["emotion"]: 0.8, b: 0.2}) for (_, s), b in zip(rows, second, strict=True)]
    return Rows(
        [" ".join(s["text"].split()) for _, s in rows],
        np.stack(targets),
        np.array([f"corpus_{lang}" for lang, _ in rows]),
        np.array([s["intensity"] for _, s in rows], np.float32),
    )


def _mixed(weights: Mapping[str, float]) -> NDArray[np.float32]:
    target = np.zeros(len(EMOTIONS), np.float32)
    for name, weight in weights.items():
        target[EMOTIONS.index(Emotion(name))] += weight
    return np.asarray(target / target.sum(), np.float32)


def _table(name: str) -> Rows:
    table = pd.read_parquet(data_folder() / f"{name}.parquet")
    targets = [_target(row) for row in table.to_dict("records")]
    return unrated(table.text.tolist(), np.stack(targets), table.source.to_numpy(np.str_))


def _target(row: Mapping[str, str]) -> NDArray[np.float32]:
    """The table's label, softened by KOTE raters' other choices."""
    target = _mixed({row["label"]: 1.0})
    if row["source"] != "kote" or not isinstance(row.get("orig"), str):
        return target
    rated = LABEL_SETS["kote-43"].weights
    chosen: dict[str, float] = {}
    for label in row["orig"].split(","):
        for emotion, weight in rated.get(label, {}).items():
            chosen[emotion] = chosen.get(emotion, 0.0) + weight
    return 0.6 * target + 0.4 * _mixed(chosen) if chosen else target


def _ambiguous() -> Rows:
    table = pd.read_parquet(data_folder() / "emotion_goemotions_ambiguous_trainval.parquet")
    table = table[table.split == "train"]
    targets = [_mixed(dict.fromkeys(m.split("|"), 1.0)) for m in table.multi]
    return unrated(table.text.tolist(), np.stack(targets), table.source.to_numpy(np.str_))


def translated_pairs() -> tuple[list[str], list[str]]:
    """GoEmotions' training texts in Korean translation, and their English originals in order."""
    ambiguous = pd.read_parquet(data_folder() / "emotion_goemotions_ambiguous_trainval.parquet")
    tables = [
        pd.read_parquet(data_folder() / "emotion_ko_train.parquet"),
        pd.read_parquet(data_folder() / "emotion_en_train.parquet"),
        ambiguous[ambiguous.split == "train"],
    ]
    table = pd.concat(tables)[["id", "source", "text"]]
    korean = table[table.source == "goemotions_ko"]
    english = table[table.source == "goemotions_en"]
    both = korean.merge(english, on="id", suffixes=("", "_en"))
    return both.text.tolist(), both.text_en.tolist()


def fine_labels(rows: Rows) -> NDArray[np.uint8]:
    """(n, 72) the labels that raters really chose: KOTE's 44 and GoEmotions' 28; zeros for rows of
    other sources."""
    ambiguous = pd.read_parquet(data_folder() / "emotion_goemotions_ambiguous_trainval.parquet")
    tables = [
        pd.read_parquet(data_folder() / "emotion_ko_train.parquet"),
        ambiguous[(ambiguous.split == "train") & (ambiguous.lang == "ko")],
    ]
    table = pd.concat(tables)
    chosen = {
        (source, text): [f"{source[:4]} {name}" for name in labels.split(",")]
        for source, text, labels in zip(table.source, table.text, table.orig, strict=True)
        if isinstance(labels, str)
    }
    names = sorted({name for found in chosen.values() for name in found})
    place = {name: n for n, name in enumerate(names)}
    found = np.zeros((len(rows), len(names)), np.uint8)
    for row, key in enumerate(zip(rows.sources.tolist(), rows.texts, strict=True)):
        found[row, [place[name] for name in chosen.get(key, [])]] = 1
    return found


def _xed() -> Rows:
    return _table("emotion_en_xed_trainval")


def _held_out(texts: list[str]) -> NDArray[np.bool_]:
    return np.array([crc32(t.encode()) % 10 == 0 for t in texts])


def read_lexicon(path: Path) -> Iterator[tuple[str, int]]:
    """(beginning of a word in letters, set of classes as bits) from `text_lexicon.toml`."""
    import tomllib

    from pyojeong.text.features import fold, to_letters

    entries: dict[str, int] = {}
    for name, words in tomllib.loads(path.read_text("utf-8")).items():
        bit = 1 << EMOTIONS.index(Emotion(name))
        for word in f"{words['ko']} {words['en']}".split():
            entry = to_letters(fold(word.rstrip("$"))) + "$" * word.endswith("$")
            entries[entry] = entries.get(entry, 0) | bit
    yield from sorted(entries.items())

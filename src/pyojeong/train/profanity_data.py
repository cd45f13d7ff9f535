"""Texts the profanity model learns from: labelled comments, and far more without labels.

Only train and validation parts; nothing here is read at run time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from pyojeong.text.features import extract
from pyojeong.text.lexicon import Lexicon
from pyojeong.train.text_data import corpus_part, data_folder

_CHUNK = 8192
GROUPS_READ = 3
"""Syllables, letters and words of `features.GROUPS`; word classes are not used."""

# Rude words that the word list does not count as profanity; their absence is guessed, too.
_RUDE = re.compile(
    "새끼|미친|쓰레기|찌질|병맛|멍청|무식|역겹|토나|더럽|더러|꺼져|호구|[처쳐]먹|대가리|욕|졸라|년(?=[아들놈은이 ]|$)"
)


@dataclass(frozen=True, slots=True)
class Comments:
    """Labelled comments. labels: (n,) 1 = abusive."""

    texts: list[str]
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """Texts without a label of abuse. domain: (n,) number of the source. rating: (n,) 1-10 of a
    film review, 0 for others. emotion: (n,) -1 or one of seven. feelings: (n, 44) what several
    raters felt reading a comment (KOTE), rows of zeros elsewhere.
    """

    texts: list[str]
    domain: NDArray[np.int64]
    rating: NDArray[np.int64]
    emotion: NDArray[np.int64]
    feelings: csr_matrix


def comments(part: str) -> Comments:
    """The labelled comments of "train" or "val"."""
    table = pd.read_parquet(data_folder() / f"profanity_ko_{part}_curse.parquet")
    return Comments(table.text.tolist(), table.label.to_numpy(np.int64))


def clean_texts(lexicon: Lexicon, some: int, seed: int) -> tuple[list[str], int]:
    """Texts that are not abusive, and how many of them (the first) are from stories; the others are
    `some` everyday sentences and as many glad film reviews."""
    corpus = corpus_part("train").of("corpus_ko").texts
    tales = pd.read_parquet(data_folder() / "ko_unlabeled_stories.parquet").text.tolist()
    talk = pd.read_parquet(data_folder() / "ko_chatbot_songys.parquet")
    table = pd.read_parquet(data_folder() / "ko_unlabeled_nsmc.parquet")
    glad = table[table.rating >= 9].sample(some, random_state=seed).text.tolist()
    everyday = talk.sample(some, random_state=seed).text.tolist()
    stories = [t for t in [*corpus, *tales] if not lexicon.spans(t)]
    others = [t for t in [*everyday, *glad] if not lexicon.spans(t)]
    return [*stories, *others], len(stories)


def unlabelled(own: list[str], reviews: int, seed: int) -> Unlabelled:
    """`own` texts (the comments to learn from, without their labels), film reviews, comments and
    sentences with emotions, stories, everyday sentences."""
    nsmc = pd.read_parquet(data_folder() / "ko_unlabeled_nsmc.parquet")
    nsmc = nsmc.sample(reviews, random_state=seed)
    felt = pd.read_parquet(data_folder() / "emotion_ko_train.parquet")
    stories = pd.read_parquet(data_folder() / "ko_unlabeled_stories.parquet").text.tolist()
    talk = pd.read_parquet(data_folder() / "ko_chatbot_songys.parquet").text.tolist()
    parts = [own, nsmc.text.tolist(), felt.text.tolist(), stories, talk]
    sizes = [len(p) for p in parts]
    emotions = sorted(set(felt.label))
    rating = np.zeros(sum(sizes), np.int64)
    rating[sizes[0] : sizes[0] + sizes[1]] = nsmc.rating
    emotion = np.full(sum(sizes), -1, np.int64)
    at = sizes[0] + sizes[1]
    emotion[at : at + sizes[2]] = [emotions.index(label) for label in felt.label]
    return Unlabelled(
        [t for p in parts for t in p],
        np.repeat(np.arange(len(parts)), sizes),
        rating,
        emotion,
        _feelings(felt, at, sum(sizes)),
    )


def _feelings(felt: pd.DataFrame, at: int, size: int) -> csr_matrix:
    kote = felt.source.to_numpy() == "kote"
    named = [
        o.split(",") if k and isinstance(o, str) else []
        for o, k in zip(felt.orig, kote, strict=True)
    ]
    names = sorted({n for found in named for n in found})
    rows = [at + r for r, found in enumerate(named) for _ in found]
    columns = [names.index(n) for found in named for n in found]
    return csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (size, len(names)))


def without_rude_words(text: str, lexicon: Lexicon) -> tuple[str, bool]:
    """The text with its swear words and rude words cut out, and whether there were any."""
    kept = text
    for start, end in reversed(lexicon.spans(text)):
        kept = f"{kept[:start]} {kept[end:]}"
    kept = _RUDE.sub(" ", kept)
    return kept, kept != text


def features(texts: list[str], bits: int) -> csr_matrix:
    """(n, 2**bits) float32: each feature that is there, scaled by one over the root of the size
    of its group in the text (as `ProfanityModel` does)."""
    return vstack(
        [_features(texts[at : at + _CHUNK], bits) for at in range(0, len(texts), _CHUNK)]
    ).tocsr()


def _features(texts: list[str], bits: int) -> csr_matrix:
    found = extract(texts, {}, bits)
    ids, rows, values = [], [], []
    for group, owners in zip(found.ids[:GROUPS_READ], found.rows[:GROUPS_READ], strict=True):
        size = np.bincount(owners, minlength=found.texts)
        ids.append(group.astype(np.int32))
        rows.append(owners)
        values.append((1 / np.sqrt(np.maximum(size, 1)))[owners].astype(np.float32))
    data = np.concatenate(values), (np.concatenate(rows), np.concatenate(ids))
    return csr_matrix(data, shape=(found.texts, 2**bits))

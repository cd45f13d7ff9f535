"""What the n-gram classifier sees of a sentence: hashed n-grams, stems, words and word classes.

Hangul is read twice, as syllables and as jamo (letters), so that the stem shared by 무서워,
무섭다 and 무서웠어요 is shared by the features too. Words know whether they are negated and
whether they stand after the last "but". Hashing into a fixed table (Weinberger et al. 2009)
needs no vocabulary. Pure numpy and the standard library; deterministic.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pyojeong.text.normalize import normalize

LONGEST = 1000
"""Characters of a text that are read: a longer one is read at its beginning and end."""

GROUPS = ("syllables", "letters", "words", "classes")
"""Groups of features; each is scaled by one over the root of its size in the sentence."""

Lexicon = Mapping[int, int]
"""crc32 of the letters a word begins with → bit set of word classes (one bit per emotion)."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)
_REPEAT = re.compile(r"(.)\1{2,}", re.DOTALL)
_DIGITS = re.compile(r"\d+")
_QUOTES = str.maketrans("“”„‟「」『』«»‘’`´", '""""""""""\'\'\'\'')
_EMOJI = "\u2600-\u27bf\U0001f000-\U0001faff"
_TOKEN = re.compile(rf"[a-z]+(?:'[a-z]+)?|[\w]+|[{_EMOJI}]|[^\w\s{_EMOJI}]+")
_NEGATES_BACK = re.compile("않|못|없|아니|말[고아라았]|^마라|^마세")
_NEGATES_ON = frozenset(
    ("안", "못", "not", "no", "never", "without", "hardly", "cannot", "nothing", "nor", "neither")
)
_CONTRAST = re.compile(
    "(?:지만|는데도|었으나|았으나|[했됐]으나|더라도)$|^(?:but|however|yet|하지만|그러나)$"
)
_PREFIXES = (3, 4, 5, 6, 7, 8, 10)
_LONGEST_ENTRY = 16
_LETTERS = (3, 4, 5, 6)
_SYLLABLES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Features:
    """Hashed features of n texts, one array of each per group of `GROUPS`.

    ids: bucket numbers, uint32. rows: the text each belongs to, ascending, int64.
    """

    ids: tuple[NDArray[np.uint32], ...]
    rows: tuple[NDArray[np.int64], ...]
    texts: int


def fold(text: str) -> str:
    """The text in one spelling: NFKC, small letters, runs of a character and of digits cut short."""
    text = normalize(text)
    if len(text) > LONGEST:
        text = text[: LONGEST * 2 // 3] + " " + text[-LONGEST // 3 :]
    text = unicodedata.normalize("NFKC", text.translate(_QUOTES)).casefold()
    text = _REPEAT.sub(r"\1\1", _DIGITS.sub("0", text))
    return " ".join(text.split())[: 2 * LONGEST]


def extract(texts: Sequence[str], lexicon: Lexicon, bits: int) -> Features:
    """Features of the texts in a table of `2**bits` buckets; linear time and memory."""
    folded = [fold(t) for t in texts]
    codes, rows = _codes(folded)
    letters, letter_rows = _letters(codes, rows)
    groups = [
        _ngrams(codes, rows, _SYLLABLES, bits, seed=1),
        _ngrams(letters, letter_rows, _LETTERS, bits, seed=2),
    ]
    words: list[int] = []
    classes: list[int] = []
    counts: list[tuple[int, int]] = []
    for text in folded:
        before = len(words), len(classes)
        _read_words(text, lexicon, words, classes)
        counts.append((len(words) - before[0], len(classes) - before[1]))
    for found, column in ((words, 0), (classes, 1)):
        ids = np.array(found, np.uint32) & np.uint32(2**bits - 1)
        groups.append((ids, np.repeat(np.arange(len(folded)), [c[column] for c in counts])))
    return Features(tuple(g[0] for g in groups), tuple(g[1] for g in groups), len(folded))


def to_letters(text: str) -> str:
    """Hangul as its letters (conjoining jamo), everything else as it is."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))


def _codes(texts: list[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Code points of all texts, each with a space on either side, and the text they are from."""
    lengths = [len(t) + 2 for t in texts]
    joined = "".join(f" {t} " for t in texts)
    codes = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
    return codes, np.repeat(np.arange(len(texts)), lengths)


def _letters(
    codes: NDArray[np.uint32], rows: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Syllables as two or three letters (the arithmetic of Unicode 3.12)."""
    index = codes.astype(np.int64) - 0xAC00
    hangul = (index >= 0) & (index < 11172)
    tail = index % 28
    counts = np.where(hangul, np.where(tail > 0, 3, 2), 1)
    starts = np.cumsum(counts) - counts
    out = np.repeat(codes, counts)
    where = starts[hangul]
    out[where] = 0x1100 + index[hangul] // 588
    out[where + 1] = 0x1161 + index[hangul] % 588 // 28
    closed = hangul & (tail > 0)
    out[starts[closed] + 2] = 0x11A7 + tail[closed]
    return out, np.repeat(rows, counts)


def _ngrams(
    codes: NDArray[np.uint32],
    rows: NDArray[np.int64],
    sizes: tuple[int, ...],
    bits: int,
    seed: int,
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Bucket of every n-gram of the sizes that lies within one text, ordered by text."""
    ids, owners = [], []
    mixed = (codes.astype(np.uint64) + np.uint64(seed)) * _MIX
    mixed ^= mixed >> np.uint64(29)
    rolling = np.zeros(len(codes), np.uint64)
    for n in range(1, max(sizes) + 1):
        if n > len(codes):
            break
        rolling = rolling[: len(codes) - n + 1] * _STEP + mixed[n - 1 :]
        if n not in sizes:
            continue
        whole = rows[: len(rows) - n + 1] == rows[n - 1 :]
        hashed = (rolling[whole] + np.uint64(n)) * _MIX
        ids.append((hashed >> np.uint64(64 - bits)).astype(np.uint32))
        owners.append(rows[: len(rows) - n + 1][whole])
    if not ids:
        return np.zeros(0, np.uint32), np.zeros(0, np.int64)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    return np.concatenate(ids)[order], owner[order]


def _read_words(text: str, lexicon: Lexicon, words: list[int], classes: list[int]) -> None:
    """Append the hashes of the words of one folded text and of the word classes in it."""
    tokens = _TOKEN.findall(text)
    negated = _negated(tokens)
    last = max((i for i, t in enumerate(tokens) if _CONTRAST.search(t)), default=-1)
    stems: list[bytes] = []
    for place, token in enumerate(tokens):
        word = to_letters(token)[:24].encode()
        step = len(token[0].encode()) if token[0] >= "\u1100" else 1
        flags = (b"-" if negated[place] else b"") + (b"!" if 0 <= last < place else b"")
        if 0 <= place <= last:
            flags += b"?"
        words.append(crc32(b"w" + word))
        for size in _PREFIXES:
            if size * step < len(word):
                words.append(crc32(b"p" + word[: size * step]))
        stem = word[: 5 * step]
        stems.append(stem)
        if flags:
            words.append(crc32(flags + stem))
        _read_classes(word, step, flags, lexicon, classes)
    for distance in (1, 2):
        words.extend(
            crc32(b"%d|%b|%b" % (distance, a, b))
            for a, b in zip(stems, stems[distance:], strict=False)
        )
    words.append(crc32(b"length%d" % min(len(tokens) // 3, 8)))


def _read_classes(
    word: bytes, step: int, flags: bytes, lexicon: Lexicon, classes: list[int]
) -> None:
    """The classes of the longest entry the word begins with."""
    for size in range(min(_LONGEST_ENTRY, len(word) // step), 0, -1):
        start = word[: size * step]
        entry = lexicon.get(crc32(start), 0)
        if step == 1 and size == len(word):
            entry |= lexicon.get(crc32(start + b"$"), 0)
        if entry:
            classes.extend(
                crc32(b"class%d%b" % (bit, flags)) for bit in range(7) if entry >> bit & 1
            )
            return


def _negated(tokens: list[str]) -> list[bool]:
    """Whether a negation before (안, not) or after (지 않았다, 없이) governs each word."""
    found = [False] * len(tokens)
    for place, token in enumerate(tokens):
        if token in _NEGATES_ON or token.endswith("n't"):
            reach = range(place + 1, min(place + (2 if token in ("안", "못") else 4), len(tokens)))
        elif _NEGATES_BACK.search(token):
            reach = range(max(place - 1, 0), place)
        else:
            continue
        for index in reach:
            found[index] = True
    return found

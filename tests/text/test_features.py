from __future__ import annotations

import unicodedata
from zlib import crc32

import numpy as np
import pytest

from pyojeong.text.features import LONGEST, extract, fold, to_letters


def ids(text: str, group: int, lexicon: dict[int, int] | None = None) -> set[int]:
    return set(extract([text], lexicon or {}, 20).ids[group].tolist())


def test_letters_are_those_of_unicode() -> None:
    """The arithmetic agrees with the decomposition in the Unicode database."""
    syllables = "".join(chr(c) for c in range(0xAC00, 0xD7A4, 97))
    text = "한글 가각힣 abc" + syllables
    decomposed = unicodedata.normalize("NFD", text)
    assert to_letters(text) == decomposed
    assert ids(text, 1) == set(extract([text], {}, 20).ids[1].tolist())


def test_each_text_is_read_alone() -> None:
    texts = ["무서운 늑대", "", "a", "행복한 토끼가 춤춘다"]
    together = extract(texts, {}, 20)
    for number, text in enumerate(texts):
        alone = extract([text], {}, 20)
        for group in range(4):
            mine = together.ids[group][together.rows[group] == number]
            assert np.array_equal(np.sort(mine), np.sort(alone.ids[group]))


def test_inflected_forms_share_features() -> None:
    same = ids("무서워서", 2) & ids("무서웠어요", 2)
    other = ids("무서워서", 2) & ids("행복했어요", 2)
    assert len(same) > len(other)


@pytest.mark.parametrize(
    ("plain", "negated"),
    [("무섭다", "무섭지 않다"), ("무섭다", "안 무섭다"), ("happy now", "not happy now")],
)
def test_negation_is_seen(plain: str, negated: str) -> None:
    lexicon = {crc32(to_letters("무섭").encode()): 8, crc32(b"happy"): 1}
    assert not ids(plain, 3, lexicon) & ids(negated, 3, lexicon)


def test_class_words_match_from_their_beginning() -> None:
    lexicon = {
        crc32(to_letters("슬").encode() + to_letters("퍼").encode()[:3]): 4,
        crc32(b"sad$"): 4,
    }
    assert ids("슬퍼서", 3, lexicon) == ids("슬픈", 3, lexicon) == ids("sad", 3, lexicon)
    assert not ids("구슬픈", 3, lexicon)
    assert not ids("saddle", 3, lexicon)


def test_fold() -> None:
    assert fold("ＡＢＣ  ｗｏｗ!!!!  2026\n년") == "abc wow!! 0 년"
    assert fold("ㅋㅋㅋㅋㅋ") == fold("ㅋㅋ")
    assert len(fold("가나" * 10**5)) <= 2 * LONGEST


def test_no_texts() -> None:
    assert all(len(a) == 0 for a in extract([], {}, 20).ids)

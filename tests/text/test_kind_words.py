"""What words mean in one kind of text: the arithmetic, the file, hostile files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pyojeong.errors import MissingWeights
from pyojeong.text import kind_words
from pyojeong.text.features import extract
from pyojeong.text.kind_words import READ, KindWords, load_kind_words, packed

BITS = 12


@pytest.fixture
def words() -> KindWords:
    random = np.random.default_rng(1)
    rows = np.full(2**BITS, 300, np.int32)
    rows[np.sort(random.choice(2**BITS, 300, replace=False))] = np.arange(300)
    table = random.integers(-127, 128, (301, 3, 7)).astype(np.int8)
    table[:, 0], table[-1] = 0, 0
    bias = random.normal(size=(3, 7)).astype(np.float32)
    bias[0] = 0
    return KindWords(rows, table, np.array([0, 0.01, 0.02], np.float32), bias)


def test_evidence_is_the_scaled_sum_per_group(words: KindWords) -> None:
    texts = ["나는 정말 무서웠어!", "", "Oh no, 이게 뭐야?"]
    features = extract(texts, {}, BITS)
    expected = np.zeros((3, 3, 7))
    for group in range(len(READ)):
        ids, owners = features.ids[group], features.rows[group]
        for n in range(3):
            mine = words.table[words.rows[ids[owners == n]]].astype(np.float64)
            if len(mine):
                expected[n] += mine.sum(0) / np.sqrt(len(mine))
    expected = expected * words.scale[:, None] + words.bias
    assert np.allclose(words.evidence(features), expected, atol=1e-4)


def test_a_kind_without_weights_says_nothing() -> None:
    for lang, text in (("ko", "정말 화가 났어요"), ("en", "I was so angry")):
        found = load_kind_words()[lang].evidence(extract([text], {}, 20))
        assert not found[0, 0].any()
        assert found[0, 1].any()


def test_file_gives_back_what_was_packed(words: KindWords, tmp_path: Path) -> None:
    np.savez(tmp_path / "k.npz", **packed(words, "ko"), **packed(words, "en"))
    with np.load(tmp_path / "k.npz", allow_pickle=False) as arrays:
        found = kind_words._unpacked(arrays, "ko")
    assert np.array_equal(found.rows, words.rows)
    assert np.array_equal(found.table, words.table)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"no archive at all"])
def test_broken_file(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "k.npz"
    path.write_bytes(content)
    monkeypatch.setattr(kind_words, "asset_path", lambda name: path)
    load_kind_words.cache_clear()
    try:
        with pytest.raises(MissingWeights):
            load_kind_words()
    finally:
        load_kind_words.cache_clear()

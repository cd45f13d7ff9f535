"""Cutting words into known pieces."""

from __future__ import annotations

import random

import pytest

from pyojeong.text.wordpiece import END, PAD, START, UNKNOWN, WordPiece

PIECES = [
    PAD,
    UNKNOWN,
    START,
    END,
    "무",
    "##서",
    "##서워",
    "##워",
    "!",
    "play",
    "##ing",
    "p",
    "##l",
]


def named(text: str, longest: int = 20) -> list[str]:
    return [PIECES[n] for n in WordPiece(PIECES, longest).encode(text)]


def test_the_longest_piece_wins() -> None:
    assert named("무서워!") == [START, "무", "##서워", "!", END]
    assert named("playing") == [START, "play", "##ing", END]


def test_what_no_piece_fits_is_unknown_once() -> None:
    assert named("zzz") == [START, UNKNOWN, END]
    assert named("plzzz play") == [START, "p", "##l", UNKNOWN, "play", END]


@pytest.mark.parametrize("longest", [3, 4, 20])
def test_no_more_pieces_than_asked(longest: int) -> None:
    found = named("무서워! playing " * 50, longest)
    assert len(found) == longest
    assert (found[0], found[-1]) == (START, END)


def test_words_are_forgotten_before_memory_fills(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyojeong.text.wordpiece._CACHED_WORDS", 100)
    cutter = WordPiece(PIECES, 20)
    for number in range(1000):
        cutter.encode(f"무{number}")
    assert len(cutter._cache) <= 100


def test_any_text_gives_known_numbers() -> None:
    source = random.Random(0)
    cutter = WordPiece(PIECES, 30)
    for _ in range(300):
        text = "".join(chr(source.randrange(1, 0x2FFFF)) for _ in range(40))
        assert all(0 <= n < len(PIECES) for n in cutter.encode(text))

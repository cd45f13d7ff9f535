from __future__ import annotations

import pytest

from pyojeong.text.quotes import LONGEST_PAIR, find_pairs, outermost


def pairs(text: str) -> list[str]:
    return [text[p.start : p.end] for p in find_pairs(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('그는 "가자."라고 했다.', ['"가자."']),
        ("“‘안’이라고?”", ["‘안’", "“‘안’이라고?”"]),
        ("「하나」『둘』", ["「하나」", "『둘』"]),
        ("don't 'stop' it", ["'stop'"]),
        ("the dogs' 'house'", ["'house'"]),
        ("it’s ‘fine’", ["‘fine’"]),
        ("“열기만", []),
        ("닫기만”", []),
        ('"하나 "둘"', ['"둘"']),
        ("(가 “나) 다”", ["(가 “나)"]),
        ('키는 5"이다', []),
    ],
)
def test_pairs(text: str, expected: list[str]) -> None:
    assert pairs(text) == expected


def test_only_the_given_stretch_is_read() -> None:
    text = "“하나” “둘”"
    assert [text[p.start : p.end] for p in find_pairs(text, 5, len(text))] == ["“둘”"]


def test_a_pair_has_a_longest_length() -> None:
    assert pairs("“" + "가" * (LONGEST_PAIR - 2) + "”")
    assert not pairs("“" + "가" * (LONGEST_PAIR - 1) + "”")


def test_outermost_holds_no_pair_inside_another() -> None:
    text = "“가 ‘나’ 다” (라 (마)) “바”"
    found = outermost(find_pairs(text, 0, len(text)))
    assert [text[p.start : p.end] for p in found] == ["“가 ‘나’ 다”", "(라 (마))", "“바”"]
    assert [p.quote for p in found] == [True, False, True]

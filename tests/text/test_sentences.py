"""The sentence splitter: a table of cases in both languages, and properties of any split."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

import pytest

from pyojeong.text.clauses import LONGEST
from pyojeong.text.normalize import normalize
from pyojeong.text.sentences import split_sentences

# Sentences are separated by " | " in the expectation.
CASES = {
    # quotations and their tags, Korean
    '"무서워!" 하고 늑대가 말했어요.': '"무서워!" 하고 늑대가 말했어요.',
    '"무서워!"라고 늑대가 말했어요. 해가 졌어요.': '"무서워!"라고 늑대가 말했어요. | 해가 졌어요.',
    '"무서워! 도와줘! 누구 없어요?" 늑대가 소리쳤어요. 아무도 없었어요.': (
        '"무서워! 도와줘! 누구 없어요?" 늑대가 소리쳤어요. | 아무도 없었어요.'
    ),
    "“어디 가니?” 엄마가 물었어요. “시장에요.”": "“어디 가니?” 엄마가 물었어요. | “시장에요.”",
    "「가자.」 그가 말했다. 「싫어.」": "「가자.」 그가 말했다. | 「싫어.」",
    "『숲의 노래』는 오래된 책이다. 나는 그 책을 읽었다.": (
        "『숲의 노래』는 오래된 책이다. | 나는 그 책을 읽었다."
    ),
    "‘정말일까?’ 토끼는 생각했어요. 문이 열렸어요.": "‘정말일까?’ 토끼는 생각했어요. | 문이 열렸어요.",
    "'정말일까?' 토끼는 생각했어요.": "'정말일까?' 토끼는 생각했어요.",
    '"살려 줘!" 토끼는 숲으로 달아났어요.': '"살려 줘!" | 토끼는 숲으로 달아났어요.',
    '"가자!" "어디로?"': '"가자!" | "어디로?"',
    '여우가 말했어요. "안녕?" 토끼도 인사했어요.': '여우가 말했어요. | "안녕?" 토끼도 인사했어요.',
    '여우는 "안녕? 반가워." 하고는 웃었어요.': '여우는 "안녕? 반가워." 하고는 웃었어요.',
    "“엄마가 ‘조심해!’라고 하셨어.” 아이가 대답했다.": (
        "“엄마가 ‘조심해!’라고 하셨어.” 아이가 대답했다."
    ),
    '"엄마,\n어디 가?"\n하고 물었어요.': '"엄마, 어디 가?" 하고 물었어요.',
    "“그래.”\n여우가 말했어요.\n밤이 되었어요.": "“그래.” 여우가 말했어요. | 밤이 되었어요.",
    # unclosed quotations swallow nothing
    "“닫히지 않았다. 늑대가 왔다.\n\n다음이다.": "“닫히지 않았다. | 늑대가 왔다. | 다음이다.",
    '"열기만 했다. "다시 열었다." 그가 말했다.': '"열기만 했다. | "다시 열었다." 그가 말했다.',
    "닫기만 했다.” 늑대가 왔다.": "닫기만 했다.” | 늑대가 왔다.",
    # Korean without or with odd punctuation
    "저는 학교에 갔어요 친구를 만났어요 정말 재미있었어요": (
        "저는 학교에 갔어요 | 친구를 만났어요 | 정말 재미있었어요"
    ),
    "비가 옵니다 우산을 챙기세요": "비가 옵니다 | 우산을 챙기세요",
    "학교에 갔다 왔어요": "학교에 갔다 왔어요",
    "나는 배가 고프다 그래서 밥을 먹었다 엄마가 웃었다": (
        "나는 배가 고프다 | 그래서 밥을 먹었다 | 엄마가 웃었다"
    ),
    "비가 왔다 그래서 우산을 썼다 하지만 바람이 불었다": (
        "비가 왔다 | 그래서 우산을 썼다 | 하지만 바람이 불었다"
    ),
    "안녕하세요 저는 민수입니다 만나서 반갑습니다": "안녕하세요 | 저는 민수입니다 | 만나서 반갑습니다",
    "방에 불을 켰다 껐다 했어요": "방에 불을 켰다 껐다 했어요",
    "집에 있다 보니 심심했다": "집에 있다 보니 심심했다",
    "밥을 먹었다고 말했어요": "밥을 먹었다고 말했어요",
    "늦었다 하더라도 오세요": "늦었다 하더라도 오세요",
    "무서웠어요 ㅠㅠ 집에 가고 싶어요": "무서웠어요 ㅠㅠ | 집에 가고 싶어요",
    "했어요.그리고 갔어요.": "했어요. | 그리고 갔어요.",
    "뭐라고?진짜야!거짓말.": "뭐라고? | 진짜야! | 거짓말.",
    "정말?! 그럴 리가!!! 아…": "정말?! | 그럴 리가!!! | 아…",
    "그런데… 늑대가 나타났어요.": "그런데… 늑대가 나타났어요.",
    "그런데... 늑대가 나타났어요.": "그런데... 늑대가 나타났어요.",
    "무서웠어요…… 그래도 갔어요.": "무서웠어요…… | 그래도 갔어요.",
    "좋아! 😀 그래서 갔다.": "좋아! 😀 | 그래서 갔다.",
    "신난다ㅋㅋㅋ": "신난다ㅋㅋㅋ",
    "끝났다。 집에 간다。": "끝났다。 | 집에 간다。",
    "끝났다!(정말이다.) 집에 간다.": "끝났다! | (정말이다.) | 집에 간다.",
    "그는 (나는 몰랐다. 정말로.) 떠났다.": "그는 (나는 몰랐다. 정말로.) 떠났다.",
    "키는 3.14 미터다. 크다.": "키는 3.14 미터다. | 크다.",
    "2026. 11. 21. 맑음.": "2026. 11. 21. | 맑음.",
    "1. 사과를 산다.\n2. 집에 온다.": "1. 사과를 산다. | 2. 집에 온다.",
    "- 안녕?\n- 응, 안녕.": "- 안녕? | - 응, 안녕.",
    "— 누구니?\n— 나야.": "— 누구니? | — 나야.",
    "Dr. 김이 왔다. 반가웠다.": "Dr. 김이 왔다. | 반가웠다.",
    # lines
    "엄마야 누나야 강변 살자\n뜰에는 반짝이는 금모래빛": (
        "엄마야 누나야 강변 살자 | 뜰에는 반짝이는 금모래빛"
    ),
    "옛날 옛적에\n호랑이가\n살았어요.": "옛날 옛적에 호랑이가 살았어요.",
    "제목\n\n본문이다.": "제목 | 본문이다.",
    "하나다.\r\n둘이다.\r셋이다.": "하나다. | 둘이다. | 셋이다.",
    "가\u2028나": "가 | 나",
    # English
    'Mr. Fox met Dr. Owl. "Run!" Tom shouted. He ran.': (
        'Mr. Fox met Dr. Owl. | "Run!" Tom shouted. | He ran.'
    ),
    '"I don\'t know," she said, "but I\'ll try." He nodded.': (
        '"I don\'t know," she said, "but I\'ll try." | He nodded.'
    ),
    '"Run! Hide! Now!" he cried. They ran.': '"Run! Hide! Now!" he cried. | They ran.',
    "“Who is there?” asked the owl. Nobody spoke.": "“Who is there?” asked the owl. | Nobody spoke.",
    "'It's me,' said the dogs' owner. 'Who?'": "'It's me,' said the dogs' owner. | 'Who?'",
    "He said “I heard ‘go away!’ twice.” Then he left.": (
        "He said “I heard ‘go away!’ twice.” | Then he left."
    ),
    "J. K. Rowling wrote it. I read it.": "J. K. Rowling wrote it. | I read it.",
    "He ran 3.14 miles, e.g. far away. Good.": "He ran 3.14 miles, e.g. far away. | Good.",
    "We live in the U.S. now. She came at 5 p.m. on Monday.": (
        "We live in the U.S. now. | She came at 5 p.m. on Monday."
    ),
    "I saw cats, dogs, etc. They slept.": "I saw cats, dogs, etc. | They slept.",
    "See No. 5. Say no. Go.": "See No. 5. | Say no. | Go.",
    "Wait... what is that? A wolf!": "Wait... what is that? | A wolf!",
    "It was dark... The door opened.": "It was dark... | The door opened.",
    "Oh! What a day!": "Oh! | What a day!",
    "hello there. how are you? i am fine": "hello there. | how are you? | i am fine",
    "Twinkle, twinkle, little star,\nHow I wonder what you are": (
        "Twinkle, twinkle, little star, | How I wonder what you are"
    ),
    "The little fox sat under the tall old tree and\n"
    "began to cry. Nobody came to see her, so she went\nhome.": (
        "The little fox sat under the tall old tree and began to cry. | "
        "Nobody came to see her, so she went home."
    ),
    "I'm happy!!! :) Are you?": "I'm happy!!! :) | Are you?",
    "I love it 😀 See you": "I love it 😀 | See you",
    "Visit pyojeong.example.com today. Bye.": "Visit pyojeong.example.com today. | Bye.",
    # odds and ends
    "": "",
    " \n\t \n ": "",
    "...": "...",
    "😀": "😀",
    "안녕": "안녕",
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_table(text: str, expected: str) -> None:
    assert " | ".join(s.text for s in split_sentences(text)) == expected


def test_paragraphs_are_counted() -> None:
    found = split_sentences("하나다. 둘이다.\n\n셋이다.\n  \n\n넷이다.")
    assert [s.paragraph for s in found] == [0, 0, 1, 2]


def test_quotes_are_the_outermost_with_their_marks() -> None:
    text = "“‘어’라고 했어.” 하고 그는 『책』을 폈다."
    (sentence,) = split_sentences(text)
    assert [text[a:b] for a, b in sentence.quotes] == ["“‘어’라고 했어.”", "『책』"]


def test_long_quotation_is_cut_and_its_span_clipped() -> None:
    text = "“" + "우리는 오래 걸었고 또 걸었다. " * 25 + "” 그가 말했다."
    found = split_sentences(text)
    assert len(found) > 1
    for sentence in found:
        assert all(sentence.start <= a < b <= sentence.end for a, b in sentence.quotes)


@pytest.mark.parametrize("unit", ["달리고 ", "and then he ran ", "가", "x", "👨‍👩‍👧", "a\u0301"])
def test_no_sentence_is_longer_than_a_breath(unit: str) -> None:
    found = split_sentences(unit * 400)
    assert all(len(s.text) <= LONGEST for s in found)
    assert not any(unicodedata.combining(s.text[0]) or s.text[0] == "\u200d" for s in found)


PIECES = [
    "가", "했다", "갔어요", "말했어요", "하고", "The", "dog", "said", "Mr", "U.S", "I", "3", ".", "!", "?",
    "…", "...", ",", '"', "'", "“", "”", "‘", "’", "「", "」", "(", ")", " ", "  ", "\n", "\n\n", "\t",
    "—", "-", "😀", "ㅋㅋ", "ㅠ", "~", "\u200b", "\u0301", "ﾡ", "\ud800", "ا", "\u202e", "。", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_pieces_cover_the_text_in_order(seed: int) -> None:
    source = random.Random(seed)
    text = normalize("".join(source.choices(PIECES, k=source.randrange(1, 400))))
    found = split_sentences(text)
    covered = "".join(text[s.start : s.end] for s in found)
    assert "".join(covered.split()) == "".join(text.split())
    at = 0
    for sentence in found:
        assert at <= sentence.start < sentence.end <= len(text)
        assert sentence.text == " ".join(text[sentence.start : sentence.end].split())
        assert len(sentence.text) <= LONGEST
        at = sentence.end
    assert [s.paragraph for s in found] == sorted(s.paragraph for s in found)
    assert split_sentences(text) == found


HOSTILE = [
    "가", '"', "'", "“", "(", ". ", '"가." ', "\n", " ", "가다\n", "ㅋ", "했어요 ", "A. ", "😀 ", "!\n", "1. ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_repetition_costs_linear_work(unit: str, count_calls: Callable[..., int]) -> None:
    """Work is counted in Python calls: ten times the text may cost about ten times the calls."""
    small, large = (count_calls(split_sentences, unit * times) for times in (300, 3000))
    assert large <= 13 * small + 2000


@pytest.mark.parametrize(
    "text", ["가" * 10**6, "a\u0301\u0316" * 200_000, "“" * 10**5 + "”" * 10**5]
)
def test_a_megabyte_without_a_space(text: str) -> None:
    found = split_sentences(text)
    assert sum(s.end - s.start for s in found) == len(normalize(text))


@pytest.mark.parametrize("run", ["ㅋ", "😀", "~ ", ":)", "ㅋ^", "\u200d"])
def test_a_run_that_ends_badly_does_not_backtrack(run: str) -> None:
    assert split_sentences("정말요!" + run * 20_000 + "x.")


def test_decomposed_text_splits_like_composed() -> None:
    text = '저는 학교에 갔어요 친구를 만났어요. "와!" 하고 외쳤어요.'
    decomposed = unicodedata.normalize("NFD", text)
    assert split_sentences(decomposed) == split_sentences(text)

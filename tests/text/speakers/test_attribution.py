"""Who says what: a table of small scenes in both languages, and properties of any text."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from pyojeong.text.normalize import normalize
from pyojeong.text.speakers.attribution import attribute

# Expected speakers in the order of the quotations; "-" is nobody.
SCENES: dict[str, str] = {
    # tags after, before, around; Korean
    "“어서 와!” 하고 늑대가 말했어요.": "늑대",
    "“어서 와!”라고 늑대는 말했어요.": "늑대",
    "“어서 와!” 늑대가 큰 소리로 외쳤어요.": "늑대",
    "늑대가 말했어요. “어서 와!”": "늑대",
    "늑대는 씩 웃으며 “어서 와!” 하고 말했어요.": "늑대",
    "늑대가 토끼에게 “어서 와!” 하고 말했어요.": "늑대",
    "“어서 와.” 하고 늑대가 토끼에게 말했어요.": "늑대",
    "“누구세요?” 문 안에서 할머니의 목소리가 들렸어요.": "할머니",
    "늑대가 다가오자 토끼가 “살려 주세요!” 하고 빌었어요.": "토끼",
    "토끼는 늑대가 다가오자 “살려 주세요!” 하고 빌었어요.": "토끼",
    "“안녕?” 하고 민수가 묻자 영희가 웃었어요. “안녕!”": "민수 영희",
    "“그만!”이라는 엄마의 말에 아이는 멈췄어요.": "엄마",
    "여우가 까마귀를 올려다보았어요. “노래 한번 들려줄래?” 하고 여우가 말했어요.": "여우",
    "“내가 갈게.” 나는 손을 들었다.": "나",
    # names with particles are one
    "“누구니?” 늑대가 물었어요. “토끼예요.” 토끼가 대답했어요. “들어오렴.” 늑대는 말했어요. "
    "“싫어요, 늑대야.” 토끼도 말했어요.": "늑대 토끼 늑대 토끼",
    "민준이가 말했어요. “가자.” 서윤이는 대답했어요. “민준아, 같이 가.”": "민준 서윤",
    "다람이라는 다람쥐가 “안녕!” 하고 말했어요. 너구리는 다람이에게 “그래.” 하고 대답했어요.": "다람이 너구리",
    "만복이는 “안녕!” 하고 말했어요. 너구리는 만복이에게 “그래.” 하고 대답했어요.": "만복 너구리",
    "늑대 아저씨가 “얘들아!” 하고 불렀어요. “늑대 아저씨, 왜요?” 토끼가 물었어요.": (
        "늑대_아저씨 토끼"
    ),
    "첫째 돼지가 “짚이 좋아.” 하고 말했어요. 둘째 돼지는 “나무가 좋아.” 하고 말했어요. "
    "셋째 돼지는 “벽돌이 좋아.” 했어요.": "첫째_돼지 둘째_돼지 셋째_돼지",
    # actions beside a quotation
    "“살려 줘!” 토끼는 숲으로 달아났어요.": "토끼",
    "토끼가 고개를 저었어요. “난 안 갈래.”": "토끼",
    "“엄마, 배고파.” 아이가 배를 문질렀어요.": "아이",
    # taking turns
    "“어디 가니?” 여우가 물었어요.\n“시장에.” 곰이 대답했어요.\n“뭐 사러?”\n“꿀.”": (
        "여우 곰 여우 곰"
    ),
    "엄마와 아이가 걸었어요. 엄마가 물었어요.\n“춥니?”\n“아니요.”\n“배고프니?”\n“네, 엄마.”": (
        "엄마 아이 엄마 아이"
    ),
    "“형, 어디 가?”\n“학교.” 형이 대답했다.": "- 형",
    # thoughts, titles, signs, sounds
    "‘어떡하지?’ 토끼는 생각했어요.": "토끼",
    "토끼는 ‘어떡하지?’ 하고 속으로 중얼거렸어요.": "토끼",
    "토끼는 ‘행복’이라는 말을 좋아했어요.": "-",
    "문에는 “출입 금지”라고 적혀 있었어요. 토끼는 돌아섰어요.": "-",
    "토끼는 『숲의 노래』라는 책을 읽었어요.": "-",
    "“쾅!” 하는 소리가 났어요. 토끼는 놀랐어요.": "-",
    # scripts, unclosed, nested
    "토끼: 안녕?\n거북이: 안녕, 토끼야.\n토끼: 경주할래?": "토끼 거북이 토끼",
    "“엄마가 ‘조심해!’라고 하셨어.” 아이가 말했다.": "아이",
    "늑대가 말했어요. “어서 와\n\n토끼는 도망갔어요.": "늑대",
    "「어서 와.」 늑대가 말했다. 「싫어.」 토끼가 대답했다.": "늑대 토끼",
    # English tags
    "“Come in!” said the wolf.": "wolf",
    '"Come in!" the wolf said.': "wolf",
    "The wolf said, “Come in!”": "wolf",
    "“Come in,” said the wolf, “and sit down.”": "wolf wolf",
    "“Come in,” he said. The wolf smiled. “Sit down,” said the wolf.": "- wolf",
    "“Run!” Tom shouted.": "Tom",
    "“Run!” shouted Tom to his sister.": "Tom",
    "Tom turned to Anna and said, “Run!”": "Tom",
    "“Why?” asked little Anna.": "Anna",
    "When the wolf came, the pig cried, “Help!”": "pig",
    "“Good day, Mr. Crow,” said Mr. Fox. “Good day, Fox,” said Mr. Crow.": "Mr._Fox Mr._Crow",
    "“Good day,” said Mr. Fox. Fox bowed. “Nice hat,” said Fox.": "- Fox",
    "“Tea?” asked Mrs. Bear. Mr. Bear nodded. “Yes,” said Mr. Bear.": "Mrs._Bear Mr._Bear",
    "Anna saw Tom. “Hello,” she said. “Hello,” he said.": "Anna Tom",
    "Tom looked at Anna. “Come,” she said.": "Anna",
    "“I said no,” I told him.": "I",
    "“Who is there?” asked the lamp post.": "lamp_post",
    # English actions and turns
    "Tom shook his head. “Not me.”": "Tom",
    "“Not me.” Tom shook his head.": "Tom",
    "“Where to?” asked Tom.\n\n“Home,” said Anna.\n\n“So soon?”\n\n“Yes.”": "Tom Anna Tom Anna",
    "Tom and Anna walked. Tom stopped. “Did you hear that?”\n\n“No, Tom.”\n\n“There it is.”": (
        "Tom Anna Tom"
    ),
    "‘What now?’ Tom thought. “Let us go,” he said.": "Tom Tom",
    "'It's me,' said the dogs' owner. 'Who?' asked Tom.": "- Tom",
    'The sign said "Keep out." Tom walked on.': "-",
    'Tom read the word "danger" twice.': "-",
    "“Once there was a king.\n\n“He had a hat,” said Grandma.": "Grandma Grandma",
    "Fox: Hello!\nCrow: Hello, Fox.\nFox: Sing!": "Fox Crow Fox",
    # a paragraph for each turn
    "너구리와 다람이가 마주쳤어요. 너구리는 봉투를 들고 있었어요.\n\n“내 편지를 당장 돌려줘!” 다람이가 발을 "
    "굴렀어요.\n\n“네 것인 줄 몰랐어.”\n\n“내 이름이 있잖아!”": "다람이 너구리 다람이",
    "고양이는 문을 두드렸어요.\n\n“누구야?” 안에서 생쥐가 물었어요.\n\n“나야.”\n\n“안 열어.” 생쥐는 문을 "
    "붙잡았어요.\n\n“떡 가져왔는데.”": "생쥐 고양이 생쥐 고양이",
    "Tom opened the box.\n\n“What is it?” Anna bent over it. “A mouse?”\n\n“A spring.”\n\n“Oh.”": (
        "Anna Anna Tom Anna"
    ),
    "“Are you cold?” asked the fox.\n\n“No.” The hare pulled her scarf tight. “A little.”\n\n“Come in.”": (
        "fox hare hare fox"
    ),
    # who is who
    "“비켜.” 장고가 킥보드를 세웠다.\n\n“싫어.” 단우는 팔을 벌렸다.": "장고 단우",
    "“누구지?” 노을이가 말했다.\n\n“나야, 시루.” 시루가 대답했다.": "노을 시루",
    "환자는 복어였습니다. “어디가 아프세요?” 하고 문어가 물었습니다. “배요.” 복어가 대답했습니다. "
    "환자는 울었습니다.": "문어 환자",
    "씨앗이 바람에게 말했어요. “데려다줘.”\n\n“얼마나 멀리?” 바람이 휘파람을 불었어요.": "씨앗 바람",
    "“할머니! 편지 왔어요!” 다훈이가 외쳤어요.\n\n“어디 보자.” 할머니가 말했어요.": "다훈 할머니",
    "The girl looked at Ben. “Is it yours?” she asked.\n\n“It is,” said Ben.\n\n“My name's Nora.”\n\n"
    "Nora smiled.": "Nora Ben Nora",
    "A stranger sat on the gate.\n\n“Who are you?” asked Ben.\n\n“I'm early,” said the boy.": (
        "Ben stranger"
    ),
    "The judge, a very old tortoise, blinked.\n\n“Sit,” said the judge.\n\n“No,” said the stoat.\n\n"
    "“Sit!” said the tortoise.": "judge stoat judge",
    "“Tell me,” she told me. I shook my head. “Never,” I said.": "- I",
    "I waved. “Lottie, who is that?” my mother asked.\n\n“A friend.”\n\n“Hm,” said my mother.": (
        "mother I mother"
    ),
}


@pytest.mark.parametrize(("text", "expected"), SCENES.items())
def test_scenes(text: str, expected: str) -> None:
    found = [s.speaker.replace(" ", "_") for s in attribute(text).spans]
    # "-" first: what the table leaves open.
    wanted = [w for w in expected.split() if w != "-"]
    assert found[len(found) - len(wanted) :] == wanted
    if set(expected) == {"-"}:
        assert found == []


def test_spans_are_quotations_in_order_with_their_marks() -> None:
    text = "“가자!” 하고 늑대가 말했어요. 토끼는 ‘싫어.’ 하고 생각했어요."
    dialogue = attribute(text)
    assert [(text[s.start : s.end], s.kind) for s in dialogue.spans] == [
        ("“가자!”", "speech"),
        ("‘싫어.’", "thought"),
    ]
    assert [(m.name, m.quotations) for m in dialogue.cast] == [("늑대", 1), ("토끼", 1)]


def test_positions_are_those_of_the_normalized_text() -> None:
    import unicodedata

    text = "“가자!” 하고 늑대가 말했어요."
    decomposed = unicodedata.normalize("NFD", text)
    assert attribute(decomposed) == attribute(text)
    assert attribute("\u200b" + text).spans[0].start == 0


@pytest.mark.parametrize(
    "text", ["", " \n ", "아무도 말하지 않았다.", "No one spoke.", "“", "“”", "''"]
)
def test_nobody_speaks(text: str) -> None:
    assert attribute(text).spans == ()


def test_an_unclosed_quotation_ends_with_its_paragraph() -> None:
    text = "늑대가 말했어요. “어서 와\n\n토끼는 도망갔어요."
    (span,) = attribute(text).spans
    assert text[span.start : span.end] == "“어서 와"


PIECES = [
    "“", "”", "‘", "’", '"', "'", "「", "」", "『", "』", "«", "»", "늑대가", "토끼는", "말했다.", "하고",
    "라고", "‘가’", "said", "Tom", "the wolf", "he", ",", ".", "?", " ", "\n", "\n\n", ":", "민수: ", "—",
    "나는", "그녀가", "엄마,", "야", "Mr.", "(", ")", "\u200b", "\u0301", "\ud800", "😀", "가", "A",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_any_text_gives_spans_in_order_and_a_cast_that_counts_them(seed: int) -> None:
    source = random.Random(seed)
    text = normalize(" ".join(source.choices(PIECES, k=source.randrange(1, 300))))
    dialogue = attribute(text)
    at = 0
    for span in dialogue.spans:
        assert at <= span.start < span.end <= len(text)
        assert span.speaker.strip()
        at = span.end
    counts = {m.name: m.quotations for m in dialogue.cast}
    assert sum(counts.values()) == len(dialogue.spans)
    assert set(counts) == {s.speaker for s in dialogue.spans}
    assert attribute(text) == dialogue


HOSTILE = [
    "“가” ", "“가.” 하고 늑대가 말했다. ", "“Go,” said Tom's mother. ", "“", "“‘", "‘가’ ", "a: b\n", "늑대가 ",
    "“가” 늑대 ", "Tom ", "“a” the ", "『", "— 가\n", "“가.”\n", "'a' ", "“엄마, ", "하고 ", "나는 ", "“a” he ",
    "“가” 로봇 삐삐를 ", "“가” 광대 톨은 ", "“a” The guard blew his ", "“a” Bob the cat ", "“Sam, a” the man ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_repetition_costs_linear_work(unit: str, count_calls: Callable[..., int]) -> None:
    """Work is counted in Python calls: ten times the text may cost about ten times the calls."""
    small, large = (count_calls(attribute, unit * times) for times in (100, 1000))
    assert large <= 13 * small + 3000


@pytest.mark.parametrize(
    "text",
    [
        "가" * 10**6,
        "“가” " + "x" * 10**6,
        "“" * 10**5 + "”" * 10**5,
        "“‘" * 500 + "가" + "’”" * 500,
        "“가” " + " " * 10**6,
        "“가” " + "!" * 10**5,
        "a" + " a" * 10**5 + ":",
    ],
)
def test_a_megabyte_of_anything(text: str) -> None:
    assert len(attribute(text).spans) <= 2

"""Marks in the spelling what only words can tell: before the sound rules of `korean.py`.

Every change keeps the number of syllables: 꽃잎 → 꽃닢 (then 꼰닙), 물고기 → 물꼬기, 맛없다 →
맏없다 (then 마덥따), 할 것 → 할 껏.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from pyojeong.speech import korean_words as words
from pyojeong.speech.hangul import (
    CONSONANT_ONSET,
    split_syllable,
    tensed,
    with_coda,
    with_onset,
)

_Change = Callable[[str], str]

_RUN = re.compile("[가-힣]+")
_WITH_R = "[" + "".join(chr(c) for c in range(ord("갈"), ord("힣") + 1, 28)) + "]"
_WITH_N = "[" + "".join(chr(c) for c in range(ord("간"), ord("힣") + 1, 28)) + "]"
# Nouns, adverbs and the particle 를: they end in ㄹ and stand before 것, 수 … without being verbs.
_NOT_VERBS = (
    "를 글 돌 물 달 별 알 오늘 내일 매일 서울 하늘 가을 겨울 마을 정말 요일 제일 이틀 아들 시골"
)
_PARTICLE = (
    r"(?=(?:[은는이가을를의에로과와도만]|에서|으로|까지|부터|처럼|보다|이다|입니다)?(?![가-힣]))"
)


def mark_words(text: str) -> str:
    """The same text with what the word lists and patterns know written into the spelling."""
    for name, spoken in words.LETTER_NAMES.items():
        text = text.replace(name, spoken)
    text = _marked(text, words.NIEUN_WORDS, words.NIEUN_NOT, _with_nieun)
    text = _marked(text, words.KEPT_N_WORDS, "", lambda s: with_onset(s, "ㄴ"))
    text = _marked(text, words.TENSE_WORDS, words.TENSE_NOT, tensed)
    text = _stopped(text)
    for pattern, change in _rules():
        text = pattern.sub(change, text)
    return _RUN.sub(lambda m: _ends(m.group()), text)


def _with_nieun(syllable: str) -> str:
    return with_onset(syllable, "ㄴ") if split_syllable(syllable)[0] == "ㅇ" else syllable


def _with_rieul(syllable: str) -> str:
    return with_onset(syllable, "ㄹ") if split_syllable(syllable)[0] == "ㅇ" else syllable


def _marked(text: str, listed: str, excluded: str, change: _Change) -> str:
    """Change the syllable after the bar in every listed word, longest match first."""
    pattern, places = _table(listed, excluded)

    def swap(match: re.Match[str]) -> str:
        word = match.group()
        at = places[word]
        return word[:at] + change(word[at]) + word[at + 1 :] if at else word

    return pattern.sub(swap, text)


@cache
def _table(listed: str, excluded: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """Place of the bar by word; 0 for a word to leave alone."""
    places = {w.replace("|", ""): w.index("|") for w in listed.split()}
    places.update(dict.fromkeys(excluded.split(), 0))
    return re.compile("|".join(sorted(places, key=len, reverse=True))), places


def _stopped(text: str) -> str:
    pattern, places = _table(words.STOPPED_WORDS, "")
    stops = {"ㅄ": "ㅂ", "ㅍ": "ㅂ", "ㄳ": "ㄱ", "ㅋ": "ㄱ"}

    def swap(match: re.Match[str]) -> str:
        word = match.group()
        at = places[word]
        coda = stops.get(split_syllable(word[at - 1])[2], "ㄷ")
        return word[: at - 1] + with_coda(word[at - 1], coda) + word[at:]

    return pattern.sub(swap, text)


@cache
def _rules() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]:
    return tuple((re.compile(pattern), _captured(change)) for pattern, change in _patterns())


def _captured(change: _Change) -> Callable[[re.Match[str]], str]:
    """Rewrites a match with its captured syllable changed."""

    def rewrite(match: re.Match[str]) -> str:
        whole, at = match.group(), match.start(match.lastindex or 0) - match.start()
        return whole[:at] + change(whole[at]) + whole[at + 1 :]

    return rewrite


def _patterns() -> list[tuple[str, _Change]]:
    """(pattern with one group per alternative, change of its first syllable), in order."""
    c = CONSONANT_ONSET
    return [
        # Section 11: nouns in ㄺ and ㄻ, 여덟, and 밟-, 넓- before some consonants.
        (rf"([닭흙칡삵슭])(?= ?{c})", _to("ㄱ")),
        (r"(삶)(?=과|도|속|보다)|([옮굶곪])(?=[기김긴길겨겼])", _to("ㅁ")),
        (rf"(?<=여)(덟)(?={c})", _to("ㄹ")),
        (rf"(밟)(?={c})|(넓)(?=[죽적둥])", _to("ㅂ")),
        *_tense_patterns(),
        *_nieun_patterns(),
    ]


def _to(coda: str) -> _Change:
    return lambda syllable: with_coda(syllable, coda)


def _tense_patterns() -> list[tuple[str, _Change]]:
    """Section 24: verb stems in ㄴ, ㅁ before an ending. Section 27: after the future -ㄹ."""
    ending = r"([고게던습]|다(?![른르를름])|도(?=록)|더(?=[니라])|지(?= |않|마|만|도|는))"
    dependent = (
        r"([것듯곳]|거(?=[야예라지고다든니]|\W|$)|게(?=[요]|\W|$)|걸(?=[요로까]|\W|$)|건(?=[지가데요]|\W|$)|"
        r"겁(?=니)|적(?=[이에도은]|\W|$)|줄(?=[은도을이]|,| [알아몰모])|법(?=[이은도]|\W|$)|수(?=[는가도를밖]|\W|$)|"
        r"데(?=[가는도를]|\W|$)|바(?=[를가])|지(?=[도는]|\W|$)|사(?=람)|정(?=도)|도(?=리)|"
        r"만(?=[하한했]|\W))"
    )
    not_verb = "".join(f"(?<!{w})" for w in _NOT_VERBS.split())
    return [
        (rf"(?<![가-힣])(?:남|넘|담|품|뿜|삼|심|검|감|숨|뛰어넘){ending}", tensed),
        (
            r"(?:더듬|다듬|머금|서슴|보듬|껴안|끌어안|얼싸안|부둥켜안)([고게던습지다]|도(?=록)|더(?=[니라]))",
            tensed,
        ),
        (r"(?<![가-힣])안(고|게(?= ))", tensed),
        (r"(?<=[을를] )신([고지게])", tensed),
        (r"(?<![가-힣])(?:못|것) ([가-힣])", tensed),  # said as one word with what follows
        (r"(?<![가-힣])신(다|습|고(?= [있나다온가갔왔싶서뛰춤]))", tensed),
        (r"(?<![가-힣])참(다|고(?= [있견또살기다])|지(?= ))", tensed),
        (rf"{_WITH_R}{not_verb} {dependent}", tensed),
        (r"[할갈올줄볼될릴칠킬쓸낼질] ([생자])(?=각|신)", tensed),
        (r"(?<![가-힣])대(가)(?=[를로])", tensed),
        (
            r"[할갈올줄볼될릴칠킬쓸을뵐낼](걸|게(?=요|[^가-힣]|$)|수(?=록)|지(?=라도|언정|도|는|[^가-힣]|$)|"
            r"진(?=대)|세(?=라)|밖(?=에))",
            tensed,
        ),
    ]


def _nieun_patterns() -> list[tuple[str, _Change]]:
    """Section 29 where a pattern can tell: numerals, 못 + verb, 한 일, 할 일."""
    return [
        (r"(?:열|스물|서른|마흔|쉰|예순|일흔|여든|아흔)([여일])(?=[섯덟곱])", _with_nieun),
        (r"[십백천만](육)(?![체군지아식상교])", _with_nieun),
        (r"(?<![가-힣])못 ?([이읽입잊여])(?![유])", _with_nieun),
        (r"옷 ?(입)|(?<![가-힣])들(일)(?=[을이은도 ]|$)", _with_nieun),
        (rf"(?:{_WITH_N}|무슨) (일)(?=[이을은도에 ]|[^가-힣]|$)", _with_nieun),
        (rf"{_WITH_R} (일)(?=[이을은도에 ]|[^가-힣]|$)", _with_rieul),
        (r"(?<![가-힣])잘 (입)", _with_rieul),
    ]


def _ends(word: str) -> str:
    """Rules for the end of a word: -역, -용 …, -요 (29), -량, -력 … (20), 의 (5)."""
    spelled = list(word)
    for i in range(1, len(word)):
        if _takes_nieun(word, i) or _keeps_nieun(word, i):
            spelled[i] = with_onset(word[i], "ㄴ")
    return "".join(_particle_ui(spelled))


def _takes_nieun(word: str, at: int) -> bool:
    pair = word[at - 1 : at + 1]
    if pair in _words(words.NIEUN_NOT) or not split_syllable(word[at - 1])[2]:
        return False
    if word[at] == "요":
        return at == len(word) - 1
    return at >= 2 and word[at] in "역용율염약" and bool(_SUFFIX.match(word, at + 1))


def _keeps_nieun(word: str, at: int) -> bool:
    """생산량 → 생산냥, 판단력 → 판단녁; but 연령, 권력 → ㄹㄹ."""
    return (
        at >= 2
        and word[at] in "란량력령례론료류"
        and split_syllable(word[at - 1])[2] == "ㄴ"
        and word[at - 1 : at + 1] not in _words(words.LATERAL_WORDS)
        and bool(_SUFFIX.match(word, at + 1))
    )


_SUFFIX = re.compile(_PARTICLE)


def _particle_ui(spelled: list[str]) -> list[str]:
    """의 inside a word → 이; as the particle at its end → 에."""
    last = len(spelled) - 1
    for i in range(1, len(spelled)):
        if spelled[i] == "의":
            word = "".join(spelled[: i + 1])
            noun = word in _words(words.NOUNS_IN_UI) or word.endswith(("주의", "회의"))
            spelled[i] = "에" if i == last and not noun else "이"
    return spelled


@cache
def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())

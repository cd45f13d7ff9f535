"""Korean names learned from a text, where grammar or action gives them away.

에게 and 한테 mark persons and animals only; 아 and 야 call somebody; verbs of speech have a person for
their subject, and so have 고개를 끄덕이다, 입을 다물다 and their like, whatever the name looks like.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from pyojeong.text.speakers.clues import STOP
from pyojeong.text.speakers.particles_ko import PERSONAL, ends_in_consonant, splits
from pyojeong.text.speakers.words_ko import (
    ACTS,
    ANIMALS,
    KIN,
    NAMES,
    NOBODY,
    PARTS,
    PEOPLE,
    SAID,
    SUFFIXES,
    THINGS,
    words_of,
)

WORD = re.compile(
    "(?<![가-힣])[가-힣](?<![이그저각두세네한]) 씨[가-힣]{0,3}|[가-힣A-Za-z0-9]{1,24}"
)
ADVERBS = words_of(
    """같이 많이 깊이 높이 일찍이 깊숙이 더욱이 곰곰이 틈틈이 간간이 번번이 나날이 낱낱이 겹겹이 굳이 반듯이
    길이 넓이 나지막이 가득이 촘촘이 빽빽이 축축이 멀찍이 느직이 없이 끝없이 말없이 쉴새없이 하염없이 힘없이
    소리없이 어김없이 지금이 물끄러미"""
)
# 다가 + 가, 걸어 + 가: verbs of going, no nouns.
_GOING = words_of(
    """다 올라 내려 따라 찾아 날아 돌아 데려 들어 걸어 뛰어 기어 쫓아 몰려 지나 건너 다녀 달려 나아 넘어 물러
    빠져 끌려 다가 살아 흘러 이어 뛰쳐나 뛰어나 달려나 걸어나 도망 떠나 사라져"""
)
_SHORT_VERBS = words_of(
    """말하 달리 걸어 웃으 들리 보이 놀라 내리 오르 흐르 부르 떨리 울리 지나 빛나 나오 들어 마시 만지 가리 기다
    다니 던지 떠들 떠오 때리 미치 바라 버리 비치 뿌리 사라 살피 속이 숨기 시키 쏘아 씻기 아끼 어울 여기 옮기
    외치 움직 일하 잠자 잡히 즐기 지키 쫓기 차리 춤추 흔들 반짝 끓이 먹이 붙이 높이 녹이 줄이 쌓이 덮이 꺾이
    섞이 고이 모이 보내 꺼내 빼내 끝내 울먹 훌쩍 노래 공부 생각 사랑 좋아 싫어 원하 향하 통하 변하 전하 구하
    피하 당하 대하 위하 정하 취하 커지 지는 있는 없는 어두 외로 새로"""
)
_VERBAL = re.compile("[하되있없지치리르키추오가보내히기두이시으대우]$")
_CONNECTIVE = ("고", "며", "면서", "어서", "아서", "려고", "다가", "도록")
_CASE = ("에", "에서", "까지", "부터", "처럼", "보다", "마다", "으로", "밖에", "대로")
_THING_TAILS = frozenset("불빛물길문집돌꽃잎책옷방산강힘밤날속밖앞뒤위밑옆쪽끝데때곳것줄틀")
_NAMED = re.compile(
    r"([가-힣]{2,6}?)(?:이라는|라는|이라고 (?:불|하는|부르)|라고 (?:불|하는|부르)|이란|란)\s+(?:[가-힣]+\s+){0,2}?([가-힣]+)"
)
_NAME_IS = re.compile(
    r"이름은\s+([가-힣]{2,6}?)(?:이었|였|이에|예요|입니|이라|라고|이라고|이야|야|이다)"
)
_CALLED = re.compile(r"(?<![가-힣])([가-힣]{1,5}?)[아야](?=[\s,!~.?…])")
_BODY_ACT = re.compile(
    r"(?<![가-힣])([가-힣]{2,6})\s+(?:[가-힣]+\s+){0,2}?(?:고개를? ?(?:\S+ )?[끄저숙들돌갸흔떨]|입을 ?(?:\S+ )?[다삐열벌막내모떼]|입술을? ?[깨내삐]|손을? ?[들흔내뻗모잡]|"
    r"눈을 ?(?:\S+ )?[감뜨떴비깜크동흘반찡부치굴]|어깨를 ?[으들움]|팔짱을|주먹을 ?[쥐불휘]|코를 ?[막쥐훌벌킁]|발을 ?[동구굴]|혀를 ?[내찼차]|무릎을 ?[꿇끌탁]|"
    r"한숨을|숨을 ?[몰죽참헐멈들]|미소를|얼굴을 ?[찡붉찌가]|이마를 ?[짚찌찡문]|머리를 ?[긁갸쓸감숙]|가슴을 ?[쓸치졸두]|배를 ?[잡쥐]|배꼽을|눈물을 ?[닦훔흘글뚝]|"
    r"웃음을 ?[터참]|귀를 ?[막기쫑의]|손톱을|손뼉을|박수를|팔꿈치로)"
)
_NO_NAMES = words_of(
    """종이 먹이 놀이 높이 길이 깊이 넓이 목걸이 귀걸이 옷걸이 손잡이 웅덩이 구덩이 몽둥이 방망이 돌멩이 지팡이
    곰팡이 알맹이 엉덩이 궁둥이 주둥이 풀이 벌이 손톱깎이 구이 고갱이 우렁이 달팽이 봉숭이 덩굴이 울렁이 글썽이
    끄덕이 반짝이 속삭이 머뭇거림이 옹이 이랑이 어린이 늙은이 젊은이 지은이 글쓴이 옮긴이 책꽂이 연필깎이
    살림살이 하루살이 나들이 맞이 해돋이 가을걷이 떡볶이 뻥튀기 미닫이 여닫이 쇠붙이"""
)
_BODY_OWNED = re.compile(
    r"(?<![가-힣])([가-힣]{2,6})의\s+(?:[가-힣]+\s+){0,1}?(?:귓불|볼|눈|얼굴|손|어깨|목소리|눈동자|눈썹|눈꺼풀|입술|입|코|이마|귀|뺨|표정|품|등|가슴|손등|발|머리카락|눈빛|손끝)"
)


_COPULA = re.compile(
    "([가-힣]{2,5}?)(?:이었다|였다|이었어요|였어요|이었습니다|였습니다|이다|예요|이에요)"
)
_BY_ITSELF = re.compile(
    "흘러나|들려|들렸|울렸|울려|켜졌|꺼졌|열렸|닫혔|떨어졌|걸려|놓여|쏟아|퍼졌|번졌|피어|스며|덮였|풍겼|반짝|빛났|솟|터졌|깜깜|어두워|조용해|흔들렸|찼다|섰다가|났다|나기"
)
_AGENT = re.compile(f"{SAID.pattern}|{ACTS.pattern}|[이가은는] (?:[가-힣]+ )?[가-힣]+[을를] ")


class Names:
    """Names of one text, and with which particles each word stands in it."""

    def __init__(
        self,
        text: str,
        narration: list[tuple[int, int]],
        speech: list[tuple[int, int]],
        beside: list[tuple[int, int]],
        given: Iterable[str] = (),
    ) -> None:
        self.text = text
        self.known: set[str] = set()
        self.kept: set[str] = set()
        self.rhythmic: set[str] = set()
        self.called: set[str] = set()
        self.seen: defaultdict[str, set[str]] = defaultdict(set)
        self.times = Counter[str]()
        for name in given:
            self._add(name)
        self._read(narration)
        for start, end in narration:
            self._told(start, end)
        for start, end in beside:
            self._beside(start, end)
        for start, end in speech:
            self._called(start, min(end, start + 400))

    def is_name(self, stem: str) -> bool:
        return stem in self.known or stem in NAMES or stem + "이" in self.rhythmic

    def plain(self, stem: str) -> str:
        """만복이 → 만복; a 이 that is part of the name stays (별이, 다람이)."""
        short = stem.removesuffix("이")
        if (
            not short
            or short == stem
            or not ends_in_consonant(short)
            or listed(stem)
            or stem in self.kept
            or self._keeps(stem, short)
        ):
            return stem
        if len(short) == 1:
            return short if short in self.known else stem
        return short if self.is_name(stem) or self.is_name(short) else stem

    def _keeps(self, stem: str, short: str) -> bool:
        """Whether 이 is part of the name: the text never has it without, and what is left is the
        beginning of an animal's (다람이) or a sound (똘똘이, 반짝이)."""
        if stem not in self.rhythmic or short in NAMES:
            return False
        others = self.seen.get(short, set()) - {"이", "이랑", "의", "도"}
        if others or short in self.called:
            return False
        animal = any(word.startswith(short) for word in ANIMALS)
        return animal or len(set(short)) < len(short) or any(_tense(s) for s in short)

    def could_be(self, stem: str, particle: str, leads: bool = False) -> bool:
        """Whether an unknown word may name a person; leads: it begins its sentence."""
        if self._is_no_person(stem, particle) or stem + particle in ADVERBS:
            return False
        if particle == "가" and stem.endswith("다"):
            return False
        if particle not in ("는", "은"):
            return True
        other = self.seen.get(stem, set()) - {"는", "은", "도", "만이"}
        if other or not leads:
            return bool(other)
        short = len(stem) == 2 and stem not in _SHORT_VERBS
        return short or _rhythmic(stem) or not _VERBAL.search(stem)

    @staticmethod
    def _is_no_person(stem: str, particle: str = "") -> bool:
        """A thing, a word that stands for anybody, or part of a verb."""
        if len(stem) < 2 or stem in NOBODY | _GOING | PARTS | _NO_NAMES:
            return True
        # 먹고는 is a verb, 장고가 is not.
        if stem.endswith(_CASE) or (particle != "가" and stem.endswith(_CONNECTIVE)):
            return True
        if stem.removesuffix("들") in THINGS or stem[-1] in _THING_TAILS:
            return True
        return any(stem[i:] in THINGS for i in range(1, len(stem) - 1))

    @staticmethod
    def may_speak(stem: str) -> bool:
        """Whether a thing may be made to speak: 우산이 중얼거렸어요, but not 목소리가 중얼거렸어요."""
        return (
            len(stem) > 1 and stem not in PARTS | NOBODY | _GOING and not stem.endswith(_CONNECTIVE)
        )

    # --- learning ----------------------------------------------------------------------------

    def _read(self, narration: list[tuple[int, int]]) -> None:
        personal = []
        for start, end in narration:
            for match in WORD.finditer(self.text, start, end):
                for stem, role, particle in splits(match.group()):
                    self.seen[stem].add(particle)
                    self.times[stem] += 1
                    if role == "addressee" and particle.startswith(PERSONAL):
                        personal.append((stem, particle.startswith(("에게", "한테"))))
        for stem, sure in personal:
            self._add(stem, sure)
        for stem, particles in list(self.seen.items()):
            if _rhythmic(stem) and len(particles & {"가", "는", "와", "에게", "한테"}) > 1:
                self._add(stem)

    def _told(self, start: int, end: int) -> None:
        for m in _NAMED.finditer(self.text, start, end):
            kind = next((s for s, _, _ in splits(m[2]) if listed(s)), m[2])
            if listed(kind):
                self._add(self._whole(m[1], kind in ANIMALS))
        for m in _NAME_IS.finditer(self.text, start, end):
            self._add(self._whole(m[1], animal=False))
        for m in _BODY_ACT.finditer(self.text, start, end):
            for stem, role, particle in splits(m[1]):
                acts = role in ("topic", "subject") and particle in ("이", "가", "은", "는")
                if acts and (
                    (stem in THINGS and stem not in PARTS)
                    or self.could_be(stem, particle, leads=True)
                ):
                    self._add(stem, sure=True)
        for m in _BODY_OWNED.finditer(self.text, start, end):
            if self.could_be(m[1], "의") or (m[1] in THINGS and len(self.seen[m[1]]) > 2):
                self._add(m[1], sure=True)
        if SAID.search(self.text, start, end):
            self._subjects(start, end)
        self._appositions(start, end)

    def _subjects(self, start: int, end: int) -> None:
        """Subjects beside verbs of speech that stand with other particles too."""
        for match in WORD.finditer(self.text, start, end):
            for stem, role, particle in splits(match.group()):
                subject = role in ("topic", "subject") and particle != "도"
                if subject and len(self.seen[stem]) > 1 and self.could_be(stem, particle):
                    self._add(stem)

    def _beside(self, start: int, end: int) -> None:
        """Who acts in the sentences of a stretch beside a quotation."""
        stops = [m.end() for m in STOP.finditer(self.text, start, end)]
        edges = [start, *(s for s in stops if self.text[s:end].strip())]
        for begin in edges:
            stop = next((s for s in stops if s > begin), end)
            bare = True
            for match in WORD.finditer(self.text, begin, stop):
                agent = _AGENT.search(self.text, match.end() - 1, stop)
                if agent is None:
                    break
                alone = _BY_ITSELF.search(self.text, match.end(), stop)
                if self._acts(match.group(), bare, alone is not None):
                    break
                # A noun without particle may lead to the name: 사육사 정수는.
                bare = bare and not splits(match.group())

    def _acts(self, word: str, leads: bool, thing: bool) -> bool:
        """Whether a word is a subject, known or (unless what it does is done by things) learned."""
        for stem, role, particle in splits(word):
            if role not in ("topic", "subject") or particle not in ("이", "가", "은", "는"):
                continue
            if self.is_name(stem) or listed(stem):
                return True
            if self.could_be(stem, particle, leads):
                if not thing:
                    self._add(stem)
                return True
        return False

    def _appositions(self, start: int, end: int) -> None:
        """로봇 삐삐, 막내 온유: a word after a noun for somebody, used more than once."""
        last, last_end = "", 0
        for match in WORD.finditer(self.text, start, end):
            word = match.group()
            if last and not self.text[last_end : match.start()].strip():
                stems = [(s, p) for s, _, p in splits(word)]
                stems += [(m[1], "이") for m in [_COPULA.fullmatch(word)] if m]
                for stem, particle in stems:
                    often = self.times[stem] > 1 or not self.seen.get(last)
                    short = len(stem) == 1 and self._often_alone(stem)
                    if short or (often and self.could_be(stem, particle, leads=True)):
                        self._add(stem)
            last, last_end = (word, match.end()) if listed(word) else ("", 0)

    def _often_alone(self, stem: str) -> bool:
        """Whether a syllable stands as a word with particles three times or more: 톨은, 톨이."""
        return self.times[stem] > 2 and stem not in THINGS | NOBODY | PARTS

    def _called(self, start: int, end: int) -> None:
        for m in _CALLED.finditer(self.text, start, end):
            if self.seen.get(m[1]) or self.seen.get(m[1] + "이"):
                self._add(m[1])
                self.called.add(m[1])

    def _add(self, stem: str, sure: bool = False) -> None:
        plain = stem.removesuffix("들")
        if _rhythmic(plain):
            self.rhythmic.add(plain)
        if plain and plain not in NOBODY and not listed(plain) and (sure or plain not in THINGS):
            self.known.add(plain)

    def _whole(self, name: str, animal: bool) -> str:
        """다람이라는 is 다람 + 이라는 or 다람이 + 라는: as the text uses it elsewhere."""
        longer = name + "이"
        short_forms = self.seen.get(name, set()) - {"이", "이랑", "의", "도"}
        if not ends_in_consonant(name) or longer not in self.seen or short_forms:
            return name
        if animal:
            self.kept.add(longer)
        return longer


def _rhythmic(stem: str) -> bool:
    """순덕이, as in 순덕이가 and 순덕이는: a name with a 이 for the sound of it."""
    base = stem.removesuffix("이")
    plain = len(base) in (2, 3) and base != stem and ends_in_consonant(base)
    return plain and stem not in THINGS and stem not in _NO_NAMES


def _tense(syllable: str) -> bool:
    """Whether it begins with a doubled consonant, as no given name does."""
    return (ord(syllable) - 0xAC00) // 588 in (1, 4, 8, 10, 13)


def listed(stem: str) -> bool:
    """Whether the lists know the word for somebody who can speak."""
    plain = stem in KIN or stem in ANIMALS or stem in PEOPLE or stem in NAMES
    return plain or (stem.endswith(SUFFIXES) and stem not in SUFFIXES and _long_enough(stem))


def _long_enough(stem: str) -> bool:
    """대장이 is 대장 + 이, no 장이 like 대장장이."""
    return len(stem) > 3 or not stem.endswith(("장이", "쟁이"))

"""Korean nouns for persons: particles taken off, names learned from the text, names put together."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

from pyojeong.text.speakers_clues import Mention, Role
from pyojeong.text.speakers_words_ko import (
    ANIMALS,
    COMMON_TITLES,
    KIN,
    LOOKS,
    NOBODY,
    PEOPLE,
    PLACES,
    PREFIXES,
    RELATIONS,
    SAID,
    SUFFIXES,
    THINGS,
)

_WORD = re.compile("[가-힣A-Za-z0-9]{1,24}")
# (particle, role, after a consonant: True, a vowel: False, any: None), longest first.
_PARTICLES: tuple[tuple[str, Role, bool | None], ...] = tuple(
    sorted(
        (
            *((p, "topic", True) for p in ("은",)),
            *((p, "topic", False) for p in ("는",)),
            *((p, "topic", None) for p in ("께서는", "께서도", "만은", "만이")),
            ("이", "subject", True),
            ("가", "subject", False),
            *((p, "subject", None) for p in ("께서", "도", "까지도", "마저", "조차")),
            *(
                (p + more, "addressee", None)
                for p in ("에게", "한테", "더러", "보고", "께")
                for more in ("", "는", "도", "만", "로")
                if p + more not in ("께로", "께만")
            ),
            ("을", "object", True),
            ("를", "object", False),
            ("과", "with", True),
            ("와", "with", False),
            ("이랑", "with", True),
            ("랑", "with", False),
            ("의", "owner", None),
            ("네", "owner", None),
        ),
        key=lambda row: -len(row[0]),
    )
)
_PERSONAL = ("에게", "한테", "께")
_THING_TAILS = frozenset("불빛물길문집돌꽃잎책옷방산강힘밤날속밖앞뒤위밑옆쪽끝데때곳수것")
_ADVERBS = frozenset(
    "같이 많이 깊이 높이 일찍이 깊숙이 더욱이 곰곰이 틈틈이 간간이 번번이 나날이 낱낱이 겹겹이 굳이 반듯이 길이 넓이 나지막이 "
    "가득이 촘촘이 빽빽이 축축이 멀찍이 멀찌감치 느직이 없이 끝없이 말없이 쉴새없이 하염없이 힘없이 소리없이 어김없이 지금이".split()
)
# 다가 + 가, 걸어 + 가: verbs of going, no nouns.
_GOING = frozenset(
    "다 올라 내려 따라 찾아 날아 돌아 데려 들어 걸어 뛰어 기어 쫓아 몰려 지나 건너 다녀 달려 나아 넘어 물러 빠져 끌려 다가 "
    "살아 흘러 이어 뛰쳐나 뛰어나 달려나 걸어나 도망 떠나 사라져".split()
)
_I = re.compile("(?<![가-힣])(?:나는|나도|나를|나에게|난|저는)(?![가-힣])")
_GENERIC = {
    **dict.fromkeys(("노인", "노파"), "old"),
    **dict.fromkeys("소년 소녀 손자 손녀 꼬마 아이 녀석 남자아이 여자아이 사내아이".split(), "young"),
    **dict.fromkeys("남자 여자 여인 청년 사내 사나이".split(), "any"),
}
_NEW = re.compile("(?:한|어떤|웬|낯선|어느)\\s*$")
_VERBAL = re.compile("[하되있없지치리르키추오가보내히기두이시으]$")
_AMBIGUOUS = frozenset(
    "말 게 매 학 벌 새 양 개 소 용 구름 대신 기사 감독 조수 왕 파도 선 대리 거북 자라 조개 가수 장수 배우 바보 씨".split()
)
_SAFE_ROLES = frozenset(("addressee",))
_VOICE = frozenset(
    "목소리 말 대답 외침 소리 울음 울음소리 말투 말소리 얼굴 눈 손 표정 눈빛 입 입술 입가 볼 고함 호통 어깨 가슴 심장 귀 꼬리 머리 다리 발 몸 눈물 손끝 온몸 뺨 이마 코 마음 입꼬리 눈가 눈썹 콧등 한숨 웃음소리 눈동자 얼굴빛".split()
)
_NAMED = re.compile(
    r"([가-힣]{2,6}?)(?:이라는|라는|이라고 (?:불|하는|부르)|라고 (?:불|하는|부르)|이란|란)\s+(?:[가-힣]+\s+){0,2}?([가-힣]+)"
)
_NAME_IS = re.compile(r"이름은\s+([가-힣]{2,6}?)(?:이었|였|이에|예요|입니|이라|라고|이야|야|이다)")
_CALLED = re.compile(r"(?<![가-힣])([가-힣]{1,5}?)[아야](?=[\s,!~.?…])")
NAMES = frozenset(
    """민수 영희 철수 지우 민준 서준 도윤 예준 시우 하준 지호 주원 지훈 준우 도현 건우 우진 선우 서진 민재 현우 지환 승현 유준 정우 승우
    지안 서연 서윤 지민 하은 하윤 수아 지유 지아 서아 다은 예은 수빈 채원 윤서 소율 예린 지윤 유진 은서 민서 수민 나연 가은 시은 서영 유나
    현서 태호 동현 성민 재민 준호 민호 진호 영수 영호 순이 순희 미영 미나 유리 혜진 은지 은주 지은 지영 수진 수지 소연 소영 보라 하늘 나리
    다영 세영 준서 준영 진우 태민 태양 하람 한결 가람 슬기 초롱 별이 달이 봄이 콩쥐 팥쥐 흥부 놀부 심청 춘향 이몽룡 홍길동 앨리스 톰 제인 루시 피터
    마리 안나 릴리 루나 레오 맥스 민아 현아 윤아 유미 세라 은영 은비 단비 솔이 한별 샛별 가온 도담 이안 로아 리아 은호 은우 시윤 이준 태오""".split()
)


def ends_in_consonant(word: str) -> bool:
    code = ord(word[-1]) - 0xAC00
    return 0 <= code < 11172 and code % 28 > 0


class Nouns:
    """Who is meant by the nouns of one text."""

    def __init__(
        self, text: str, narration: list[tuple[int, int]], speech: list[tuple[int, int]]
    ) -> None:
        self.text = text
        self.names: set[str] = set()
        self.tells_of_itself = any(_I.search(text, *span) for span in narration)
        self._learn(narration, speech)

    # --- learning ----------------------------------------------------------------------------

    def _learn(self, narration: list[tuple[int, int]], speech: list[tuple[int, int]]) -> None:
        seen: dict[str, set[str]] = defaultdict(set)
        for start, end in narration:
            for match in _WORD.finditer(self.text, start, end):
                for stem, role, particle in _splits(match.group()):
                    seen[stem].add(particle)
                    if role == "addressee" and particle.startswith(_PERSONAL):
                        self._name(stem)
            for pattern in (_NAMED, _NAME_IS):
                for m in pattern.finditer(self.text, start, end):
                    if pattern is _NAME_IS or self._known(_bare(m[2])):
                        self._name(_whole_name(m[1], seen))
        for start, end in speech:
            for m in _CALLED.finditer(self.text, start, min(end, start + 400)):
                if seen.get(m[1]) or seen.get(m[1] + "이"):
                    self._name(m[1])
        for start, end in narration:
            if SAID.search(self.text, start, end):
                self._learn_subjects(start, end, seen)

    def _learn_subjects(self, start: int, end: int, seen: dict[str, set[str]]) -> None:
        """Subjects of verbs of speech that stand with other particles too."""
        for match in _WORD.finditer(self.text, start, end):
            for stem, role, particle in _splits(match.group()):
                subject = role in ("topic", "subject") and particle not in ("도",)
                if subject and self._could_be(stem, particle) and len(seen[stem]) > 1:
                    self._name(stem)

    def _name(self, stem: str) -> None:
        plain = stem.removesuffix("들")
        if plain and plain not in NOBODY and plain not in THINGS and not self._listed(plain):
            self.names.add(plain)

    def _could_be(self, stem: str, particle: str) -> bool:
        """Whether an unknown word may be a noun for a person."""
        if len(stem) < 2 or stem in THINGS or stem in NOBODY or stem in _GOING:
            return False
        if stem[-1] in "들" and stem[:-1] in THINGS:
            return False
        if stem[-1] in _THING_TAILS or any(stem.endswith(t) and len(t) > 1 for t in _tails(stem) if t in THINGS):
            return False
        if particle in ("는", "은") and _VERBAL.search(stem):
            return False
        return stem + particle not in _ADVERBS and not stem.endswith(
            ("고", "며", "면서", "어서", "아서")
        )

    # --- recognising -------------------------------------------------------------------------

    def _listed(self, stem: str) -> bool:
        return (
            stem in KIN or stem in ANIMALS or stem in PEOPLE or stem in NAMES or _has_suffix(stem)
        )

    def _known(self, stem: str) -> bool:
        if stem.endswith("들") and len(stem) > 1:
            stem = stem[:-1]
        if stem in self.names or self._plain_name(stem) != stem:
            return True
        if stem in THINGS or stem in NOBODY:
            return False
        return self._listed(stem)

    def _parse(self, word: str) -> tuple[str, Role, str] | None:
        """(noun, role, particle) of a word for a person."""
        if self._known(word) and word not in _AMBIGUOUS:
            return word, "bare", ""
        for stem, role, particle in _splits(word):
            if not self._known(stem) or word in _ADVERBS:
                continue
            if stem in _AMBIGUOUS and stem not in self.names and not self._sure(stem, role):
                continue
            return stem, role, particle
        return None

    @staticmethod
    def _sure(stem: str, role: Role) -> bool:
        if stem in ("말", "게", "매", "학", "벌", "대신", "씨", "선"):
            return role == "addressee"
        return role in ("topic", "subject", "addressee")

    def mentions(self, start: int, end: int) -> list[Mention]:
        found: list[Mention] = []
        tokens = [(m.start(), m.group()) for m in _WORD.finditer(self.text, start, end)]
        before: list[tuple[int, str]] = []
        for index, (at, word) in enumerate(tokens):
            if before and self.text[before[-1][0] + len(before[-1][1]) : at].strip():
                before = []
            parsed = self._parse(word)
            if parsed is None:
                pronoun = _pronoun(at, word)
                if pronoun and (self.tells_of_itself or pronoun.name != "나"):
                    found.append(pronoun)
                before = [*before[-2:], (at, word)] if self._leads(tokens, index) else []
                continue
            stem, role, particle = parsed
            if role == "bare" and self._goes_on(tokens, index):
                before = [*before[-2:], (at, word)]
                continue
            role = self._role(tokens, index, role)
            found.append(self._mention(before, at, stem, role))
            before = [(at, stem + "의")] if particle in ("의", "네") else []
        return found

    def _leads(self, tokens: list[tuple[int, str]], index: int) -> bool:
        """Whether a word that is no person begins the name of one: 도서관 선생님."""
        word = tokens[index][1]
        if word in PREFIXES:
            return True
        following = self._parse(tokens[index + 1][1]) if index + 1 < len(tokens) else None
        return word in PLACES and following is not None and following[0] in COMMON_TITLES

    def _goes_on(self, tokens: list[tuple[int, str]], index: int) -> bool:
        """Whether the noun is only the first part of a name: 늑대 아저씨가."""
        if index + 1 == len(tokens):
            return False
        at, word = tokens[index]
        next_at, following = tokens[index + 1]
        if self.text[at + len(word) : next_at].strip():
            return False
        return self._parse(following) is not None

    def _role(self, tokens: list[tuple[int, str]], index: int, role: Role) -> Role:
        """할머니의 목소리가: the owner of a voice is who acts."""
        if role not in ("owner", "bare") or index + 1 == len(tokens):
            return role
        for _, word in tokens[index + 1 : index + 3]:
            for stem, own_role, _ in _splits(word):
                if stem in _VOICE and own_role in ("topic", "subject"):
                    return "subject"
        return role

    def _mention(self, before: list[tuple[int, str]], at: int, stem: str, role: Role) -> Mention:
        plural = stem.endswith("들") and len(stem) > 2
        head = stem[:-1] if plural else stem
        begin = before[0][0] if before else at
        looks = frozenset((k, w) for _, w in before for k, ws in LOOKS.items() if w in ws)
        seen = {w for _, w in looks}
        parts = [w for _, w in before if w not in seen]
        return Mention(
            begin, at + len(stem), *self._name_of(parts, head, plural), role=role,
            looks=looks, plural=plural, gender=gender_of(head, parts),
            proper=self._is_name(self._plain_name(head)), generic=self._generic(begin, head, parts),
        )  # fmt: skip

    def _name_of(self, parts: list[str], head: str, plural: bool) -> tuple[str, frozenset[str]]:
        """Name and identifying words: 아기 + 돼지, 늑대 + 아저씨, 민수의 + 엄마, 동생 + 민지."""
        own = self._plain_name(head)
        mark = "들" if plural else ""
        owner = next((p[:-1] for p in parts if p.endswith("의")), None)
        parts = [p for p in parts if not p.endswith("의")]
        if owner and head in KIN:
            return f"{owner} {own}{mark}", frozenset((own + mark, f"{owner} {own}{mark}"))
        if not parts:
            return own + mark, frozenset((own + mark,))
        full = " ".join([*parts, own + mark])
        first = self._plain_name(parts[-1])
        if parts[-1] in PLACES:
            return full, frozenset((own + mark, full))
        is_name = parts[-1] in self.names or parts[-1] in NAMES
        if (
            head in KIN
            and is_name
            and head
            not in ("형", "누나", "언니", "오빠", "이모", "고모", "삼촌", "할머니", "할아버지")
        ):
            return full, frozenset((own, full))
        if parts[-1] in RELATIONS and not self._is_name(head):
            return full, frozenset((own + mark, f"{parts[-1]} {own}{mark}"))
        return full, frozenset((own + mark, first, full))

    def _generic(self, begin: int, head: str, parts: list[str]) -> str:
        """노인, 소녀: maybe one with a name, unless brought in as new (한 노인)."""
        if parts or _NEW.search(self.text, max(0, begin - 6), begin):
            return ""
        return _GENERIC.get(head, "")

    def _is_name(self, stem: str) -> bool:
        return stem in self.names or stem in NAMES

    def _plain_name(self, stem: str) -> str:
        """민준이 → 민준 where the text knows 민준; other nouns as they are."""
        short = stem.removesuffix("이")
        if short != stem and len(short) > 1 and ends_in_consonant(short) and self._is_name(short):
            return short
        return stem

    def person(
        self, start: int, end: int, called: bool = False, marked: bool = False
    ) -> Mention | None:
        """Somebody named by a whole phrase; called: in the form of an address (토끼야, 할머니);
        marked: with 아 or 야 at its end."""
        words = [(m.start(), m.group()) for m in _WORD.finditer(self.text, start, end)]
        if not words or len(words) > 4:
            return None
        at, last = words[-1]
        stem = self._called(last, marked) if called else last
        if stem is None or not self._known(stem):
            return None
        if any(not (self._known(w) or w in PREFIXES) for _, w in words[:-1]):
            return None
        mention = self._mention(words[:-1], at, stem, "addressee" if called else "bare")
        sure = stem != last or stem in KIN or stem in COMMON_TITLES or mention.proper
        return replace(mention, sure=sure, generic="")

    def _called(self, word: str, marked: bool) -> str | None:
        for ending, consonant in (("이여", True), ("아", True), ("야", False), ("여", False)):
            stem = word.removesuffix(ending)
            if stem and stem != word and ends_in_consonant(stem) == consonant and self._known(stem):
                return stem
        return None if marked or word in _AMBIGUOUS else word

    def stranger(self, start: int, end: int) -> Mention | None:
        """The last subject in a stretch that no list knows."""
        for match in reversed(list(_WORD.finditer(self.text, start, end))):
            for stem, role, particle in _splits(match.group()):
                if role in ("topic", "subject") and particle not in ("도", "마저", "조차"):
                    if self._could_be(stem, particle):
                        return self._mention([], match.start(), stem, role)
        return None


def gender_of(head: str, parts: list[str]) -> str:
    word = " ".join([*parts, head])
    if re.search(
        "할머니|할멈|엄마|어머니|누나|언니|이모|고모|아내|부인|여왕|왕비|공주|선녀|마녀|아가씨|아줌마|아주머니|여자|소녀|딸|며느리|색시",
        word,
    ):
        return "f"
    if re.search(
        "할아버지|아빠|아버지|형$|오빠|삼촌|왕$|왕자|아저씨|남자|소년|아들|사위|총각|남편|영감|사내",
        word,
    ):
        return "m"
    return ""


def _pronoun(at: int, word: str) -> Mention | None:
    for form, gender in (("그녀", "f"), ("그", "")):
        if word.startswith(form) and word[len(form) :] in (
            "가",
            "는",
            "도",
            "에게",
            "한테",
            "의",
            "를",
        ):
            rest = word[len(form) :]
            role: Role = {
                "는": "topic",
                "가": "subject",
                "도": "subject",
                "의": "owner",
                "를": "object",
            }.get(rest, "addressee")  # type: ignore[assignment]
            return Mention(
                at, at + len(word), form, frozenset((form,)), role, pronoun=True, gender=gender
            )
    if word in ("내가", "나는", "난", "나도", "제가", "저는"):
        return Mention(at, at + len(word), "나", frozenset(("나",)), "topic")
    if word in ("나에게", "나한테", "내게"):
        return Mention(at, at + len(word), "나", frozenset(("나",)), "addressee")
    return None


def _splits(word: str) -> list[tuple[str, Role, str]]:
    """(stem, role, particle) for every way to take a particle off."""
    found = []
    for particle, role, consonant in _PARTICLES:
        stem = word.removesuffix(particle)
        if stem and stem != word and (consonant is None or ends_in_consonant(stem) == consonant):
            found.append((stem, role, particle))
    return found


def _whole_name(name: str, seen: dict[str, set[str]]) -> str:
    """다람이라는 is 다람 + 이라는 or 다람이 + 라는: as the text uses it elsewhere."""
    short_forms = seen.get(name, set()) - {"이", "이랑", "의", "도"}
    longer = name + "이"
    return longer if ends_in_consonant(name) and longer in seen and not short_forms else name


def _bare(word: str) -> str:
    splits = _splits(word)
    return word if word in ANIMALS or not splits else splits[0][0]


def _tails(word: str) -> list[str]:
    return [word[i:] for i in range(1, len(word))]


def _has_suffix(stem: str) -> bool:
    return stem.endswith(SUFFIXES) and stem not in SUFFIXES

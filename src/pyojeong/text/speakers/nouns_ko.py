"""Korean nouns for persons: who is meant by a noun with its particle and the words before it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pyojeong.text.speakers.clues import STOP, Mention, Role
from pyojeong.text.speakers.names_ko import ADVERBS, WORD, Names, listed
from pyojeong.text.speakers.particles_ko import ends_in_consonant, splits
from pyojeong.text.speakers.words_ko import (
    AMBIGUOUS,
    BEING,
    COMMON_TITLES,
    COPULA,
    KIN,
    LOOKS,
    NOBODY,
    PARTS,
    PLACES,
    PREFIXES,
    RELATIONS,
    THINGS,
    words_of,
)

_GENERIC = {
    **dict.fromkeys(words_of("노인 노파"), "old"),
    **dict.fromkeys(
        words_of("소년 소녀 손자 손녀 꼬마 아이 친구 녀석 남자아이 여자아이 사내아이"), "young"
    ),
    **dict.fromkeys(words_of("남자 여자 여인 청년 사내 사나이"), "any"),
}
_SENTENCE = 60
_UNKNOWN = words_of("다른 낯선 모르는 웬 누군가의 처음 새로운 또다른")
_VOICED = re.compile("(?:호통|외침|고함|비명|목소리|대답|말|한마디|물음|외마디|소리|명령)에")
_NUMBERS = frozenset("한두세네몇") | {"다섯", "여섯", "일곱", "여덟", "아홉", "열", "여러", "수십"}
_ONE = re.compile("(?:하나|한 명|한 마리|둘|셋)[이가은는]")
_PARENTS = words_of("엄마 아빠 어머니 아버지 동생 아들 딸 아내 남편 손자 손녀")
_NEW = re.compile(r"(?:한|어떤|웬|낯선|어느|조그만|[든던입은]|[가-힣]는|[가-힣]은|[가-힣]진)\s*$")
_I = re.compile("(?<![가-힣])(?:나는|나도|나를|나에게|저는)(?![가-힣])")
# 냄새 나는, 화가 난: a verb.
_ARISES = re.compile(
    "(?:냄새|내|소리|화|신|겁|땀|고장|열|눈물|빛|연기|생각|티|맛|김|불|피|병|탈|혼|윤|털|향기|광|힘|샘)[가이은는도만]?\\s*$"
)
_WOMEN = re.compile(
    "할머니|할멈|엄마|어머니|누나|언니|이모|고모|아내|부인|여왕|왕비|공주|선녀|마녀|아가씨|아줌마|아주머니|여자|소녀|딸|며느리|색시"
)
_MEN = re.compile(
    "할아버지|아빠|아버지|형$|오빠|삼촌|왕$|왕자|아저씨|남자|소년|아들|사위|총각|남편|영감|사내"
)
_OWN: dict[str, Role] = {
    **dict.fromkeys(("내가", "나는", "나도", "제가", "저는"), "topic"),
    **dict.fromkeys(("나에게", "나한테", "내게"), "addressee"),
}
_THIRD = re.compile("(그녀|그)(가|는|도|에게|한테|의|를)")
_THIRD_ROLES: dict[str, Role] = {
    "는": "topic", "가": "subject", "도": "subject", "의": "owner", "를": "object",
}  # fmt: skip
_FOLLOWS_NOUN = words_of(
    """그때 오늘 다시 마침내 결국 어느새 잠시 문득 갑자기 그러자 그리고 하지만 한참 그날 이날 어느날 이윽고 순간
    어제 내일 아침 점심 저녁 이제 곧 또 더 다"""
)
# Last syllables of adverbs, endings and particles: such a word is no part of a name.
_NO_PART = frozenset(
    "에서로으은는이가을를도만고며자면게히지던한된운다요라나니까듯째럼마터의와과네어아해려러져워내혀켜쳐꿔춰궈겨껴린른근든난른큰찬간온"
)


class Nouns:
    """Who is meant by the nouns of one text."""

    def __init__(
        self,
        text: str,
        narration: list[tuple[int, int]],
        speech: list[tuple[int, int]],
        beside: list[tuple[int, int]],
        names: Iterable[str] = (),
    ) -> None:
        self.text = text
        self.names = Names(text, narration, speech, beside, names)
        self.tells_of_itself = any(self._says_i(*span) for span in narration)

    def _says_i(self, start: int, end: int) -> bool:
        found = _I.finditer(self.text, start, end)
        return any(
            not _ARISES.search(self.text, max(start, m.start() - 6), m.start()) for m in found
        )

    # --- recognising -------------------------------------------------------------------------

    def _known(self, stem: str) -> bool:
        if stem.endswith("들") and len(stem) > 1:
            stem = stem[:-1]
        if stem in self.names.known or self.names.plain(stem) != stem:
            return True
        if stem in THINGS or stem in NOBODY:
            return False
        return listed(stem)

    def _parse(self, word: str) -> tuple[str, Role, str] | None:
        """(noun, role, particle) of a word for a person."""
        if self._known(word) and word not in AMBIGUOUS:
            return word, "bare", ""
        for stem, role, particle in splits(word):
            if not self._known(stem) or word in ADVERBS:
                continue
            if stem in AMBIGUOUS and stem not in self.names.known and not self._sure(stem, role):
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
        tokens = [(m.start(), m.group()) for m in WORD.finditer(self.text, start, end)]
        before: list[tuple[int, str]] = []
        alias = ""
        for index, (at, word) in enumerate(tokens):
            if before and self.text[before[-1][0] + len(before[-1][1]) : at].strip():
                before = []
            parsed = self._parse(word)
            if parsed is None:
                same = self._is_topic(found, at, word)
                if same:
                    found.append(same)
                pronoun = _pronoun(at, word)
                if pronoun and (self.tells_of_itself or pronoun.name != "나"):
                    found.append(pronoun)
                before = [*before[-2:], (at, word)] if self._leads(tokens, index) else []
                alias = self._alias(word) or alias
                continue
            stem, role, particle = parsed
            if stem == "개" and index and tokens[index - 1][1] in _NUMBERS:
                continue
            if role == "bare" and self._goes_on(tokens, index):
                before = [*before[-2:], (at, word)]
                continue
            role = self._role(tokens, index, role)
            if role in ("topic", "subject") and found and self._joined(found[-1], before, at):
                # 만복이와 순덕이가: both, so neither.
                role = "bare"
            mention = self._mention(before, at, stem, role)
            if alias:
                words = mention.words | {alias}
                mention, alias = replace(mention, name=alias, words=words, proper=True), ""
            found.append(mention)
            before = [(at, stem + "의")] if particle in ("의", "네") else []
        return found

    def _alias(self, word: str) -> str:
        """The name in 다람이라는 (꼬마 다람쥐)."""
        for ending in ("이라는", "라는", "이란", "란"):
            stem = word.removesuffix(ending)
            for name in (stem + "이", stem):
                if stem != word and self.names.is_name(name):
                    return self.names.plain(name)
        return ""

    def _is_topic(self, found: list[Mention], at: int, word: str) -> Mention | None:
        """환자는 복어였다: who was just named by another word."""
        match = BEING.fullmatch(word)
        last = next((m for m in reversed(found) if m.role == "topic"), None)
        if match is None or last is None or last.pronoun or last.plural:
            return None
        if at - last.end > _SENTENCE or STOP.search(self.text, last.end, at):
            return None
        if not self._known(match[1]):
            return None
        mention = self._mention([], at, match[1], "bare")
        if mention.proper and last.proper:
            return None
        return replace(mention, words=mention.words | last.words)

    def _joined(self, last: Mention, before: list[tuple[int, str]], at: int) -> bool:
        between = self.text[last.end : before[0][0] if before else at].strip()
        return last.role == "with" and between in ("와", "과", "이와", "랑", "이랑")

    def _leads(self, tokens: list[tuple[int, str]], index: int) -> bool:
        """Whether a word that is no person begins the name of one: 도서관 선생님, 소금 장수."""
        word = tokens[index][1]
        if word in PREFIXES:
            return True
        following = self._parse(tokens[index + 1][1]) if index + 1 < len(tokens) else None
        if following is None or following[0] not in COMMON_TITLES:
            return False
        apart = word in _FOLLOWS_NOUN or word[-1] in _NO_PART or word in NOBODY
        return word in PLACES or (len(word) > 1 and not apart)

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
        if role == "bare" and _ONE.fullmatch(tokens[index + 1][1]):
            return "subject"
        for _, word in tokens[index + 1 : index + 3]:
            for stem, own_role, _ in splits(word):
                acts = own_role in ("topic", "subject")
                if acts and (stem in PARTS or (role == "owner" and not self._known(stem))):
                    return "subject"
            if role == "owner" and _VOICED.fullmatch(word):
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
            proper=self.names.is_name(self.names.plain(head)),
            generic=self._generic(begin, head, parts),
        )  # fmt: skip

    def _name_of(self, parts: list[str], head: str, plural: bool) -> tuple[str, frozenset[str]]:
        """Name and identifying words: 아기 + 돼지, 늑대 + 아저씨, 민수의 + 엄마, 동생 + 민지."""
        own = self.names.plain(head)
        mark = "들" if plural else ""
        owner = next((p[:-1] for p in parts if p.endswith("의")), None)
        parts = [p for p in parts if not p.endswith("의")]
        if owner and head in KIN:
            return f"{owner} {own}{mark}", frozenset((own + mark, f"{owner} {own}{mark}"))
        if not parts:
            return own + mark, frozenset((own + mark,))
        proper = self.names.is_name(own)
        full = " ".join([*parts, own + mark])
        first = self.names.plain(parts[-1])
        if parts[-1] in PLACES:
            return full, frozenset((own + mark, full))
        if head in _PARENTS and self.names.is_name(parts[-1]):
            return full, frozenset((own, full))
        if parts[-1] in RELATIONS and not self.names.is_name(head):
            return full, frozenset((own + mark, f"{parts[-1]} {own}{mark}"))
        return (own if proper else full), frozenset((own + mark, first, full))

    def _generic(self, begin: int, head: str, parts: list[str]) -> str:
        """노인, 소녀: maybe one with a name, unless brought in as new (한 노인)."""
        if parts or _NEW.search(self.text, max(0, begin - 6), begin):
            return ""
        return _GENERIC.get(head, "")

    def person(
        self, start: int, end: int, called: bool = False, marked: bool = False
    ) -> Mention | None:
        """Somebody named by a whole phrase; called: in the form of an address (토끼야, 할머니);
        marked: with 아 or 야 at its end."""
        words = [(m.start(), m.group()) for m in WORD.finditer(self.text, start, end)]
        if not words or len(words) > 4:
            return None
        at, last = words[-1]
        stem = self._called(last, marked) if called else last
        if stem is None or not self._known(stem):
            return None
        if any(not (self._known(w) or w in PREFIXES) for _, w in words[:-1]):
            return None
        mention = self._mention(words[:-1], at, stem, "addressee" if called else "bare")
        sure = (
            stem != last or len(words) > 1 or stem in KIN or stem in COMMON_TITLES or mention.proper
        )
        return replace(mention, sure=sure, generic="")

    def copula(self, start: int, end: int) -> Mention | None:
        """Who it was: 라온이었다."""
        match = COPULA.match(self.text, start, end)
        words = list(WORD.finditer(self.text, *match.span(1))) if match else []
        if not words:
            return None
        at, word = words[-1].start(), words[-1].group()
        stem = word if self._known(word) else word.removesuffix("이")
        if not self._known(stem):
            return None
        return self._mention([(w.start(), w.group()) for w in words[:-1]], at, stem, "subject")

    def _called(self, word: str, marked: bool) -> str | None:
        for ending, consonant in (("이여", True), ("아", True), ("야", False), ("여", False)):
            stem = word.removesuffix(ending)
            if stem and stem != word and ends_in_consonant(stem) == consonant and self._known(stem):
                return stem
        return None if marked or word in AMBIGUOUS else word

    def stranger(self, start: int, end: int, speaks: bool) -> Mention | None:
        """The last subject in a stretch that no list knows; from here on a name. speaks: even a
        thing (낡은 시계가 말했어요)."""
        words = list(WORD.finditer(self.text, start, end))
        for index, match in reversed(list(enumerate(words))):
            for stem, role, particle in splits(match.group()):
                if speaks and stem == "목소리" and index and words[index - 1].group() in _UNKNOWN:
                    return self._mention([], match.start(), stem, role)
                plain = particle in ("은", "는", "이", "가", "께서", "께서는")
                thing = speaks and particle in ("이", "가") and self.names.may_speak(stem)
                if plain and (thing or self.names.could_be(stem, particle, leads=index == 0)):
                    self.names.known.add(stem)
                    return self._mention([], match.start(), stem, role)
        return None


def gender_of(head: str, parts: list[str]) -> str:
    """ "m" or "f" where the words tell."""
    word = " ".join([*parts, head])
    if _WOMEN.search(word):
        return "f"
    return "m" if _MEN.search(word) else ""


def _pronoun(at: int, word: str) -> Mention | None:
    own = _OWN.get(word)
    if own is not None:
        return Mention(at, at + len(word), "나", frozenset(("나",)), own)
    match = _THIRD.fullmatch(word)
    if match is None:
        return None
    form, gender = match[1], "f" if match[1] == "그녀" else ""
    role = _THIRD_ROLES.get(match[2], "addressee")
    return Mention(at, at + len(word), form, frozenset((form,)), role, pronoun=True, gender=gender)

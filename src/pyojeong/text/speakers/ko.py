"""Korean speakers: nouns and their particles, tags and what they tell of a quotation.

No tagger: a closed lexicon of who can speak, particles with their sound rule (가 after a vowel,
이 after a consonant), and names learned from the text where grammar gives them away: 에게 and 한테
mark persons only, and so does the subject of a verb of speech.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from pyojeong.text.speakers.clues import STOP, Act, Address, Bond, Clause, Mention, last_sentence
from pyojeong.text.speakers.nouns_ko import Nouns
from pyojeong.text.speakers.quotes import SINGLE
from pyojeong.text.speakers.words_ko import (
    ACTS,
    ANSWERED,
    ASKED,
    ENTERS,
    LEAVES,
    NEGATED,
    REACTS,
    SAID,
    SILENT,
    STANDS,
    TELLS,
    THINKS,
    THOUGHT,
    WROTE,
)

_SWITCH = re.compile(
    r"(?:(?<![여남혼의타모그부제사])자|니까|더니|[하보으]니|지만|거든)(?=[\s,])[\s,]*"
)
_CITED = re.compile(
    r"(?:이?라|다|자|냐|하)?(?:는|던)\s+(?:\S+\s+){0,3}?(?:말|소리|대답|목소리|외침|물음|질문|부탁|제안|고함|호통|명령|인사|한마디|"
    r"비명|속삭임|약속)(?:에|을|를|도|이|은)\b"
)
_WRITTEN = re.compile(
    rf"(?:이?라고|이?라는|하고|하는|고|는|이?란)\s*(?:\S+\s+){{0,3}}?(?:{WROTE.pattern})"
)
_WRITING = re.compile(
    r"(?:적[혀힌]|쓰여|쓰인|써|씌[어여]|새겨|찍혀|인쇄되어)[가-힣]*(?:\s+있[가-힣]+)?\s*[:,]?\s*$|"
    r"(?:편지|쪽지|일기|글씨|칠판|이렇게|화면|간판|팻말|표지판)\S*\s+(?:\S+\s+){0,3}(?:적었|썼|쓰였|나타났|떴|떠올랐|있었)[가-힣]*\s*[:,]?\s*$"
)
_NAMED = re.compile(
    r"(?:이?라는|이?란|라고 ?(?:불|부르|이름)|이?라고 하는)\s*(?:\S+\s+){0,1}?(?:이름|제목|책|노래|단어|말이|말은|낱말|뜻|별명|간판|게임|놀이|곳|마을|"
    r"나라|가게|식당|섬|산|동네|배|팀|모임|동아리|대회|행사|프로그램|영화|연극|곡|시|시집|동화|그림|글|표현|속담|불|부르|이름|것|게|사실|생각|소문|느낌)"
)
_ABOUT = re.compile("이?라는|이?란|[은는이가을를와과의에도로]")
_SOUND = re.compile(r"(?:하는|하고|하며)?\s*(?:\S+\s+){0,3}?소리(?:가|와|도|만|를 ?(?:내며|들))")
_REPLY = re.compile(
    r"[\s…]*(?:그럼|그러면|아니|응|그래|네[,.! ]|예[,.! ]|뭐|뭘|왜|누가|어디|언제|어떻게|정말|진짜|설마|싫|좋아|아뇨|글쎄|맞아|알았|알아|고마|미안|천만|"
    r"그런|그게|그건|하지만|그래도|어[?!,]|야[!,. ]|흥|쳇|거짓말|어머|허[,!]|하하|뭣|무슨|물론|당연)"
)
_SENTENCE_END = re.compile("[.!?…]+")
_HANGUL = re.compile("[가-힣A-Za-z]+")
_OBJECT = re.compile("[이가은는] (?:[가-힣]+ )?[가-힣]+[을를] ")
_VOICE = re.compile(r"\s*(?:\S+\s)?(?:목소리|음성|말투|외침|대답|고함|호통|비명)")
# What grammar binds to the quotation before it: 하고, 라고, 라며 ...
_BINDS = re.compile(
    r"(?:이?라고|하고는?|하며|하면서|하는|하더니|하자|하니|하던|라며|라면서|라는|라던|라니|이?란|했[다어지습고]|고|며|면서|는|던)(?=[\s,은는도])|"
    r"(?:이?라고|하고)[는도]|했[다어지습]|그렇게\s*(?:말|외|소리|물|대답)|이렇게\s*(?:말|외|소리|물|대답)"
)
_TAIL = 16
_YOU = re.compile("(?:너|네가|넌|널|너희|자네|당신)")
_PIECE = re.compile("[^.,!?…~;:\\n“”\"'‘’()。！？]+")
_CALLING = frozenset(
    [
        "아",
        "어",
        "오",
        "얘",
        "얘야",
        "이봐",
        "자",
        "저",
        "저기",
        "여보세요",
        "사랑하는",
        "우리",
        "내",
        "착한",
        "귀여운",
        "예쁜",
        "어이",
        "야",
        "헤이",
        "아이고",
        "에구",
        "어머",
        "응",
        "그래",
        "안녕",
        "안녕하세요",
        "저기요",
        "고마워",
        "미안해",
        "잘가",
        "네",
        "아니",
        "글쎄",
        "있잖아",
        "불쌍한",
        "이",
        "요",
        "존경하는",
        "친애하는",
        "제발",
        "이보게",
        "여보게",
    ]
)
_SELF = re.compile(
    r"(?:^|[\s,.!?])(?:나는|난|내가|저는|전|제가|나|저|나야말로|내 이름은|제 이름은)\s+(?:[가-힣]+\s+){0,3}?"
    r"([가-힣]{1,8}?)(?:이야|야|예요|이에요|입니다|이란다|란다|이라고 (?:해|합)|라고 (?:해|합)|라네|올시다|이다)(?![가-힣])"
)
_ITS_ME = re.compile(
    r"(?:나야|저예요|접니다|나다|저요|나|저)[,.]? ([가-힣]{1,6}?)(?:예요|이에요|입니다|이야|야)?[.!?…]"
)
_LEVEL = re.compile("[가-힣][^가-힣!]{0,4}$")
_POLITE = re.compile("(?:[요죠]|니다|니까|십시오|세요|옵니다|나이다|소서)[^가-힣]{0,4}$")
_ELDER = re.compile(
    "(?:거라|너라|[느으더]냐|렴|려무나|란다|단다|구먼|느니라|게나|[가-힣][아어여]라|해라|구려|노라|도다|마|로다|로구나|로구먼|테냐|(?:보|주|오|가|앉|서|두|말)게(?=[.!])|[이더]로군|니라|[았었]느냐|겠느냐|거늘)"
    "[^가-힣]{0,4}$"
)
_FINAL = re.compile("[.!?…~。！？]\\s*$")


class Korean:
    """The Grammar of a Korean text; narration, speech: where they stand, to learn names from;
    beside: the narration in turns with quotations; names: those known already."""

    def __init__(
        self,
        text: str,
        narration: list[tuple[int, int]],
        speech: list[tuple[int, int]],
        beside: list[tuple[int, int]],
        names: Iterable[str] = (),
    ) -> None:
        self.text = text
        self.nouns = Nouns(text, narration, speech, beside, names)

    def mentions(self, start: int, end: int) -> list[Mention]:
        return self.nouns.mentions(start, end)

    def after(self, start: int, end: int, followed: bool, mentions: list[Mention]) -> Clause:
        words = self.text[start:end]
        begun = words.lstrip(" ,")
        if not begun:
            return Clause()
        attached = words[0].isalpha() or bool(_BINDS.match(begun))
        stop = STOP.search(self.text, start, end)
        if not stop and followed and not attached:
            return Clause(open=True)
        stop_at = stop.end() if stop else end
        named = self.nouns.copula(start, stop_at)
        if named is not None:
            return Clause(named, None, "say", True, end=stop_at)
        first = _SWITCH.search(self.text, start, stop_at)
        limit = first.start() if first and attached else stop_at
        sentence = self.text[start:limit]
        if attached and _CITED.match(begun):
            owner = self._owner(start, limit, mentions)
            heard = self._subject(start, stop_at, mentions)
            return Clause(
                owner or heard, None, "say" if owner else "", True, cited=not owner, end=stop_at
            )
        if not attached:
            limit = self._own_clause(start, limit, mentions)
            sentence = self.text[start:limit]
        act = _act(sentence, attached)
        subject = self._subject(start, limit, mentions)
        if subject is None and not attached:
            subject = self._stranger(start, limit, act)
        listener = self._listener(start, limit, mentions)
        # 하고 민수가 묻자 영희가 웃었어요: what follows the switch is no tag.
        tag_end = first.end() if first and attached else stop_at
        return Clause(subject, listener, act, attached, end=tag_end)

    def before(self, start: int, end: int, mentions: list[Mention]) -> Clause:
        begin, opened = last_sentence(self.text, start, end)
        switches = [m.end() for m in _SWITCH.finditer(self.text, begin, end)]
        last = switches[-1] if switches else begin
        act = _act(self.text[last:end], opened)
        subject = self._subject(last, end, mentions)
        if subject is None and switches:
            subject = self._subject(begin, end, mentions)
        subject = subject or self._stranger(last, end, act)
        listener = self._listener(begin, end, mentions)
        return Clause(subject, listener, act, False, opened)

    def bond(self, start: int, end: int, actor: Mention) -> Bond:
        kind = "topic" if actor.role == "topic" else "subject"
        if self.text[actor.end : actor.end + 1] == "의":
            kind = "voice" if _VOICE.match(self.text, actor.end + 1, end) else "owner"
        moods = {
            "silent": SILENT.search(self.text, actor.end, end)
            or NEGATED.search(self.text, actor.end, end),
            "enters": ENTERS.search(self.text, actor.end, end),
            "leaves": LEAVES.search(self.text, actor.end, end),
            "reacts": REACTS.search(self.text, actor.end, end),
            "stands": STANDS.search(self.text, actor.end, end),
            "I": actor.name == "나",
        }
        return Bond(f"ko {kind}", tuple(mood for mood, there in moods.items() if there))

    def address(self, start: int, end: int) -> Address:
        called = []
        for piece in _PIECE.finditer(self.text, start, min(end, start + 400)):
            mention = self._called(piece.start(), piece.end())
            edge = self._begins(start, piece.start()) or self._ends(piece.end(), end)
            if mention and (edge or self.text[piece.end() - 1] in "아야"):
                called.append(mention)
        own = _SELF.search(self.text, start, min(end, start + 200))
        own = own or _ITS_ME.match(self.text, start, min(end, start + 60))
        itself = self.nouns.person(own.start(1), own.end(1)) if own else None
        called = [m for m in called if itself is None or m.words != itself.words]
        tones = _tones(self.text[max(start, end - 60) : end])
        replies = bool(_REPLY.match(self.text, start, end))
        return Address(called, itself, tones=tones, replies=replies)

    def _begins(self, start: int, at: int) -> bool:
        """Whether only interjections stand before `at` in its sentence."""
        words = _SENTENCE_END.split(self.text[max(start, at - 30) : at])[-1]
        return not [w for w in _HANGUL.findall(words) if len(w) > 1 and w not in _CALLING]

    def _ends(self, at: int, end: int) -> bool:
        words = _SENTENCE_END.split(self.text[at : min(end, at + 30)])[0]
        return not _HANGUL.search(words)

    def told(self, name: Mention) -> bool:
        seen = self.nouns.names.seen
        return any(word in seen or word + "이" in seen for word in name.words)

    def named(self, start: int, end: int) -> Mention:
        name = self.text[start:end]
        return self.nouns.person(start, end) or Mention(start, end, name, frozenset((name,)))

    def unspoken(self, start: int, quote: tuple[int, int], end: int) -> bool:
        after = self.text[quote[1] : min(end, quote[1] + 80)]
        stop = STOP.search(after)
        after = after[: stop.start()] if stop else after
        begun = after.lstrip()
        inner = self.text[quote[0] + 1 : quote[1]].rstrip("”’\"'」』»")
        finished = bool(_FINAL.search(inner))
        if _WRITTEN.match(begun) or (_SOUND.match(begun) and len(inner) < 12):
            return True
        if _NAMED.match(begun) and not finished:
            return True
        before = self.text[max(start, quote[0] - 60) : quote[0]]
        last = STOP.split(before.strip().rstrip(".!?…"))[-1]
        if _WRITING.search(last) and not SAID.search(after) and not _BINDS.match(begun):
            return True
        if self.text[quote[0]] in SINGLE and not finished and _ABOUT.match(after):
            return True
        embedded = bool(after) and after[0].isalpha() and not _BINDS.match(after)
        return (
            embedded
            and not finished
            and not after.startswith(("라", "이라", "고", "하", "며", "면서"))
        )

    # --- parts of a clause -------------------------------------------------------------------

    def _called(self, start: int, end: int) -> Mention | None:
        """The person a piece of speech calls: all of it but interjections, or its first words
        with 아 or 야."""
        piece = self.text[start:end]
        words = [(m.start() + start, m.group()) for m in re.finditer(r"[^\s]+", piece[:80])]
        while len(words) > 1 and words[0][1] in _CALLING:
            words.pop(0)
        if not words:
            return None
        if len(words) <= 3:
            mention = self.nouns.person(words[0][0], words[-1][0] + len(words[-1][1]), called=True)
            if mention:
                return mention
        if len(words) > 1 and _YOU.match(words[1][1]):
            at, name = words[0]
            return self.nouns.person(at, at + len(name), called=True)
        for count in (1, 2):
            if len(words) > count and words[count - 1][1][-1] in "아야":
                stop = words[count - 1][0] + len(words[count - 1][1])
                mention = self.nouns.person(words[0][0], stop, called=True, marked=True)
                if mention:
                    return mention
        return None

    def _subject(self, start: int, end: int, mentions: list[Mention]) -> Mention | None:
        """Who acts: what is marked by 은 or 는 rules the clause, else the last subject."""
        found = [m for m in _within(mentions, start, end) if m.role in ("topic", "subject")]
        topics = [m for m in found if m.role == "topic"]
        if topics:
            return topics[0]
        if not found:
            return None
        return found[-1] if SAID.search(self.text, start, end) else found[0]

    def _own_clause(self, start: int, end: int, mentions: list[Mention]) -> int:
        """Where a second one begins to act in a sentence: 도깨비가 앞장을 섰고, 영감은 …"""
        found = [m for m in _within(mentions, start, end) if m.role in ("topic", "subject")]
        if len(found) < 2 or found[0].role == "topic":
            return end
        return found[1].start

    def _listener(self, start: int, end: int, mentions: list[Mention]) -> Mention | None:
        found = [m for m in _within(mentions, start, end) if m.role == "addressee"]
        return found[-1] if found else None

    def _owner(self, start: int, end: int, mentions: list[Mention]) -> Mention | None:
        found = [
            m for m in _within(mentions, start, end)
            if m.role in ("owner", "bare") or self.text[m.end : m.end + 1] == "의"
        ]  # fmt: skip
        return found[0] if found else None

    def _stranger(self, start: int, end: int, act: Act) -> Mention | None:
        """A subject that no list knows, where what it does is done by persons."""
        if (
            not act
            and not ACTS.search(self.text, start, end)
            and not _OBJECT.search(self.text, start, end)
        ):
            return None
        return self.nouns.stranger(start, end, speaks=bool(act))


def _tones(words: str) -> frozenset[str]:
    """The level of speech a quotation ends in."""
    tones = {"polite" if _POLITE.search(words) else "plain"} if _LEVEL.search(words) else set()
    return frozenset(tones | ({"elder"} if _ELDER.search(words) else set()))


def _act(words: str, attached: bool = False) -> Act:
    if NEGATED.search(words):
        return ""
    if (THOUGHT if attached else THINKS).search(words):
        return "think"
    tail = words if attached else words[-_TAIL:]
    if ASKED.search(tail):
        return "ask"
    if ANSWERED.search(tail):
        return "answer"
    if attached:
        return "say" if SAID.search(words) else ""
    # Without a mark of quotation only the verb that ends the clause can be of speech.
    return "say" if TELLS.search(words[-_TAIL:]) else ""


def _within(mentions: list[Mention], start: int, end: int) -> list[Mention]:
    first = bisect_left(mentions, start, key=lambda m: m.start)
    last = bisect_left(mentions, end, key=lambda m: m.start)
    return mentions[first:last]

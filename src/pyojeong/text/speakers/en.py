"""English speakers: tags around a quotation and what they tell of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from pyojeong.text.speakers.clues import STOP, Act, Address, Bond, Clause, Mention, last_sentence
from pyojeong.text.speakers.names_en import is_first_name
from pyojeong.text.speakers.nouns_en import Nouns
from pyojeong.text.speakers.words_en import (
    ADVERBS,
    ANSWERED,
    ASKED,
    LOOKS,
    MANNER,
    NOT_NAMES,
    REACTS,
    ROLE_TITLES,
    SAID,
    STOP_WORDS,
    THOUGHT,
)

_WORDS = re.compile("[A-Za-z]+")
_CLAUSE = re.compile(
    r"[,;:—–][ \n]|\b(?:and|but|so|then|when|while|as|because|until|before|after|if|though|although|that)\b"
)
_SUBORDINATE = re.compile(
    r"[\s,;—–]*(?:when|while|as|because|until|before|after|if|though|although|since|once|that|who)\b",
    re.I,
)
_CAME_VOICE = re.compile(r"came (?:the )?(?:\w+ )?\w+['’]s (?:\w+ )?(?:voice|reply|answer)")
_REPLY = re.compile(
    r"(?:Yes|No|Not|Nothing|Nobody|Never|What|Why|Who|Where|When|How|Oh|Well|Then|Of course|Really|Maybe|Perhaps|Sure|Okay|All right|"
    r"Thank|I know|I am not|I'm not|You|Me)\b"
)
_PIECE = re.compile('[^.,!?…~;:\\n“”"()—–]+')
_CALLING = frozenset(
    [
        "oh",
        "o",
        "ah",
        "dear",
        "my",
        "little",
        "old",
        "poor",
        "hey",
        "yes",
        "no",
        "please",
        "thank",
        "you",
        "sorry",
        "hello",
        "hi",
        "goodbye",
        "well",
        "come",
        "on",
        "good",
        "morning",
        "evening",
        "night",
        "now",
        "so",
        "then",
        "and",
        "but",
        "look",
        "listen",
        "sweet",
        "darling",
        "dearest",
        "excuse",
        "me",
        "all",
        "right",
        "goodnight",
        "welcome",
        "here",
        "is",
        "that",
        "the",
        "it's",
        "why",
    ]
)
_SELF = re.compile(
    r"\b(?:I am|I'm|I’m|[Mm]y name(?: is|['’]s)|[Cc]all me|[Tt]hey call me|[Tt]his is|[Ii]t's me,|[Ii]t is I,)\s+((?:the |an? )?[A-Za-z]{2,20}(?: [A-Z][a-z]{1,20})?)"
)
_FINISHED = re.compile("[.,!?…—–-][’'\"”]?\\s*$")
_WRITING = re.compile(
    r"\b(?:signs?|notes?|letters?|label|poster|card|banner|screen|message|headline|page|map|ticket|plaque|notice|paper|envelope|tag|"
    r"writing|inscription|book|board|postcard|invitation|telegram|diary)\b[^.!?]{0,60}?\b(?:said|reads?|says|stated|announced|was written|were)\b[^.!?]{0,12}$|"
    r"\b(?:words?|titled?|called|named|labell?ed|marked|phrase|reading|spelled|spelt|entitled|nicknamed|painted|carved|engraved|written|letters|stitched|printed)[\s,:]*$|"
    r"\b(?:sign|note|letter|label|poster|card|message|postcard|notice)\b[^.!?]{0,60}:\s*$|"
    r"\b(?:wrote|written|painted|scrawled|scribbled|printed|carved|stitched|chalked)\b[^.!?]{0,20}$|"
    r"\b(?:read|wrote|written|signed it|carved|painted)\s*:\s*$"
)
_LETTER = re.compile(r"Dear (?:[A-Z][a-z]*\.? ?){1,3},")
_SOUND = re.compile(r"\s*(?:went|goes|came|sounded)\b")


_SILENT = re.compile(
    r"\b(?:nodded|said nothing|did not answer|didn't answer|was silent|were silent|fell silent|listened|stared|blushed|swallowed)\b"
)
_ENTERS = re.compile(
    r"\b(?:came|appeared|arrived|entered|walked in|ran in|stepped in|burst in|stepped forward|sat up|woke)\b"
)
_LEAVES = re.compile(
    r"\b(?:left|ran away|ran off|walked away|went out|vanished|disappeared|fell asleep|flew off)\b"
)


class English:
    """The Grammar of an English text; narration: where its narration stands, to learn names from."""

    def __init__(self, text: str, narration: list[tuple[int, int]]) -> None:
        self.text = text
        self.nouns = Nouns(text, narration)

    def mentions(self, start: int, end: int) -> list[Mention]:
        return self.nouns.mentions(start, end)

    def after(self, start: int, end: int, followed: bool, mentions: list[Mention]) -> Clause:
        first = _WORDS.search(self.text, start, end)
        if first is None:
            return Clause()
        attached = first.group()[0].islower() and "\n\n" not in self.text[start : first.start()]
        stop = STOP.search(self.text, first.start(), end)
        stop_at = stop.end() if stop else end
        act, verb = self._act(first.start(), min(stop_at, first.start() + 120))
        subject = self._after_subject(first, stop_at, act, verb, mentions)
        # "Run!" Tom shouted. - a capital, but a tag.
        close = subject is not None and bool(act) and self._tells(subject.end, verb, act)
        if not attached and not close:
            act = ""
        comma = self.text[start:end].rstrip()[-1:] == "," and self._comma_inside(start)
        begins = subject is not None and subject.start == first.start()
        if stop is None and followed and not attached and not (close and begins and comma):
            return Clause(open=True)
        listener = self._listener(first.start(), stop_at, mentions)
        return Clause(subject, listener, act, bool(attached or close), end=stop_at)

    def before(self, start: int, end: int, mentions: list[Mention]) -> Clause:
        begin, opened = last_sentence(self.text, start, end)
        act, verb = self._last_act(begin, end)
        subjects = [m for m in _within(mentions, begin, end) if m.role in ("topic", "subject")]
        subject = self._main(begin, end, subjects)
        if act:
            ahead = [m for m in subjects if m.start < verb]
            subject = ahead[-1] if ahead else subject
        return Clause(subject, self._listener(begin, end, mentions), act, False, opened)

    def bond(self, start: int, end: int, actor: Mention) -> Bond:
        moods = {
            "silent": _SILENT.search(self.text, actor.end, end),
            "enters": _ENTERS.search(self.text, actor.end, end),
            "leaves": _LEAVES.search(self.text, actor.end, end),
            "reacts": REACTS.search(self.text, actor.end, end),
            "I": actor.name == "I",
        }
        kind = "en pronoun" if actor.pronoun else "en noun"
        return Bond(kind, tuple(mood for mood, there in moods.items() if there))

    def address(self, start: int, end: int) -> Address:
        called = []
        shown = self.text[start : min(end, start + 400)]
        shown = re.sub(r"\b(Mr|Mrs|Ms|Dr)\.", r"\1 ", shown)
        for piece in _PIECE.finditer(shown):
            mention = self._called(start + piece.start(), start + piece.end())
            if mention is not None:
                called.append(mention)
        own = _SELF.search(self.text, start, min(end, start + 200))
        itself = self._whole(own.start(1), own.end(1)) if own else None
        places = {m.start for m in called}
        told_of = [
            m for m in self.mentions(start, min(end, start + 400))
            if not m.pronoun and m.start not in places and m.name != "I"
        ]  # fmt: skip
        replies = bool(_REPLY.match(self.text, start, end))
        return Address(called, itself, told_of, replies=replies)

    def told(self, name: Mention) -> bool:
        return name.words <= self.nouns.names.narrated

    def named(self, start: int, end: int) -> Mention:
        name = self.text[start:end]
        whole = self._whole(start, end)
        return whole or Mention(start, end, name, frozenset((name.lower(),)))

    def unspoken(self, start: int, quote: tuple[int, int], end: int) -> bool:
        inner = self.text[quote[0] + 1 : quote[1]].rstrip("”’\"'»」")
        before = self.text[max(start, quote[0] - 90) : quote[0]]
        last = STOP.split(before.rstrip() if before.rstrip()[-1:] not in ".!?" else before)[-1]
        if _WRITING.search(last) or _LETTER.match(inner):
            return True
        after = self.text[quote[1] : min(end, quote[1] + 60)]
        if _SOUND.match(after):
            stop = STOP.search(after)
            clause_end = quote[1] + (stop.end() if stop else len(after))
            return not self.mentions(quote[1], clause_end)
        if _FINISHED.search(inner):
            return False
        first = _WORDS.search(after)
        act, verb = self._act(quote[1], min(end, quote[1] + 60))
        return not (first and act and verb < quote[1] + 30)

    # --- parts of a clause -------------------------------------------------------------------

    def _comma_inside(self, start: int) -> bool:
        """Whether the quotation that ends at `start` ends with a comma, so that its tag follows."""
        return self.text[max(0, start - 2) : start - 1] == ","

    def _after_subject(
        self, first: re.Match[str], end: int, act: Act, verb: int, mentions: list[Mention]
    ) -> Mention | None:
        subjects = [
            m for m in _within(mentions, first.start(), end) if m.role in ("topic", "subject")
        ]
        if self._inverted(first, mentions):
            subjects = _within(mentions, first.end(), end)[:1]
        if first.group().lower() in SAID or self._inverted(first, mentions):
            for mention in subjects:
                if mention.start < first.end() + 30:
                    return mention
            return self._stranger(first.end(), end)
        if act:
            ahead = [m for m in subjects if m.start < verb]
            if ahead:
                return ahead[-1]
        main = self._main(first.start(), end, subjects)
        if main is None and act and self.text[first.start() :][:4].lower() in ("the ", "a fe"):
            return self._stranger(first.start(), min(verb, end))
        return main

    def _inverted(self, first: re.Match[str], mentions: list[Mention]) -> bool:
        """Whether an unknown verb stands before who does it: "Traitor!" spat Kira."""
        word = first.group()
        if _CAME_VOICE.match(self.text, first.start()):
            return True
        following = _within(mentions, first.end(), first.end() + 2)
        if not word[0].islower() or not following or following[0].role == "owner":
            return False
        return word not in STOP_WORDS and word not in NOT_NAMES and not following[0].pronoun

    def _main(self, start: int, end: int, subjects: list[Mention]) -> Mention | None:
        """The first subject that stands in no subordinate clause."""
        begun = start
        for mention in subjects:
            starts = [m.start() for m in _CLAUSE.finditer(self.text, start, mention.start)]
            begun = starts[-1] if starts else start
            if not _SUBORDINATE.match(self.text, begun, end):
                return mention
        return subjects[0] if subjects else None

    def _listener(self, start: int, end: int, mentions: list[Mention]) -> Mention | None:
        found = [m for m in _within(mentions, start, end) if m.role == "addressee"]
        return found[-1] if found else None

    def _act(self, start: int, end: int) -> tuple[Act, int]:
        """The first verb of speech or thought and where it stands."""
        for word in _WORDS.finditer(self.text, start, end):
            act = _act_of(word.group().lower())
            if act:
                return act, word.start()
        return "", end

    def _tells(self, subject_end: int, verb: int, act: Act) -> bool:
        """Whether a verb after its subject, with an adverb between at most, tells of speech:
        Tom quickly said, but not Tom turned his head and called, nor Tom thought for a while."""
        word = _WORDS.match(self.text, verb)
        if word is None or word.group().lower() in MANNER or verb < subject_end:
            return False
        between = _WORDS.findall(self.text, subject_end, verb)
        if any(w.lower() not in ADVERBS and not w.endswith("ly") for w in between):
            return False
        return act != "think" or not self.text[word.end() : word.end() + 2].strip(" ").isalpha()

    def _last_act(self, start: int, end: int) -> tuple[Act, int]:
        found: tuple[Act, int] = ("", end)
        for word in _WORDS.finditer(self.text, max(start, end - 160), end):
            act = _act_of(word.group().lower())
            if act and word.group().lower() not in MANNER:
                found = act, word.start()
        return found

    def _stranger(self, start: int, end: int) -> Mention | None:
        """What speaks though no list knows it: said the lamp post."""
        tokens = self.nouns.names.tokens(start, min(end, start + 60))
        taken = []
        for index, token in enumerate(tokens):
            adverb = token.low.endswith("ly") and index > 1
            if index and (token.apart or token.low in STOP_WORDS or adverb):
                break
            taken.append(token)
        determined = bool(taken) and taken[0].low in ("the", "a", "an", "his", "her", "my")
        named = bool(taken) and taken[0].word[0].isupper()
        if not (named or (determined and not taken[0].apart)) or len(taken) == determined:
            return None
        return self.nouns.mention(taken[:4], "subject")

    def _called(self, start: int, end: int) -> Mention | None:
        tokens = self.nouns.names.tokens(start, min(end, start + 80))
        while len(tokens) > 1 and tokens[0].low in _CALLING:
            tokens = tokens[1:]
        if not tokens or len(tokens) > 3 or tokens[-1].owns:
            return None
        low = tokens[-1].low
        if len(tokens) == 1 and low in (
            "sir",
            "madam",
            "ma'am",
            "i",
            "he",
            "she",
            "they",
            "him",
            "her",
            "them",
            "we",
            "someone",
            "somebody",
            "everyone",
            "everybody",
            "another",
            "voice",
            "second",
            "sun",
            "wind",
            "moon",
            "star",
        ):
            return None
        titled = len(tokens) > 1 and tokens[0].low in LOOKS["title"]
        known = (
            titled
            or self.nouns.names.animate(low)
            or (tokens[-1].word[0].isupper() and low in self.nouns.names.known)
        )
        if not known or any(t.low in STOP_WORDS for t in tokens):
            return None
        named = low in self.nouns.names.known or low in ROLE_TITLES or is_first_name(low)
        sure = tokens[-1].word[0].isupper() and len(tokens) == 1 and named
        sure = sure or tokens[0].low in ("mr", "mrs", "ms", "miss", "dr", "uncle", "aunt")
        return replace(self.nouns.mention(tokens, "addressee"), sure=sure)

    def _whole(self, start: int, end: int) -> Mention | None:
        tokens = self.nouns.names.tokens(start, end)
        if tokens and self.nouns.phrase(tokens, 0) == len(tokens):
            return self.nouns.mention(tokens, "bare")
        return None


def _act_of(word: str) -> Act:
    if word in THOUGHT:
        return "think"
    if word in ASKED:
        return "ask"
    if word in ANSWERED:
        return "answer"
    return "say" if word in SAID else ""


def _within(mentions: list[Mention], start: int, end: int) -> list[Mention]:
    first = bisect_left(mentions, start, key=lambda m: m.start)
    last = bisect_left(mentions, end, key=lambda m: m.start)
    return mentions[first:last]

"""English nouns for persons: pronouns, names and noun phrases, with their part in the clause."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyojeong.text.speakers_clues import Mention, Role
from pyojeong.text.speakers_words_en import (
    ADVERBS,
    FEMALE_NAMES,
    LOOKS,
    MALE_NAMES,
    MEN,
    NOT_NAMES,
    OTHERS,
    PLURALS,
    PREPOSITIONS,
    RELATIONS,
    ROLE_TITLES,
    SAID,
    STOP_WORDS,
    VERBS,
    WOMEN,
)

_WORD = re.compile(r"[A-Za-z]{1,24}(?:-[A-Za-z]{1,24})?(?:['’][a-z]{1,2}(?![a-z]))?")
_ANIMATE = MEN | WOMEN | OTHERS
_DETERMINERS = frozenset(
    "the a an his her my their our your its this that one another each every some two three four".split()
)
_SUBJECT = {"he": "m", "she": "f", "they": "", "we": "", "i": ""}
_OBJECT = {"him": "m", "them": ""}
_GROUP = frozenset("they them we".split())
_LONGEST = 5


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    word: str
    apart: bool
    first: bool

    @property
    def low(self) -> str:
        return self.word.lower().removesuffix("'s").removesuffix("’s")

    @property
    def owns(self) -> bool:
        return self.word.endswith(("'s", "’s"))

    @property
    def end(self) -> int:
        return self.start + len(self.word)


class Nouns:
    """Who is meant by the nouns of one text."""

    def __init__(self, text: str, narration: list[tuple[int, int]]) -> None:
        self.text = text
        self.names: set[str] = set()
        for span in narration:
            self._learn(self.tokens(*span))

    def tokens(self, start: int, end: int) -> list[_Token]:
        """Words; apart: punctuation stands before; first: a sentence starts here."""
        found: list[_Token] = []
        at = start
        for match in _WORD.finditer(self.text, start, end):
            gap = self.text[at : match.start()]
            title = found and found[-1].low in ("mr", "mrs", "ms", "dr", "st") and gap == ". "
            apart = bool(gap.strip()) and not title
            first = not found or (not title and any(c in ".!?…\n" for c in gap))
            found.append(_Token(match.start(), match.group(), apart, first))
            at = match.end()
        return found

    def _learn(self, tokens: list[_Token]) -> None:
        """Names: capitals inside a sentence, or at its start before a verb of speech."""
        for index, token in enumerate(tokens):
            if not token.word[0].isupper() or token.low in NOT_NAMES or token.low in ROLE_TITLES:
                continue
            after = tokens[index + 1].low if index + 1 < len(tokens) else ""
            if not token.first or after in SAID or token.low in FEMALE_NAMES | MALE_NAMES:
                self.names.add(token.low)

    def mentions(self, start: int, end: int) -> list[Mention]:
        tokens = self.tokens(start, end)
        found: list[Mention] = []
        index = 0
        while index < len(tokens):
            count = self.phrase(tokens, index)
            if count:
                role = self._role(tokens, index, count)
                found.append(self.mention(tokens[index : index + count], role))
                index += count
            else:
                index += 1
        return found

    # --- phrases -----------------------------------------------------------------------------

    def phrase(self, tokens: list[_Token], index: int) -> int:
        """How many words from `index` name somebody; 0 where none do."""
        token = tokens[index]
        if token.low in _SUBJECT or token.low in _OBJECT:
            return 1
        if token.low in _DETERMINERS or token.owns:
            count = self._noun_phrase(tokens, index)
            if count:
                return count
            if token.low == "her":
                return 1
        if token.word[0].isupper():
            return self._name(tokens, index)
        if token.low in PLURALS:
            return 1
        looks = any(token.low in words for words in LOOKS.values())
        if looks and index + 1 < len(tokens) and not tokens[index + 1].apart:
            count = self._name(tokens, index + 1) if tokens[index + 1].word[0].isupper() else 0
            return count + 1 if count else 0
        return 0

    def _noun_phrase(self, tokens: list[_Token], index: int) -> int:
        """The determiner and all up to the last noun for somebody in reach."""
        best = 0
        for offset in range(1, min(_LONGEST, len(tokens) - index)):
            token = tokens[index + offset]
            if token.apart or (token.low in STOP_WORDS and not self.animate(token.low)):
                break
            if self.animate(token.low) and not token.owns:
                best = offset + 1
            elif best and not token.owns and not token.word[0].isupper():
                break
        return best

    def _name(self, tokens: list[_Token], index: int) -> int:
        """Titles and names in capitals."""
        count, named = 0, False
        while index + count < len(tokens) and count < 4:
            token = tokens[index + count]
            if count and (token.apart or token.first):
                break
            is_name = token.word[0].isupper() and (
                token.low in self.names or token.low in FEMALE_NAMES or token.low in MALE_NAMES
            )
            common = self.animate(token.low) and (token.word[0].isupper() or count > 0)
            title = token.word[0].isupper() and token.low in ROLE_TITLES
            if not (is_name or common or title) or (count and token.low in STOP_WORDS):
                break
            if token.first and token.low in NOT_NAMES and not title:
                break
            named = named or is_name or common
            count += 1
            if token.owns:
                return self._owned(tokens, index, count)
        return count if named else 0

    def _owned(self, tokens: list[_Token], index: int, count: int) -> int:
        """Tom's mother: the whole; Tom's hat: Tom, who owns it."""
        following = tokens[index + count] if index + count < len(tokens) else None
        if following and not following.apart and self.animate(following.low):
            return count + 1
        return count

    def animate(self, word: str) -> bool:
        return word in _ANIMATE or word in PLURALS or singular(word) in _ANIMATE

    def mention(self, tokens: list[_Token], role: Role) -> Mention:
        """The mention a phrase makes."""
        start, end = tokens[0].start, tokens[-1].end
        low = tokens[-1].low
        if len(tokens) == 1 and (low in _SUBJECT or low in _OBJECT or low == "her"):
            return _pronoun(start, end, low, role)
        if tokens[0].low in _DETERMINERS and not tokens[0].owns:
            tokens = tokens[1:]
        words = [t.low for t in tokens]
        head = words[-1]
        if tokens[-1].word[0].isupper():
            tokens = [t for t in tokens if t.word[0].isupper()]
        plural = head in PLURALS or (singular(head) != head and head not in self.names)
        looks = frozenset((k, w) for w in words[:-1] for k, ws in LOOKS.items() if w in ws)
        named = any(t.word[0].isupper() for t in tokens)
        name = " ".join(t.word for t in tokens)
        name = name.removesuffix("'s").removesuffix("’s")
        return Mention(
            start, end, _with_stop(name), self._identity(tokens, named), role, looks,
            gender=gender_of(words), plural=plural,
        )  # fmt: skip

    def _identity(self, tokens: list[_Token], named: bool) -> frozenset[str]:
        words = [t.low for t in tokens]
        head = words[-1]
        full = " ".join(words)
        if any(t.owns for t in tokens[:-1]):
            return frozenset((head, full))
        identity = {head}
        for token, word in zip(tokens[:-1], words[:-1], strict=True):
            if word in RELATIONS and token.word[0].isupper() and head in OTHERS:
                identity.add(f"{word} {head}")
            elif word in self.names or word in MALE_NAMES or word in FEMALE_NAMES:
                identity.add(word)
            elif self.animate(word) and token.word[0].isupper():
                identity |= {word, full}
            elif self.animate(word):
                identity.add(full)
        return frozenset(identity)

    # --- roles -------------------------------------------------------------------------------

    def _role(self, tokens: list[_Token], index: int, count: int) -> Role:
        before = tokens[index - 1] if index else None
        last = tokens[index + count - 1]
        if last.owns:
            return "owner"
        if last.low == "her" and index + 1 < len(tokens) and not tokens[index + 1].apart:
            if tokens[index + 1].low not in STOP_WORDS:
                return "owner"
        if last.low in _OBJECT or last.low == "her":
            to = before is not None and (before.low in ("to", "at") or before.low in SAID)
            return "addressee" if to else "object"
        joined = before is not None and not tokens[index].apart
        if joined and before is not None:
            if before.low in SAID:
                return "subject" if self._opens(tokens, index - 1) else "addressee"
            if before.low.endswith("ly") and index > 1 and tokens[index - 2].low in SAID:
                return "subject"
            if before.low in PREPOSITIONS and before.low not in ("after", "before", "like"):
                return "addressee" if before.low in ("to", "at") else "bare"
        return "subject" if self._acts(tokens, index, count) else "object"

    @staticmethod
    def _opens(tokens: list[_Token], index: int) -> bool:
        """Whether a verb stands at the head of its clause: said the wolf."""
        return index == 0 or tokens[index].apart or tokens[index].first

    def _acts(self, tokens: list[_Token], index: int, count: int) -> bool:
        """Whether a verb follows, or the phrase heads a sentence."""
        at = index + count
        if at >= len(tokens):
            return tokens[index].first or tokens[index].low in _SUBJECT
        following = tokens[at]
        if tokens[index].low in _SUBJECT:
            return True
        if following.apart:
            return tokens[index].first
        while at + 1 < len(tokens) and (tokens[at].low in ADVERBS or tokens[at].low.endswith("ly")):
            at += 1
        word = tokens[at].low
        verbal = word in VERBS or word in SAID or (word.endswith("ed") and len(word) > 3)
        return verbal or (tokens[index].first and word in ("and", "with", "who"))


def singular(word: str) -> str:
    """boys → boy, foxes → fox; other words as they are."""
    for ending, stem in (("ies", "y"), ("ves", "f"), ("es", ""), ("s", "")):
        if word.endswith(ending) and word.removesuffix(ending) + stem in _ANIMATE:
            return word.removesuffix(ending) + stem
    return word


def gender_of(words: list[str]) -> str:
    """ "m" or "f" where the head or a title tells."""
    for word in reversed(words):
        if word in WOMEN or word in FEMALE_NAMES:
            return "f"
        if word in MEN or word in MALE_NAMES:
            return "m"
    return ""


def _pronoun(start: int, end: int, low: str, role: Role) -> Mention:
    if low == "i":
        return Mention(start, end, "I", frozenset(("i",)), role)
    gender = "f" if low in ("she", "her") else _SUBJECT.get(low, _OBJECT.get(low, ""))
    word = frozenset((low,))
    return Mention(start, end, low, word, role, pronoun=True, gender=gender, plural=low in _GROUP)


def _with_stop(name: str) -> str:
    """Mr Fox as it is mostly written: Mr. Fox."""
    return re.sub(r"^(Mr|Mrs|Ms|Dr) ", r"\1. ", name)

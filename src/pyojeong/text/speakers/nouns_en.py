"""English nouns for persons: pronouns, names and noun phrases, with their part in the clause."""

from __future__ import annotations

import re
from dataclasses import replace

from pyojeong.text.speakers.clues import Mention, Role
from pyojeong.text.speakers.names_en import Names, Token, gender_of, singular, verbal
from pyojeong.text.speakers.words_en import (
    FEMALE_NAMES,
    LOOKS,
    MALE_NAMES,
    NOT_NAMES,
    OTHERS,
    PLURALS,
    PREPOSITIONS,
    RELATIONS,
    ROLE_TITLES,
    SAID,
    STOP_WORDS,
    VERBS,
    words_of,
)

_DETERMINERS = words_of(
    """the a an his her my their our your its this that one another each every some two three four"""
)
_SUBJECT = {"he": "m", "she": "f", "they": "", "we": "", "i": ""}
_OBJECT = {"him": "m", "them": "", "me": ""}
_GROUP = frozenset(["they", "them", "we"])
_LONGEST = 5
_GENERIC = {
    **dict.fromkeys(("boy", "girl", "lad", "child"), "young"),
    **dict.fromkeys(("man", "woman", "lady", "gentleman", "fellow"), "any"),
}
_OFFICES = words_of(
    """teacher doctor professor captain neighbour neighbor shopkeeper farmer librarian principal headmaster
    coach nurse vet judge officer mayor"""
)


class Nouns:
    """Who is meant by the nouns of one text."""

    def __init__(self, text: str, narration: list[tuple[int, int]]) -> None:
        self.text = text
        self.names = Names(text, narration)

    def mentions(self, start: int, end: int) -> list[Mention]:
        tokens = self.names.tokens(start, end)
        found: list[Mention] = []
        index = 0
        while index < len(tokens):
            count = self.phrase(tokens, index)
            if count:
                count += self._epithet(tokens, index + count)
                role = self._role(tokens, index, count)
                mention = self.mention(tokens[index : index + count], role)
                if found and self._renamed(found[-1], mention, tokens, index, count):
                    mention = replace(mention, words=mention.words | found[-1].words, role="bare")
                found.append(mention)
                index += count
            else:
                index += 1
        return found

    def _renamed(
        self, last: Mention, mention: Mention, tokens: list[Token], index: int, count: int
    ) -> bool:
        """Whether a phrase says who the one before is: the judge, an old tortoise, …; the prisoner
        was a magpie; a boy called Tom."""
        if last.pronoun or mention.pronoun or last.plural or mention.plural:
            return False
        if last.proper and mention.proper:
            return False
        between = self.text[last.end : mention.start].split()
        if between in (["called"], ["named"]):
            return mention.proper
        after = tokens[index + count] if index + count < len(tokens) else None
        named = mention.proper and not (after is not None and after.low == "and")
        new = tokens[index].low in ("a", "an") or named
        if between in (["was"], ["is"]):
            return tokens[index].low in ("a", "an")
        closed = after is None or after.apart
        return between == [","] and closed and (new or tokens[index].low == "the")

    # --- phrases -----------------------------------------------------------------------------

    def phrase(self, tokens: list[Token], index: int) -> int:
        """How many words from `index` name somebody; 0 where none do."""
        token = tokens[index]
        if token.low in _SUBJECT or token.low in _OBJECT or self._it_speaks(tokens, index):
            return 1
        if token.low in _DETERMINERS or token.owns:
            count = self._noun_phrase(tokens, index)
            if count:
                return count
            if token.low == "her":
                return 1
        if token.word[0].isupper():
            return self._name(tokens, index)
        return 1 if token.low in PLURALS else self._described(tokens, index)

    def _described(self, tokens: list[Token], index: int) -> int:
        """Little Anna, without a capital on the first word."""
        looks = any(tokens[index].low in words for words in LOOKS.values())
        if not looks or index + 1 == len(tokens) or tokens[index + 1].apart:
            return 0
        count = self._name(tokens, index + 1) if tokens[index + 1].word[0].isupper() else 0
        return count + 1 if count else 0

    def _epithet(self, tokens: list[Token], index: int) -> int:
        """Bramble the hedgehog: the words after a name that tell what it is."""
        named = index and tokens[index - 1].low in self.names.known and not tokens[index - 1].owns
        if not named or index >= len(tokens) or tokens[index].low != "the" or tokens[index].apart:
            return 0
        return self._noun_phrase(tokens, index)

    @staticmethod
    def _it_speaks(tokens: list[Token], index: int) -> bool:
        """It said, said it: somebody that is no he or she."""
        if tokens[index].low != "it":
            return False
        around = tokens[max(0, index - 1) : index] + tokens[index + 1 : index + 2]
        return any(t.low in SAID and t.low not in VERBS for t in around)

    def _noun_phrase(self, tokens: list[Token], index: int) -> int:
        """The determiner and all up to the last noun for somebody in reach."""
        best = 0
        for offset in range(1, min(_LONGEST, len(tokens) - index)):
            token = tokens[index + offset]
            if token.apart or (token.low in STOP_WORDS and not self.names.animate(token.low)):
                break
            if token.owns and self.names.animate(token.low):
                following = tokens[index + offset + 1] if index + offset + 1 < len(tokens) else None
                kin = (
                    following is not None
                    and self.names.animate(following.low)
                    and not following.apart
                )
                return offset + (2 if kin else 1)
            if self.names.animate(token.low) and not token.owns:
                best = offset + 1
            elif best and token.word[0].isupper() and self.names.is_name(token.low):
                return offset + 1
            elif best and not token.owns and not token.word[0].isupper():
                break
        return best + (self._adornment(tokens, index + best) if best else 0)

    def _adornment(self, tokens: list[Token], index: int) -> int:
        """How many words after the woman, the man tell which one: in green, with the beard."""
        if tokens[index - 1].low not in _GENERIC or index >= len(tokens):
            return 0
        if tokens[index].apart or tokens[index].low not in ("in", "with"):
            return 0
        count = whole = 1
        for token in tokens[index + 1 : index + 5]:
            acts = token.low.endswith("ed") and len(token.low) > 3
            if token.apart or token.low in STOP_WORDS - _DETERMINERS or acts:
                break
            count += 1
            whole = whole if token.low in _DETERMINERS else count
        return whole if whole > 1 else 0

    def _name(self, tokens: list[Token], index: int) -> int:
        """Titles and names in capitals."""
        count, named = 0, False
        while index + count < len(tokens) and count < 4:
            token = tokens[index + count]
            if count and (token.apart or token.first):
                break
            is_name = token.word[0].isupper() and (
                token.low in self.names.known
                or token.low in FEMALE_NAMES
                or token.low in MALE_NAMES
            )
            common = self.names.animate(token.low) and (token.word[0].isupper() or count > 0)
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

    def _owned(self, tokens: list[Token], index: int, count: int) -> int:
        """Tom's mother: the whole; Tom's hat: Tom, who owns it."""
        following = tokens[index + count] if index + count < len(tokens) else None
        if following and not following.apart and self.names.animate(following.low):
            return count + 1
        return count

    def mention(self, tokens: list[Token], role: Role) -> Mention:
        """The mention a phrase makes."""
        start, end = tokens[0].start, tokens[-1].end
        low = tokens[-1].low
        if len(tokens) == 1 and (low in _SUBJECT or low in _OBJECT or low in ("her", "it")):
            return _pronoun(start, end, low, role)
        definite = tokens[0].low in ("the", "that", "this")
        if tokens[0].low in _DETERMINERS and not tokens[0].owns:
            tokens = tokens[1:]
        words = [t.low for t in tokens]
        adorned = next((n for n, w in enumerate(words) if n and w in ("in", "with")), len(words))
        words = words[:adorned]
        head = low = words[-1]
        if tokens[-1].word[0].isupper() or "the" in words:
            tokens = [t for t in tokens if t.word[0].isupper()]
        plural = head in PLURALS or (singular(head) != head and head not in self.names.known)
        looks = frozenset((k, w) for w in words[:-1] for k, ws in LOOKS.items() if w in ws)
        named = any(t.word[0].isupper() for t in tokens)
        name = " ".join(t.word for t in tokens)
        name = name.removesuffix("'s").removesuffix("’s")
        last = tokens[-1]
        titled = len(words) > 1 and words[0] in LOOKS["title"]
        proper = last.word[0].isupper() and (titled or self.names.is_name(low))
        plain = definite and not named and adorned == len(tokens)
        generic = _generic(words) if plain else ""
        return Mention(
            start, end, _with_stop(name), self._identity(tokens, words, named), role, looks,
            gender=gender_of(words), plural=plural, proper=proper, generic=generic,
        )  # fmt: skip

    def _identity(self, tokens: list[Token], words: list[str], named: bool) -> frozenset[str]:
        head = words[-1]
        if "the" in words:
            cut = words.index("the")
            return frozenset((words[cut - 1], head))
        if len(tokens) > len(words):
            return frozenset((head, " ".join(t.low for t in tokens)))
        full = " ".join(words)
        if any(t.owns for t in tokens[:-1]):
            return frozenset((head, full))
        identity = {head}
        for token, word in zip(tokens[:-1], words[:-1], strict=False):
            if word in RELATIONS and token.word[0].isupper() and head in OTHERS:
                identity.add(f"{word} {head}")
            elif word in self.names.known or word in MALE_NAMES or word in FEMALE_NAMES:
                identity.add(word)
            elif self.names.animate(word) and token.word[0].isupper():
                identity |= {word, full}
            elif self.names.animate(word):
                identity.add(full)
        return frozenset(identity)

    # --- roles -------------------------------------------------------------------------------

    def _role(self, tokens: list[Token], index: int, count: int) -> Role:
        before = tokens[index - 1] if index else None
        last = tokens[index + count - 1]
        if last.owns:
            at = index + count
            acts = at + 1 < len(tokens) and not tokens[at].apart and verbal(tokens, at + 1)
            return "subject" if acts else "owner"
        if last.low in _OBJECT or last.low == "her":
            return self._role_of_object(tokens, index)
        joined = before is not None and not tokens[index].apart
        role = self._role_beside(tokens, index) if joined else None
        return role or ("subject" if self._acts(tokens, index, count) else "object")

    @staticmethod
    def _role_of_object(tokens: list[Token], index: int) -> Role:
        """Him, them, her; her may own what follows."""
        if tokens[index].low == "her" and index + 1 < len(tokens):
            following = tokens[index + 1]
            if not following.apart and following.low not in STOP_WORDS:
                return "owner"
        before = tokens[index - 1].low if index else ""
        return "addressee" if before in ("to", "at") or before in SAID else "object"

    def _role_beside(self, tokens: list[Token], index: int) -> Role | None:
        """The role that the word before gives: said the wolf, told the wolf, to the wolf."""
        before = tokens[index - 1].low
        if before in SAID:
            return "subject" if self._opens(tokens, index - 1) else "addressee"
        if before.endswith("ly") and index > 1 and tokens[index - 2].low in SAID:
            return "subject"
        if before in PREPOSITIONS and before not in ("after", "before", "like"):
            return "addressee" if before in ("to", "at") else "bare"
        return None

    @staticmethod
    def _opens(tokens: list[Token], index: int) -> bool:
        """Whether a verb stands at the head of its clause: said the wolf."""
        return index == 0 or tokens[index].apart or tokens[index].first

    def _acts(self, tokens: list[Token], index: int, count: int) -> bool:
        """Whether a verb follows, or the phrase heads a sentence."""
        at = index + count
        if at >= len(tokens):
            return tokens[index].first or tokens[index].low in _SUBJECT
        following = tokens[at]
        if tokens[index].low in _SUBJECT:
            return True
        if following.apart:
            return tokens[index].first
        if following.low in ("from", "of", "in", "with", "at", "by", "on", "next"):
            # The rabbit from next door put her head in.
            ahead = range(at + 2, min(at + 6, len(tokens) - 1))
            if any(not tokens[n].apart and verbal(tokens, n) for n in ahead):
                return True
        leads = tokens[index].first and following.low in ("and", "with", "who", "in")
        return leads or verbal(tokens, at)


def _generic(words: list[str]) -> str:
    """The old man, the girl, the woman: maybe somebody with a name."""
    if words[-1] in _OFFICES and len(words) <= 2:
        return "titled"
    if words[-1] not in _GENERIC or len(words) > 2:
        return ""
    if words[0] in ("old", "elderly"):
        return "old"
    spare = len(words) == 1 or words[0] in ("poor", "young", "little")
    return _GENERIC[words[-1]] if spare else ""


def _pronoun(start: int, end: int, low: str, role: Role) -> Mention:
    if low in ("i", "me"):
        return Mention(start, end, "I", frozenset(("i",)), role)
    if low == "it":
        word = frozenset((low,))
        return Mention(start, end, low, word, "subject", pronoun=True, gender="n")
    gender = "f" if low in ("she", "her") else _SUBJECT.get(low, _OBJECT.get(low, ""))
    word = frozenset((low,))
    return Mention(start, end, low, word, role, pronoun=True, gender=gender, plural=low in _GROUP)


def _with_stop(name: str) -> str:
    """Mr Fox as it is mostly written: Mr. Fox."""
    return re.sub(r"^(Mr|Mrs|Ms|Dr) ", r"\1. ", name)

"""English nouns for persons: pronouns, names and noun phrases, with their part in the clause."""

from __future__ import annotations

import re
from collections import Counter
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
    words_of,
)

_WORD = re.compile(r"[A-Za-z]{1,24}(?:-[A-Za-z]{1,24})?(?:['’][a-z]{1,2}(?![a-z]))?")
_SPEAKS = (
    re.compile(r"[”’\"'»」],? (?P<verb>[a-z]+) the (?:[a-z]+ )?(?P<noun>[a-z]+)(?=[,.!?;:])"),
    re.compile(r"[”’\"'»」] [Tt]he (?:[a-z]+ )?(?P<noun>[a-z]+) (?P<verb>[a-z]+)\b"),
)
# The lifeguard blew his whistle: who does something with his own.
_ITS_OWN = re.compile(
    r"\b[Tt]he (?:[a-z]+ )?([a-z]+) (?:[a-z]+ed|blew|took|shook|put|held|threw|drew|bent|rose|tore|wrung|bit|hid|lost|caught|kept)"
    r" (?:up |down |out |off |back )?(?:his|her)\b"
)
_NO_NAMES = words_of(
    """rain snow wind thunder lightning silence darkness dinner lunch breakfast supper tea school winter fog mist smoke dust
    sunlight moonlight sunshine daylight dawn dusk midnight noon time life death love fear anger joy laughter tears people children
    men women boys girls birds dogs cats leaves clouds stars waves voices footsteps someone something cold heat water fire ice
    music bread money gold blood sleep news word words work things whatever bells snowflakes raindrops lights doors windows minutes
    hours days weeks months years seconds trees flowers bees crowds neighbours villagers everything grass dad mum mom"""
)
_CALLED = re.compile(r"(?:[“\"'‘]|, )([A-Z][a-z]{1,20})(?=[,.!?])")
_ANIMATE = MEN | WOMEN | OTHERS
_DETERMINERS = frozenset(
    [
        "the",
        "a",
        "an",
        "his",
        "her",
        "my",
        "their",
        "our",
        "your",
        "its",
        "this",
        "that",
        "one",
        "another",
        "each",
        "every",
        "some",
        "two",
        "three",
        "four",
    ]
)
_SUBJECT = {"he": "m", "she": "f", "they": "", "we": "", "i": ""}
_OBJECT = {"him": "m", "them": ""}
_GROUP = frozenset(["they", "them", "we"])
_LONGEST = 5
_GENERIC = {
    **dict.fromkeys(("boy", "girl", "lad", "child"), "young"),
    **dict.fromkeys(("man", "woman", "lady", "gentleman", "fellow"), "any"),
}
_OFFICES = frozenset("teacher doctor professor captain neighbour neighbor shopkeeper farmer librarian principal headmaster coach nurse vet judge officer mayor".split())  # fmt: skip
_CRAFT = ("maker", "keeper", "man", "woman", "boy", "girl", "smith", "master", "monger", "wright", "seller", "teller", "father",
          "mother", "driver", "catcher", "sweeper", "cutter", "herd", "singer", "hunter", "guard", "ist", "cian")  # fmt: skip


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
        self.beings: set[str] = set()
        self._learn(narration)

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

    def _learn(self, narration: list[tuple[int, int]]) -> None:
        """Names: capitals inside a sentence, or at its start before a verb, which never stand
        without the capital."""
        small: set[str] = set()
        starts: Counter[str] = Counter()
        for span in narration:
            tokens = self.tokens(*span)
            for index, token in enumerate(tokens):
                if not token.word[0].isupper():
                    small.add(token.low)
                elif token.low not in NOT_NAMES and token.low not in ROLE_TITLES:
                    after = tokens[index + 1].low if index + 1 < len(tokens) else ""
                    if not token.first or after in SAID or is_first_name(token.low):
                        self.names.add(token.low)
                    elif token.owns or (
                        index + 1 < len(tokens) and self._verbal(tokens, index + 1)
                    ):
                        starts[token.low] += 1
                    elif after == "the" and not tokens[index + 1].apart:
                        starts[token.low] += 1
        for pattern in _SPEAKS:
            for match in pattern.finditer(self.text):
                if match["verb"].lower() in SAID - VERBS and match["noun"] not in STOP_WORDS:
                    self.beings.add(match["noun"])
        for match in _ITS_OWN.finditer(self.text):
            if match[1] not in STOP_WORDS:
                self.beings.add(match[1])
        for match in _CALLED.finditer(self.text):
            starts[match[1].lower()] += bool(starts[match[1].lower()])
        self.names |= {
            word for word, count in starts.items() if count and word not in small | _NO_NAMES
        }
        self.names -= {word for word in small if word in self.names and not is_first_name(word)}

    def mentions(self, start: int, end: int) -> list[Mention]:
        tokens = self.tokens(start, end)
        found: list[Mention] = []
        index = 0
        while index < len(tokens):
            count = self.phrase(tokens, index)
            if count:
                count += self._epithet(tokens, index + count)
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
        if token.low in PLURALS:
            return 1
        looks = any(token.low in words for words in LOOKS.values())
        if looks and index + 1 < len(tokens) and not tokens[index + 1].apart:
            count = self._name(tokens, index + 1) if tokens[index + 1].word[0].isupper() else 0
            return count + 1 if count else 0
        return 0

    def _epithet(self, tokens: list[_Token], index: int) -> int:
        """Bramble the hedgehog: the words after a name that tell what it is."""
        named = index and tokens[index - 1].low in self.names and not tokens[index - 1].owns
        if not named or index >= len(tokens) or tokens[index].low != "the" or tokens[index].apart:
            return 0
        return self._noun_phrase(tokens, index)

    @staticmethod
    def _it_speaks(tokens: list[_Token], index: int) -> bool:
        """It said, said it: somebody that is no he or she."""
        if tokens[index].low != "it":
            return False
        around = tokens[max(0, index - 1) : index] + tokens[index + 1 : index + 2]
        return any(t.low in SAID and t.low not in VERBS for t in around)

    def _noun_phrase(self, tokens: list[_Token], index: int) -> int:
        """The determiner and all up to the last noun for somebody in reach."""
        best = 0
        for offset in range(1, min(_LONGEST, len(tokens) - index)):
            token = tokens[index + offset]
            if token.apart or (token.low in STOP_WORDS and not self.animate(token.low)):
                break
            if token.owns and self.animate(token.low):
                following = tokens[index + offset + 1] if index + offset + 1 < len(tokens) else None
                kin = following is not None and self.animate(following.low) and not following.apart
                return offset + (2 if kin else 1)
            if self.animate(token.low) and not token.owns:
                best = offset + 1
            elif best and token.word[0].isupper() and self._is_name(token.low):
                return offset + 1
            elif best and not token.owns and not token.word[0].isupper():
                break
        return best + (self._adornment(tokens, index + best) if best else 0)

    def _is_name(self, word: str) -> bool:
        return word in self.names or is_first_name(word)

    def _adornment(self, tokens: list[_Token], index: int) -> int:
        """How many words after the woman, the man tell which one: in green, with the beard."""
        if tokens[index - 1].low not in _GENERIC or index >= len(tokens):
            return 0
        if tokens[index].apart or tokens[index].low not in ("in", "with"):
            return 0
        count = 1
        for token in tokens[index + 1 : index + 4]:
            if token.apart or token.low in STOP_WORDS - _DETERMINERS or token.low.endswith("ed"):
                break
            count += 1
        return count if count > 1 else 0

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
        if word in self.beings or word in _ANIMATE or word in PLURALS or singular(word) in _ANIMATE:
            return True
        return len(word) > 6 and word.endswith(_CRAFT)

    def mention(self, tokens: list[_Token], role: Role) -> Mention:
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
        plural = head in PLURALS or (singular(head) != head and head not in self.names)
        looks = frozenset((k, w) for w in words[:-1] for k, ws in LOOKS.items() if w in ws)
        named = any(t.word[0].isupper() for t in tokens)
        name = " ".join(t.word for t in tokens)
        name = name.removesuffix("'s").removesuffix("’s")
        last = tokens[-1]
        titled = len(words) > 1 and words[0] in LOOKS["title"]
        proper = last.word[0].isupper() and (titled or self._is_name(low))
        plain = definite and not named and adorned == len(tokens)
        generic = _generic(words) if plain else ""
        return Mention(
            start, end, _with_stop(name), self._identity(tokens, words, named), role, looks,
            gender=gender_of(words), plural=plural, proper=proper, generic=generic,
        )  # fmt: skip

    def _identity(self, tokens: list[_Token], words: list[str], named: bool) -> frozenset[str]:
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
            at = index + count
            acts = at + 1 < len(tokens) and not tokens[at].apart and self._verbal(tokens, at + 1)
            return "subject" if acts else "owner"
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
        if following.low in ("from", "of", "in", "with", "at", "by", "on", "next"):
            # The rabbit from next door put her head in.
            ahead = range(at + 2, min(at + 6, len(tokens) - 1))
            if any(not tokens[n].apart and self._verbal(tokens, n) for n in ahead):
                return True
        leads = tokens[index].first and following.low in ("and", "with", "who", "in")
        return leads or self._verbal(tokens, at)

    @staticmethod
    def _verbal(tokens: list[_Token], at: int) -> bool:
        """Whether a verb stands there, after adverbs or not."""
        while at + 1 < len(tokens) and (tokens[at].low in ADVERBS or tokens[at].low.endswith("ly")):
            at += 1
        word = tokens[at].low
        return word in VERBS or word in SAID or (word.endswith("ed") and len(word) > 3)


def singular(word: str) -> str:
    """boys → boy, foxes → fox; other words as they are."""
    for ending, stem in (("ies", "y"), ("ves", "f"), ("es", ""), ("s", "")):
        if word.endswith(ending) and word.removesuffix(ending) + stem in _ANIMATE:
            return word.removesuffix(ending) + stem
    return word


def gender_of(words: list[str]) -> str:
    """ "m" or "f" where the head or a title tells."""
    for word in reversed(words):
        if word.endswith(("woman", "girl", "mother")):
            return "f"
        if word.endswith(("man", "boy", "father")):
            return "m"
        if word in WOMEN or word in FEMALE_NAMES:
            return "f"
        if word in MEN or word in MALE_NAMES:
            return "m"
    return ""


def is_first_name(word: str) -> bool:
    """Whether the lists have it as a given name."""
    return word in FEMALE_NAMES or word in MALE_NAMES


def _generic(words: list[str]) -> str:
    """The old man, the girl, the woman: maybe somebody with a name."""
    if words[-1] in _OFFICES and len(words) <= 2:
        return "titled"
    if words[-1] not in _GENERIC or len(words) > 2:
        return ""
    if words[0] in ("old", "elderly"):
        return "old"
    return (
        ""
        if len(words) > 1 and words[0] not in ("poor", "young", "little")
        else _GENERIC[words[-1]]
    )


def _pronoun(start: int, end: int, low: str, role: Role) -> Mention:
    if low == "i":
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

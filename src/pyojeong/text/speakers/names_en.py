"""English words as they stand in a text, and names learned from it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from pyojeong.text.speakers.words_en import (
    ADVERBS,
    FEMALE_NAMES,
    MALE_NAMES,
    MEN,
    NOT_NAMES,
    OTHERS,
    PLURALS,
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
    r"\b[Tt]he (?:[a-z]+ )?([a-z]+) (?:lifted|raised|lowered|nodded|turned|closed|opened|crossed|folded|scratched|rubbed|wiped|tugged|"
    r"waved|wagged|twitched|dropped|clapped|licked|cleared|pulled|adjusted|straightened|tilted|cocked|narrowed|"
    r"stamped|stretched|tapped|ruffled|flapped|polished|removed|furrowed|pursed|wrinkled|shrugged|blew|took|shook|put|held|threw|drew|bent|rose|tore|wrung|bit|hid|lost|caught|kept)"
    r" (?:up |down |out |off |back )?(?:his|her)\b"
)
_NO_NAMES = words_of(
    """rain snow wind thunder lightning silence darkness dinner lunch breakfast supper tea school winter fog
    mist smoke dust sunlight moonlight sunshine daylight dawn dusk midnight noon time life death love fear anger
    joy laughter tears people children men women boys girls birds dogs cats leaves clouds stars waves voices
    footsteps someone something cold heat water fire ice music bread money gold blood sleep news word words work
    things whatever bells snowflakes raindrops lights doors windows minutes hours days weeks months years
    seconds trees flowers bees crowds neighbours villagers everything grass dad mum mom"""
)
_CALLED = re.compile(r"(?:[“\"'‘]|, )([A-Z][a-z]{1,20})(?=[,.!?])")
_CAPITAL = re.compile(r"\b[A-Z][a-z]{1,23}(?:-[A-Za-z]{1,24})?\b")
_ANIMATE = MEN | WOMEN | OTHERS
_CRAFT = ("maker", "keeper", "man", "woman", "boy", "girl", "smith", "master", "monger", "wright", "seller", "teller", "father",
          "mother", "driver", "catcher", "sweeper", "cutter", "herd", "singer", "hunter", "guard", "ist", "cian")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A word; apart: punctuation stands before it; first: a sentence starts with it."""

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


class Names:
    """Names of one text, and its common nouns that act like persons (beings)."""

    def __init__(self, text: str, narration: list[tuple[int, int]]) -> None:
        self.text = text
        self.known: set[str] = set()
        self.beings: set[str] = set()
        self.narrated: set[str] = set()
        starts = self._capitals(narration)
        self._beings()
        self.known |= starts

    def tokens(self, start: int, end: int) -> list[Token]:
        """The words of a stretch."""
        found: list[Token] = []
        at = start
        for match in _WORD.finditer(self.text, start, end):
            gap = self.text[at : match.start()]
            title = found and found[-1].low in ("mr", "mrs", "ms", "dr", "st") and gap == ". "
            apart = bool(gap.strip()) and not title
            first = not found or (not title and any(c in ".!?…\n" for c in gap))
            found.append(Token(match.start(), match.group(), apart, first))
            at = match.end()
        return found

    def is_name(self, word: str) -> bool:
        return word in self.known or is_first_name(word)

    def animate(self, word: str) -> bool:
        if word in self.beings or word in _ANIMATE or word in PLURALS or singular(word) in _ANIMATE:
            return True
        return len(word) > 6 and word.endswith(_CRAFT)

    def _capitals(self, narration: list[tuple[int, int]]) -> set[str]:
        """Names are capitals inside a sentence (noted at once), or words that start one before a
        verb and never stand without the capital (given back)."""
        small: set[str] = set()
        starts: Counter[str] = Counter()
        for span in narration:
            tokens = self.tokens(*span)
            for index, token in enumerate(tokens):
                self.narrated.add(token.low)
                if not token.word[0].isupper():
                    small.add(token.low)
                elif token.low not in NOT_NAMES | ROLE_TITLES:
                    following = tokens[index + 1] if index + 1 < len(tokens) else None
                    said = following is not None and following.low in SAID
                    if not token.first or said or is_first_name(token.low):
                        self.known.add(token.low)
                    elif token.owns or (following and self._opens(tokens, index + 1)):
                        starts[token.low] += 1
        self.known -= {word for word in small if word in self.known and not is_first_name(word)}
        used = Counter(m.lower() for m in _CAPITAL.findall(self.text))
        return {w for w in starts if w not in small | _NO_NAMES and used[w] > 1}

    @staticmethod
    def _opens(tokens: list[Token], at: int) -> bool:
        """Whether a name may stand before this word: Bramble sat, Bramble the hedgehog."""
        return verbal(tokens, at) or (tokens[at].low == "the" and not tokens[at].apart)

    def _beings(self) -> None:
        for pattern in _SPEAKS:
            for match in pattern.finditer(self.text):
                if match["verb"].lower() in SAID - VERBS and match["noun"] not in STOP_WORDS:
                    self.beings.add(match["noun"])
        for match in _ITS_OWN.finditer(self.text):
            if match[1] not in STOP_WORDS:
                self.beings.add(match[1])


def verbal(tokens: list[Token], at: int) -> bool:
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

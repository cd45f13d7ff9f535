"""Who is who: mentions of a story gathered into its characters.

늑대, 늑대 아저씨 and 아저씨 may be one, 아기 곰 and 엄마 곰 are two: a mention belongs to the latest
character whose identifying words hold all of its own, or the other way round.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field

from pyojeong.text.speakers_clues import Mention

_ELDER = re.compile(
    "할머니|할아버지|할멈|할아범|영감|노인|왕|임금|신령|스님|도사|대감|사또|원님|호랑이|거북|용왕|마녀|선비|훈장|장군|거인|부엉이"
)
_LOOK_BACK = 16
_RECENT = 12


@dataclass(slots=True, eq=False)
class Character:
    """One of the story; names: how often each form stands in the text."""

    number: int
    words: set[str]
    looks: dict[str, str]
    gender: str = ""
    plural: bool = False
    names: Counter[str] = field(default_factory=Counter)
    votes: Counter[str] = field(default_factory=Counter)

    @property
    def elder(self) -> bool:
        """Whether a name tells of age or rank."""
        return any(_ELDER.search(word) for word in self.words) or self.looks.get("age") == "늙은"

    @property
    def name(self) -> str:
        """The form used most, the first of equals."""
        return self.names.most_common(1)[0][0] if self.names else ""

    def may_be(self, gender: str) -> bool:
        """Whether a pronoun of that gender may stand for it."""
        own = self.gender or (self.votes.most_common(1)[0][0] if self.votes else "")
        return not gender or not own or own == gender


class Cast:
    """Characters in the order of their first mention."""

    def __init__(self) -> None:
        self.characters: list[Character] = []
        self._by_word: dict[str, deque[Character]] = {}
        self._recent: deque[tuple[Character, bool]] = deque(maxlen=_RECENT)

    def meet(self, mention: Mention) -> Character | None:
        """The character a mention stands for, a new one if need be; None for a pronoun that
        nobody fits."""
        if mention.pronoun:
            meant = self.stand_for(mention)
            if meant is not None:
                self._recent.append((meant, mention.role in ("topic", "subject")))
                self.vote(meant, mention.gender)
            return meant
        character = self._known(mention) or self._new(mention)
        character.names[mention.name] += 1
        self._enrich(character, mention)
        acting = mention.role in ("topic", "subject")
        self._recent.append((character, acting))
        return character

    def find(self, mention: Mention) -> Character | None:
        """As `meet`, but nobody new."""
        return self._known(mention)

    def stand_for(self, pronoun: Mention, without: Character | None = None) -> Character | None:
        """Whom a pronoun means: who acted last and fits, else who was mentioned last."""
        fits = [
            (c, acting)
            for c, acting in reversed(self._recent)
            if c.name not in ("나", "I") and c.plural == pronoun.plural and c.may_be(pronoun.gender) and c is not without
        ]
        for character, acting in fits:
            if acting:
                return character
        return fits[0][0] if fits else None

    def recent(self) -> list[Character]:
        """Those mentioned last, the latest first."""
        return list(dict.fromkeys(c for c, _ in reversed(self._recent)))

    def vote(self, character: Character, gender: str) -> None:
        """A pronoun of that gender stood where it most likely meant this character."""
        if gender and not character.gender:
            character.votes[gender] += 1

    def _known(self, mention: Mention) -> Character | None:
        seen: dict[int, Character] = {}
        for word in mention.words:
            for character in self._by_word.get(word, ()):
                seen[character.number] = character
        fitting = [c for c in seen.values() if self._same(c, mention)]
        if not fitting:
            return None
        exact = [c for c in fitting if mention.name in c.names]
        order = {id(c): n for n, (c, _) in enumerate(self._recent)}
        return max(exact or fitting, key=lambda c: (order.get(id(c), -1), -c.number))

    @staticmethod
    def _same(character: Character, mention: Mention) -> bool:
        if character.plural != mention.plural:
            return False
        clash = any(character.looks.get(kind, word) != word for kind, word in mention.looks)
        genders = {character.gender, mention.gender} - {""}
        if clash or len(genders) > 1:
            return False
        if mention.words <= character.words:
            return True
        if not character.words <= mention.words and not mention.words & character.words:
            return False
        # 늑대 아저씨 after 늑대; but 엄마 곰 after 아기 곰, or after a bear told of often, is new.
        tells = any(" " in w for w in mention.words - character.words)
        told = any(" " in w for w in character.words)
        if tells and told:
            return mention.words >= character.words
        return mention.words >= character.words or not tells

    def _new(self, mention: Mention) -> Character:
        character = Character(len(self.characters), set(), {}, mention.gender, mention.plural)
        self.characters.append(character)
        return character

    def _enrich(self, character: Character, mention: Mention) -> None:
        for word in mention.words - character.words:
            character.words.add(word)
            self._by_word.setdefault(word, deque(maxlen=_LOOK_BACK)).append(character)
        for kind, word in mention.looks:
            character.looks.setdefault(kind, word)
        character.gender = character.gender or mention.gender

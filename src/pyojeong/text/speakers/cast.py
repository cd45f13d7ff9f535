"""Who is who: mentions of a story gathered into its characters.

늑대, 늑대 아저씨 and 아저씨 may be one, 아기 곰 and 엄마 곰 are two: a mention belongs to the latest
character whose identifying words hold all of its own, or the other way round.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field

from pyojeong.text.speakers.clues import Mention
from pyojeong.text.speakers.words_en import MEN, PERSONS, WOMEN
from pyojeong.text.speakers.words_ko import COMMON_TITLES, words_of

_ELDER = re.compile(
    "할머니|할아버지|할멈|할아범|영감|노인|왕|임금|신령|스님|도사|대감|사또|원님|호랑이|거북|마녀|선비|훈장|장군|이장|촌장|대장|거인|부엉이|"
    "엄마|아빠|어머니|아버지|아저씨|아주머니|아줌마|선생님|교장|삼촌|이모|고모|grand|gran$|nan$|nana|mother|father|mum$|mom$|"
    "dad$|king|queen|mayor|captain|professor|teacher|uncle|aunt"
)
_GROWN = words_of(
    """man woman neighbour neighbor farmer doctor baker shopkeeper stranger fisherman tailor miller"""
)
_PARENT = re.compile(
    "엄마|아빠|어머니|아버지|할머니|할아버지|이모|고모|삼촌|형|누나|오빠|언니|mum|mom|dad|mother|father|papa|mama|"
    "gran|nana|aunt|uncle",
    re.I,
)
_COMMON = COMMON_TITLES | frozenset(
    ["man", "woman", "boy", "girl", "lady", "gentleman", "driver", "teacher"]
)
_KIN = words_of("brother sister cousin nephew niece son daughter twin")
_VAGUE = words_of(
    "stranger visitor newcomer figure shape somebody someone 나그네 손님 낯선이 누군가"
)
_LOOK_BACK = 16
_RECENT = 12
_CLAUSE = 60
"""Characters a clause reaches back, for pronouns that cannot mean its own subject."""


@dataclass(slots=True, eq=False)
class Character:
    """One of the story. proper, names: how often each name and each other form is used; told: how
    often the narration mentions it; first: where it is mentioned first; votes: genders of pronouns that may have meant it."""

    number: int
    words: set[str]
    looks: dict[str, str]
    gender: str = ""
    plural: bool = False
    told: int = 0
    first: int = 0
    proper: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    votes: Counter[str] = field(default_factory=Counter)

    @property
    def first_person(self) -> bool:
        return "나" in self.words or "i" in self.words

    @property
    def vague(self) -> bool:
        """Whether it is only a stranger so far, of whom more is to come."""
        return not self.proper and bool(self.words) and self.words <= _VAGUE

    @property
    def elder(self) -> bool:
        """Whether a name tells of age or rank."""
        old = self.looks.get("age") in ("늙은", "old", "elderly")
        return old or any(_ELDER.search(word) for word in self.words)

    @property
    def human(self) -> bool:
        """Whether it is he or she, never it."""
        return bool(self.gender or self.proper or (MEN | WOMEN | PERSONS) & self.words)

    @property
    def grown(self) -> bool:
        """Whether a title or a trade tells that it is no child."""
        return "title" in self.looks or bool(_GROWN & self.words)

    @property
    def known_gender(self) -> str:
        return self.gender or (self.votes.most_common(1)[0][0] if self.votes else "")

    def forms(self) -> list[str]:
        """What it is called, the best name first: a proper one, the full form of a common title,
        or the form used most."""
        proper = [name for name, _ in self.proper.most_common()]
        names = [name for name, _ in self.names.most_common()]
        if names and names[0].split()[-1] in _COMMON:
            names.sort(key=lambda name: (not self.names[name], -len(name.split())))
        return [*proper, *names]

    def may_be(self, gender: str) -> bool:
        """Whether a pronoun of that gender ("n": it) may stand for it."""
        if gender == "n":
            return not self.human
        return not gender or self.known_gender in ("", gender)


class Cast:
    """Characters in the order of their first mention."""

    def __init__(self) -> None:
        self.characters: list[Character] = []
        self._by_word: dict[str, deque[Character]] = {}
        self._recent: deque[tuple[Character, bool, int]] = deque(maxlen=_RECENT)

    def meet(
        self, mention: Mention, expected: Character | None = None, vote: bool = True
    ) -> Character | None:
        """The character a mention stands for, a new one if need be; None for a pronoun that
        nobody fits.

        expected: one who was called by name, and is likely to be seen next. vote: whether a
        pronoun tells of the gender of whom it stands for.
        """
        if mention.pronoun:
            meant = self.stand_for(mention)
            if meant is not None:
                self._note(meant, mention)
                self._vote(meant, mention.gender if vote else "")
            return meant
        character = self._known(mention)
        if character is None and mention.generic:
            character = self.stand_for(mention)
            if character is not None:
                if character.vague and mention.gender != "n":
                    self.add(character, mention)
                self._note(character, mention)
                return character
        if character is None and expected is not None and self._fits(expected, mention):
            character = expected
        character = character or self._kin(mention) or self._new(mention)
        self.add(character, mention)
        character.told += 1
        self._note(character, mention)
        return character

    def find(self, mention: Mention) -> Character | None:
        """As `meet`, but nobody new."""
        return self._known(mention)

    def introduce(self, name: Mention, speaker: Character | None) -> Character | None:
        """Who says a name is theirs that nobody has had so far: the nameless one who acts before
        the words (speaker), or the only one around."""
        nameless = [
            c for c in self.recent() if not (c.proper or c.plural or c.first_person)
            and c.may_be(name.gender)
        ]  # fmt: skip
        if speaker not in nameless and len(nameless) != 1:
            return None
        found = speaker if speaker is not None and speaker in nameless else nameless[0]
        self.add(found, name)
        return found

    def _kin(self, mention: Mention) -> Character | None:
        """Whose name a new name is: that of the brother, the cousin who was named only so."""
        if not mention.proper or mention.plural or mention.role not in ("topic", "subject"):
            return None
        kin = [
            c for c in self.recent() if not c.proper and not c.plural and c.words & _KIN
            and mention.gender in ("", c.gender or mention.gender)
        ]  # fmt: skip
        return kin[0] if len(kin) == 1 else None

    def call(
        self, mention: Mention, last: Character | None, speaker: Character | None
    ) -> Character:
        """Who is called by a name or title nobody has had so far.

        A title means the one who spoke last; a name the only one around without a name; last,
        speaker: who spoke last and who most likely speaks now.
        """
        nameless_last = last is not None and not (last.proper or last.first_person or last.plural)
        if mention.proper and last is not None and nameless_last and last.may_be(mention.gender):
            self.add(last, mention)
            return last
        kin = bool(_PARENT.search(mention.name))
        fits = last is not None and self._fits(last, mention) and not (kin and last.proper)
        if not mention.proper and last is not None and fits:
            self.add(last, mention)
            return last
        around = [
            c for c in self.recent() if c is not speaker and not c.first_person and not c.plural
            and c.may_be(mention.gender)
        ]  # fmt: skip
        if not mention.proper and len(around) == 1 and not kin:
            self.add(around[0], mention)
            return around[0]
        nameless = [
            c for c in self.recent() if not c.proper and c is not speaker and not c.first_person
            and not c.plural and mention.gender in ("", c.gender or mention.gender)
        ]  # fmt: skip
        if mention.proper and len(nameless) == 1:
            self.add(nameless[0], mention)
            return nameless[0]
        character = self._new(mention)
        self.add(character, mention)
        return character

    def add(self, character: Character, mention: Mention) -> None:
        """Note that a mention is of this character."""
        forms = character.proper if mention.proper else character.names
        forms[mention.name] += mention.role in ("topic", "subject", "addressee")
        for word in mention.words - character.words:
            character.words.add(word)
            self._by_word.setdefault(word, deque(maxlen=_LOOK_BACK)).append(character)
        for kind, word in mention.looks:
            character.looks.setdefault(kind, word)
        character.gender = character.gender or mention.gender
        if character.votes and character.gender:
            character.votes.clear()

    def stand_for(self, pronoun: Mention) -> Character | None:
        """Whom a pronoun, or the old man, means: who was mentioned lately and acts."""
        latest = self._recent[-1] if self._recent else None
        points: dict[Character, float] = {}
        for rank, (character, acting, start) in enumerate(reversed(self._recent)):
            if not self._may_stand(character, pronoun):
                continue
            same_clause = (
                acting and pronoun.start - start < _CLAUSE and (character, acting, start) is latest
            )
            if same_clause and pronoun.role in ("object", "addressee", "bare"):
                # The fox looked at him: not at the fox.
                points.setdefault(character, -3.0)
            known = bool(pronoun.gender) and character.known_gender == pronoun.gender
            new = bool(pronoun.generic) and character.vague
            own = 1.5 * acting + 1.5 * known + 3.0 * new - 0.25 * rank
            # Lila pulled on her boots: her own.
            own += 2.0 * (same_clause and pronoun.role == "owner")
            points[character] = max(points.get(character, -9.0), own)
        return max(points, key=lambda c: points[c], default=None)

    def recent(self) -> list[Character]:
        """Those mentioned last, the latest first."""
        return list(dict.fromkeys(c for c, _, _ in reversed(self._recent)))

    def _note(self, character: Character, mention: Mention) -> None:
        acting = mention.role in ("topic", "subject")
        self._recent.append((character, acting, mention.start))

    @staticmethod
    def _may_stand(character: Character, mention: Mention) -> bool:
        if character.first_person or character.plural != mention.plural:
            return False
        if mention.generic == "old" and not (character.elder or character.grown):
            return False
        if mention.generic == "titled" and "title" not in character.looks:
            return False
        if character.vague and mention.gender != "n":
            return True
        if mention.generic == "young" and (character.elder or not character.proper):
            return False
        return character.may_be(mention.gender)

    @staticmethod
    def _fits(character: Character, mention: Mention) -> bool:
        """Whether a description may be of one known by another name."""
        alike = character.plural == mention.plural and not mention.proper
        return alike and not character.first_person and character.may_be(mention.gender)

    @staticmethod
    def _vote(character: Character, gender: str) -> None:
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
        exact = [c for c in fitting if mention.name in c.names or mention.name in c.proper]
        order = {id(c): n for n, (c, _, _) in enumerate(self._recent)}
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
        if not mention.words & character.words:
            return False
        # 늑대 아저씨 after 늑대; but 엄마 곰 after 아기 곰 is new.
        tells = any(" " in w for w in mention.words - character.words)
        told = any(" " in w for w in character.words)
        return mention.words >= character.words or (not (tells and told) and not tells)

    def _new(self, mention: Mention) -> Character:
        number = len(self.characters)
        character = Character(
            number, set(), {}, mention.gender, mention.plural, first=mention.start
        )
        self.characters.append(character)
        return character

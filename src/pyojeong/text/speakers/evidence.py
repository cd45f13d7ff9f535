"""Evidence of who speaks: what is noted of each quotation and of the narration between two."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from pyojeong.text.speakers.cast import Character
from pyojeong.text.speakers.clues import STOP, Bond, Grammar, Mention
from pyojeong.text.speakers.weights import WEIGHTS

Kind = Literal["speech", "thought"]
Clue = Literal["tag after", "tag before", "inside", "pronoun", "script", "beat", "turn", "name"]


@dataclass(frozen=True, slots=True)
class Link:
    """Somebody who acts between two quotations, and what that tells if it speaks the first only,
    the second only, or both (names of `WEIGHTS`)."""

    character: Character
    first: tuple[str, ...]
    second: tuple[str, ...]
    both: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Evidence:
    """One quotation. fixed: its speaker, where grammar decides; clue: by what. hints: points for
    others. barred: who cannot be it. called: whom it addresses. recent: who was mentioned last; soon: who next.
    gap: sentences of narration since the quotation before. apart: among them a paragraph without
    quotation. shared: several speak in its paragraph. same: the speaker before goes on.
    tagged: only the tag of the quotation before stands between. asks: it holds a question. silent: nobody says it.
    turn: where its paragraph or line starts."""

    start: int
    end: int
    kind: Kind = "speech"
    fixed: Character | None = None
    clue: Clue = "turn"
    hints: dict[Character, set[str]] = field(default_factory=dict)
    barred: set[Character] = field(default_factory=set)
    called: list[Character] = field(default_factory=list)
    recent: list[Character] = field(default_factory=list)
    soon: list[Character] = field(default_factory=list)
    gap: int = 0
    apart: bool = False
    shared: bool = False
    same: bool = False
    goes_on: bool = False
    tagged: bool = False
    asks: bool = False
    tones: frozenset[str] = frozenset()
    replies: bool = False
    told_of: list[Character] = field(default_factory=list)
    silent: bool = False
    turn: int = 0
    link: Link | None = None

    @property
    def likely(self) -> Character | None:
        """The speaker as far as the words around it tell."""
        return self.fixed or max(self.hints, key=self.points, default=None)

    def points(self, character: Character) -> float:
        """What all hints at a character are worth."""
        return sum(WEIGHTS.get(name, 0.0) for name in self.hints.get(character, ()))

    def hint(self, character: Character | None, *names: str) -> None:
        """Note what speaks for a character (names of `WEIGHTS`)."""
        if character is not None:
            self.hints.setdefault(character, set()).update(names)


@dataclass(frozen=True, slots=True)
class Beat:
    """A sentence text[start:end] in which somebody acts; sentences before and after it in its
    stretch."""

    start: int
    end: int
    actor: Mention
    before: int
    after: int


@dataclass(slots=True)
class Stretch:
    """Narration between quotations: what of it is not the tag of the one before. begun: where it
    starts with that tag, right after a quotation."""

    start: int
    end: int
    mentions: list[Mention]
    begun: int = -1

    def beats(self, text: str) -> list[Beat]:
        """Each sentence with somebody acting in it, the last first."""
        stops = [m.end() for m in STOP.finditer(text, self.start, self.end)]
        if not stops or text[stops[-1] : self.end].strip():
            stops.append(self.end)
        firsts: dict[int, Mention] = {}
        for mention in self.mentions:
            if mention.start >= self.start and mention.role in ("topic", "subject"):
                number = bisect_left(stops, mention.start + 1)
                kept = firsts.get(number)
                if kept is None or (kept.role == "subject" and mention.role == "topic"):
                    firsts[number] = mention
        return [
            Beat(([self.start, *stops])[n], stops[n], m, n, len(stops) - 1 - n)
            for n, m in sorted(firsts.items(), reverse=True)
        ]

    def sentences(self, text: str) -> int:
        """How many sentences of narration it holds; 0 where it is empty."""
        words = text[self.start : self.end].strip()
        return max(1, len(STOP.findall(words))) if words else 0


def place(evidence: Evidence, own: bool) -> list[str]:
    """What the place of an action beside a quotation is worth: in its paragraph, in one
    before with a quotation of its own, or in one without."""
    if own:
        return [] if evidence.shared else ["own"]
    return ["across" if evidence.apart or evidence.shared else "across quoted"]


def newcomer(actor: Character | None, ahead: Stretch) -> list[str]:
    """Who comes up for the first time right after a quotation is mostly its speaker."""
    return ["after new"] if actor is not None and actor.first >= ahead.start else []


def bond_names(side: str, bond: Bond) -> list[str]:
    """Names of `WEIGHTS` for the bond between an action and the words on that side."""
    return [f"{side} {bond.kind}", *(f"{side} {mood}" for mood in bond.moods)]


def link_of(
    character: Character, beats: list[Beat], grammar: Grammar, shared: bool, start: int
) -> Link:
    """The one who alone acts between two quotations; start: where the narration there begins."""
    head, last = beats[-1], beats[0]
    first = bond_names("first", grammar.bond(head.start, head.end, head.actor))
    first += ["first new"] if character.first >= start else []
    second = bond_names("second", grammar.bond(last.start, last.end, last.actor))
    both = bond_names("both", grammar.bond(head.start, head.end, head.actor))
    first += ["first later"] if head.before else []
    second += ["second earlier"] if last.after else []
    both += ["both longer"] if len(beats) > 1 else []
    both += [] if shared else ["both own"]
    return Link(character, tuple(first), tuple(second), tuple(both))


def look_back(found: list[Evidence]) -> None:
    """What a later quotation tells of an earlier one."""
    for evidence, following in reversed(list(pairwise(found))):
        if evidence.goes_on and evidence.fixed is None and following.fixed is not None:
            evidence.fixed, evidence.clue = following.fixed, "inside"
    for evidence, following in pairwise(found):
        link = following.link
        if link and (evidence.silent or "thought" in (evidence.kind, following.kind)):
            evidence.hint(link.character, *(n.replace("first", "after") for n in link.first))
            names = (n.replace("second", "before") for n in link.second)
            following.hint(link.character, *names)
            following.link = None

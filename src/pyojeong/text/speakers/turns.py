"""Taking turns: who speaks where the narration does not say.

Two talk by turns: whoever was just addressed answers, and the one before the last speaks again. Every
piece of evidence has a weight, and the speakers of all quotations together are those with the most
points (Viterbi 1967); the state is the last speaker and the one before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyojeong.text.speakers.cast import Character
from pyojeong.text.speakers.evidence import Evidence
from pyojeong.text.speakers.weights import WEIGHTS

_CANDIDATES = 7
_STATES = 10
"""No more ways than this are followed (a beam)."""
_AHEAD = 3
_GOES_ON = 30.0
_FAR = 3
"""Sentences of narration after which a talk is another."""

State = tuple[Character | None, Character | None]
Weights = Mapping[str, float]


@dataclass(slots=True)
class _Best:
    """The best way to a state: its points and the state before."""

    points: float
    back: State | None


def take_turns(
    found: list[Evidence], first_person: Character | None, weights: Weights = WEIGHTS
) -> list[Character | None]:
    """The speaker of each quotation in order, None for nobody."""
    spoken = spoken_ones(found)
    decided = Talk(spoken, first_person).decode(weights)
    speakers = dict(zip(map(id, spoken), decided, strict=True))
    for evidence in found:
        if not evidence.silent and evidence.kind == "thought":
            speakers[id(evidence)] = evidence.fixed or _thinker(evidence, first_person)
    return [speakers.get(id(evidence)) for evidence in found]


def spoken_ones(found: list[Evidence]) -> list[Evidence]:
    """The quotations somebody says aloud."""
    return [e for e in found if not e.silent and e.kind == "speech"]


def _thinker(evidence: Evidence, first_person: Character | None) -> Character | None:
    points = {character: evidence.points(character) for character in evidence.hints}
    for rank, character in enumerate(evidence.recent[:3]):
        points[character] = points.get(character, 0.0) + 0.5 - 0.1 * rank
    if first_person is not None:
        points[first_person] = points.get(first_person, 0.0) + 4
    return max(points, key=lambda c: points[c], default=None)


class Talk:
    """Quotations that follow each other, and what tells of their speakers."""

    def __init__(self, found: list[Evidence], first_person: Character | None) -> None:
        self.found = found
        self.first_person = first_person
        self.tones = _tones(found)
        self.sure = {e.fixed for e in found if e.fixed is not None}

    def decode(
        self,
        weights: Weights,
        fixed: Mapping[int, Character] | None = None,
        favoured: Mapping[int, Character] | None = None,
        bonus: float = 0.0,
    ) -> list[Character | None]:
        """The most plausible speakers.

        To learn from: fixed, those that are given (by number of the quotation); favoured, those
        that get a bonus.
        """
        given = fixed or {}
        favoured = favoured or {}
        states: dict[State, _Best] = {(None, None): _Best(0.0, None)}
        history: list[dict[State, _Best]] = []
        for number in range(len(self.found)):
            talking = _talking(states)
            own = self._candidates(number, weights, given.get(number), talking)
            if number in favoured and favoured[number] in own:
                own[favoured[number]] += bonus
            following: dict[State, _Best] = {}
            for state, best in states.items():
                for character, points in own.items():
                    turn = self.turn(state, character, number)
                    total = best.points + points + sum(weights.get(name, 0.0) for name in turn)
                    if self.found[number].same and character is state[0]:
                        total += _GOES_ON
                    after = (character, state[1] if character is state[0] else state[0])
                    if after not in following or following[after].points < total:
                        following[after] = _Best(total, state)
            if len(following) > _STATES:
                best_ones = sorted(following, key=lambda s: -following[s].points)[:_STATES]
                following = {s: following[s] for s in best_ones}
            history.append(following)
            states = following
        return _walk_back(history)

    def _candidates(
        self, number: int, weights: Weights, given: Character | None, talking: list[Character]
    ) -> dict[Character | None, float]:
        """Who may say a quotation, and the points each has by itself."""
        evidence = self.found[number]
        if evidence.fixed is not None:
            return {evidence.fixed: 0.0}
        if given is not None:
            return {given: 0.0}
        linked = {e.link.character for e in self.found[number : number + 2] if e.link}
        every = [*linked, *evidence.hints, *evidence.recent[:4], *self._others(number)]
        every += [self.first_person] if self.first_person is not None else []
        every += talking
        points = {
            character: sum(weights.get(name, 0.0) for name in self.own(number, character))
            for character in dict.fromkeys([*every, *evidence.soon])
        }
        first = linked | set(talking)
        ranked = sorted(points, key=lambda c: (c not in first, -points[c]))[:_CANDIDATES]
        return {c: points[c] for c in ranked} or {None: 0.0}

    def _others(self, number: int) -> Iterable[Character]:
        """Who takes part in the talk around a quotation."""
        for other in self.found[max(0, number - _AHEAD) : number + _AHEAD + 1]:
            if other.fixed is not None:
                yield other.fixed
            yield from other.called
            yield from other.recent[:1]

    def own(self, number: int, character: Character) -> Iterator[str]:
        """What speaks for a character by itself (names of `WEIGHTS`)."""
        evidence = self.found[number]
        yield from evidence.hints.get(character, ())
        if character in evidence.recent[:4]:
            yield f"recent {evidence.recent.index(character)}"
        elif any(e.link and e.link.character is character for e in self.found[number : number + 2]):
            yield "linked"
        elif character in evidence.soon:
            yield f"soon {min(evidence.soon.index(character), 1)}"
        else:
            yield "first person" if character is self.first_person else "around"
        if character in evidence.barred:
            yield "barred"
        if character in evidence.told_of:
            yield "told of"
        if character.plural:
            yield "several"
        yield from self._manner(evidence, character)
        yield from self._standing(character)
        if self._other_level(character, evidence):
            yield "other level"

    @staticmethod
    def _manner(evidence: Evidence, character: Character) -> Iterator[str]:
        """Whether age agrees with the level of speech."""
        if "elder" in evidence.tones:
            yield "elder" if character.elder else "no elder"

    def _standing(self, character: Character) -> Iterator[str]:
        """How much of a speaker somebody is in the whole story."""
        if character not in self.sure:
            yield "never sure"
        if character.told < 2:
            yield "told once"
        if character.proper:
            yield "proper"

    def _other_level(self, character: Character, evidence: Evidence) -> bool:
        """Whether the character, where it is sure to speak, does so in the other level of speech."""
        own = self.tones.get(character, Counter[str]())
        pairs = (("polite", "plain"), ("plain", "polite"))
        return any(t in evidence.tones and own[t] < own[other] for t, other in pairs)

    def turn(self, state: State, character: Character | None, number: int) -> Iterator[str]:
        """What speaks for a character after these two (names of `WEIGHTS`)."""
        last, before_last = state
        if number == 0 or character is None:
            return
        evidence, before = self.found[number], self.found[number - 1]
        yield from _linked(evidence, before, last, character)
        if character is last or (character is before_last and number > 1):
            own_last = before if character is last else self.found[number - 2]
            yield from _level(evidence, own_last)
        if evidence.same or evidence.gap > _FAR:
            return
        near = "near" if evidence.gap == 0 and not evidence.tagged else "later"
        if evidence.turn != before.turn and not (evidence.shared or evidence.apart):
            near = "new"
        if character is last:
            yield from self._again(evidence, before, near)
        elif before_last is not None and character is not before_last:
            told = evidence.fixed is not None or character in evidence.hints
            if character not in before.called and not told:
                yield f"third {near}"
        if character in before.called and character is not last:
            yield f"called {near}"
        if character in before.told_of and character is not last:
            yield "named"
        if last is not None and last in evidence.called:
            yield "calls"

    def _again(self, evidence: Evidence, before: Evidence, near: str) -> Iterator[str]:
        """What speaks for one who has just spoken."""
        if near == "new":
            yield "again new"
            return
        asked = before.asks and not evidence.asks
        if evidence.tagged:
            yield "again tagged asked" if asked else "again tagged"
            if evidence.asks and not before.asks:
                yield "again tagged asks"
            if not evidence.shared:
                yield "again tagged spread"
        else:
            yield f"again {near}"
            if asked and near == "later":
                yield "again later asked"
        if evidence.turn == before.turn and not evidence.shared:
            yield "again spread"
        if evidence.replies and (near == "near" or evidence.tagged):
            yield "again replies"


def _level(evidence: Evidence, own_last: Evidence) -> Iterator[str]:
    """Whether one goes on in the level of speech of one's words before (요 or not)."""
    levels = frozenset(("polite", "plain"))
    now, then = evidence.tones & levels, own_last.tones & levels
    if now and then:
        yield "level kept" if now == then else "level changed"


def _talking(states: dict[State, _Best]) -> list[Character]:
    """The two who speak by turns in the best way so far."""
    best = max(states, key=lambda s: states[s].points)
    return [c for c in best if c is not None]


def _walk_back(history: list[dict[State, _Best]]) -> list[Character | None]:
    speakers: list[Character | None] = []
    state: State | None = None
    for states in reversed(history):
        if state is None:
            state = max(states, key=lambda s: states[s].points)
        speakers.append(state[0])
        state = states[state].back
    return speakers[::-1]


def _linked(
    evidence: Evidence, before: Evidence, last: Character | None, character: Character
) -> tuple[str, ...]:
    """What an action between the quotations of these two tells."""
    link = evidence.link
    if link is None or link.character not in (last, character):
        return ()
    answers = before.asks and not evidence.asks
    if last is character:
        return (*link.both, "both answers") if answers else link.both
    if link.character is last:
        return link.first
    return (*link.second, "second answers") if answers else link.second


def _tones(found: list[Evidence]) -> dict[Character, Counter[str]]:
    """How each character talks where it is sure to be the one."""
    tones: defaultdict[Character, Counter[str]] = defaultdict(Counter)
    for evidence in found:
        if evidence.fixed is not None:
            tones[evidence.fixed].update(evidence.tones)
    return tones

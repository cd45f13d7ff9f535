"""Taking turns: who speaks where the narration does not say.

Two talk by turns: whoever was just addressed answers, and the one before the last speaks again. Every
hint has points, and the speakers of all quotations together are those with the most (Viterbi 1967);
the state is the last speaker and the one before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from pyojeong.text.speakers_cast import Character
from pyojeong.text.speakers_scene import Evidence, Link

_CANDIDATES = 5
_AHEAD = 3
_AGAIN, _AGAIN_LATER, _ANSWER = -4.0, -0.5, -1.0
_THIRD, _THIRD_LATER = -1.5, -0.4
_CALLED, _CALLED_LATER, _CALLS, _BARRED = 2.5, 1.5, 2.0, -9.0
_TOLD_OF, _ELDER, _LEVEL = -1.5, 2.0, 1.0
# Points for one speaker on both sides of a tag, and in one paragraph: in texts that give every
# speaker a paragraph, and in compact ones.
_AFTER_TAG, _SAME_TURN = (4.0, 0.5), (3.0, 0.0)
_GOES_ON, _REPLIES, _SEVERAL = 30.0, -1.5, 1.0
_RECENT, _AROUND, _SOON, _FIRST_PERSON = 0.6, 0.2, -0.1, 0.3
_FAR = 3
"""Sentences of narration after which a talk is another."""

_State = tuple[Character | None, Character | None]


@dataclass(slots=True)
class _Best:
    """The best way to a state: its points, the state before, and the evidence's speaker."""

    points: float
    back: _State | None


def take_turns(found: list[Evidence], first_person: Character | None) -> list[Character | None]:
    """The speaker of each quotation in order, None for nobody."""
    for evidence, following in reversed(list(pairwise(found))):
        if evidence.goes_on and evidence.fixed is None and following.fixed is not None:
            evidence.fixed, evidence.clue = following.fixed, "inside"
    for evidence, following in pairwise(found):
        link = following.link
        if link and (evidence.silent or "thought" in (evidence.kind, following.kind)):
            evidence.hint(link.character, link.first)
            following.hint(link.character, link.second)
            following.link = None
    spoken = [e for e in found if not e.silent and e.kind == "speech"]
    speakers: dict[int, Character | None] = dict(
        zip(map(id, spoken), _decode(spoken, first_person), strict=True)
    )
    for evidence in found:
        if not evidence.silent and evidence.kind == "thought":
            speakers[id(evidence)] = evidence.fixed or _thinker(evidence, first_person)
    return [speakers.get(id(evidence)) for evidence in found]


def _thinker(evidence: Evidence, first_person: Character | None) -> Character | None:
    points = dict(evidence.hints)
    for rank, character in enumerate(evidence.recent[:3]):
        points[character] = points.get(character, 0.0) + 0.5 - 0.1 * rank
    if first_person is not None:
        points[first_person] = points.get(first_person, 0.0) + 4
    return max(points, key=lambda c: points[c], default=None)


def _decode(found: list[Evidence], first_person: Character | None) -> list[Character | None]:
    """The most plausible speakers of quotations that follow each other."""
    tones = _tones(found)
    compact = _is_compact(found)
    states: dict[_State, _Best] = {(None, None): _Best(0.0, None)}
    history: list[dict[_State, _Best]] = []
    before: Evidence | None = None
    for number, evidence in enumerate(found):
        own = _own_points(found, number, first_person, tones)
        following: dict[_State, _Best] = {}
        for state, best in states.items():
            for character, points in own.items():
                total = best.points + points + _turn(state, character, evidence, before, compact)
                after = (character, state[1] if character is state[0] else state[0])
                if after not in following or following[after].points < total:
                    following[after] = _Best(total, state)
        history.append(following)
        states, before = following, evidence
    return _walk_back(history)


def _walk_back(history: list[dict[_State, _Best]]) -> list[Character | None]:
    speakers: list[Character | None] = []
    state: _State | None = None
    for states in reversed(history):
        if state is None:
            state = max(states, key=lambda s: states[s].points)
        speakers.append(state[0])
        state = states[state].back
    return speakers[::-1]


def _own_points(
    found: list[Evidence],
    number: int,
    first_person: Character | None,
    tones: dict[Character, Counter[str]],
) -> dict[Character | None, float]:
    """Candidates for a quotation and the points each has by itself."""
    evidence = found[number]
    if evidence.fixed is not None:
        return {evidence.fixed: 0.0}
    points: dict[Character, float] = {}
    for other in (evidence, *found[number + 1 : number + 2]):
        if other.link:
            points[other.link.character] = _RECENT
    linked = set(points)
    for rank, character in enumerate(evidence.soon):
        points.setdefault(character, _SOON - 0.1 * rank)
    for character in _others(found, number):
        points.setdefault(character, _AROUND)
    if first_person is not None:
        points.setdefault(first_person, _FIRST_PERSON)
    for rank, character in enumerate(evidence.recent[:4]):
        points[character] = max(points.get(character, -9.0), _RECENT - 0.1 * rank)
    for character, more in evidence.hints.items():
        points[character] = points.get(character, 0.0) + more
    for character in points:
        points[character] += _manner(character, evidence, tones)
        if character in evidence.barred:
            points[character] += _BARRED
        if character in evidence.told_of:
            points[character] += _TOLD_OF
        points[character] -= _SEVERAL * character.plural
    ranked = sorted(points, key=lambda c: (c not in linked, -points[c]))[:_CANDIDATES]
    return {c: points[c] for c in ranked} or {None: 0.0}


def _others(found: list[Evidence], number: int) -> Iterable[Character]:
    """Who takes part in the talk around a quotation."""
    for other in found[max(0, number - _AHEAD) : number + _AHEAD + 1]:
        if other.fixed is not None:
            yield other.fixed
        yield from other.called
        yield from other.recent[:1]


def _turn(
    state: _State,
    character: Character | None,
    evidence: Evidence,
    before: Evidence | None,
    compact: bool,
) -> float:
    """Points for this character to speak after these two."""
    last, before_last = state
    if before is None or character is None:
        return 0.0
    total = _linked(evidence.link, last, character)
    if evidence.same:
        return _GOES_ON if character is last else 0.0
    if evidence.gap > _FAR:
        return total
    near = evidence.gap == 0 and not evidence.tagged
    if character is last:
        if evidence.tagged:
            total += _ANSWER if before.asks and not evidence.asks else _AFTER_TAG[compact]
        else:
            total += _AGAIN if near else _AGAIN_LATER
            total += _ANSWER if before.asks and not evidence.asks and not near else 0.0
        if evidence.turn == before.turn:
            total += _SAME_TURN[compact]
        if evidence.replies and (near or evidence.tagged):
            total += _REPLIES
    elif before_last is not None and character is not before_last:
        told = evidence.fixed is not None or character in evidence.hints
        if character not in before.called and not told:
            total += _THIRD if evidence.gap == 0 else _THIRD_LATER
    if character in before.called and character is not last:
        total += _CALLED if near else _CALLED_LATER
    if last is not None and last in evidence.called:
        total += _CALLS
    return total


def _is_compact(found: list[Evidence]) -> bool:
    """Whether several speak in one paragraph: quotations stand side by side, or two have tags."""
    for before, evidence in pairwise(found):
        if before.turn == evidence.turn and not evidence.same:
            if evidence.gap == 0 and not evidence.tagged:
                return True
            if None not in (before.fixed, evidence.fixed) and before.fixed is not evidence.fixed:
                return True
    return False


def _linked(link: Link | None, last: Character | None, character: Character) -> float:
    """Points of an action between the quotations of these two."""
    if link is None or link.character not in (last, character):
        return 0.0
    if last is character:
        return link.both
    return link.first if link.character is last else link.second


def _tones(found: list[Evidence]) -> dict[Character, Counter[str]]:
    """How each character talks where it is sure to be the one."""
    tones: defaultdict[Character, Counter[str]] = defaultdict(Counter)
    for evidence in found:
        if evidence.fixed is not None:
            tones[evidence.fixed].update(evidence.tones)
    return tones


def _manner(
    character: Character, evidence: Evidence, tones: dict[Character, Counter[str]]
) -> float:
    """Points for talking as this character talks elsewhere, and as old people do."""
    total = 0.0
    if "elder" in evidence.tones:
        total += _ELDER if character.elder else -_ELDER / 2 * character.first_person
    own = tones.get(character, Counter[str]())
    for tone, other in (("polite", "plain"), ("plain", "polite")):
        if tone in evidence.tones:
            total += _LEVEL * max(-1, min(0, own[tone] - own[other]))
    return total

"""Taking turns: who speaks where the narration does not say.

Two talk by turns: whoever was just addressed answers, and the one before the last speaks again. Each
hint has points; the best candidate speaks, if any has more than none.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque

from pyojeong.text.speakers_cast import Character
from pyojeong.text.speakers_scene import Evidence

_PARTICIPANTS = 4
_AGAIN, _AGAIN_LATER = -4.0, -0.5
_BEFORE_LAST, _BEFORE_LAST_LATER = 3.0, 1.0
_WAS_CALLED, _BARRED, _GOES_ON = 2.5, -9.0, 2.5
_NEXT_SPEAKS, _NEXT_CALLS = -4.0, 2.0
_AFTER_TAG, _ANSWER = 2.5, -1.0
_TOLD_OF, _ELDER, _LEVEL = -1.5, 2.0, 1.5


def take_turns(found: list[Evidence], first_person: Character | None) -> list[Character | None]:
    """The speaker of each quotation in order, None for nobody."""
    for evidence, following in reversed(list(zip(found, found[1:], strict=False))):
        if evidence.goes_on and evidence.fixed is None and following.fixed is not None:
            evidence.fixed, evidence.clue = following.fixed, "inside"
    speakers: list[Character | None] = []
    talk = _Talk(first_person)
    for number, evidence in enumerate(found):
        following = found[number + 1] if number + 1 < len(found) else None
        speaker = None if evidence.silent else talk.speaker(evidence, following)
        speakers.append(speaker)
        if not evidence.silent:
            talk.note(evidence, speaker)
    return speakers


class _Talk:
    """Who has spoken lately."""

    def __init__(self, first_person: Character | None) -> None:
        self.first_person = first_person
        self.last: Character | None = None
        self.before_last: Character | None = None
        self.called: list[Character] = []
        self.asked = False
        self.tones: defaultdict[Character, Counter[str]] = defaultdict(Counter)
        self.recent: deque[Character] = deque(maxlen=_PARTICIPANTS)

    def speaker(self, evidence: Evidence, following: Evidence | None) -> Character | None:
        if evidence.fixed is not None:
            return evidence.fixed
        if evidence.same and self.last is not None:
            evidence.clue = "inside"
            return self.last
        if evidence.kind == "thought":
            return self._thinker(evidence)
        points = self._points(evidence, following)
        best = max(points, key=lambda c: points[c], default=None)
        return best if best is not None and points[best] > -3 else None

    def note(self, evidence: Evidence, speaker: Character | None) -> None:
        if evidence.kind == "thought" or speaker is None:
            return
        if speaker is not self.last:
            self.before_last, self.last = self.last, speaker
        if speaker in self.recent:
            self.recent.remove(speaker)
        self.recent.append(speaker)
        self.called = [c for c in evidence.called if c is not speaker]
        self.asked = evidence.asks
        self.tones[speaker].update(evidence.tones)

    def _thinker(self, evidence: Evidence) -> Character | None:
        points = dict(evidence.hints)
        for rank, character in enumerate(evidence.recent[:3]):
            points[character] = points.get(character, 0.0) + 0.5 - 0.1 * rank
        if self.first_person is not None:
            points[self.first_person] = points.get(self.first_person, 0.0) + 4
        return max(points, key=lambda c: points[c], default=None)

    def _points(self, evidence: Evidence, following: Evidence | None) -> dict[Character, float]:
        near = evidence.gap == 0
        points = {c: 0.0 for c in (*self.recent, *self.called)}
        for rank, character in enumerate(evidence.recent[:_PARTICIPANTS]):
            points[character] = 0.6 - 0.1 * rank
        if following is not None and following.gap <= 1:
            for character in following.called:
                points.setdefault(character, 0.0)
        points |= {c: points.get(c, 0.0) + p for c, p in evidence.hints.items()}
        if self.first_person is not None:
            points.setdefault(self.first_person, 0.0)
        for character in points:
            points[character] += self._turn(character, near, evidence)
            if character in evidence.barred:
                points[character] += _BARRED
            if following is not None and following.gap == 0 and not following.same:
                points[character] += self._ahead(character, following)
        return points

    def _turn(self, character: Character, near: bool, evidence: Evidence) -> float:
        total = 0.0
        if character is self.last:
            total += self._again(near, evidence)
        if character is self.before_last:
            total += _BEFORE_LAST if near else _BEFORE_LAST_LATER
        if character in self.called:
            total += _WAS_CALLED
        if character in evidence.told_of:
            total += _TOLD_OF
        total += self._manner(character, evidence)
        return total

    def _again(self, near: bool, evidence: Evidence) -> float:
        """Points for speaking twice: "…" said Tom. "…" is one, "…" "…" are two."""
        if evidence.tagged:
            return _ANSWER if self.asked and not evidence.asks else _AFTER_TAG
        return _AGAIN if near else _AGAIN_LATER

    def _manner(self, character: Character, evidence: Evidence) -> float:
        """Points for talking as this character talked before, and as old people do."""
        total = 0.0
        if "elder" in evidence.tones:
            total += _ELDER if character.elder else -_ELDER / 2
        for tone, other in (("polite", "plain"), ("plain", "polite")):
            if tone in evidence.tones:
                own = self.tones[character]
                more = own[tone] - own[other]
                total += _LEVEL * max(-1.0, min(1.0, more / 2))
        return total

    @staticmethod
    def _ahead(character: Character, following: Evidence) -> float:
        likely = following.fixed or _pronoun(following)
        if likely is character and not following.tagged:
            return _NEXT_SPEAKS
        return _NEXT_CALLS if character in following.called else 0.0


def _pronoun(evidence: Evidence) -> Character | None:
    """Whom the pronoun of a tag most likely means."""
    if evidence.clue != "pronoun" or not evidence.hints:
        return None
    return max(evidence.hints, key=lambda c: evidence.hints[c])

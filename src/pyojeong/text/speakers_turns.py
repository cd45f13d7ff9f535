"""Taking turns: who speaks where the narration does not say.

Two talk by turns: whoever was just addressed answers, and the one before the last speaks again. Each
hint has points; the best candidate speaks, if any has more than none.
"""

from __future__ import annotations

from collections import deque

from pyojeong.text.speakers_cast import Character
from pyojeong.text.speakers_scene import Evidence

_PARTICIPANTS = 4
_AGAIN, _AGAIN_LATER = -4.0, -0.5
_BEFORE_LAST, _BEFORE_LAST_LATER = 3.0, 1.0
_WAS_CALLED, _BARRED, _GOES_ON = 2.5, -9.0, 2.5
_NEXT_SPEAKS, _NEXT_CALLS = -2.0, 2.0


def take_turns(found: list[Evidence], first_person: Character | None) -> list[Character | None]:
    """The speaker of each quotation in order, None for nobody."""
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
            total += _AGAIN if near else _AGAIN_LATER
        if character is self.before_last:
            total += _BEFORE_LAST if near else _BEFORE_LAST_LATER
        if character in self.called:
            total += _WAS_CALLED
        return total

    @staticmethod
    def _ahead(character: Character, following: Evidence) -> float:
        if following.fixed is character:
            return _NEXT_SPEAKS
        return _NEXT_CALLS if character in following.called else 0.0

"""Who says what in a story: every quotation with its speaker, and the cast.

Rules in the manner of quotation attribution for novels (Elson & McKeown 2010; He, Barbosa &
Kondrak 2013: tag, vocative, alternation), written anew for Korean and English: tags and the
particles that mark who speaks, action beside a quotation, who is addressed, and turn-taking.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from pyojeong.text.language import detect_language
from pyojeong.text.normalize import normalize
from pyojeong.text.speakers.cast import Character
from pyojeong.text.speakers.clues import Grammar
from pyojeong.text.speakers.en import English
from pyojeong.text.speakers.evidence import Evidence, Kind, look_back
from pyojeong.text.speakers.ko import Korean
from pyojeong.text.speakers.quotes import SINGLE, Turn, crowded, turns
from pyojeong.text.speakers.scene import Scene
from pyojeong.text.speakers.turns import take_turns

NARRATOR = "narrator"
"""Who tells what stands in no quotation."""


@dataclass(frozen=True, slots=True)
class SpeakerSpan:
    """`normalize(text)[start:end]`, a quotation with its marks, is said (or thought) by speaker.

    clue: what told it: "tag after", "tag before", "inside" (a quotation that goes on), "pronoun",
    "script" (name: words), "beat" (an action beside it), "turn" (turn-taking), "name" (it names
    its own speaker).
    """

    start: int
    end: int
    speaker: str
    kind: Kind
    clue: str


@dataclass(frozen=True, slots=True)
class CastMember:
    """A name and how many quotations it speaks or thinks."""

    name: str
    quotations: int


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Spans in order, none within another; all else is the narrator's. cast: who speaks, in the
    order of their first words."""

    spans: tuple[SpeakerSpan, ...]
    cast: tuple[CastMember, ...]


def attribute(text: str) -> Dialogue:
    """Who says each quotation of a Korean or English story; linear time for any text.

    Positions refer to `normalize(text)`. A quotation nobody says (a title, a sign, a sound), or
    whose speaker nothing tells, has no span.
    """
    scene = read_scene(normalize(text))
    speakers = take_turns(scene.found, scene.first_person)
    names = _names(scene.cast.characters)
    spans = tuple(
        _span(evidence, names[speaker.number])
        for evidence, speaker in zip(scene.found, speakers, strict=True)
        if speaker is not None
    )
    counts = Counter(span.speaker for span in spans)
    return Dialogue(spans, tuple(CastMember(name, n) for name, n in counts.items()))


def read_scene(text: str) -> Scene:
    """The evidence in a normalized text, and its cast."""
    found = turns(text)
    scene = Scene(text, _singles_speak(text, found), crowded(found))
    if not any(turn.quotes for turn in found):
        return scene
    grammars = _grammars(text, found)
    main = detect_language(text)
    for turn in found:
        lang = detect_language(text[turn.start : turn.end])
        scene.read(turn, grammars.get(lang) or grammars.get(main) or next(iter(grammars.values())))
    look_back(scene.found)
    return scene


def _span(evidence: Evidence, name: str) -> SpeakerSpan:
    return SpeakerSpan(evidence.start, evidence.end, name, evidence.kind, evidence.clue)


def _grammars(text: str, found: list[Turn]) -> dict[str, Grammar]:
    """A grammar for each language there is."""
    narration = [s for turn in found for s in turn.narration() if s[0] < s[1]]
    speech = [q.inside() for turn in found for q in turn.quotes]
    grammars: dict[str, Grammar] = {}
    if re.search("[가-힣]", text):
        names = {turn.script for turn in found if re.fullmatch("[가-힣]{2,6}", turn.script)}
        beside = [s for turn in found if turn.quotes for s in turn.narration() if s[0] < s[1]]
        grammars["ko"] = Korean(text, narration, speech, beside, names)
    if not grammars or re.search("[A-Za-z]{2}", text):
        grammars["en"] = English(text, narration)
    return grammars


def _singles_speak(text: str, found: list[Turn]) -> bool:
    """Whether single marks hold speech: where there are no double ones, and in Korean, which
    sets thoughts so, at least three that are finished sentences."""
    quotes = [q for turn in found for q in turn.quotes if not turn.script]
    if any(q.mark not in SINGLE for q in quotes):
        return False
    finished = sum(text[q.end - 2 : q.end - 1] in (*".!?…~",) for q in quotes)
    return detect_language(text) != "ko" or finished > 2


def _names(characters: list[Character]) -> dict[int, str]:
    """A name of its own for each character."""
    taken: set[str] = set()
    names: dict[int, str] = {}
    for character in characters:
        forms = character.forms()
        free = next((f for f in forms if f not in taken), None)
        base = forms[0] if forms else str(character.number)
        number = 2
        while free is None:
            numbered = f"{base} {number}"
            free = None if numbered in taken else numbered
            number += 1
        names[character.number] = free
        taken.add(free)
    return names

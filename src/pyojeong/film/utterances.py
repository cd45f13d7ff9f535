"""From subtitles to what is said: who is named, what is no speech, two speakers in one subtitle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyojeong.film.types import Character
from pyojeong.media.cues import Cue

LEAST_S = 0.2
"""A line is looked for on screen at least this long; karaoke and broken files have shorter ones."""

LONGEST = 5000
"""Characters of a subtitle that are looked at; one that fills the picture has 200."""

# Lines come with single spaces and none around; each pattern takes time in proportion to the text.
_DASH = re.compile(r"^[-\u2010-\u2015\u2212] ?(?=\S)")
# A sound or a manner, "[door slams]" or "(sighs)": described, not said.
_ASIDE = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")
_MUSIC = re.compile(r"[\u2669-\u266f]+|(?<!#)#+(?=\s|$)")
_NAMED = re.compile(r"^([^:\uff1a]{1,40}?) ?[:\uff1a] ?(?=\S)")
_BRACKETED = re.compile(r"^[\[(]([^\[\]()]{1,40})[\])] ?[:\uff1a]? ?(?=\S)")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one person says. start, end: seconds. text: as shown; said: the words alone. speaker:
    the name that the subtitle gives, if any. character: whose name that is."""

    start: float
    end: float
    text: str
    said: str
    speaker: str | None
    character: int | None


def utterances(cues: Iterable[Cue], characters: Sequence[Character]) -> list[Utterance]:
    """What is said, in order of time.

    A subtitle of two dashes, or of two names, is two utterances that share its time by their
    length. Sounds in brackets and music signs are left out, and with them what says nothing else.
    """
    names = _Names(characters)
    found: list[Utterance] = []
    for cue in cues:
        parts = [
            (cue.speaker or name, shown, said)
            for name, shown, said in _parts(cue.text[:LONGEST], names)
        ]
        total = sum(len(said) for _, _, said in parts)
        start = cue.start_s
        for speaker, shown, said in parts:
            end = min(cue.end_s, start + (cue.end_s - cue.start_s) * len(said) / total)
            character = names.find(speaker) if speaker else None
            # A name that is nobody's stays where people can see it.
            text = said if character is not None or cue.speaker else shown
            found.append(Utterance(start, end, text, said, speaker, character))
            start = end
    return sorted(found, key=lambda one: one.start)


class _Names:
    """The characters' names, as subtitles may write them."""

    def __init__(self, characters: Sequence[Character]) -> None:
        self._whole: dict[str, int] = {}
        words: dict[str, set[int]] = {}
        for number, character in enumerate(characters):
            self._whole.setdefault(_key(character.name), number)
            for word in _key(character.name).split():
                words.setdefault(word, set()).add(number)
        # "JOY" for "Joy Smith", but not "PERSON" for "person 1" and "person 2".
        self._words = {word: owners for word, owners in words.items() if not word.isdigit()}

    def find(self, name: str) -> int | None:
        """Whose name it is: the whole name, or a part that only one of them has."""
        key = _key(_ASIDE.sub("", name))
        if key in self._whole:
            return self._whole[key]
        owners = self._words.get(key, set())
        return next(iter(owners)) if len(owners) == 1 else None


def _key(name: str) -> str:
    return " ".join(_WORD.findall(name.casefold()))


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _parts(text: str, names: _Names) -> list[tuple[str | None, str, str]]:
    """(name before the words, text as shown, words alone) of each speaker in one subtitle."""
    parts: list[tuple[str | None, str, str]] = []
    for line in map(_spaced, text.split("\n")):
        bare = _DASH.sub("", line)
        name, rest = _name_and_rest(bare, names)
        said = _spaced(_MUSIC.sub("", _ASIDE.sub("", rest)))
        shown = _spaced(_MUSIC.sub("", bare)) if name else said
        if not _WORD.search(said):
            continue
        if parts and name is None and bare == line:
            before = parts[-1]
            parts[-1] = (before[0], f"{before[1]} {shown}", f"{before[2]} {said}")
        else:
            parts.append((name, shown, said))
    return parts


def _name_and_rest(line: str, names: _Names) -> tuple[str | None, str]:
    """ "JOY: Hello" or "[Joy] Hello": a name of the film, or one in capitals."""
    match = _BRACKETED.match(line)
    if match and names.find(match[1]) is not None:
        return match[1], line[match.end() :]
    match = _NAMED.match(line)
    if match is None:
        return None, line
    name = _ASIDE.sub("", match[1]).strip()
    capitals = name.upper() == name != name.lower() and len(name) > 1
    if names.find(name) is not None or capitals:
        return name, line[match.end() :]
    return None, line

"""What a language tells about a quotation: who is mentioned, and how, in the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, Protocol

STOP = re.compile(
    r"(?:(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)\.|[!?…。！？])+[\"'”’)]*(?=\s|$)"
)
"""The end of a sentence in narration."""

Role = Literal["topic", "subject", "addressee", "object", "owner", "with", "bare"]
Act = Literal["say", "ask", "answer", "think", ""]


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named in the text at `start` (position) in a role of the clause.

    name: as it may stand in a cast list. words: what identifies; one bearer has them all or some.
    looks: (kind, word) of adjectives. pronoun: it stands for somebody mentioned before. gender:
    "m", "f" or "". plural: several. sure: the form alone shows that somebody is meant.
    proper: a name. generic: "old", "young", "titled" or "any" for the old man, the girl, the teacher,
    the woman: they may be somebody who has a name.
    """

    start: int
    end: int
    name: str
    words: frozenset[str]
    role: Role = "bare"
    looks: frozenset[tuple[str, str]] = frozenset()
    pronoun: bool = False
    gender: str = ""
    plural: bool = False
    sure: bool = True
    proper: bool = False
    generic: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """The narration next to a quotation, read as its tag.

    subject: who does what it tells. addressee: to whom. act: the verb of speech or thought in it.
    attached: grammar binds it to the quotation (하고 …, said …). open: it is unfinished and goes
    on with the quotation after it. cited: it tells of somebody who hears the quotation. end:
    where its sentence ends; 0 where there is none.
    """

    subject: Mention | None = None
    addressee: Mention | None = None
    act: Act = ""
    attached: bool = False
    open: bool = False
    cited: bool = False
    end: int = 0


@dataclass(frozen=True, slots=True)
class Bond:
    """How a sentence in which somebody acts may belong to the quotations beside it. kind: language
    and form of the one who acts. moods: "silent", "enters", "leaves", "I"."""

    kind: str
    moods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """What a quotation tells of its own speaker and listener.

    called: whom it addresses. itself: who it says it is. told_of: others it names. tones: "polite",
    "plain" (levels of speech) or "elder" (as old people and kings talk). replies: it begins as
    answers and counter-questions do.
    """

    called: list[Mention] = field(default_factory=list)
    itself: Mention | None = None
    told_of: list[Mention] = field(default_factory=list)
    tones: frozenset[str] = frozenset()
    replies: bool = False


class Grammar(Protocol):
    """The rules of one language. Positions are those of the text it was made for."""

    def mentions(self, start: int, end: int) -> list[Mention]:
        """Everybody mentioned in a stretch of narration, in order."""
        ...

    def after(self, start: int, end: int, followed: bool, mentions: list[Mention]) -> Clause:
        """The clause after a quotation; followed: another quotation stands at `end`."""
        ...

    def before(self, start: int, end: int, mentions: list[Mention]) -> Clause:
        """The clause before a quotation that opens at `end`."""
        ...

    def bond(self, start: int, end: int, actor: Mention) -> Bond:
        """How a sentence, in which somebody acts, binds to the quotations beside it."""
        ...

    def address(self, start: int, end: int) -> Address:
        """Whom the words of a quotation address, and who they say they are."""
        ...

    def told(self, name: Mention) -> bool:
        """Whether the narration uses a name, or only those who speak."""
        ...

    def named(self, start: int, end: int) -> Mention:
        """The name before the colon of a line of a script."""
        ...

    def unspoken(self, start: int, quote: tuple[int, int], end: int) -> bool:
        """Whether a quotation is a title, a sign, a letter, a sound or a word under discussion;
        start, end: the narration around it."""
        ...


def last_sentence(text: str, start: int, end: int) -> tuple[int, bool]:
    """Where the last sentence of text[start:end] begins, and whether it goes on at `end`."""
    stops = [m.end() for m in STOP.finditer(text, start, end)]
    opened = bool(text[stops[-1] if stops else start : end].strip())
    if opened and stops:
        return stops[-1], opened
    return (stops[-2] if len(stops) > 1 else start), opened

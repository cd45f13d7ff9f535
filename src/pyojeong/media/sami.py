"""SAMI (.smi): the subtitles that most Korean films came with for years.

Follows Microsoft's "Understanding SAMI 1.0" (2003) and what players read: tags are rarely closed, a
text stands until the next of its class, and an empty one clears it.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from pyojeong.media import cues
from pyojeong.media.cues import Cue, no_cues, no_more_cues

_HEAD = 4096
_START = re.compile(r"<sami\b", re.I)
_COMMENT = re.compile(r"<!--[^<>]*-->")
# No "<" inside a tag: a file of nothing but those would take the square of its length.
_SYNC = re.compile(r"<sync\b([^<>]*)>", re.I)
_TIME = re.compile(r"\b(start|end)\s*=\s*[\"']?\s*(\d{1,9})(?![\d.])", re.I)
_PART = re.compile(r"<p\b([^<>]*)>", re.I)
_CLASS = re.compile(r"\bclass\s*=\s*[\"']?\s*([^\s\"'>]{1,40})", re.I)
_BREAK = re.compile(r"<br\b[^<>]*>", re.I)
_TAG = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"[^\S\n]+")
_LAST_S = 5.0
"""Seconds that the last text stands where nothing ends it."""


def is_sami(text: str) -> bool:
    """Whether a text begins as a SAMI file does."""
    return _START.search(text[:_HEAD]) is not None


def sami_cues(text: str, path: Path) -> list[Cue]:
    """The texts of the class (language) that has most of them, in order of time.

    Raises BadInput where there is none, or more than `cues.MOST_CUES`.
    """
    rows: list[tuple[str, float, float | None, str]] = []
    # Texts of one moment are often given in one block for each language.
    pieces = _SYNC.split(_COMMENT.sub("", text))
    for tag, body in zip(pieces[1::2], pieces[2::2], strict=True):
        times = {name.casefold(): int(value) / 1000 for name, value in _TIME.findall(tag)}
        if "start" in times:
            rows += [(kind, times["start"], times.get("end"), said) for kind, said in _parts(body)]
        if len(rows) > 2 * cues.MOST_CUES:
            raise no_more_cues(path, cues.MOST_CUES)
    counted = Counter(kind for kind, _, _, said in rows if said)
    if not counted:
        raise no_cues(path)
    kind = counted.most_common(1)[0][0]
    own = sorted((row[1:] for row in rows if row[0] == kind), key=lambda row: row[0])
    found = [
        Cue(start, max(start, next_ if end is None else min(end, next_)), said)
        for (start, end, said), (next_, _, _) in pairwise([*own, (own[-1][0] + _LAST_S, None, "")])
        if said
    ]
    if len(found) > cues.MOST_CUES:
        raise no_more_cues(path, cues.MOST_CUES)
    return found


def _parts(body: str) -> list[tuple[str, str]]:
    """(class, text as people read it) of each paragraph after a time."""
    pieces = _PART.split(body)
    named = [("", pieces[0])] if len(pieces) == 1 else []
    for tag, said in zip(pieces[1::2], pieces[2::2], strict=True):
        found = _CLASS.search(tag)
        named.append((found[1].casefold() if found else "", said))
    return [(kind, _plain(said)) for kind, said in named]


def _plain(text: str) -> str:
    lines = _BREAK.sub("\0", text.replace("\n", " ")).replace("\0", "\n")
    said = html.unescape(_TAG.sub("", lines)).replace("\xa0", " ")
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in said.split("\n")).strip()

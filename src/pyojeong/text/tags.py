"""Whether what follows a closed quotation still belongs to it: 하고 늑대가 말했어요, he said."""

from __future__ import annotations

import re

from pyojeong.text.endings import QUOTING, SPEECH_VERB_EN, SPEECH_VERB_KO

_REACH = 80
_CLAUSE_END = re.compile('[.!?…。！？\n"“‘「『]')
_WORDS = re.compile("[A-Za-z]+")


def goes_on(text: str, position: int, end: int, next_line: bool = False) -> bool:
    """Whether the sentence goes on after the quotation that ends at `position`.

    next_line: the words after it stand on a line of their own; then a tag that is itself
    followed by a quotation introduces that one instead.
    """
    rest = text[position : min(end, position + _REACH)]
    word = rest.lstrip()
    if not word or (word is not rest and len(word) == len(rest) and word[0].isalpha()):
        return bool(word)
    if len(word) == len(rest):
        # Nothing between: a particle (…"라고), a comma; another opening mark starts anew.
        return word[0].isalpha() or word[0] in ",;:，、.—–-"
    if word[0] in ",;:—–" and not next_line:
        return word[1:].lstrip()[:1].islower() or word[0] in ",;:"
    if QUOTING.match(word) or (word[0].isascii() and word[0].islower()):
        return True
    stop = _CLAUSE_END.search(word)
    clause = word[: stop.start()] if stop else word
    if next_line and stop and word[stop.end() :].lstrip()[:1] in tuple('"“‘「『'):
        return False
    return _is_tag(clause, stop is not None)


def _is_tag(clause: str, finished: bool) -> bool:
    """Whether a short clause is built on a verb of speech."""
    if clause[:1].isascii():
        return any(w.lower() in SPEECH_VERB_EN for w in _WORDS.findall(clause)[1:6])
    return finished and bool(SPEECH_VERB_KO.search(clause))

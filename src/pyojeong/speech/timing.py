"""When each word of the given text sounds, from the engine's phones and word events."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

from pyojeong.speech.espeak_process import EspeakReply
from pyojeong.speech.hangul import is_syllable
from pyojeong.speech.pronounced import Pronounced
from pyojeong.speech.types import Phone, Word

_VOWELS = frozenset("ɐɛʌoeuɯi")
_STRESS = str.maketrans("", "", "ˈˌ")
_TOKEN = re.compile(r"\S+")

Span = tuple[float, float]


def read_phones(reply: EspeakReply) -> tuple[Phone, ...]:
    """The sounds of an answer, without pauses, language marks and stress marks."""
    return tuple(p for p in _timeline(reply) if p.name and not p.name.startswith("("))


def word_times(given: str, spelled: Pronounced, reply: EspeakReply) -> tuple[Word, ...]:
    """The words of `given` that sound, in order.

    A word is a run of characters without space, less the punctuation around it; its time goes
    from its first to its last sound. `spelled` is what the engine was asked to say.
    """
    times = _character_times(spelled.text, reply)
    first, last = spelled.spans[0][0], spelled.spans[-1][1]
    spans = list(_tokens(given, first, last))
    heard: dict[int, list[Span]] = {}
    for time, (start, _) in zip(times, spelled.spans, strict=True):
        at = bisect_right(spans, (start, len(given) + 1)) - 1
        if time is not None and at >= 0 and start < spans[at][1]:
            heard.setdefault(at, []).append(time)
    return tuple(_in_order(spans, heard))


def _in_order(spans: list[tuple[int, int]], heard: dict[int, list[Span]]) -> Iterator[Word]:
    before = 0.0
    for at, times in sorted(heard.items()):
        before = max(before, min(start for start, _ in times))
        yield Word(*spans[at], before, max(before, *(end for _, end in times)))


def _tokens(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Spans of the words that overlap first to last."""
    while first > 0 and not text[first - 1].isspace():
        first -= 1
    for match in _TOKEN.finditer(text, first):
        start, end = match.span()
        if start >= last:
            return
        core = [i for i in range(start, end) if text[i].isalnum()]
        yield (core[0], core[-1] + 1) if core else (start, end)


def _timeline(reply: EspeakReply) -> list[Phone]:
    ends = [at for _, at in reply.phones[1:]] + [len(reply.sound) // 2]
    return [
        Phone(name.translate(_STRESS), at / reply.rate, end / reply.rate)
        for (name, at), end in zip(reply.phones, ends, strict=True)
    ]


def _character_times(text: str, reply: EspeakReply) -> list[Span | None]:
    times: list[Span | None] = [None] * len(text)
    timeline = _timeline(reply)
    for start, end, span in _event_times(reply, timeline, len(text)):
        _share(times, text, start, end, span)
    syllables = [i for i, c in enumerate(text) if is_syllable(c)]
    if syllables:
        for i, span in zip(syllables, _syllable_times(text, syllables, timeline), strict=True):
            times[i] = span
    return times


def _share(times: list[Span | None], text: str, start: int, end: int, span: Span) -> None:
    """Share the time among the letters from start on, up to end or to Korean. They are often one
    word; but espeak says some pairs ("of the") in one go, with one event."""
    korean = next((i for i in range(start, end) if is_syllable(text[i])), end)
    letters = [i for i in range(start, korean) if text[i].isalnum()]
    step = (span[1] - span[0]) / max(1, len(letters))
    for rank, i in enumerate(letters):
        times[i] = (span[0] + rank * step, span[0] + (rank + 1) * step)


def _event_times(
    reply: EspeakReply, timeline: list[Phone], length: int
) -> Iterator[tuple[int, int, Span]]:
    """(first character, first of the next, time) of each word event; it sounds until the next
    one, less the pause before that."""
    ends = [sample for _, _, sample in reply.words[1:]] + [len(reply.sound) // 2]
    sounding = [p for p in timeline if p.name]
    starts = [p.start_s for p in sounding]
    nexts = [position for position, _, _ in reply.words[1:]] + [length]
    for (position, _, sample), upto, end in zip(reply.words, nexts, ends, strict=True):
        start_s, limit_s = sample / reply.rate, end / reply.rate
        first, last = bisect_left(starts, start_s), bisect_left(starts, limit_s)
        if first < last:
            yield (
                max(0, position),
                min(upto, length),
                (start_s, min(limit_s, sounding[last - 1].end_s)),
            )


def _syllable_times(text: str, syllables: list[int], timeline: list[Phone]) -> list[Span]:
    """Time of each Hangul syllable. espeak gives no reliable word events in Korean, but exactly
    one vowel per syllable: the k-th vowel belongs to the k-th syllable."""
    phones = _korean_part(timeline)
    vowels = [i for i, p in enumerate(phones) if p.name in _VOWELS]
    if len(vowels) != len(syllables):
        return _spread(len(syllables), phones or timeline)
    starts = [0]
    for (before, at), character in zip(pairwise(vowels), syllables, strict=False):
        starts.append(_boundary(phones, before, at, _has_coda(text[character])))
    ends = [*starts[1:], len(phones)]
    spans = []
    for start, end, vowel in zip(starts, ends, vowels, strict=True):
        sounding = [p.end_s for p in phones[vowel:end] if p.name]
        spans.append((phones[start].start_s, max(sounding)))
    return spans


def _boundary(phones: list[Phone], before: int, at: int, coda: bool) -> int:
    """Index of the first sound of the syllable whose vowel is phone `at`."""
    between = range(before + 1, at)
    pauses = [i for i in between if not phones[i].name]
    if pauses:
        return pauses[-1] + 1
    return min(before + 1 + coda, at) if len(between) > 1 or not coda else at


def _has_coda(syllable: str) -> bool:
    return (ord(syllable) - ord("가")) % 28 > 0


def _korean_part(timeline: list[Phone]) -> list[Phone]:
    """The phones of Korean words: outside "(en) … (ko)" in Korean speech, inside
    "(ko) … (en-us)" in English speech."""
    kept: list[Phone] = []
    marks = [phone.name for phone in timeline if phone.name.startswith("(")]
    korean = not marks or marks[0] != "(ko)"
    for phone in timeline:
        if phone.name.startswith("("):
            korean = phone.name == "(ko)"
        elif korean:
            kept.append(phone)
    return kept


def _spread(count: int, phones: list[Phone]) -> list[Span]:
    """Equal shares of the sounding time: the last resort."""
    sounding = [p for p in phones if p.name]
    if not sounding:
        return [(0.0, 0.0)] * count
    first, last = sounding[0].start_s, sounding[-1].end_s
    step = (last - first) / count
    return [(first + i * step, first + (i + 1) * step) for i in range(count)]

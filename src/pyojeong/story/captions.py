"""One sentence → subtitle cues that fit into two lines, timed by its words."""

from __future__ import annotations

from pyojeong.media.subtitles import Cue, SubtitlePainter, split_spans
from pyojeong.story.performance import Take


def captions(take: Take, painter: SubtitlePainter) -> list[Cue]:
    """Cues of a take: the first starts and the last ends with the sentence, and a cue in between
    starts when its first word is spoken."""
    said_from, said_to = take.spoken
    text = take.line.text
    spans = split_spans(text, painter.fits)
    starts = [said_from]
    for begin, _ in spans[1:]:
        starts.append(max(starts[-1], _spoken_at(take, begin)))
    ends = [*starts[1:], said_to]
    return [
        Cue(start, end, text[a:b])
        for start, end, (a, b) in zip(starts, ends, spans, strict=True)
        if end > start
    ]


def _spoken_at(take: Take, position: int) -> float:
    for word in take.words:
        if word.end > position:
            return word.start_s
    return take.spoken[1]

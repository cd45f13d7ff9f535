"""One sentence → subtitle cues that fit into two lines, timed by its words."""

from __future__ import annotations

from pyojeong.media.subtitles import Cue, SubtitlePainter
from pyojeong.story.performance import Take


def captions(take: Take, painter: SubtitlePainter) -> list[Cue]:
    """Cues of a take: the first starts and the last ends with the sentence, and a cue in between
    starts when its first word is spoken."""
    line = take.line
    pieces = painter.split(line.text)
    starts = [take.line.start_s or 0.0]
    position = len(pieces[0])
    for piece in pieces[1:]:
        position = line.text.find(piece[:8], position) if position < len(line.text) else position
        starts.append(max(starts[-1], _spoken_at(take, position)))
        position += len(piece)
    ends = [*starts[1:], line.end_s or starts[-1]]
    return [
        Cue(start, end, piece)
        for start, end, piece in zip(starts, ends, pieces, strict=True)
        if end > start
    ]


def _spoken_at(take: Take, position: int) -> float:
    for word in take.words:
        if word.end > position:
            return word.start_s
    return take.line.end_s or 0.0

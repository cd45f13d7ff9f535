"""Storyboard → performance: sound, and the Expression the face wears at every moment.

A performance is made sentence by sentence, so a long story needs no more memory than a short
one: each `Take` holds one sentence with its pause and knows its neighbours' emotions.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import Emotion
from pyojeong.expression import Expression, emotion_expression
from pyojeong.media.audio import resample
from pyojeong.speech.types import Voice, Word
from pyojeong.speech.visemes import VisemeTrack, viseme_track
from pyojeong.story.motion import Motion, smoothstep
from pyojeong.story.speaking import speak_line
from pyojeong.story.storyboard import NARRATOR, Line, Storyboard

RATE = 44_100
"""Sample rate of every film, Hz."""
INTRO_S = 0.7
OUTRO_S = 1.2
LEAD_S = 0.35
"""A feeling shows this long before the words that carry it."""
EASE_S = 0.6
"""How long a face takes from one feeling to the next."""
AFTERGLOW = 0.75
"""Share of a feeling that is left at the end of the pause after its sentence."""

OPENING: dict[str, float] = {
    "jawOpen": 0.4,
    "mouthFunnel": 0.4,
    "mouthUpperUpLeft": 1.0,
    "mouthUpperUpRight": 1.0,
    "mouthLowerDownLeft": 1.0,
    "mouthLowerDownRight": 1.0,
}
"""Coefficients that part the lips, and the share of them that a feeling keeps while the face
speaks: then the sounds decide. In pauses it keeps none, and the mouth is closed."""

TOGETHER = Expression({"mouthRollUpper": 0.15, "mouthRollLower": 0.15})
"""Lips that rest on each other in pauses: photos that smile have thin ones, easily a slit."""

# Head (pitch, yaw, roll; degrees) that goes with a feeling at full intensity. Sadness and anger
# lower the head, surprise lifts it, disgust turns away (Wallbott 1998, table 3).
POSTURE: dict[Emotion, tuple[float, float, float]] = {
    Emotion.HAPPINESS: (0.8, 0.0, 1.8),
    Emotion.ANGER: (-2.0, 0.0, 0.0),
    Emotion.SADNESS: (-3.0, 0.0, 1.5),
    Emotion.FEAR: (0.8, 1.0, -0.8),
    Emotion.SURPRISE: (2.0, 0.0, 0.0),
    Emotion.DISGUST: (-0.5, 2.5, -1.0),
    Emotion.NEUTRAL: (0.0, 0.0, 0.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One sentence in time, with the silence before the first and after each.

    start_s, end_s: the stretch of film it fills, seconds. samples: (n,) float32 mono at `RATE`
    for exactly that stretch. line: the sentence, timed. words: spans in `line.text`, in film
    time. before, during, after: feelings of the previous, this and the next sentence.
    """

    line: Line
    start_s: float
    end_s: float
    samples: NDArray[np.float32]
    words: tuple[Word, ...]
    mouth: VisemeTrack
    before: Expression
    during: Expression
    after: Expression | None

    def expression(self, t: float, motion: Motion) -> Expression:
        """What the face does at film time t (seconds) in [start_s, end_s)."""
        said_from, said_to = self.spoken
        feeling = self._feeling(t, said_from, said_to)
        speaking = self._speaking(t - said_from)
        opening = {n: feeling[n] * (share * speaking - 1) for n, share in OPENING.items()}
        mouth = self.mouth.at(t - said_from) + TOGETHER * (1 - speaking)
        return motion.alive(feeling + Expression(opening) + mouth, t, speaking)

    def _speaking(self, t: float) -> float:
        """1 while the voice sounds, easing to 0 in pauses; t in seconds of the sentence."""
        stretches = self.mouth.spoken
        if not len(stretches):
            return 0.0
        outside = np.maximum(stretches[:, 0] - t, t - stretches[:, 1]).min()
        return smoothstep(1 - float(outside) / 0.1)

    @property
    def spoken(self) -> tuple[float, float]:
        """When the sentence sounds: start and end, seconds of film."""
        return self.line.start_s or 0.0, self.line.end_s or 0.0

    def _feeling(self, t: float, said_from: float, said_to: float) -> Expression:
        arriving = smoothstep((t - said_from + LEAD_S) / EASE_S)
        middle = 1.0 - abs(2 * (t - said_from) / max(said_to - said_from, 1e-6) - 1)
        swell = 0.92 + 0.08 * smoothstep(middle)
        fading = smoothstep((t - said_to) / max(self.end_s - said_to, EASE_S))
        now = self.before.lerp(self.during * swell, arriving) * (1 - (1 - AFTERGLOW) * fading)
        if self.after is None:
            return now
        return now.lerp(self.after * 0.92, smoothstep((t - self.end_s + LEAD_S) / EASE_S))


def perform(storyboard: Storyboard, voice: Voice, fps: float) -> Iterator[Take]:
    """Speak every line and time it.

    fps: frame rate the performance will be drawn at, so that no closing of the lips falls
    between two frames.
    """
    lines = storyboard.lines
    feelings = [feeling_of(line) for line in lines]
    cast = tuple(name for name in storyboard.cast() if name != NARRATOR)
    sample = round(INTRO_S * RATE)
    start = 0
    for i, line in enumerate(lines):
        speech = speak_line(line, voice, cast)
        sound = resample(speech.samples, speech.rate, RATE)
        last = i + 1 == len(lines)
        end = sample + len(sound) + round((OUTRO_S if last else line.pause_s) * RATE)
        samples = np.zeros(end - start, np.float32)
        samples[sample - start : sample - start + len(sound)] = sound
        said_from = sample / RATE
        yield Take(
            line=line.at(said_from, (sample + len(sound)) / RATE),
            start_s=start / RATE,
            end_s=end / RATE,
            samples=samples,
            words=tuple(_later(word, said_from) for word in speech.words),
            mouth=viseme_track(speech, fps),
            before=(feelings[i - 1] * (0.92 * AFTERGLOW)) if i else Expression(),
            during=feelings[i],
            after=None if last else feelings[i + 1],
        )
        start = sample = end


def feeling_of(line: Line) -> Expression:
    """The face and the posture of a line's emotion."""
    pitch, yaw, roll = POSTURE[line.emotion]
    posture = Expression(head=(pitch, yaw, roll))
    return emotion_expression(line.emotion, line.intensity) + posture * line.intensity


def seed_of(storyboard: Storyboard) -> int:
    """A number that is the same for the same words: the same story blinks the same way."""
    return zlib.crc32("\n".join(line.text for line in storyboard.lines).encode())


def _later(word: Word, seconds: float) -> Word:
    return Word(word.start, word.end, word.start_s + seconds, word.end_s + seconds)

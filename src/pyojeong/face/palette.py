"""One colour per emotion, wherever Pyojeong draws: pictures, films, charts, reports.

The hues are those of the terminal (`cli/output.py`): yellow happiness, red anger, blue sadness,
magenta fear, cyan surprise, green disgust, grey neutral; light or dark enough that black or white
text on them has a contrast of at least 4.5 (WCAG 2.1, 1.4.3).
"""

from __future__ import annotations

from pyojeong.emotion import Emotion

Colour = tuple[int, int, int]
"""sRGB, 0 to 255."""

COLOURS: dict[Emotion, Colour] = {
    Emotion.HAPPINESS: (255, 204, 51),
    Emotion.ANGER: (214, 45, 48),
    Emotion.SADNESS: (43, 104, 214),
    Emotion.FEAR: (156, 62, 201),
    Emotion.SURPRISE: (54, 200, 220),
    Emotion.DISGUST: (36, 126, 54),
    Emotion.NEUTRAL: (203, 208, 214),
}

UNSURE: Colour = (74, 79, 88)
"""Ground of a reading that should not be relied on, and of a face that could not be read."""

PANEL: Colour = (24, 27, 33)
"""Ground of charts and legends."""

BLACK, WHITE = (16, 17, 20), (255, 255, 255)


def luminance(colour: Colour) -> float:
    """Relative luminance of an sRGB colour, 0 to 1 (WCAG 2.1)."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in _unit(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(ground: Colour) -> Colour:
    """Black or white, whichever is read more easily on that ground."""
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, ground))


def _unit(colour: Colour) -> tuple[float, ...]:
    return tuple(v / 255 for v in colour)

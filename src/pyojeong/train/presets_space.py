"""Where the search for emotion presets begins and how far it may go.

Each row: coefficient -> (EMFACS start, least, most). EMFACS action units (Friesen & Ekman 1983)
in ARKit terms: AU1 browInnerUp, AU2 browOuterUp, AU4 browDown, AU5 eyeWide, AU6 cheekSquint,
AU7 eyeSquint, AU9 noseSneer, AU10 mouthUpperUp, AU12 mouthSmile, AU15 mouthFrown, AU16
mouthLowerDown, AU17 mouthShrugLower, AU20 mouthStretch, AU22 mouthFunnel, AU23/24 mouthPress,
AU26 jawOpen, AU28 mouthRollLower/Upper, AU29 jawForward.
"""

from __future__ import annotations

from pyojeong.emotion import Emotion

Range = tuple[float, float, float]

SPACE: dict[Emotion, dict[str, Range]] = {
    Emotion.HAPPINESS: {
        "mouthSmile": (0.8, 0.5, 1.0), "cheekSquint": (0.7, 0.3, 1.0),
        "eyeSquint": (0.3, 0.0, 0.5), "mouthUpperUp": (0.15, 0.0, 0.4),
        "jawOpen": (0.06, 0.0, 0.15), "mouthDimple": (0.0, 0.0, 0.3),
        "mouthLowerDown": (0.0, 0.0, 0.3),
    },
    Emotion.ANGER: {
        "browDown": (1.0, 0.6, 1.1), "eyeSquint": (0.3, 0.0, 0.8), "eyeWide": (0.2, 0.0, 0.6),
        "noseSneer": (0.3, 0.0, 0.8), "mouthPress": (0.4, 0.0, 1.0),
        "mouthFrown": (0.3, 0.0, 0.9), "mouthShrugLower": (0.1, 0.0, 0.6),
        "mouthRollUpper": (0.0, 0.0, 0.4), "mouthRollLower": (0.0, 0.0, 0.4),
        "jawForward": (0.1, 0.0, 0.4), "mouthUpperUp": (0.0, 0.0, 0.5),
        "mouthLowerDown": (0.0, 0.0, 0.5), "jawOpen": (0.0, 0.0, 0.08),
        "mouthStretch": (0.0, 0.0, 0.4), "mouthFunnel": (0.0, 0.0, 0.2),
        "cheekSquint": (0.0, 0.0, 0.6),
    },
    Emotion.SADNESS: {
        "browInnerUp": (1.0, 0.6, 1.1), "browDown": (0.3, 0.0, 0.6),
        "mouthFrown": (0.9, 0.5, 1.1), "mouthShrugLower": (0.4, 0.0, 0.8),
        "eyeSquint": (0.2, 0.0, 0.6), "eyeBlink": (0.1, 0.0, 0.25),
        "cheekSquint": (0.0, 0.0, 0.5), "mouthStretch": (0.0, 0.0, 0.4),
        "mouthPress": (0.0, 0.0, 0.5), "mouthRollLower": (0.0, 0.0, 0.4),
        "mouthLowerDown": (0.0, 0.0, 0.2), "jawOpen": (0.0, 0.0, 0.06),
    },
    Emotion.FEAR: {
        "browInnerUp": (1.0, 0.6, 1.1), "browOuterUp": (0.3, 0.0, 0.9),
        "browDown": (0.3, 0.0, 0.8), "eyeWide": (1.0, 0.6, 1.1),
        "mouthStretch": (0.8, 0.4, 1.1), "mouthLowerDown": (0.4, 0.0, 0.9),
        "jawOpen": (0.12, 0.0, 0.32), "mouthUpperUp": (0.1, 0.0, 0.5),
        "mouthFrown": (0.2, 0.0, 0.9), "noseSneer": (0.0, 0.0, 0.3),
    },
    Emotion.SURPRISE: {
        "browInnerUp": (0.9, 0.4, 1.1), "browOuterUp": (0.9, 0.4, 1.1),
        "eyeWide": (0.8, 0.4, 1.0), "jawOpen": (0.3, 0.15, 0.5),
        "mouthFunnel": (0.1, 0.0, 0.5), "mouthPucker": (0.0, 0.0, 0.3),
    },
    Emotion.DISGUST: {
        "noseSneer": (0.9, 0.6, 1.1), "mouthUpperUp": (0.5, 0.0, 1.1),
        "browDown": (0.4, 0.0, 1.0), "cheekSquint": (0.4, 0.0, 1.0),
        "eyeSquint": (0.4, 0.0, 1.0), "mouthFrown": (0.4, 0.0, 1.0),
        "mouthShrugLower": (0.3, 0.0, 0.8), "mouthLowerDown": (0.0, 0.0, 0.6),
        "mouthPress": (0.0, 0.0, 0.5), "mouthStretch": (0.0, 0.0, 0.6),
        "jawOpen": (0.0, 0.0, 0.2), "eyeBlink": (0.0, 0.0, 0.3),
        "mouthRollLower": (0.0, 0.0, 0.4), "mouthFunnel": (0.0, 0.0, 0.3),
        "mouthDimple": (0.0, 0.0, 0.4),
    },
}  # fmt: skip

ANTAGONISTS: tuple[tuple[str, str], ...] = (
    ("eyeWide", "eyeSquint"), ("eyeWide", "cheekSquint"), ("eyeWide", "eyeBlink"),
    ("mouthSmile", "mouthFrown"), ("mouthPress", "jawOpen"), ("mouthPress", "mouthUpperUp"),
    ("mouthPress", "mouthLowerDown"), ("browDown", "browOuterUp"),
    ("mouthRollLower", "mouthLowerDown"), ("mouthRollUpper", "mouthUpperUp"),
    ("mouthStretch", "mouthFunnel"), ("mouthShrugLower", "jawOpen"),
)  # fmt: skip
"""Pairs of muscles that work against each other."""

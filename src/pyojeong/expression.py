"""What the face does: coefficients in the ARKit-52 vocabulary plus head rotation and gaze.

Emotions, visemes, blinks and sliders all become Expressions; whatever draws one never asks
why the face moves. "Left" and "right" are the person's own, as in ARKit.
Pure Python, no numpy: the vocabularies load with `import pyojeong`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from pyojeong.emotion import Emotion, EmotionScores
from pyojeong.errors import BadSettings

ARKIT_52: tuple[str, ...] = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight",
    "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight",
    "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight",
    "tongueOut",
)  # fmt: skip
"""Names and order of the face coefficients (Apple ARKit `ARFaceAnchor.BlendShapeLocation`)."""

_KNOWN = frozenset(ARKIT_52)
SIDED: tuple[str, ...] = tuple(n[:-4] for n in ARKIT_52 if n.endswith("Left") and n[:-4])
_PAIRS = frozenset(s for s in SIDED if s + "Right" in _KNOWN and s not in ("jaw", "mouth"))


@dataclass(frozen=True, slots=True)
class Expression:
    """A facial expression; a missing coefficient is 0.

    coefficients: ARKit name → weight. 0 is rest, 1 the full shape; values outside [0, 1] are
    kept (sums may exceed 1, "neutralise" may be negative) until something draws them.
    head: (pitch, yaw, roll) in degrees; pitch + looks up, yaw + turns to the person's left,
    roll + tilts to the person's left shoulder. gaze: (pitch, yaw) in degrees, same signs.
    """

    coefficients: Mapping[str, float] = field(default_factory=dict)
    head: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gaze: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        clean: dict[str, float] = {}
        for name, value in self.coefficients.items():
            if name not in _KNOWN:
                raise BadSettings(*_unknown_coefficient(name))
            if not math.isfinite(value):
                raise BadSettings(
                    f"{name} must be a finite number.", f"{name} 값은 유한한 수여야 합니다."
                )
            if value:
                clean[name] = float(value)
        object.__setattr__(self, "coefficients", clean)

    def __getitem__(self, name: str) -> float:
        if name not in _KNOWN:
            raise KeyError(name)
        return self.coefficients.get(name, 0.0)

    def __add__(self, other: Expression) -> Expression:
        names = {*self.coefficients, *other.coefficients}
        p, y, r = (a + b for a, b in zip(self.head, other.head, strict=True))
        gp, gy = (a + b for a, b in zip(self.gaze, other.gaze, strict=True))
        return Expression({n: self[n] + other[n] for n in names}, (p, y, r), (gp, gy))

    def __mul__(self, factor: float) -> Expression:
        p, y, r = (v * factor for v in self.head)
        gp, gy = (v * factor for v in self.gaze)
        scaled = {n: v * factor for n, v in self.coefficients.items()}
        return Expression(scaled, (p, y, r), (gp, gy))

    __rmul__ = __mul__

    def lerp(self, other: Expression, t: float) -> Expression:
        """Linear interpolation: t = 0 gives self, t = 1 gives other."""
        return self * (1 - t) + other * t

    def clipped(self, low: float = 0.0, high: float = 1.0) -> Expression:
        """Every coefficient limited to [low, high]."""
        kept = {n: min(high, max(low, v)) for n, v in self.coefficients.items()}
        return Expression(kept, self.head, self.gaze)

    def mirrored(self) -> Expression:
        """The expression seen in a mirror: left and right exchanged, yaw and roll negated."""
        swapped = {_other_side(n): v for n, v in self.coefficients.items()}
        head = (self.head[0], -self.head[1], -self.head[2])
        return Expression(swapped, head, (self.gaze[0], -self.gaze[1]))

    def vector(self) -> tuple[float, ...]:
        """The 52 coefficients in the order of `ARKIT_52`."""
        return tuple(self.coefficients.get(n, 0.0) for n in ARKIT_52)


def _other_side(name: str) -> str:
    if name.endswith("Left"):
        return name[:-4] + "Right"
    return name[:-5] + "Left" if name.endswith("Right") else name


def _unknown_coefficient(name: str) -> tuple[str, str]:
    from difflib import get_close_matches

    close = get_close_matches(name, [*ARKIT_52, *_PAIRS], n=1)
    hint_en = f" Did you mean {close[0]}?" if close else ""
    hint_ko = f" 혹시 {close[0]}인가요?" if close else ""
    return (
        f"Unknown coefficient {name!r}.{hint_en}",
        f"모르는 표정 계수입니다: {name!r}.{hint_ko}",
    )


def both_sides(weights: Mapping[str, float]) -> dict[str, float]:
    """Expand names without a side ("mouthSmile") to both sides; full names pass through."""
    expanded: dict[str, float] = {}
    for name, value in weights.items():
        for full in (name + "Left", name + "Right") if name in _PAIRS else (name,):
            expanded[full] = expanded.get(full, 0.0) + value
    return expanded


@cache
def _presets() -> dict[str, Any]:
    text = resources.files("pyojeong").joinpath("weights/presets.json").read_text("utf-8")
    return dict(json.loads(text))


@cache
def emotion_presets() -> dict[Emotion, Expression]:
    """The full-intensity Expression of each emotion (EMFACS, tuned: docs/models/presets.md)."""
    table = _presets()["emotions"]
    return {e: Expression(both_sides(table[e.value])) for e in Emotion}


@cache
def emotion_variants(emotion: Emotion) -> tuple[Expression, ...]:
    """Full-intensity looks of one emotion: its preset, then others that a still face can wear,
    with teeth bared or the mouth open, which a talking one cannot."""
    others = _presets()["variants"].get(emotion.value, {})
    looks = [Expression(both_sides(weights)) for weights in others.values()]
    return (emotion_presets()[emotion], *looks)


@cache
def named_expressions() -> dict[str, Expression]:
    """Expressions with a name of their own that are no emotion: wink, smirk, pout ..."""
    return {name: Expression(both_sides(weights)) for name, weights in _presets()["named"].items()}


def named_expression(name: str) -> Expression:
    """One of `named_expressions`. Raises BadSettings with the list of names."""
    try:
        return named_expressions()[name]
    except KeyError as error:
        names = ", ".join(named_expressions())
        raise BadSettings(
            f"No expression called {name!r}; there are: {names}.",
            f"표정 {name!r}이(가) 없습니다. 사용 가능: {names}.",
        ) from error


def emotion_expression(emotion: Emotion | str, intensity: float = 1.0) -> Expression:
    """Preset of one emotion, scaled by an intensity in [0, 1]."""
    return emotion_presets()[Emotion(emotion)] * intensity


def blend_expression(scores: EmotionScores, intensity: float = 1.0) -> Expression:
    """Sum of the presets, each weighted by its probability."""
    total = Expression()
    for emotion, preset in emotion_presets().items():
        total = total + preset * (scores[emotion] * intensity)
    return total

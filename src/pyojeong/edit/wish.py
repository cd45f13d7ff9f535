"""What somebody wants a face to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyojeong.emotion import Emotion
from pyojeong.errors import BadSettings
from pyojeong.expression import Expression, emotion_variants

MOST_TURN = 12.0
"""Degrees a head can be turned in a photo; beyond, what the photo does not show would appear."""
MOST_GAZE = 30.0


@dataclass(frozen=True, slots=True)
class Wish:
    """mix: emotion -> intensity in [0, 1]; it takes the place of what the face shows. added: what
    is added to that: coefficients, head (degrees, at most `MOST_TURN`) and gaze (at most
    `MOST_GAZE`). alone: whether what is added takes the place of what the face shows too, as a
    whole expression does. Raises BadSettings."""

    mix: Mapping[Emotion, float] = field(default_factory=dict)
    added: Expression = field(default_factory=Expression)
    alone: bool = False

    def __post_init__(self) -> None:
        for angles, most in ((self.added.head, MOST_TURN), (self.added.gaze, MOST_GAZE)):
            if any(abs(a) > most for a in angles):
                shown = ", ".join(f"{a:g}" for a in angles)
                raise BadSettings(
                    f"An angle is beyond {most:g} degrees: {shown}. What the photo does not show "
                    "cannot be turned into view.",
                    f"각도가 {most:g}도를 넘습니다: {shown}. 사진에 보이지 않는 쪽은 돌려서 보일 수 "
                    "없습니다.",
                )

    @property
    def strongest(self) -> float:
        """The largest intensity; 0 without emotions."""
        return max(self.mix.values(), default=0.0)

    @property
    def main(self) -> Emotion | None:
        """The emotion of the largest intensity that moves a face; None for rest and none."""
        felt = {e: v for e, v in self.mix.items() if v > 0 and e is not Emotion.NEUTRAL}
        return max(felt, key=lambda e: felt[e]) if felt else None

    @property
    def empty(self) -> bool:
        """Whether nothing is asked."""
        return not self.mix and self.added == Expression()

    @property
    def relaxation(self) -> float:
        """How much of the photo's own expression is taken away: none at intensity 0, all of it
        from 0.5 on, and for what stands alone."""
        if self.alone:
            return 1.0
        t = min(max(sum(self.mix.values()) / 0.5, 0.0), 1.0)
        return t * t * (3 - 2 * t)

    def scaled(self, share: float) -> Wish:
        """The same wish at a share in [0, 1] of its intensities."""
        mix = {e: v * share for e, v in self.mix.items()}
        return Wish(mix, self.added * share, self.alone)

    def looks(self) -> tuple[Expression, ...]:
        """The expressions that show the mix, one per variant of its main emotion, without what
        is added."""
        main = self.main
        rest = Expression()
        for emotion, intensity in self.mix.items():
            if emotion is not main:
                rest = rest + emotion_variants(emotion)[0] * intensity
        if main is None:
            return (rest,)
        return tuple(rest + look * self.mix[main] for look in emotion_variants(main))

"""Reading an edited face back: did it become what was asked, and is it still the same person?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import KOREAN_NAMES, Emotion, EmotionScores
from pyojeong.face.types import FaceMesh
from pyojeong.media.files import Note

STILL = (33, 133, 362, 263, 6, 168, 10, 151, 127, 356, 234, 454)
"""Points that no expression moves: eye corners, nose bridge, middle of the forehead, temples."""
MOST_DRIFT = 4.0
"""Per cent of the eye distance; the mesh model itself wavers by about 1.5."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was asked of a face and what can be read from it afterwards.

    asked: emotion -> intensity in [0, 1]; empty when only coefficients were given. before,
    after: None where no classifier or no face could be read. moved: mean motion of the mesh
    points, identity_drift: mean motion of the points that should stay, both in per cent of the
    distance between the eyes. intensity: factor on the asked emotion that was finally drawn.
    failed: why not, in words.
    """

    asked: Mapping[Emotion, float]
    before: EmotionScores | None
    after: EmotionScores | None
    moved: float
    identity_drift: float
    intensity: float
    passed: tuple[str, ...]
    failed: tuple[Note, ...]

    @property
    def reached(self) -> bool:
        """Whether every check passed."""
        return not self.failed

    def as_dict(self) -> dict[str, Any]:
        """For JSON: {"asked", "before", "after", "moved_percent",
        "identity_drift_percent", "intensity", "passed", "failed", "reached"}."""
        return {
            "asked": {e.value: v for e, v in self.asked.items()},
            "before": self.before.as_reading() if self.before else None,
            "after": self.after.as_reading() if self.after else None,
            "moved_percent": round(self.moved, 2),
            "identity_drift_percent": round(self.identity_drift, 2),
            "intensity": round(self.intensity, 3),
            "passed": list(self.passed),
            "failed": [note.en for note in self.failed],
            "reached": self.reached,
        }


def judge(
    asked: Mapping[Emotion, float],
    before: tuple[FaceMesh, EmotionScores | None],
    after: tuple[FaceMesh | None, EmotionScores | None],
    intensity: float,
    strength: float = 1.0,
) -> Verdict:
    """Compare a face before and after an edit.

    strength: the share of the expression that could be drawn (`FaceRig.strength`).
    """
    mesh, scores = after
    moved, drift = (0.0, 0.0) if mesh is None else _motion(before[0].points, mesh.points)
    passed: list[str] = []
    failed: list[Note] = []
    if mesh is None:
        failed.append(Note("no face is found any more", "얼굴을 더는 찾을 수 없습니다"))
    elif drift > MOST_DRIFT:
        failed.append(
            Note(
                f"points that should stay moved by {drift:.1f} % of the eye distance",
                f"움직이지 않아야 할 점들이 눈 사이 거리의 {drift:.1f} % 움직였습니다",
            )
        )
    else:
        passed += ["face", "identity"]
    if strength < 1:
        failed.append(
            Note(
                f"the face is turned far away: only {strength:.0%} of the expression is drawn",
                f"얼굴이 많이 돌아가 있어 표정의 {strength:.0%}만 그렸습니다",
            )
        )
    _check_emotion(asked, before[1], scores, passed, failed)
    return Verdict(
        dict(asked),
        before[1],
        scores,
        moved,
        drift,
        intensity,
        tuple(passed),
        tuple(failed),
    )


def _check_emotion(
    asked: Mapping[Emotion, float],
    before: EmotionScores | None,
    after: EmotionScores | None,
    passed: list[str],
    failed: list[Note],
) -> None:
    """A clear emotion must come out on top; a faint one must at least be read more than before."""
    if not any(asked.values()):
        return
    if after is None:
        failed.append(Note("the emotion could not be read", "감정을 읽을 수 없었습니다"))
        return
    strongest = max(asked.values())
    wanted = [e for e, v in asked.items() if v >= 0.5 * strongest and v > 0]
    top = after.emotion in wanted
    main = max(wanted, key=lambda e: asked[e])
    grew = before is not None and after[main] > before[main]
    if top or (strongest < 0.5 and grew):
        passed.append("emotion")
        return
    failed.append(
        Note(
            f"reads as {after.emotion.value} ({after.confidence:.0%}), "
            f"{main.value} only {after[main]:.0%}",
            f"{KOREAN_NAMES[after.emotion]}({after.confidence:.0%})(으)로 읽히고 "
            f"{KOREAN_NAMES[main]}은(는) {after[main]:.0%}뿐입니다",
        )
    )


def _motion(before: NDArray[np.float32], after: NDArray[np.float32]) -> tuple[float, float]:
    """Mean motion of all points and of `STILL`, in per cent of the eye distance, after a shift,
    turn and scale between the two pictures is taken out over the still points."""
    a, b = before[:468, :2].astype(np.float64), after[:468, :2].astype(np.float64)
    eyes = float(np.linalg.norm(a[[33, 133]].mean(0) - a[[263, 362]].mean(0)))
    points, others = a[list(STILL)], b[list(STILL)]
    pa, pb = points - points.mean(0), others - others.mean(0)
    u, spread, vt = np.linalg.svd(pb.T @ pa)
    turn = u @ vt
    scale = spread.sum() / max(float((pb**2).sum()), 1e-9)
    back = (b - others.mean(0)) @ turn * scale + points.mean(0)
    motion = np.linalg.norm(back - a, axis=1) / max(eyes, 1e-6) * 100
    return float(motion.mean()), float(motion[list(STILL)].mean())

"""A whole figure: crest, head, body, arms and legs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pyojeong.data.cartoon.canvas import Canvas, Colour, Points, blend, curve, oval
from pyojeong.data.cartoon.crest import draw_crest
from pyojeong.data.cartoon.face import Look, Pen, draw_face
from pyojeong.data.cartoon.feeling import Feeling
from pyojeong.data.cartoon.style import Style

NECK, LEGS = 0.82, 0.42
"""Where the body begins below the middle of the head, and how far the legs show."""


@dataclass(frozen=True, slots=True)
class Pose:
    """x, y: px, where the feet stand. size: px, half the head's height. turn: degrees, the whole
    figure. step: phase of walking, radians, None standing. play: (2,) of the arms, -1 to 1."""

    x: float
    y: float
    size: float
    turn: float = 0.0
    step: float | None = None
    play: tuple[float, float] = (0.0, 0.0)
    look: Look = field(default_factory=Look)


def draw_figure(canvas: Canvas, who: int, style: Style, feeling: Feeling, pose: Pose) -> Points:
    """Draw somebody; their pixels belong to `who` from 1 to 255. Gives where the middle of the head
    is, (2,) px."""
    tall = NECK + style.body[1] + LEGS
    angle = np.radians(pose.turn + feeling.lean)
    c, s = np.cos(angle) * pose.size, np.sin(angle) * pose.size
    matrix = np.array([[c, -s, pose.x + s * tall], [s, c, pose.y - c * tall]])
    pen = Pen(canvas, matrix, who)
    _legs(pen, style, pose.step)
    _arm(pen, style, feeling, pose, -1)
    _body(pen, style)
    if feeling.near < 0.35:
        _arm(pen, style, feeling, pose, 1)
    head = _tilted(pen, feeling)
    draw_crest(head, style, pose.look.yaw)
    _head(head, style)
    draw_face(head, style, feeling, pose.look)
    if feeling.near >= 0.35:
        _arm(pen, style, feeling, pose, 1)
    return np.asarray(head.matrix[:, 2])


def _tilted(pen: Pen, feeling: Feeling) -> Pen:
    """The head nods by sinking, and leans a little more than the body."""
    head = pen.moved(0, 0.12 * max(0.0, feeling.nod))
    angle = np.radians(0.8 * feeling.lean)
    c, s = np.cos(angle), np.sin(angle)
    head.matrix[:, :2] = head.matrix[:, :2] @ np.array([[c, -s], [s, c]])
    return head


def rim(style: Style) -> Points:
    """The outline of a head around (0, 0), (n, 2)."""
    half, power, taper, bumps, depth = style.head
    shape = oval(0, 0, half, 1.0, power, 72 if bumps else 40)
    if bumps:
        angle = np.arctan2(shape[:, 1], shape[:, 0] / half)
        shape = shape * (1 + depth * np.cos(bumps * angle + np.pi / 2))[:, None]
    shape[:, 0] *= 1 - taper * shape[:, 1]
    return shape


def _head(pen: Pen, style: Style) -> None:
    shape = rim(style)
    texture = [(pen.px(p), c) for p, c in _texture(style)]
    pen.canvas.textured(pen.px(shape), style.colour, pen.who, texture)
    pen.line(shape, style.ink, style.outline, outside=True, closed=True)


def _texture(style: Style) -> list[tuple[Points, Colour]]:
    soft = blend(style.colour, style.second, 0.55)
    if style.texture == "spots":
        spots = ((-0.62, -0.62, 0.16), (0.7, -0.5, 0.12), (0.15, -0.82, 0.13), (-0.75, 0.45, 0.1))
        return [(oval(x * style.head[0], y, r, r, count=16), soft) for x, y, r in spots]
    if style.texture == "bands":
        return [(_bar(0, y, 1.6, 0.07), soft) for y in (-0.8, -0.52)]
    if style.texture == "slants":
        bars = [_bar(x, 0, 0.07, 1.6) for x in (-1.0, -0.6, 0.6, 1.0)]
        return [(b + np.stack([0.35 * b[:, 1], 0 * b[:, 1]], 1), soft) for b in bars]
    if style.texture == "checks":
        cells = [(x, y) for x in range(-4, 5) for y in range(-4, 5) if (x + y) % 2]
        return [
            (_bar(0.3 * x, 0.3 * y, 0.15, 0.15), blend(style.colour, style.second, 0.25))
            for x, y in cells
        ]
    return []


def _bar(x: float, y: float, a: float, b: float) -> Points:
    return np.array([[x - a, y - b], [x + a, y - b], [x + a, y + b], [x - a, y + b]])


def _body(pen: Pen, style: Style) -> None:
    wide, high = style.body
    shape = oval(0, NECK + high / 2, wide, high / 2 + 0.1, 2.6)
    shape[:, 0] *= 0.85 + 0.3 * (shape[:, 1] - NECK) / high
    belly: list[tuple[Points, Colour]] = []
    if style.texture in ("belly", "spots"):
        pale = blend(style.colour, (255, 250, 235), 0.5)
        belly = [(pen.px(oval(0, NECK + 0.62 * high, 0.62 * wide, 0.4 * high)), pale)]
    elif style.texture != "plain":
        bars = [_bar(0, NECK + f * high, 2 * wide, 0.05) for f in (0.35, 0.6, 0.85)]
        belly = [(pen.px(b), blend(style.colour, style.second, 0.6)) for b in bars]
    pen.canvas.textured(pen.px(shape), style.colour, pen.who, belly)
    pen.line(shape, style.ink, style.outline, outside=True, closed=True)


def _legs(pen: Pen, style: Style, step: float | None) -> None:
    wide, high = style.body
    top, bottom = NECK + high - 0.05, NECK + high + LEGS
    for side in (-1, 1):
        swing = 0.0 if step is None else 0.28 * np.sin(step + (np.pi if side > 0 else 0))
        lift = 0.0 if step is None else 0.14 * max(0.0, np.cos(step + (np.pi if side > 0 else 0)))
        hip, foot = (side * 0.45 * wide, top), (side * 0.5 * wide + swing, bottom - 0.1 - lift)
        _limb(
            pen,
            style,
            curve(hip, ((hip[0] + foot[0]) / 2 + 0.03 * side, (top + foot[1]) / 2), foot),
        )
        shoe = oval(foot[0] + 0.05 * side, foot[1] + 0.02, 0.24, 0.12, count=20)
        pen.fill(shoe, style.second, outside=True)
        pen.line(shoe, style.ink, style.outline, outside=True, closed=True)


def _arm(pen: Pen, style: Style, feeling: Feeling, pose: Pose, side: int) -> None:
    wide, high = style.body
    width, reach = style.limbs
    shoulder = np.array([side * 0.8 * wide, NECK + 0.25 * high])
    raised = feeling.arms + 0.35 * pose.play[0 if side < 0 else 1]
    if pose.step is not None:
        raised += 0.25 * np.sin(pose.step + (0 if side > 0 else np.pi))
    angle = np.radians(np.clip(75 * raised, -80, 75))
    hand = shoulder + reach * np.array([side * (0.25 + 0.85 * np.cos(angle)), -np.sin(angle)])
    if feeling.near > 0.05:
        share = min(1.0, feeling.near)
        cheek = np.array([side * 0.95 * style.head[0], 0.62])
        hand = hand + (cheek - hand) * share
    elbow = (shoulder + hand) / 2 + np.array([side * 0.16, 0.16])
    _limb(pen, style, curve(shoulder, elbow, hand))
    palm = oval(hand[0], hand[1], 0.85 * width, 0.85 * width, count=16)
    pen.fill(palm, style.colour, outside=True)
    pen.line(palm, style.ink, style.outline, outside=True, closed=True)


def _limb(pen: Pen, style: Style, path: Points) -> None:
    width = style.limbs[0]
    pen.line(path, style.ink, width + 2 * style.outline, outside=True)
    pen.line(path, style.colour, width)

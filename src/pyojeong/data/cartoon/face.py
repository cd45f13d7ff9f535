"""Eyes, brows, nose and mouth of a drawn figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyojeong.data.cartoon.canvas import Canvas, Colour, Points, blend, curve, oval
from pyojeong.data.cartoon.feeling import Feeling
from pyojeong.data.cartoon.style import Style

_WHITE: Colour = (252, 252, 250)
_THROAT: Colour = (96, 26, 34)
_TONGUE: Colour = (232, 112, 118)
_WATER: Colour = (120, 196, 246)


@dataclass(frozen=True, slots=True)
class Look:
    """How a head is held. yaw, pitch: -1 to 1, to the side and down. gaze: (x, y), -1 to 1.
    blink: 0 to 1. talk: how far speech opens the mouth, 0 to 1. tremble: (x, y), -1 to 1."""

    yaw: float = 0.0
    pitch: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    blink: float = 0.0
    talk: float = 0.0
    tremble: tuple[float, float] = (0.0, 0.0)


class Pen:
    """Draws in a figure's own lengths. matrix: (2, 3), from those to px."""

    def __init__(self, canvas: Canvas, matrix: Points, who: int) -> None:
        self.canvas, self.matrix, self.who = canvas, matrix, who
        self.scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))

    def px(self, points: Points) -> Points:
        return np.asarray(points @ self.matrix[:, :2].T + self.matrix[:, 2])

    def fill(self, points: Points, colour: Colour, outside: bool = False) -> None:
        self.canvas.fill(self.px(points), colour, self.who if outside else None)

    def line(
        self,
        points: Points,
        colour: Colour,
        width: float,
        outside: bool = False,
        closed: bool = False,
    ) -> None:
        who = self.who if outside else None
        self.canvas.line(self.px(points), colour, width * self.scale, who, closed)

    def moved(self, x: float, y: float, across: float = 1.0) -> Pen:
        """A pen whose middle lies at (x, y), with lengths across made smaller."""
        matrix = self.matrix.copy()
        matrix[:, 2] = self.px(np.array([[x, y]]))[0]
        matrix[:, 0] *= across
        return Pen(self.canvas, matrix, self.who)


def draw_face(pen: Pen, style: Style, feeling: Feeling, look: Look) -> None:
    """Onto a head whose middle is the pen's."""
    half = style.head[0]
    size, down = style.face
    down += 0.22 * look.pitch + 0.1 * feeling.nod
    shift = 0.36 * half * look.yaw
    shake = 0.02 * feeling.jitter
    face = pen.moved(shift + shake * look.tremble[0], down + shake * look.tremble[1])
    face.matrix[:, :2] *= size
    face.scale *= size
    if style.blush or feeling.flush > 0.2:
        _cheeks(face, style, feeling, look)
    if style.mouth == "muzzle":
        face.fill(oval(0, 0.42, 0.5, 0.34), blend(style.colour, _WHITE, 0.55))
    for side in (-1, 1):
        _eye(face, style, feeling, look, side)
    _nose(face, style, feeling, look)
    _mouth(face, style, feeling, look)
    for side in (-1, 1):
        _brow(face, style, feeling, look, side)
    _drops(face, style, feeling)


def _place(style: Style, look: Look, side: int) -> tuple[float, float, float]:
    """(x, y, narrowing) of an eye; the one turned away is narrower and nearer."""
    away = 1 - 0.3 * max(0.0, look.yaw * side)
    return side * style.eye[2] * away, style.eye[3], away


def _cheeks(face: Pen, style: Style, feeling: Feeling, look: Look) -> None:
    amount = min(1.0, style.blush + max(0.0, feeling.flush))
    colour = blend(style.colour, (240, 84, 84), 0.5 * amount)
    for side in (-1, 1):
        x, y, away = _place(style, look, side)
        face.fill(oval(1.25 * x, y + style.eye[1] + 0.16, 0.17 * away, 0.1, count=16), colour)


@dataclass(frozen=True, slots=True)
class _Lids:
    """Where the lids cut an eye off: heights of the upper (at the middle, and how much lower
    towards +x) and of the lower lid."""

    top: float
    slant: float
    bottom: float

    def cut(self, shape: Points) -> Points:
        top = self.top + self.slant * shape[:, 0]
        high = np.minimum(np.maximum(shape[:, 1], top), np.maximum(self.bottom, top))
        return np.stack([shape[:, 0], high], axis=1)


def _lids(style: Style, feeling: Feeling, look: Look, side: int) -> tuple[_Lids, float]:
    """The lids and half the height of the eyeball behind them."""
    a, b = style.eye[0], style.eye[1]
    more = feeling.left if side < 0 else feeling.right
    opened = float(np.clip((1 + more) * (1 - look.blink), 0.0, 1.6))
    high = b * max(1.0, opened)
    top = -high + 1.7 * b * max(0.0, 1 - opened) + 0.35 * b * abs(feeling.lid)
    slant = -side * 0.6 * b / a * feeling.lid
    bottom = high - 0.9 * b * max(0.0, feeling.lower)
    return _Lids(top, slant, max(bottom, top + 0.12 * b)), high


def _eye(face: Pen, style: Style, feeling: Feeling, look: Look, side: int) -> None:
    x, y, away = _place(style, look, side)
    pen = face.moved(x, y, away)
    a, thick = style.eye[0], max(0.06, style.outline)
    if feeling.arch > 0.5 and style.arched:
        pen.line(curve((-a, 0.12), (0, -0.36), (a, 0.12)), style.ink, thick)
        return
    if look.blink > 0.75:
        pen.line(curve((-a, 0.02), (0, 0.12), (a, 0.02)), style.ink, thick)
        return
    lids, high = _lids(style, feeling, look, side)
    _eyeball(pen, style, feeling, look, lids, high)


def _eyeball(
    pen: Pen, style: Style, feeling: Feeling, look: Look, lids: _Lids, high: float
) -> None:
    a = style.eye[0]
    size = 1 + 0.6 * feeling.pupil
    ball = oval(0, 0, a, high, 5.0 if style.eyes == "square" else 2.0)
    if style.eyes == "dot":
        # A dark eye: its size shows what a pupil would, its lids are cut as any other's.
        pen.fill(
            oval(0, 0, 1.25 * a, 1.1 * high), blend(style.colour, _WHITE, 0.5 + 0.3 * (size < 0.8))
        )
        pen.fill(
            lids.cut(oval(0, 0, a * min(1.0, size + 0.2), high * min(1.0, size + 0.2))), style.ink
        )
        pen.fill(oval(-0.3 * a, -0.35 * high, 0.28 * a, 0.25 * high, count=12), _WHITE)
        _lid_skin(pen, style, lids, oval(0, 0, 1.25 * a, 1.1 * high))
        return
    pen.fill(lids.cut(ball), _WHITE)
    x = 0.38 * a * look.gaze[0]
    y = 0.3 * high * look.gaze[1] + 0.5 * max(0.0, lids.top + 0.5 * high)
    r = 0.6 * min(a, high)
    if style.eyes in ("iris", "ringed"):
        pen.fill(lids.cut(oval(x, y, 1.15 * r, 1.15 * r)), style.iris)
    if style.eyes == "ringed":
        pen.fill(lids.cut(oval(x, y, 0.8 * r, 0.8 * r)), blend(style.iris, _WHITE, 0.7))
    pupil = r * size * (0.62 if style.eyes in ("iris", "ringed") else 0.9)
    pen.fill(lids.cut(oval(x, y, pupil, pupil, count=20)), style.ink)
    shine = oval(x - 0.3 * r, y - 0.35 * r, 0.25 * r, 0.25 * r, count=10)
    if shine[:, 1].min() > lids.top + abs(lids.slant) * a:
        pen.fill(shine, _WHITE)
    pen.line(lids.cut(ball), style.ink, 0.6 * style.outline + 0.01, closed=True)
    upper = np.array([[-a, 0.0], [a, 0.0]])
    if lids.top > -0.9 * high or lids.slant:
        reach = 0.92 * a
        upper = np.array([[s * reach, lids.top + s * reach * lids.slant] for s in (-1, 1)])
        pen.line(upper, style.ink, 1.2 * style.outline + 0.02)


def _lid_skin(pen: Pen, style: Style, lids: _Lids, socket: Points) -> None:
    """Skin and its edge above a dark eye."""
    top = lids.top + lids.slant * socket[:, 0]
    if (top < socket[:, 1].min()).all():
        return
    cover = np.stack([socket[:, 0], np.minimum(socket[:, 1], top)], axis=1)
    pen.fill(cover, blend(style.colour, style.ink, 0.12))
    ends = np.array(
        [[s * 1.1 * style.eye[0], lids.top + s * 1.1 * style.eye[0] * lids.slant] for s in (-1, 1)]
    )
    pen.line(ends, style.ink, style.outline + 0.02)


def _brow(face: Pen, style: Style, feeling: Feeling, look: Look, side: int) -> None:
    if style.brows == "none":
        return
    x, y, away = _place(style, look, side)
    a = style.eye[0]
    pen = face.moved(x, y - style.eye[1] - 0.16, away)
    inner = np.array([-side * 1.05 * a, -0.2 * feeling.inner])
    outer = np.array([side * 1.15 * a, -0.2 * feeling.outer + 0.03])
    bend = (inner + outer) / 2 - np.array([0, 0.14 if style.brows == "arc" else 0.05])
    line = curve(inner, bend, outer)
    if style.brows == "bar":
        thick = np.linspace(0.075, 0.03, len(line))[:, None] * np.array([[0.0, 1.0]])
        pen.fill(np.concatenate([line - thick, (line + thick)[::-1]]), style.ink)
    elif style.brows == "bushy":
        teeth = np.where(np.arange(len(line)) % 2, 0.13, 0.05)[:, None] * np.array([[0.0, 1.0]])
        pen.fill(
            np.concatenate([line - teeth, (line + 0.05 * np.array([[0, 1]]))[::-1]]), style.ink
        )
    elif style.brows == "dashes":
        for part in (line[0:3], line[4:7], line[7:10]):
            pen.line(part, style.ink, 0.08)
    else:
        pen.line(line, style.ink, 0.085 if style.brows == "line" else 0.06)


def _nose(face: Pen, style: Style, feeling: Feeling, look: Look) -> None:
    y = 0.18
    dark = blend(style.colour, style.ink, 0.45)
    if style.nose == "dot":
        face.fill(oval(0, y, 0.07, 0.055, count=14), dark)
    elif style.nose == "triangle":
        face.fill(np.array([[-0.1, y - 0.05], [0.1, y - 0.05], [0.0, y + 0.07]]), style.ink)
    elif style.nose == "wide":
        face.fill(oval(0, y, 0.16, 0.075, 2.6, count=18), blend(style.second, style.ink, 0.3))
    elif style.nose == "hook":
        face.line(
            curve(
                (-0.02, y - 0.16),
                (0.16 * (1 if look.yaw >= 0 else -1), y + 0.05),
                (-0.04, y + 0.06),
            ),
            dark,
            0.05,
        )
    if feeling.wrinkle > 0.25:
        for n in range(3):
            w, at = 0.12 - 0.02 * n, y - 0.1 - 0.085 * n
            face.line(
                curve((-w, at), (0, at - 0.05), (w, at)),
                dark,
                0.03 * min(1.3, 0.5 + feeling.wrinkle),
            )


def _mouth(face: Pen, style: Style, feeling: Feeling, look: Look) -> None:
    pen = face.moved(0.06 * look.yaw, 0.47, 1 - 0.2 * abs(look.yaw))
    half = 0.34 * float(np.clip(1 + feeling.wide, 0.35, 1.6))
    x = np.linspace(-1, 1, 17)
    middle = -0.2 * feeling.curve * (x**2 - 0.4) - 0.11 * feeling.skew * x
    middle = middle + 0.05 * feeling.wave * np.sin(3.2 * np.pi * x)
    gape = max(0.0, feeling.gape) + 0.45 * look.talk
    thick = {"line": 0.07, "lips": 0.075, "thin": 0.045}.get(style.mouth, 0.065)
    if gape < 0.12:
        pen.line(np.stack([half * x, middle], 1), style.ink, thick)
        if feeling.tongue > 0.6:
            pen.fill(oval(0.12 * half, 0.1, 0.1, 0.12, count=16), _TONGUE)
    else:
        _open_mouth(pen, style, feeling, np.stack([half * x, middle], 1), gape, thick)
    if style.mouth == "fang":
        at = np.array([0.5 * half, float(middle[12])])
        pen.fill(at + np.array([[-0.05, 0.0], [0.05, 0.0], [0.0, 0.13]]), _WHITE)


def _open_mouth(
    pen: Pen, style: Style, feeling: Feeling, line: Points, gape: float, thick: float
) -> None:
    x = np.linspace(-1, 1, len(line))
    drop = 0.42 * min(gape, 1.2) * np.sqrt(np.maximum(0.0, 1 - x**2))
    # A smile opens downwards, a frown upwards, fear both ways.
    up = 0.5 - 0.5 * float(np.clip(feeling.curve, -0.6, 1.0))
    upper = line - np.stack([0 * x, up * drop], 1)
    lower = line + np.stack([0 * x, (1 - up) * drop], 1)
    shape = np.concatenate([upper, lower[::-1]])
    pen.fill(shape, _THROAT)
    if feeling.tongue > 0.2:
        out = 0.16 * max(0.0, feeling.tongue - 0.6) * 2
        tongue = np.stack([line[4:13, 0], lower[4:13, 1] - 0.12], 1)
        low = np.stack(
            [line[4:13, 0], lower[4:13, 1] + out * np.sqrt(1 - np.linspace(-1, 1, 9) ** 2)], 1
        )
        pen.fill(np.concatenate([tongue, low[::-1]]), _TONGUE)
    if feeling.teeth > 0.3:
        high = np.minimum(drop[:, None], 0.11 + 0.16 * max(0.0, feeling.teeth - 0.7)) * np.array(
            [[0, 1.0]]
        )
        pen.fill(np.concatenate([upper, (upper + high)[::-1]]), _WHITE)
        if feeling.teeth > 0.8:
            pen.line(line[2:-2] * np.array([1, 1.0]), blend(_WHITE, style.ink, 0.5), 0.025)
            for n in (5, 8, 11):
                pen.line(np.stack([upper[n], lower[n]]), blend(_WHITE, style.ink, 0.5), 0.02)
    if style.mouth == "lips":
        pen.line(shape, blend(style.colour, (190, 40, 60), 0.55), thick + 0.03, closed=True)
    pen.line(shape, style.ink, 0.7 * thick, closed=True)


def _drops(face: Pen, style: Style, feeling: Feeling) -> None:
    x, y = style.eye[2], style.eye[3] + style.eye[1]
    if feeling.tear > 0.3:
        for side in (-1, 1)[: 1 + (feeling.tear > 0.7)]:
            _drop(face, side * (x + 0.05), y + 0.22, 0.085 * feeling.tear + 0.03)
    if feeling.sweat > 0.3:
        _drop(face, 0.72, -0.42, 0.1 * feeling.sweat + 0.02)


def _drop(pen: Pen, x: float, y: float, size: float) -> None:
    shape = oval(x, y, size, size, count=16)
    shape[np.argmin(shape[:, 1])] = (x, y - 2.2 * size)
    pen.fill(shape, _WATER)
    pen.line(shape, blend(_WATER, (30, 80, 150), 0.6), 0.02, closed=True)

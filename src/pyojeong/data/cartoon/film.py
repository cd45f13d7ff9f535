"""Draw a whole film: MP4 with subtitles, and the truth about every frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.data.cartoon.canvas import Canvas
from pyojeong.data.cartoon.face import Look
from pyojeong.data.cartoon.feeling import EMOTIONS
from pyojeong.data.cartoon.figure import LEGS, NECK, Pose, draw_figure
from pyojeong.data.cartoon.front import draw_front
from pyojeong.data.cartoon.pictures import LEAST_SEEN, boxes_of
from pyojeong.data.cartoon.places import draw_place
from pyojeong.data.cartoon.script import FADE, Part, Plan, write
from pyojeong.data.cartoon.style import CAST, Style, stranger
from pyojeong.data.cartoon.truth import TrueLine, TrueShot, Truth, pack
from pyojeong.errors import BadSettings
from pyojeong.media.encode import VideoWriter
from pyojeong.media.subtitles import Cue, write_srt

ROOM = 1.1
"""How much larger than the picture a place is drawn, for the camera to move over."""

DARK = 0.3
"""Brightness of a fade under which nobody is seen."""

COVERED = 0.25
"""Share of a figure that others must leave uncovered for it to be seen."""

PEEPING = 0.5
"""How far outside the picture the middle of a seen head may be, in half heights of the head: whoever
shows less is a hand at the edge."""


def strangers(count: int, seed: int, split: str = "test") -> tuple[Style, ...]:
    """A cast that training never saw."""
    return tuple(stranger(seed * 1000 + n, split) for n in range(count))


def make_film(
    path: Path | str,
    seed: int = 1,
    seconds: float = 60.0,
    size: tuple[int, int] = (1280, 720),
    fps: float = 24.0,
    language: str = "en",
    cast: Sequence[Style] = CAST,
    split: str = "test",
) -> Truth:
    """Draw a film at `path` (.mp4), with `.srt`, `.truth.json` and `.truth.npz` beside it.

    The same seed draws the same pictures. size: (width, height) px, even, 64 to 4096. language: of
    the subtitles, "en" or "ko". split: whose places it plays in; those of "test" are in no picture
    that the shipped networks learned from. Raises BadSettings, OutputFailed.
    """
    _check(seconds, size, fps, language, len(cast))
    path = Path(path)
    plans = write(np.random.default_rng((seed, 3)), seconds, fps, len(cast), language, split)
    rows = _Rows()
    tongue = {"en": "eng", "ko": "kor"}[language]
    shots, lines = _timed(plans, fps)
    with VideoWriter(path, *size, fps=fps, audio_rate=None, language=tongue) as writer:
        for line in lines:
            writer.write_cue(Cue(line.start, line.end, line.text))
        for number, (canvas, seen) in enumerate(draw_frames(plans, cast, size, fps)):
            writer.write_frame(canvas.image)
            rows.add(number, canvas.owner, seen)
    write_srt(path.with_suffix(".srt"), [Cue(n.start, n.end, n.text) for n in lines])
    truth = rows.truth(seed, fps, size, sum(p.frames for p in plans), cast, shots, lines)
    truth.save(path)
    return truth


def _check(seconds: float, size: tuple[int, int], fps: float, language: str, people: int) -> None:
    good = (
        1 <= seconds <= 36_000
        and all(64 <= side <= 4096 and side % 2 == 0 for side in size)
        and 5 <= fps <= 120
        and language in ("en", "ko")
        and 1 <= people <= 100
    )
    if not good:
        raise BadSettings(
            "A cartoon lasts 1 to 36000 s, at 5 to 120 frames per second, with even sides of 64 "
            "to 4096 px, in en or ko.",
            "만화 영화는 1~36000초, 초당 5~120프레임, 변 64~4096px(짝수), 언어 en 또는 ko입니다.",
        )


def _timed(plans: Sequence[Plan], fps: float) -> tuple[tuple[TrueShot, ...], tuple[TrueLine, ...]]:
    shots: list[TrueShot] = []
    lines: list[TrueLine] = []
    first = 0
    for plan in plans:
        after = first + plan.frames
        shots.append(TrueShot(first / fps, after / fps, first, after - 1, plan.begins, plan.place))
        for said in plan.said:
            start, end = round(first / fps + said.start, 3), round(first / fps + said.end, 3)
            lines.append(TrueLine(start, end, said.text, said.who, said.emotion, said.contrary))
        first = after
    return tuple(shots), tuple(lines)


@dataclass(frozen=True, slots=True)
class Seen:
    """A figure in a frame. area: px before anybody stood in front, 0 for whoever only peeps in."""

    owner: int
    who: int
    emotion: str
    intensity: float
    area: int


class _Rows:
    """Collects the truth, frame by frame."""

    def __init__(self) -> None:
        self.columns: list[tuple[int, int, int, float, int]] = []
        self.boxes: list[NDArray[np.float32]] = []
        self.masks: list[bytes] = []

    def add(self, frame: int, owner: NDArray[np.uint8], seen: Sequence[Seen]) -> None:
        counts = np.bincount(owner.ravel(), minlength=256)
        for one in sorted(seen, key=lambda s: s.who):
            count = int(counts[one.owner])
            if not one.area or count <= LEAST_SEEN * owner.size or count <= COVERED * one.area:
                continue
            mask = owner == one.owner
            box = boxes_of(mask[None])[0]
            self.columns.append((frame, one.who, EMOTIONS.index(one.emotion), one.intensity, count))
            self.boxes.append(box)
            self.masks.append(pack(mask, box))

    def truth(
        self,
        seed: int,
        fps: float,
        size: tuple[int, int],
        frames: int,
        cast: Sequence[Style],
        shots: tuple[TrueShot, ...],
        lines: tuple[TrueLine, ...],
    ) -> Truth:
        columns = list(zip(*self.columns, strict=True)) or [()] * 5
        classes = tuple(style.name for style in cast)
        twice = len(set(classes)) < len(classes)
        names = tuple(f"{c} {n + 1}" for n, c in enumerate(classes)) if twice else classes
        frame, who, emotion, area = (np.array(columns[n], np.int64) for n in (0, 1, 2, 4))
        return Truth(
            seed,
            float(fps),
            *size,
            frames,
            names,
            classes,
            EMOTIONS,
            shots,
            lines,
            frame,
            who,
            emotion,
            np.array(columns[3], np.float32),
            np.array(self.boxes, np.float32).reshape(-1, 4),
            area,
            np.frombuffer(b"".join(self.masks), np.uint8),
            np.cumsum([0, *map(len, self.masks)], dtype=np.int64),
        )


def draw_frames(
    plans: Sequence[Plan], cast: Sequence[Style], size: tuple[int, int], fps: float
) -> Iterator[tuple[Canvas, list[Seen]]]:
    """Every frame of a script in order, and who is in it."""
    for number, plan in enumerate(plans):
        after = plans[number + 1].begins if number + 1 < len(plans) else "fade"
        rng = np.random.default_rng((plan.seed, 1))
        room = draw_place(plan.place, round(ROOM * size[0]), round(ROOM * size[1]), rng)
        for frame in range(plan.frames):
            time, left = frame / fps, (plan.frames - 1 - frame) / fps
            share = frame / plan.frames
            canvas = Canvas(_view(room, size, plan.pan, share))
            seen = [
                _act(canvas, n + 1, cast, part, plan, time, share)
                for n, part in enumerate(plan.parts)
            ]
            if plan.front is not None:
                width, height = size
                front = np.random.default_rng((plan.seed, 2))
                draw_front(canvas, front, plan.front * width, height, 0.11 * height)
            light = 1.0
            if plan.begins == "fade":
                light = min(light, time / FADE)
            if after == "fade":
                light = min(light, (left + 1 / fps) / FADE)
            if light < 1:
                canvas.image = cv2.convertScaleAbs(canvas.image, alpha=light).astype(np.uint8)
            yield canvas, seen if light >= DARK else []


def _view(
    room: NDArray[np.uint8], size: tuple[int, int], pan: tuple[float, float], share: float
) -> NDArray[np.uint8]:
    """What the camera sees of a place, moving over it by `pan`."""
    free = np.array([room.shape[1] - size[0], room.shape[0] - size[1]])
    x, y = free * (0.5 + 0.5 * np.asarray(pan) * (2 * share - 1))
    matrix = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
    way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(room, matrix, size, flags=way, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _act(
    canvas: Canvas,
    owner: int,
    cast: Sequence[Style],
    part: Part,
    plan: Plan,
    time: float,
    share: float,
) -> Seen:
    """Draw one character at a time (s) and share of the shot."""
    height, width = canvas.image.shape[:2]
    style = cast[part.who]
    emotion, intensity, face = part.at(time)
    unit = part.tall * height / (1 + NECK + style.body[1] + LEGS)
    place = part.path[0] + (part.path[1] - part.path[0]) * share
    talk = 0.0
    for said in plan.said:
        if said.who == part.who and said.start <= time < said.end:
            talk = abs(np.sin(9.5 * time + part.phase)) * (0.6 + 0.4 * np.sin(3.1 * time))
    sway = time + part.phase
    look = Look(
        part.facing + 0.12 * float(np.sin(0.9 * sway)),
        0.1 * float(np.sin(0.6 * sway + 1)),
        (0.7 * float(np.sin(0.8 * sway)) + 0.4 * part.facing, 0.3 * float(np.sin(0.5 * sway))),
        float((time + part.phase) % 3.1 < 0.13),
        max(0.0, float(talk)),
        (float(np.sin(47 * sway)), float(np.sin(53 * sway))),
    )
    hop = abs(np.sin(5 * sway)) * 0.12 * unit * (emotion == "happiness") * intensity
    pose = Pose(
        place * width,
        part.ground * height - float(hop),
        unit,
        2.0 * float(np.sin(1.3 * sway)),
        7.0 * time + part.phase if part.walks else None,
        (0.5 * float(np.sin(2.1 * sway)), 0.5 * float(np.sin(1.7 * sway + 2))),
        look,
    )
    head = draw_figure(canvas, owner, style, face, pose)
    edge = PEEPING * unit
    inside = -edge < head[0] < width + edge and -edge < head[1] < height + edge
    area = int(np.count_nonzero(canvas.owner == owner)) if inside else 0
    return Seen(owner, part.who, emotion, intensity, area)

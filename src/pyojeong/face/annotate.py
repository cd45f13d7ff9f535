"""Pictures with their faces marked: boxes, names of emotions, charts where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from pyojeong.face.label_art import Lang, Patch, Text, badge, card, colour_of, legend, pill, text_of
from pyojeong.face.labels import Floats, Layout, Place
from pyojeong.face.palette import BLACK, PANEL, Colour
from pyojeong.face.reader import ReadFace
from pyojeong.face.types import Image

SMALLEST = 10
"""Least font size of names, px; numbers may be smaller by a fifth."""

_SHRINK = (1.0, 0.82, 0.68)
"""Font sizes that are tried before numbers take the place of names."""

_MOST_CHARTS = 12


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes for one picture, px. font: of names. line: width of boxes."""

    font: int
    line: int

    @classmethod
    def of(cls, width: int, height: int, boxes: Floats) -> Style:
        """In proportion to the picture, held down where the faces are small."""
        side = float(np.sqrt(width * height))
        size = 0.024 * side
        if len(boxes):
            typical = float(np.median(boxes[:, 2] - boxes[:, 0]))
            size = min(size, max(0.24 * typical, 0.012 * side))
        return cls(max(SMALLEST, round(size)), max(1, round(0.0028 * side)))

    def smaller(self, factor: float) -> Style:
        return Style(max(SMALLEST, round(self.font * factor)), self.line)

    @property
    def gap(self) -> int:
        """Between labels, and from a label to its face."""
        return max(1, self.line)


@dataclass(slots=True)
class Drawing:
    """Labels and where they lie, by row of the faces. legend: numbers and what they stand for."""

    style: Style
    patches: dict[int, Patch] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    legend: list[tuple[int, Text]] = field(default_factory=list)


def annotated(
    image: Image,
    faces: Sequence[ReadFace],
    lang: Lang,
    *,
    charts: bool = True,
    scale: float = 1.0,
) -> Image:
    """A copy of an RGB picture (H, W, 3) with every face boxed and named.

    Labels never lie on one another or on another face and stay inside the picture. Where there
    is no room for names, faces are numbered in the order given (from 0), and a legend lies in a
    free corner or, if there is none, in a strip added below: only then is the result taller.
    charts: whether the best scores are drawn as bars where there is room. scale: factor on all
    sizes, 0.25 to 4.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"expected uint8 (H, W, 3), got {image.dtype} {image.shape}")
    canvas = np.array(image)
    if not len(faces):
        return canvas
    height, width = image.shape[:2]
    boxes = np.stack([face.box for face in faces]).astype(np.float64)
    boxes = np.clip(boxes, 0, [width, height] * 2)
    own = Style.of(width, height, boxes)
    factor = min(max(scale, 0.25), 4.0)
    style = Style(max(SMALLEST, round(own.font * factor)), max(1, round(own.line * factor)))
    texts = [text_of(face.scores, lang) for face in faces]
    layout, drawing = _laid_out(width, height, boxes, texts, style)
    if charts:
        layout = _with_charts(layout, drawing, texts, lang)
    draw_boxes(canvas, boxes, [colour_of(face.scores) for face in faces], style.line)
    draw_labels(canvas, drawing, texts)
    return _with_legend(canvas, layout, drawing)


# --- layout ------------------------------------------------------------------------------------


def _laid_out(
    width: int, height: int, boxes: Floats, texts: Sequence[Text], style: Style
) -> tuple[Layout, Drawing]:
    """Names as large as they all find room; else names for some and numbers for the others."""
    best: tuple[Layout, Drawing] | None = None
    for smaller in dict.fromkeys(style.smaller(factor) for factor in _SHRINK):
        for brief in (False, True):
            layout = Layout(width, height, boxes, smaller.gap)
            drawing = Drawing(smaller, _pills(texts, smaller.font, brief))
            drawing.places = layout.place_all(_sizes(drawing.patches))
            if len(drawing.places) == len(texts):
                return layout, drawing
            if best is None or len(drawing.places) > len(best[1].places):
                best = layout, drawing
    if best is None or len(best[1].places) < 0.7 * len(texts):
        best = Layout(width, height, boxes, 1), Drawing(style.smaller(_SHRINK[-1]))
    layout, drawing = best
    _number_the_rest(layout, drawing, texts)
    return layout, drawing


def _pills(texts: Sequence[Text], size: int, brief: bool) -> dict[int, Patch]:
    return {
        row: pill(t.brief, size, t.colour) if brief else pill(t.main, size, t.colour, t.doubt)
        for row, t in enumerate(texts)
    }


def _sizes(patches: dict[int, Patch]) -> dict[int, tuple[int, int]]:
    return {row: patch.size for row, patch in patches.items()}


def _number_the_rest(layout: Layout, drawing: Drawing, texts: Sequence[Text]) -> None:
    """Numbers for the faces without a name; the legend lists those that found room."""
    rest = [row for row in range(len(texts)) if row not in drawing.places]
    size = max(8, round(0.8 * drawing.style.font))
    numbers = {row: badge(row, size, texts[row].colour) for row in rest}
    placed = layout.place_all(_sizes(numbers))
    drawing.places |= placed
    drawing.patches |= {row: numbers[row] for row in placed}
    drawing.legend = [(row, texts[row]) for row in rest if row in placed]


def _with_charts(layout: Layout, drawing: Drawing, texts: Sequence[Text], lang: Lang) -> Layout:
    """The same layout with charts in place of names, as long as everything still fits."""
    if drawing.legend or len(texts) > _MOST_CHARTS:
        return layout
    faces = layout.faces
    for row in np.argsort(-(faces[:, 2] - faces[:, 0]), kind="stable").tolist():
        if not texts[row].bars:
            continue
        chart = card(texts[row], drawing.style.font, lang)
        side = float(faces[row, 3] - faces[row, 1])
        # A chart larger than its face draws the eye away from it.
        if chart.size[1] > side or chart.size[0] > 1.6 * side:
            continue
        patches = drawing.patches | {row: chart}
        wider = Layout(layout.width, layout.height, faces, layout.gap)
        kept = {at: place.slot for at, place in drawing.places.items() if at != row}
        places = wider.place_all(_sizes(patches), kept)
        if len(places) == len(texts) and places[row].leader is None:
            drawing.patches, drawing.places = patches, places
            layout = wider
    return layout


# --- drawing -----------------------------------------------------------------------------------


def draw_boxes(canvas: Image, boxes: Floats, colours: Sequence[Colour], line: int) -> None:
    """Rounded boxes with a dark edge, so that they show on any ground. In place."""
    for box, colour in zip(boxes, colours, strict=True):
        outline = _rounded(box, line)
        cv2.polylines(canvas, [outline], True, BLACK, line + max(2, line // 2), cv2.LINE_AA, 4)
        cv2.polylines(canvas, [outline], True, colour, line, cv2.LINE_AA, 4)


def draw_labels(canvas: Image, drawing: Drawing, texts: Sequence[Text]) -> None:
    """Leaders and labels, in place."""
    line = max(1, drawing.style.line // 2 + 1)
    for row, place in drawing.places.items():
        if place.leader is None:
            continue
        x0, y0, x1, y1 = (round(v * 16) for v in place.leader)
        for colour, wide in ((BLACK, line + 2), (texts[row].colour, line)):
            cv2.line(canvas, (x0, y0), (x1, y1), colour, wide, cv2.LINE_AA, 4)
    for row, place in drawing.places.items():
        drawing.patches[row].draw_on(canvas, place.box[0], place.box[1])


def _with_legend(canvas: Image, layout: Layout, drawing: Drawing) -> Image:
    if not drawing.legend:
        return canvas
    size = max(SMALLEST, drawing.style.font)
    drawn = legend(drawing.legend, size, max(canvas.shape[1] // 2, 12 * size))
    corner = layout.free_corner(*drawn.size)
    if corner is not None:
        drawn.draw_on(canvas, corner[0], corner[1])
        return canvas
    drawn = legend(drawing.legend, size, canvas.shape[1], alpha=1.0)
    strip = np.full((drawn.size[1], canvas.shape[1], 3), PANEL, np.uint8)
    drawn.draw_on(strip, 0, 0)
    return np.concatenate([canvas, strip])


def _rounded(box: Floats, line: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Points of a box with rounded corners, in sixteenths of a px, inside the picture."""
    x0, y0, x1, y1 = (float(v) for v in box)
    radius = min(0.12 * min(x1 - x0, y1 - y0), 5.0 * line)
    turns = np.linspace(0, np.pi / 2, 7)
    points = []
    for cx, cy, start in (
        (x1 - radius, y1 - radius, 0.0),
        (x0 + radius, y1 - radius, np.pi / 2),
        (x0 + radius, y0 + radius, np.pi),
        (x1 - radius, y0 + radius, 1.5 * np.pi),
    ):
        points += [
            (cx + radius * np.cos(start + t), cy + radius * np.sin(start + t)) for t in turns
        ]
    return np.round(np.array(points) * 16).astype(np.int32)

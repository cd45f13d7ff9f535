"""A photographed page made easier to read: even light, no noise, level lines, letters of one size.

All pictures here are gray uint8 (H, W), and come out with dark ink on light paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
"""Gray uint8 (H, W)."""

Boxes = NDArray[np.float32]
"""float32 (n, 4), xyxy in px."""

STEEPEST = 12.0
"""Largest slope of lines that is looked for, degrees."""

_LONGEST_SIDE = 4000
_SKEW_SIDE = 700
_PAPER_SIDE = 480
# Lines less steep than this are read as they are: turning blurs.
_LEVEL_ENOUGH = 0.4
_LETTER_HEIGHT = 36
# Paper is near 250 in even light; pencil is darker than this.
_FAINTEST = 225
_LARGEST_SCALE = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A picture made ready for reading.

    gray: what to read. to_picture: (3, 3) float64, from its px to those of the picture it was
    made from.
    """

    gray: Gray
    to_picture: NDArray[np.float64]

    def in_picture(self, box: tuple[float, float, float, float]) -> tuple[float, ...]:
        """The upright box around `box` (xyxy), in px of the picture."""
        x0, y0, x1, y1 = box
        corners = np.array([[x0, x1, x1, x0], [y0, y0, y1, y1], [1, 1, 1, 1]], np.float64)
        x, y, _ = self.to_picture @ corners
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def page_of(image: NDArray[np.uint8]) -> Page:
    """An RGB picture in gray and otherwise as it is; at most 4,000 px a side."""
    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    return _resized(Page(gray, np.eye(3)), min(1.0, _LONGEST_SIDE / max(gray.shape)))


def even_page(page: Page) -> Page:
    """The page in even light, without noise, its lines level; its size as it was."""
    gray = without_noise(even_light(page.gray))
    angle = slope(gray)
    if abs(angle) < _LEVEL_ENOUGH:
        return Page(gray, page.to_picture)
    turned, there = _turned(gray, angle, 250)
    return Page(turned, page.to_picture @ np.linalg.inv(there))


def sized_page(page: Page) -> Page:
    """The page at the size where its letters are as high as Tesseract reads best."""
    height = letter_height(page.gray)
    if height == 0:
        return page
    most = min(_LARGEST_SCALE, _LONGEST_SIDE / max(page.gray.shape))
    return _resized(page, min(most, _LETTER_HEIGHT / height))


def soft_page(page: Page) -> Page:
    """The page slightly blurred: the edges of thin pens mislead Tesseract's line finding."""
    return Page(np.asarray(cv2.GaussianBlur(page.gray, (0, 0), 0.8), np.uint8), page.to_picture)


def ink_page(page: Page) -> Page:
    """The page in black and white."""
    return Page(binarised(page.gray), page.to_picture)


def even_light(gray: Gray) -> Gray:
    """Shadows and lamps divided out, the paper near white, the ink dark.

    The paper's brightness is what a wide closing leaves (dark strokes are thinner than it), made
    smooth. Light writing on a dark ground is turned round first.
    """
    gray = _dark_on_light(gray)
    height, width = gray.shape
    small = scaled(gray, min(1.0, _PAPER_SIDE / max(height, width)))
    wide = _odd(max(small.shape) / 16)
    paper = cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE, np.ones((wide, wide)))
    paper = cv2.GaussianBlur(paper, (0, 0), wide / 3)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    share = (gray.astype(np.float32) + 1) / (paper.astype(np.float32) + 1)
    return np.asarray(np.clip(250 * share, 0, 255), np.uint8)


def is_blank(page: Page) -> bool:
    """Whether an evenly lit page holds no ink at all."""
    return int(page.gray.min()) > _FAINTEST


def noise_level(gray: Gray) -> float:
    """Standard deviation of the noise, gray levels (Immerkaer 1996, median instead of mean).

    The second differences of a clean page are zero nearly everywhere.
    """
    if min(gray.shape) < 3:
        return 0.0
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    second = np.abs(cv2.filter2D(gray.astype(np.float32), -1, mask)[1:-1, 1:-1])
    return float(np.median(second)) / (6 * 0.6745)


def without_noise(gray: Gray) -> Gray:
    """Specks taken out by a median of 3 x 3, grain smoothed as much as there is of it."""
    sigma = noise_level(gray)
    if sigma < 3:
        return gray
    calm = cv2.medianBlur(gray, 3)
    return np.asarray(cv2.GaussianBlur(calm, (0, 0), min(1.6, 0.4 + sigma / 25)), np.uint8)


def binarised(gray: Gray) -> Gray:
    """Ink 0, paper 255 (Otsu 1979, after `even_light` one threshold fits the whole page)."""
    return np.asarray(cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1], np.uint8)


def slope(gray: Gray) -> float:
    """Angle of the lines of writing, degrees, positive where they fall to the right.

    The angle at which the row sums of the ink differ most from row to row (Postl 1986), to
    0.25 degrees; 0 for a page without lines.
    """
    ink = 255 - binarised(gray)
    small = scaled(ink, min(1.0, _SKEW_SIDE / max(ink.shape)))
    coarse = _best_angle(small, np.arange(-STEEPEST, STEEPEST + 0.1, 1.0))
    return _best_angle(small, coarse + np.arange(-1, 1.01, 0.25))


def letter_boxes(gray: Gray) -> Boxes:
    """Pieces of ink of the size of letters; specks, rules and borders are left out.

    Ink that nearly touches is one piece, so that syllables stay whole: first what is 1 px apart,
    then what is an eighth of the height found so apart.
    """
    ink = 255 - binarised(gray)
    boxes = _pieces(ink, 3)
    return _pieces(ink, _odd(_usual_height(boxes) / 4))


def letter_height(gray: Gray) -> float:
    """Usual height of a letter or syllable, px; 0 where there is none."""
    return _usual_height(letter_boxes(gray))


def _pieces(ink: Gray, reach: int) -> Boxes:
    """Boxes of the ink, pieces less than `reach` px (odd) apart taken together."""
    edge = reach // 2
    wide = np.pad(ink, reach)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(wide, np.ones((reach, reach))))
    x, y, width, height, _ = stats[1:].T - np.array([[reach], [reach], [0], [0], [0]])
    box = np.stack([x + edge, y + edge, x + width - edge, y + height - edge], 1)
    # What is tall and touches the edge of the picture is the edge of the sheet, or the table.
    rows, columns = ink.shape
    outer = (box[:, :2] <= 0).any(axis=1) | (box[:, 2:] >= (columns, rows)).any(axis=1)
    tall = box[:, 3] - box[:, 1] > max(60.0, 0.3 * rows)
    box = box[~(outer & tall)]
    height = box[:, 3] - box[:, 1]
    if not len(height):
        return np.zeros((0, 4), np.float32)
    kept = height > max(4.0, 0.25 * float(np.percentile(height, 90)))
    return np.asarray(box[kept], np.float32)


def _usual_height(boxes: Boxes) -> float:
    """The median, weighted by width."""
    if not len(boxes):
        return 0.0
    widths, heights = (boxes[:, 2:] - boxes[:, :2]).T
    order = np.argsort(heights, kind="stable")
    share = np.cumsum(np.maximum(widths, 1)[order])
    return float(heights[order][int(np.searchsorted(share, share[-1] / 2))])


def scaled(gray: Gray, factor: float) -> Gray:
    """Resized by `factor`, smoothly; at least 1 px a side."""
    if factor == 1:
        return gray
    height, width = (max(1, round(side * factor)) for side in gray.shape)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(gray, (width, height), interpolation=method), np.uint8)


def _dark_on_light(gray: Gray) -> Gray:
    """Inverted where the strokes are lighter than what is around them."""
    around = cv2.medianBlur(gray, 31) if min(gray.shape) > 1 else gray
    difference = gray.astype(np.float32) - around
    return np.asarray(255 - gray if float((difference**3).mean()) > 0 else gray, np.uint8)


def _best_angle(ink: Gray, angles: NDArray[np.float64]) -> float:
    def sharpness(angle: float) -> float:
        rows = _turned(ink, angle, 0)[0].sum(axis=1, dtype=np.float64)
        return float((np.diff(rows) ** 2).sum())

    # Of equally good angles the smallest: an empty page stays as it is.
    return float(max(sorted(angles, key=abs), key=lambda angle: round(sharpness(angle))))


def _turned(gray: Gray, angle: float, border: int) -> tuple[Gray, NDArray[np.float64]]:
    """Turned so that lines falling by `angle` degrees lie level, the paper grown to hold all;
    and the (3, 3) matrix from old px to new."""
    height, width = gray.shape
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    fit = (round(width * cos + height * sin), round(width * sin + height * cos))
    matrix[0, 2] += (fit[0] - width) / 2
    matrix[1, 2] += (fit[1] - height) / 2
    turned = cv2.warpAffine(gray, matrix[:2], fit, flags=cv2.INTER_LINEAR, borderValue=border)
    return np.asarray(turned, np.uint8), matrix


def _resized(page: Page, factor: float) -> Page:
    gray = scaled(page.gray, factor)
    ratio = np.diag([page.gray.shape[1] / gray.shape[1], page.gray.shape[0] / gray.shape[0], 1.0])
    return Page(gray, page.to_picture @ ratio)


def _odd(value: float) -> int:
    return max(3, round(value) | 1)

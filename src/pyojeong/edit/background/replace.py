"""Put something else behind the people of a photo: nothing, a blur, a colour, a picture."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from pyojeong.edit.background.types import BackgroundRemover, Cutout, Image
from pyojeong.errors import BadSettings, InferenceFailed
from pyojeong.media.image import Picture, on_white, read_image, to_srgb

_COLOUR = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_STRIP = 512
_BLUR = 0.02
"""Radius of the blur in long sides of the picture."""


def check_background(background: str) -> None:
    """Raises BadSettings for what is no background, BadInput for a picture that is not there."""
    if background in ("remove", "blur") or _COLOUR.fullmatch(background):
        return
    if background.startswith("#") or not Path(background).suffix:
        raise BadSettings(
            f"{background!r} is no background: use remove, blur, a colour such as #2a6f97, or a "
            "picture file.",
            f"{background!r}은(는) 배경이 아닙니다. remove, blur, #2a6f97 같은 색, 그림 파일 중에서 "
            "고르세요.",
        )
    read_image(background)


def replace_background(picture: Picture, background: str, remover: BackgroundRemover) -> Picture:
    """The photo with another background, of the same size, with its profile and EXIF.

    background: "remove" (gives an alpha channel), "blur", "#RGB" or "#RRGGBB" (in the photo's own
    colour space), or a picture file, which covers the whole and is cut in the middle; then the
    result is in sRGB. Where the photo has an alpha channel, what it hides stays hidden. Raises
    what `check_background` and the remover raise, and InferenceFailed where nobody is found.
    """
    check_background(background)
    behind = None
    if background not in ("remove", "blur") and not background.startswith("#"):
        behind = on_white(to_srgb(read_image(background))).rgb
        picture = to_srgb(picture)
    cutout = remover.remove(on_white(picture).rgb)
    if picture.alpha is not None:
        cutout = replace(cutout, alpha=np.minimum(cutout.alpha, picture.alpha))
    if not cutout.alpha.any():
        raise InferenceFailed(
            "Nobody stands out from the background. Use a photo that shows a person, or another "
            "--remover.",
            "배경에서 사람을 찾지 못했습니다. 사람이 보이는 사진이나 다른 --remover를 쓰세요.",
        )
    if background == "remove":
        return replace(picture, rgb=cutout.rgb, alpha=cutout.alpha)
    if background == "blur":
        behind = blurred(on_white(picture).rgb, cutout.alpha)
    elif behind is None:
        behind = np.empty_like(cutout.rgb)
        behind[:] = parse_colour(background)
    else:
        behind = covering(behind, picture.width, picture.height)
    return replace(picture, rgb=laid_over(cutout, behind), alpha=None)


def parse_colour(text: str) -> tuple[int, int, int]:
    """ "#RGB" or "#RRGGBB" → 0-255 each. Raises BadSettings."""
    if not _COLOUR.fullmatch(text):
        raise BadSettings(f"{text!r} is no colour.", f"{text!r}은(는) 색이 아닙니다.")
    digits = text[1:] if len(text) == 7 else "".join(2 * d for d in text[1:])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def laid_over(cutout: Cutout, behind: Image) -> Image:
    """The cutout over a picture of its size; its own bytes where it is solid."""
    out = np.empty_like(behind)
    for top in range(0, len(out), _STRIP):
        rows = slice(top, top + _STRIP)
        alpha = cutout.alpha[rows].astype(np.float32)[:, :, None] / 255
        mixed = cutout.rgb[rows] * alpha + behind[rows] * (1 - alpha)
        out[rows] = np.rint(mixed).astype(np.uint8)
    return out


def blurred(image: Image, alpha: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Image:
    """The background out of focus. The subject's colours do not leak into it: where it stands
    the surroundings are drawn in (a blur weighted by what is background)."""
    height, width = alpha.shape
    scale = min(1.0, 768 / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    share = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    # Hair that was missed stays out as well.
    grown = cv2.dilate(share, np.ones((5, 5), np.uint8))
    weight = (1 - grown) ** 2
    near, far = _BLUR * max(size), 0.25 * max(size)
    sums = np.zeros((*share.shape, 4), np.float32)
    planes = np.dstack([small * weight[:, :, None], weight])
    for sigma, part in ((near, 1.0), (3 * near, 1e-2), (far, 1e-4)):
        sums += part * cv2.GaussianBlur(planes, (0, 0), max(sigma, 0.5))
    filled = sums[:, :, :3] / np.maximum(sums[:, :, 3:], 1e-9)
    seen = np.where(sums[:, :, 3:] > 1e-7, filled, small)
    soft = np.clip(np.rint(seen), 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def covering(image: Image, width: int, height: int) -> Image:
    """A picture enlarged or shrunk so that it covers the size, and cut in the middle."""
    high, wide = image.shape[:2]
    scale = max(width / wide, height / high)
    cut_w, cut_h = min(wide, max(1, round(width / scale))), min(high, max(1, round(height / scale)))
    x, y = (wide - cut_w) // 2, (high - cut_h) // 2
    part = np.ascontiguousarray(image[y : y + cut_h, x : x + cut_w])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (width, height), interpolation=how), np.uint8)

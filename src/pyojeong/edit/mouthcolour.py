"""The colours of the inside of a mouth, under the light of the photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyojeong.edit.warp import Floats

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Brightness of RGB (ITU-R BT.601)."""


@dataclass(frozen=True, slots=True, eq=False)
class MouthPalette:
    """(3,) float32 RGB colours of the inside of the mouth."""

    teeth: Floats
    gum: Floats
    tongue: Floats
    dark: Floats


@dataclass(frozen=True, slots=True, eq=False)
class MouthSamples:
    """Pixels (n, 3) float32 of a photo that tell its light. skin: of the whole face. around:
    around the mouth, which may lie in shadow. lips. seen: what the opening shows; may be empty.
    white: (3,) the white of the eyes. wide: a mouth so open that its teeth, if any, are seen."""

    skin: Floats
    around: Floats
    lips: Floats
    seen: Floats
    white: Floats
    wide: bool


def palette(samples: MouthSamples) -> MouthPalette:
    """The inside of a mouth under the photo's light. A grey photo gets a grey mouth, a baby's
    open mouth no teeth."""
    light = np.percentile(samples.skin, 75, axis=0).astype(np.float32)
    grey = float(light @ LUMA)
    shadow = float(np.median(samples.around @ LUMA) / max(np.median(samples.skin @ LUMA), 1.0))
    dim = float(np.clip(1.1 * shadow, 0.35, 1.0))
    flesh = _flesh(light, grey, np.median(samples.lips, axis=0)) * np.float32(dim)
    teeth = _visible_teeth(samples.seen, grey, samples.white) if len(samples.seen) else None
    if teeth is None and samples.wide:
        teeth = 0.72 * flesh
    if teeth is None:
        tint = 0.7 * samples.white / max(float(samples.white @ LUMA), 1.0) + 0.3 * light / max(
            grey, 1.0
        )
        ivory = grey * np.clip(tint, 0.75, 1.25) * min(1.06, 225 / max(grey, 1.0))
        teeth = np.clip(ivory * dim**0.5, 25, 236).astype(np.float32)
    return MouthPalette(teeth, 0.72 * flesh, 0.80 * flesh, 0.20 * flesh)


def _flesh(light: Floats, grey: float, lip: Floats) -> Floats:
    """Moist red skin: mostly its own colour, a little of the lips'."""
    chroma = float((light.max() - light.min()) / max(float(light.max()), 1.0))
    warm = float(np.clip(chroma / 0.28, 0, 1))
    red = 0.48 * (1 - warm) + np.array([0.72, 0.40, 0.38]) * warm
    return np.asarray(1.2 * grey * red + 0.25 * lip, np.float32)


def _visible_teeth(seen: Floats, grey: float, white: Floats) -> Floats | None:
    """Colour of teeth among the pixels of the opening: bright, and hardly redder than the white
    of the eyes."""
    luma = seen @ LUMA
    limit = float(_redness(white[None])[0]) + 0.14
    found = seen[(luma > 0.6 * grey) & (_redness(seen) < limit)]
    if len(found) < max(6, 0.12 * len(seen)):
        return None
    typical: Floats = np.percentile(found, 70, axis=0).astype(np.float32)
    return typical


def _redness(colours: Floats) -> Floats:
    """(n,) how much more red than green and blue, as a share of brightness."""
    red: Floats = (colours[:, 0] - colours[:, 1:].mean(1)) / np.maximum(colours @ LUMA, 1)
    return red

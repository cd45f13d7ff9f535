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


def palette(skin: Floats, lips: Floats, seen: Floats, white: Floats, wide: bool) -> MouthPalette:
    """Colours under the photo's light, from pixels of bright skin, of the lips and of what the
    opening shows (each (n, 3), the last may be empty). white: (3,) the white of the eyes, which
    shows the tint of the light. wide: a mouth so open that its teeth, if any, would be seen: a
    baby's has none. A grey photo gets a grey mouth."""
    light = np.percentile(skin, 75, axis=0).astype(np.float32)
    lip = np.median(lips, axis=0).astype(np.float32)
    grey = float(light @ LUMA)
    chroma = float((light.max() - light.min()) / max(float(light.max()), 1.0))
    warm = np.float32(np.clip(chroma / 0.28, 0, 1))
    red = 0.48 * (1 - warm) + np.array([0.72, 0.40, 0.38]) * warm
    flesh = (0.75 * grey * red / 0.5 * 0.8 + 0.25 * lip).astype(np.float32)
    tint = white / max(float(white @ LUMA), 1.0) * 0.7 + light / max(grey, 1.0) * 0.3
    ivory = grey * np.clip(tint, 0.75, 1.25)
    teeth = _visible_teeth(seen, grey, light) if len(seen) else None
    if teeth is None and wide:
        teeth = 0.72 * flesh
    bright = np.clip(ivory * min(1.06, 225 / max(grey, 1.0)), 25, 236) if teeth is None else teeth
    return MouthPalette(
        bright.astype(np.float32),
        0.72 * flesh,
        0.80 * flesh,
        (0.20 * flesh).astype(np.float32),
    )


def _visible_teeth(seen: Floats, grey: float, light: Floats) -> Floats | None:
    """Colour of teeth among the pixels of the opening: bright and no redder than the skin."""
    luma = seen @ LUMA
    redness = (seen[:, 0] - seen[:, 2]) / np.maximum(luma, 1)
    limit = float((light[0] - light[2]) / max(grey, 1.0)) * 0.9 + 0.05
    found = seen[(luma > 0.62 * grey) & (redness < limit)]
    if len(found) < max(6, 0.12 * len(seen)):
        return None
    typical: Floats = np.percentile(found, 70, axis=0).astype(np.float32)
    return typical

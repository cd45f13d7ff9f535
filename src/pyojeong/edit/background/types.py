"""What a remover gives, and what it promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""RGB uint8 (H, W, 3)."""
Alpha = NDArray[np.uint8]
"""uint8 (H, W): 255 is all subject, 0 all background."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """The subject of a photo, cut out.

    rgb: uint8 (H, W, 3), the subject's own colours, without the background's share in half
    covered pixels; what it holds where alpha is 0 means nothing. alpha: uint8 (H, W).
    """

    rgb: Image
    alpha: Alpha

    def __post_init__(self) -> None:
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3 or self.rgb.dtype != np.uint8:
            raise ValueError(f"expected uint8 (H, W, 3), got {self.rgb.dtype} {self.rgb.shape}")
        if self.alpha.shape != self.rgb.shape[:2] or self.alpha.dtype != np.uint8:
            raise ValueError(f"expected uint8 (H, W) alpha, got {self.alpha.shape}")


class BackgroundRemover(Protocol):
    """Cuts the people (or the main subject) out of a photo."""

    def remove(self, image: Image) -> Cutout:
        """A cutout of the size of the picture, which is never changed; nothing found is an alpha
        of 0 everywhere. Raises InferenceFailed, and BadSettings where an account is refused."""
        ...

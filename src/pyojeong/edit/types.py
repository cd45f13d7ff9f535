"""The expression editor capability."""

from __future__ import annotations

from typing import Protocol

from pyojeong.expression import Expression
from pyojeong.face.types import FaceMesh, Image


class ExpressionEditor(Protocol):
    """Draws an expression on a face of a photo."""

    def edit(
        self, image: Image, mesh: FaceMesh, expression: Expression, relax: float = 0.0
    ) -> Image:
        """A new picture of the same size in which that face wears the expression.

        relax: the share in [0, 1] of the expression the photo already shows that is taken away
        first; at 0 the expression is *added* to what is shown, at 1 it stands alone. Pixels
        outside the face's zone of influence are bit-identical, `Expression()` at relax 0 gives
        the same picture, and the input is never changed.
        """
        ...

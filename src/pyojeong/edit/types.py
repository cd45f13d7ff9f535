"""The expression editor capability."""

from __future__ import annotations

from typing import Protocol

from pyojeong.expression import Expression
from pyojeong.face.types import FaceMesh, Image


class ExpressionEditor(Protocol):
    """Draws an expression on a face of a photo."""

    def edit(self, image: Image, mesh: FaceMesh, expression: Expression) -> Image:
        """A new picture of the same size in which that face wears the expression *added* to
        what it shows already; pixels outside the face's zone of influence are bit-identical.
        The input is never changed."""
        ...

"""The built-in expression editor: one edit of one photo through `FaceRig`."""

from __future__ import annotations

from pyojeong.edit.rig import FaceRig
from pyojeong.expression import Expression
from pyojeong.face.types import FaceMesh, Image


class MeshEditor:
    """`ExpressionEditor` "mesh": warps the photo's own pixels over the face mesh."""

    def edit(
        self, image: Image, mesh: FaceMesh, expression: Expression, relax: float = 0.0
    ) -> Image:
        """See `ExpressionEditor.edit`."""
        rig = FaceRig(image, mesh, fine=True)
        x0, y0, x1, y1 = rig.zone
        out = image.copy()
        out[y0:y1, x0:x1] = rig.draw(expression, relax)
        return out

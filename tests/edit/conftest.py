"""One rig of the portrait for all tests of this room."""

from __future__ import annotations

import numpy as np
import pytest

from pyojeong.edit.basis import load_basis
from pyojeong.edit.rig import FaceRig
from pyojeong.face.types import FaceMesh
from pyojeong.registry import load


@pytest.fixture(scope="session")
def portrait_mesh(portrait) -> FaceMesh:
    faces = load("FaceDetector").detect(portrait)
    mesh = load("FaceMesher").mesh(portrait, faces[[0]])[0]
    assert mesh is not None
    return mesh


@pytest.fixture(scope="session")
def rig(portrait, portrait_mesh) -> FaceRig:
    return FaceRig(portrait, portrait_mesh, fine=True)


@pytest.fixture(scope="session")
def resting_mesh() -> FaceMesh:
    """The canonical face at rest, seen from the front: 20 px per cm in a picture 400 px wide."""
    points = np.zeros((478, 3), np.float32)
    points[:468] = load_basis().neutral * (20, -20, -20) + (200, 210, 0)
    for centre, corners in ((468, (33, 133)), (473, (263, 362))):
        middle = points[list(corners)].mean(0)
        points[centre : centre + 5] = middle
        points[centre + 1 : centre + 5, :2] += np.array([[11, 0], [0, -11], [-11, 0], [0, 11]])
    return FaceMesh(points, 1.0)


@pytest.fixture(scope="session")
def resting_photo(resting_mesh):
    """A flat, skin-coloured picture with some texture, to hold the canonical face."""
    noise = np.random.default_rng(7).normal(0, 6, (420, 400, 3))
    photo = np.clip(np.array([205, 160, 135]) + noise, 0, 255).astype(np.uint8)
    photo.setflags(write=False)
    return photo

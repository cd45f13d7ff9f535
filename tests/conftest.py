"""What every test may use."""

import os
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def portrait_path() -> Path:
    """The NASA portrait of Eileen Collins: 512 x 512 px, one face, smiling broadly."""
    return ROOT / "examples/portrait.png"


@pytest.fixture(scope="session")
def portrait(portrait_path):
    """The portrait as RGB uint8 (512, 512, 3), not writeable."""
    from pyojeong.media.image import read_image

    rgb = read_image(portrait_path).rgb
    rgb.setflags(write=False)
    return np.asarray(rgb)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The training data, where it is at hand."""
    folder = os.environ.get("PYOJEONG_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs PYOJEONG_DATA, the folder of the training data")
    return Path(folder)

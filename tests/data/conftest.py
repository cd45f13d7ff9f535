"""Pictures for tests of the room data: patterns that no two share, and copies of them."""

import cv2
import numpy as np
import pytest


def _pattern(seed: int, side: int = 96) -> np.ndarray:
    """RGB uint8: soft blotches of several sizes, different for each seed."""
    rng = np.random.default_rng(seed)
    image = np.zeros((side, side, 3), np.float32)
    for cells in (3, 6, 12, 24):
        noise = rng.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        image += cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
    low, high = image.min(), image.max()
    return (255 * (image - low) / (high - low)).astype(np.uint8)


def _copied(image: np.ndarray, kind: str, rng: np.random.Generator) -> np.ndarray:
    """A copy that was changed as people change copies."""
    height, width = image.shape[:2]
    if kind == "resize":
        scale = rng.uniform(0.5, 2)
        return cv2.resize(image, None, fx=scale, fy=scale * rng.uniform(0.9, 1.1))
    if kind == "crop":
        a, b, c, d = (rng.uniform(0, 0.1, 4) * height).astype(int)
        return np.ascontiguousarray(image[a : height - b, c : width - d])
    if kind == "brightness":
        return np.clip(image * rng.uniform(0.6, 1.4) + rng.uniform(-25, 25), 0, 255).astype("uint8")
    if kind == "jpeg":
        code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 60))])
        return cv2.imdecode(code[1], 1)
    if kind == "mirror":
        return np.ascontiguousarray(image[:, ::-1])
    return image.copy()


@pytest.fixture(scope="session")
def pattern():
    return _pattern


@pytest.fixture(scope="session")
def copied():
    return _copied


@pytest.fixture(scope="session")
def write():
    """write(folder, {"a/1.png": RGB or seed}) → folder: pictures in files."""

    def go(folder, pictures):
        for way, given in pictures.items():
            path = folder / way
            image = _pattern(given) if isinstance(given, int) else given
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(cv2.imencode(path.suffix, image[:, :, ::-1])[1].tobytes())
        return folder

    return go

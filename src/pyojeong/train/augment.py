"""What is done to a training picture by chance, so that the network learns what does not matter.

Every kind maps an RGB picture to one of the same size and draws chance from the generator it is
given alone, so that order and workers do not change what a picture becomes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput, BadSettings, MissingExtra
from pyojeong.media.files import read_text_file

Image = NDArray[np.uint8]
Rng = np.random.Generator
Augmenter = Callable[[Image, Rng], Image]
KINDS = ("none", "basic", "autoaugment", "albumentations", "advanced")

TURN, ZOOM, SHIFT, LIGHT = 10.0, 0.1, 0.05, 0.2
"""Of the basic kind: most degrees, and most change of size, place (share of the side) and light."""

ERASED, SHARE = 0.25, 0.33
"""Of the advanced kind: share of pictures with a part erased, and that part's longest side."""


@dataclass(frozen=True, slots=True)
class Augment:
    """kind: one of KINDS. file: for "albumentations", a pipeline that Albumentations serialised as
    JSON or YAML. pose: share of pictures whose head is turned by up to 20 degrees."""

    kind: str = "basic"
    file: str = ""
    pose: float = 0.0


def make(settings: Augment) -> Augmenter:
    """The function the settings describe. Raises BadSettings, BadInput, MissingExtra."""
    makers: dict[str, Callable[[], Augmenter]] = {
        "none": lambda: _unchanged,
        "basic": lambda: basic,
        "advanced": lambda: advanced,
        "autoaugment": _autoaugment,
        "albumentations": lambda: _albumentations(settings.file),
    }
    if settings.kind not in makers:
        raise BadSettings(
            f"{settings.kind!r} is no augmentation; there are: {', '.join(KINDS)}.",
            f"{settings.kind!r} 증강은 없습니다. 사용 가능: {', '.join(KINDS)}.",
        )
    made = makers[settings.kind]()
    return _turned_first(made, settings.pose) if settings.pose else made


def _unchanged(image: Image, rng: Rng) -> Image:
    return image


def _turned_first(then: Augmenter, share: float) -> Augmenter:
    from pyojeong.train.pose_augment import Turner

    turner = Turner()

    def augment(image: Image, rng: Rng) -> Image:
        return then(turner.turn(image, rng) if rng.random() < share else image, rng)

    return augment


def basic(image: Image, rng: Rng) -> Image:
    """Mirrored or not, slightly turned, moved, larger or smaller, lighter or darker."""
    degrees, zoom = rng.uniform(-TURN, TURN), 1 + rng.uniform(-ZOOM, ZOOM)
    shift = rng.uniform(-SHIFT, SHIFT, 2)
    made = placed(image, degrees, zoom, shift, mirrored=bool(rng.random() < 0.5))
    return lit(made, 1 + rng.uniform(-LIGHT, LIGHT), rng.uniform(-LIGHT, LIGHT) * 128)


def placed(
    image: Image,
    degrees: float,
    zoom: float,
    shift: NDArray[np.float64] | Sequence[float],
    shear: float = 0.0,
    mirrored: bool = False,
) -> Image:
    """Turned about its middle, enlarged, moved by shares of its sides, slanted; the edge goes on."""
    height, width = image.shape[:2]
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    turn = cv2.getRotationMatrix2D((0, 0), degrees, zoom)[:, :2] @ [[1, shear], [0, 1]]
    if mirrored:
        turn = turn @ np.diag([-1.0, 1.0])
    offset = middle + np.asarray(shift) * (width, height) - turn @ middle
    matrix = np.column_stack([turn, offset])
    border = cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), borderMode=border), np.uint8)


def lit(image: Image, gain: float, lift: float) -> Image:
    """Contrast about the middle gray multiplied by `gain`, then `lift` (of 255) added."""
    levels = (np.arange(256) - 128) * gain + 128 + lift
    return np.asarray(cv2.LUT(image, np.clip(np.round(levels), 0, 255).astype(np.uint8)), np.uint8)


# --- advanced: two operations of a list at random strength (Cubuk et al. 2020, RandAugment) --------


def advanced(image: Image, rng: Rng) -> Image:
    """Mirrored or not, two of OPERATIONS at random strength, sometimes a part erased (Zhong et al.
    2020)."""
    if rng.random() < 0.5:
        image = np.ascontiguousarray(image[:, ::-1])
    for at in rng.choice(len(OPERATIONS), 2, replace=False):
        image = OPERATIONS[at](image, rng.uniform(-1, 1), rng)
    return _erased(image, rng) if rng.random() < ERASED else image


def _posterize(image: Image, strength: float, rng: Rng) -> Image:
    bits = round(4 * abs(strength))
    return image & np.uint8(256 - 2**bits)


def _blurred(image: Image, strength: float, rng: Rng) -> Image:
    sigma = abs(strength) * max(image.shape[:2]) / 48
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8) if sigma > 0.05 else image


def _sharpened(image: Image, strength: float, rng: Rng) -> Image:
    smooth = cv2.GaussianBlur(image, (0, 0), 1.0)
    amount = abs(strength) * 1.5
    return np.asarray(cv2.addWeighted(image, 1 + amount, smooth, -amount, 0), np.uint8)


def _coloured(image: Image, strength: float, rng: Rng) -> Image:
    gray = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return np.asarray(
        cv2.addWeighted(image, 1 + strength * 0.8, gray, -strength * 0.8, 0), np.uint8
    )


def _equalized(image: Image, strength: float, rng: Rng) -> Image:
    tone = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    tone[..., 0] = cv2.equalizeHist(tone[..., 0])
    full = cv2.cvtColor(tone, cv2.COLOR_YCrCb2RGB)
    amount = abs(strength)
    return np.asarray(cv2.addWeighted(full, amount, image, 1 - amount, 0), np.uint8)


def _noisy(image: Image, strength: float, rng: Rng) -> Image:
    grain = rng.normal(0, 14 * abs(strength), image.shape)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def _packed(image: Image, strength: float, rng: Rng) -> Image:
    quality = int(90 - 70 * abs(strength))
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


OPERATIONS: tuple[Callable[[Image, float, Rng], Image], ...] = (
    lambda image, strength, rng: placed(image, 25 * strength, 1.0, (0, 0)),
    lambda image, strength, rng: placed(image, 0, 1 + 0.25 * strength, (0, 0)),
    lambda image, strength, rng: placed(image, 0, 1.0, (0.15 * strength, 0)),
    lambda image, strength, rng: placed(image, 0, 1.0, (0, 0.15 * strength)),
    lambda image, strength, rng: placed(image, 0, 1.0, (0, 0), shear=0.25 * strength),
    lambda image, strength, rng: lit(image, 1 + 0.5 * strength, 0),
    lambda image, strength, rng: lit(image, 1, 60 * strength),
    _posterize,
    _blurred,
    _sharpened,
    _coloured,
    _equalized,
    _noisy,
    _packed,
)
"""Each takes a picture, a strength from -1 to 1, and chance."""


def _erased(image: Image, rng: Rng) -> Image:
    """A rectangle of noise."""
    height, width = image.shape[:2]
    high, wide = (int(rng.integers(1, max(2, round(SHARE * n) + 1))) for n in (height, width))
    y, x = int(rng.integers(0, height - high + 1)), int(rng.integers(0, width - wide + 1))
    made = image.copy()
    made[y : y + high, x : x + wide] = rng.integers(0, 256, (high, wide, 3), dtype=np.uint8)
    return made


# --- other people's -------------------------------------------------------------------------------


def _autoaugment() -> Augmenter:
    """The ImageNet policy (Cubuk et al. 2019) of torchvision, after a mirror."""
    import torch

    from pyojeong.vision import vision

    policy = vision("transforms").AutoAugment(fill=[128, 128, 128])

    def augment(image: Image, rng: Rng) -> Image:
        flip, seed = rng.random() < 0.5, int(rng.integers(2**31))
        if min(image.shape[:2]) < 4:  # its blurring kernels do not fit
            return image
        shown = np.ascontiguousarray(image[:, ::-1] if flip else image)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            made = policy(torch.from_numpy(shown).permute(2, 0, 1))
        return np.ascontiguousarray(made.permute(1, 2, 0).numpy())

    return augment


def _albumentations(file: str) -> Augmenter:
    """A pipeline that `albumentations.save` wrote. Only what Albumentations itself registers can be
    named in it; the result is brought back to the picture's size."""
    if not file:
        raise BadSettings(
            "augment.kind = albumentations needs augment.file.",
            "augment.kind = albumentations에는 augment.file이 필요합니다.",
        )
    pipeline = _read_pipeline(Path(file))

    def augment(image: Image, rng: Rng) -> Image:
        pipeline.set_random_seed(int(rng.integers(2**31)))
        made = np.asarray(pipeline(image=image)["image"])
        if made.ndim != 3 or made.shape[2] != 3 or made.dtype != np.uint8:
            raise BadSettings(
                f"{file} makes {made.dtype} pictures of shape {made.shape}; leave normalising and "
                "tensors to the training.",
                f"{file}의 결과가 {made.dtype} {made.shape}입니다. 정규화와 텐서 변환은 빼세요.",
            )
        if made.shape != image.shape:
            made = cv2.resize(made, image.shape[1::-1], interpolation=cv2.INTER_AREA)
        return np.asarray(made, np.uint8)

    return augment


def _read_pipeline(path: Path) -> Any:
    # Importing it would ask the network for a newer version.
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    try:
        import albumentations
        import yaml
    except ImportError as error:
        raise MissingExtra(
            'This needs Albumentations: pip install "pyojeong[augment]"',
            'Albumentations가 필요합니다: pip install "pyojeong[augment]"',
        ) from error
    text = read_text_file(path).text
    try:
        is_json = path.suffix.lower() == ".json"
        table = json.loads(text) if is_json else yaml.safe_load(text)
        return albumentations.Compose([albumentations.from_dict(table)])
    except Exception as error:  # its own errors have no common base
        raise BadInput(
            f"{path} is no pipeline that Albumentations can read: {error}",
            f"{path}은(는) Albumentations가 읽을 수 있는 파이프라인이 아닙니다: {error}",
        ) from error

"""Names, papers and licences of the networks, readable without torch."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from pyojeong.errors import BadSettings

_TORCHVISION = "BSD-3-Clause (torchvision); trained on ImageNet-1k, whose pictures carry terms"


@dataclass(frozen=True, slots=True)
class Known:
    """name: what settings call it. reference: the paper. side: of its usual input, px. weights:
    licence of the pretrained ones, "" where there are none. head: attribute that is replaced.
    least: smaller pictures are enlarged to it inside, px; 0 where none is too small.
    """

    name: str
    reference: str
    side: int = 224
    weights: str = _TORCHVISION
    head: str = "fc"
    least: int = 0


_RESNET = "He et al. 2016, Deep residual learning, CVPR"
_DENSE = "Huang et al. 2017, Densely connected convolutional networks, CVPR"
_VGG = "Simonyan & Zisserman 2015, Very deep convolutional networks, ICLR"
_EFFICIENT = "Tan & Le 2019, EfficientNet, ICML"
_MOBILE_V3 = "Howard et al. 2019, Searching for MobileNetV3, ICCV"
_SIDES = (224, 240, 260, 300, 380, 456, 528, 600)

TABLE: tuple[Known, ...] = (
    *(Known(f"resnet{depth}", _RESNET) for depth in (18, 34, 50, 152)),
    *(Known(f"densenet{depth}", _DENSE, head="classifier") for depth in (121, 169)),
    *(Known(f"vgg{depth}", _VGG, head="classifier") for depth in (16, 19)),
    Known("googlenet", "Szegedy et al. 2015, Going deeper with convolutions, CVPR"),
    Known(
        "inception_v3",
        "Szegedy et al. 2016, Rethinking the inception architecture, CVPR",
        299,
        least=75,
    ),
    *(
        Known(f"efficientnet_b{n}", _EFFICIENT, side, head="classifier")
        for n, side in enumerate(_SIDES)
    ),
    Known("mobilenet_v2", "Sandler et al. 2018, MobileNetV2, CVPR", head="classifier"),
    *(Known(f"mobilenet_v3_{size}", _MOBILE_V3, head="classifier") for size in ("small", "large")),
    *(
        Known(f"pyojeong-{size}", f"{_RESNET}; Hu et al. 2018, SE networks, CVPR", 48, "")
        for size in ("tiny", "small", "large")
    ),
    Known("residual-masking", "Pham, Vu & Tran 2020, Residual masking network, ICPR"),
)

NAMES: tuple[str, ...] = tuple(entry.name for entry in TABLE)


def known(name: str) -> Known:
    """The entry of a name; `timm:NAME` is any model of timm. Raises BadSettings."""
    if name.startswith("timm:"):
        return Known(
            name, "https://github.com/huggingface/pytorch-image-models", 224, "its own", ""
        )
    for entry in TABLE:
        if entry.name == name:
            return entry
    close = get_close_matches(name, NAMES, n=1)
    hint_en = f" Did you mean {close[0]}?" if close else ""
    hint_ko = f" 혹시 {close[0]}인가요?" if close else ""
    raise BadSettings(
        f"There is no model {name!r}; there are: {', '.join(NAMES)}, timm:NAME.{hint_en}",
        f"{name!r} 모델은 없습니다. 사용 가능: {', '.join(NAMES)}, timm:이름.{hint_ko}",
    )

"""A network by name, with the head that is asked for."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import nn

from pyojeong.errors import BadSettings, MissingExtra
from pyojeong.train.zoo.enlarged import Enlarged
from pyojeong.train.zoo.heads import make_head
from pyojeong.train.zoo.house import SIZES, HouseNet
from pyojeong.train.zoo.pooling import AdaptivePool
from pyojeong.train.zoo.residual_masking import ResidualMasking
from pyojeong.train.zoo.table import Known, known
from pyojeong.vision import vision

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
PLAIN = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
PARTS = ("whole", "head")
PATIENCE = 10.0
"""Seconds to wait for a server that may have pretrained weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """net: normalised RGB (n, 3, s, s) float32 → logits (n, k). mean, std: what its pictures are
    normalised with, RGB in 0-1. side: its usual input, px. note: where its weights come from."""

    net: nn.Module
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    side: int
    note: str


def build(
    name: str,
    classes: int,
    *,
    head: str = "linear",
    part: str = "whole",
    dropout: float = 0.2,
    pretrained: bool = False,
) -> Built:
    """The network `name` (see `table.NAMES`) for k classes.

    head: see `heads.make_head`. part: "whole", or "head" to train the last layers alone. dropout:
    in the head. pretrained: begin with published weights; where they cannot be had the network
    begins from scratch, and `note` says so. Raises BadSettings, MissingExtra.
    """
    entry = known(name)
    if part not in PARTS:
        raise BadSettings(
            f"There is no part {part!r}; there are: {', '.join(PARTS)}.",
            f"{part!r} 부분은 없습니다. 사용 가능: {', '.join(PARTS)}.",
        )
    net: Any
    if name.startswith("timm:"):
        net, note = _from_timm(name.removeprefix("timm:"), pretrained)
    elif name in SIZES:
        net, note = HouseNet(name), f"{name}: from scratch."
    else:
        net, note = _from_torchvision(entry, pretrained)
    if part == "head":
        net.requires_grad_(False)
    if entry.head:
        _put_head(net, entry.head, head, classes, dropout)
    else:
        net.reset_classifier(0)
        net = nn.Sequential(net, make_head(head, net.num_features, classes, dropout))
    if entry.least:
        net = Enlarged(net, entry.least)
    mean, std = PLAIN if name in SIZES else IMAGENET
    return Built(net, mean, std, entry.side, note)


def _from_torchvision(entry: Known, pretrained: bool) -> tuple[nn.Module, str]:
    models = vision("models")
    masked = entry.name == "residual-masking"
    name = "resnet34" if masked else entry.name
    options: dict[str, Any] = {}
    if name in ("googlenet", "inception_v3"):
        # The side outputs help only very long training, and need large pictures.
        options = {"aux_logits": False, "init_weights": True, "transform_input": False}
    net = models.get_model(name, weights=None, **options)
    note = f"{entry.name}: from scratch."
    if pretrained:
        note = _load(net, entry.name, models.get_model_weights(name).DEFAULT)
    if isinstance(net, models.VGG):
        net.avgpool = AdaptivePool(7)
    return (ResidualMasking(net) if masked else net), note


def _load(net: nn.Module, name: str, weights: Any) -> str:
    try:
        with _patience():
            state = weights.get_state_dict(progress=False, check_hash=True, weights_only=True)
    except (OSError, RuntimeError) as error:
        return f"{name}: from scratch, because its pretrained weights cannot be had ({error})."
    own = net.state_dict()
    net.load_state_dict({key: value for key, value in state.items() if key in own})
    return f"{name}: pretrained, {weights}."


def _from_timm(name: str, pretrained: bool) -> tuple[nn.Module, str]:
    vision()  # timm imports torchvision itself
    try:
        import timm
    except ImportError as error:
        raise MissingExtra(
            'This needs timm: pip install "pyojeong[train]"',
            'timm이 필요합니다: pip install "pyojeong[train]"',
        ) from error
    if name not in timm.list_models():
        near = timm.list_models(f"*{name.split('_', maxsplit=1)[0]}*")[:8]
        raise BadSettings(
            f"timm has no model {name!r}. Near: {', '.join(near) or '-'}.",
            f"timm에 {name!r} 모델이 없습니다. 비슷한 이름: {', '.join(near) or '-'}.",
        )
    if pretrained:
        try:
            with _patience():
                return timm.create_model(name, pretrained=True), f"timm {name}: pretrained."
        except Exception as error:  # whatever its download library raises
            note = f"timm {name}: from scratch, because its weights cannot be had ({error})."
            return timm.create_model(name), note
    return timm.create_model(name), f"timm {name}: from scratch."


def _put_head(net: Any, where: str, head: str, classes: int, dropout: float) -> None:
    """Replaces the last layer; what is before it in a list of layers (VGG, MobileNet) stays."""
    last: Any = getattr(net, where)
    if isinstance(last, nn.Sequential):
        replaced: Any = last[-1]
        features = int(replaced.in_features)
        last[-1] = make_head(head, features, classes, dropout)
        return
    features = int(last.in_features if isinstance(last, nn.Linear) else net.width)
    setattr(net, where, make_head(head, features, classes, dropout))


@contextmanager
def _patience() -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)

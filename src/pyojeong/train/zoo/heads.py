"""The last layers of a classifier: features (n, f) → logits (n, k)."""

from __future__ import annotations

from torch import nn

from pyojeong.errors import BadSettings

HEADS = ("linear", "dropout", "deep", "densenet-512-256")


def make_head(kind: str, features: int, classes: int, dropout: float) -> nn.Module:
    """linear: one layer. dropout: dropout before it (Srivastava et al. 2014). deep: two hidden
    layers with batch normalisation. densenet-512-256: the head of the original DenseNet study.
    Raises BadSettings for another kind.
    """
    if kind not in HEADS:
        raise BadSettings(
            f"There is no head {kind!r}; there are: {', '.join(HEADS)}.",
            f"{kind!r} 헤드는 없습니다. 사용 가능: {', '.join(HEADS)}.",
        )
    if kind == "linear":
        return nn.Linear(features, classes)
    if kind == "dropout":
        return nn.Sequential(nn.Dropout(dropout), nn.Linear(features, classes))
    if kind == "deep":
        hidden = (*_layer(features, 512, dropout, True), *_layer(512, 128, dropout, True))
        return nn.Sequential(*hidden, nn.Linear(128, classes))
    hidden = (*_layer(features, 512, dropout, False), *_layer(512, 256, dropout, False))
    return nn.Sequential(*hidden, nn.Linear(256, classes))


def _layer(given: int, made: int, dropout: float, norm: bool) -> tuple[nn.Module, ...]:
    middle: tuple[nn.Module, ...] = (nn.BatchNorm1d(made),) if norm else ()
    return (nn.Linear(given, made), *middle, nn.ReLU(), nn.Dropout(dropout))

"""Begin with the weights of a network that was exported before.

In an exported file the norms are folded into the convolutions. They are unfolded here so that the
network computes what the file does, and so that learning can go on: each norm gets the mean and
spread that its convolution shows on the first batches (Ioffe and Szegedy 2015, read backwards).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pyojeong.assets import asset_path, assets
from pyojeong.data.instances.decoding import names_of
from pyojeong.errors import BadInput, BadSettings, MissingWeights
from pyojeong.media.files import read_bytes
from pyojeong.train.characters.net import PROTOTYPES, SegNet

_LARGEST = 2**28
_LEAST_SPREAD = 1e-6
"""Of a channel that is the same everywhere: its norm must not divide by nothing."""


def begin_with(net: SegNet, labels: Sequence[str], start: str, pictures: Tensor) -> int:
    """Give the network the weights of `start`, an asset's name or an ONNX file; classes that it
    knows by name go along, others begin fresh. pictures: (b, 3, h, w) in [0, 1].

    Returns how many classes it knew. Raises BadInput, BadSettings, MissingWeights.
    """
    path = _path(start)
    known, weights = _weights(path)
    order = _in_order(net, pictures[:1])
    if len(order) != len(weights):
        raise _other(path)
    for module, (weight, bias) in zip(order, weights, strict=True):
        if module in net.head:
            weight, bias = _own_classes(module, weight, bias, known, labels)  # noqa: PLW2901
        if weight.shape != module.weight.shape or bias.shape != (len(weight),):
            raise _other(path)
        module.weight.data.copy_(weight)
        if module.bias is not None:
            module.bias.data.copy_(bias)
    _unfold(net, order, [bias for _, bias in weights], pictures)
    return len(set(known) & set(labels))


def _path(start: str) -> Path:
    if start in {asset.name for asset in assets()}:
        return asset_path(start)
    path = Path(start).expanduser()
    if not path.is_file():
        raise MissingWeights(
            f"There are no weights {start!r} to begin with; name an asset or an ONNX file of a run, "
            'or net.start = "" to begin from scratch.',
            f"시작할 가중치 {start!r}이(가) 없습니다. 자산 이름이나 학습한 ONNX 파일, 또는 처음부터 "
            '학습하려면 net.start = ""를 쓰세요.',
        )
    return path


def _weights(path: Path) -> tuple[tuple[str, ...], list[tuple[Tensor, Tensor]]]:
    """Names of the classes, and weight and bias of each convolution in the order of the file."""
    import onnx
    from onnx import numpy_helper

    try:
        # From bytes: data in other files stays where it is.
        model = onnx.load_from_string(read_bytes(path, _LARGEST, "start"))
        table = {i.name: i for i in model.graph.initializer}
        # Numbers that are equal are written once and passed on.
        for node in model.graph.node:
            if node.op_type == "Identity" and node.input[0] in table:
                table[node.output[0]] = table[node.input[0]]
        found = [
            (_tensor(numpy_helper.to_array(table[n.input[1]])),
             _tensor(numpy_helper.to_array(table[n.input[2]])))
            for n in model.graph.node
            if n.op_type == "Conv"
        ]  # fmt: skip
    except BadInput:
        raise
    # Of a broken file the reader raises nearly anything.
    except Exception as error:
        raise _other(path) from error
    notes = {entry.key: entry.value for entry in model.metadata_props}
    return names_of(notes.get("names", ""), path), found


def _tensor(values: Any) -> Tensor:
    return torch.from_numpy(values.astype("float32"))


def _other(path: Path) -> BadSettings:
    return BadSettings(
        f"{path} is no network of this kind and shape; net.widths, net.depths and net.neck must be "
        'those it was made with. net.start = "" begins from scratch.',
        f"{path}은(는) 종류나 모양이 다른 신경망입니다. net.widths, net.depths, net.neck이 그 파일과 "
        '같아야 합니다. 처음부터 학습하려면 net.start = ""를 쓰세요.',
    )


@torch.no_grad()
def _in_order(net: SegNet, picture: Tensor) -> list[Any]:
    """The convolutions in the order in which they are computed, which is that of the file."""
    order: list[Any] = []
    hooks = [
        m.register_forward_hook(lambda module, _, __: order.append(module))
        for m in net.modules()
        if isinstance(m, nn.Conv2d)
    ]
    net.eval()(picture)
    for hook in hooks:
        hook.remove()
    return order


def _own_classes(
    head: Any, weight: Tensor, bias: Tensor, known: Sequence[str], labels: Sequence[str]
) -> tuple[Tensor, Tensor]:
    """Rows of a head for other classes: those of the same name as they were, others as new."""
    own_weight, own_bias = head.weight.detach().clone(), head.bias.detach().clone()
    if weight.shape[1:] != own_weight.shape[1:] or len(weight) != 4 + len(known) + PROTOTYPES:
        return weight, bias  # Another network, which the caller says.
    for mine, other in ((own_weight, weight), (own_bias, bias)):
        mine[:4], mine[-PROTOTYPES:] = other[:4], other[-PROTOTYPES:]
        for at, name in enumerate(labels):
            if name in known:
                mine[4 + at] = other[4 + known.index(name)]
    return own_weight, own_bias


@torch.no_grad()
def _unfold(net: SegNet, order: list[Any], biases: list[Tensor], pictures: Tensor) -> None:
    """Set the norms so that each only adds the bias, with the statistics of these pictures."""
    norm_of = {
        unit[0]: unit[1]
        for unit in net.modules()
        if isinstance(unit, nn.Sequential) and len(unit) > 1 and isinstance(unit[1], nn.BatchNorm2d)
    }
    pairs = [(c, norm_of[c], b) for c, b in zip(order, biases, strict=True) if c in norm_of]
    for _, norm, bias in pairs:
        _set_norm(norm, bias, torch.zeros_like(bias), torch.ones_like(bias))
    seen: dict[Any, tuple[Tensor, Tensor]] = {}

    def keep(module: Any, _: Any, made: Tensor) -> None:
        seen[module] = made.mean((0, 2, 3)), made.var((0, 2, 3), unbiased=False)

    hooks = [conv.register_forward_hook(keep) for conv, _, _ in pairs]
    net.eval()(pictures)
    for hook in hooks:
        hook.remove()
    for conv, norm, bias in pairs:
        _set_norm(norm, bias, *seen[conv])


def _set_norm(norm: Any, bias: Tensor, mean: Tensor, spread: Tensor) -> None:
    """A norm of that mean and variance whose scale takes both back and adds the bias."""
    spread = spread.clamp(min=_LEAST_SPREAD)
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(spread)
    norm.weight.data.copy_((spread + norm.eps).sqrt())
    norm.bias.data.copy_(bias + mean)

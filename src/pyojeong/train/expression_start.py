"""Start training from a shipped or exported classifier instead of random weights.

An exported file has its batch normalisation folded into the convolutions. It is unfolded here:
each filter is brought to unit length, and the mean and deviation that its output has on real
faces become the running statistics, so that the network reads exactly as the file does and then
learns on as if it had never been folded.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pyojeong.train.expression_net import Block, ExpressionNet


@torch.no_grad()
def warm_start(net: ExpressionNet, source: str, views: NDArray[np.uint8]) -> None:
    """Loads an ONNX file made by `train/expression_export.py` from a net of this shape.

    source: the file, or "file#1" for the second of several networks in it. views: (n, s, s) gray
    crops; some hundred, of the size that training begins with. Raises SystemExit where the file
    does not fit the network.
    """
    path, _, which = source.partition("#")
    table = _weights(Path(path), int(which or 0))
    try:
        for name, conv, norm in _folded(net):
            weight, bias = table.pop(name)
            conv.weight.copy_(torch.from_numpy(weight).reshape(conv.weight.shape))
            length = conv.weight.flatten(1).norm(dim=1).clamp(min=1e-6)
            conv.weight.div_(length[:, None, None, None])
            norm.weight.copy_(length * (1 + norm.eps) ** 0.5)
            norm.bias.copy_(torch.from_numpy(bias))
        for name, layer in _plain(net):
            weight, bias = table.pop(name)
            layer.weight.copy_(torch.from_numpy(weight).reshape(layer.weight.shape))
            layer.bias.copy_(torch.from_numpy(bias))
    except (KeyError, RuntimeError) as error:
        raise SystemExit(f"{source} is not the network that the settings describe: {error}") from (
            error
        )
    _unfold(net, views)


def _unfold(net: ExpressionNet, views: NDArray[np.uint8]) -> None:
    """Moves each filter's mean and deviation on the views into its running statistics."""
    seen: dict[str, list[tuple[Tensor, Tensor]]] = {}
    norms = {f"{name}": norm for name, _, norm in _folded(net)}

    def watch(name: str) -> Any:
        def look(_: nn.Module, given: tuple[Tensor]) -> None:
            flat = given[0].transpose(0, 1).flatten(1)
            seen.setdefault(name, []).append((flat.mean(1), flat.square().mean(1)))

        return look

    hooks = [norm.register_forward_pre_hook(watch(name)) for name, norm in norms.items()]
    net.eval()
    for at in range(0, len(views), 256):
        net(torch.from_numpy(views[at : at + 256])[:, None].float())
    for hook in hooks:
        hook.remove()
    for name, norm in norms.items():
        mean = torch.stack([m for m, _ in seen[name]]).mean(0)
        spread = (torch.stack([s for _, s in seen[name]]).mean(0) - mean.square()).clamp(min=1e-8)
        running_mean, running_var = norm.running_mean, norm.running_var
        assert running_mean is not None and running_var is not None  # noqa: S101
        # norm(x) = a x + b before and after, with a = weight / sqrt(var + eps).
        slope = norm.weight / (running_var + norm.eps).sqrt()
        offset = norm.bias - slope * running_mean
        running_mean.copy_(mean)
        running_var.copy_(spread)
        norm.weight.copy_(slope * (spread + norm.eps).sqrt())
        norm.bias.copy_(offset + slope * mean)


def _folded(net: ExpressionNet) -> Iterator[tuple[str, nn.Conv2d, nn.BatchNorm2d]]:
    """Name of each convolution that a normalisation follows, with both."""
    yield "body.0", net.body[0], net.body[1]  # type: ignore[misc]
    for at, block in enumerate(net.body):
        if isinstance(block, Block):
            yield f"body.{at}.first", block.first, block.first_norm
            yield f"body.{at}.second", block.second, block.second_norm
            if len(block.shortcut):
                yield f"body.{at}.shortcut.0", block.shortcut[0], block.shortcut[1]  # type: ignore[misc]


def _plain(net: ExpressionNet) -> Iterator[tuple[str, Any]]:
    """Name of each layer with a bias of its own, and the layer."""
    for at, block in enumerate(net.body):
        if isinstance(block, Block):
            yield f"body.{at}.squeeze", block.squeeze
            yield f"body.{at}.excite", block.excite
    for at, head in enumerate(net.heads):
        yield f"heads.{at}", head


def _weights(path: Path, which: int) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Weight and bias of every layer of one of the file's networks, by the layer's name."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    stored = {a.name.removesuffix("_half"): numpy_helper.to_array(a) for a in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in stored:  # equal arrays are kept once
            stored[node.output[0]] = stored[node.input[0]]
    table = {}
    for node in graph.node:
        # "/net/body/body.3/shortcut/shortcut.0/Conv": each part repeats the one before it.
        name = node.name.split(f"/nets.{which}/")[-1]
        if node.op_type not in ("Conv", "Gemm") or name == node.name or "_1/" in name:
            continue
        parts = name.split("/")
        kept = [a for a, b in itertools.pairwise(parts) if not b.startswith(f"{a}.")]
        weight, bias = (stored[given].astype(np.float32) for given in node.input[1:3])
        table[".".join(kept)] = (weight, bias)
    return table

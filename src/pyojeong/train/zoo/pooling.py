"""Adaptive average pooling that can be exported for any size of input."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class AdaptivePool(nn.Module):
    """Features (n, c, h, w) → (n, c, side, side), as `nn.AdaptiveAvgPool2d` gives them.

    ONNX has no such operator; as two products with fixed matrices it exports for every size.
    """

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = (means(int(n), self.side).to(x) for n in x.shape[2:])
        return rows @ x @ columns.T


def means(length: int, side: int) -> Tensor:
    """(side, length) float32: row i takes the mean of part i of `length` places."""
    matrix = torch.zeros(side, length)
    for i in range(side):
        start, end = i * length // side, -(-(i + 1) * length // side)
        matrix[i, start:end] = 1 / (end - start)
    return matrix

"""The encoder of the text reader in torch: BERT's layers (Devlin et al. 2019), small.

Named and ordered as BERT is, so that MiniLM's weights fit in.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

LONGEST = 96
"""Most pieces of a text, the marks at its ends included."""


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each with its residual sum and layer norm."""

    def __init__(self, width: int, heads: int, inner: int, drop: float) -> None:
        super().__init__()
        self.heads, self.drop = heads, drop
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width, eps=1e-12)
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.norm2 = nn.LayerNorm(width, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, width = x.shape
        parts = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)
        drop = self.drop if self.training else 0.0
        seen = fn.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=drop)
        seen = self.out(seen.transpose(1, 2).reshape(batch, length, width))
        x = self.norm1(x + fn.dropout(seen, drop))
        normed: Tensor = self.norm2(x + fn.dropout(self.down(fn.gelu(self.up(x))), drop))
        return normed


class Encoder(nn.Module):
    """Piece numbers (n, length), 0 where there is none → states (n, length, width)."""

    def __init__(self, pieces: int, width: int, layers: int, heads: int, drop: float = 0.1) -> None:
        super().__init__()
        self.drop = drop
        self.pieces = nn.Embedding(pieces, width)
        self.places = nn.Embedding(LONGEST, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(width, heads, 4 * width, drop) for _ in range(layers))
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(self, ids: Tensor) -> Tensor:
        x: Tensor = self.norm(self.pieces(ids) + self.places.weight[: ids.shape[1]])
        x = fn.dropout(x, self.drop, self.training)
        mask = (ids == 0).to(x.dtype)[:, None, None, :] * -1e4
        if torch.is_autocast_enabled("cpu"):
            mask, x = mask.to(torch.bfloat16), x.to(torch.bfloat16)
        for layer in self.layers:
            x = layer(x, mask)
        return x


def mean_state(states: Tensor, ids: Tensor) -> Tensor:
    """(n, width): mean of the states of the pieces there are."""
    there = (ids != 0).to(states.dtype)[..., None]
    return (states * there).sum(1) / there.sum(1)


def load_minilm(folder: Path, layers: tuple[int, ...] = (0, 1, 2, 3, 4, 5)) -> Encoder:
    """Encoder with weights of `all-MiniLM-L6-v2` (Apache-2.0); layers: which of its six."""
    from safetensors.torch import load_file

    given = load_file(folder / "model.safetensors")
    net = Encoder(given["embeddings.word_embeddings.weight"].shape[0], 384, len(layers), 12)
    new = {
        "pieces.weight": given["embeddings.word_embeddings.weight"],
        # Every text is of the first of BERT's two segments.
        "places.weight": given["embeddings.position_embeddings.weight"][:LONGEST]
        + given["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": given["embeddings.LayerNorm.weight"],
        "norm.bias": given["embeddings.LayerNorm.bias"],
    }
    names = {
        "out": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm2": "output.LayerNorm",
    }
    for at, layer in enumerate(layers):
        for kind in ("weight", "bias"):
            old = f"encoder.layer.{layer}"
            parts = [given[f"{old}.attention.self.{p}.{kind}"] for p in ("query", "key", "value")]
            new[f"layers.{at}.qkv.{kind}"] = torch.cat(parts)
            for ours, theirs in names.items():
                new[f"layers.{at}.{ours}.{kind}"] = given[f"{old}.{theirs}.{kind}"]
    net.load_state_dict(new)
    return net

"""Pictures made by a generator: whole sets of them to be judged, and sample sheets to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pyojeong.data.dataset import Image
from pyojeong.media.image import Picture, write_image
from pyojeong.train.classifier.crops import Crops
from pyojeong.train.stargan.domains import Domain, Floats, wishes
from pyojeong.train.stargan.painter import to_input, to_pictures

_BATCH = 32
_SHEET_ROWS = 6
_MOST = 2000
"""Most pictures of a set that are measured on."""


def held(crops: Crops, most: int = _MOST) -> tuple[Image, Floats]:
    """Squares uint8 (n, s, s, 3) of a split spread over it, and their labels (n, k)."""
    rows = np.unique(np.linspace(0, len(crops) - 1, min(most, len(crops))).astype(int))
    return np.stack([crops[int(row)] for row in rows]), crops.targets[rows]


def make(
    generator: nn.Module,
    domains: Sequence[Domain],
    at: int,
    pictures: Image,
    goals: Floats,
    mask: int | None = None,
) -> Image:
    """What the generator makes of squares when set `at` asks for labels `goals` (n, k).

    mask: as for `domains.wishes`.
    """
    device = next(generator.parameters()).device
    made: list[NDArray[np.uint8]] = []
    with torch.inference_mode():
        for start in range(0, len(pictures), _BATCH):
            part = slice(start, start + _BATCH)
            goal = torch.from_numpy(np.ascontiguousarray(goals[part])).to(device)
            wish = wishes(domains, at, goal, mask)
            batch = to_input(torch.from_numpy(pictures[part]).to(device))
            made.append(to_pictures(generator(batch, wish)).cpu().numpy())
    return np.concatenate(made)


def write_sheet(path: Path, generator: nn.Module, domains: Sequence[Domain]) -> None:
    """A picture with a row for each of some test faces: itself, then every label asked for, those
    of each set with a gap before them. The same faces every time. Raises OutputFailed."""
    blocks = []
    for own in domains:
        pictures, _ = held(own.test, _SHEET_ROWS)
        columns = [pictures]
        for at, asked in enumerate(domains):
            # What the faces of another set show is not known: none of its labels, then one.
            known = own is asked
            truth = held(own.test, _SHEET_ROWS)[1] if known else _nothing(pictures, asked)
            columns.append(np.full_like(pictures[:, :, :4], 255))
            for label in range(len(asked.labels)):
                goals = asked.goals(truth, label)
                columns.append(make(generator, domains, at, pictures, goals))
        blocks.append(np.concatenate(list(np.concatenate(columns, 2)), 0))
    gap = np.full_like(blocks[0][:4], 255)
    parts = [part for block in blocks for part in (block, gap)]
    write_image(path, Picture(np.ascontiguousarray(np.concatenate(parts[:-1], 0))))


def _nothing(pictures: Image, asked: Domain) -> Floats:
    return np.zeros((len(pictures), len(asked.labels)), np.float32)

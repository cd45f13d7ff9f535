"""Several processes that learn together, one for each GPU, as torchrun starts them.

Gradients are averaged here rather than by DistributedDataParallel, which does not take the
penalty's gradient of a gradient and two networks that learn in turn.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Place:
    """device: where this process computes. rank of world: which of the processes it is."""

    device: torch.device
    rank: int = 0
    world: int = 1


@contextmanager
def my_place() -> Iterator[Place]:
    """The place that the launcher gives; alone where there is none."""
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", local) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    if world == 1:
        yield Place(device)
        return
    torch.distributed.init_process_group("nccl" if cuda else "gloo", rank=rank, world_size=world)
    try:
        yield Place(device, rank, world)
    finally:
        torch.distributed.destroy_process_group()


def average_gradients(net: nn.Module, place: Place) -> None:
    """Every process gets the mean of all gradients, in one message."""
    if place.world == 1:
        return
    own = [p.grad for p in net.parameters() if p.grad is not None]
    flat = mean_over(torch.cat([g.flatten() for g in own]), place)
    start = 0
    for gradient in own:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()


def mean_over(values: Tensor, place: Place) -> Tensor:
    """The mean of a tensor over the processes."""
    if place.world == 1:
        return values
    torch.distributed.all_reduce(values)
    return values / place.world

"""Its networks, here a single layer."""

import torch


class SegmentationModel(torch.nn.Module):
    def __init__(self, cfg, nc, verbose):
        super().__init__()
        assert isinstance(cfg, dict)
        assert verbose is False
        self.plan = cfg
        self.layer = torch.nn.Linear(2, nc)

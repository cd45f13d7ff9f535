"""Its predictor. It finds what is red (class 0) and what is blue (class 1)."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

MADE = []
SCORES = (0.6, 0.9)


class SegmentationPredictor:
    def __init__(self, overrides):
        self.args = SimpleNamespace(**overrides)
        self.callbacks = {"on_predict_end": [self.report]}
        self.model, self.fails = None, None
        MADE.append(self)

    def report(self, *_):
        raise AssertionError("nobody is to be told")

    def __call__(self, source, model=None):
        if self.fails is not None:
            return self.fails()
        self.model = self.model or model
        if isinstance(self.model, str) and Path(self.model).name.startswith("broken"):
            raise TypeError("not a loadable\n   model")
        assert source.flags.c_contiguous
        for call in self.callbacks.get("on_predict_end", ()):
            call()
        return [self._results(source.astype(int))]

    def _results(self, bgr):
        blue, red = bgr[..., 0] - bgr[..., 2] > 100, bgr[..., 2] - bgr[..., 0] > 100
        rows = [
            (kind, mask)
            for kind, mask in enumerate((red, blue))
            if mask.any() and SCORES[kind] > self.args.conf
        ][: self.args.max_det]
        if not rows:
            empty = SimpleNamespace(xyxy=torch.zeros(0, 4), conf=torch.zeros(0), cls=torch.zeros(0))
            return SimpleNamespace(boxes=empty, masks=None)
        boxes = [
            (np.flatnonzero(m.any(0))[[0, -1]], np.flatnonzero(m.any(1))[[0, -1]]) for _, m in rows
        ]
        return SimpleNamespace(
            boxes=SimpleNamespace(
                xyxy=torch.tensor([[x[0], y[0], x[1] + 1, y[1] + 1] for x, y in boxes]).float(),
                conf=torch.tensor([SCORES[kind] for kind, _ in rows]),
                cls=torch.tensor([float(kind) for kind, _ in rows]),
            ),
            masks=SimpleNamespace(data=torch.tensor(np.stack([m for _, m in rows])).byte()),
        )

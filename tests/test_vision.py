"""torchvision's operators, its own or the ones given in their place."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in the train extra")
pytest.importorskip("safetensors", reason="safetensors is in the train extra")

from pyojeong.vision import vision  # noqa: E402
from pyojeong.vision_operators import nms, roi_align  # noqa: E402


def plain_nms(boxes, scores, least):
    """Box by box, in numpy."""
    kept = []
    for one in np.argsort(-scores, kind="stable"):
        x0, y0, x1, y1 = boxes[one]
        for other in kept:
            a0, b0, a1, b1 = boxes[other]
            shared = max(0, min(x1, a1) - max(x0, a0)) * max(0, min(y1, b1) - max(y0, b0))
            union = (x1 - x0) * (y1 - y0) + (a1 - a0) * (b1 - b0) - shared
            if union and shared / union > least:
                break
        else:
            kept.append(int(one))
    return kept


def plain_roi_align(maps, rois, scale, rows, columns, samples, aligned):
    """Sample by sample, in numpy, as the paper and torchvision's kernel for the CPU say."""
    made = np.zeros((len(rois), maps.shape[1], rows, columns))
    height, width = maps.shape[2:]
    for k, (number, *box) in enumerate(rois):
        x0, y0, x1, y1 = np.array(box, np.float64) * scale - (0.5 if aligned else 0)
        w, h = (x1 - x0, y1 - y0) if aligned else (max(x1 - x0, 1), max(y1 - y0, 1))
        for row in range(rows * samples):
            for column in range(columns * samples):
                y = y0 + (row + 0.5) * h / (rows * samples)
                x = x0 + (column + 0.5) * w / (columns * samples)
                if not (-1 <= y <= height and -1 <= x <= width):
                    continue
                y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
                a, b = min(int(y), height - 1), min(int(x), width - 1)
                c, d = min(a + 1, height - 1), min(b + 1, width - 1)
                v, u = y - a, x - b
                one = maps[int(number)]
                value = (1 - v) * ((1 - u) * one[:, a, b] + u * one[:, a, d])
                value += v * ((1 - u) * one[:, c, b] + u * one[:, c, d])
                made[k, :, row // samples, column // samples] += value / samples**2
    return made


def some_boxes(rng, n):
    corner = rng.uniform(0, 60, (n, 2))
    return np.concatenate([corner, corner + rng.uniform(0.5, 40, (n, 2))], 1).astype(np.float32)


@pytest.mark.parametrize("least", [0.1, 0.5, 0.7])
def test_suppression_is_the_plain_one(least):
    rng = np.random.default_rng(0)
    boxes, scores = some_boxes(rng, 300), rng.integers(0, 50, 300).astype(np.float32) / 50
    expected = plain_nms(boxes.astype(np.float64), scores, least)
    tensors = torch.tensor(boxes), torch.tensor(scores)
    assert nms(*tensors, least).tolist() == expected
    assert vision("ops").nms(*tensors, least).tolist() == expected


def test_suppression_of_nothing_and_of_nothing_wide():
    assert nms(torch.zeros(0, 4), torch.zeros(0), 0.5).tolist() == []
    assert nms(torch.zeros(3, 4), torch.tensor([0.1, 0.3, 0.2]), 0.5).tolist() == [1, 2, 0]


ROIS = [
    [0, 1, 2, 60, 50],
    [1, -9, -7, 100, 90],  # hangs over
    [1, 5, 5, 5.1, 5.2],  # smaller than a cell
    [0, 0, 0, 119, 79],
    [1, -40, -40, -20, -20],  # outside
]


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("samples", [1, 2])
def test_regions_are_the_plain_ones(aligned, samples):
    rng = np.random.default_rng(1)
    maps = rng.normal(size=(2, 3, 20, 30)).astype(np.float32)
    expected = plain_roi_align(maps, ROIS, 0.25, 7, 5, samples, aligned)
    tensors = torch.tensor(maps), torch.tensor(ROIS)
    np.testing.assert_allclose(
        roi_align(*tensors, 0.25, 7, 5, samples, aligned), expected, atol=1e-5
    )
    theirs = vision("ops").roi_align(*tensors, (7, 5), 0.25, samples, aligned)
    np.testing.assert_allclose(theirs, expected, atol=1e-5)


def test_many_regions_come_back_in_their_order():
    rng = np.random.default_rng(2)
    maps = torch.tensor(rng.normal(size=(2, 2, 16, 16)).astype(np.float32))
    rois = np.concatenate([rng.integers(0, 2, (200, 1)), some_boxes(rng, 200)], 1)
    rois = torch.tensor(rois.astype(np.float32))
    at_once = roi_align(maps, rois, 0.2, 3, 3, 2, False)
    alone = torch.cat([roi_align(maps, roi[None], 0.2, 3, 3, 2, False) for roi in rois])
    np.testing.assert_allclose(at_once, alone, atol=1e-6)
    assert roi_align(maps, rois[:0], 0.2, 3, 4, 2, False).shape == (0, 2, 3, 4)


def test_regions_have_a_gradient():
    maps = torch.rand(1, 2, 8, 8, requires_grad=True)
    vision("ops").roi_align(maps, torch.tensor(ROIS[:1]), (2, 2), 0.1, 2).sum().backward()
    assert maps.grad.abs().sum() > 0


def test_a_number_of_samples_that_is_not_told():
    with pytest.raises(NotImplementedError, match="sampling_ratio"):
        roi_align(torch.zeros(1, 1, 4, 4), torch.tensor(ROIS[:1]), 1.0, 2, 2, -1, False)

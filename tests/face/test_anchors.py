"""Anchors against a plain reading of MediaPipe's SSD options."""

import numpy as np
import pytest

from pyojeong.face.anchors import anchor_centres


def by_hand(size, strides):
    """Two anchors per layer and cell for the short-range options (the aspect ratio 1 and its
    interpolated scale); layers of equal stride share their cells."""
    anchors, layer = [], 0
    while layer < len(strides):
        same = sum(s == strides[layer] for s in strides[layer:])
        cells = -(-size // strides[layer])
        for y in range(cells):
            for x in range(cells):
                anchors += [((x + 0.5) / cells, (y + 0.5) / cells)] * (2 * same)
        layer += same
    return np.array(anchors, np.float32)


def test_short_range_anchors():
    anchors = anchor_centres(128, 128, ((8, 2), (16, 6)))
    assert anchors.shape == (896, 2)
    np.testing.assert_allclose(anchors, by_hand(128, [8, 16, 16, 16]) * 128, atol=1e-4)


def test_full_range_anchors_are_one_per_cell():
    anchors = anchor_centres(192, 192, ((4, 1),))
    assert anchors.shape == (2304, 2)
    np.testing.assert_allclose(anchors[0], 2)
    np.testing.assert_allclose(anchors[49], [6, 6])


def test_a_wide_input_has_anchors_all_over():
    anchors = anchor_centres(64, 96, ((4, 1),))
    assert anchors.shape == (16 * 24, 2)
    np.testing.assert_allclose(anchors[-1], [94, 62])


@pytest.mark.parametrize("grids", [((8, 2), (16, 6)), ((4, 1),)])
def test_anchors_are_symmetric(grids):
    anchors = anchor_centres(64, 64, grids)
    mirrored = np.stack([64 - anchors[:, 0], anchors[:, 1]], 1)
    np.testing.assert_allclose(np.unique(anchors, axis=0), np.unique(mirrored, axis=0), atol=1e-6)

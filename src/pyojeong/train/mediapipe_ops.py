"""MediaPipe's four custom TFLite operators, rebuilt from standard ONNX ones.

The attention mesh (Grishchenko et al. 2020, "Attention Mesh") looks at lips and eyes again in
crops of a feature map that it cuts along its own first guess: `Landmarks2TransformMatrix` makes
the crop's affine matrix, `TransformTensorBilinear` cuts, `TransformLandmarks` carries the points
back. `Convolution2DTransposeBias` closes the selfie segmentation.
"""

from __future__ import annotations

import numpy as np

from pyojeong.train.tflite_to_onnx import OPERATORS, Converter, Op


def _scalar(c: Converter, value: float) -> str:
    return c.constant(np.array([value], np.float32), compact=False)


def _ints(c: Converter, *values: int) -> str:
    return c.constant(np.array(values, np.int64), compact=False)


def _gather_xy(c: Converter, points: str, indices: list[int]) -> str:
    """(n, 2) x and y of some of (1, m, 3) points."""
    rows = c.node("Gather", [points, _ints(c, *indices)], axis=1)
    xy = c.node("Slice", [rows, _ints(c, 0), _ints(c, 2), _ints(c, 2)])
    return c.node("Squeeze", [xy, _ints(c, 0)])


def _transform_matrix(op: Op) -> None:
    """The affine matrix from the crop's pixels to the map's: the box of some landmarks, turned
    so that two of them lie level, enlarged by the scales. (1, 468, 3) -> (1, 4, 4)."""
    c, options = op.c, op.custom_options()
    left, right = options["left_rotation_idx"], options["right_rotation_idx"]
    ends = _gather_xy(c, op.source(), [left, right])
    delta = c.node("Sub", [c.node("Gather", [ends, _ints(c, i)], axis=0) for i in (1, 0)])  # (1, 2)
    length = c.node("ReduceL2", [delta], axes=[1], keepdims=1)
    along = c.node("Div", [delta, length])  # (cos, sin)
    across = c.node("MatMul", [along, c.constant(np.array([[0, 1], [-1, 0]], np.float32))])
    basis = c.node("Concat", [along, across], axis=0)  # rows: crop x and y axis in the map
    points = _gather_xy(c, op.source(), list(options["subset_idxs"]))
    turned = c.node("MatMul", [points, c.node("Transpose", [basis], perm=[1, 0])])
    low = c.node("ReduceMin", [turned], axes=[0], keepdims=1)
    high = c.node("ReduceMax", [turned], axes=[0], keepdims=1)
    centre = c.node("MatMul", [c.node("Mul", [c.node("Add", [low, high]), _scalar(c, 0.5)]), basis])
    size = np.array([options["output_width"], options["output_height"]], np.float32)
    factor = np.array([[options["scale_x"], options["scale_y"]]], np.float32) / size
    scale = c.node("Mul", [c.node("Sub", [high, low]), c.constant(factor)])  # (1, 2) px per px
    axes = c.node("Mul", [basis, c.node("Transpose", [scale], perm=[1, 0])])
    half = c.node("MatMul", [c.constant(size[None] / 2), axes])
    origin = c.node("Sub", [centre, half])
    zeros = c.constant(np.zeros((1, 2), np.float32))
    columns = c.node("Concat", [axes, zeros, origin], axis=0)  # (4, 2)
    top = c.node("Transpose", [columns], perm=[1, 0])
    rest = c.constant(np.array([[0, 0, 1, 0], [0, 0, 0, 1]], np.float32))
    matrix = c.node("Concat", [top, rest], axis=0)
    c.node("Unsqueeze", [matrix, _ints(c, 0)], op.target)


def _rows_xy(c: Converter, matrix: str) -> tuple[str, str]:
    """((2, 2) linear part, (1, 2) shift) of a (1, 4, 4) affine matrix."""
    top = c.node(
        "Slice", [c.node("Squeeze", [matrix, _ints(c, 0)]), *(_ints(c, i) for i in (0, 2, 0))]
    )
    linear = c.node("Slice", [top, *(_ints(c, i) for i in (0, 2, 1))])
    shift = c.node("Slice", [top, *(_ints(c, i) for i in (3, 4, 1))])
    return linear, c.node("Transpose", [shift], perm=[1, 0])


def _apply(c: Converter, points: str, matrix: str) -> str:
    linear, shift = _rows_xy(c, matrix)
    turned = c.node("MatMul", [points, c.node("Transpose", [linear], perm=[1, 0])])
    return c.node("Add", [turned, shift])


def _transform_landmarks(op: Op) -> None:
    value = _apply(op.c, op.source(0), op.source(1))
    op.c.node("Identity", [value], op.target)


def _transform_tensor(op: Op) -> None:
    """Bilinear crop. Pixel centres lie at half pixels in the crop and in the map."""
    c = op.c
    _, height, width, _ = op.target_shape
    ys, xs = np.mgrid[:height, :width].astype(np.float32) + np.float32(0.5)
    centres = np.stack([xs, ys], -1).reshape(1, -1, 2)
    at = _apply(c, c.constant(centres), op.source(1))
    # GridSample wants [-1, 1] over the outer pixel edges (align_corners=0).
    span = np.array([op.shape()[2], op.shape()[1]], np.float32)
    unit = c.node("Sub", [c.node("Mul", [at, c.constant(2 / span)]), _scalar(c, 1)])
    grid = c.node("Reshape", [unit, _ints(c, 1, height, width, 2)])
    c.node("GridSample", [op.source(0), grid], op.target, mode="bilinear", align_corners=0)


def _transposed_convolution(op: Op) -> None:
    weight = op.weight(1)  # (out, height, width, in)
    kernel = op.c.constant(weight.transpose(3, 0, 1, 2))
    bias = op.c.constant(op.weight(2))
    window = list(weight.shape[1:3])
    op.c.node(
        "ConvTranspose", [op.source(), kernel, bias], op.target, kernel_shape=window, strides=window
    )


def register() -> None:
    """Teach the converter these operators."""
    OPERATORS["Landmarks2TransformMatrix"] = _transform_matrix
    OPERATORS["TransformTensorBilinear"] = _transform_tensor
    OPERATORS["TransformLandmarks"] = _transform_landmarks
    OPERATORS["Convolution2DTransposeBias"] = _transposed_convolution

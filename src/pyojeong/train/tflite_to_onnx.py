"""TensorFlow Lite → ONNX for float models, one small function per operator.

TFLite keeps pictures as NHWC, ONNX as NCHW: every 4-D activation lives here as NCHW, and is
turned back before an operator that reads the memory order (reshape) and at the outputs. float16
weights stay float16 in the file, with a Cast that ONNX Runtime folds away when it loads.
Operators and their meaning: the TFLite schema (schema.fbs) and the ONNX operator reference.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import tflite
from flatbuffers import flexbuffers
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from pyojeong.train.any_size import free_size

OPSET = 17
_CUSTOM = tflite.BuiltinOperator.CUSTOM
_OP_NAMES = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}
_DTYPES: dict[int, Any] = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
}
_ACTIVATIONS = {0: None, 1: "Relu", 3: "Relu6"}


class Converter:
    """Builds one ONNX graph from the first subgraph of a TFLite model."""

    def __init__(self, model: bytes) -> None:
        self.model = tflite.Model.GetRootAsModel(model, 0)
        self.graph = self.model.Subgraphs(0)
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.constants: dict[int, NDArray[Any]] = {}
        self._count = 0

    def convert(self, name: str) -> onnx.ModelProto:
        """The whole model, checked by onnx. Raises KeyError for an unknown operator."""
        for index in range(self.graph.TensorsLength()):
            self._read_constant(index)
        inputs = [self._open_input(int(i)) for i in self.graph.InputsAsNumpy()]
        for index in range(self.graph.OperatorsLength()):
            op = Op(self, self.graph.Operators(index))
            OPERATORS[op.kind](op)
        outputs = [self._close_output(int(i)) for i in self.graph.OutputsAsNumpy()]
        graph = helper.make_graph(self.nodes, name, inputs, outputs, self.initializers)
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        onnx.checker.check_model(model, full_check=True)
        return model

    def shape(self, index: int) -> list[int]:
        tensor = self.graph.Tensors(index)
        return [int(d) for d in tensor.ShapeAsNumpy()] if tensor.ShapeLength() else []

    def name(self, index: int) -> str:
        """Name of the activation in its ONNX layout."""
        return f"t{index}"

    def node(self, kind: str, inputs: list[str], output: str | None = None, **attrs: Any) -> str:
        """Append a node; returns the name of its single output."""
        output = output or self.fresh()
        self.nodes.append(helper.make_node(kind, inputs, [output], **attrs))
        return output

    def fresh(self) -> str:
        self._count += 1
        return f"n{self._count}"

    def constant(self, value: NDArray[Any], compact: bool = True) -> str:
        """Add an initializer; float values that fit float16 exactly are kept so, behind a Cast."""
        name = self.fresh()
        half = _as_half(value) if compact else None
        kept = value if half is None else half
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(kept), name))
        return name if half is None else self.node("Cast", [name], to=TensorProto.FLOAT)

    def nhwc(self, index: int) -> str:
        """Name of the activation in TFLite's memory order."""
        if len(self.shape(index)) != 4:
            return self.name(index)
        return self.node("Transpose", [self.name(index)], perm=[0, 2, 3, 1])

    def from_nhwc(self, value: str, index: int) -> None:
        """Bind a value in TFLite's memory order to the activation."""
        if len(self.shape(index)) == 4:
            self.node("Transpose", [value], self.name(index), perm=[0, 3, 1, 2])
        else:
            self.node("Identity", [value], self.name(index))

    def _read_constant(self, index: int) -> None:
        tensor = self.graph.Tensors(index)
        data = self.model.Buffers(tensor.Buffer())
        if data.DataLength() == 0:
            return
        flat = np.frombuffer(data.DataAsNumpy().tobytes(), _DTYPES[tensor.Type()])
        sparsity = tensor.Sparsity()
        shape = self.shape(index)
        self.constants[index] = densify(flat, shape, sparsity) if sparsity else flat.reshape(shape)

    def _open_input(self, index: int) -> onnx.ValueInfoProto:
        self.from_nhwc("input", index)
        return helper.make_tensor_value_info("input", TensorProto.FLOAT, self.shape(index))

    def _close_output(self, index: int) -> onnx.ValueInfoProto:
        name = self.graph.Tensors(index).Name().decode()
        self.node("Identity", [self.nhwc(index)], name)
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, self.shape(index))


class Op:
    """One TFLite operator, with its tensors and its options."""

    def __init__(self, converter: Converter, op: Any) -> None:
        self.c = converter
        code = converter.model.OperatorCodes(op.OpcodeIndex())
        builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        self.kind = code.CustomCode().decode() if builtin == _CUSTOM else _OP_NAMES[builtin]
        self.inputs = [int(i) for i in op.InputsAsNumpy()]
        self.output = int(op.OutputsAsNumpy()[0])
        self._op = op

    def options(self, cls: Any) -> Any:
        options = cls()
        table = self._op.BuiltinOptions()
        options.Init(table.Bytes, table.Pos)
        return options

    def custom_options(self) -> dict[str, Any]:
        options: dict[str, Any] = flexbuffers.Loads(self._op.CustomOptionsAsNumpy().tobytes())
        return options

    def weight(self, position: int) -> NDArray[Any]:
        return self.c.constants[self.inputs[position]]

    def source(self, position: int = 0) -> str:
        return self.c.name(self.inputs[position])

    def shape(self, position: int = 0) -> list[int]:
        return self.c.shape(self.inputs[position])

    @property
    def target(self) -> str:
        return self.c.name(self.output)

    @property
    def target_shape(self) -> list[int]:
        return self.c.shape(self.output)

    def finish(self, value: str, activation: int) -> None:
        """Apply the fused activation and bind the result."""
        kind = _ACTIVATIONS[activation]
        if kind == "Relu6":
            low, high = (self.c.constant(np.array(v, np.float32)) for v in (0, 6))
            self.c.node("Clip", [value, low, high], self.target)
        else:
            self.c.node(kind or "Identity", [value], self.target)


def densify(flat: NDArray[Any], shape: list[int], sparsity: Any) -> NDArray[Any]:
    """Expand a sparse TFLite tensor (blocked, CSR along some dimensions) to a full array.

    flat: the stored values. Format: `SparsityParameters` in the TFLite schema.
    """
    order = [int(d) for d in sparsity.TraversalOrderAsNumpy()]
    blocks = [int(d) for d in sparsity.BlockMapAsNumpy()] if sparsity.BlockMapLength() else []
    levels = [_level(sparsity.DimMetadata(i)) for i in range(len(order))]
    sizes = {
        d: level if isinstance(level, int) else 0 for d, level in zip(order, levels, strict=True)
    }
    block_of = {d: sizes[len(shape) + i] for i, d in enumerate(blocks)}
    dense = np.zeros(shape, flat.dtype)
    # Positions are (coordinates, row): row is the index of the parent in the level above.
    positions: list[tuple[dict[int, int], int]] = [({}, 0)]
    for dim, level in zip(order, levels, strict=True):
        positions = [p for coords, row in positions for p in _expand(coords, row, dim, level)]
    for coords, row in positions:
        at = [coords[d] * block_of.get(d, 1) for d in range(len(shape))]
        for i, d in enumerate(blocks):
            at[d] += coords[len(shape) + i]
        dense[tuple(at)] = flat[row]
    return dense


_Level = int | tuple[NDArray[Any], NDArray[Any]]


def _level(metadata: Any) -> _Level:
    """Size of a dense dimension, or (segments, indices) of a sparse one."""
    if metadata.Format() == tflite.DimensionType.DENSE:
        return int(metadata.DenseSize())
    return (
        _indices(metadata.ArraySegments(), metadata.ArraySegmentsType()),
        _indices(metadata.ArrayIndices(), metadata.ArrayIndicesType()),
    )


def _indices(table: Any, kind: int) -> NDArray[Any]:
    vectors = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}
    vector = vectors[kind]()
    vector.Init(table.Bytes, table.Pos)
    return np.asarray(vector.ValuesAsNumpy(), np.int64)


def _expand(
    coords: dict[int, int], row: int, dim: int, level: _Level
) -> list[tuple[dict[int, int], int]]:
    if isinstance(level, int):
        return [({**coords, dim: i}, row * level + i) for i in range(level)]
    segments, indices = level
    span = range(int(segments[row]), int(segments[row + 1]))
    return [({**coords, dim: int(indices[i])}, i) for i in span]


def _as_half(value: NDArray[Any]) -> NDArray[np.float16] | None:
    if value.dtype != np.float32 or value.size < 16:
        return None
    half = value.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), value) else None


def _same_pads(size: list[int], kernel: list[int], stride: list[int]) -> list[int]:
    """ONNX pads (top, left, bottom, right) of TensorFlow's SAME rule."""
    total = [
        max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(size, kernel, stride, strict=True)
    ]
    return [t // 2 for t in total] + [t - t // 2 for t in total]


def _window(op: Op, options: Any, kernel: list[int]) -> dict[str, Any]:
    stride = [options.StrideH(), options.StrideW()]
    same = options.Padding() == tflite.Padding.SAME
    pads = _same_pads(op.shape()[1:3], kernel, stride) if same else [0, 0, 0, 0]
    return {"kernel_shape": kernel, "strides": stride, "pads": pads}


def _convolve(op: Op, weight: NDArray[Any], options: Any, group: int) -> None:
    inputs = [op.source(), op.c.constant(weight), op.c.constant(op.weight(2).astype(np.float32))]
    window = _window(op, options, list(weight.shape[2:]))
    value = op.c.node("Conv", inputs, group=group, **window)
    op.finish(value, options.FusedActivationFunction())


def _conv(op: Op) -> None:
    weight = op.weight(1).transpose(0, 3, 1, 2)
    _convolve(op, weight, op.options(tflite.Conv2DOptions), 1)


def _depthwise(op: Op) -> None:
    weight = op.weight(1).transpose(3, 0, 1, 2)
    _convolve(op, weight, op.options(tflite.DepthwiseConv2DOptions), op.shape()[3])


def _unpack(op: Op) -> None:
    """DEQUANTIZE of float16 weights and DENSIFY of sparse ones: both leave a plain constant."""
    value = op.weight(0)
    op.c.constants[op.output] = value.astype(np.float32) if op.kind == "DEQUANTIZE" else value


def _operand(op: Op, position: int) -> str:
    """An elementwise operand: an activation, or a constant in ONNX layout."""
    if op.inputs[position] not in op.c.constants:
        return op.source(position)
    value = op.weight(position)
    return op.c.constant(value.transpose(0, 3, 1, 2) if value.ndim == 4 else value)


def _elementwise(kind: str, options: Any) -> Callable[[Op], None]:
    def write(op: Op) -> None:
        value = op.c.node(kind, [_operand(op, 0), _operand(op, 1)])
        op.finish(value, op.options(options).FusedActivationFunction())

    return write


def _unary(kind: str) -> Callable[[Op], None]:
    return lambda op: op.finish(op.c.node(kind, [op.source()]), 0)


def _prelu(op: Op) -> None:
    """slope * x + (1 - slope) * relu(x), with 1x1 depthwise convolutions: ONNX Runtime's own PRelu
    is slow and breaks its blocked memory layout, which made the attention mesh take twice as
    long."""
    slope = op.weight(1).reshape(-1, 1, 1, 1).astype(np.float32)
    positive = op.c.node("Relu", [op.source()])
    parts = [
        op.c.node("Conv", [source, op.c.constant(weight)], group=len(slope), kernel_shape=[1, 1])
        for source, weight in ((positive, 1 - slope), (op.source(), slope))
    ]
    op.c.node("Add", parts, op.target)


def _pool(kind: str) -> Callable[[Op], None]:
    def write(op: Op) -> None:
        options = op.options(tflite.Pool2DOptions)
        window = _window(op, options, [options.FilterHeight(), options.FilterWidth()])
        op.finish(op.c.node(kind, [op.source()], **window), options.FusedActivationFunction())

    return write


def _pad(op: Op) -> None:
    pads = op.weight(1)[[0, 3, 1, 2]].T.reshape(-1).astype(np.int64)
    op.c.node("Pad", [op.source(), op.c.constant(pads)], op.target)


def _resize(op: Op) -> None:
    options = op.options(tflite.ResizeBilinearOptions)
    mode = "half_pixel" if options.HalfPixelCenters() else "asymmetric"
    mode = "align_corners" if options.AlignCorners() else mode
    height, width = op.target_shape[1:3]
    sizes = op.c.constant(np.array([1, op.shape()[3], height, width], np.int64))
    op.c.node(
        "Resize",
        [op.source(), "", "", sizes],
        op.target,
        mode="linear",
        coordinate_transformation_mode=mode,
    )


def _depth_to_space(op: Op) -> None:
    block = op.options(tflite.DepthToSpaceOptions).BlockSize()
    op.c.node("DepthToSpace", [op.source()], op.target, blocksize=block, mode="DCR")


def _reshape(op: Op) -> None:
    shape = op.c.constant(np.array(op.target_shape, np.int64))
    value = op.c.node("Reshape", [op.c.nhwc(op.inputs[0]), shape])
    op.c.from_nhwc(value, op.output)


def _concatenate(op: Op) -> None:
    axis = op.options(tflite.ConcatenationOptions).Axis() % len(op.target_shape)
    axis = [0, 2, 3, 1][axis] if len(op.target_shape) == 4 else axis
    sources = [op.source(i) for i in range(len(op.inputs))]
    op.c.node("Concat", sources, op.target, axis=axis)


def _strided_slice(op: Op) -> None:
    """Only the identity slice that closes MediaPipe's attention mesh."""
    if op.shape() != op.target_shape or any(op.weight(1)):
        raise NotImplementedError(f"STRIDED_SLICE {op.shape()} -> {op.target_shape}")
    op.c.node("Identity", [op.source()], op.target)


OPERATORS: dict[str, Callable[[Op], None]] = {
    "ADD": _elementwise("Add", tflite.AddOptions),
    "AVERAGE_POOL_2D": _pool("AveragePool"),
    "CONCATENATION": _concatenate,
    "CONV_2D": _conv,
    "DENSIFY": _unpack,
    "DEPTHWISE_CONV_2D": _depthwise,
    "DEPTH_TO_SPACE": _depth_to_space,
    "DEQUANTIZE": _unpack,
    "HARD_SWISH": _unary("HardSwish"),
    "LOGISTIC": _unary("Sigmoid"),
    "MAX_POOL_2D": _pool("MaxPool"),
    "MUL": _elementwise("Mul", tflite.MulOptions),
    "PAD": _pad,
    "PRELU": _prelu,
    "RELU": _unary("Relu"),
    "RESHAPE": _reshape,
    "RESIZE_BILINEAR": _resize,
    "STRIDED_SLICE": _strided_slice,
}
"""Operator name → the function that writes it. Custom operators add themselves here."""


def convert_file(source: Path, target: Path, any_size: bool = False) -> None:
    """Convert one .tflite file to an .onnx file; with `any_size` to one for any size of picture."""
    model = Converter(source.read_bytes()).convert(source.stem)
    if any_size:
        free_size(model)
    target.write_bytes(model.SerializeToString())

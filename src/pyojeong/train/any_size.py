"""Let a fully convolutional network read inputs of any size instead of the one it was trained on."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import numpy_helper, shape_inference


def free_size(model: onnx.ModelProto) -> None:
    """Changes the model in place: its input becomes (1, height, width, channels).

    What a converted graph fixes is the target of every Resize, which becomes the factor it stands
    for, and the count of rows in the last Reshape. Height and width must be multiples of the
    network's largest stride. A network with a layer over the whole picture cannot be freed; it
    fails at the first other size.
    """
    known = shape_inference.infer_shapes(model).graph.value_info
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in known}
    constants = {array.name: array for array in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Resize":
            given = np.array(shapes[node.input[0]], np.float32)
            target = constants[node.input[3]]
            factors = numpy_helper.to_array(target).astype(np.float32) / given
            target.CopyFrom(numpy_helper.from_array(factors, target.name))
            node.input[:] = [node.input[0], "", target.name]
        elif node.op_type == "Reshape":
            target = constants[node.input[1]]
            rows = numpy_helper.to_array(target).copy()
            rows[1] = -1
            target.CopyFrom(numpy_helper.from_array(rows, target.name))
    sides = model.graph.input[0].type.tensor_type.shape.dim
    sides[1].dim_param, sides[2].dim_param = "height", "width"
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[1].dim_param = "rows"
    onnx.checker.check_model(model, full_check=True)

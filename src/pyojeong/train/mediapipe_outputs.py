"""Keep what MediaPipe's own runtime computes, for the tests that compare our networks with it.

    python -m pyojeong.train.mediapipe_outputs --picture examples/portrait.png \
        --out tests/face/data/mediapipe.npz

Run it where the `mediapipe` 0.10.14 wheel is installed (it needs nothing else of this project).
The inputs are squares of the portrait, whose corner and side are kept beside the outputs, and a
pattern made by a formula. Of the detectors' thousands of rows, and of a mask's pixels, every
seventh is kept.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

EVERY = 7
FACE_CORNER = (130, 10)
"""x, y of the square of the portrait that the networks are shown."""

MODELS = {
    "blazeface_short": ("face_detection/face_detection_short_range", 128, (-1, 1), 2),
    "blazeface_full": ("face_detection/face_detection_full_range_sparse", 192, (-1, 1), 2),
    "facemesh_attention": ("face_landmark/face_landmark_with_attention", 192, (0, 1), 7),
    "selfie_segmentation": ("selfie_segmentation/selfie_segmentation", 256, (0, 1), 1),
}
"""Asset → (model in the wheel, side of the input, range of the input, number of outputs)."""


def pattern(size: int) -> NDArray[np.uint8]:
    """(size, size, 3) waves of several lengths: an input that is no face."""
    y, x = np.mgrid[:size, :size]
    waves = [np.sin(x / 3 + channel) + np.sin(y * (channel + 1) / 17) for channel in range(3)]
    return np.asarray(np.stack(waves, -1) * 60 + 128, np.uint8)


def raw_outputs(
    model: str, image: NDArray[np.uint8], span: tuple[int, int], count: int
) -> list[NDArray[np.float32]]:
    """The flat outputs of one TFLite model for one picture of the size of its input."""
    import mediapipe

    path = Path(mediapipe.__file__).parent / "modules" / f"{model}.tflite"
    graph = mediapipe.CalculatorGraph(graph_config=_graph(path, len(image), span, count))
    found: dict[str, NDArray[np.float32]] = {}

    def keep(name: str, packet: Any) -> None:
        values = mediapipe.packet_getter.get_float_list(packet)
        found[name] = np.array(values, np.float32)

    for i in range(count):
        graph.observe_output_stream(f"floats{i}", keep)
    graph.start_run()
    frame = mediapipe.packet_creator.create_image_frame(
        image_format=mediapipe.ImageFormat.SRGB, data=image
    )
    graph.add_packet_to_input_stream("image", frame.at(0))
    graph.close_all_packet_sources()
    graph.wait_until_done()
    return [found[f"floats{i}"] for i in range(count)]


def _graph(path: Path, size: int, span: tuple[int, int], count: int) -> str:
    names = range(count)
    outputs = "".join(f'output_stream: "floats{i}"\n' for i in names)
    tensors = "".join(f'output_stream: "tensor{i}"\n' for i in names)
    ranges = "".join(f"ranges {{ begin: {i} end: {i + 1} }}\n" for i in names)
    floats = "".join(
        f"""node {{ calculator: "TensorsToFloatsCalculator"
              input_stream: "TENSORS:tensor{i}" output_stream: "FLOATS:floats{i}" }}\n"""
        for i in names
    )
    return f"""
    input_stream: "image"
    {outputs}
    node {{ calculator: "TfLiteCustomOpResolverCalculator"
      output_side_packet: "OP_RESOLVER:operators" }}
    node {{ calculator: "ImageToTensorCalculator"
      input_stream: "IMAGE:image" output_stream: "TENSORS:input"
      options {{ [mediapipe.ImageToTensorCalculatorOptions.ext] {{
        output_tensor_width: {size} output_tensor_height: {size}
        output_tensor_float_range {{ min: {span[0]} max: {span[1]} }} }} }} }}
    node {{ calculator: "InferenceCalculator"
      input_side_packet: "OP_RESOLVER:operators"
      input_stream: "TENSORS:input" output_stream: "TENSORS:output"
      options {{ [mediapipe.InferenceCalculatorOptions.ext] {{
        model_path: "{path}" delegate {{ tflite {{}} }} }} }} }}
    node {{ calculator: "SplitTensorVectorCalculator" input_stream: "output" {tensors}
      options {{ [mediapipe.SplitVectorCalculatorOptions.ext] {{ {ranges} }} }} }}
    {floats}"""


def whole_mesh(image: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """((4,) region of interest: x, y, side in px, angle in radians; (478, 3) mesh in px) of the
    face in a picture, by MediaPipe's whole graph."""
    from mediapipe.python.solution_base import SolutionBase

    solution = SolutionBase(
        binary_graph_path="mediapipe/modules/face_landmark/face_landmark_front_cpu.binarypb",
        side_inputs={"num_faces": 1, "with_attention": True, "use_prev_landmarks": False},
        outputs=["multi_face_landmarks", "face_rects_from_detections"],
    )
    result: Any = solution.process({"image": image})
    height, width = image.shape[:2]
    rect, marks = result.face_rects_from_detections[0], result.multi_face_landmarks[0].landmark
    roi = [rect.x_center * width, rect.y_center * height, rect.width * width, rect.rotation]
    return np.array(roi), np.array([(m.x * width, m.y * height, m.z * width) for m in marks])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    picture = np.array(Image.open(arguments.picture).convert("RGB"))
    roi, mesh = whole_mesh(picture)
    kept: dict[str, Any] = {
        "corner": np.array(FACE_CORNER),
        "roi": roi,
        "mesh": mesh.astype(np.float32),
    }
    x, y = FACE_CORNER
    for asset, (model, size, span, count) in MODELS.items():
        face = np.ascontiguousarray(picture[y : y + size, x : x + size])
        for kind, image in (("face", face), ("pattern", pattern(size))):
            for i, values in enumerate(raw_outputs(model, image, span, count)):
                rows = values.reshape(-1, 16 if i == 0 else 1) if "blaze" in asset else values
                whole = "facemesh" in asset
                kept[f"{asset}/{kind}/{i}"] = rows if whole else rows[::EVERY]
    np.savez_compressed(arguments.out, **kept)
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

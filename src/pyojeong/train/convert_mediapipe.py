"""Make the networks for faces and people: MediaPipe's Apache-2.0 TFLite models → ONNX with certificates.

    python -m pyojeong.train.convert_mediapipe --wheel-folder FOLDER [--also iris_landmark ...]

FOLDER is where the `mediapipe` 0.10.14 wheel was unpacked or installed (the folder that holds
`mediapipe/modules`); later wheels carry no models. Needs `onnx`, `flatbuffers` and `tflite` (the
schema). With `--also`, further models of the wheel are converted into the current folder: the
iris network converts too, but nothing uses it yet.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from pyojeong.assets import WEIGHTS, write_certificate
from pyojeong.train import mediapipe_ops
from pyojeong.train.tflite_to_onnx import convert_file

ORIGIN = "MediaPipe 0.10.14 (https://github.com/google-ai-edge/mediapipe), {source}"
MADE_BY = "python -m pyojeong.train.convert_mediapipe"
TRAINED_ON = "Google's own pictures, not published; see the MediaPipe model cards"


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the wheel and the certificate facts of its ONNX file.

    any_size: whether the file reads pictures of any size, not only those of the original's.
    """

    asset: str
    source: str
    accuracy: str
    limits: str
    any_size: bool = False


MODELS = (
    Model(
        "blazeface_short",
        "face_detection/face_detection_short_range.tflite",
        "Same outputs as the original to 4e-4 on logits up to 155 (float32 rounding).",
        "Faces from about a tenth of the view up, upright to about 45 degrees.",
    ),
    Model(
        "blazeface_full",
        "face_detection/face_detection_full_range_sparse.tflite",
        "Same outputs as the original to 2e-4 on logits up to 265 (float32 rounding).",
        "Finds faces in textures when used alone: confirm what it proposes.",
        any_size=True,
    ),
    Model(
        "facemesh_attention",
        "face_landmark/face_landmark_with_attention.tflite",
        "Same outputs as the original to 2e-4 px of the 192 px crop.",
        "Profiles beyond about 70 degrees and covered faces are guessed; animals are not faces.",
    ),
    Model(
        "selfie_segmentation",
        "selfie_segmentation/selfie_segmentation.tflite",
        "Same mask as the original to 2e-5 (float32 rounding).",
        "People within about 2 m, one or two, rough at 256 px; what they hold or lie on often "
        "counts as theirs.",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel-folder", type=Path, required=True)
    parser.add_argument("--also", nargs="*", default=[], metavar="NAME")
    arguments = parser.parse_args()
    modules = arguments.wheel_folder / "mediapipe" / "modules"
    mediapipe_ops.register()
    for model in MODELS:
        make_asset(modules, model)
    for name in arguments.also:
        (source,) = modules.rglob(f"{name}.tflite")
        convert_file(source, Path(f"{name}.onnx"))
        print(f"{name}.onnx")


def make_asset(modules: Path, model: Model) -> None:
    """Convert one model into the package's weights and write its certificate."""
    target = WEIGHTS / f"{model.asset}.onnx"
    convert_file(modules / model.source, target, model.any_size)
    write_certificate(
        model.asset,
        target,
        licence="Apache-2.0",
        origin=ORIGIN.format(source=model.source),
        trained_on=TRAINED_ON,
        accuracy=model.accuracy,
        limits=model.limits,
        made_by=MADE_BY,
    )
    print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

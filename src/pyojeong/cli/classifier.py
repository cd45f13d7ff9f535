"""Which text classifier a command uses, from its options --classifier and --model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyojeong.cli.language import say

if TYPE_CHECKING:
    from pyojeong.text.types import TextEmotion

Classifier = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE.onnx",
        help=say(
            "Text classifier to use: ngram, hf, onnx, or an exported .onnx file.",
            "사용할 글 분류기: ngram, hf, onnx 또는 내보낸 .onnx 파일.",
        ),
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER|ID",
        help=say(
            "Model of the classifier: a folder or file, or for hf a hub id such as owner/name.",
            "분류기의 모델: 폴더나 파일, hf는 owner/name 꼴의 허브 이름도 됩니다.",
        ),
    ),
]
LabelMap = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=say(
            "TOML or JSON file that maps the model's labels to the seven emotions.",
            "모델의 라벨을 일곱 감정에 잇는 TOML이나 JSON 파일.",
        ),
    ),
]


def load_classifier(
    name: str | None, model: str | None = None, label_map: Path | None = None
) -> TextEmotion:
    """The TextEmotion of the options. Raises what `registry.load` and the backend raise."""
    from pyojeong.registry import load

    if name is not None and name.lower().endswith(".onnx"):
        name, model = "onnx", model or name
    if name is None and model is not None:
        name = "onnx" if model.lower().endswith(".onnx") else "hf"
    settings = {"model": model, "label_map": label_map}
    given = {key: value for key, value in settings.items() if value is not None}
    if given and name not in ("hf", "onnx"):
        raise typer.BadParameter(
            say(f"{name} takes no --model", f"{name}에는 --model을 쓸 수 없습니다")
        )
    classifier: TextEmotion = load("TextEmotion", name, **given)
    return classifier

"""Published weights of Mask R-CNN turned into a file that is no pickle."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pyojeong.errors import BadInput, BadSettings
from pyojeong.film.mask_rcnn import FIRST, SECOND, build
from pyojeong.film.weights import Notes
from pyojeong.media.files import atomic_path, check_input
from pyojeong.vision import vision

_MARKS = {FIRST: "roi_heads.box_head.fc6.weight", SECOND: "roi_heads.box_head.0.0.weight"}
"""A weight that only this network has."""

_SCORES = "roi_heads.box_predictor.cls_score.weight"
_COCO = 90


def convert(source: Path, target: Path, names: Sequence[str] = ()) -> Notes:
    """Turn a state dict of torchvision's Mask R-CNN (.pth) into `target` (.safetensors).

    names: of the classes, in order, without the background; those of COCO where none are given and
    there are as many. Only tensors are read, nothing is run (`weights_only`). Gives what the file
    notes. Raises BadInput, BadSettings, OutputFailed, MissingExtra.
    """
    vision()  # raises where there is none
    from safetensors.torch import save_file

    if target.suffix.lower() != ".safetensors":
        raise BadSettings(
            f"The file is to end in .safetensors: {target}.",
            f"파일 이름은 .safetensors로 끝나야 합니다: {target}.",
        )
    state = _state(check_input(source))
    architecture = next((name for name, mark in _MARKS.items() if mark in state), None)
    if architecture is None or _SCORES not in state:
        raise BadInput(
            f"{source} holds no weights of {FIRST} or {SECOND}.",
            f"{source}에 {FIRST} 또는 {SECOND}의 가중치가 없습니다.",
        )
    labels = _names(len(state[_SCORES]) - 1, names)
    table = {"architecture": architecture, "names": json.dumps(labels, ensure_ascii=False)}
    if architecture == FIRST and len(labels) == _COCO and not names:
        # The published weights were learned with a normalisation that adds nothing.
        table["eps"] = "0"
    notes = Notes(source, architecture, tuple(labels), table, frozenset(state))
    try:
        build(notes).load_state_dict(state)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:300]
        raise BadInput(
            f"{source} does not fit {architecture}: {reason}",
            f"{source}이(가) {architecture}에 맞지 않습니다: {reason}",
        ) from error
    with atomic_path(target) as part:
        # Copies, because safetensors refuses tensors that share memory.
        save_file({name: t.clone().contiguous() for name, t in state.items()}, part, metadata=table)
    return notes


def _state(source: Path) -> Mapping[str, Any]:
    import torch

    try:
        found: Any = torch.load(source, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, ValueError, EOFError, OSError, KeyError) as error:
        raise BadInput(
            f"{source} holds more than tensors, or is damaged, and is not opened. For a network of "
            f"Ultralytics: yolo export model={source.name} format=onnx",
            f"{source}에 텐서가 아닌 것이 들어 있거나 손상되어 열지 않습니다. Ultralytics 신경망이면: "
            f"yolo export model={source.name} format=onnx",
        ) from error
    # A checkpoint of torchvision's training scripts holds them under "model".
    found = found.get("model", found) if isinstance(found, dict) else {}
    return {str(n): t for n, t in found.items() if isinstance(t, torch.Tensor)}


def _names(classes: int, names: Sequence[str]) -> list[str]:
    if not names and classes == _COCO:
        weights = vision("models.detection").MaskRCNN_ResNet50_FPN_Weights
        return list(weights.COCO_V1.meta["categories"][1:])
    if len(names) != classes:
        raise BadSettings(
            f"The network tells {classes} classes apart; name them all (--names), in order, without "
            f"the background. Given: {len(names)}.",
            f"신경망의 클래스는 {classes}개입니다. 배경을 뺀 이름을 순서대로 모두 적으세요(--names). "
            f"받은 이름: {len(names)}개.",
        )
    return list(names)

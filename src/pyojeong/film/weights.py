"""Files that segmenters read: which backend reads which, and what a .safetensors file notes.

Its metadata hold `architecture` (a network's name), `names` (a JSON list of the classes, background
not among them) and, where they are not the usual, sizes in px that the network learned with. A
pickle is never opened: opening one runs whatever its author wrote into it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyojeong.errors import BadInput, MissingWeights
from pyojeong.settings import settings

DEFAULT, TORCHVISION, ULTRALYTICS = "yolo-seg-onnx", "mask-rcnn", "ultralytics"
_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin")
_LONGEST_HEADER, _MOST_CLASSES = 10_000_000, 1_000
_SIZES = range(32, 4_097)


@dataclass(frozen=True, slots=True)
class Notes:
    """What a .safetensors file says about itself. architecture: name of the network. names: of its
    classes. table: all of its metadata. tensors: names of its weights."""

    path: Path
    architecture: str
    names: tuple[str, ...]
    table: Mapping[str, str]
    tensors: frozenset[str]

    def size(self, key: str, usual: int) -> int:
        """A size in px, 32 to 4,096. Raises BadInput."""
        text = self.table.get(key, str(usual))
        if not (text.isascii() and text.isdecimal() and int(text[:9]) in _SIZES):
            raise BadInput(
                f"{self.path}: {key} is {text[:40]!r}, not a size from 32 to 4,096 px.",
                f"{self.path}: {key}이(가) {text[:40]!r}입니다. 32~4,096픽셀이어야 합니다.",
            )
        return int(text)


def backend_of(path: Path) -> str:
    """Name of the segmenter that reads a file: .safetensors by what it notes, others as exported
    YOLO-seg networks. Raises BadInput for pickles and unknown networks, MissingWeights."""
    refuse_pickle(path)
    if path.suffix.lower() != ".safetensors":
        return DEFAULT
    notes = read_notes(path)
    if notes.architecture.startswith("maskrcnn_"):
        return TORCHVISION
    if notes.architecture.startswith("yolo"):
        return ULTRALYTICS
    raise BadInput(
        f"{path} holds a network {notes.architecture[:60]!r}, which no segmenter knows.",
        f"{path}: {notes.architecture[:60]!r} 신경망을 아는 분할기가 없습니다.",
    )


def refuse_pickle(path: Path) -> None:
    """Raises BadInput where the name is that of a pickle, with the way to turn it."""
    if path.suffix.lower() in _PICKLES:
        raise BadInput(
            f"{path} is a pickle, which can run any code when it is opened, so it is not opened. "
            f"Turn it where you trust it. Ultralytics: yolo export model={path.name} format=onnx. "
            f"Mask R-CNN of torchvision: pyojeong models convert {path.name} -o "
            f"{path.stem}.safetensors",
            f"{path}은(는) 여는 것만으로 임의의 코드를 실행할 수 있는 피클이라 열지 않습니다. "
            f"믿을 수 있는 파일이면 변환하세요. Ultralytics: yolo export model={path.name} "
            f"format=onnx / torchvision의 Mask R-CNN: pyojeong models convert {path.name} -o "
            f"{path.stem}.safetensors",
        )


def read_notes(path: Path) -> Notes:
    """The head of a .safetensors file, without its weights. Raises BadInput, MissingWeights."""
    if not path.is_file():
        raise MissingWeights(f"There is no file {path}.", f"파일이 없습니다: {path}")
    try:
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if length > min(_LONGEST_HEADER, path.stat().st_size):
                raise ValueError(f"a header of {length:,} bytes")
            head = json.loads(stream.read(length))
        table = head.pop("__metadata__")
        names = json.loads(table["names"])
        if not isinstance(names, list) or not 1 <= len(names) <= _MOST_CLASSES:
            raise ValueError("names are no list of 1 to 1,000 classes")
        return Notes(
            path, str(table["architecture"]), tuple(map(str, names)), table, frozenset(head)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            f"{path} is no .safetensors file of a segmenter: it needs `architecture` and `names` "
            f"in its metadata ({error}).",
            f"{path}은(는) 분할기의 .safetensors 파일이 아닙니다. 메타데이터에 `architecture`와 "
            f"`names`가 있어야 합니다({error}).",
        ) from error


def load_weights(net: Any, notes: Notes) -> None:
    """A file's weights into its network, each in its place, ready to be used. Raises BadInput,
    ModuleNotFoundError without safetensors."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        net.load_state_dict(load_file(notes.path))
    except (SafetensorError, RuntimeError, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise BadInput(
            f"The weights in {notes.path} are not those of {notes.architecture} with "
            f"{len(notes.names)} classes: {reason}",
            f"{notes.path}의 가중치가 클래스 {len(notes.names)}개인 {notes.architecture}의 것이 "
            f"아닙니다: {reason}",
        ) from error
    net.eval().requires_grad_(False)
    if settings().threads:
        import torch

        torch.set_num_threads(settings().threads)

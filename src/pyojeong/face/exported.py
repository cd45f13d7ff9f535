"""ExpressionClassifier "exported": a classifier trained with the bench, in one ONNX file.

`train/export_classifier.py` writes such files; their metadata, under the key "pyojeong", says
what the classes are and how a face is to be cut. Nothing in the file is run but its network.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import LABEL_SETS, EmotionScores
from pyojeong.errors import BadInput, InferenceFailed
from pyojeong.face.align import crop_matrix
from pyojeong.face.square import around_box, whole_square
from pyojeong.face.types import FaceMesh, Image
from pyojeong.network import open_file
from pyojeong.text.label_map import NEUTRAL, LabelMap, label_key, map_labels

KEY, FORMAT, INPUT, OUTPUT = "pyojeong", 1, "pictures", "probabilities"
BATCH = 16
"""Most faces in one run, so that a crowd does not take memory with it."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the metadata says. labels: k names. side: of the cut-outs, px. boxes: whether the
    network learned from boxes in pictures, widened by `margin` of their longer side all round, or
    from pictures that one face fills. members: how many networks read together."""

    labels: tuple[str, ...]
    side: int
    boxes: bool
    margin: float
    members: int = 1

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Raises ValueError, TypeError, KeyError, OverflowError for what `export` would not write."""
        table = json.loads(text)
        if table["format"] != FORMAT:
            raise ValueError(f"format {table['format']}; this version reads {FORMAT}")
        labels = tuple(map(str, table["labels"]))
        side, margin = int(table["side"]), float(table["crop"]["margin"])
        if not 2 <= len(labels) <= 1000 or not 8 <= side <= 2048 or not 0 <= margin <= 4:
            raise ValueError(f"{len(labels)} labels, side {side}, margin {margin}")
        members = int(table.get("members", 1))
        if members < 1:
            raise ValueError(f"{members} members")
        return cls(labels, side, bool(table["crop"]["boxes"]), margin, members)


class ExportedNetwork:
    """An exported file as it is: cut-outs to probabilities of its own labels, whatever they mean.

    path: the file. Raises MissingWeights, BadInput.
    """

    def __init__(self, path: str | Path) -> None:
        file = Path(path).expanduser()
        self._session = open_file(file)
        self.card = read_card(file, self._session)
        self.source = f"onnx:{file.parent.name if file.name == 'model.onnx' else file.stem}"

    def cut(self, image: Image, mesh: FaceMesh) -> Image:
        """(side, side, 3), what the network sees of a face; score 0 is the whole picture."""
        card = self.card
        if mesh.score <= 0:
            return whole_square(image, card.side)
        if card.boxes:
            return around_box(image, mesh.box, card.margin, card.side)
        matrix = crop_matrix(mesh.points, card.side)
        border = cv2.BORDER_REPLICATE
        return np.asarray(cv2.warpAffine(image, matrix, (card.side,) * 2, borderMode=border))

    def probabilities(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, k) calibrated, of the file's own labels, for cut-outs (n, side, side, 3)."""
        try:
            (made,) = self._session.run([OUTPUT], {INPUT: crops})
        except Exception as error:
            raise InferenceFailed(
                f"{self.source} failed: {error}", f"{self.source} 실행에 실패했습니다: {error}"
            ) from error
        if made.shape != (len(crops), len(self.card.labels)) or not np.isfinite(made).all():
            raise InferenceFailed(
                f"{self.source} gave no probabilities of its {len(self.card.labels)} labels.",
                f"{self.source}: 라벨 {len(self.card.labels)}개의 확률이 나오지 않았습니다.",
            )
        return np.asarray(made, np.float32)


class ExportedClassifier:
    """Reads faces with an exported file. Safe to share between threads.

    path: the file. Raises MissingWeights, BadInput, BadSettings (a label that names no emotion).
    """

    def __init__(self, path: str | Path) -> None:
        self._network = ExportedNetwork(path)
        self.card, self.source = self._network.card, self._network.source
        self.labels: LabelMap = map_labels(self.card.labels)
        self._own = _own_set(self.card.labels)

    @property
    def whole_pictures(self) -> bool:
        """Whether it learned from pictures that one face fills."""
        return not self.card.boxes

    def classify(self, image: Image, meshes: Sequence[FaceMesh]) -> list[EmotionScores]:
        """One result per mesh; one of score 0 stands for the whole picture. Raises
        InferenceFailed."""
        cut = self._network.cut
        return [
            scores
            for at in range(0, len(meshes), BATCH)
            for scores in self.read(
                np.stack([cut(image, mesh) for mesh in meshes[at : at + BATCH]])
            )
        ]

    def read(self, crops: NDArray[np.uint8]) -> list[EmotionScores]:
        """Of cut-outs (n, side, side, 3). Raises InferenceFailed."""
        return [self._scores(row) for row in self.probabilities(crops)]

    def probabilities(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """As `ExportedNetwork.probabilities`."""
        return self._network.probabilities(crops)

    def _scores(self, row: NDArray[np.float32]) -> EmotionScores:
        mass = np.clip(row, 0, None).astype(np.float64)
        house = mass @ self.labels.weights
        total = house.sum()
        values = tuple((house / total).tolist()) if total > 0 else NEUTRAL
        own: tuple[tuple[str, tuple[float, ...]], ...] = ()
        if self._own and mass.sum() > 0:
            name, order = self._own
            own = ((name, tuple((mass[order] / mass.sum()).tolist())),)
        return EmotionScores(values, self.source, self.labels.label_set, label_sets=own)


def read_card(path: Path, session: Any) -> Card:
    """What a file says of itself, checked against its network. Raises BadInput."""
    try:
        told = session.get_modelmeta().custom_metadata_map.get(KEY)
    except UnicodeDecodeError as error:
        raise _unusable(path, error) from error
    if told is None:
        raise BadInput(
            f"{path} says nothing of its labels; export it with pyojeong train expression.",
            f"{path}에 라벨 정보가 없습니다. pyojeong train expression으로 내보내세요.",
        )
    try:
        card = Card.from_json(told)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise _unusable(path, error) from error
    inputs = {given.name: (given.type, given.shape) for given in session.get_inputs()}
    outputs = [made.name for made in session.get_outputs()]
    kind, shape = inputs.get(INPUT, ("", []))
    if len(inputs) != 1 or kind != "tensor(uint8)" or outputs != [OUTPUT]:
        raise _unusable(path, f"{inputs} -> {outputs}")
    # A name in place of a number stands for any; the first is the number of pictures.
    if any(isinstance(n, int) and n != card.side for n in shape[1:3]):
        raise _unusable(path, f"pictures {shape}, side {card.side}")
    return card


def _unusable(path: Path, why: object) -> BadInput:
    return BadInput(
        f"{path} is no classifier of faces ({why}).", f"{path}은(는) 얼굴 분류기가 아닙니다({why})."
    )


def _own_set(labels: tuple[str, ...]) -> tuple[str, list[int]] | None:
    """The label set that has exactly these labels, with each one's place among them."""
    keys = [label_key(label) for label in labels]
    for name, known in LABEL_SETS.items():
        if sorted(keys) == sorted(map(label_key, known.labels)):
            return name, [keys.index(label_key(label)) for label in known.labels]
    return None

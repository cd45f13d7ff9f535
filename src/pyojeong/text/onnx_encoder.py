"""TextEmotion "onnx": an encoder exported to one file, run without torch.

The file is what `pyojeong train text` writes: the network, and in its metadata, under the key
"pyojeong", the labels, their map, the temperature and the tokenizer. A folder with a model.onnx
of other making, its config.json and tokenizer.json, is read as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EMOTIONS, EmotionScores
from pyojeong.errors import BadInput, BadSettings, InferenceFailed
from pyojeong.network import open_file
from pyojeong.text.checkpoint import CONFIG, describe
from pyojeong.text.label_map import LabelMap, map_labels
from pyojeong.text.subwords import Ids, Subwords, classify

KEY, FORMAT = "pyojeong", 1
_LARGEST_TOKENIZER = 100_000_000


@dataclass(frozen=True, slots=True)
class Card:
    """What the metadata says. tokenizer: content of a tokenizer.json."""

    labels: LabelMap
    max_len: int
    pad: int
    temperature: float
    tokenizer: str

    def to_json(self) -> str:
        return json.dumps(
            {
                "format": FORMAT,
                "labels": list(self.labels.labels),
                "house": self.labels.weights.tolist(),
                "label_set": self.labels.label_set,
                "several": self.labels.several,
                "max_len": self.max_len,
                "pad": self.pad,
                "temperature": self.temperature,
                "tokenizer": self.tokenizer,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Raises ValueError, TypeError, KeyError for anything `to_json` would not write."""
        table = json.loads(text)
        if table["format"] != FORMAT:
            raise ValueError(f"format {table['format']}; this version reads {FORMAT}")
        labels = tuple(map(str, table["labels"]))
        weights = np.array(table["house"], np.float32).reshape(len(labels), len(EMOTIONS))
        if not ((weights >= 0) & (weights <= 1)).all():
            raise ValueError("weights beyond 0 and 1")
        max_len, temperature = int(table["max_len"]), float(table["temperature"])
        if not 4 <= max_len <= 4096 or not 0.01 <= temperature <= 100:
            raise ValueError(f"max_len {max_len}, temperature {temperature}")
        mapped = LabelMap(labels, weights, str(table["label_set"]), bool(table["several"]))
        return cls(mapped, max_len, int(table["pad"]), temperature, str(table["tokenizer"]))


class OnnxEmotion:
    """TextEmotion "onnx". Safe to share between threads.

    model: the file, or a folder that holds a model.onnx. label_map: as in `HfEmotion`, in place
    of the file's own. Raises MissingWeights, BadInput, BadSettings, ModuleNotFoundError.
    """

    name = "onnx"

    def __init__(
        self,
        model: str | Path | None = None,
        label_map: str | Path | Mapping[str, object] | None = None,
    ) -> None:
        if model is None:
            raise BadSettings(
                "The classifier onnx needs a model: an .onnx file or its folder.",
                "분류기 onnx에는 모델이 필요합니다. .onnx 파일이나 그 폴더를 주세요.",
            )
        path = _file(Path(model).expanduser())
        self._session = open_file(path)
        card = _card(path, self._session)
        self.labels = card.labels
        if label_map is not None:
            self.labels = map_labels(card.labels.labels, label_map, card.labels.several)
        self.temperature = card.temperature
        self.subwords = Subwords.from_json(card.tokenizer, card.max_len, card.pad)
        self.source = f"onnx:{path.parent.name if path.name == 'model.onnx' else path.stem}"
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._check_shape(path)

    def classify(self, texts: Sequence[str]) -> list[EmotionScores]:
        """As `HfEmotion.classify`."""
        return classify(texts, self.subwords, self.labels, self.source, self._logits)

    def _logits(self, ids: Ids, mask: Ids) -> NDArray[np.float32]:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            (made, *_) = self._session.run(
                None, {name: a for name, a in given.items() if name in self._inputs}
            )
        except Exception as error:
            raise InferenceFailed(
                f"{self.source} failed: {error}", f"{self.source} 실행에 실패했습니다: {error}"
            ) from error
        if made.shape != (len(ids), len(self.labels.labels)):
            raise InferenceFailed(
                f"{self.source} gave {made.shape} numbers for {len(self.labels.labels)} labels.",
                f"{self.source}: 라벨 {len(self.labels.labels)}개에 결과 모양이 {made.shape}입니다.",
            )
        return np.asarray(made / self.temperature, np.float32)

    def _check_shape(self, path: Path) -> None:
        if "input_ids" not in self._inputs or not self._inputs <= {
            "input_ids",
            "attention_mask",
            "token_type_ids",
        }:
            raise BadInput(
                f"{path} takes {sorted(self._inputs)}; a text encoder takes input_ids.",
                f"{path}의 입력이 {sorted(self._inputs)}입니다. 글 인코더는 input_ids를 받습니다.",
            )


def _file(path: Path) -> Path:
    return path / "model.onnx" if path.is_dir() else path


def _card(path: Path, session: Any) -> Card:
    told = session.get_modelmeta().custom_metadata_map.get(KEY)
    try:
        return _foreign(path) if told is None else Card.from_json(told)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadInput(
            f"{path}: its metadata cannot be used ({error}).",
            f"{path}: 메타데이터를 쓸 수 없습니다({error}).",
        ) from error


def _foreign(path: Path) -> Card:
    """For a model.onnx that others made, from the files beside it."""
    tokenizer = path.with_name("tokenizer.json")
    if not (path.with_name(CONFIG).is_file() and tokenizer.is_file()):
        raise BadInput(
            f"{path} says nothing of its labels and tokenizer. Export it with pyojeong train text, "
            "or put its config.json and tokenizer.json beside it.",
            f"{path}에 라벨과 토크나이저 정보가 없습니다. pyojeong train text로 내보내거나 "
            "config.json과 tokenizer.json을 옆에 두세요.",
        )
    if tokenizer.stat().st_size > _LARGEST_TOKENIZER:
        raise ValueError(f"{tokenizer.name} is too large")
    facts = describe(path.parent)
    labels = map_labels(facts.labels, None, facts.several)
    text = tokenizer.read_text("utf-8")
    return Card(labels, facts.longest, facts.pad, facts.temperature, text)

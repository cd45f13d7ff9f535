"""A folder of a Hugging Face encoder, looked over before anything heavy opens it.

What is refused: pickled weights, code that comes with a checkpoint, a config that describes far
more weights than there are. Only safetensors files are ever read or fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyojeong.errors import BadInput, BadSettings, MissingWeights

CONFIG, OWN = "config.json", "pyojeong.json"
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLED = ("pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "model.pt")
FETCHED = ["*.json", "*.txt", "*.model", "*.safetensors"]
_LARGEST_JSON = 5_000_000
_MOST_LABELS = 10_000
_LONGEST = 512
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
# Positions of these models start after their padding number.
_SHIFTED = ("roberta", "camembert", "mpnet", "esm")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the config says. labels: () for a bare encoder. several: whether a text can have
    several labels. longest: pieces read of a text. pad: number of the padding piece.
    temperature: divisor of the logits.
    """

    folder: Path
    kind: str
    labels: tuple[str, ...]
    several: bool
    longest: int
    pad: int
    temperature: float = 1.0


def find_checkpoint(model: str | Path) -> Path:
    """The folder itself, or that of a hub id such as owner/name, fetched on first use.

    A hub is asked only when no such folder, nor the one it would lie in, exists. Raises
    MissingWeights, and ModuleNotFoundError without huggingface_hub.
    """
    path = Path(model).expanduser()
    if path.is_dir():
        return path
    # owner/name where there is a folder owner is a mistyped path.
    if _HUB_ID.fullmatch(str(model)) and not path.exists() and not path.parent.exists():
        return _fetch(str(model))
    raise MissingWeights(
        f"There is no model folder {model}. Give a folder, or a hub id such as owner/name.",
        f"모델 폴더가 없습니다: {model}. 폴더나 owner/name 꼴의 허브 이름을 주세요.",
    )


def _fetch(name: str) -> Path:
    import huggingface_hub

    try:
        return Path(huggingface_hub.snapshot_download(name, allow_patterns=FETCHED))
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        raise MissingWeights(
            f"{name} could not be fetched from the hub ({reason}). Check the name and the "
            "network, or download it by hand and give its folder.",
            f"{name}을(를) 허브에서 받을 수 없습니다({reason}). 이름과 네트워크를 확인하거나, "
            "직접 내려받아 그 폴더를 주세요.",
        ) from error


def read_checkpoint(folder: Path) -> Checkpoint:
    """Everything known before loading. Raises MissingWeights, BadInput."""
    config = read_json(folder / CONFIG)
    _check_size(folder, config, weights_size(folder))
    return describe(folder)


def describe(folder: Path) -> Checkpoint:
    """What the config says, whatever the weights. Raises MissingWeights, BadInput."""
    config = read_json(folder / CONFIG)
    own = read_json(folder / OWN) if (folder / OWN).is_file() else {}
    try:
        return Checkpoint(
            folder,
            str(config.get("model_type", "")),
            _labels(config),
            config.get("problem_type") == "multi_label_classification",
            _longest(config, own),
            int(config.get("pad_token_id") or 0),
            _positive(own.get("temperature", 1.0)),
        )
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise _bad_config(folder / CONFIG, error) from error


def read_json(path: Path) -> dict[str, Any]:
    """An object from a JSON file of moderate size. Raises MissingWeights, BadInput."""
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise ValueError(f"more than {_LARGEST_JSON:,} bytes")
        table = json.loads(path.read_text("utf-8"))
        if not isinstance(table, dict):
            raise TypeError("not an object")
    except FileNotFoundError as error:
        raise MissingWeights(
            f"{path.parent} has no {path.name}; it is not the folder of a model.",
            f"{path.parent}에 {path.name}이 없습니다. 모델 폴더가 아닙니다.",
        ) from error
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise _bad_config(path, error) from error
    return table


def weights_size(folder: Path) -> int:
    """Bytes of the safetensors files. Raises MissingWeights, with the way to convert pickles."""
    if (folder / "adapter_config.json").is_file():
        raise BadInput(
            f"{folder} holds an adapter. Merge it into its base model and save that.",
            f"{folder}은(는) 어댑터입니다. 바탕 모델에 합쳐 저장하세요.",
        )
    if (folder / WEIGHTS).is_file():
        return (folder / WEIGHTS).stat().st_size
    if (folder / INDEX).is_file():
        return sum(_shard_sizes(folder))
    raise MissingWeights(*_no_weights(folder))


def _shard_sizes(folder: Path) -> list[int]:
    shards = read_json(folder / INDEX).get("weight_map")
    names = set(shards.values()) if isinstance(shards, dict) else {""}
    for name in names:
        plain = isinstance(name, str) and re.fullmatch(r"[\w.-]+\.safetensors", name)
        if not plain or not (folder / name).is_file():
            raise BadInput(
                f"{folder / INDEX} names {name!r}, which is no safetensors file of that folder.",
                f"{folder / INDEX}의 {name!r}은(는) 그 폴더의 safetensors 파일이 아닙니다.",
            )
    return [(folder / name).stat().st_size for name in names]


def _no_weights(folder: Path) -> tuple[str, str]:
    pickled = [name for name in PICKLED if (folder / name).is_file()]
    line = (
        'python -c "from transformers import AutoModelForSequenceClassification as M; '
        "M.from_pretrained('MODEL', use_safetensors=False).save_pretrained('FOLDER')\""
    )
    if pickled:
        return (
            f"{folder} holds only {pickled[0]}, a format that can run code when it is opened. If "
            f"you trust its origin, convert it once to safetensors: {line}; then copy the "
            "tokenizer files into FOLDER.",
            f"{folder}에는 열 때 코드를 실행할 수 있는 {pickled[0]}만 있습니다. 출처를 믿는다면 한 번 "
            f"safetensors로 바꾸고 토크나이저 파일을 FOLDER에 복사하세요: {line}",
        )
    return (
        f"{folder} has no {WEIGHTS}. If the model exists only as pytorch_model.bin and you trust "
        f"its origin, convert it: {line}",
        f"{folder}에 {WEIGHTS}가 없습니다. pytorch_model.bin만 있는 모델이고 출처를 믿는다면 "
        f"바꾸세요: {line}",
    )


def _labels(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Labels in the order of their numbers; () when the config is that of a bare encoder."""
    made_for = config.get("architectures") or []
    if made_for and not any("SequenceClassification" in str(name) for name in made_for):
        return ()
    table = config.get("id2label") or {"0": "LABEL_0", "1": "LABEL_1"}
    if len(table) > _MOST_LABELS:
        raise ValueError(f"{len(table):,} labels")
    return tuple(str(table[str(n)]) for n in range(len(table)))


def _longest(config: Mapping[str, Any], own: Mapping[str, Any]) -> int:
    kind = str(config.get("model_type", ""))
    places = int(config.get("max_position_embeddings") or _LONGEST)
    if any(name in kind for name in _SHIFTED):
        places -= int(config.get("pad_token_id") or 1) + 1
    longest = min(places, _LONGEST, int(own.get("max_len", _LONGEST)))
    if longest < 4:
        raise ValueError(f"reads no more than {longest} pieces")
    return longest


def longest_within(checkpoint: Checkpoint, wanted: int | None) -> int:
    """The wanted number of pieces, if the model can read as many. Raises BadSettings."""
    if wanted is None:
        return checkpoint.longest
    if not 4 <= wanted <= checkpoint.longest:
        raise BadSettings(
            f"max_len is {wanted}; this model reads from 4 to {checkpoint.longest} pieces.",
            f"max_len이 {wanted}입니다. 이 모델은 4~{checkpoint.longest}조각을 읽습니다.",
        )
    return wanted


def _check_size(folder: Path, config: Mapping[str, Any], size: int) -> None:
    """Refuses a config that would have weights invented beyond those of the file (16 bits each)."""
    try:
        described = _weights_described(config)
    except (TypeError, ValueError, OverflowError) as error:
        raise _bad_config(folder / CONFIG, error) from error
    if described * 2 > size * 1.2 + 1_000_000:
        raise BadInput(
            f"{folder / CONFIG} describes a model of {described:,} weights or more; the file of "
            f"weights has {size:,} bytes. They do not belong together.",
            f"{folder / CONFIG}은(는) 가중치 {described:,}개 이상의 모델인데 가중치 파일은 "
            f"{size:,}바이트입니다. 서로 맞지 않습니다.",
        )


def _weights_described(config: Mapping[str, Any]) -> int:
    """A lower bound for the usual encoders: embeddings, and per layer two of its four square
    matrices and one of the two of its feed-forward part."""

    def number(name: str, absent: int = 0) -> int:
        value = int(config.get(name) or absent)
        if not -1 <= value <= 100_000_000:
            raise ValueError(f"{name} is {value}")
        return max(value, 0)

    width = number("hidden_size")
    layers = number("num_hidden_groups") or number("num_hidden_layers")
    kind = str(config.get("model_type", ""))
    rows = number("vocab_size") + number("type_vocab_size")
    if kind in ("bert", "electra", "albert") or any(name in kind for name in _SHIFTED):
        rows += number("max_position_embeddings")
    if layers > 1000 or number("num_labels") > _MOST_LABELS:
        raise ValueError(f"{layers} layers, {number('num_labels')} labels")
    inner = width * number("intermediate_size")
    return rows * number("embedding_size", width) + layers * (2 * width * width + inner)


def _positive(value: Any) -> float:
    number = float(value)
    if not 0.01 <= number <= 100:
        raise ValueError(f"temperature {number}")
    return number


def _bad_config(path: Path, error: Exception) -> BadInput:
    return BadInput(f"{path} is broken: {error}.", f"{path}이(가) 잘못되었습니다: {error}.")

"""Tokenizers that come as a SentencePiece model, KoBERT's above all.

KoBERT's own tokenizer is code in its repository, which is never run here. Its model file (Kudo &
Richardson 2018, a unigram language model) is read instead and put together from parts of the
`tokenizers` library. The file is a small protobuf message; the four fields needed are read by
hand: https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyojeong.errors import BadInput

_LARGEST = 50_000_000
_UNIGRAM, _NORMAL, _UNKNOWN, _USER = 1, 1, 2, 4
START, END = "[CLS]", "[SEP]"


@dataclass(frozen=True, slots=True)
class SentencePiece:
    """pieces: with their log probabilities, in order. unknown: number of the unknown piece.
    spelling: compiled table of the normaliser. user: pieces never cut."""

    pieces: tuple[tuple[str, float], ...]
    unknown: int
    spelling: bytes
    prefix: bool
    user: tuple[str, ...]


def read_sentencepiece(path: Path) -> SentencePiece:
    """The model of a file. Raises BadInput for anything but a unigram model."""
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"more than {_LARGEST:,} bytes")
        return _model(path.read_bytes())
    except (OSError, ValueError, struct.error, IndexError, AttributeError, TypeError) as error:
        raise BadInput(
            f"{path} is no SentencePiece unigram model: {error}.",
            f"{path}은(는) SentencePiece 유니그램 모델이 아닙니다: {error}.",
        ) from error


def _model(data: bytes) -> SentencePiece:
    pieces: list[tuple[str, float]] = []
    kinds: list[int] = []
    spelling, prefix, algorithm = b"", True, _UNIGRAM
    for field, value in _fields(data):
        if field == 1:
            parts = dict(_fields(value))
            (score,) = struct.unpack("<f", parts.get(2, bytes(4)))
            pieces.append((parts[1].decode("utf-8"), score))
            kinds.append(parts.get(3, _NORMAL))
        elif field == 2:
            algorithm = dict(_fields(value)).get(3, _UNIGRAM)
        elif field == 3:
            parts = dict(_fields(value))
            spelling, prefix = parts.get(2, b""), bool(parts.get(3, 1))
    if algorithm != _UNIGRAM or _UNKNOWN not in kinds:
        raise ValueError("another algorithm than unigram, or no unknown piece")
    user = tuple(p for (p, _), kind in zip(pieces, kinds, strict=True) if kind == _USER)
    return SentencePiece(tuple(pieces), kinds.index(_UNKNOWN), spelling, prefix, user)


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """(number, value) of a protobuf message: int, or bytes for all other kinds."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield tag >> 3, value
            continue
        if kind == 2:
            size, at = _varint(data, at)
        else:
            size = {1: 8, 5: 4}[kind] if kind in (1, 5) else len(data)
        if at + size > len(data):
            raise ValueError("it breaks off")
        yield tag >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 64, 7):
        value |= (data[at] & 0x7F) << shift
        at += 1
        if not data[at - 1] & 0x80:
            return value, at
    raise ValueError("a number without end")


def build_tokenizer(model: SentencePiece) -> Any:
    """A `tokenizers.Tokenizer` that cuts as the model does, between [CLS] and [SEP].

    Raises BadInput when the model lacks these two.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    numbers = {piece: n for n, (piece, _) in enumerate(model.pieces)}
    if START not in numbers or END not in numbers:
        raise BadInput(
            f"The SentencePiece model has no pieces {START} and {END}.",
            f"SentencePiece 모델에 {START}와 {END} 조각이 없습니다.",
        )
    tokenizer = Tokenizer(Unigram(list(model.pieces), model.unknown, byte_fallback=False))
    steps = [normalizers.Precompiled(model.spelling)] if model.spelling else []
    tokenizer.normalizer = normalizers.Sequence(
        [*steps, normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    scheme = "always" if model.prefix else "never"
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme=scheme, split=True)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}",
        special_tokens=[(START, numbers[START]), (END, numbers[END])],
    )
    tokenizer.add_special_tokens([START, END, *({"[PAD]", "[MASK]"} & numbers.keys())])
    tokenizer.add_tokens([AddedToken(piece, normalized=False) for piece in model.user])
    return tokenizer

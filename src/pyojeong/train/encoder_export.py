"""From fine-tuned weights to what is used: calibrate, save, export to ONNX, report."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pyojeong.emotion import EMOTIONS
from pyojeong.media.files import atomic_path
from pyojeong.text.checkpoint import OWN
from pyojeong.text.encoder import quiet_transformers
from pyojeong.text.label_map import map_labels
from pyojeong.text.onnx_encoder import KEY, Card
from pyojeong.text.subwords import Subwords
from pyojeong.train.encoder_config import Config
from pyojeong.train.expression_export import fit_temperature
from pyojeong.train.text_report import Report, measure

Floats = NDArray[np.float32]
ONNX, CARD, RESULT = "model.onnx", "README.md", "result.json"


@dataclass(frozen=True, slots=True)
class Finished:
    """A run's result, all of it measured on the held-out rows. report: calibrated; its
    calibration error is that of each half under the temperature of the other. ece_before:
    without temperature."""

    folder: Path
    temperature: float
    report: Report
    ece_before: float
    facts: Mapping[str, Any]

    def to_json(self) -> str:
        table = {"temperature": self.temperature, "ece_before": self.ece_before, **self.facts}
        table |= {"validation": asdict(self.report)}
        return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def finish(
    config: Config,
    net: Any,
    subwords: Subwords,
    logits: Floats,
    targets: Floats,
    folder: Path,
    facts: Mapping[str, Any],
) -> Finished:
    """Calibrate on the held-out rows and write everything; result.json comes last."""
    temperature, report, before = calibrated(logits, targets)
    versions = {name: metadata.version(name) for name in ("torch", "transformers")}
    finished = Finished(folder, temperature, report, before, {**facts, "versions": versions})
    save_folder(net, subwords, temperature, folder)
    export(net, subwords, temperature, folder / ONNX)
    (folder / CARD).write_text(model_card(config, finished), "utf-8")
    with atomic_path(folder / RESULT) as part:
        part.write_text(finished.to_json(), "utf-8")
    return finished


def calibrated(logits: Floats, targets: Floats) -> tuple[float, Report, float]:
    """(temperature fitted on all rows, report, calibration error without temperature).

    The report's probabilities take, for each half of the rows, the temperature that was fitted on
    the other half.
    """
    labels = np.asarray(targets.argmax(1), np.int64)
    ones = np.ones(len(logits), np.float32)
    halves = np.arange(len(logits)) % 2 == 0
    scaled = logits.astype(np.float64)
    for half in (halves, ~halves):
        scaled[half] /= fit_temperature(logits[~half], targets[~half], ones[~half])
    temperature = fit_temperature(logits, targets, ones)
    before = measure("validation", _softmax(logits.astype(np.float64)), labels).ece
    return round(temperature, 4), measure("validation", _softmax(scaled), labels), before


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


def save_folder(net: Any, subwords: Subwords, temperature: float, folder: Path) -> None:
    """A folder that transformers and `HfEmotion` read."""
    with quiet_transformers():
        net.save_pretrained(folder)
    (folder / "tokenizer.json").write_text(subwords.to_json(), "utf-8")
    table = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": subwords.longest,
        "model_input_names": ["input_ids", "attention_mask"],
        **subwords.marks,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    own = {"max_len": subwords.longest, "temperature": temperature}
    (folder / OWN).write_text(json.dumps(own) + "\n", "utf-8")


class _Logits(nn.Module):
    """The network with plain tensors in and out, as the exporter wants it."""

    def __init__(self, net: Any) -> None:
        super().__init__()
        self.net = net

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        made: Tensor = self.net(input_ids=input_ids, attention_mask=attention_mask).logits
        return made


def export(net: Any, subwords: Subwords, temperature: float, path: Path) -> None:
    """Write the ONNX file that `OnnxEmotion` reads: "input_ids", "attention_mask" (n, t) int64 →
    "logits" (n, 7), before temperature; everything else is in the metadata."""
    import onnx

    net = net.cpu().eval()
    net.set_attn_implementation("eager")
    example = torch.ones(2, min(8, subwords.longest), dtype=torch.long)
    with atomic_path(path) as part, warnings.catch_warnings():
        # The TorchScript exporter needs nothing but torch; it announces its own retirement, and
        # warns of Python numbers that are the same for every input.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Logits(net),
            (example, example),
            str(part),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={
                "input_ids": {0: "n", 1: "t"},
                "attention_mask": {0: "n", 1: "t"},
                "logits": {0: "n"},
            },
            opset_version=17,
            dynamo=False,
        )
        labels = map_labels([e.value for e in EMOTIONS])
        card = Card(labels, subwords.longest, subwords.pad, temperature, subwords.to_json())
        model = onnx.load(str(part))
        onnx.helper.set_model_props(model, {KEY: card.to_json()})
        onnx.save(model, str(part))


def log_lines(history: Sequence[Mapping[str, float]]) -> str:
    return "".join(json.dumps(line) + "\n" for line in history)


def model_card(config: Config, finished: Finished) -> str:
    """Markdown with what is known; what only a person can say is left open."""
    found, facts = finished.report, finished.facts
    occurs = [sum(row) > 0 for row in found.confusion]
    shown = zip(found.f1.values(), occurs, strict=True)
    f1 = " | ".join(f"{value:.2f}" if seen else "-" for value, seen in shown)
    return f"""# Emotion of a sentence, from {config.encoder}

Seven house emotions, fine-tuned with `pyojeong train text`. Read it with
`pyojeong text --classifier hf --model FOLDER`, or without torch
`pyojeong text --classifier FOLDER/{ONNX}`.

## How it is made
- encoder: {config.encoder} (preset {config.preset}); tables: {", ".join(config.data)}
- {facts["train_rows"]:,} texts learned, {facts["valid_rows"]:,} held out
- weights of epoch {facts["epoch"]} of {config.epochs}
- max_len {config.max_len}, batch {config.batch}, rate {config.rate:g}, warm-up {config.warmup:g},
  {config.schedule} schedule, dropout {config.dropout:g}, class weights {config.class_weights},
  seed {config.seed}; all in train.json

## Numbers, on the held-out texts
| accuracy | top-2 | macro-F1 | ECE | ECE before calibration |
|---|---|---|---|---|
| {found.accuracy:.3f} | {found.top2:.3f} | {found.macro_f1:.3f} | {found.ece:.3f} | {finished.ece_before:.3f} |

| {" | ".join(found.f1)} |
|{"---|" * len(found.f1)}
| {f1} |

F1 per emotion. The best epoch and the temperature ({finished.temperature:g}) were chosen on the
same texts, so expect a little less on others.

## To be written
Licence of the encoder and of the tables; what the texts are; where it fails.
"""

"""The end of a run: samples judged, the generator exported, the result written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from pyojeong.media.files import atomic_path
from pyojeong.train.classifier.folder import RESULT
from pyojeong.train.classifier.measuring import count_parameters
from pyojeong.train.stargan.domains import Domain, Floats
from pyojeong.train.stargan.export import export
from pyojeong.train.stargan.judge import FEATURES, Judge, frechet_distance, reads, train_judge
from pyojeong.train.stargan.painter import Painter
from pyojeong.train.stargan.samples import held, make, write_sheet

MODEL, SHEET = "model.onnx", "samples.png"
FID_FEATURES = (
    f"{FEATURES} features of the judge, not Inception's: compare only runs of one data set"
)


def finish(painter: Painter, folder: Path) -> None:
    """Write samples.png, model.onnx and, last, result.json. Raises OutputFailed."""
    config, domains = painter.config, painter.domains
    generator = painter.kept.eval()
    judges = [
        train_judge(d, config.train.judge_steps, config.train.seed, painter.place.device)
        for d in domains
    ]
    measured = [measure(painter, at, judge) for at, judge in enumerate(judges)]
    write_sheet(folder / SHEET, generator, domains)
    result: dict[str, Any] = {
        "sets": measured,
        "steps": painter.step,
        "generator_steps": painter.step // config.optimizer.critic_steps,
        "seconds": painter.history[-1]["seconds"],
        "generator_parameters": count_parameters(generator),
        "critic_parameters": count_parameters(painter.critic),
        "fid_features": FID_FEATURES,
    }
    notes = result | {"settings": config.to_toml()}
    export(generator, judges, domains, folder / MODEL, config.data.side, config.data.padding, notes)
    text = json.dumps(result | {"state": "finished"}, ensure_ascii=False, indent=1)
    with atomic_path(folder / RESULT) as part:
        part.write_text(text + "\n", "utf-8")


def measure(painter: Painter, at: int, judge: Judge) -> dict[str, Any]:
    """How the samples of one set read. Every held picture is given every label in turn.

    accuracy: share in which the judge then reads what was asked; by_label: of each. real_accuracy:
    how often the judge is right about real held pictures. wrong_mask: accuracy when the mask names
    each other set. fid: Fréchet distance of all samples to the real ones; real_fid: between two
    halves of the real ones, what chance alone gives.
    """
    domain = painter.domains[at]
    pictures, truth = held(domain.test)
    logits, features = reads(judge, pictures)
    right, made = _asked(painter, at, judge, pictures, truth)
    half = np.random.default_rng(0).permutation(len(features))
    middle = len(half) // 2
    facts: dict[str, Any] = {
        "title": domain.title,
        "train_pictures": len(domain.train),
        "held_pictures": len(pictures),
        "real_accuracy": _accuracy(domain, logits, truth),
        "accuracy": float(np.mean(right)),
        "by_label": {n: round(float(r), 4) for n, r in zip(domain.labels, right, strict=True)},
        "fid": round(frechet_distance(features, made), 3),
        "real_fid": round(frechet_distance(features[half[:middle]], features[half[middle:]]), 3),
    }
    wrong = {
        other.title: float(np.mean(_asked(painter, at, judge, pictures, truth, mask)[0]))
        for mask, other in enumerate(painter.domains)
        if mask != at
    }
    return facts | ({"wrong_mask": wrong} if wrong else {})


def _asked(
    painter: Painter, at: int, judge: Judge, pictures: Any, truth: Floats, mask: int | None = None
) -> tuple[list[float], Floats]:
    """Share that reads as asked, for each label, and the features of all that was made."""
    domain, shares, features = painter.domains[at], [], []
    for label in range(len(domain.labels)):
        goals = domain.goals(truth, label)
        made = make(painter.kept, painter.domains, at, pictures, goals, mask)
        logits, seen = reads(judge, made)
        shares.append(float(_reads_as(domain, logits, label, goals).mean()))
        features.append(seen)
    return shares, np.concatenate(features)


def _reads_as(domain: Domain, logits: Floats, label: int, goals: Floats) -> Any:
    """(n,) whether label `label` reads as the goals say: of labels that exclude each other the
    most likely, else above one half."""
    group = domain.group(label)
    if len(group) > 1:
        return np.array(group)[logits[:, group].argmax(1)] == label
    return (logits[:, label] > 0) == (goals[:, label] > 0.5)


def _accuracy(domain: Domain, logits: Floats, truth: Floats) -> float:
    if domain.exclusive:
        return float((logits.argmax(1) == truth.argmax(1)).mean())
    return float(((logits > 0) == (truth > 0.5)).mean())

"""The end of a run: the best weights exported, judged, shown in a report, the result written."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from pyojeong.errors import Language
from pyojeong.media.files import atomic_path
from pyojeong.media.image import Picture, write_image
from pyojeong.train.characters.export import check_export, export
from pyojeong.train.characters.judged import Judged, judge
from pyojeong.train.characters.learner import Learner
from pyojeong.train.characters.page import Page
from pyojeong.train.characters.pictures import pictures_of
from pyojeong.train.classifier.folder import RESULT
from pyojeong.train.classifier.measuring import count_parameters

MODEL, REPORT = "model.onnx", "report.html"


def finish(learner: Learner, folder: Path, lang: Language) -> None:
    """Write model.onnx, the curves, report.html and, last, result.json; the learner's mean weights
    are the best ones. Raises InferenceFailed where file and network disagree, OutputFailed."""
    material, side = learner.material, learner.config.net.side
    net = learner.mean.cpu().eval()
    export(net, folder / MODEL, side, material.labels)
    apart = check_export(net, folder / MODEL, material.parts["val"].image(0), side)
    judged = judge(net, material, side)
    result = facts(learner, judged) | {"file_apart": apart}
    drawn = pictures_of(learner, judged, lang)
    for name, image in drawn.items():
        write_image(folder / f"{name}.png", Picture(image))
    page = Page(learner, judged, result, drawn, folder, lang)
    with atomic_path(folder / REPORT) as part:
        part.write_text(page.text(), "utf-8", newline="\n")
    text = json.dumps(result | {"state": "finished"}, ensure_ascii=False, indent=1)
    with atomic_path(folder / RESULT) as part:
        part.write_text(text + "\n", "utf-8")


def facts(learner: Learner, judged: Judged) -> dict[str, Any]:
    """What `result.json` says, but for its state."""
    material, config = learner.material, learner.config
    best = learner.history[learner.best]
    return {
        "title": material.title,
        "classes": list(material.labels),
        "measured_on": judged.part,
        "map": _number(judged.precision.mean),
        "map50": _number(judged.precision.at50),
        "confidence": round(judged.least, 3),
        "f1": _number(judged.f1),
        "by_class": by_class(learner, judged),
        "pictures": {name: len(cache) for name, cache in material.parts.items()},
        "figures": {name: len(cache.classes) for name, cache in material.parts.items()},
        "size": list(material.size),
        "start": config.net.start,
        "classes_known": learner.known,
        "steps": learner.step,
        "epochs": learner.history[-1]["epoch"],
        "best_epoch": best["epoch"],
        "stopped_early": learner.done < 1,
        "seconds": round(learner.seconds, 1),
        "parameters": count_parameters(learner.net),
        "notes": list(material.notes),
    }


def by_class(learner: Learner, judged: Judged) -> list[dict[str, Any]]:
    """A row per class: how often it is learned from and measured on, and how well it is found."""
    train, held = (learner.material.parts[name] for name in ("train", judged.part))
    precision, recall = judged.ranks()
    rows = []
    for number, name in enumerate(learner.material.labels):
        mine = held.classes == number
        rows.append(
            {
                "name": name,
                "train_figures": int((train.classes == number).sum()),
                "pictures": len(np.unique(held.of[mine])),
                "figures": int(mine.sum()),
                "precision": _number(precision[number]),
                "recall": _number(recall[number]),
                "map50": _number(judged.precision.per_class_at50[number]),
                "map": _number(judged.precision.per_class[number]),
            }
        )
    return rows


def _number(value: float) -> float | None:
    """JSON knows no NaN."""
    return round(float(value), 4) if math.isfinite(value) else None

"""The ensembles of a comparison: made when their members are finished, kept like runs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pyojeong.errors import Language, PyojeongError
from pyojeong.media.files import atomic_path
from pyojeong.train.experiment.folder import (
    FAILED,
    RESULT,
    read_json,
    record_failure,
    run_folder,
    state_of,
    write_json,
)
from pyojeong.train.experiment.planned import Grid, Together
from pyojeong.train.experiment.predictions import read_predictions


def make_ensembles(grid: Grid, folder: Path, lang: Language) -> Iterator[tuple[str, str]]:
    """Make those that `folder` does not hold yet and whose members are finished: each one's label
    and what came of it. One that fails is recorded and the rest goes on."""
    for asked in grid.ensembles:
        where = run_folder(folder, asked.name)
        members = [run_folder(folder, name) for name in asked.members]
        ready = all(state_of(member) == "finished" for member in members)
        if not ready or state_of(where) == "finished":
            continue
        where.mkdir(exist_ok=True)
        (where / FAILED).unlink(missing_ok=True)
        label = f"{asked.label} · {asked.seed}"
        try:
            yield label, _made(asked, where, members, lang)
        except PyojeongError as error:
            record_failure(where, error)
            yield label, error.text(lang)


def _made(asked: Together, where: Path, members: list[Path], lang: Language) -> str:
    """Write model.onnx, predictions.npz and, last, result.json, as a training does."""
    from pyojeong.train.ensemble import combine, write

    made = combine(members, asked.kind)
    worth = write(made, where / "model.onnx")
    labels = made.readers[0].card.labels
    _, _, names, thumbs = read_predictions(members[0] / "predictions.npz", len(labels))
    with atomic_path(where / "predictions.npz") as part, part.open("wb") as out:
        np.savez(
            out,
            logits=made.test.astype(np.float32),
            labels=made.members[0].test_labels,
            names=names,
            thumbs=thumbs,
            val_logits=made.val.astype(np.float32),
            val_labels=made.members[0].val_labels,
        )
    results = [read_json(member / RESULT) for member in members]
    write_json(where / RESULT, _result(made, worth, results))
    low, high = (f"{100 * end:+.2f}" for end in worth.interval)
    gain = f"{100 * worth.gain:+.2f}"
    if lang == "ko":
        return f"정확도 {worth.accuracy:.2%}, 가장 좋은 모델보다 {gain}점({low} ~ {high})"
    return f"accuracy {worth.accuracy:.2%}, {gain} points over the best member ({low} to {high})"


def _result(made: Any, worth: Any, results: list[dict[str, Any]]) -> dict[str, Any]:
    """As of a training; parameters and operations are the members' together. Its predictions are
    calibrated already, so the temperature is 1."""
    from pyojeong.train.classifier.measuring import measures

    labels = list(made.readers[0].card.labels)
    logits = made.test.astype(np.float32)
    measured = measures(logits, made.members[0].test_labels, 1.0)
    costs = {
        key: sum(float(r.get(key) or math.nan) for r in results)
        for key in ("parameters", "flops", "seconds")
    }
    table = json.loads(worth.to_json())
    return {
        "model": " + ".join(str(r.get("model", "?")) for r in results),
        "classes": labels,
        **measured,
        "temperature": 1.0,
        **{k: None if math.isnan(v) else v for k, v in costs.items()},
        "ms_per_picture": worth.ms[-1],
        "file_mb": worth.mb[-1],
        "epochs": 0,
        "best_epoch": 0,
        "ensemble": table,
        "note": f"{made.method} vote of {', '.join(worth.members)}",
        "state": "finished",
    }

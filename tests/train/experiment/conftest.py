"""Run folders as training leaves them, made without training."""

import json

import numpy as np
import pytest

CLASSES = ("anger", "happiness", "neutral")


def write_run(folder, seed=0, skill=1.5, rows=90, classes=CLASSES, names=None, rng=3):
    """A finished run. skill: how far the true class's logit lies above the others."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = np.arange(rows) % len(classes)
    logits = np.random.default_rng((rng, seed)).normal(0, 1, (rows, len(classes)))
    logits[np.arange(rows), labels] += skill
    thumbs = np.random.default_rng(1).integers(0, 255, (rows, 48, 48, 3)).astype(np.uint8)
    np.savez_compressed(
        folder / "predictions.npz",
        logits=logits.astype(np.float32),
        labels=labels.astype(np.int64),
        names=np.array(names or [f"face-{row}.png" for row in range(rows)]),
        thumbs=thumbs,
        val_logits=logits.astype(np.float32),
        val_labels=labels,
    )
    log = [
        {"epoch": e, "train_loss": 1 / e, "val_loss": 1.1 / e, "val_accuracy": e / 4, "lr": 0.1}
        for e in (1, 2, 3)
    ]
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log), "utf-8")
    (folder / "config.toml").write_text(f"[train]\nseed = {seed}\n", "utf-8")
    facts = {"python": "3.13", "torch": "2.9", "machine": "a machine", "seed": seed}
    (folder / "versions.json").write_text(json.dumps(facts), "utf-8")
    accuracy = float((logits.argmax(1) == labels).mean())
    result = {
        "model": "vgg16", "classes": list(classes), "accuracy": accuracy, "macro_f1": accuracy,
        "nll": 1.0, "ece": 0.1, "ece_before": 0.2, "temperature": 1.3, "parameters": 2_000_000,
        "flops": 3_000_000_000, "ms_per_picture": 4.5, "file_mb": 8.1, "epochs": 3,
        "best_epoch": 2, "seconds": 61.0, "note": "from scratch", "state": "finished",
    }  # fmt: skip
    (folder / "result.json").write_text(json.dumps(result), "utf-8")


GRID = """
title = "Networks <&> batches"
title_ko = "신경망과 배치"
about = "<script>alert(1)</script>"
seeds = [1, 2]
[base.model]
name = "resnet18"
[[factor]]
name = "model.name"
title = "Network"
title_ko = "신경망"
values = ["resnet18", "vgg16"]
[[factor]]
name = "train.batch"
values = [16, 32]
[[run]]
name = "both"
set = { "model.name" = "vgg16", "train.batch" = 16 }
[[published]]
name = "a paper <b>"
accuracy = 0.7333
note = "elsewhere"
note_ko = "다른 곳"
set = { "model.name" = "vgg16" }
"""


@pytest.fixture
def study(tmp_path):
    """study(skills) → folder of a comparison; skills: label → skill, None for a failed run."""
    from pyojeong.errors import InferenceFailed
    from pyojeong.train.experiment.folder import record_failure, run_folder, write_plan
    from pyojeong.train.experiment.grid import parse_grid

    def make(skills, grid=GRID, seeds="[1, 2]", **more):
        folder = tmp_path / "study"
        planned = parse_grid(grid.replace("[1, 2]", seeds))
        write_plan(folder, planned, "faces")
        for run in planned.runs:
            skill, where = skills.get(run.label, 1.5), run_folder(folder, run.name)
            if skill is None:
                where.mkdir(parents=True)
                record_failure(where, InferenceFailed("too <little> memory", "메모리 <부족>"))
            else:
                write_run(where, run.seed, skill, rng=len(run.label), **more)
        return folder

    return make

"""The pictures of a report: curves, who is taken for whom, how the training went."""

from __future__ import annotations

import numpy as np

from pyojeong.errors import Language
from pyojeong.media.image import Rgb
from pyojeong.train.characters.charts import (
    Axes,
    Line,
    chart,
    colour_of,
    curve_chart,
    matrix_chart,
    rounded_up,
)
from pyojeong.train.characters.curves import RECALLS, SCORES
from pyojeong.train.characters.judged import Judged
from pyojeong.train.characters.learner import Learner

CURVES = ("curve_f1", "curve_precision", "curve_recall", "curve_precision_recall")
CONFUSION, LOSSES, PRECISION = "confusion", "history_losses", "history_precision"


def pictures_of(learner: Learner, judged: Judged, lang: Language) -> dict[str, Rgb]:
    """By the name of their file, without its ending."""

    def say(en: str, ko: str) -> str:
        return ko if lang == "ko" else en

    labels, made = learner.material.labels, judged.curves
    score = say("least confidence of a find", "찾은 것으로 치는 최소 신뢰도")
    recall, precision = say("recall", "재현율"), say("precision", "정밀도")
    every = say("all classes", "모든 클래스")
    at = judged.least
    drawn = {
        "curve_f1": curve_chart(
            Axes(say("F1 and confidence", "F1과 신뢰도"), score, "F1"),
            SCORES, made.f1, labels, every, at),
        "curve_precision": curve_chart(
            Axes(say("Precision and confidence", "정밀도와 신뢰도"), score, precision),
            SCORES, made.precision, labels, every, at),
        "curve_recall": curve_chart(
            Axes(say("Recall and confidence", "재현율과 신뢰도"), score, recall),
            SCORES, made.recall, labels, every, at),
        "curve_precision_recall": curve_chart(
            Axes(say("Precision and recall", "정밀도와 재현율"), recall, precision),
            RECALLS, made.by_recall, labels, every),
    }  # fmt: skip
    drawn[CONFUSION] = matrix_chart(
        say("Who is taken for whom", "혼동 행렬"),
        say("what is there", "실제"),
        say("what was found", "찾은 것"),
        judged.matrix,
        [*labels, say("background", "배경")],
    )
    return drawn | _history(learner, lang)


def _history(learner: Learner, lang: Language) -> dict[str, Rgb]:
    """Losses and precision over the epochs."""

    def say(en: str, ko: str) -> str:
        return ko if lang == "ko" else en

    table = {key: np.array([line[key] for line in learner.history], float)
             for key in ("epoch", "class", "box", "mask", "map", "map50")}  # fmt: skip
    epoch, last = say("epoch", "에폭"), rounded_up(float(table["epoch"][-1]))
    weights = learner.config.loss
    parts = (
        (say("class", "클래스"), weights.classes * table["class"]),
        (say("box", "상자"), weights.boxes * table["box"]),
        (say("mask", "마스크"), weights.masks * table["mask"]),
    )
    # The first measurements of a run from scratch are far above all others.
    most = max(float(np.quantile(values, 0.9)) for _, values in parts) * 1.1
    losses = [Line(n, table["epoch"], v, colour_of(k)) for k, (n, v) in enumerate(parts)]
    found = [
        Line(name, table["epoch"], table[key], colour_of(k), 4)
        for k, (name, key) in enumerate((("mask mAP50", "map50"), ("mask mAP50-95", "map")))
    ]
    first = say("weighted loss, while learning", "학습 중 가중 손실")
    best = learner.history[learner.best]
    return {
        LOSSES: chart(
            Axes(say("Losses", "손실"), epoch, first, (0, 0), (last, rounded_up(most))), losses
        ),
        PRECISION: chart(
            Axes(say("Precision on val", "검증 그림의 mAP"), epoch, "mAP", (0, 0), (last, 1)),
            found,
            (best["epoch"], best["map"]),
        ),
    }

"""Compare the basis and the presets with what labelled faces do.

`python -m pyojeong.train.basis_check` writes experiments/expression-basis/result.json from the
mean faces that `basis_faces` measured: for each source and emotion, how much of the mean
displacement (emotion minus neutral, x and y) the basis can explain with weights in [0, 1.2],
those weights, and the correlation of the preset's displacement with it, per region.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from pyojeong.edit.basis import ExpressionBasis, load_basis
from pyojeong.emotion import EMOTIONS, Emotion
from pyojeong.expression import ARKIT_52, both_sides, emotion_presets

Points = NDArray[np.float64]

FOLDER = Path("experiments/expression-basis")
# No mesh motion, no meaning alone, or a gaze that the mesh cannot tell from a blink.
LEFT_OUT = ("tongueOut", "mouthClose", "jawForward", "jawLeft", "mouthLeft", "eyeLook")


def symmetric_names() -> list[str]:
    """Coefficients without a side, sided ones once."""
    names = []
    for name in ARKIT_52:
        if name.endswith("Right") or name.startswith(LEFT_OUT):
            continue
        names.append(name.removesuffix("Left"))
    return names


def explain(moved: Points, shapes: Points) -> tuple[NDArray[np.float64], float]:
    """Weights of the shapes (k, 468, 3) that best give (468, 3), lightly shrunk, and the share
    of x and y that they explain."""
    axes = np.array([1.0, 1.0, 0.3])
    left = (shapes * axes).reshape(len(shapes), -1).T
    rows = np.vstack([left, 0.15 * np.eye(len(shapes))])
    right = np.concatenate([(moved * axes).ravel(), np.zeros(len(shapes))])
    weights = lsq_linear(rows, right, (0, 1.2)).x
    rest = moved - np.tensordot(weights, shapes, axes=1)
    return weights, float(1 - (rest[:, :2] ** 2).sum() / (moved[:, :2] ** 2).sum())


def regions_of(basis: ExpressionBasis) -> dict[str, NDArray[np.int64]]:
    """Brows, lids, lips and everything."""
    named = {"brows": "brow", "lids": "lid", "lips": "lip"}
    found = {
        name: np.concatenate([v for k, v in basis.regions.items() if part in k])
        for name, part in named.items()
    }
    return {**found, "all": np.arange(468)}


def compare(basis: ExpressionBasis, means: dict[str, Points], source: str) -> dict[str, Any]:
    """One source's table: emotion -> explained share, weights, correlations."""
    names = symmetric_names()
    rows = [[ARKIT_52.index(full) for full in both_sides({n: 1.0})] for n in names]
    shapes = np.stack([basis.deltas[row].sum(axis=0) for row in rows]).astype(float)
    flip = np.array([-1.0, 1.0, 1.0])
    table: dict[str, Any] = {}
    for emotion in EMOTIONS:
        if emotion is Emotion.NEUTRAL:
            continue
        moved = means[f"{source}_{emotion.value}"] - means[f"{source}_neutral"]
        moved = (moved + moved[basis.mirror] * flip) / 2
        weights, share = explain(moved, shapes)
        preset = basis.displacement(emotion_presets()[emotion])
        table[emotion.value] = {
            "explained": round(share, 3),
            "weights": {names[k]: round(float(weights[k]), 2) for k in np.argsort(-weights)[:8]},
            "preset correlation": {
                name: _correlation(moved[points, :2], preset[points, :2])
                for name, points in regions_of(basis).items()
            },
        }
    return table


def _correlation(a: Points, b: NDArray[np.float32]) -> float:
    return round(float(np.corrcoef(a.ravel(), b.ravel())[0, 1]), 2)


def main() -> None:
    with np.load(FOLDER / "mean_faces.npz") as data:
        means = {name: data[name].astype(float) for name in data.files}
    result = {source: compare(load_basis(), means, source) for source in ("fer", "muxspace")}
    text = json.dumps(result, indent=1)
    (FOLDER / "result.json").write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()

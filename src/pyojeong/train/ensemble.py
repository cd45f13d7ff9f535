"""Several trained classifiers as one file that reads like any other.

Soft vote: the weighted mean of the members' calibrated probabilities. Stacked (Wolpert 1992): a
multinomial logistic regression on the logarithms of their probabilities, fitted on the validation
rows. Both are calibrated again on the validation rows, and measured beside every member on the
test rows, where all runs must have had the same.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput, BadSettings
from pyojeong.face.exported import ExportedClassifier
from pyojeong.media.files import atomic_path
from pyojeong.train.calibration import find_temperature, softmax
from pyojeong.train.ensemble_file import LEAST, Part, Vote, write_ensemble
from pyojeong.train.experiment.folder import read_json
from pyojeong.train.experiment.planned import METHODS
from pyojeong.train.experiment.predictions import read_predictions, read_validation

Floats = NDArray[np.float64]
ROUNDS = 2000
"""Of the bootstrap (Efron 1979)."""


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One finished run. val, test: logarithms of calibrated probabilities (n, k), in the order of
    the first member's labels; order: where each of those labels is in this run's file."""

    name: str
    file: Path
    order: list[int]
    val: Floats
    val_labels: NDArray[np.int64]
    test: Floats
    test_labels: NDArray[np.int64]
    test_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mixed:
    """An ensemble written. accuracies: of each member, on the same test rows as `accuracy`. gain:
    over the best member, with its 95 % interval. ms: of one picture, and mb: of the file, of each
    member and then of the ensemble. rows: pictures it was measured on."""

    method: str
    weights: tuple[float, ...]
    members: tuple[str, ...]
    accuracies: tuple[float, ...]
    accuracy: float
    gain: float
    interval: tuple[float, float]
    ms: tuple[float, ...]
    mb: tuple[float, ...]
    rows: int

    def to_json(self) -> str:
        rows = zip(self.members, self.accuracies, self.ms, self.mb, strict=False)
        table = {
            "method": self.method,
            "weights": self.weights,
            "members": [
                {"name": name, "accuracy": accuracy, "ms_per_picture": ms, "file_mb": mb}
                for name, accuracy, ms, mb in rows
            ],
            "accuracy": self.accuracy,
            "gain": self.gain,
            "gain_interval": self.interval,
            "ms_per_picture": self.ms[-1],
            "file_mb": self.mb[-1],
            "test_rows": self.rows,
        }
        return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True, eq=False)
class Combined:
    """Members and the vote over them, fitted and calibrated. readers: of the members' files."""

    members: tuple[Member, ...]
    readers: tuple[ExportedClassifier, ...]
    vote: Vote
    method: str

    @property
    def val(self) -> Floats:
        """Logarithms of the ensemble's calibrated probabilities of the validation rows (n, k)."""
        return _combine([m.val for m in self.members], self.vote)

    @property
    def test(self) -> Floats:
        """The same of the test rows."""
        return _combine([m.test for m in self.members], self.vote)

    @property
    def shares(self) -> tuple[float, ...]:
        """Of a soft vote; empty when stacked."""
        return tuple(self.vote.slopes.tolist()) if self.vote.offsets is None else ()


def combine(runs: Sequence[Path], method: str = "soft", weights: Sequence[float] = ()) -> Combined:
    """Fit a vote over finished runs on their validation rows.

    method: one of METHODS. weights: of a soft vote, one per run, equal where empty. Raises
    BadSettings, BadInput where the runs do not go together, MissingWeights.
    """
    _check_settings(runs, method, weights)
    readers = [ExportedClassifier(run / "model.onnx") for run in runs]
    members = [_member(run, reader, readers[0]) for run, reader in zip(runs, readers, strict=True)]
    _check_alike(members, readers)
    vote = _stack(members) if method == "stacked" else _shares(weights, len(runs))
    warm = _combine([m.val for m in members], vote).astype(np.float32)
    vote = replace(vote, temperature=find_temperature(warm, members[0].val_labels))
    return Combined(tuple(members), tuple(readers), vote, method)


def mix(
    runs: Sequence[Path], out: Path, method: str = "soft", weights: Sequence[float] = ()
) -> Mixed:
    """Write the ensemble of finished runs to `out`, and beside it what it is worth (`.json`).

    method, weights: as in `combine`. Raises what it raises, and OutputFailed.
    """
    _check_output(runs, out)
    mixed = write(combine(runs, method, weights), out)
    with atomic_path(out.with_suffix(".json")) as part:
        part.write_text(mixed.to_json(), "utf-8")
    return mixed


def write(made: Combined, out: Path) -> Mixed:
    """Write the one ONNX file and measure it beside its members. Raises BadInput, OutputFailed."""
    names = [m.name for m in made.members]
    notes = {"ensemble": names, "method": made.method, "weights": made.shares}
    parts = [
        Part(m.file, m.order, r.card.side) for m, r in zip(made.members, made.readers, strict=True)
    ]
    side = max(reader.card.side for reader in made.readers)
    card = replace(made.readers[0].card, side=side)
    write_ensemble(out, parts, card, made.vote, notes)
    return _worth(made, [*made.readers, ExportedClassifier(out)], out)


def _check_settings(runs: Sequence[Path], method: str, weights: Sequence[float]) -> None:
    if method not in METHODS:
        raise BadSettings(
            f"{method!r} is no method; there are: {', '.join(METHODS)}.",
            f"{method!r} 방법은 없습니다. 사용 가능: {', '.join(METHODS)}.",
        )
    if len(runs) < 2 or (weights and len(weights) != len(runs)):
        raise BadSettings(
            "An ensemble takes two runs or more, and one weight for each.",
            "앙상블에는 학습 결과가 둘 이상 필요하고, 가중치는 하나씩입니다.",
        )
    if weights and method != "soft":
        raise BadSettings(
            "Weights belong to a soft vote; stacking learns its own.",
            "가중치는 soft 방법에만 줍니다. stacked는 스스로 배웁니다.",
        )


def _check_output(runs: Sequence[Path], out: Path) -> None:
    kept = {(run / name).resolve() for run in runs for name in ("model.onnx", "result.onnx")}
    if out.suffix.lower() != ".onnx" or out.resolve() in kept:
        raise BadSettings(
            f"{out} cannot be the ensemble's file: a name of its own that ends in .onnx is needed.",
            f"{out}은(는) 앙상블 파일이 될 수 없습니다. .onnx로 끝나는 새 이름이 필요합니다.",
        )


def _member(run: Path, reader: ExportedClassifier, first: ExportedClassifier) -> Member:
    labels, wanted = reader.card.labels, first.card.labels
    if sorted(labels) != sorted(wanted):
        raise BadInput(
            f"{run} reads {', '.join(labels)}, the first run {', '.join(wanted)}.",
            f"{run}의 라벨은 {', '.join(labels)}, 첫 번째는 {', '.join(wanted)}입니다.",
        )
    order = [labels.index(label) for label in wanted]
    back = np.argsort(order)
    file = run / "predictions.npz"
    val, val_labels = read_validation(file, len(labels))
    test, test_labels, names, _ = read_predictions(file, len(labels))
    try:
        temperature = float(read_json(run / "result.json")["temperature"])
        if not 0 < temperature < math.inf:
            raise ValueError(f"temperature {temperature}")
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            f"{run} is no finished run: {error}", f"{run}은(는) 끝난 학습이 아닙니다: {error}"
        ) from error
    logs = [
        np.log(np.maximum(softmax(each[:, order], temperature), 1e-300)) for each in (val, test)
    ]
    return Member(
        run.name,
        run / "model.onnx",
        order,
        logs[0],
        back[val_labels],
        logs[1],
        back[test_labels],
        tuple(names.tolist()),
    )


def _check_alike(members: Sequence[Member], readers: Sequence[ExportedClassifier]) -> None:
    first = members[0]
    cards = {(r.card.boxes, r.card.margin) for r in readers}
    if len(cards) > 1:
        raise BadInput(
            f"The members see differently cut pictures (boxes, margin): {sorted(cards)}. "
            "Train them with the same data.crop_margin.",
            f"모델마다 사진을 자르는 방식이 다릅니다(상자, 여백): {sorted(cards)}. "
            "같은 data.crop_margin으로 학습하세요.",
        )
    for member in members[1:]:
        same = member.test_names == first.test_names and all(
            np.array_equal(*pair)
            for pair in (
                (member.val_labels, first.val_labels),
                (member.test_labels, first.test_labels),
            )
        )
        if not same:
            raise BadInput(
                f"{member.name} and {first.name} were not measured on the same pictures; train "
                "both with the same data and data.split_seed.",
                f"{member.name}과(와) {first.name}은(는) 같은 사진으로 측정되지 않았습니다. 같은 데이터와 "
                "data.split_seed로 학습하세요.",
            )


def _shares(weights: Sequence[float], count: int) -> Vote:
    shares = np.array(weights or [1.0] * count, np.float64)
    if not (np.isfinite(shares) & (shares >= 0)).all() or shares.sum() <= 0:
        raise BadSettings(
            "Weights must not be negative, nor all 0.", "가중치는 음수이거나 모두 0일 수 없습니다."
        )
    return Vote(np.asarray(shares / shares.sum()))


def _stack(members: Sequence[Member]) -> Vote:
    """The regression; its strength is cross-validated."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    features = _features([m.val for m in members])
    truth, k = members[0].val_labels, members[0].val.shape[1]
    counts = np.bincount(truth, minlength=k)
    folds = int(min(5, counts[counts > 0].min()))
    if folds < 2 or (counts > 0).sum() < 2:
        raise BadInput(
            "Too few validation rows to stack on; use --method soft.",
            "검증 자료가 너무 적습니다. --method soft를 쓰세요.",
        )
    grid = {"C": np.logspace(-3, 1, 9)}
    model = GridSearchCV(
        LogisticRegression(max_iter=2000), grid, cv=folds, scoring="neg_log_loss"
    ).fit(features, truth)
    best = model.best_estimator_
    slopes, offsets = np.zeros((k, features.shape[1])), np.full(k, -30.0)
    if len(best.classes_) == 2:
        slopes[best.classes_] = np.concatenate([-best.coef_, best.coef_]) / 2
        offsets[best.classes_] = np.array([-best.intercept_[0], best.intercept_[0]]) / 2
    else:
        slopes[best.classes_], offsets[best.classes_] = best.coef_, best.intercept_
    return Vote(slopes, offsets)


def _features(logs: Sequence[Floats]) -> Floats:
    return np.maximum(np.concatenate(logs, 1), np.log(LEAST))


def _combine(logs: Sequence[Floats], vote: Vote) -> Floats:
    """Logarithms of the ensemble's probabilities (n, k), up to a constant in each row."""
    if vote.offsets is None:
        mean = np.sum([s * np.exp(log) for s, log in zip(vote.slopes, logs, strict=True)], axis=0)
        return np.asarray(np.log(np.maximum(mean, LEAST)) / vote.temperature)
    return np.asarray((_features(logs) @ vote.slopes.T + vote.offsets) / vote.temperature)


def _worth(made: Combined, readers: Sequence[ExportedClassifier], out: Path) -> Mixed:
    members, truth = made.members, made.members[0].test_labels
    right = np.stack([m.test.argmax(1) == truth for m in members])
    ours = made.test.argmax(1) == truth
    best = right[int(right.mean(1).argmax())]
    return Mixed(
        made.method,
        made.shares,
        tuple(m.name for m in members),
        tuple(right.mean(1).tolist()),
        float(ours.mean()),
        float(ours.mean() - best.mean()),
        paired_interval(ours, best),
        tuple(round(_milliseconds(reader), 3) for reader in readers),
        tuple(round(file.stat().st_size / 1e6, 3) for file in [*(m.file for m in members), out]),
        len(truth),
    )


def paired_interval(ours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> tuple[float, float]:
    """95 % of the difference of two accuracies on the same rows, by the paired bootstrap.

    Drawing rows anew is drawing how many of them the one, the other or neither wins.
    """
    n = len(ours)
    won, lost = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    drawn = np.random.default_rng(0).multinomial(
        n, [won / n, lost / n, 1 - (won + lost) / n], ROUNDS
    )
    low, high = np.quantile((drawn[:, 0] - drawn[:, 1]) / n, (0.025, 0.975))
    return float(low), float(high)


def _milliseconds(reader: ExportedClassifier) -> float:
    picture = np.zeros((1, reader.card.side, reader.card.side, 3), np.uint8)
    reader.probabilities(picture)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        reader.probabilities(picture)
        took.append(time.perf_counter() - began)
    return 1e3 * min(took)

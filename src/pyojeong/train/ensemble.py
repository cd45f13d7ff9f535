"""Several trained classifiers as one file that reads like any other.

Soft vote: the weighted mean of the members' calibrated probabilities. Stacked (Wolpert 1992): a
multinomial logistic regression on the logarithms of their probabilities, fitted on the validation
rows. Both are calibrated again on the validation rows, and measured beside every member on the
test rows, where all runs must have had the same.
"""

from __future__ import annotations

import json
import time
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyojeong.errors import BadInput, BadSettings
from pyojeong.face.exported import FORMAT, INPUT, KEY, OUTPUT, ExportedClassifier
from pyojeong.media.files import atomic_path

Floats = NDArray[np.float64]
METHODS = ("soft", "stacked")
LEAST = 1e-6
"""Probabilities are not taken to be smaller, so that their logarithm exists."""
_UNREADABLE = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, IndexError, AttributeError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What a damaged archive or result may raise."""
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
    over the best member, with its 95 % interval. ms: of one picture; mb: of the file."""

    members: tuple[str, ...]
    accuracies: tuple[float, ...]
    accuracy: float
    gain: float
    interval: tuple[float, float]
    ms: tuple[float, ...]
    mb: float
    rows: int

    def to_json(self) -> str:
        table = {
            "members": [
                {"name": name, "accuracy": accuracy, "ms_per_picture": ms}
                for name, accuracy, ms in zip(self.members, self.accuracies, self.ms, strict=False)
            ],
            "accuracy": self.accuracy,
            "gain": self.gain,
            "gain_interval": self.interval,
            "ms_per_picture": self.ms[-1],
            "file_mb": self.mb,
            "test_rows": self.rows,
        }
        return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def mix(
    runs: Sequence[Path], out: Path, method: str = "soft", weights: Sequence[float] = ()
) -> Mixed:
    """Write the ensemble of finished runs to `out`, and beside it what it is worth (`.json`).

    method: one of METHODS. weights: of a soft vote, one per run, equal where empty. Raises
    BadSettings, BadInput where the runs do not go together, MissingWeights, OutputFailed.
    """
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
    readers = [ExportedClassifier(run / "model.onnx") for run in runs]
    members = [_member(run, reader, readers[0]) for run, reader in zip(runs, readers, strict=True)]
    _check_alike(members, readers)
    slopes, offsets = (
        _stack(members) if method == "stacked" else (_shares(weights, len(runs)), None)
    )
    val = _combine([m.val for m in members], slopes, offsets)
    temperature = _temperature(val, members[0].val_labels)
    test = _combine([m.test for m in members], slopes, offsets) / temperature
    _write(members, readers[0], out, (slopes, offsets, temperature))
    mixed = _worth(members, test, [*readers, ExportedClassifier(out)], out)
    with atomic_path(out.with_suffix(".json")) as part:
        part.write_text(mixed.to_json(), "utf-8")
    return mixed


def _member(run: Path, reader: ExportedClassifier, first: ExportedClassifier) -> Member:
    labels, wanted = reader.card.labels, first.card.labels
    if sorted(labels) != sorted(wanted):
        raise BadInput(
            f"{run} reads {', '.join(labels)}, the first run {', '.join(wanted)}.",
            f"{run}의 라벨은 {', '.join(labels)}, 첫 번째는 {', '.join(wanted)}입니다.",
        )
    order = [labels.index(label) for label in wanted]
    back = np.argsort(order)
    try:
        temperature = float(json.loads((run / "result.json").read_text("utf-8"))["temperature"])
        # Opened here, because numpy leaves a damaged archive open.
        with (
            (run / "predictions.npz").open("rb") as stream,
            np.load(stream, allow_pickle=False) as table,
        ):
            logits = [np.asarray(table[n], np.float64)[:, order] for n in ("val_logits", "logits")]
            truth = [back[table[n].astype(np.int64)] for n in ("val_labels", "labels")]
            names = tuple(table["names"].tolist())
    except _UNREADABLE as error:
        raise BadInput(
            f"{run} is no finished run: {error}", f"{run}은(는) 끝난 학습이 아닙니다: {error}"
        ) from error
    val, test = (_log_softmax(each / temperature) for each in logits)
    name, file = run.name, run / "model.onnx"
    return Member(name, file, order, val, truth[0], test, truth[1], names)


def _check_alike(members: Sequence[Member], readers: Sequence[ExportedClassifier]) -> None:
    first = members[0]
    cards = {(r.card.side, r.card.boxes, r.card.margin) for r in readers}
    if len(cards) > 1:
        raise BadInput(
            f"The members see differently cut pictures (side, boxes, margin): {sorted(cards)}. "
            "Train them with the same data.side and data.crop_margin.",
            f"모델마다 사진을 자르는 방식이 다릅니다(크기, 상자, 여백): {sorted(cards)}. "
            "같은 data.side와 data.crop_margin으로 학습하세요.",
        )
    for member in members[1:]:
        same_val = np.array_equal(member.val_labels, first.val_labels)
        if not same_val or member.test_names != first.test_names:
            raise BadInput(
                f"{member.name} and {first.name} were not measured on the same pictures; train "
                "both with the same data and data.split_seed.",
                f"{member.name}과(와) {first.name}은(는) 같은 사진으로 측정되지 않았습니다. 같은 데이터와 "
                "data.split_seed로 학습하세요.",
            )


def _shares(weights: Sequence[float], count: int) -> Floats:
    shares = np.array(weights or [1.0] * count, np.float64)
    if not (np.isfinite(shares) & (shares >= 0)).all() or shares.sum() <= 0:
        raise BadSettings("Weights are positive numbers.", "가중치는 양수입니다.")
    return np.asarray(shares / shares.sum())


def _stack(members: Sequence[Member]) -> tuple[Floats, Floats]:
    """(k, members x k) and (k,) of the regression; its strength is cross-validated."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    features = np.concatenate([m.val for m in members], 1)
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
    return slopes, offsets


def _combine(logs: Sequence[Floats], slopes: Floats, offsets: Floats | None) -> Floats:
    """Logarithms of the ensemble's probabilities (n, k), not yet calibrated."""
    if offsets is None:
        mean = np.sum([s * np.exp(log) for s, log in zip(slopes, logs, strict=True)], axis=0)
        return np.asarray(np.log(np.maximum(mean, LEAST)))
    given = np.maximum(np.concatenate(logs, 1), np.log(LEAST))
    return _log_softmax(given @ slopes.T + offsets)


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))


def _temperature(logs: Floats, truth: NDArray[np.int64]) -> float:
    """The temperature of least cross-entropy (Guo et al. 2017), to one part in fifty."""
    choices = np.exp(np.linspace(np.log(0.2), np.log(5.0), 161))
    rows = np.arange(len(truth))
    losses = [-_log_softmax(logs / t)[rows, truth].mean() for t in choices]
    return float(choices[int(np.argmin(losses))])


def _worth(
    members: Sequence[Member], test: Floats, readers: Sequence[ExportedClassifier], out: Path
) -> Mixed:
    truth = members[0].test_labels
    right = np.stack([m.test.argmax(1) == truth for m in members]).astype(float)
    ours = (test.argmax(1) == truth).astype(float)
    best = right[int(right.mean(1).argmax())]
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(truth), (ROUNDS, len(truth)))
    low, high = np.quantile((ours - best)[drawn].mean(1), (0.025, 0.975))
    return Mixed(
        tuple(m.name for m in members),
        tuple(right.mean(1).tolist()),
        float(ours.mean()),
        float(ours.mean() - best.mean()),
        (float(low), float(high)),
        tuple(round(_milliseconds(reader), 3) for reader in readers),
        round(out.stat().st_size / 1e6, 3),
        len(truth),
    )


def _milliseconds(reader: ExportedClassifier) -> float:
    picture = np.zeros((1, reader.card.side, reader.card.side, 3), np.uint8)
    reader.probabilities(picture)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        reader.probabilities(picture)
        took.append(time.perf_counter() - began)
    return 1e3 * min(took)


def _write(
    members: Sequence[Member],
    first: ExportedClassifier,
    out: Path,
    how: tuple[Floats, Floats | None, float],
) -> None:
    """One graph: all members on the same input, then the vote."""
    import onnx

    helper = onnx.helper
    slopes, offsets, temperature = how
    nodes, constants, made = [], [], []
    for at, member in enumerate(members):
        graph = onnx.compose.add_prefix(onnx.load(str(member.file)), f"member{at}/").graph
        nodes.append(helper.make_node("Identity", [INPUT], [f"member{at}/{INPUT}"]))
        nodes += list(graph.node)
        constants += list(graph.initializer)
        constants.append(_constant(f"order{at}", np.array(member.order, np.int64)))
        gathered = [f"member{at}/{OUTPUT}", f"order{at}"]
        nodes.append(helper.make_node("Gather", gathered, [f"read{at}"], axis=1))
        made.append(f"read{at}")
    values = {"least": np.float32(LEAST), "temperature": np.float32(temperature)}
    constants += [_constant(name, np.array(value)) for name, value in values.items()]
    vote, more = _vote(made, slopes, offsets)
    graph = helper.make_graph(
        nodes + vote,
        "ensemble",
        [helper.make_tensor_value_info(INPUT, onnx.TensorProto.UINT8, _shape(first))],
        [helper.make_tensor_value_info(OUTPUT, onnx.TensorProto.FLOAT, ["n", _classes(first)])],
        constants + more,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {KEY: _card(members, first, temperature)})
    onnx.checker.check_model(model)
    with atomic_path(out) as part:
        onnx.save(model, str(part))


def _vote(made: list[str], slopes: Floats, offsets: Floats | None) -> tuple[list[Any], list[Any]]:
    from onnx import helper

    node = helper.make_node
    if offsets is None:
        constants = [_constant(f"share{i}", np.array(s, np.float32)) for i, s in enumerate(slopes)]
        nodes = [node("Mul", [m, f"share{i}"], [f"part{i}"]) for i, m in enumerate(made)]
        nodes.append(node("Sum", [f"part{i}" for i in range(len(made))], ["mean"]))
        nodes += [node("Max", ["mean", "least"], ["kept"]), node("Log", ["kept"], ["logs"])]
    else:
        constants = [
            _constant("slopes", slopes.astype(np.float32)),
            _constant("offsets", offsets.astype(np.float32)),
        ]
        nodes = [node("Concat", made, ["all"], axis=1)]
        nodes += [node("Max", ["all", "least"], ["kept"]), node("Log", ["kept"], ["given"])]
        nodes.append(node("Gemm", ["given", "slopes", "offsets"], ["logs"], transB=1))
    nodes.append(node("Div", ["logs", "temperature"], ["cooled"]))
    nodes.append(node("Softmax", ["cooled"], [OUTPUT], axis=1))
    return nodes, constants


def _constant(name: str, value: NDArray[Any]) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(value, name)


def _shape(first: ExportedClassifier) -> list[Any]:
    return ["n", first.card.side, first.card.side, 3]


def _classes(first: ExportedClassifier) -> int:
    return len(first.card.labels)


def _card(members: Sequence[Member], first: ExportedClassifier, temperature: float) -> str:
    card = first.card
    about = {
        "format": FORMAT,
        "labels": list(card.labels),
        "side": card.side,
        "crop": {"boxes": card.boxes, "margin": card.margin},
        "temperature": temperature,
        "members": len(members),
        "notes": {"ensemble": [member.name for member in members]},
    }
    return json.dumps(about, ensure_ascii=False)

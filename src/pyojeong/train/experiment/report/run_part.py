"""The section of one run: what it confuses, how sure it is, how it learned, what it got wrong."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape

import cv2
import numpy as np

from pyojeong.data.compare.statistics import wilson
from pyojeong.errors import Language
from pyojeong.text.label_map import class_names
from pyojeong.train.calibration import reliability, softmax
from pyojeong.train.experiment import statistics as st
from pyojeong.train.experiment.folder import shown
from pyojeong.train.experiment.gather import Run
from pyojeong.train.experiment.ranking import Entry
from pyojeong.train.experiment.report import charts, svg
from pyojeong.train.experiment.report.charts import MAIN, OTHER, Series
from pyojeong.train.experiment.report.svg import Axis, percent
from pyojeong.train.experiment.report.words import Words, figure, table

WORST = 12
_THRESHOLDS = np.linspace(0, 1, 101)
_POINTS = 160
"""Most points of a drawn line."""


class RunPart:
    def __init__(self, run: Run, entry: Entry, lang: Language) -> None:
        self._run, self._entry, self._say = run, entry, Words(lang)
        self._all = self._say("all classes", "모든 클래스")
        self._names = class_names(run.classes, lang)
        self._lang = lang

    def parts(self, first: bool) -> Iterator[str]:
        run, say = self._run, self._say
        low, high = wilson(float(run.right.sum()), len(run.right))
        seed = say(f"seed {run.plan['seed']}", f"씨앗 {run.plan['seed']}")
        span = f"{run.right.mean():.1%} [{low:.1%}, {high:.1%}]"
        yield (
            f"<details{' open' if first else ''}><summary>{self._entry.rank}. "
            f"{escape(shown(run.plan, self._lang))} "
            f'<span class="soft">· {escape(seed)} · {span}</span></summary>\n'
        )
        yield f'<p class="soft">{escape(str(run.result.get("note", "")))}</p>\n'
        yield '<div class="figures">'
        yield self._confusion()
        yield self._calibration()
        yield from self._curves()
        yield from self._learning()
        yield "</div>\n"
        yield self._classes()
        yield self._worst()
        yield self._settings()
        yield "</details>\n"

    # --- figures -----------------------------------------------------------------------------

    def _confusion(self) -> str:
        say, run = self._say, self._run
        title = say("Confusion matrix", "혼동 행렬")
        drawn = charts.matrix(
            title, run.confusion, self._names, say("true class", "실제"), say("read as", "판독")
        )
        note = say("Pictures, and share of the row.", "사진 수와 행에서의 비율.")
        return figure(title, note, drawn)

    def _calibration(self) -> str:
        say, run = self._say, self._run
        rows, _, share, after = reliability(run.probabilities, run.labels)
        _, sure, right, before = reliability(softmax(run.logits), run.labels)
        title = say("Calibration", "보정")
        drawn = charts.reliability(
            title,
            Axis(say("confidence, %", "신뢰도, %"), 0, 1, percent),
            Axis(say("share right, %", "맞은 비율, %"), 0, 1, percent),
            rows,
            share,
            (sure, right),
        )
        note = say(
            f"ECE {before:.3f} before, {after:.3f} after; temperature "
            f"{float(run.result['temperature']):.2f}.",
            f"ECE 보정 전 {before:.3f}, 후 {after:.3f}; 온도 {float(run.result['temperature']):.2f}.",
        )
        keys = charts.legend(
            [
                (say("after, with 95 % interval", "보정 후, 95 % 구간"), MAIN, "thick"),
                (say("before", "보정 전"), OTHER, ""),
                (say("perfect", "이상적"), "var(--soft)", "dashed"),
            ]
        )
        return figure(title, note, drawn + keys)

    def _curves(self) -> Iterator[str]:
        """F1, precision and recall over confidence, and precision over recall."""
        say, run = self._say, self._run
        precision, recall, f1 = st.by_confidence(run.probabilities, run.labels, _THRESHOLDS)
        x = Axis(say("least confidence, %", "최소 신뢰도, %"), 0, 1, percent)
        best = int(f1.mean(1).argmax())
        kinds = (
            (say("F1 over confidence", "신뢰도별 F1"), "F1", f1),
            (
                say("Precision over confidence", "신뢰도별 정밀도"),
                say("precision", "정밀도"),
                precision,
            ),
            (say("Recall over confidence", "신뢰도별 재현율"), say("recall", "재현율"), recall),
        )
        for title, name, values in kinds:
            y = Axis(f"{name}, %", 0, 1, percent)
            mark = _THRESHOLDS[best] if values is f1 else None
            note = ""
            if mark is not None:
                note = say(
                    f"Best mean F1 {f1.mean(1)[best]:.3f} at {mark:.0%} (dashed).",
                    f"평균 F1 최고 {f1.mean(1)[best]:.3f}, 신뢰도 {mark:.0%}(점선).",
                )
            series = [
                Series(c, _THRESHOLDS.tolist(), values[:, k].tolist(), svg.colour(k))
                for k, c in enumerate(self._names)
            ]
            series.append(
                Series(
                    self._all, _THRESHOLDS.tolist(), values.mean(1).tolist(), "var(--ink)", "thick"
                )
            )
            drawn = charts.lines(title, x, y, series, mark) + self._keys()
            yield figure(title, note, drawn)
        yield self._precision_recall()

    def _precision_recall(self) -> str:
        say, run = self._say, self._run
        series, averages = [], []
        for k, name in enumerate(self._names):
            truth = run.labels == k
            if not truth.any():
                continue
            precision, recall, average = st.precision_recall(run.probabilities[:, k], truth)
            averages.append(average)
            some = _few(len(recall))
            series.append(
                Series(name, recall[some].tolist(), precision[some].tolist(), svg.colour(k))
            )
        title = say("Precision over recall", "정밀도-재현율")
        x = Axis(say("recall, %", "재현율, %"), 0, 1, percent)
        y = Axis(say("precision, %", "정밀도, %"), 0, 1, percent)
        note = say(
            f"Mean average precision {np.mean(averages):.3f}; each class in the table.",
            f"평균 정밀도의 평균 {np.mean(averages):.3f}, 클래스별 값은 표에 있습니다.",
        )
        return figure(title, note, charts.lines(title, x, y, series) + self._keys(False))

    def _keys(self, everything: bool = True) -> str:
        keys = [(name, svg.colour(k), "") for k, name in enumerate(self._names)]
        return charts.legend([*keys, *[(self._all, "var(--ink)", "thick")] * everything])

    def _learning(self) -> Iterator[str]:
        say, log = self._say, self._run.log
        epochs = _column(log, "epoch")
        if not epochs:
            return
        x = Axis(say("epoch", "에폭"), min(1.0, epochs[0]), max(epochs[-1], 2.0), whole=True)
        best = float(self._run.result.get("best_epoch", 0)) or None
        losses = [
            Series(say("training", "학습"), epochs, _column(log, "train_loss"), OTHER),
            Series(say("validation", "검증"), epochs, _column(log, "val_loss"), MAIN),
        ]
        high = svg.around([v for s in losses for v in s.ys], low=0.0)[1]
        title = say("Loss", "손실")
        y = Axis(say("cross-entropy, nats", "교차 엔트로피, nat"), 0, high)
        keys = charts.legend([(s.name, s.colour, "") for s in losses])
        note = say("Dashed: the epoch that was kept.", "점선: 채택한 에폭.")
        yield figure(title, note, charts.lines(title, x, y, losses, best) + keys)
        title = say("Validation accuracy", "검증 정확도")
        accuracy = [Series(title, epochs, _column(log, "val_accuracy"), MAIN)]
        y = Axis(say("accuracy, %", "정확도, %"), 0, 1, percent)
        yield figure(title, note, charts.lines(title, x, y, accuracy, best))
        title = say("Learning rate", "학습률")
        rate = [Series(title, epochs, _column(log, "lr"), MAIN)]
        y = Axis(say("rate, per step", "학습률, 단계당"), 0, svg.around(rate[0].ys, low=0.0)[1])
        yield figure(title, "", charts.lines(title, x, y, rate))

    # --- tables and pictures -----------------------------------------------------------------

    def _classes(self) -> str:
        run, say = self._run, self._say
        counts = run.confusion
        scores = st.f1_scores(counts)
        spans = st.bootstrap_f1(counts)[1]
        rows = []
        for k, name in enumerate(self._names):
            there, claimed, hit = int(counts[k].sum()), int(counts[:, k].sum()), int(counts[k, k])
            average = "–"
            if there:
                truth = run.labels == k
                average = f"{st.precision_recall(run.probabilities[:, k], truth)[2]:.3f}"
            f1 = "–"
            if np.isfinite(scores[k]):
                f1 = f"{scores[k]:.3f}<small>{spans[k, 0]:.3f} – {spans[k, 1]:.3f}</small>"
            rows.append(
                [escape(name), f"{there:,}", _share(hit, claimed), _share(hit, there), f1, average]
            )
        heads = [
            say("class", "클래스"), say("pictures", "사진"), say("precision %", "정밀도 %"),
            say("recall %", "재현율 %"), "F1", "AP",
        ]  # fmt: skip
        title = say("Class by class, with 95 % intervals", "클래스별, 95 % 신뢰구간")
        return f"<h3>{title}</h3>\n" + table(heads, rows)

    def _worst(self) -> str:
        """The mistakes it was surest of."""
        run, say = self._run, self._say
        wrong = np.flatnonzero(run.right == 0)
        if not len(wrong):
            return f'<p class="soft">{say("No mistakes.", "틀린 사진이 없습니다.")}</p>\n'
        order = wrong[np.argsort(-run.probabilities[wrong].max(1), kind="stable")][:WORST]
        items = "".join(self._mistake(int(row)) for row in order)
        title = say("Worst mistakes: wrong, and sure of it", "가장 큰 실수: 확신하고 틀린 사진")
        return f'<h3>{title}</h3>\n<ul class="faces">{items}</ul>\n'

    def _mistake(self, row: int) -> str:
        run = self._run
        classes, sure = self._names, run.probabilities[row]
        true, read = escape(classes[run.labels[row]]), escape(classes[run.read[row]])
        name = escape(str(run.names[row]))
        done, coded = cv2.imencode(
            ".jpg", run.thumbs[row][:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92]
        )
        data = base64.b64encode(coded.tobytes()).decode("ascii") if done else ""
        told = self._say(
            f"<b>{read}</b> {sure.max():.0%}<br>is {true} {sure[run.labels[row]]:.0%}",
            f"<b>{read}</b> {sure.max():.0%}<br>실제 {true} {sure[run.labels[row]]:.0%}",
        )
        return (
            f'<li><img alt="{true}" src="data:image/jpeg;base64,{data}">{told}'
            f'<span class="soft" title="{name}">{name.rpartition("/")[2]}</span></li>'
        )

    def _settings(self) -> str:
        run, say = self._run, self._say
        known = ("python", "torch", "torchvision", "lightning", "numpy", "pyojeong", "machine")
        facts = [f"{key} {run.versions[key]}" for key in known if run.versions.get(key)]
        facts.append(say(f"seed {run.plan['seed']}", f"씨앗 {run.plan['seed']}"))
        epochs = f"{run.result['best_epoch']:g}/{run.result.get('epochs')}"
        facts.append(say(f"kept epoch {epochs}", f"채택 에폭 {epochs}"))
        facts.append(say(f"folder runs/{run.plan['name']}", f"폴더 runs/{run.plan['name']}"))
        told = escape(" · ".join(map(str, facts)))
        title = say("Settings, seed and versions", "설정, 씨앗, 버전")
        return (
            f'<h3>{title}</h3>\n<p class="soft small">{told}</p>\n'
            f"<pre>{escape(run.settings)}</pre>\n"
        )


def _share(hit: int, total: int) -> str:
    if not total:
        return "–"
    low, high = wilson(hit, total)
    return f"{100 * hit / total:.1f}<small>{100 * low:.1f} – {100 * high:.1f}</small>"


def _few(count: int) -> np.ndarray:
    """At most `_POINTS` indices, evenly, with both ends."""
    return np.unique(np.linspace(0, count - 1, min(count, _POINTS)).astype(int))


def _column(log: tuple[object, ...], key: str) -> list[float]:
    values = [line.get(key) for line in log if isinstance(line, dict)]
    return [float(v) if isinstance(v, int | float) else float("nan") for v in values]

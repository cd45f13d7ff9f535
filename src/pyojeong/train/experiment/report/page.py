"""The report as one HTML page: what was compared, who is best and how sure that is, at what cost;
then every run by itself. Every text from outside is escaped, and the page's own policy allows it
no network at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from importlib import resources
from typing import Any

from pyojeong.errors import Language
from pyojeong.train.experiment.gather import Experiment
from pyojeong.train.experiment.ranking import SURE, Entry, FactorEffect, models_only
from pyojeong.train.experiment.report import charts, svg
from pyojeong.train.experiment.report.charts import Bar
from pyojeong.train.experiment.report.closing import Closing
from pyojeong.train.experiment.report.run_part import RunPart
from pyojeong.train.experiment.report.svg import Axis
from pyojeong.train.experiment.report.together import ensembles
from pyojeong.train.experiment.report.words import Words, figure, table

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
# Paper shows everything.
_SCRIPT = (
    "addEventListener('beforeprint',()=>document.querySelectorAll('details')"
    ".forEach(d=>{d.open=true}))"
)


class Page:
    def __init__(
        self,
        experiment: Experiment,
        entries: Sequence[Entry],
        effects: Sequence[FactorEffect],
        lang: Language,
    ) -> None:
        self._experiment, self._entries, self._effects = experiment, entries, effects
        self._lang, self._say = lang, Words(lang)

    def parts(self) -> Iterator[str]:
        plan = self._experiment.plan
        title = escape(plan["title"][self._lang])
        css = (resources.files("pyojeong") / "train/experiment/report/page.css").read_text("utf-8")
        yield (
            f'<!doctype html>\n<html lang="{self._lang}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            f"<title>{title}</title>\n<style>\n{css}</style>\n</head>\n"
            f"<body>\n<main>\n<h1>{title}</h1>\n<p>{escape(plan['about'][self._lang])}</p>\n{self._base()}"
        )
        yield self._tiles()
        yield self._verdict()
        yield self._ranking()
        yield self._cost()
        yield self._factors()
        yield ensembles(self._experiment, self._lang)
        closing = Closing(self._experiment, self._entries, self._lang)
        yield closing.published()
        yield closing.unfinished()
        yield f"<h2>{self._say('Every run', '실험별 결과')}</h2>\n"
        for entry in self._entries:
            for run in entry.runs:
                yield from RunPart(run, entry, self._lang).parts(first=run is self._best)
        yield closing.methods()
        yield f"</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"

    @property
    def _best(self) -> Any:
        return self._entries[0].runs[0]

    def _base(self) -> str:
        """What "base" stands for."""
        base, say = self._experiment.plan["base"], self._say
        facts = [
            base["model.name"],
            say(f"head {base['model.head']}", f"머리층 {base['model.head']}"),
            say(f"augmentation {base['augment.kind']}", f"증강 {base['augment.kind']}"),
            f"{base['optimizer.name']} ({base['optimizer.rate']:g}) + {base['schedule.name']}",
            say(f"batch {base['train.batch']}", f"배치 {base['train.batch']}"),
            say(f"{base['train.epochs']} epochs", f"{base['train.epochs']} 에폭"),
        ]
        told = escape(" · ".join(map(str, facts)))
        return f'<p class="soft small">{say("The base", "기준")}: {told}</p>\n'

    def _tiles(self) -> str:
        best, say = self._entries[0], self._say
        low, high = best.accuracy_interval
        spent = [float(run.result["seconds"]) for run in self._experiment.runs]
        seconds = sum(value for value in spent if math.isfinite(value))
        tiles = (
            (f"{best.accuracy:.1%}", say("best accuracy", "최고 정확도")),
            (f"{low:.1%} – {high:.1%}", say("its 95 % interval", "95 % 신뢰구간")),
            (f"{len(self._entries)}", say("settings compared", "비교한 설정")),
            (f"{len(self._experiment.runs)}", say("finished runs", "끝난 실험")),
            (f"{len(self._best.labels):,}", say("test pictures", "시험 사진")),
            (say.duration(seconds), say("of training", "학습 시간")),
        )
        shown = "".join(f'<div class="tile"><b>{v}</b><span>{k}</span></div>' for v, k in tiles)
        return f'<div class="tiles">{shown}</div>\n'

    def _verdict(self) -> str:
        """In words: who is best, and from whom it cannot be told apart."""
        best, others, say = self._entries[0], self._entries[1:], self._say
        name = escape(best.shown(self._lang))
        like = [escape(entry.shown(self._lang)) for entry in others if entry.like_best]
        less = len(others) - len(like)
        pictures = f"{len(self._best.labels):,}"
        if not others:
            told = say("Only one setting has finished.", "끝난 설정이 하나뿐입니다.")
        elif not like:
            told = say(
                f"On these {pictures} test pictures it is better than every other one.",
                f"시험 사진 {pictures}장에서 다른 모든 설정보다 좋습니다.",
            )
        else:
            told = say(
                f"These {pictures} test pictures cannot tell it apart from: {', '.join(like)}. "
                f"Settings that it is surely better than: {less}.",
                f"시험 사진 {pictures}장으로는 다음과 구별할 수 없습니다: {', '.join(like)}. 확실히 더 좋은 "
                f"것으로 나온 설정 수: {less}.",
            )
        if models_only(self._entries):
            told += " " + say(
                "With one seed this is about these trained models, not about their settings: "
                "trained again, the order may be another.",
                "씨앗이 하나이므로 설정이 아니라 여기서 학습한 모델에 대한 결과입니다. 다시 학습하면 순서가 "
                "달라질 수 있습니다.",
            )
        head = say(f"The best is <b>{name}</b>.", f"가장 좋은 것은 <b>{name}</b>입니다.")
        return f'<div class="card">{head} {told}</div>\n'

    # --- ranking -----------------------------------------------------------------------------

    def _ranking(self) -> str:
        say = self._say
        heads = [
            "", say("setting", "설정"), say("accuracy %", "정확도 %"), say("macro F1", "매크로 F1"),
            "ECE", say("p against best", "p (최고와)"),
            say("parameters, M", "매개변수, 백만"), "GFLOP", say("ms a picture", "ms/장"), "MB",
            say("training", "학습"),
        ]  # fmt: skip
        rows = [self._row(entry) for entry in self._entries]
        note = say(
            "Below each number its 95 % interval over the test pictures; ± is the standard "
            "deviation over the seeds. p: that it is as good as the best. ECE: before → after "
            "calibration. Tinted rows cannot be told apart from the best (Holm-corrected p ≥ "
            f"{SURE}).",
            "숫자 아래는 시험 사진에 대한 95 % 신뢰구간, ±는 씨앗 사이의 표준편차입니다. p는 최고와 같다고 볼 "
            "때의 유의확률, ECE는 보정 전 → 후입니다. 색이 든 줄은 최고와 구별되지 않습니다"
            f"(Holm 보정 p ≥ {SURE}).",
        )
        bars = [
            Bar(
                f"{e.rank}  {e.shown(self._lang)}",
                100 * e.accuracy,
                *_span(e),
                _about(e),
                e.like_best,
            )
            for e in self._entries
        ]
        axis = Axis(say("accuracy on the test pictures, %", "시험 사진 정확도, %"), *_ends(bars))
        drawn = charts.intervals(say("accuracy of every setting", "설정별 정확도"), axis, bars)
        return (
            f"<h2>{say('Ranking', '순위')}</h2>\n<p class='soft'>{note}</p>\n"
            + table(heads, rows, ["like" if e.like_best else "" for e in self._entries], 2)
            + figure(
                say("Accuracy with 95 % intervals", "정확도와 95 % 신뢰구간"),
                say("Blue: cannot be told apart from the best.", "파랑: 최고와 구별되지 않음."),
                drawn,
                wide=True,
            )
        )

    def _row(self, entry: Entry) -> list[str]:
        low, high = entry.accuracy_interval
        spread = f" ± {100 * entry.spread:.1f}" if math.isfinite(entry.spread) else ""
        count = len(entry.runs)
        seeds = self._say(f"{count} seed{'s' * (count > 1)}", f"씨앗 {count}개")
        chance = "–" if entry.rank == 1 or not math.isfinite(entry.p) else _chance(entry.p)
        return [
            str(entry.rank),
            f"{escape(entry.shown(self._lang))}<small>{seeds}</small>",
            f"{100 * entry.accuracy:.1f}{spread}<small>{100 * low:.1f} – {100 * high:.1f}</small>",
            f"{entry.f1:.3f}<small>{entry.f1_interval[0]:.3f} – {entry.f1_interval[1]:.3f}</small>",
            f"{entry.ece[0]:.3f} → {entry.ece[1]:.3f}",
            chance,
            _known(entry.cost["parameters"] / 1e6, 2),
            _known(entry.cost["flops"] / 1e9, 2),
            _known(entry.cost["ms_per_picture"], 1),
            _known(entry.cost["file_mb"], 1),
            self._say.duration(entry.cost["seconds"]),
        ]

    def _cost(self) -> str:
        say = self._say
        kinds = (
            ("parameters", 1e6, say("parameters, million", "매개변수, 백만")),
            ("flops", 1e9, say("work for one picture, GFLOP", "사진 한 장의 연산, GFLOP")),
            ("ms_per_picture", 1.0, say("time for one picture, ms", "사진 한 장의 시간, ms")),
            ("seconds", 60.0, say("training, minutes", "학습 시간, 분")),
        )
        drawn = "".join(self._cost_figure(key, unit, title) for key, unit, title in kinds)
        note = say(
            "The numbers are the ranks. Up and to the left is better; whiskers are 95 % intervals.",
            "숫자는 순위입니다. 왼쪽 위일수록 좋고, 세로선은 95 % 신뢰구간입니다.",
        )
        return (
            f"<h2>{say('Accuracy against cost', '비용 대비 정확도')}</h2>\n"
            f'<p class="soft">{note}</p>\n<div class="figures four">{drawn}</div>\n'
        )

    def _cost_figure(self, key: str, unit: float, title: str) -> str:
        bars = [
            (
                e.cost[key] / unit,
                Bar(e.shown(self._lang), 100 * e.accuracy, *_span(e), "", e.like_best),
            )
            for e in self._entries
            if e.cost[key] > 0
        ]
        if not bars:
            return ""
        costs = [cost for cost, _ in bars]
        low, high = min(costs) / 1.4, max(costs) * 1.4
        y = Axis(self._say("accuracy, %", "정확도, %"), *_ends([bar for _, bar in bars]))
        return figure(title, "", charts.scatter(title, Axis(title, low, high, log=True), y, bars))

    def _factors(self) -> str:
        say = self._say
        if not self._effects:
            return ""
        bars = [
            Bar("", 100 * e.difference, 100 * e.interval[0], 100 * e.interval[1])
            for effect in self._effects
            for e in effect.levels
        ]
        ends = _ends([*bars, Bar("", 0, 0, 0)], low=-100.0, high=100.0)
        drawn = "".join(self._factor(effect, ends) for effect in self._effects)
        note = say(
            "What one change alone did: the mean difference in accuracy from the level named, over "
            "pairs of runs that differ in nothing else (paired on the same test pictures; 95 % "
            "intervals). An interval that crosses the dashed line may be chance.",
            "한 가지만 바꿨을 때의 변화: 다른 것은 모두 같은 실험 쌍의 정확도 차이 평균(같은 시험 사진끼리 "
            "비교, 95 % 신뢰구간). 점선을 지나는 구간은 우연일 수 있습니다.",
        )
        if not all(e.of_settings for effect in self._effects for e in effect.levels):
            note += " " + say(
                "Where only one seed was trained the interval is about these trained models, not "
                "about the settings.",
                "씨앗이 하나뿐인 곳의 구간은 설정이 아니라 여기서 학습한 모델에 대한 것입니다.",
            )
        return (
            f"<h2>{say('What each factor did', '요인별 효과')}</h2>\n"
            f'<p class="soft">{note}</p>\n<div class="figures two">{drawn}</div>\n'
        )

    def _factor(self, effect: FactorEffect, ends: tuple[float, float]) -> str:
        say = self._say
        name = self._level(effect, effect.reference)
        bars = [
            Bar(
                self._level(effect, e.level),
                100 * e.difference,
                100 * e.interval[0],
                100 * e.interval[1],
                f"{100 * e.accuracy:.1f} %",
                not e.interval[0] <= 0 <= e.interval[1],
            )
            for e in effect.levels
        ]
        level = f"{name} ({100 * effect.reference_accuracy:.1f} %)"
        axis = Axis(
            say(f"difference from {level}, points", f"{level} 대비 차이, %p"), *ends, svg.signed
        )
        title = effect.title.get(self._lang, effect.name)
        return figure(escape(title), "", charts.intervals(title, axis, bars, 0.0, width=540))

    def _level(self, effect: FactorEffect, level: str) -> str:
        if level == "-":
            return self._say("the base", "기준")
        names = effect.shown.get(level)
        found = names.get(self._lang) if isinstance(names, dict) else None
        return found if isinstance(found, str) else level


def _span(entry: Entry) -> tuple[float, float]:
    low, high = entry.accuracy_interval
    return 100 * low, 100 * high


def _about(entry: Entry) -> str:
    low, high = _span(entry)
    return f"{100 * entry.accuracy:.1f} % [{low:.1f}, {high:.1f}]"


def _ends(bars: Sequence[Bar], low: float = 0.0, high: float = 100.0) -> tuple[float, float]:
    """Ends of an axis that shows all intervals, within what can be."""
    first, last = svg.around([v for bar in bars for v in (bar.low, bar.high)])
    return max(first, low), min(last, high)


def _known(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else "–"


def _chance(p: float) -> str:
    return "&lt; 0.001" if p < 0.001 else f"{p:.3f}"
